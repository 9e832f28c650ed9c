"""Memory: the most that training adds to what the framework's import already took.

Each child holds one framework and nothing else, and reports what was resident after the import and
at the peak of its training steps. Its batch, its weights and the optimiser's state all count. What
lies on a card is given apart.
"""

from collections.abc import Callable
from typing import Any

import pytest

from benchmarks.children import Children
from benchmarks.errors import RefusedError
from benchmarks.runfile import RunFile
from benchmarks.tasks.task import Task
from benchmarks.timing import observe

ROUNDS = 2
#: Enough for allocators to have grown to their full size.
STEPS = 20


@pytest.mark.cell(phase="memory", metric="peak-memory-bytes", unit="bytes")
def test_memory(
    benchmark: Any,
    task: Task,
    run_file: RunFile,
    describe: Callable[[int, str], None],
    request: pytest.FixtureRequest,
) -> None:
    describe(task.train_batch, "synthetic")
    place = ("--threads", str(run_file.threads), "--device", run_file.device)
    chosen = ("--stack", run_file.stack, "--task", task.id, "--steps", str(STEPS))
    children = Children([*chosen, *place])
    rounds = 1 if request.config.getoption("--quick-rounds") else ROUNDS
    benchmark.pedantic(children.start, teardown=children.end, rounds=rounds)
    run_file.versions = children.reports[-1]["versions"]
    run_file.flags = children.reports[-1]["flags"]
    imported = [report["import_bytes"] for report in children.reports]
    peaks = [report["peak_bytes"] for report in children.reports]
    if None in imported:
        raise RefusedError("memory is read from /proc, which this system does not have")
    above = [peak - base for peak, base in zip(peaks, imported, strict=True)]
    observe(benchmark, "peak-memory-bytes", unit="bytes", values=above)
    observe(benchmark, "import-memory-bytes", unit="bytes", values=imported)
    benchmark.extra_info["steps"] = STEPS
    benchmark.extra_info["peak_device_bytes"] = children.reports[-1]["peak_device_bytes"]
