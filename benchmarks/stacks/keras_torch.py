# ruff: noqa: D102  (what every verb does is said once, in protocol.py)
"""Keras on PyTorch: every layer is an `nn.Module`, and the step runs line by line.

PyTorch's step may be compiled too (`jit_compile=True`), but "auto" leaves it eager.
"""

import os
from collections.abc import Callable
from functools import partial
from typing import Any

os.environ["KERAS_BACKEND"] = "torch"

import torch

from benchmarks.stacks.keras import KerasBatch, KerasRuntime, KerasTrainer
from benchmarks.stacks.protocol import Stack
from benchmarks.stacks.pytorch_runtime import RUNTIME, count_flops
from benchmarks.tasks.task import Weights

__all__ = ["STACKS", "KerasTorchTrainer"]


class KerasTorchTrainer(KerasTrainer):
    """See `keras.KerasTrainer`."""

    jit_compile = False
    traced = False

    def gradients(self, batch: KerasBatch) -> tuple[float, Weights]:
        inputs, targets = batch
        named = {name: variable.value for name, variable in self.named().items()}
        outputs = self.model(inputs, training=False)
        value = self.model.compute_loss(x=inputs, y=targets, y_pred=outputs)
        found = torch.autograd.grad(value, list(named.values()))
        own = {name: each.cpu().numpy() for name, each in zip(named, found, strict=True)}
        return float(value.detach()), self.shared(own)

    def flops(self, batch: KerasBatch) -> int | None:
        return count_flops(self.model, partial(self.model, batch[0], training=False))

    def finish(self) -> None:
        RUNTIME.finish()

    def decoder(self, decode: Callable[..., Any]) -> Callable[[Any], Any]:
        return torch.no_grad()(lambda inputs: decode(self.model, inputs).cpu())


STACKS = {
    "keras-torch": Stack(
        "keras-torch",
        KerasRuntime(RUNTIME, jit_compile=KerasTorchTrainer.jit_compile),
        KerasTorchTrainer,
        {"dtype": "float32"},
    )
}
