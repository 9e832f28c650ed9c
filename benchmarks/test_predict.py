"""Predict: latency of a single example, and the time of a large batch, outputs on the host."""

from collections.abc import Callable
from typing import Any

import pytest

from benchmarks.conftest import Bench
from benchmarks.stacks.protocol import DeviceBatch, Trainer
from benchmarks.timing import sample


@pytest.mark.cell(phase="predict", metric="latency-seconds")
def test_latency(benchmark: Any, bench: Bench, describe: Callable[[int, str], None]) -> None:
    size = bench.task.latency_batch
    describe(size, bench.examples.name)
    batch = bench.trainer.put(bench.examples.batch(size))
    sample(
        benchmark,
        lambda: bench.trainer.predict(batch),
        rounds=bench.rounds.latency,
        warmup=bench.rounds.warmup,
        traces=bench.trainer.traces,
    )
    benchmark.extra_info["flops"] = _flops(bench.trainer, batch)


@pytest.mark.cell(phase="predict", metric="batch-seconds")
def test_large_batch(benchmark: Any, bench: Bench, describe: Callable[[int, str], None]) -> None:
    size = bench.task.large_batch
    describe(size, bench.examples.name)
    batch = bench.trainer.put(bench.examples.batch(size))
    sample(
        benchmark,
        lambda: bench.trainer.predict(batch),
        rounds=bench.rounds.batch,
        warmup=min(bench.rounds.warmup, 3),
        traces=bench.trainer.traces,
    )
    benchmark.extra_info["flops"] = _flops(bench.trainer, batch)


def _flops(trainer: Trainer, batch: DeviceBatch) -> int | None:
    """The operations of one call; unknown for a loop, which runs the model as often as it likes."""
    return None if trainer.decodes else trainer.flops(batch)
