"""Optimisers in plain TensorFlow, as the guide "Optimizers with Core APIs" builds them.

TensorFlow's own optimisers are Keras's since 2.0; whoever works without Keras writes these lines.
https://www.tensorflow.org/guide/core/optimizers_core
"""

from collections.abc import Iterable, Sequence

import tensorflow as tf

__all__ = ["SGD", "Adam"]


class SGD(tf.Module):
    """Plain gradient descent, without momentum."""

    def __init__(self, learning_rate: float) -> None:
        super().__init__()
        self.learning_rate = learning_rate

    def apply_gradients(self, pairs: Iterable[tuple[tf.Tensor, tf.Variable]]) -> None:
        """Move every variable against its gradient."""
        for gradient, variable in pairs:
            variable.assign_sub(self.learning_rate * gradient)


class Adam(tf.Module):
    """Adam with bias correction (Kingma and Ba, 2015, algorithm 1)."""

    def __init__(
        self,
        variables: Sequence[tf.Variable],
        learning_rate: float,
        *,
        beta_1: float,
        beta_2: float,
        epsilon: float,
    ) -> None:
        super().__init__()
        self.learning_rate, self.epsilon = learning_rate, epsilon
        self.beta_1, self.beta_2 = beta_1, beta_2
        self.steps = tf.Variable(0.0, trainable=False)
        self.means = [tf.Variable(tf.zeros_like(each), trainable=False) for each in variables]
        self.squares = [tf.Variable(tf.zeros_like(each), trainable=False) for each in variables]

    def apply_gradients(self, pairs: Iterable[tuple[tf.Tensor, tf.Variable]]) -> None:
        """Update the moments and move every variable; the order of pairs never changes."""
        self.steps.assign_add(1.0)
        mean_scale = 1.0 - self.beta_1**self.steps
        square_scale = 1.0 - self.beta_2**self.steps
        for (gradient, variable), mean, square in zip(pairs, self.means, self.squares, strict=True):
            mean.assign(self.beta_1 * mean + (1.0 - self.beta_1) * gradient)
            square.assign(self.beta_2 * square + (1.0 - self.beta_2) * gradient**2)
            step = (mean / mean_scale) / (tf.sqrt(square / square_scale) + self.epsilon)
            variable.assign_sub(self.learning_rate * step)
