"""The table of deployment, made here and now: what works, how exactly, how fast, how large.

    python -m benchmarks.deployment [--task cnn-cifar] [--stack S] [--format F] [--json]

Each row is a model that was exported and run in its real runtime. Exits 0 whatever the rows say: a
failure is a result. Figures for comparing come from `advisor results --phase export`, which knows
of more than one process.
"""

import argparse
import json
import statistics
import sys
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass

from benchmarks import machine, tasks
from benchmarks.errors import MissingError, RefusedError
from benchmarks.exporters import FORMATS, RUNTIMES
from benchmarks.exporters.trial import ExportError, Trial, attempt
from benchmarks.runfile import first_line

__all__ = ["Row", "main", "rows", "table"]

DEFAULT_STACKS = ("keras-tensorflow", "tensorflow-graph", "pytorch-eager")


@dataclass(frozen=True)
class Row:
    """A format of a stack: how it ended, and the trial if it passed."""

    format: str
    stack: str
    task: str
    outcome: str
    reason: str = ""
    trial: Trial | None = None


def rows(
    stacks: Iterable[str], formats: Iterable[str], task_id: str, *, threads: int
) -> Iterator[Row]:
    """A row for each format that each stack claims, as soon as it is known."""
    for format in formats:
        for stack in stacks:
            if format in FORMATS[stack]:
                yield _row(stack, format, task_id, threads)


def _row(stack: str, format: str, task_id: str, threads: int) -> Row:
    def ended(outcome: str, error: Exception) -> Row:
        return Row(format, stack, task_id, outcome, first_line(str(error)))

    rounds = tasks.task(task_id).rounds
    try:
        trial = attempt(stack, task_id, format, threads=threads, rounds=rounds)
    except RefusedError as error:
        return ended("refused", error)
    except MissingError as error:
        return ended("missing", error)
    except ExportError as error:
        return ended("failed", error)
    return Row(format, stack, task_id, "passed", trial=trial)


def table(found: Iterable[Row]) -> Iterator[str]:
    """The rows as lines of text, head first, each as soon as it is there."""
    yield (
        f"{'format':<13} {'stack':<17} {'works':<8} {'largest':>8} {'relative':>8}"
        f" {'ms':>8} {'bytes':>10}  runtime, or reason"
    )
    for row in found:
        start = f"{row.format:<13} {row.stack:<17} {row.outcome:<8}"
        yield f"{start} {_figures(row.trial)}" if row.trial else f"{start} {row.reason:>39}"


def _figures(trial: Trial) -> str:
    milliseconds = 1e3 * statistics.median(trial.latencies)
    return (
        f"{trial.largest:>8.1e} {trial.relative:>8.1e} {milliseconds:>8.3f} {trial.bytes:>10,}"
        f"  {trial.runtime}"
    )


def main(arguments: list[str]) -> int:
    """Run the command; the exit status."""
    parser = argparse.ArgumentParser("benchmarks.deployment")
    parser.add_argument("--task", choices=tasks.task_ids(), default="cnn-cifar")
    parser.add_argument("--stack", action="append", choices=sorted(FORMATS), help="three defaults")
    parser.add_argument("--format", action="append", choices=RUNTIMES, help="all that are claimed")
    parser.add_argument("--threads", type=int, default=machine.usable_cores())
    parser.add_argument("--json", action="store_true", help="print the rows as JSON")
    given = parser.parse_args(arguments)
    chosen = given.stack or DEFAULT_STACKS, given.format or RUNTIMES
    found = rows(*chosen, given.task, threads=given.threads)
    if given.json:
        print(json.dumps([asdict(row) for row in found], indent=2))  # noqa: T201
        return 0
    for line in table(found):
        print(line, flush=True)  # noqa: T201
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
