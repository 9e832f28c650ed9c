"""A decision as plain values for programs: what `decide --json` prints and a report embeds."""

import json
from collections.abc import Mapping
from typing import Any

from advisor.model import Catalog, Decision, Movement, Ranked, Rating, RuledOut, StackChoice

__all__ = ["FORMAT", "decision_json", "embedded_record", "json_text"]

#: 1 (2026-11): the first form.
FORMAT = 1


def decision_json(decision: Decision, catalog: Catalog) -> dict[str, Any]:
    """What a program may want of `decision`, as JSON types; weights and scores from 0 to 1."""
    return {
        "format": FORMAT,
        "project": decision.answers.project,
        "answers": {question: list(ids) for question, ids in decision.answers.given.items()},
        "verdict": decision.verdict,
        "winner": decision.winner,
        "ranking": [_ranked(row) for row in decision.ranking],
        "tie": decision.tie,
        "own_share": decision.needs.own_share,
        "ruled_out": [_ruled_out(entry) for entry in decision.ruled_out],
        "rescues": [_ruled_out(entry) for entry in decision.rescues],
        "contributions": [dict(vars(part)) for part in decision.contributions],
        "stack": _stack(decision.stack, catalog),
        "unmeasured": list(decision.unmeasured),
        "before": _before(decision),
        "as_of": decision.as_of.isoformat(),
        "evidence_digest": decision.evidence_digest,
    }


def embedded_record(
    decision: Decision, *, command: str, version: str, generated: str
) -> dict[str, Any]:
    """What a report must hold of itself to be rebuilt and compared."""
    return {
        "format": FORMAT,
        "project": decision.answers.project,
        "questionnaire": decision.answers.questionnaire,
        "answers": {question: list(ids) for question, ids in decision.answers.given.items()},
        "as_of": decision.as_of.isoformat(),
        "evidence_digest": decision.evidence_digest,
        "verdict": decision.verdict,
        "winner": decision.winner,
        "command": command,
        "version": version,
        "generated": generated,
    }


def json_text(value: Mapping[str, Any]) -> str:
    """`value` as JSON with sorted keys, in ASCII, so that any text in it survives any channel."""
    return json.dumps(value, indent=2, sort_keys=True, ensure_ascii=True, allow_nan=False) + "\n"


def _ranked(row: Ranked) -> dict[str, Any]:
    return {
        "framework": row.framework,
        "score": row.score,
        "first_rank": row.first_rank,
        "ranks": list(row.ranks),
    }


def _ruled_out(entry: RuledOut) -> dict[str, Any]:
    requirement = {
        "criterion": entry.requirement.criterion,
        "level": entry.requirement.level,
        "question": entry.requirement.question,
        "choice": entry.requirement.choice,
    }
    evidence = _rating(entry.evidence)
    return {"framework": entry.framework, "requirement": requirement, "evidence": evidence}


def _rating(rating: Rating) -> dict[str, Any]:
    statement = rating.statement
    return {
        "framework": rating.framework,
        "criterion": rating.criterion,
        "level": rating.level,
        "value": rating.value,
        "low": rating.low,
        "high": rating.high,
        "tier": rating.tier,
        "stale": rating.stale,
        "date": statement.date.isoformat() if statement else None,
        "sources": list(statement.sources) if statement else [],
        "note": statement.note if statement else "",
    }


def _stack(choice: StackChoice | None, catalog: Catalog) -> dict[str, Any] | None:
    if choice is None:
        return None
    stack = catalog.stack(choice.stack)
    return {
        "stack": stack.id,
        "backend": stack.backend,
        "mode": stack.mode,
        "measured": choice.measured,
        "ratios": [dict(vars(ratio)) for ratio in choice.ratios],
    }


def _before(decision: Decision) -> dict[str, Any] | None:
    before = decision.before
    if before is None:
        return None
    return {
        "as_of": before.as_of.isoformat(),
        "verdict": before.verdict,
        "winner": before.winner,
        "ranking": [_ranked(row) for row in before.ranking],
        "moved": [_moved(movement) for movement in before.moved],
    }


def _moved(movement: Movement) -> dict[str, Any]:
    return {
        "framework": movement.framework,
        "criterion": movement.criterion,
        "before": _rating(movement.before),
        "after": _rating(movement.after),
        "effect": movement.effect,
    }
