"""Loops without the laboratory: what its steps must keep up with, to be no strawmen.

tight       the shortest loop over the task's own model that a user of the framework would write
published   the same network and loop as the framework's documentation writes them, in our words

Either is a function that takes all batches of a block once, and returns when the work is done.
"""

from collections.abc import Callable, Sequence
from importlib import import_module
from typing import Any, Protocol

from benchmarks.errors import RefusedError
from benchmarks.stacks.protocol import DeviceBatch, Trainer
from benchmarks.tasks.task import Batch

__all__ = ["LIMITS", "Block", "Loops", "loops"]

Block = Callable[[], None]
#: How many times as long our step may take.
LIMITS = {"tight": 1.05, "published": 1.10}
_MODULES = {
    "keras-tensorflow": "keras",
    "tensorflow-graph": "tensorflow",
    "pytorch-eager": "pytorch",
    "pytorch-compile": "pytorch",
    "pytorch-channels-last": "pytorch",
}


class Loops(Protocol):
    """What a module of this package offers."""

    def tight(self, trainer: Trainer, batches: Sequence[DeviceBatch]) -> Block:
        """A loop over the trainer's own model and optimiser."""

    def published(self, trainer: Trainer, batches: Sequence[Batch]) -> Block:
        """A documented network and its loop; RefusedError if the task's network is in no guide."""


def loops(stack_id: str) -> Loops:
    """The loops for a stack that is open; RefusedError if none are written for it."""
    if stack_id not in _MODULES:
        raise RefusedError(f"there are loops for {', '.join(_MODULES)}, and none for {stack_id}")
    module: Any = import_module(f"{__name__}.{_MODULES[stack_id]}")
    return module
