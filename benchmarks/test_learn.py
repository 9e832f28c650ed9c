"""Learn: what a model has understood of real data after a fixed budget, and when.

One process is one seed: its replicate's number. The seed chooses the initial weights and the order
of the examples, and both are made by NumPy and the same in all frameworks; what is left to differ
is how they compute. An epoch's time is that of the framework's own loader and loop, compilers
included; testing is off the clock, and the same for all.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from benchmarks import loops
from benchmarks.errors import MissingError, MissingFileError
from benchmarks.lessons import Lesson, arrival, course
from benchmarks.runfile import RunFile
from benchmarks.stacks.protocol import Stack
from benchmarks.tasks import data
from benchmarks.tasks.task import Task
from benchmarks.timing import observe

#: With --quick-rounds an epoch ends here.
QUICK_STEPS = 20


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
    return found.shortened(QUICK_STEPS) if request.config.getoption("--quick-rounds") else found


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
    epochs = benchmark.pedantic(
        lambda: list(course(trainer, loop, lesson, seed=seed, test_batch=task.large_batch)),
        rounds=1,
    )
    scores, seconds = [score for _, score in epochs], np.cumsum([took for took, _ in epochs])
    observe(benchmark, "accuracy", unit="share", values=scores[-1:])
    observe(benchmark, "learn-seconds", unit="s", values=seconds[-1:].tolist())
    arrived = arrival(scores, learning.target)
    if arrived is not None:
        observe(benchmark, "target-seconds", unit="s", values=[float(seconds[arrived])])
    benchmark.extra_info.update(
        seed=seed,
        epochs=learning.epochs,
        target=learning.target,
        curve=scores,
        curve_seconds=seconds.tolist(),
        train_examples=lesson.even,
        test_examples=len(lesson.test.targets),
    )
