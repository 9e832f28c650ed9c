"""Each framework's own loader and loop over a training set, as its documentation writes them.

loop = open_loop("pytorch")
loader = loop.loader(trainer, examples, batch=64, shuffle=True)
loop.run_epoch(trainer, loader)             # returns when the work is done

Model, optimiser and step are those of the stack's trainer; what is added here is what a user adds
around them. The examples divide evenly into batches, so no batch is short and nothing is traced or
compiled for a second size.
"""

from importlib import import_module
from typing import Any, Protocol

from benchmarks.stacks.protocol import Trainer
from benchmarks.tasks.task import Array, Examples

__all__ = ["Loader", "Loop", "open_loop", "select"]

#: A loader as its framework makes it; nobody else looks inside.
Loader = Any


class Loop(Protocol):
    """What a module of this package offers."""

    def loader(self, trainer: Trainer, examples: Examples, *, batch: int, shuffle: bool) -> Loader:
        """Batches of the examples; in their given order unless the loader is to shuffle them."""

    def run_epoch(self, trainer: Trainer, loader: Loader) -> None:
        """Train once on every batch, finished when it returns."""


def open_loop(framework: str) -> Loop:
    """The loop of a framework; this imports the framework."""
    loop: Any = import_module(f"{__name__}.{framework}")
    return loop  # type: ignore[no-any-return]


def select(examples: Examples, places: Array) -> Examples:
    """The examples at these places, in this order."""
    inputs = tuple(each[places] for each in examples.inputs)
    return Examples(examples.name, inputs, examples.targets[places])
