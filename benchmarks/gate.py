"""The gate over many tasks and stacks: one process for each stack, then one table.

    python -m benchmarks.agreement all [--stack S ...] [--task T ...] [--json]

The processes run one after the other, and this one loads no framework. A task that a stack refuses
is said and does not count against anybody; one that breaks does.
"""

import argparse
import json
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from benchmarks import comparison, machine, tasks
from benchmarks.errors import LaboratoryError
from benchmarks.stacks import STACKS
from benchmarks.tasks import data

__all__ = ["DEFAULT_STACKS", "Absence", "main"]

FOLDER = Path(__file__).resolve().parent.parent
#: The stack of each framework that its documentation starts with.
DEFAULT_STACKS = ("keras-tensorflow", "tensorflow-graph", "pytorch-eager")


@dataclass(frozen=True)
class Absence:
    """A task that a stack computed nothing for: "refused" or "failed", with the reason."""

    task: str
    stack: str
    outcome: str
    reason: str


def main(arguments: Sequence[str]) -> int:
    """Compute, compare, print; 0 if all agree and none failed, else 1."""
    given = _parser().parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix="agreement-") as scratch:
        stacks = given.stack or DEFAULT_STACKS
        absences = [each for stack in stacks for each in _compute(stack, given, Path(scratch))]
        files = sorted(Path(scratch).glob("*.npz"))
        findings = comparison.compare([comparison.read(path) for path in files])
    if given.json:
        parts = {"findings": [each.as_dict() for each in findings]}
        print(json.dumps(parts | {"absences": list(map(asdict, absences))}, indent=2))  # noqa: T201
    else:
        print("\n".join([comparison.table(findings), *map(_line, absences)]))  # noqa: T201
    passed = all(each.passed for each in findings)
    return 0 if passed and all(each.outcome == "refused" for each in absences) else 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser("benchmarks.agreement all")
    stacks = ", ".join(DEFAULT_STACKS)
    repeat = "repeat for more; default"
    parser.add_argument(
        "--stack", action="append", choices=sorted(STACKS), help=f"{repeat} {stacks}"
    )
    parser.add_argument("--task", action="append", choices=tasks.task_ids(), help=f"{repeat} all")
    parser.add_argument("--threads", type=int, default=machine.usable_cores())
    parser.add_argument("--data", choices=data.CHOICES, default="synthetic")
    parser.add_argument("--json", action="store_true", help="print the findings as JSON")
    return parser


def _compute(stack: str, given: argparse.Namespace, out: Path) -> list[Absence]:
    """Have a process of the stack's own write a file for each task; what it could not write."""
    chosen = [f"--task={task}" for task in given.task or tasks.task_ids()]
    settings = (f"--threads={given.threads}", f"--data={given.data}", f"--into={out}")
    command = (sys.executable, "-m", "benchmarks.agreement", f"--stack={stack}")
    ended = subprocess.run(
        (*command, *settings, *chosen), cwd=FOLDER, capture_output=True, text=True, check=False
    )
    if ended.returncode:
        lines = ended.stderr.strip().splitlines()
        raise LaboratoryError(
            f"stack {stack}",
            lines[-1] if lines else f"its process ended with status {ended.returncode}",
            cure="Run the command that it was given: " + " ".join(map(str, command[1:])),
        )
    found: list[dict[str, Any]] = json.loads(ended.stdout.strip().splitlines()[-1])
    return [Absence(stack=stack, **each) for each in found]


def _line(absence: Absence) -> str:
    return f"{absence.task:<16} {absence.stack:<22} {absence.outcome}: {absence.reason}"
