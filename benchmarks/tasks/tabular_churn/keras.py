"""Embeddings and a perceptron in Keras: the functional interface, compiled.

Follows https://keras.io/guides/functional_api/ and
https://keras.io/examples/structured_data/structured_data_classification_from_scratch/
"""

import keras
from keras import layers

__all__ = ["build", "compile_model", "optimizer"]

#: How many values each category has.
SIZES = (2, 2, 2, 2, 2, 3, 3, 3, 3, 3, 3, 3, 3, 3, 2, 4)


def build() -> keras.Model:
    """Categories (batch, 16) and numbers (batch, 3) to logits (batch, 1)."""
    categories = keras.Input((16,), dtype="int64")
    numbers = keras.Input((3,))
    embedded = [
        layers.Embedding(size, 8, name=f"embeddings_{column}")(categories[:, column])
        for column, size in enumerate(SIZES)
    ]
    x = layers.Concatenate()([*embedded, numbers])
    x = layers.Dense(512, activation="relu", name="dense1")(x)
    x = layers.Dense(256, activation="relu", name="dense2")(x)
    return keras.Model((categories, numbers), layers.Dense(1, name="logits")(x))


def optimizer() -> keras.optimizers.Optimizer:
    """Adam, with everything stated that the frameworks do not agree on."""
    return keras.optimizers.Adam(learning_rate=1e-3, beta_1=0.9, beta_2=0.999, epsilon=1e-7)


def compile_model(
    model: keras.Model, optimizer: keras.optimizers.Optimizer, *, jit_compile: bool
) -> None:
    """Mean binary cross-entropy of logits and targets, both (batch, 1), no further metric."""
    model.compile(
        optimizer=optimizer,
        loss=keras.losses.BinaryCrossentropy(from_logits=True),
        jit_compile=jit_compile,
    )
