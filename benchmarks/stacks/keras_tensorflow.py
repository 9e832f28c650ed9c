# ruff: noqa: D102  (what every verb does is said once, in protocol.py)
"""Keras on TensorFlow, which traces the step into a graph; in float32 and in mixed bfloat16.

https://keras.io/api/mixed_precision/
"""

from collections.abc import Callable
from functools import partial
from typing import Any

from benchmarks.stacks.tensorflow_runtime import RUNTIME, count_flops, dense_gradients

import tensorflow as tf  # isort: skip  (its runtime names the backend first)

from benchmarks.stacks.keras import Dtype, KerasBatch, KerasRuntime, KerasTrainer
from benchmarks.stacks.protocol import Stack
from benchmarks.tasks.task import Weights

__all__ = ["STACKS", "KerasTensorflowTrainer"]


class KerasTensorflowTrainer(KerasTrainer):
    """See `keras.KerasTrainer`."""

    jit_compile = False
    traced = True

    def gradients(self, batch: KerasBatch) -> tuple[float, Weights]:
        inputs, targets = batch
        named = {name: variable.value for name, variable in self.named().items()}
        with tf.GradientTape() as tape:
            outputs = self.model(inputs, training=False)
            value = self.model.compute_loss(x=inputs, y=targets, y_pred=outputs)
        found = tape.gradient(value, named)
        return float(value), self.shared(dense_gradients(found))

    def flops(self, batch: KerasBatch) -> int | None:
        return count_flops(partial(self.model, training=False), batch[0])

    def finish(self) -> None:
        # On a CPU the loss is there when all of the graph is, assignments included.
        RUNTIME.finish()

    def decoder(self, decode: Callable[..., Any]) -> Callable[[Any], Any]:
        return tf.function(partial(decode, self.model))


_RUNTIME = KerasRuntime(RUNTIME, jit_compile=KerasTensorflowTrainer.jit_compile)
DTYPES: dict[str, Dtype] = {"keras-tensorflow": "float32", "keras-bfloat16": "bfloat16"}
STACKS = {
    name: Stack(name, _RUNTIME, partial(KerasTensorflowTrainer, dtype=dtype), {"dtype": dtype})
    for name, dtype in DTYPES.items()
}
