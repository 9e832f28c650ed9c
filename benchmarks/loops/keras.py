"""Keras: `fit` on NumPy arrays, on every backend.

Follows https://keras.io/guides/training_with_built_in_methods/, which trains on arrays first, and
`fit`'s own defaults but for the progress bar: that is work for a terminal, not for a model.
"""

from dataclasses import dataclass
from typing import Any

from benchmarks.tasks.task import Array, Examples

__all__ = ["loader", "run_epoch"]


@dataclass(frozen=True)
class Arrays:
    """What `fit` is given: it makes batches by itself."""

    inputs: Array | tuple[Array, ...]
    targets: Array
    batch: int
    shuffle: bool


def loader(trainer: Any, examples: Examples, *, batch: int, shuffle: bool) -> Arrays:
    """The arrays as they are; a model with one input takes it bare."""
    del trainer
    inputs = examples.inputs[0] if len(examples.inputs) == 1 else examples.inputs
    return Arrays(inputs, examples.targets, batch, shuffle)


def run_epoch(trainer: Any, loader: Arrays) -> None:
    """One epoch of `fit`; it reads the mean loss, so the work is done when it returns."""
    trainer.model.fit(
        loader.inputs,
        loader.targets,
        batch_size=loader.batch,
        shuffle=loader.shuffle,
        epochs=1,
        verbose=0,
    )
