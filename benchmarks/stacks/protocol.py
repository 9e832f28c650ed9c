"""What a stack can do, in small verbs; an adapter is pure translation.

stack = open_stack("pytorch-eager", threads=2)
trainer = stack.trainer(task, "adam")       # the model, with fresh weights
trainer.load(task.reference_weights())      # the same weights for everybody
batch = trainer.put(examples.batch(64))     # on the device, in the stack's own layout
trainer.step(batch)                         # returns when the work is done

A stack is an engine, which computes, and a mode, in which it is told to:

    Stack ──┬── Runtime   threads, device, versions, switches
            └── trainer   a task's model, optimiser and loop in this mode
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal, Protocol

from benchmarks.errors import RefusedError
from benchmarks.tasks.task import Array, Batch, Task, Weights

__all__ = ["Device", "DeviceBatch", "Flag", "Optimizer", "Runtime", "Stack", "Trainer"]

#: A batch as the stack keeps it; nobody else looks inside.
DeviceBatch = Any
Flag = bool | int | float | str
#: "adam" is the task's own optimiser, which is timed; "sgd" is plain, for the gate.
Optimizer = Literal["adam", "sgd"]
#: Where a stack computes; "cuda" is the first NVIDIA card that this process may use.
Device = Literal["cpu", "cuda"]


class Trainer(Protocol):
    """One task's model and optimiser in one stack.

    Weights go in and out in the shared layout of `Task`, keyed by "layer/variable". `train` and
    `infer` are the framework's own calls, which `step` and `predict` only translate: a tight loop
    makes them directly, and to learn what the translation costs, idle ones take their place.
    `decodes` says that `infer` is a loop of the task's own around the model.
    """

    train: Callable[..., Any]
    infer: Callable[..., Any]
    decodes: bool

    def load(self, weights: Weights) -> None:
        """Overwrite all weights; KeyError or ValueError if names or shapes differ."""

    def weights(self) -> Weights:
        """All trainable weights as they are now."""

    def put(self, batch: Batch) -> DeviceBatch:
        """The batch on the device, with this stack's types and layout."""

    def state(self) -> Weights:
        """What `Task.state` names, as it is now, with variances over all values (biased)."""

    def gradients(self, batch: DeviceBatch) -> tuple[float, Weights]:
        """The loss and its gradient for every weight, in inference mode: the state stays."""

    def forward(self, batch: DeviceBatch) -> Array:
        """The model's outputs (batch, ...) in inference mode, on the host."""

    def step(self, batch: DeviceBatch) -> float:
        """One optimisation step, finished when it returns; the loss before it."""

    def predict(self, batch: DeviceBatch) -> Array:
        """What a user of the model asks for, as this stack's documentation gets it, on the host.

        The outputs, unless the task's module has a `predict` of its own, such as a decoding loop.
        """

    def traces(self) -> int:
        """How often a function was traced or compiled; 0 where nothing is."""

    def flops(self, batch: DeviceBatch) -> int | None:
        """The operations of one forward pass, by the framework's own counter.

        Matrix products and convolutions only, two for each multiply-add; None where the counter
        cannot see them all, as inside a loop or a fused kernel.
        """


class Runtime(Protocol):
    """The engine of a stack, as this process has it."""

    def limit_threads(self, threads: int) -> None:
        """Limit every thread pool through the engine's own switches, before it starts."""

    def use(self, device: Device) -> None:
        """Compute there and nowhere else, with TF32 off; LaboratoryError if there is none."""

    def threads(self) -> dict[str, int]:
        """The thread counts of the engine that was started; empty where it tells none."""

    def versions(self) -> dict[str, str]:
        """The versions that matter to the numbers, by package."""

    def flags(self) -> dict[str, Flag]:
        """The switches that change numbers or speed, as they are now."""

    def peak_device_bytes(self) -> int | None:
        """The most memory that was in use on a card so far; None on the CPU."""


@dataclass(frozen=True)
class Stack:
    """A framework with its backend and mode, in this process.

    `mode` names the switches that set this stack apart; "dtype" is what it computes in.
    """

    id: str
    runtime: Runtime
    build: Callable[[Task, Optimizer], Trainer]
    mode: Mapping[str, Flag]

    def trainer(self, task: Task, optimizer: Optimizer) -> Trainer:
        """A model of the task, ready to train; RefusedError if this stack cannot."""
        if reason := task.refuses.get(self.id):
            raise RefusedError(reason)
        return self.build(task, optimizer)

    def threads(self) -> dict[str, int]:
        """The thread counts, as the engine reports them."""
        return self.runtime.threads()

    def versions(self) -> dict[str, str]:
        """The versions that matter to the numbers, by package."""
        return self.runtime.versions()

    def flags(self) -> dict[str, Flag]:
        """The switches that change numbers or speed, as they are now."""
        return {**self.runtime.flags(), **self.mode}
