"""The recursive network in Keras: a layer of its own around `keras.ops` control flow, compiled.

Follows https://keras.io/guides/making_new_layers_and_models_via_subclassing/,
https://keras.io/guides/functional_api/ and https://keras.io/api/ops/core/ (`map`, `while_loop`,
`cond`, `scatter_update`)
"""

import keras
from keras import layers, ops

__all__ = ["build", "compile_model", "optimizer"]


class Tree(layers.Layer):
    """Embedded symbols (batch, 31, 64) of trees to the states (batch, 64) of their roots."""

    def __init__(self, name: str) -> None:
        super().__init__(name=name)
        self.left = layers.Dense(64, name="left")
        self.right = layers.Dense(64, use_bias=False, name="right")

    def build(self, shape: tuple[int | None, ...]) -> None:
        """The weights of both sides, before any tree is seen."""
        self.left.build((1, shape[-1]))
        self.right.build((1, shape[-1]))

    def call(
        self, embedded: keras.KerasTensor, children: keras.KerasTensor, sizes: keras.KerasTensor
    ) -> keras.KerasTensor:
        """One tree after the other."""
        return ops.map(lambda tree: self.root(*tree), (embedded, children, sizes))

    def root(
        self, embedded: keras.KerasTensor, children: keras.KerasTensor, size: keras.KerasTensor
    ) -> keras.KerasTensor:
        """The state of a tree's root, after its nodes in turn; children precede their parents."""

        def step(
            node: keras.KerasTensor, states: keras.KerasTensor
        ) -> tuple[keras.KerasTensor, ...]:
            x = ops.take(embedded, node, axis=0)
            left, right = ops.unstack(ops.take(children, node, axis=0), 2)
            x = ops.cond(left >= 0, lambda: x + self.joined(states, left, right), lambda: x)
            states = ops.scatter_update(states, node[None, None], ops.tanh(x)[None])
            return node + 1, states

        first = ops.zeros((), size.dtype), ops.zeros_like(embedded)
        _, states = ops.while_loop(lambda node, _: node < size, step, first)
        return ops.take(states, size - 1, axis=0)

    def joined(
        self, states: keras.KerasTensor, left: keras.KerasTensor, right: keras.KerasTensor
    ) -> keras.KerasTensor:
        """What two children add to their parent."""
        one, other = ops.take(states, left, axis=0), ops.take(states, right, axis=0)
        return (self.left(one[None]) + self.right(other[None]))[0]


def build() -> keras.Model:
    """Symbols (batch, 31), children (batch, 31, 2), sizes (batch,) to logits (batch, 1)."""
    symbols = keras.Input((31,), dtype="int64")
    children = keras.Input((31, 2), dtype="int64")
    sizes = keras.Input((), dtype="int64")
    embedded = layers.Embedding(5, 64, name="symbols")(symbols)
    roots = Tree(name="tree")(embedded, children, sizes)
    return keras.Model((symbols, children, sizes), layers.Dense(1, name="logits")(roots))


def optimizer() -> keras.optimizers.Optimizer:
    """Adam, with everything stated that the frameworks do not agree on."""
    return keras.optimizers.Adam(learning_rate=1e-3, beta_1=0.9, beta_2=0.999, epsilon=1e-7)


def compile_model(
    model: keras.Model, optimizer: keras.optimizers.Optimizer, *, jit_compile: bool
) -> None:
    """Mean binary cross-entropy of logits and targets, both (batch, 1), no further metric."""
    model.compile(
        optimizer=optimizer,
        loss=keras.losses.BinaryCrossentropy(from_logits=True),
        jit_compile=jit_compile,
    )
