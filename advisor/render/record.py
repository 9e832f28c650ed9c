"""A decision as plain values for programs: what `decide --json` prints and a report embeds."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import metadata
from typing import Any

from advisor.ask.answers import answers_toml
from advisor.model import (
    Answers,
    Before,
    Bridge,
    Catalog,
    Checks,
    Comparison,
    Decision,
    Doubt,
    Flip,
    HandOver,
    Migration,
    Movement,
    Plan,
    Ranked,
    Rating,
    Requirement,
    RuledOut,
    Settle,
    StackChoice,
    Statement,
    Turned,
)

__all__ = [
    "FORMAT",
    "Provenance",
    "comparison_json",
    "decision_json",
    "drawing_tools",
    "embedded_record",
    "groups_json",
    "json_text",
    "knowledge_digest",
    "moved_json",
    "rating_json",
]

#: 1 (2026-11): the first form. Keys may join; none leaves or changes its meaning.
FORMAT = 1


@dataclass(frozen=True)
class Provenance:
    """How a document came to be.

    `command` makes it again, `version` is ours; `own_runs`: measurements of the user's own took
    part, so that the bundled evidence alone cannot rebuild it.
    """

    command: str
    version: str
    own_runs: bool = False


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
        "unmet": decision.unmet,
        "own_share": decision.needs.own_share,
        "ruled_out": [_ruled_out(entry) for entry in decision.ruled_out],
        "doubts": [_doubt(doubt) for doubt in decision.doubts],
        "rescues": [_ruled_out(entry) for entry in decision.rescues],
        "contributions": [dict(vars(part)) for part in decision.contributions],
        "stack": _stack(decision.stack, catalog),
        "groups": _weighing(decision),
        "unmeasured": list(decision.unmeasured),
        "flips": [_flip(flip) for flip in decision.flips],
        "settles": [_settle(settle) for settle in decision.settles],
        "plan": _plan(decision.plan, catalog),
        "checks": _checks(decision.checks),
        "evidence": _evidence(decision),
        "before": _before(decision.before),
        "as_of": decision.as_of.isoformat(),
        "evidence_digest": decision.evidence_digest,
    }


def embedded_record(decision: Decision, catalog: Catalog, provenance: Provenance) -> dict[str, Any]:
    """What a document must hold of itself to be rebuilt, verified and checked again."""
    return {
        "format": FORMAT,
        "project": decision.answers.project,
        "questionnaire": decision.answers.questionnaire,
        "answers": {question: list(ids) for question, ids in decision.answers.given.items()},
        "answers_file": _compact(answers_toml(decision.answers, catalog)),
        "groups": groups_json(decision.answers),
        "as_of": decision.as_of.isoformat(),
        "evidence_digest": decision.evidence_digest,
        "knowledge_digest": knowledge_digest(catalog),
        "own_runs": provenance.own_runs,
        "verdict": decision.verdict,
        "winner": decision.winner,
        "scores": {row.framework: row.score for row in decision.ranking},
        "first_ranks": {row.framework: row.first_rank for row in decision.ranking},
        "command": provenance.command,
        "version": provenance.version,
        "drawn_with": drawing_tools(),
    }


def _compact(toml: str) -> str:
    """An answers file without its comments; no value in one spans two lines."""
    lines = (line for line in toml.splitlines() if line.strip() and not line.startswith("#"))
    return "\n".join(lines) + "\n"


def knowledge_digest(catalog: Catalog) -> str:
    """The SHA-256 of what shapes a decision or its report and is no evidence, "sha256:<64 hex>".

    Questions with their effects, workloads, groups, frameworks, stacks and how to start with them:
    the evidence digest leaves them out, since they say nothing about the world.
    """
    fields = ("questions", "workloads", "groups", "frameworks", "stacks", "starts")
    record = {f: [noun.model_dump(mode="json") for noun in getattr(catalog, f)] for f in fields}
    text = json.dumps(record, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return f"sha256:{hashlib.sha256(text.encode()).hexdigest()}"


def drawing_tools() -> dict[str, str]:
    """The versions of the libraries whose output is part of a report's bytes."""
    return {name: metadata.version(name) for name in ("altair", "vl-convert-python")}


def json_text(value: Mapping[str, Any]) -> str:
    """`value` as JSON with sorted keys, in ASCII, so that any text in it survives any channel."""
    return json.dumps(value, indent=2, sort_keys=True, ensure_ascii=True, allow_nan=False) + "\n"


def _ranked(row: Ranked) -> dict[str, Any]:
    return {
        "framework": row.framework,
        "score": row.score,
        "first_rank": row.first_rank,
        "ranks": list(row.ranks),
        "meets": row.meets,
    }


def _ruled_out(entry: RuledOut) -> dict[str, Any]:
    return {
        "framework": entry.framework,
        "requirement": _requirement(entry.requirement),
        "evidence": rating_json(entry.evidence),
    }


def _doubt(doubt: Doubt) -> dict[str, Any]:
    return {
        "framework": doubt.framework,
        "requirement": _requirement(doubt.requirement),
        "evidence": rating_json(doubt.evidence),
        "share": doubt.share,
    }


def _requirement(requirement: Requirement) -> dict[str, Any]:
    return {
        "criterion": requirement.criterion,
        "level": requirement.level,
        "question": requirement.question,
        "choice": requirement.choice,
    }


def rating_json(rating: Rating) -> dict[str, Any]:
    """What is known of a framework on a criterion, and who says so."""
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
        "ratios": [dict(vars(ratio)) for ratio in rating.ratios],
        "differences": [dict(vars(difference)) for difference in rating.differences],
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
        "metrics": list(choice.metrics),
        "ratios": [dict(vars(ratio)) for ratio in choice.ratios],
    }


def _weighing(decision: Decision) -> dict[str, Any] | None:
    weighing = decision.weighing
    if weighing is None:
        return None
    return {
        "judgements": groups_json(decision.answers),
        "shares": dict(weighing.shares),
        "ratio": weighing.ratio,
        "acceptable": weighing.acceptable,
        "revisit": dict(vars(weighing.revisit)) if weighing.revisit else None,
    }


def groups_json(answers: Answers) -> list[dict[str, Any]]:
    """The judgements on groups, as they were made."""
    return [dict(vars(judgement)) for judgement in answers.groups]


def _checks(checks: Checks | None) -> dict[str, Any] | None:
    if checks is None:
        return None
    return {
        "agree": checks.agree,
        "opinions": [
            {
                "method": opinion.method,
                "ranking": [{"framework": f, "score": score} for f, score in opinion.ranking],
                "agrees": opinion.agrees,
            }
            for opinion in checks.opinions
        ],
        "reversals": [dict(vars(reversal)) for reversal in checks.reversals],
    }


def _flip(flip: Flip) -> dict[str, Any]:
    change = {
        "subject": list(flip.subject),
        "before": _plain(flip.before),
        "after": _plain(flip.after),
        "factor": flip.factor,
    }
    return {"kind": flip.kind, "change": change, "new_winner": flip.new_winner, "lead": flip.lead}


def _plain(value: tuple[str, ...] | float | None) -> list[str] | float | None:
    return list(value) if isinstance(value, tuple) else value


def _settle(settle: Settle) -> dict[str, Any]:
    return {
        "kind": settle.kind,
        "subject": list(settle.subject),
        "expected": settle.expected,
        "most": settle.most,
        "winners": list(settle.winners),
    }


def _plan(plan: Plan, catalog: Catalog) -> dict[str, Any]:
    return {
        "phases": [dict(vars(phase)) for phase in plan.phases],
        "hybrid": [_hand_over(hand_over) for hand_over in plan.hybrid],
        "stack": _stack(plan.stack, catalog),
        "stacks": [_stack(stack, catalog) for stack in plan.stacks],
        "migration": [_migration(migration) for migration in plan.migration],
    }


def _hand_over(hand_over: HandOver) -> dict[str, Any]:
    return {
        "earlier": hand_over.earlier,
        "later": hand_over.later,
        "bridge": _bridge(hand_over.bridge),
    }


def _migration(migration: Migration) -> dict[str, Any]:
    return {
        "today": migration.today,
        "framework": migration.framework,
        "cost": migration.cost,
        "evidence": rating_json(migration.rating),
        "bridges": [_bridge(bridge) for bridge in migration.bridges],
    }


def _bridge(bridge: Bridge) -> dict[str, Any]:
    return bridge.model_dump(mode="json", by_alias=True)


def _evidence(decision: Decision) -> dict[str, Any]:
    """What the decision rests on: run files by name, whose they are, and the statements that count.

    A statement that is too stale to say anything leaves its level unknown and does not count.
    """
    runs = {run for cell in decision.cells for run in cell.runs}
    machines = {(cell.machine, cell.device, cell.own) for cell in decision.cells}
    stated = [r.statement for r in decision.ratings if r.statement and r.level is not None]
    return {
        "runs": sorted(runs),
        "machines": [
            {"machine": machine, "device": device, "own": own}
            for machine, device, own in sorted(machines)
        ],
        "statements": [_statement(statement) for statement in stated],
    }


def _statement(statement: Statement) -> dict[str, Any]:
    return statement.model_dump(mode="json")


def comparison_json(comparison: Comparison, catalog: Catalog) -> dict[str, Any]:
    """Both decisions whole, and what moved the result, as JSON types."""
    return {
        "format": FORMAT,
        "before": decision_json(comparison.before, catalog),
        "after": decision_json(comparison.after, catalog),
        **moved_json(comparison),
    }


def moved_json(comparison: Comparison) -> dict[str, Any]:
    """What moved the result between two days."""
    return {
        "moved": [_moved(movement) for movement in comparison.moved],
        "turned": [_turned(turned) for turned in comparison.turned],
    }


def _turned(turned: Turned) -> dict[str, Any]:
    return {
        "framework": turned.framework,
        "requirement": _requirement(turned.requirement),
        "before": rating_json(turned.before),
        "after": rating_json(turned.after),
        "met": turned.met,
    }


def _before(before: Before | None) -> dict[str, Any] | None:
    if before is None:
        return None
    return {
        "as_of": before.as_of.isoformat(),
        "verdict": before.verdict,
        "winner": before.winner,
        "ranking": [_ranked(row) for row in before.ranking],
        "ruled_out": [_ruled_out(entry) for entry in before.ruled_out],
        "moved": [_moved(movement) for movement in before.moved],
    }


def _moved(movement: Movement) -> dict[str, Any]:
    return {
        "framework": movement.framework,
        "criterion": movement.criterion,
        "before": rating_json(movement.before),
        "after": rating_json(movement.after),
        "effect": movement.effect,
    }
