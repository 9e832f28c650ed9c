"""The GPT in Keras: `MultiHeadAttention` in the functional interface, compiled.

Follows https://keras.io/api/layers/attention_layers/multi_head_attention/ and, also for writing
text character by character, https://keras.io/examples/generative/text_generation_with_miniature_gpt/
"""

import keras
import numpy as np
from keras import layers
from numpy.typing import NDArray

__all__ = ["build", "compile_model", "optimizer", "predict"]


class Places(layers.Layer):
    """Adds to each character (batch, 64, 128) what is learned about its place."""

    def build(self, shape: tuple[int | None, ...]) -> None:
        """One row of weights for each place."""
        self.embeddings = self.add_weight(shape[1:], initializer="uniform", name="embeddings")

    def call(self, x: keras.KerasTensor) -> keras.KerasTensor:
        """The sum."""
        return x + self.embeddings


def block(x: keras.KerasTensor, name: str) -> keras.KerasTensor:
    """Causal attention and two dense layers around which x (batch, 64, 128) is carried."""
    attention = layers.MultiHeadAttention(num_heads=4, key_dim=32, name=f"{name}_attention")
    y = layers.LayerNormalization(epsilon=1e-5, name=f"{name}_norm1")(x)
    x = x + attention(y, y, use_causal_mask=True)
    y = layers.LayerNormalization(epsilon=1e-5, name=f"{name}_norm2")(x)
    y = layers.Dense(512, activation="gelu", name=f"{name}_dense1")(y)
    return x + layers.Dense(128, name=f"{name}_dense2")(y)


def build() -> keras.Model:
    """Text (batch, 64) to logits (batch, 64, 96) for the character after each."""
    text = keras.Input((64,), dtype="int64")
    x = Places(name="places")(layers.Embedding(96, 128, name="characters")(text))
    for number in range(4):
        x = block(x, f"blocks_{number}")
    x = layers.LayerNormalization(epsilon=1e-5, name="norm")(x)
    return keras.Model(text, layers.Dense(96, name="logits")(x))


def predict(model: keras.Model, text: keras.KerasTensor) -> NDArray[np.int64]:
    """The 32 characters (batch, 32) that go on a text (batch, 64), the likeliest each time."""
    window = keras.ops.convert_to_numpy(text)
    for _ in range(32):
        best = model.predict_on_batch(window)[:, -1].argmax(axis=-1)
        window = np.concatenate([window[:, 1:], best[:, None]], axis=1)
    return window[:, -32:]


def optimizer() -> keras.optimizers.Optimizer:
    """Adam, with everything stated that the frameworks do not agree on."""
    return keras.optimizers.Adam(learning_rate=1e-3, beta_1=0.9, beta_2=0.999, epsilon=1e-7)


def compile_model(
    model: keras.Model, optimizer: keras.optimizers.Optimizer, *, jit_compile: bool
) -> None:
    """Mean cross-entropy of logits (batch, 64, 96) and characters (batch, 64), nothing else."""
    model.compile(
        optimizer=optimizer,
        loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        jit_compile=jit_compile,
    )
