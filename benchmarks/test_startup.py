"""Startup: from spawning an interpreter to the end of its first training step.

The parent, which holds no framework, keeps the clock; the child says how the time was spent.
"""

import json
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from benchmarks.runfile import RunFile
from benchmarks.tasks.task import Task

FOLDER = Path(__file__).resolve().parent.parent
#: Each start takes seconds; files that are not yet in memory make the very first one longer.
ROUNDS = 2
PARTS = ("import_seconds", "build_seconds", "first_step_seconds")


class Children:
    """Interpreters started one after the other, and what they reported."""

    def __init__(self, arguments: list[str]) -> None:
        self.command = [sys.executable, "-m", "benchmarks.startup", *arguments]
        self.reports: list[dict[str, Any]] = []

    def start(self) -> None:
        """Start one, and return as soon as it reports that its step is done."""
        with tempfile.TemporaryFile("w+") as errors:
            self.child = subprocess.Popen(
                self.command, cwd=FOLDER, stdout=subprocess.PIPE, stderr=errors, text=True
            )
            assert self.child.stdout is not None
            line = self.child.stdout.readline()
            if not line:
                self.child.wait()
                errors.seek(0)
                lines = errors.read().strip().splitlines()
                raise ChildProcessError(lines[-1] if lines else "the interpreter ended silently")
            self.reports.append(json.loads(line))

    def end(self) -> None:
        """Wait for the child to leave, off the clock."""
        self.child.communicate()


@pytest.mark.cell(phase="startup", metric="startup-seconds")
def test_startup(
    benchmark: Any,
    task: Task,
    run_file: RunFile,
    describe: Callable[[int, str], None],
    request: pytest.FixtureRequest,
) -> None:
    describe(task.train_batch, "synthetic")
    place = ("--threads", str(run_file.threads), "--device", run_file.device)
    children = Children(["--stack", run_file.stack, "--task", task.id, *place])
    rounds = 1 if request.config.getoption("--quick-rounds") else ROUNDS
    benchmark.pedantic(children.start, teardown=children.end, rounds=rounds)
    run_file.versions = children.reports[-1]["versions"]
    run_file.flags = children.reports[-1]["flags"]
    for part in PARTS:
        seconds = statistics.median(report[part] for report in children.reports)
        benchmark.extra_info[part] = seconds
