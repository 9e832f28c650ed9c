"""Startup: from spawning an interpreter to the end of its first training step.

The parent, which holds no framework, keeps the clock; the child says how the time was spent.
"""

import statistics
from collections.abc import Callable
from typing import Any

import pytest

from benchmarks.children import Children
from benchmarks.runfile import RunFile
from benchmarks.tasks.task import Task

#: Each start takes seconds; files that are not yet in memory make the very first one longer.
ROUNDS = 2
PARTS = ("import_seconds", "build_seconds", "first_step_seconds")


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
