"""The encoder in TensorFlow: modules, variables and a tape, without Keras.

Follows https://www.tensorflow.org/guide/intro_to_modules,
https://www.tensorflow.org/api_docs/python/tf/linalg/matmul and, for what attention is,
https://www.tensorflow.org/text/tutorials/transformer
"""

from collections.abc import Sequence

import tensorflow as tf

from benchmarks.tasks.tensorflow_optimizers import Adam

__all__ = ["Network", "build", "loss", "optimizer", "train_step"]


class Embedding(tf.Module):
    """A row of `width` weights for each of `size` words or places."""

    def __init__(self, size: int, width: int, name: str) -> None:
        super().__init__(name)
        initial = tf.random.uniform((size, width), -0.05, 0.05)
        self.embeddings = tf.Variable(initial, name=f"{name}/embeddings")

    def __call__(self, words: tf.Tensor) -> tf.Tensor:
        return tf.nn.embedding_lookup(self.embeddings, words)


class Dense(tf.Module):
    """x @ kernel + bias over the last axis, with a kernel of (inputs, outputs)."""

    def __init__(self, inputs: int, outputs: int, name: str) -> None:
        super().__init__(name)
        limit = (6.0 / (inputs + outputs)) ** 0.5
        initial = tf.random.uniform((inputs, outputs), -limit, limit)
        self.kernel = tf.Variable(initial, name=f"{name}/kernel")
        self.bias = tf.Variable(tf.zeros((outputs,)), name=f"{name}/bias")

    def __call__(self, x: tf.Tensor) -> tf.Tensor:
        return tf.tensordot(x, self.kernel, 1) + self.bias


class Norm(tf.Module):
    """Layer norm over the last axis."""

    def __init__(self, width: int, name: str) -> None:
        super().__init__(name)
        self.gamma = tf.Variable(tf.ones((width,)), name=f"{name}/gamma")
        self.beta = tf.Variable(tf.zeros((width,)), name=f"{name}/beta")

    def __call__(self, x: tf.Tensor) -> tf.Tensor:
        mean, variance = tf.nn.moments(x, axes=[-1], keepdims=True)
        return tf.nn.batch_normalization(x, mean, variance, self.beta, self.gamma, 1e-5)


def split(x: tf.Tensor) -> tf.Tensor:
    """The four heads of x (batch, places, width) as (batch, heads, places, width / heads)."""
    heads = tf.reshape(x, (tf.shape(x)[0], x.shape[1], 4, x.shape[2] // 4))
    return tf.transpose(heads, [0, 2, 1, 3])


class Attention(tf.Module):
    """Self-attention of four heads, each over a quarter of the width."""

    def __init__(self, width: int, name: str) -> None:
        super().__init__(name)
        self.query = Dense(width, width, f"{name}_query")
        self.key = Dense(width, width, f"{name}_key")
        self.value = Dense(width, width, f"{name}_value")
        self.output = Dense(width, width, f"{name}_attention_output")

    def __call__(self, x: tf.Tensor) -> tf.Tensor:
        query, key, value = (split(each(x)) for each in (self.query, self.key, self.value))
        scores = tf.matmul(query, key, transpose_b=True) / query.shape[-1] ** 0.5
        mixed = tf.transpose(tf.matmul(tf.nn.softmax(scores), value), [0, 2, 1, 3])
        return self.output(tf.reshape(mixed, tf.shape(x)))


class EncoderLayer(tf.Module):
    """Attention and two dense layers around which the input is carried."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.attention = Attention(64, f"{name}_self_attn")
        self.norm1 = Norm(64, f"{name}_norm1")
        self.linear1 = Dense(64, 256, f"{name}_linear1")
        self.linear2 = Dense(256, 64, f"{name}_linear2")
        self.norm2 = Norm(64, f"{name}_norm2")

    def __call__(self, x: tf.Tensor) -> tf.Tensor:
        x = self.norm1(x + self.attention(x))
        return self.norm2(x + self.linear2(tf.nn.gelu(self.linear1(x))))


class Network(tf.Module):
    """Words (batch, 80) to logits (batch, 1)."""

    def __init__(self) -> None:
        super().__init__()
        self.words = Embedding(10_000, 64, "words")
        self.places = Embedding(80, 64, "places")
        self.layers = [EncoderLayer(f"encoder_layers_{number}") for number in range(4)]
        self.logits = Dense(64, 1, "logits")

    def __call__(self, words: tf.Tensor) -> tf.Tensor:
        """Logits of a batch."""
        x = self.words(words) + self.places.embeddings
        for layer in self.layers:
            x = layer(x)
        return self.logits(tf.reduce_mean(x, axis=1))


def build() -> Network:
    """A fresh network."""
    return Network()


def loss(logits: tf.Tensor, targets: tf.Tensor) -> tf.Tensor:
    """Mean binary cross-entropy of logits and targets, both (batch, 1)."""
    return tf.reduce_mean(tf.nn.sigmoid_cross_entropy_with_logits(labels=targets, logits=logits))


def optimizer(variables: Sequence[tf.Variable]) -> Adam:
    """Adam, with everything stated that the frameworks do not agree on."""
    return Adam(variables, learning_rate=1e-3, beta_1=0.9, beta_2=0.999, epsilon=1e-7)


def train_step(model: Network, optimizer: Adam, words: tf.Tensor, targets: tf.Tensor) -> tf.Tensor:
    """One optimisation step; returns the loss before it."""
    with tf.GradientTape() as tape:
        value = loss(model(words), targets)
    variables = model.trainable_variables
    # The gradient of a lookup holds only the rows looked up; Adam moves the others too.
    gradients = map(tf.convert_to_tensor, tape.gradient(value, variables))
    optimizer.apply_gradients(zip(gradients, variables, strict=True))
    return value
