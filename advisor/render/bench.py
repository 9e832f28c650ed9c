"""A measurement before and after: the plan, what it cost, and how wide its intervals are."""

from collections import Counter
from collections.abc import Sequence
from statistics import median
from typing import Any

from advisor.measure import BenchResult, Preview, time_left
from advisor.model import Catalog, Cell
from advisor.render.results import lines
from advisor.summarize import comparisons, is_known, precision, ratios

__all__ = ["bench_text", "plan_json", "plan_text"]


def plan_text(plan: Preview, *, whole: bool) -> str:
    """How many processes, how long and where; with `whole`, every single one as well."""
    counted = Counter(replicate.group for replicate in plan.replicates)
    groups = [
        (group, counted[group], time_left(seconds)) for group, seconds in plan.group_seconds.items()
    ]
    reasons = Counter(reason for found in plan.left_out.values() for reason in found.values())
    return lines(
        "plan.txt",
        plan=plan,
        time=time_left(plan.seconds),
        gate=time_left(plan.gate_seconds),
        groups=groups,
        processes=[(each.out.name, time_left(each.expected_seconds)) for each in plan.replicates],
        left_out=sorted(reasons.items()),
        whole=whole,
    )


def plan_json(plan: Preview) -> dict[str, Any]:
    """Every process as plain data, so that another launcher can start it.

    Run `python *arguments` in the folder `laboratory` with `environment` set; a hidden file renamed
    to `out` when the process has ended keeps the promise that a run file is written once and whole.
    """
    session = plan.session
    return {
        "session": session.id,
        "machine": dict(session.machine),
        "laboratory": str(session.laboratory),
        "folder": str(plan.folder),
        "seconds": plan.seconds,
        "gate_seconds": plan.gate_seconds,
        "group_seconds": plan.group_seconds,
        "replicates": [
            {
                **each.as_dict(),
                "arguments": [*each.arguments, f"--benchmark-json={each.out}"],
                "environment": session.environment(each),
            }
            for each in plan.replicates
        ],
        "left_out": [
            {"stack": stack, "task": task, "phase": phase, "reason": reason}
            for stack, found in plan.left_out.items()
            for (task, phase), reason in found.items()
        ],
    }


def bench_text(catalog: Catalog, cells: Sequence[Cell], result: BenchResult) -> str:
    """What a measurement cost, and how wide its intervals are."""
    policy = catalog.policy
    compared = [
        ratio for found in comparisons(cells) for ratio in ratios(found, tie=policy.tie)[1:]
    ]
    known = [is_known(ratio, tie=policy.tie, target=policy.precision) for ratio in compared]
    return lines(
        "bench.txt",
        result=result,
        time=time_left(result.seconds),
        times=_widths([precision(cell.low, cell.high) for cell in cells if cell.unit == "s"]),
        ratios=_widths([precision(ratio.low, ratio.high) for ratio in compared]),
        compared=len(compared),
        ordered=sum(not ratio.tied for ratio in compared),
        known=sum(known),
    )


def _widths(found: Sequence[float]) -> tuple[float, float] | None:
    """The median and the largest half width."""
    return (median(found), max(found)) if found else None
