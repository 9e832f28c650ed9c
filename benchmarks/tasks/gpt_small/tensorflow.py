"""The GPT in TensorFlow: modules, variables and a tape, without Keras.

Follows https://www.tensorflow.org/guide/intro_to_modules,
https://www.tensorflow.org/api_docs/python/tf/linalg/matmul, for what attention is
https://www.tensorflow.org/text/tutorials/transformer, and for the loop that writes
https://www.tensorflow.org/guide/function
"""

from collections.abc import Sequence

import tensorflow as tf

from benchmarks.tasks.tensorflow_optimizers import Adam

__all__ = ["Network", "build", "loss", "optimizer", "predict", "train_step"]


class Embedding(tf.Module):
    """A row of `width` weights for each of `size` characters or places."""

    def __init__(self, size: int, width: int, name: str) -> None:
        super().__init__(name)
        initial = tf.random.uniform((size, width), -0.05, 0.05)
        self.embeddings = tf.Variable(initial, name=f"{name}/embeddings")

    def __call__(self, ids: tf.Tensor) -> tf.Tensor:
        return tf.nn.embedding_lookup(self.embeddings, ids)


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
    """Self-attention of four heads, each over a quarter of the width, that see no later place."""

    def __init__(self, width: int, name: str) -> None:
        super().__init__(name)
        self.query = Dense(width, width, f"{name}_query")
        self.key = Dense(width, width, f"{name}_key")
        self.value = Dense(width, width, f"{name}_value")
        self.output = Dense(width, width, f"{name}_attention_output")

    def __call__(self, x: tf.Tensor) -> tf.Tensor:
        query, key, value = (split(each(x)) for each in (self.query, self.key, self.value))
        scores = tf.matmul(query, key, transpose_b=True) / query.shape[-1] ** 0.5
        earlier = tf.linalg.band_part(tf.ones(scores.shape[-2:], tf.bool), -1, 0)
        scores = tf.where(earlier, scores, scores.dtype.min)
        mixed = tf.transpose(tf.matmul(tf.nn.softmax(scores), value), [0, 2, 1, 3])
        return self.output(tf.reshape(mixed, tf.shape(x)))


class Block(tf.Module):
    """Causal attention and two dense layers around which x (batch, 64, 128) is carried."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.norm1 = Norm(128, f"{name}_norm1")
        self.attention = Attention(128, f"{name}_attention")
        self.norm2 = Norm(128, f"{name}_norm2")
        self.dense1 = Dense(128, 512, f"{name}_dense1")
        self.dense2 = Dense(512, 128, f"{name}_dense2")

    def __call__(self, x: tf.Tensor) -> tf.Tensor:
        x = x + self.attention(self.norm1(x))
        return x + self.dense2(tf.nn.gelu(self.dense1(self.norm2(x))))


class Network(tf.Module):
    """Text (batch, 64) to logits (batch, 64, 96) for the character after each."""

    def __init__(self) -> None:
        super().__init__()
        self.characters = Embedding(96, 128, "characters")
        self.places = Embedding(64, 128, "places")
        self.blocks = [Block(f"blocks_{number}") for number in range(4)]
        self.norm = Norm(128, "norm")
        self.logits = Dense(128, 96, "logits")

    def __call__(self, text: tf.Tensor) -> tf.Tensor:
        """Logits of a batch."""
        x = self.characters(text) + self.places.embeddings
        for block in self.blocks:
            x = block(x)
        return self.logits(self.norm(x))


def build() -> Network:
    """A fresh network."""
    return Network()


def predict(model: Network, text: tf.Tensor) -> tf.Tensor:
    """The 32 characters (batch, 32) that go on a text (batch, 64), the likeliest each time."""
    for _ in tf.range(32):
        best = tf.argmax(model(text)[:, -1], axis=-1)
        text = tf.concat([text[:, 1:], best[:, None]], axis=1)
    return text[:, -32:]


def loss(logits: tf.Tensor, targets: tf.Tensor) -> tf.Tensor:
    """Mean cross-entropy of logits (batch, 64, 96) and characters (batch, 64)."""
    return tf.reduce_mean(
        tf.nn.sparse_softmax_cross_entropy_with_logits(labels=targets, logits=logits)
    )


def optimizer(variables: Sequence[tf.Variable]) -> Adam:
    """Adam, with everything stated that the frameworks do not agree on."""
    return Adam(variables, learning_rate=1e-3, beta_1=0.9, beta_2=0.999, epsilon=1e-7)


def train_step(model: Network, optimizer: Adam, text: tf.Tensor, targets: tf.Tensor) -> tf.Tensor:
    """One optimisation step; returns the loss before it."""
    with tf.GradientTape() as tape:
        value = loss(model(text), targets)
    variables = model.trainable_variables
    # The gradient of a lookup holds only the rows looked up; Adam moves the others too.
    gradients = map(tf.convert_to_tensor, tape.gradient(value, variables))
    optimizer.apply_gradients(zip(gradients, variables, strict=True))
    return value
