"""What a task is, before any framework sees it: shapes, data, reference weights, sample counts.

Weights carry the names and the layout that all frameworks are compared in: `layer/variable`,
dense kernels as (in, out), convolution kernels as (height, width, in, out) or (length, in, out),
embeddings as (words, width), LSTM kernels as (in, 4 * units) with the gates in the order input,
forget, cell, output, inputs with the channels last. A stack translates them once, by rule, into
its own layout.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

__all__ = ["Array", "Batch", "Examples", "Learning", "Rounds", "Task", "Weights"]

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
class Learning:
    """How well a task is learned from real data: what one seed costs, and when it has arrived.

    `examples` gives the training and the test part; DataError if a file of theirs is missing. A
    seed sees the training part `epochs` times in batches of `batch`, under the task's own
    optimiser. `score` is the share of right answers (0 to 1) among outputs and targets, and
    `target` the score on the test part that ends the time to target.
    """

    examples: Callable[[], tuple[Examples, Examples]]
    epochs: int
    batch: int
    target: float
    score: Callable[[Array, Array], float]


@dataclass(frozen=True)
class Task:
    """A standard piece of work, free of any framework.

    `weights` maps names to shapes in the shared layout. `channels` says that each input ends in a
    channel axis, which some stacks want second. `examples` takes "auto", "real" or "synthetic".
    `state` names what training moves without a gradient, such as the running statistics of a batch
    norm; a task that has any is another model while it trains than when it predicts. `refuses`
    names the stacks that cannot do this task, each with the reason. `flops_note` says why stacks
    count different numbers of operations for what is still the same model. `learning` is how it
    learns from real data, `bundled_learning` how from data that needs no download; None where it
    does not.
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
    state: dict[str, tuple[int, ...]] = field(default_factory=dict)
    refuses: dict[str, str] = field(default_factory=dict)
    flops_note: str = ""
    learning: Learning | None = None
    bundled_learning: Learning | None = None

    def reference_weights(self, seed: int = 0) -> Weights:
        """The same seeded weights for every framework, float32, in the shared layout.

        `seed` is added to the task's own: each gives another start, the same for everybody.
        Kernels are Glorot uniform. Biases are small but not zero, so that a forgotten or doubled
        bias cannot hide from the gate; scales lie around one, embeddings within 0.05 of zero.
        """
        source = np.random.default_rng(self.seed + seed)
        return {name: _initial(source, name, shape) for name, shape in self.weights.items()}

    def gate_weights(self) -> Weights:
        """The reference weights, with every ReLU behind a batch norm out of rounding's reach.

        A ReLU whose input lies at zero opens in one framework and stays shut in another. Twenty
        normalised layers make of a few such flips a gradient that is up to 2 % off, also within one
        framework between two precisions. So each norm here scales to about 0.15 and shifts even
        channels to 2 and odd ones to -2: no ReLU is in doubt, and a forgotten one shows in the odd.
        """
        weights = self.reference_weights()
        for name, values in weights.items():
            if name.endswith("/gamma"):
                values *= 0.15
            elif name.endswith("/beta"):
                values[0::2] += 2.0
                values[1::2] -= 2.0
        return weights

    def parameters(self) -> int:
        """The number of trainable values."""
        return sum(math.prod(shape) for shape in self.weights.values())


def _initial(source: np.random.Generator, name: str, shape: tuple[int, ...]) -> NDArray[np.float32]:
    if name.endswith("/embeddings"):
        return source.uniform(-0.05, 0.05, shape).astype(np.float32)
    if len(shape) == 1:
        centre = 1.0 if name.endswith("/gamma") else 0.0
        return source.normal(centre, 0.05, shape).astype(np.float32)
    field_size = math.prod(shape[:-2])
    limit = math.sqrt(6.0 / (field_size * (shape[-2] + shape[-1])))
    return source.uniform(-limit, limit, shape).astype(np.float32)
