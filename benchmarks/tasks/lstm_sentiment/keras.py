"""The LSTM in Keras: a `Sequential` model, compiled.

Follows https://keras.io/guides/working_with_rnns/ and
https://keras.io/examples/nlp/bidirectional_lstm_imdb/
"""

import keras
from keras import layers

__all__ = ["build", "compile_model", "optimizer"]


def build() -> keras.Model:
    """Words (batch, 80) to logits (batch, 1)."""
    return keras.Sequential(
        [
            keras.Input((80,), dtype="int64"),
            layers.Embedding(10_000, 64, name="embedding"),
            layers.LSTM(64, unit_forget_bias=True, name="lstm"),
            layers.Dense(1, name="logits"),
        ]
    )


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
