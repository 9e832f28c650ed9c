"""Embeddings and a perceptron in TensorFlow: modules, variables and a tape, without Keras.

Follows https://www.tensorflow.org/guide/intro_to_modules and
https://www.tensorflow.org/api_docs/python/tf/nn/embedding_lookup
"""

from collections.abc import Sequence

import tensorflow as tf

from benchmarks.tasks.tensorflow_optimizers import Adam

__all__ = ["Network", "build", "loss", "optimizer", "train_step"]

#: How many values each category has.
SIZES = (2, 2, 2, 2, 2, 3, 3, 3, 3, 3, 3, 3, 3, 3, 2, 4)


class Embedding(tf.Module):
    """A row of `width` weights for each of `size` values."""

    def __init__(self, size: int, width: int, name: str) -> None:
        super().__init__(name)
        initial = tf.random.uniform((size, width), -0.05, 0.05)
        self.embeddings = tf.Variable(initial, name=f"{name}/embeddings")

    def __call__(self, values: tf.Tensor) -> tf.Tensor:
        return tf.nn.embedding_lookup(self.embeddings, values)


class Dense(tf.Module):
    """x @ kernel + bias, with a kernel of (inputs, outputs)."""

    def __init__(self, inputs: int, outputs: int, name: str) -> None:
        super().__init__(name)
        limit = (6.0 / (inputs + outputs)) ** 0.5
        initial = tf.random.uniform((inputs, outputs), -limit, limit)
        self.kernel = tf.Variable(initial, name=f"{name}/kernel")
        self.bias = tf.Variable(tf.zeros((outputs,)), name=f"{name}/bias")

    def __call__(self, x: tf.Tensor) -> tf.Tensor:
        return tf.matmul(x, self.kernel) + self.bias


class Network(tf.Module):
    """Categories (batch, 16) and numbers (batch, 3) to logits (batch, 1)."""

    def __init__(self) -> None:
        super().__init__()
        self.embeddings = [
            Embedding(size, 8, f"embeddings_{column}") for column, size in enumerate(SIZES)
        ]
        self.dense1 = Dense(8 * len(SIZES) + 3, 512, "dense1")
        self.dense2 = Dense(512, 256, "dense2")
        self.logits = Dense(256, 1, "logits")

    def __call__(self, categories: tf.Tensor, numbers: tf.Tensor) -> tf.Tensor:
        """Logits of a batch."""
        columns = tf.unstack(categories, axis=1)
        embedded = [
            embedding(column) for embedding, column in zip(self.embeddings, columns, strict=True)
        ]
        x = tf.concat([*embedded, numbers], axis=1)
        x = tf.nn.relu(self.dense1(x))
        x = tf.nn.relu(self.dense2(x))
        return self.logits(x)


def build() -> Network:
    """A fresh network."""
    return Network()


def loss(logits: tf.Tensor, targets: tf.Tensor) -> tf.Tensor:
    """Mean binary cross-entropy of logits and targets, both (batch, 1)."""
    return tf.reduce_mean(tf.nn.sigmoid_cross_entropy_with_logits(labels=targets, logits=logits))


def optimizer(variables: Sequence[tf.Variable]) -> Adam:
    """Adam, with everything stated that the frameworks do not agree on."""
    return Adam(variables, learning_rate=1e-3, beta_1=0.9, beta_2=0.999, epsilon=1e-7)


def train_step(
    model: Network, optimizer: Adam, categories: tf.Tensor, numbers: tf.Tensor, targets: tf.Tensor
) -> tf.Tensor:
    """One optimisation step; returns the loss before it."""
    with tf.GradientTape() as tape:
        value = loss(model(categories, numbers), targets)
    variables = model.trainable_variables
    # The gradient of a lookup holds only the rows looked up; Adam moves the others too.
    gradients = map(tf.convert_to_tensor, tape.gradient(value, variables))
    optimizer.apply_gradients(zip(gradients, variables, strict=True))
    return value
