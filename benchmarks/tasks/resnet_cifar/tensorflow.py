"""ResNet-20 in TensorFlow: modules, variables and a tape, without Keras.

Follows https://www.tensorflow.org/guide/intro_to_modules,
https://www.tensorflow.org/api_docs/python/tf/nn/conv2d and
https://www.tensorflow.org/api_docs/python/tf/nn/batch_normalization
"""

from collections.abc import Sequence

import tensorflow as tf

from benchmarks.tasks.tensorflow_optimizers import Adam

__all__ = ["Network", "build", "loss", "optimizer", "train_step"]

WIDTHS = (16, 16, 16, 32, 32, 32, 64, 64, 64)


class Conv(tf.Module):
    """A convolution without bias, with size // 2 zeros on each side."""

    def __init__(self, inputs: int, outputs: int, *, size: int, stride: int, name: str) -> None:
        super().__init__(name)
        limit = (6.0 / (size * size * (inputs + outputs))) ** 0.5
        initial = tf.random.uniform((size, size, inputs, outputs), -limit, limit)
        self.kernel = tf.Variable(initial, name=f"{name}/kernel")
        self.size, self.stride = size, stride

    def __call__(self, x: tf.Tensor) -> tf.Tensor:
        padding = "SAME"
        if self.size == 3 and self.stride == 2:  # where "same" pads one side only
            x, padding = tf.pad(x, [[0, 0], [1, 1], [1, 1], [0, 0]]), "VALID"
        return tf.nn.conv2d(x, self.kernel, strides=self.stride, padding=padding)


class Norm(tf.Module):
    """Batch norm: over the batch while training, else with the running mean and variance."""

    def __init__(self, channels: int, name: str) -> None:
        super().__init__(name)
        zeros, ones = tf.zeros((channels,)), tf.ones((channels,))
        self.gamma = tf.Variable(ones, name=f"{name}/gamma")
        self.beta = tf.Variable(zeros, name=f"{name}/beta")
        self.mean = tf.Variable(zeros, trainable=False, name=f"{name}/moving_mean")
        self.variance = tf.Variable(ones, trainable=False, name=f"{name}/moving_variance")

    def __call__(self, x: tf.Tensor, training: bool) -> tf.Tensor:
        mean, variance = self.mean, self.variance
        if training:
            mean, variance = tf.nn.moments(x, axes=[0, 1, 2])
            self.mean.assign(0.9 * self.mean + 0.1 * mean)
            self.variance.assign(0.9 * self.variance + 0.1 * variance)
        return tf.nn.batch_normalization(x, mean, variance, self.beta, self.gamma, 1e-5)


class Block(tf.Module):
    """Two convolutions around which the input is carried, by a 1x1 one if shapes change."""

    def __init__(self, inputs: int, outputs: int, stride: int, name: str) -> None:
        super().__init__(name)
        self.conv1 = Conv(inputs, outputs, size=3, stride=stride, name=f"{name}_conv1")
        self.norm1 = Norm(outputs, f"{name}_norm1")
        self.conv2 = Conv(outputs, outputs, size=3, stride=1, name=f"{name}_conv2")
        self.norm2 = Norm(outputs, f"{name}_norm2")
        self.adapts = stride != 1
        if self.adapts:
            self.conv3 = Conv(inputs, outputs, size=1, stride=stride, name=f"{name}_conv3")
            self.norm3 = Norm(outputs, f"{name}_norm3")

    def __call__(self, x: tf.Tensor, training: bool) -> tf.Tensor:
        y = tf.nn.relu(self.norm1(self.conv1(x), training))
        y = self.norm2(self.conv2(y), training)
        if self.adapts:
            x = self.norm3(self.conv3(x), training)
        return tf.nn.relu(x + y)


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
        self.conv = Conv(3, 16, size=3, stride=1, name="conv")
        self.norm = Norm(16, "norm")
        self.blocks = [
            Block(inputs, outputs, outputs // inputs, f"blocks_{number}")
            for number, (inputs, outputs) in enumerate(zip((16, *WIDTHS), WIDTHS, strict=False))
        ]
        self.logits = Dense(64, 10, "logits")

    def __call__(self, images: tf.Tensor, training: bool = False) -> tf.Tensor:
        """Logits of a batch."""
        x = tf.nn.relu(self.norm(self.conv(images), training))
        for block in self.blocks:
            x = block(x, training)
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
        value = loss(model(images, training=True), labels)
    variables = model.trainable_variables
    gradients = tape.gradient(value, variables)
    optimizer.apply_gradients(zip(gradients, variables, strict=True))
    return value
