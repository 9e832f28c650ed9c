"""Is it the same model in every stack? Nothing is timed before that is shown.

Each stack computes outputs, gradients and ten training steps of each task in a process of its own,
from the same weights and data; then a process without a framework compares them. Who disagrees is
refused, with the reason.
"""

import json
import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from advisor.errors import MeasureError, Problem
from advisor.measure.child import Ended, run_child

__all__ = ["Refusals", "agreement"]

#: Why a (stack, task) may not be timed.
Refusals = Mapping[tuple[str, str], str]

MODULE = ("-m", "benchmarks.agreement")
TIMEOUT_SECONDS = 600.0


def agreement(
    stacks: Sequence[str],
    tasks: Sequence[str],
    *,
    laboratory: Path,
    threads: int,
    told: Callable[[str], None],
    timeout_seconds: float = TIMEOUT_SECONDS,
) -> Refusals:
    """Run the gate; the pairs of stack and task that may not be timed, each with its reason.

    A stack that cannot compute a task is refused that task alone. Where the stacks disagree, the
    task is refused for all. Each process computes on `threads` threads; `told` hears what is
    being checked. MeasureError if the comparison itself fails.
    """
    refused: dict[tuple[str, str], str] = {}
    with tempfile.TemporaryDirectory(prefix="advisor-gate-") as scratch:
        for task in tasks:
            records: list[Path] = []
            for stack in stacks:
                told(f"agreement of {task}, {stack}")
                out = Path(scratch) / f"{stack}-{task}.npz"
                arguments = ("--stack", stack, "--task", task, "--out", str(out))
                ended = _gate((*arguments, "--threads", str(threads)), laboratory, timeout_seconds)
                if ended.status == 0 and out.is_file():
                    records.append(out)
                else:
                    refused[stack, task] = f"agreement could not be checked: {ended.reason}"
            if records and (reason := _disagreement(task, records, laboratory, timeout_seconds)):
                refused = {(stack, task): reason for stack in stacks} | refused
    return refused


def _gate(arguments: Sequence[str], laboratory: Path, timeout_seconds: float) -> Ended:
    return run_child((*MODULE, *arguments), folder=laboratory, timeout_seconds=timeout_seconds)


def _disagreement(
    task: str, records: Sequence[Path], laboratory: Path, timeout_seconds: float
) -> str:
    """Why the task's models are not one model, or "" if they are."""
    ended = _gate(("compare", "--json", *map(str, records)), laboratory, timeout_seconds)
    if ended.status == 0 and not ended.timed_out:
        return ""
    if ended.status == 1:
        return _reason(ended.output) or ended.reason
    raise MeasureError(
        Problem(
            where=f"agreement of {task}",
            what=f"the comparison itself failed: {ended.reason}",
            cure="Nothing was timed; repair the laboratory or leave out this task",
        )
    )


def _reason(output: str) -> str:
    """The findings that speak against the task, from the comparison's JSON."""
    try:
        findings = json.loads(output)
        return "the models disagree: " + "; ".join(
            f"{finding['stack']} from {finding['reference']}: {', '.join(finding['reasons'])}"
            for finding in findings
            if finding["reasons"]
        )
    except (ValueError, KeyError, TypeError):
        return ""
