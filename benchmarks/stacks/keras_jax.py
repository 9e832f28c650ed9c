# ruff: noqa: D102  (what every verb does is said once, in protocol.py)
"""Keras on JAX: XLA compiles the whole step, which is a function of the state.

Keras carries the state from call to call by itself, so its public calls are the same here; only
gradients, counts and a decoding loop have to be asked for without state.
https://keras.io/guides/custom_train_step_in_jax/
"""

import os
from collections.abc import Callable
from typing import Any

os.environ["KERAS_BACKEND"] = "jax"

import jax
import keras
import numpy as np

from benchmarks.stacks.jax_runtime import RUNTIME, count_flops
from benchmarks.stacks.keras import KerasBatch, KerasRuntime, KerasTrainer
from benchmarks.stacks.protocol import Stack
from benchmarks.tasks.task import Weights

__all__ = ["STACKS", "KerasJaxTrainer"]


class KerasJaxTrainer(KerasTrainer):
    """See `keras.KerasTrainer`."""

    jit_compile = True
    traced = True

    def gradients(self, batch: KerasBatch) -> tuple[float, Weights]:
        inputs, targets = batch

        def loss(values: list[Any]) -> Any:
            outputs = self._call(values, inputs)
            return self.model.compute_loss(x=inputs, y=targets, y_pred=outputs)

        variables = self.model.trainable_variables
        value, found = jax.value_and_grad(loss)([each.value for each in variables])
        by_place = {id(each): np.asarray(at) for each, at in zip(variables, found, strict=True)}
        own = {name: by_place[id(each)] for name, each in self.named().items()}
        return float(value), self.shared(own)

    def _call(self, values: list[Any], inputs: Any) -> Any:
        """The model's outputs for other weights than its own."""
        state = [each.value for each in self.model.non_trainable_variables]
        outputs, _ = self.model.stateless_call(values, state, inputs, training=False)
        return outputs

    def flops(self, batch: KerasBatch) -> int | None:
        values = [each.value for each in self.model.trainable_variables]
        return count_flops(self._call, values, batch[0])

    def finish(self) -> None:
        # The loss may be there before the new weights are.
        jax.block_until_ready([each.value for each in self.model.trainable_variables])

    def decoder(self, decode: Callable[..., Any]) -> Callable[[Any], Any]:
        @jax.jit
        def stateless(values: list[Any], inputs: Any) -> Any:
            pairs = zip(self.model.variables, values, strict=True)
            with keras.StatelessScope(state_mapping=list(pairs)):
                return decode(self.model, inputs)

        return lambda inputs: stateless([each.value for each in self.model.variables], inputs)


STACKS = {
    "keras-jax": Stack(
        "keras-jax",
        KerasRuntime(RUNTIME, jit_compile=KerasJaxTrainer.jit_compile),
        KerasJaxTrainer,
        {"dtype": "float32"},
    )
}
