"""The convolutional network in TensorFlow: modules, variables and a tape, without Keras.

Follows https://www.tensorflow.org/guide/intro_to_modules and
https://www.tensorflow.org/api_docs/python/tf/nn/conv2d
"""

from collections.abc import Sequence

import tensorflow as tf

from benchmarks.tasks.tensorflow_optimizers import Adam

__all__ = ["Network", "build", "loss", "optimizer", "train_step"]


class Conv(tf.Module):
    """A 3x3 convolution with stride 1 and one zero on each side; kernel (3, 3, in, out)."""

    def __init__(self, inputs: int, outputs: int, name: str) -> None:
        super().__init__(name)
        limit = (6.0 / (9 * (inputs + outputs))) ** 0.5
        initial = tf.random.uniform((3, 3, inputs, outputs), -limit, limit)
        self.kernel = tf.Variable(initial, name=f"{name}/kernel")
        self.bias = tf.Variable(tf.zeros((outputs,)), name=f"{name}/bias")

    def __call__(self, x: tf.Tensor) -> tf.Tensor:
        return tf.nn.bias_add(tf.nn.conv2d(x, self.kernel, strides=1, padding="SAME"), self.bias)


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
    """Images (batch, 32, 32, 3) in [0, 1] to logits (batch, 10)."""

    def __init__(self) -> None:
        super().__init__()
        self.conv1 = Conv(3, 32, "conv1")
        self.conv2 = Conv(32, 32, "conv2")
        self.conv3 = Conv(32, 64, "conv3")
        self.conv4 = Conv(64, 64, "conv4")
        self.logits = Dense(64, 10, "logits")

    def __call__(self, images: tf.Tensor) -> tf.Tensor:
        """Logits of a batch."""
        x = tf.nn.relu(self.conv1(images))
        x = tf.nn.relu(self.conv2(x))
        x = tf.nn.max_pool2d(x, 2, 2, "VALID")
        x = tf.nn.relu(self.conv3(x))
        x = tf.nn.relu(self.conv4(x))
        x = tf.nn.max_pool2d(x, 2, 2, "VALID")
        return self.logits(tf.reduce_mean(x, axis=[1, 2]))


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
