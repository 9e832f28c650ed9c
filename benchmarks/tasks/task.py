"""What a task is, before any framework sees it: shapes, data, reference weights, sample counts.

Weights carry the names and the layout that all frameworks are compared in: `layer/variable`,
dense kernels as (in, out), convolution kernels as (height, width, in, out), inputs with the
channels last. A stack translates them once, by rule, into its own layout.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["Array", "Batch", "Examples", "Rounds", "Task", "Weights"]

Array = NDArray[np.generic]
Weights = dict[str, NDArray[np.float32]]


@dataclass(frozen=True)
class Batch:
    """Examples that travel together: one array per model input, and the targets."""

    inputs: tuple[Array, ...]
    targets: Array


@dataclass(frozen=True)
class Examples:
    """Training examples in memory; `name` says which data these are, such as "mnist"."""

    name: str
    inputs: tuple[Array, ...]
    targets: Array

    def batch(self, size: int, number: int = 0) -> Batch:
        """Batch `number` of `size` examples, in the order of the data, wrapping around."""
        places = np.arange(number * size, (number + 1) * size) % len(self.targets)
        return Batch(tuple(each[places] for each in self.inputs), self.targets[places])


@dataclass(frozen=True)
class Rounds:
    """How many samples one process takes, and how many untimed calls come first."""

    train: int
    latency: int
    batch: int
    warmup: int

    def quick(self) -> "Rounds":
        """Three of everything: to see that all works, not to learn a number."""
        return Rounds(train=3, latency=3, batch=3, warmup=1)


@dataclass(frozen=True)
class Task:
    """A standard piece of work, free of any framework.

    `weights` maps names to shapes in the shared layout. `channels` says that each input ends in a
    channel axis, which some stacks want second. `examples` takes "auto", "real" or "synthetic".
    """

    id: str
    title: str
    weights: dict[str, tuple[int, ...]]
    examples: Callable[[str], Examples]
    rounds: Rounds
    channels: bool = False
    train_batch: int = 64
    latency_batch: int = 1
    large_batch: int = 256
    seed: int = 20250430
    gate_learning_rate: float = 0.01

    def reference_weights(self) -> Weights:
        """The same seeded weights for every framework, float32, in the shared layout.

        Kernels are Glorot uniform. Biases are small but not zero, so that a forgotten or doubled
        bias cannot hide from the gate.
        """
        source = np.random.default_rng(self.seed)
        return {name: _initial(source, shape) for name, shape in self.weights.items()}

    def parameters(self) -> int:
        """The number of trainable values."""
        return sum(math.prod(shape) for shape in self.weights.values())


def _initial(source: np.random.Generator, shape: tuple[int, ...]) -> NDArray[np.float32]:
    if len(shape) == 1:
        return source.normal(0.0, 0.05, shape).astype(np.float32)
    field_size = math.prod(shape[:-2])
    limit = math.sqrt(6.0 / (field_size * (shape[-2] + shape[-1])))
    return source.uniform(-limit, limit, shape).astype(np.float32)
