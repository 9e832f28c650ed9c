"""A lesson shows every example once per epoch, alike for all, and tests on all that there is."""

import json
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.lessons import Lesson, arrival, course
from benchmarks.tasks.task import Array, Batch, Examples, Learning
from tests.benchmarks.conftest import STACKS, python


def numbered(count: int) -> Examples:
    """Examples whose input and target are their number."""
    numbers = np.arange(count)
    return Examples("numbered", (numbers,), numbers)


def lesson(*, train: int, test: int, batch: int, epochs: int) -> Lesson:
    """A lesson whose score is the share of test examples that were answered with their number."""
    learning = Learning(
        lambda: (numbered(train), numbered(test)),
        epochs=epochs,
        batch=batch,
        target=1.0,
        score=lambda outputs, targets: float(np.mean(outputs == targets)),
    )
    return Lesson(learning, *learning.examples())


@dataclass
class Pupil:
    """A trainer and its loop at once: it writes down what it is shown, and answers the input."""

    epochs: list[list[int]] = field(default_factory=list)
    sizes: set[int] = field(default_factory=set)

    def loader(self, trainer: Any, examples: Examples, *, batch: int, shuffle: bool) -> Examples:
        del trainer
        assert not shuffle
        assert len(examples.targets) % batch == 0
        return examples

    def run_epoch(self, trainer: Any, loader: Examples) -> None:
        del trainer
        self.epochs.append(loader.targets.tolist())

    def put(self, batch: Batch) -> Batch:
        self.sizes.add(len(batch.targets))
        return batch

    def forward(self, batch: Batch) -> Array:
        return batch.inputs[0]


def taught(given: Lesson, seed: int, *, test_batch: int = 4) -> tuple[Pupil, list[float]]:
    pupil: Any = Pupil()
    found = list(course(pupil, pupil, given, seed=seed, test_batch=test_batch))
    assert all(seconds > 0 for seconds, _ in found)
    return pupil, [score for _, score in found]


@given(st.integers(1, 40), st.integers(1, 40), st.integers(1, 3), st.integers(0, 5))
def test_an_epoch_shows_whole_batches_of_different_examples(
    train: int, batch: int, epochs: int, seed: int
) -> None:
    given = lesson(train=train, test=3, batch=batch, epochs=epochs)
    pupil, _ = taught(given, seed)
    assert len(pupil.epochs) == epochs
    for seen in pupil.epochs:
        assert len(seen) == given.even == train - train % batch
        assert len(set(seen)) == len(seen)
    assert taught(given, seed)[0].epochs == pupil.epochs


def test_each_seed_and_each_epoch_has_an_order_of_its_own() -> None:
    given = lesson(train=50, test=3, batch=10, epochs=2)
    orders = [tuple(seen) for seed in range(3) for seen in taught(given, seed)[0].epochs]
    assert len({*orders, tuple(range(50))}) == 7
    assert all(sorted(order) == list(range(50)) for order in orders)


@given(st.integers(1, 40), st.integers(1, 40))
def test_every_test_example_counts_once_in_batches_of_one_size(test: int, size: int) -> None:
    pupil, scores = taught(lesson(train=4, test=test, batch=2, epochs=1), 0, test_batch=size)
    assert scores == [1.0]
    assert pupil.sizes == {size}


@given(st.integers(1, 40), st.integers(1, 9), st.integers(1, 9))
def test_a_shortened_lesson_keeps_the_first_examples(train: int, batch: int, steps: int) -> None:
    short = lesson(train=train, test=3, batch=batch, epochs=1).shortened(steps)
    assert short.train.targets.tolist() == list(range(min(train, steps * batch)))
    assert short.test.targets.tolist() == [0, 1, 2]


@pytest.mark.parametrize(
    ("scores", "epoch"),
    [((0.5, 0.8, 0.7), 1), ((0.8, 0.2), 0), ((0.5, 0.79), None), ((0.1, 0.2, 0.81), 2)],
)
def test_it_arrives_with_the_first_score_at_the_target(
    scores: tuple[float, ...], epoch: int | None
) -> None:
    assert arrival(scores, 0.8) == epoch


#: Two shuffled epochs and one in order, over two inputs and a target that belong together.
LOOPS = """
import json, sys
import numpy as np
from benchmarks import loops, stacks, tasks
from benchmarks.tasks.task import Examples
stack, task = stacks.open_stack(sys.argv[1], 1), tasks.task("recommender")
trainer = stack.trainer(task, "adam")
trainer.load(task.reference_weights())
before = trainer.weights()
rows = []
def noted(step):
    def act(batch):
        (users, items), targets = batch
        read = [np.asarray(each).ravel().tolist() for each in (users, items, targets)]
        rows.append([list(map(int, row)) for row in zip(*read)])
        return step(batch)
    return act
if sys.argv[1].startswith("keras"):
    trainer.model.run_eagerly = True
    trainer.model.train_step = noted(trainer.model.train_step)
else:
    trainer.step = noted(trainer.step)
numbers = np.arange(192)
chosen = (numbers % 2).astype(np.float32)[:, None]
examples = Examples("numbered", (numbers, 1000 + numbers), chosen)
loop, told = loops.open_loop(stacks.STACKS[sys.argv[1]].framework), []
for shuffle, epochs in ((True, 2), (False, 1)):
    loader = loop.loader(trainer, examples, batch=64, shuffle=shuffle)
    for _ in range(epochs):
        loop.run_epoch(trainer, loader)
        told.append(rows.copy())
        rows.clear()
moved = [name for name, values in trainer.weights().items() if (values != before[name]).any()]
print(json.dumps({"epochs": told, "moved": len(moved) == len(before)}))
"""


@pytest.mark.parametrize("stack", STACKS)
def test_a_framework_s_own_loader_shows_every_example_once_per_epoch(stack: str) -> None:
    ended = python("-c", LOOPS, stack)
    assert ended.returncode == 0, ended.stderr
    told = json.loads(ended.stdout)
    assert told["moved"]
    orders = []
    for epoch in told["epochs"]:
        assert [len(batch) for batch in epoch] == [64, 64, 64]
        rows = [tuple(row) for batch in epoch for row in batch]
        assert sorted(rows) == [(n, 1000 + n, n % 2) for n in range(192)]
        orders.append([number for number, _, _ in rows])
    shuffled, again, given = orders
    assert given == list(range(192))
    assert shuffled != again
    assert given not in (shuffled, again)
