"""A decision as plain values for programs: what `decide --json` prints and a report embeds."""

import json
from collections.abc import Mapping
from typing import Any

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
    "comparison_json",
    "decision_json",
    "embedded_record",
    "groups_json",
    "json_text",
]

#: 1 (2026-11): the first form. Keys may join; none leaves or changes its meaning.
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


def embedded_record(
    decision: Decision, *, command: str, version: str, generated: str
) -> dict[str, Any]:
    """What a report must hold of itself to be rebuilt and compared."""
    return {
        "format": FORMAT,
        "project": decision.answers.project,
        "questionnaire": decision.answers.questionnaire,
        "answers": {question: list(ids) for question, ids in decision.answers.given.items()},
        "groups": groups_json(decision.answers),
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
        "meets": row.meets,
    }


def _ruled_out(entry: RuledOut) -> dict[str, Any]:
    return {
        "framework": entry.framework,
        "requirement": _requirement(entry.requirement),
        "evidence": _rating(entry.evidence),
    }


def _doubt(doubt: Doubt) -> dict[str, Any]:
    return {
        "framework": doubt.framework,
        "requirement": _requirement(doubt.requirement),
        "evidence": _rating(doubt.evidence),
        "share": doubt.share,
    }


def _requirement(requirement: Requirement) -> dict[str, Any]:
    return {
        "criterion": requirement.criterion,
        "level": requirement.level,
        "question": requirement.question,
        "choice": requirement.choice,
    }


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
        "evidence": _rating(migration.rating),
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
        "moved": [_moved(movement) for movement in comparison.moved],
        "turned": [_turned(turned) for turned in comparison.turned],
    }


def _turned(turned: Turned) -> dict[str, Any]:
    return {
        "framework": turned.framework,
        "requirement": _requirement(turned.requirement),
        "before": _rating(turned.before),
        "after": _rating(turned.after),
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
        "before": _rating(movement.before),
        "after": _rating(movement.after),
        "effect": movement.effect,
    }
