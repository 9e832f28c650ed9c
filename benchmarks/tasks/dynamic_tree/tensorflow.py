"""The recursive network in TensorFlow: a loop over the nodes that AutoGraph writes as a graph.

Follows https://www.tensorflow.org/guide/intro_to_modules,
https://www.tensorflow.org/guide/function (loops and `tf.TensorArray`) and
https://www.tensorflow.org/api_docs/python/tf/map_fn
"""

from collections.abc import Sequence

import tensorflow as tf

from benchmarks.tasks.tensorflow_optimizers import Adam

__all__ = ["Network", "build", "loss", "optimizer", "train_step"]


class Embedding(tf.Module):
    """A row of `width` weights for each of `size` symbols."""

    def __init__(self, size: int, width: int, name: str) -> None:
        super().__init__(name)
        initial = tf.random.uniform((size, width), -0.05, 0.05)
        self.embeddings = tf.Variable(initial, name=f"{name}/embeddings")

    def __call__(self, symbols: tf.Tensor) -> tf.Tensor:
        return tf.nn.embedding_lookup(self.embeddings, symbols)


class Dense(tf.Module):
    """x @ kernel, plus a bias if there is one, with a kernel of (inputs, outputs)."""

    def __init__(self, inputs: int, outputs: int, name: str, *, use_bias: bool = True) -> None:
        super().__init__(name)
        limit = (6.0 / (inputs + outputs)) ** 0.5
        initial = tf.random.uniform((inputs, outputs), -limit, limit)
        self.kernel = tf.Variable(initial, name=f"{name}/kernel")
        self.use_bias = use_bias
        if use_bias:
            self.bias = tf.Variable(tf.zeros((outputs,)), name=f"{name}/bias")

    def __call__(self, x: tf.Tensor) -> tf.Tensor:
        y = tf.matmul(x, self.kernel)
        return y + self.bias if self.use_bias else y


class Tree(tf.Module):
    """Embedded symbols (31, 64) of one tree to the state (64,) of its root."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.left = Dense(64, 64, f"{name}_left")
        self.right = Dense(64, 64, f"{name}_right", use_bias=False)

    def __call__(self, embedded: tf.Tensor, children: tf.Tensor, size: tf.Tensor) -> tf.Tensor:
        """The states of all nodes in turn; children come before their parents."""
        states = tf.TensorArray(tf.float32, 31, clear_after_read=False, element_shape=(1, 64))
        node = tf.constant(0)
        while node < size:
            tf.autograph.experimental.set_loop_options(maximum_iterations=31)
            x = embedded[node][None]
            left, right = children[node, 0], children[node, 1]
            if left >= 0:
                x = x + self.left(states.read(left)) + self.right(states.read(right))
            states = states.write(node, tf.tanh(x))
            node += 1
        return states.read(size - 1)[0]


class Network(tf.Module):
    """Symbols (batch, 31), children (batch, 31, 2), sizes (batch,) to logits (batch, 1)."""

    def __init__(self) -> None:
        super().__init__()
        self.symbols = Embedding(5, 64, "symbols")
        self.tree = Tree("tree")
        self.logits = Dense(64, 1, "logits")

    def __call__(self, symbols: tf.Tensor, children: tf.Tensor, sizes: tf.Tensor) -> tf.Tensor:
        """Logits of a batch."""
        trees = self.symbols(symbols), tf.cast(children, tf.int32), tf.cast(sizes, tf.int32)
        state = tf.TensorSpec((64,), tf.float32)
        roots = tf.map_fn(lambda tree: self.tree(*tree), trees, fn_output_signature=state)
        return self.logits(roots)


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
    model: Network,
    optimizer: Adam,
    symbols: tf.Tensor,
    children: tf.Tensor,
    sizes: tf.Tensor,
    targets: tf.Tensor,
) -> tf.Tensor:
    """One optimisation step; returns the loss before it."""
    with tf.GradientTape() as tape:
        value = loss(model(symbols, children, sizes), targets)
    variables = model.trainable_variables
    # The gradient of a lookup holds only the rows looked up; Adam moves the others too.
    gradients = map(tf.convert_to_tensor, tape.gradient(value, variables))
    optimizer.apply_gradients(zip(gradients, variables, strict=True))
    return value
