"""Keras's loops; `published` is `fit`, as nearly all of its examples train.

https://keras.io/examples/vision/mnist_convnet/ and
https://keras.io/guides/training_with_built_in_methods/
"""

from collections.abc import Sequence
from typing import Any

import keras
import numpy as np

from benchmarks.errors import RefusedError
from benchmarks.stacks.protocol import DeviceBatch
from benchmarks.tasks.task import Batch
from benchmarks.tight import Block

__all__ = ["published", "tight"]


def tight(trainer: Any, batches: Sequence[DeviceBatch]) -> Block:
    """The function that `fit` compiles, called with one batch after the other."""
    model = trainer.model
    model.make_train_function()

    def block() -> None:
        for inputs, targets in batches:
            model.train_function(iter([(inputs, targets)]))

    return block


def _perceptron() -> keras.Model:
    """Images (batch, 784) to logits (batch, 10), as the guide writes it, with our widths."""
    inputs = keras.Input(shape=(784,), name="digits")
    x = keras.layers.Dense(512, activation="relu")(inputs)
    x = keras.layers.Dense(512, activation="relu")(x)
    return keras.Model(inputs=inputs, outputs=keras.layers.Dense(10)(x))


def _convnet() -> keras.Model:
    """Images (batch, 32, 32, 3) to logits (batch, 10), as the example stacks its layers."""
    convolution = {"kernel_size": (3, 3), "padding": "same", "activation": "relu"}
    return keras.Sequential(
        [
            keras.Input(shape=(32, 32, 3)),
            keras.layers.Conv2D(32, **convolution),
            keras.layers.Conv2D(32, **convolution),
            keras.layers.MaxPooling2D(pool_size=(2, 2)),
            keras.layers.Conv2D(64, **convolution),
            keras.layers.Conv2D(64, **convolution),
            keras.layers.MaxPooling2D(pool_size=(2, 2)),
            keras.layers.GlobalAveragePooling2D(),
            keras.layers.Dense(10),
        ]
    )


PUBLISHED = {"mlp-mnist": _perceptron, "cnn-cifar": _convnet}


def published(trainer: Any, batches: Sequence[Batch]) -> Block:
    """`fit` over the examples of all batches, once and in their order."""
    if trainer.task.id not in PUBLISHED:
        raise RefusedError("no such network is among Keras's examples that we know")
    model = PUBLISHED[trainer.task.id]()
    model.compile(
        optimizer="adam", loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    )
    inputs = np.concatenate([batch.inputs[0] for batch in batches])
    targets = np.concatenate([batch.targets for batch in batches])
    size = len(batches[0].targets)

    def block() -> None:
        model.fit(inputs, targets, batch_size=size, epochs=1, shuffle=False, verbose=0)

    return block
