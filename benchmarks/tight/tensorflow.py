"""TensorFlow's loops; `published` follows the guide to a perceptron without Keras.

https://www.tensorflow.org/guide/core/mlp_core
The guide's perceptron has other widths; to be the same work it has those of `mlp-mnist` here.
"""

from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import Any

import tensorflow as tf

from benchmarks.errors import RefusedError
from benchmarks.stacks.protocol import DeviceBatch
from benchmarks.tasks.task import Batch
from benchmarks.tight import Block

__all__ = ["published", "tight"]

RATE, BETA_1, BETA_2, EPSILON = 1e-3, 0.9, 0.999, 1e-7


def tight(trainer: Any, batches: Sequence[DeviceBatch]) -> Block:
    """One graph: tape, gradient, and TensorFlow's own kernel for Adam, on the trainer's model."""
    model, loss = trainer.model, trainer.module.loss
    forward = partial(model, training=True) if trainer.task.state else model
    variables = model.trainable_variables
    update = _fused_adam(variables)

    def step(inputs: Any, targets: Any) -> None:
        with tf.GradientTape() as tape:
            value = loss(forward(*inputs), targets)
        update(map(tf.convert_to_tensor, tape.gradient(value, variables)))

    graph = tf.function(step)

    def block() -> None:
        for inputs, targets in batches:
            graph(inputs, targets)

    return block


def _fused_adam(variables: Sequence[Any]) -> Callable[[Iterable[Any]], None]:
    """Moves the variables by gradients in their order."""
    first_powers, second_powers = tf.Variable(BETA_1), tf.Variable(BETA_2)
    moments = [
        (tf.Variable(tf.zeros_like(each)), tf.Variable(tf.zeros_like(each))) for each in variables
    ]
    settings = {"lr": RATE, "beta1": BETA_1, "beta2": BETA_2, "epsilon": EPSILON}

    def update(gradients: Iterable[Any]) -> None:
        for variable, (mean, square), gradient in zip(variables, moments, gradients, strict=True):
            tf.raw_ops.ResourceApplyAdam(
                var=variable.handle,
                m=mean.handle,
                v=square.handle,
                beta1_power=first_powers,
                beta2_power=second_powers,
                grad=gradient,
                **settings,
            )
        first_powers.assign(first_powers * BETA_1)
        second_powers.assign(second_powers * BETA_2)

    return update


class DenseLayer(tf.Module):
    """A layer that makes its variables when it first sees its inputs."""

    def __init__(self, outputs: int, activation: Callable[[Any], Any] = tf.identity) -> None:
        super().__init__()
        self.outputs, self.activation, self.built = outputs, activation, False

    def __call__(self, x: tf.Tensor) -> tf.Tensor:
        if not self.built:
            limit = (6.0 / (x.shape[-1] + self.outputs)) ** 0.5
            start = tf.random.uniform((x.shape[-1], self.outputs), -limit, limit)
            self.weights = tf.Variable(start)
            self.bias = tf.Variable(tf.zeros((self.outputs,)))
            self.built = True
        return self.activation(tf.matmul(x, self.weights) + self.bias)


class MLP(tf.Module):
    """Layers one after the other, traced as a whole."""

    def __init__(self, layers: Sequence[DenseLayer]) -> None:
        super().__init__()
        self.layers = layers

    @tf.function  # type: ignore[untyped-decorator]
    def __call__(self, x: tf.Tensor) -> tf.Tensor:
        for layer in self.layers:
            x = layer(x)
        return x


class Adam:
    """The guide's optimiser: Adam in TensorFlow's Python operations."""

    def __init__(self) -> None:
        self.step, self.moments = 1.0, list[tuple[Any, Any]]()

    def apply_gradients(self, gradients: Sequence[Any], variables: Sequence[Any]) -> None:
        """Move the variables, whose order never changes."""
        if not self.moments:
            zeros = [tf.zeros_like(each) for each in variables]
            self.moments = [(tf.Variable(each), tf.Variable(each)) for each in zeros]
        for gradient, variable, (mean, square) in zip(
            gradients, variables, self.moments, strict=True
        ):
            mean.assign(BETA_1 * mean + (1 - BETA_1) * gradient)
            square.assign(BETA_2 * square + (1 - BETA_2) * tf.pow(gradient, 2))
            corrected = mean / (1 - BETA_1**self.step), square / (1 - BETA_2**self.step)
            variable.assign_sub(RATE * corrected[0] / (tf.sqrt(corrected[1]) + EPSILON))
        self.step += 1.0


def published(trainer: Any, batches: Sequence[Batch]) -> Block:
    """The guide's training loop over batches that are already tensors."""
    if trainer.task.id != "mlp-mnist":
        raise RefusedError("TensorFlow's guide without Keras has no such network")
    relu = tf.nn.relu
    model, optimizer = MLP([DenseLayer(512, relu), DenseLayer(512, relu), DenseLayer(10)]), Adam()
    data = [(tf.constant(batch.inputs[0]), tf.constant(batch.targets)) for batch in batches]
    model(data[0][0])

    def block() -> None:
        for images, labels in data:
            with tf.GradientTape() as tape:
                losses = tf.nn.sparse_softmax_cross_entropy_with_logits(labels, model(images))
                value = tf.reduce_mean(losses)
            variables = model.variables
            optimizer.apply_gradients(tape.gradient(value, variables), variables)

    return block
