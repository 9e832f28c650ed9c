"""Optimisers for TensorFlow without Keras.

TensorFlow's own optimisers are Keras's since 2.0. Its guide writes them out for whoever works
without: https://www.tensorflow.org/guide/core/optimizers_core. In Python operations Adam walks over
every variable a dozen times, though; the kernel that TensorFlow has for it walks once, and is
documented at https://www.tensorflow.org/api_docs/python/tf/raw_ops/ResourceApplyAdam. It is used
here, so that no network is slow for its optimiser's sake.
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
    """Adam with bias correction (Kingma and Ba, 2015, the efficient form at the end of section 2).

    Epsilon is added to the root of the uncorrected second moment, as in Keras.
    """

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
        powers = self.beta_1**self.steps, self.beta_2**self.steps
        for (gradient, variable), mean, square in zip(pairs, self.means, self.squares, strict=True):
            tf.raw_ops.ResourceApplyAdam(
                var=variable.handle,
                m=mean.handle,
                v=square.handle,
                beta1_power=powers[0],
                beta2_power=powers[1],
                lr=self.learning_rate,
                beta1=self.beta_1,
                beta2=self.beta_2,
                epsilon=self.epsilon,
                grad=gradient,
            )
