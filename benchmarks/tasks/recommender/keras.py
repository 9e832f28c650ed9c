"""The two towers in Keras: the functional interface, compiled.

Follows https://keras.io/guides/functional_api/ and
https://keras.io/examples/structured_data/collaborative_filtering_movielens/
"""

import keras
from keras import layers

__all__ = ["build", "compile_model", "optimizer"]


def tower(x: keras.KerasTensor, size: int, *, name: str) -> keras.KerasTensor:
    """Ids (batch,) below `size` to vectors (batch, 32)."""
    x = layers.Embedding(size, 32, name=f"{name}s")(x)
    x = layers.Dense(64, activation="relu", name=f"{name}1")(x)
    return layers.Dense(32, name=f"{name}2")(x)


def build() -> keras.Model:
    """Users (batch,) and items (batch,) to logits (batch, 1)."""
    users, items = keras.Input((), dtype="int64"), keras.Input((), dtype="int64")
    vectors = [tower(users, 20_000, name="user"), tower(items, 10_000, name="item")]
    return keras.Model((users, items), layers.Dot(axes=1)(vectors))


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
