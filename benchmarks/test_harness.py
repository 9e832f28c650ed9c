"""Harness: what measuring adds to every sample, which is the clock and the stack's adapter.

The framework's own call is made once. Then an idle one takes its place, which returns that result
at once, and what is left of a step is ours. It goes the very way of a timed step. Reading the loss
and waiting for it are counted as ours, though a user would mostly do both.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from statistics import median
from typing import Any

import pytest

from benchmarks.conftest import Bench
from benchmarks.stacks.protocol import DeviceBatch, Trainer
from benchmarks.timing import sample

#: A call takes microseconds: many samples cost nothing.
ROUNDS, WARMUP = 200, 50


@pytest.mark.cell(phase="harness", metric="call-seconds")
def test_call(benchmark: Any, bench: Bench, describe: Callable[[int, str], None]) -> None:
    size, trainer = bench.task.train_batch, bench.trainer
    describe(size, bench.examples.name)
    batch = trainer.put(bench.examples.batch(size))
    with idle(trainer, batch):
        sample(benchmark, lambda: trainer.step(batch), rounds=ROUNDS, warmup=WARMUP)
        predict_seconds = _typical_seconds(lambda: trainer.predict(batch))
    benchmark.extra_info["predict_call_seconds"] = predict_seconds
    benchmark.extra_info["clock_seconds"] = _typical_seconds(lambda: None)


@contextmanager
def idle(trainer: Trainer, batch: DeviceBatch) -> Iterator[None]:
    """Let the trainer's framework do nothing but give the result that it had for this batch."""
    train, infer = trainer.train, trainer.infer
    trained, inferred = _Remembered(train), _Remembered(infer)
    trainer.train, trainer.infer = trained, inferred
    try:
        trainer.step(batch)
        trainer.predict(batch)
        trainer.train, trainer.infer = trained.again, inferred.again
        yield
    finally:
        trainer.train, trainer.infer = train, infer


class _Remembered:
    """A call that keeps its result."""

    def __init__(self, call: Callable[..., Any]) -> None:
        self.call, self.result = call, None

    def __call__(self, *arguments: Any) -> Any:
        self.result = self.call(*arguments)
        return self.result

    def again(self, *arguments: Any) -> Any:
        """The kept result, whatever is asked."""
        del arguments
        return self.result


def _typical_seconds(act: Callable[[], object]) -> float:
    seconds = []
    for _ in range(ROUNDS):
        start = time.perf_counter()
        act()
        seconds.append(time.perf_counter() - start)
    return median(seconds)
