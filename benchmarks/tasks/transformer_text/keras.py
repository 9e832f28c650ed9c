"""The encoder in Keras: `MultiHeadAttention` in the functional interface, compiled.

Follows https://keras.io/examples/nlp/text_classification_with_transformer/ and
https://keras.io/api/layers/attention_layers/multi_head_attention/
and, for the layer of its own, https://keras.io/guides/making_new_layers_and_models_via_subclassing/
"""

import keras
from keras import layers

__all__ = ["build", "compile_model", "optimizer"]


class Places(layers.Layer):
    """Adds to each word (batch, 80, 64) what is learned about its place."""

    def build(self, shape: tuple[int | None, ...]) -> None:
        """One row of weights for each place."""
        self.embeddings = self.add_weight(shape[1:], initializer="uniform", name="embeddings")

    def call(self, x: keras.KerasTensor) -> keras.KerasTensor:
        """The sum."""
        return x + self.embeddings


def encoder_layer(x: keras.KerasTensor, name: str) -> keras.KerasTensor:
    """Attention and two dense layers around which x (batch, 80, 64) is carried."""
    attention = layers.MultiHeadAttention(num_heads=4, key_dim=16, name=f"{name}_self_attn")
    x = layers.LayerNormalization(epsilon=1e-5, name=f"{name}_norm1")(x + attention(x, x))
    y = layers.Dense(256, activation="gelu", name=f"{name}_linear1")(x)
    y = layers.Dense(64, name=f"{name}_linear2")(y)
    return layers.LayerNormalization(epsilon=1e-5, name=f"{name}_norm2")(x + y)


def build() -> keras.Model:
    """Words (batch, 80) to logits (batch, 1)."""
    words = keras.Input((80,), dtype="int64")
    x = Places(name="places")(layers.Embedding(10_000, 64, name="words")(words))
    for number in range(4):
        x = encoder_layer(x, f"encoder_layers_{number}")
    x = layers.GlobalAveragePooling1D()(x)
    return keras.Model(words, layers.Dense(1, name="logits")(x))


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
