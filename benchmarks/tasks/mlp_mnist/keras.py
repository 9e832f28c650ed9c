"""The perceptron in Keras: a `Sequential` model, compiled.

Follows https://keras.io/guides/sequential_model/ and
https://keras.io/guides/training_with_built_in_methods/
"""

import keras
from keras import layers

__all__ = ["build", "compile_model", "optimizer"]


def build() -> keras.Model:
    """Images (batch, 784) in [0, 1] to logits (batch, 10)."""
    return keras.Sequential(
        [
            keras.Input((784,)),
            layers.Dense(512, activation="relu", name="dense1"),
            layers.Dense(512, activation="relu", name="dense2"),
            layers.Dense(10, name="logits"),
        ]
    )


def optimizer() -> keras.optimizers.Optimizer:
    """Adam, with everything stated that the frameworks do not agree on."""
    return keras.optimizers.Adam(learning_rate=1e-3, beta_1=0.9, beta_2=0.999, epsilon=1e-7)


def compile_model(
    model: keras.Model, optimizer: keras.optimizers.Optimizer, *, jit_compile: bool
) -> None:
    """Mean cross-entropy of logits (batch, 10) and integer labels (batch,), no further metric."""
    model.compile(
        optimizer=optimizer,
        loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        jit_compile=jit_compile,
    )
