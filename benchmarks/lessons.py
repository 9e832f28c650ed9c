"""What one seed learns: epoch after epoch over real data, with a test after each.

The seed chooses the order of the examples, which NumPy draws and all frameworks get alike. What an
epoch costs is the time of the framework's own loader and loop; testing is off the clock.
"""

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from benchmarks import loops
from benchmarks.stacks.protocol import Trainer
from benchmarks.tasks.task import Examples, Learning

__all__ = ["Lesson", "arrival", "course"]


@dataclass(frozen=True)
class Lesson:
    """What is learned, from which examples, and on which it is tested."""

    learning: Learning
    train: Examples
    test: Examples

    @property
    def even(self) -> int:
        """How many examples an epoch sees: whole batches, so each epoch leaves other ones out."""
        return len(self.train.targets) // self.learning.batch * self.learning.batch

    def shortened(self, steps: int) -> "Lesson":
        """The same lesson on the first examples only: at most so many steps per epoch."""
        places = np.arange(len(self.train.targets))[: steps * self.learning.batch]
        return replace(self, train=loops.select(self.train, places))


def course(
    trainer: Trainer, loop: loops.Loop, lesson: Lesson, *, seed: int, test_batch: int
) -> Iterator[tuple[float, float]]:
    """For each epoch, the seconds that it took and the test score after it."""
    source = np.random.default_rng(seed)
    for _ in range(lesson.learning.epochs):
        order = source.permutation(len(lesson.train.targets))[: lesson.even]
        examples = loops.select(lesson.train, order)
        loader = loop.loader(trainer, examples, batch=lesson.learning.batch, shuffle=False)
        start = time.perf_counter()
        loop.run_epoch(trainer, loader)
        seconds = time.perf_counter() - start
        yield seconds, _score(trainer, lesson, test_batch)


def arrival(scores: Sequence[float], target: float) -> int | None:
    """The first epoch, from 0, after which the score was at the target; None if it never was."""
    return next((epoch for epoch, score in enumerate(scores) if score >= target), None)


def _score(trainer: Trainer, lesson: Lesson, size: int) -> float:
    """The score on all test examples; batches are of one size, and what wraps around is cut off."""
    count = len(lesson.test.targets)
    batches = (lesson.test.batch(size, number) for number in range(-(-count // size)))
    outputs = np.concatenate([trainer.forward(trainer.put(each)) for each in batches])
    return lesson.learning.score(outputs[:count], lesson.test.targets)
