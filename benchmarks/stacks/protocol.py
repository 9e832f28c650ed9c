"""What a stack can do, in small verbs; an adapter is pure translation.

stack = open_stack("pytorch-eager", threads=2)
trainer = stack.trainer(task, "adam")       # the model, with fresh weights
trainer.load(task.reference_weights())      # the same weights for everybody
batch = trainer.put(examples.batch(64))     # on the device, in the stack's own layout
trainer.step(batch)                         # returns when the work is done
"""

from typing import Any, Literal, Protocol

from benchmarks.tasks.task import Array, Batch, Task, Weights

__all__ = ["DeviceBatch", "Flag", "Optimizer", "Stack", "Trainer"]

#: A batch as the stack keeps it; nobody else looks inside.
DeviceBatch = Any
Flag = bool | int | float | str
#: "adam" is the task's own optimiser, which is timed; "sgd" is plain, for the gate.
Optimizer = Literal["adam", "sgd"]


class Trainer(Protocol):
    """One task's model and optimiser in one stack.

    Weights go in and out in the shared layout of `Task`, keyed by "layer/variable".
    """

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

    def step(self, batch: DeviceBatch) -> float:
        """One optimisation step, finished when it returns; the loss before it."""

    def predict(self, batch: DeviceBatch) -> Array:
        """Outputs (batch, ...) as this stack's documentation gets them, on the host."""

    def traces(self) -> int:
        """How often the training step was traced or compiled; 0 where nothing is."""


class Stack(Protocol):
    """A framework with its backend and mode, in this process."""

    def limit_threads(self, threads: int) -> None:
        """Limit every thread pool through the framework's own switches."""

    def threads(self) -> dict[str, int]:
        """The thread counts, as the framework reports them."""

    def versions(self) -> dict[str, str]:
        """The versions that matter to the numbers, by package."""

    def flags(self) -> dict[str, Flag]:
        """The switches that change numbers or speed, as they are now."""

    def trainer(self, task: Task, optimizer: Optimizer) -> Trainer:
        """A model of the task, ready to train; RefusedError if this stack cannot."""
