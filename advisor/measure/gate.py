"""Is it the same model in every stack? Nothing is timed before that is shown.

Each stack computes outputs, gradients and ten training steps of all its tasks in a process of its
own, from the same weights and data; then a process without a framework compares them. Who disagrees
is refused, with the reason.
"""

import json
import tempfile
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from advisor.errors import MeasureError, Problem
from advisor.measure.child import Ended, run_child

__all__ = ["Refusals", "agreement"]

#: Why a (stack, task) may not be timed.
Refusals = Mapping[tuple[str, str], str]

MODULE = ("-m", "benchmarks.agreement")

#: What one task may take; a stack gets as many times this as it has tasks.
TASK_TIMEOUT_SECONDS = 300.0


@dataclass(frozen=True)
class _Gate:
    """Where the gate's processes run, and on what."""

    laboratory: Path
    options: tuple[str, ...]
    scratch: Path

    def run(self, arguments: Sequence[str], tasks: int) -> Ended:
        """One process of the gate, for so many tasks."""
        timeout = TASK_TIMEOUT_SECONDS * tasks
        return run_child((*MODULE, *arguments), folder=self.laboratory, timeout_seconds=timeout)

    def record(self, stack: str, task: str) -> Path:
        """Where a stack leaves what it computed."""
        return self.scratch / f"{stack}.{task}.npz"


def agreement(
    wanted: Mapping[str, Sequence[str]],
    *,
    laboratory: Path,
    threads: int,
    device: str = "cpu",
    told: Callable[[str], None],
) -> Refusals:
    """Run the gate for the tasks of each stack; who may not be timed, each with its reason.

    A stack that cannot compute a task is refused that task alone. Where the stacks disagree, the
    task is refused for all. Each process computes on `threads` threads; `told` hears what is
    being checked. MeasureError if the comparison itself fails.
    """
    options = ("--threads", str(threads), *(() if device == "cpu" else ("--device", device)))
    refused: dict[tuple[str, str], str] = {}
    with tempfile.TemporaryDirectory(prefix="advisor-gate-") as scratch:
        gate = _Gate(laboratory, options, Path(scratch))
        for number, (stack, tasks) in enumerate(wanted.items(), start=1):
            told(f"agreement of the models, stack {number} of {len(wanted)}: {stack}")
            for task, reason in _failures(gate, stack, tasks).items():
                refused[stack, task] = reason
        disagreements = _disagreements(gate) if any(gate.scratch.iterdir()) else {}
    for stack, tasks in wanted.items():
        for task in tasks:
            if task in disagreements:
                refused.setdefault((stack, task), disagreements[task])
    return refused


def _failures(gate: _Gate, stack: str, tasks: Sequence[str]) -> dict[str, str]:
    """The tasks that a stack could not compute.

    A process that dies takes the blame for the task it was at; another goes on with the rest.
    """
    failed: dict[str, str] = {}
    waiting = list(tasks)
    while waiting:
        chosen = [word for task in waiting for word in ("--task", task)]
        places = ("--stack", stack, *chosen, "--into", str(gate.scratch))
        ended = gate.run((*places, *gate.options), len(waiting))
        failed |= _told(ended)
        waiting = [
            task
            for task in waiting
            if task not in failed and not gate.record(stack, task).is_file()
        ]
        if waiting:
            failed[waiting.pop(0)] = f"agreement could not be checked: {ended.reason}"
    return failed


def _told(ended: Ended) -> dict[str, str]:
    """What the process itself said last of the tasks that it could not compute."""
    try:
        said = json.loads(ended.output.strip().splitlines()[-1])
        return {each["task"]: _why(each) for each in said}
    except (ValueError, KeyError, TypeError, IndexError):
        return {}


def _why(absence: Mapping[str, str]) -> str:
    failed = "agreement could not be checked: " if absence["outcome"] == "failed" else ""
    return failed + absence["reason"]


def _disagreements(gate: _Gate) -> dict[str, str]:
    """Why a task's models are not one model, for each such task."""
    records = sorted(map(str, gate.scratch.glob("*.npz")))
    ended = gate.run(("compare", "--json", *records), len(records))
    if ended.status == 0 and not ended.timed_out:
        return {}
    if ended.status == 1 and (found := _reasons(ended.output)):
        return found
    raise MeasureError(
        Problem(
            where="agreement",
            what=f"the comparison itself failed: {ended.reason}",
            cure="Nothing was timed; repair the laboratory or leave out what it complains of",
        )
    )


def _reasons(output: str) -> dict[str, str]:
    """The findings that speak against a task, from the comparison's JSON."""
    against: defaultdict[str, list[str]] = defaultdict(list)
    try:
        for finding in json.loads(output):
            if finding["reasons"]:
                why = f"{finding['stack']} from {finding['reference']}: "
                against[finding["task"]].append(why + ", ".join(finding["reasons"]))
    except (ValueError, KeyError, TypeError):
        return {}
    return {task: "the models disagree: " + "; ".join(found) for task, found in against.items()}
