"""Learn: what a model has understood of real data after a fixed budget, and when.

One process is one seed: its replicate's number. The seed chooses the initial weights and the order
of the examples, and both are made by NumPy and the same in all frameworks; what is left to differ
is how they compute. An epoch's time is that of the framework's own loader and loop, compilers
included; testing is off the clock, and the same for all.
"""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pytest

from benchmarks import loops
from benchmarks.errors import MissingError, MissingFileError
from benchmarks.runfile import RunFile
from benchmarks.stacks.protocol import Stack, Trainer
from benchmarks.tasks import data
from benchmarks.tasks.task import Examples, Learning, Task
from benchmarks.timing import observe

#: With --quick-rounds an epoch ends here.
QUICK_STEPS = 20


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


@pytest.fixture
def lesson(task: Task, request: pytest.FixtureRequest) -> Lesson:
    """The task's real data; missing where they are not cached, an error where they are demanded."""
    choice = request.config.getoption("--data")
    try:
        found = Lesson(*data.lesson(task, choice))
    except MissingFileError as absence:
        if choice == "real":
            raise
        raise MissingError(str(absence)) from absence
    if request.config.getoption("--quick-rounds"):
        most = QUICK_STEPS * found.learning.batch
        return replace(found, train=loops.select(found.train, np.arange(most)))
    return found


@pytest.mark.cell(phase="learn", metric="accuracy", unit="share")
def test_learn(
    benchmark: Any,
    stack: Stack,
    task: Task,
    lesson: Lesson,
    run_file: RunFile,
    describe: Callable[[int, str], None],
) -> None:
    learning, seed = lesson.learning, run_file.replicate.replicate
    describe(learning.batch, lesson.train.name)
    trainer = stack.trainer(task, "adam")
    trainer.load(task.reference_weights(seed))
    loop = loops.open_loop(run_file.framework)
    course = benchmark.pedantic(
        lambda: list(_course(trainer, loop, lesson, seed, test_batch=task.large_batch)), rounds=1
    )
    scores, seconds = [score for _, score in course], np.cumsum([took for took, _ in course])
    observe(benchmark, "accuracy", unit="share", values=scores[-1:])
    observe(benchmark, "learn-seconds", unit="s", values=seconds[-1:].tolist())
    if max(scores) >= learning.target:
        arrival = next(epoch for epoch, score in enumerate(scores) if score >= learning.target)
        observe(benchmark, "target-seconds", unit="s", values=[float(seconds[arrival])])
    benchmark.extra_info.update(
        seed=seed,
        epochs=learning.epochs,
        target=learning.target,
        curve=scores,
        curve_seconds=seconds.tolist(),
        train_examples=lesson.even,
        test_examples=len(lesson.test.targets),
    )


def _course(
    trainer: Trainer, loop: loops.Loop, lesson: Lesson, seed: int, *, test_batch: int
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


def _score(trainer: Trainer, lesson: Lesson, size: int) -> float:
    """The score on all test examples; batches are of one size, and what wraps around is cut off."""
    count = len(lesson.test.targets)
    batches = (lesson.test.batch(size, number) for number in range(-(-count // size)))
    outputs = np.concatenate([trainer.forward(trainer.put(each)) for each in batches])
    return lesson.learning.score(outputs[:count], lesson.test.targets)
