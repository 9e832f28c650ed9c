"""Train: one optimisation step on data that is already on the device."""

from collections.abc import Callable
from itertools import cycle
from typing import Any

import pytest

from benchmarks.conftest import Bench
from benchmarks.stacks.protocol import Stack
from benchmarks.timing import sample

#: Distinct batches, so that the loss does not run to zero on a single one.
BATCHES = 16


def step_flops(forward: int | None) -> int | None:
    """A step's operations by the usual rule: the way back costs twice the way forth."""
    return None if forward is None else 3 * forward


@pytest.mark.cell(phase="train", metric="step-seconds")
def test_step(
    benchmark: Any, bench: Bench, stack: Stack, describe: Callable[[int, str], None]
) -> None:
    size, trainer = bench.task.train_batch, bench.trainer
    describe(size, bench.examples.name)
    on_device = [trainer.put(bench.examples.batch(size, number)) for number in range(BATCHES)]
    batches = cycle(on_device)
    sample(
        benchmark,
        lambda: trainer.step(next(batches)),
        rounds=bench.rounds.train,
        warmup=bench.rounds.warmup,
        traces=trainer.traces,
    )
    benchmark.extra_info["flops"] = step_flops(trainer.flops(on_device[0]))
    benchmark.extra_info["peak_device_bytes"] = stack.runtime.peak_device_bytes()
