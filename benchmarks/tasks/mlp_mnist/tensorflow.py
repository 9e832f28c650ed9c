"""The perceptron in TensorFlow: modules, variables and a gradient tape, without Keras.

Follows https://www.tensorflow.org/guide/intro_to_modules and
https://www.tensorflow.org/guide/core/mlp_core
"""

from collections.abc import Sequence

import tensorflow as tf

from benchmarks.tasks.tensorflow_optimizers import Adam

__all__ = ["Network", "build", "loss", "optimizer", "train_step"]


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
    """Images (batch, 784) in [0, 1] to logits (batch, 10)."""

    def __init__(self) -> None:
        super().__init__()
        self.dense1 = Dense(784, 512, "dense1")
        self.dense2 = Dense(512, 512, "dense2")
        self.logits = Dense(512, 10, "logits")

    def __call__(self, images: tf.Tensor) -> tf.Tensor:
        """Logits of a batch."""
        x = tf.nn.relu(self.dense1(images))
        x = tf.nn.relu(self.dense2(x))
        return self.logits(x)


def build() -> Network:
    """A fresh network."""
    return Network()


def loss(logits: tf.Tensor, labels: tf.Tensor) -> tf.Tensor:
    """Mean cross-entropy of logits (batch, 10) and integer labels (batch,)."""
    return tf.reduce_mean(
        tf.nn.sparse_softmax_cross_entropy_with_logits(labels=labels, logits=logits)
    )


def optimizer(variables: Sequence[tf.Variable]) -> Adam:
    """Adam, with everything stated that the frameworks do not agree on."""
    return Adam(variables, learning_rate=1e-3, beta_1=0.9, beta_2=0.999, epsilon=1e-7)


def train_step(model: Network, optimizer: Adam, images: tf.Tensor, labels: tf.Tensor) -> tf.Tensor:
    """One optimisation step; returns the loss before it."""
    with tf.GradientTape() as tape:
        value = loss(model(images), labels)
    variables = model.trainable_variables
    gradients = tape.gradient(value, variables)
    optimizer.apply_gradients(zip(gradients, variables, strict=True))
    return value
