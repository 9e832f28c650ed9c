"""The dilated network in Keras: a `Sequential` model, compiled.

Follows https://keras.io/guides/sequential_model/ and
https://keras.io/examples/timeseries/timeseries_classification_from_scratch/
"""

import keras
from keras import layers

__all__ = ["build", "compile_model", "optimizer"]

DILATIONS = (1, 2, 4, 8, 16, 32)


def build() -> keras.Model:
    """Readings (batch, 128, 8) to logits (batch, 4)."""
    return keras.Sequential(
        [
            keras.Input((128, 8)),
            *(
                layers.Conv1D(
                    32,
                    3,
                    padding="same",
                    dilation_rate=dilation,
                    activation="relu",
                    name=f"convs_{number}",
                )
                for number, dilation in enumerate(DILATIONS)
            ),
            layers.GlobalAveragePooling1D(),
            layers.Dense(4, name="logits"),
        ]
    )


def optimizer() -> keras.optimizers.Optimizer:
    """Adam, with everything stated that the frameworks do not agree on."""
    return keras.optimizers.Adam(learning_rate=1e-3, beta_1=0.9, beta_2=0.999, epsilon=1e-7)


def compile_model(
    model: keras.Model, optimizer: keras.optimizers.Optimizer, *, jit_compile: bool
) -> None:
    """Mean cross-entropy of logits (batch, 4) and integer labels (batch,), no further metric."""
    model.compile(
        optimizer=optimizer,
        loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        jit_compile=jit_compile,
    )
