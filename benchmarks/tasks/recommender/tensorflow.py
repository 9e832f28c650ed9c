"""The two towers in TensorFlow: modules, variables and a tape, without Keras.

Follows https://www.tensorflow.org/guide/intro_to_modules and
https://www.tensorflow.org/api_docs/python/tf/nn/embedding_lookup
"""

from collections.abc import Sequence

import tensorflow as tf

from benchmarks.tasks.tensorflow_optimizers import Adam

__all__ = ["Network", "build", "loss", "optimizer", "train_step"]


class Embedding(tf.Module):
    """A row of `width` weights for each of `size` ids."""

    def __init__(self, size: int, width: int, name: str) -> None:
        super().__init__(name)
        initial = tf.random.uniform((size, width), -0.05, 0.05)
        self.embeddings = tf.Variable(initial, name=f"{name}/embeddings")

    def __call__(self, ids: tf.Tensor) -> tf.Tensor:
        return tf.nn.embedding_lookup(self.embeddings, ids)


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
    """Users (batch,) and items (batch,) to logits (batch, 1)."""

    def __init__(self) -> None:
        super().__init__()
        self.users = Embedding(20_000, 32, "users")
        self.user1 = Dense(32, 64, "user1")
        self.user2 = Dense(64, 32, "user2")
        self.items = Embedding(10_000, 32, "items")
        self.item1 = Dense(32, 64, "item1")
        self.item2 = Dense(64, 32, "item2")

    def __call__(self, users: tf.Tensor, items: tf.Tensor) -> tf.Tensor:
        """Logits of a batch."""
        user = self.user2(tf.nn.relu(self.user1(self.users(users))))
        item = self.item2(tf.nn.relu(self.item1(self.items(items))))
        return tf.reduce_sum(user * item, axis=1, keepdims=True)


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
    model: Network, optimizer: Adam, users: tf.Tensor, items: tf.Tensor, targets: tf.Tensor
) -> tf.Tensor:
    """One optimisation step; returns the loss before it."""
    with tf.GradientTape() as tape:
        value = loss(model(users, items), targets)
    variables = model.trainable_variables
    # The gradient of a lookup holds only the rows looked up; Adam moves the others too.
    gradients = map(tf.convert_to_tensor, tape.gradient(value, variables))
    optimizer.apply_gradients(zip(gradients, variables, strict=True))
    return value
