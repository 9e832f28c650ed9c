"""The dilated network in TensorFlow: modules, variables and a tape, without Keras.

Follows https://www.tensorflow.org/guide/intro_to_modules and
https://www.tensorflow.org/api_docs/python/tf/nn/conv1d
"""

from collections.abc import Sequence

import tensorflow as tf

from benchmarks.tasks.tensorflow_optimizers import Adam

__all__ = ["Network", "build", "loss", "optimizer", "train_step"]

DILATIONS = (1, 2, 4, 8, 16, 32)


class Conv(tf.Module):
    """A dilated convolution of width 3 that keeps the length; kernel (3, inputs, outputs)."""

    def __init__(self, inputs: int, outputs: int, dilation: int, name: str) -> None:
        super().__init__(name)
        self.dilation = dilation
        limit = (6.0 / (3 * (inputs + outputs))) ** 0.5
        initial = tf.random.uniform((3, inputs, outputs), -limit, limit)
        self.kernel = tf.Variable(initial, name=f"{name}/kernel")
        self.bias = tf.Variable(tf.zeros((outputs,)), name=f"{name}/bias")

    def __call__(self, x: tf.Tensor) -> tf.Tensor:
        x = tf.nn.conv1d(x, self.kernel, stride=1, padding="SAME", dilations=self.dilation)
        return tf.nn.bias_add(x, self.bias)


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
    """Readings (batch, 128, 8) to logits (batch, 4)."""

    def __init__(self) -> None:
        super().__init__()
        self.convs = [
            Conv(32 if number else 8, 32, dilation, f"convs_{number}")
            for number, dilation in enumerate(DILATIONS)
        ]
        self.logits = Dense(32, 4, "logits")

    def __call__(self, readings: tf.Tensor) -> tf.Tensor:
        """Logits of a batch."""
        x = readings
        for conv in self.convs:
            x = tf.nn.relu(conv(x))
        return self.logits(tf.reduce_mean(x, axis=1))


def build() -> Network:
    """A fresh network."""
    return Network()


def loss(logits: tf.Tensor, labels: tf.Tensor) -> tf.Tensor:
    """Mean cross-entropy of logits (batch, 4) and integer labels (batch,)."""
    return tf.reduce_mean(
        tf.nn.sparse_softmax_cross_entropy_with_logits(labels=labels, logits=logits)
    )


def optimizer(variables: Sequence[tf.Variable]) -> Adam:
    """Adam, with everything stated that the frameworks do not agree on."""
    return Adam(variables, learning_rate=1e-3, beta_1=0.9, beta_2=0.999, epsilon=1e-7)


def train_step(
    model: Network, optimizer: Adam, readings: tf.Tensor, labels: tf.Tensor
) -> tf.Tensor:
    """One optimisation step; returns the loss before it."""
    with tf.GradientTape() as tape:
        value = loss(model(readings), labels)
    variables = model.trainable_variables
    gradients = tape.gradient(value, variables)
    optimizer.apply_gradients(zip(gradients, variables, strict=True))
    return value
