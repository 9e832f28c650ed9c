# ruff: noqa: D102  (what every verb does is said once, in protocol.py)
"""TensorFlow without Keras models: variables, a tape, and a step; as a graph, eager, or by XLA.

The modes are told apart by what is put around the step, as the documentation has it:

    graph       https://www.tensorflow.org/guide/function
    XLA         https://www.tensorflow.org/xla/tutorials/jit_compile
    bfloat16    https://www.tensorflow.org/api_docs/python/tf/config/optimizer/set_experimental_options

Without Keras there is no precision policy. What there is, is an optimiser of graphs that casts
where it pays, on CPUs only; the model's file and its float32 variables stay as they are.
"""

from collections.abc import Callable
from dataclasses import asdict, dataclass
from functools import partial
from typing import Any, Literal

from benchmarks.stacks.tensorflow_runtime import RUNTIME, count_flops, dense_gradients

import tensorflow as tf  # isort: skip  (its runtime sets the environment first)

from benchmarks import tasks
from benchmarks.errors import RefusedError
from benchmarks.stacks.protocol import Optimizer, Stack
from benchmarks.tasks.task import Array, Batch, Task, Weights
from benchmarks.tasks.tensorflow_optimizers import SGD

__all__ = ["STACKS", "Mode", "TensorflowTrainer"]

TensorflowBatch = tuple[tuple[Any, ...], Any]


@dataclass(frozen=True, kw_only=True)
class Mode:
    """What is put around the step."""

    graph: bool = True
    jit_compile: bool = False
    dtype: Literal["float32", "bfloat16"] = "float32"


class TensorflowTrainer:
    """A task's `tf.Module` and its step; see `protocol.Trainer`."""

    def __init__(self, task: Task, optimizer: Optimizer, *, mode: Mode) -> None:
        _enter(mode)
        self.task, self.mode = task, mode
        self.module = tasks.model(task.id, "tensorflow")
        self.model = self.module.build()
        self.optimizer = self._optimizer(optimizer)
        self._traced: list[Any] = []
        self.train = self._around(partial(self.module.train_step, self.model, self.optimizer))
        decode = getattr(self.module, "predict", None)
        self.decodes = decode is not None
        self.infer = self._around(partial(decode, self.model) if decode else self.model)
        self._forward = self._around(self.model) if decode else self.infer
        self._gradients = self._around(self._loss_and_gradients)

    def _optimizer(self, optimizer: Optimizer) -> Any:
        if optimizer == "adam":
            return self.module.optimizer(self.model.trainable_variables)
        return SGD(self.task.gate_learning_rate)

    def _around(self, function: Callable[..., Any]) -> Callable[..., Any]:
        if not self.mode.graph:
            return function
        traced = tf.function(function, jit_compile=self.mode.jit_compile or None)
        self._traced.append(traced)
        return traced

    def load(self, weights: Weights) -> None:
        for name, variable in self._named().items():
            variable.assign(weights[name])

    def weights(self) -> Weights:
        return {name: variable.numpy() for name, variable in self._named().items()}

    def _named(self) -> dict[str, Any]:
        return {each.name.partition(":")[0]: each for each in self.model.trainable_variables}

    def state(self) -> Weights:
        moved = [each for each in self.model.variables if not each.trainable]
        return {each.name.partition(":")[0]: each.numpy() for each in moved}

    def put(self, batch: Batch) -> TensorflowBatch:
        return tuple(map(RUNTIME.put, batch.inputs)), RUNTIME.put(batch.targets)

    def gradients(self, batch: TensorflowBatch) -> tuple[float, Weights]:
        inputs, targets = batch
        value, found = self._gradients(*inputs, targets)
        return float(value), dense_gradients(found)

    def _loss_and_gradients(self, *batch: Any) -> tuple[Any, dict[str, Any]]:
        *inputs, targets = batch
        with tf.GradientTape() as tape:
            value = self.module.loss(self.model(*inputs), targets)
        return value, tape.gradient(value, self._named())

    def forward(self, batch: TensorflowBatch) -> Array:
        outputs: Array = self._forward(*batch[0]).numpy()
        return outputs

    def step(self, batch: TensorflowBatch) -> float:
        inputs, targets = batch
        value = self.train(*inputs, targets)
        # On a CPU the call returns after the whole graph has run, assignments included.
        RUNTIME.finish()
        return float(value.numpy())

    def predict(self, batch: TensorflowBatch) -> Array:
        outputs: Array = self.infer(*batch[0]).numpy()
        return outputs

    def traces(self) -> int:
        return sum(int(each.experimental_get_tracing_count()) for each in self._traced)

    def flops(self, batch: TensorflowBatch) -> int | None:
        return count_flops(self.model, *batch[0])


def _enter(mode: Mode) -> None:
    if mode.dtype != "bfloat16":
        return
    if RUNTIME.device != "/CPU:0":
        raise RefusedError("TensorFlow casts a graph to bfloat16 on CPUs only")
    tf.config.optimizer.set_experimental_options({"auto_mixed_precision_onednn_bfloat16": True})


MODES = {
    "tensorflow-graph": Mode(),
    "tensorflow-eager": Mode(graph=False),
    "tensorflow-xla": Mode(jit_compile=True),
    "tensorflow-bfloat16": Mode(dtype="bfloat16"),
}
STACKS = {
    name: Stack(name, RUNTIME, partial(TensorflowTrainer, mode=mode), asdict(mode))
    for name, mode in MODES.items()
}
