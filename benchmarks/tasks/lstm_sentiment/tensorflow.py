"""The LSTM in TensorFlow: modules, variables and a tape, without Keras.

Follows https://www.tensorflow.org/guide/intro_to_modules and the loop over time in
https://www.tensorflow.org/guide/function
"""

from collections.abc import Sequence

import tensorflow as tf

from benchmarks.tasks.tensorflow_optimizers import Adam

__all__ = ["Network", "build", "loss", "optimizer", "train_step"]


class Embedding(tf.Module):
    """A row of `width` weights for each of `size` words."""

    def __init__(self, size: int, width: int, name: str) -> None:
        super().__init__(name)
        initial = tf.random.uniform((size, width), -0.05, 0.05)
        self.embeddings = tf.Variable(initial, name=f"{name}/embeddings")

    def __call__(self, words: tf.Tensor) -> tf.Tensor:
        return tf.nn.embedding_lookup(self.embeddings, words)


class LSTM(tf.Module):
    """Sequences (batch, steps, inputs) to the last output (batch, units)."""

    def __init__(self, inputs: int, units: int, name: str) -> None:
        super().__init__(name)
        self.units = units
        limit = (6.0 / (inputs + 4 * units)) ** 0.5
        initial = tf.random.uniform((inputs, 4 * units), -limit, limit)
        self.kernel = tf.Variable(initial, name=f"{name}/kernel")
        limit = (6.0 / (5 * units)) ** 0.5
        initial = tf.random.uniform((units, 4 * units), -limit, limit)
        self.recurrent_kernel = tf.Variable(initial, name=f"{name}/recurrent_kernel")
        forget = tf.concat([tf.zeros((units,)), tf.ones((units,)), tf.zeros((2 * units,))], 0)
        self.bias = tf.Variable(forget, name=f"{name}/bias")

    def __call__(self, x: tf.Tensor) -> tf.Tensor:
        # What the inputs add to the gates is known for all steps at once.
        added = tf.tensordot(tf.transpose(x, [1, 0, 2]), self.kernel, 1) + self.bias
        output = state = tf.zeros((tf.shape(x)[0], self.units))
        for step in added:
            gates = step + tf.matmul(output, self.recurrent_kernel)
            enter, keep, cell, leave = tf.split(gates, 4, axis=1)
            state = tf.sigmoid(keep) * state + tf.sigmoid(enter) * tf.tanh(cell)
            output = tf.sigmoid(leave) * tf.tanh(state)
        return output


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
    """Words (batch, 80) to logits (batch, 1)."""

    def __init__(self) -> None:
        super().__init__()
        self.embedding = Embedding(10_000, 64, "embedding")
        self.lstm = LSTM(64, 64, "lstm")
        self.logits = Dense(64, 1, "logits")

    def __call__(self, words: tf.Tensor) -> tf.Tensor:
        """Logits of a batch."""
        return self.logits(self.lstm(self.embedding(words)))


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
