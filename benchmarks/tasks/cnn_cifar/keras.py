"""The convolutional network in Keras: a `Sequential` model, compiled.

Follows https://keras.io/guides/sequential_model/ and
https://keras.io/examples/vision/mnist_convnet/
"""

import keras
from keras import layers

__all__ = ["build", "compile_model", "optimizer"]


def build() -> keras.Model:
    """Images (batch, 32, 32, 3) in [0, 1] to logits (batch, 10)."""
    return keras.Sequential(
        [
            keras.Input((32, 32, 3)),
            layers.Conv2D(32, 3, padding="same", activation="relu", name="conv1"),
            layers.Conv2D(32, 3, padding="same", activation="relu", name="conv2"),
            layers.MaxPooling2D(2),
            layers.Conv2D(64, 3, padding="same", activation="relu", name="conv3"),
            layers.Conv2D(64, 3, padding="same", activation="relu", name="conv4"),
            layers.MaxPooling2D(2),
            layers.GlobalAveragePooling2D(),
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
