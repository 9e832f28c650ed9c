"""Changing structure: a recursive network says whether a formula is true.

    leaf:  state = tanh(embedding of its symbol)
    inner: state = tanh(embedding of its symbol + left(state of one child) + right(of the other))
    root's state 64 -> logit 1

It speaks for models whose shape depends on each example. A formula is a binary tree with 2 to 16
leaves, drawn from a seed: its leaves are false or true, its inner nodes and, or, exclusive or. Its
depth follows from how the leaves happen to be split. A batch is

    symbols (batch, 31)      0 false, 1 true, 2 and, 3 or, 4 exclusive or
    children (batch, 31, 2)  the places of a node's children, which come before it; -1 for a leaf
    sizes (batch,)           how many of the 31 places are used; the last of these is the root

all integers, and the target (batch, 1) is 1.0 for a true formula; the loss is the mean binary
cross-entropy on logits. Every tree is walked by itself and costs what it has: no framework groups
nodes over the trees of a batch, and none computes the unused places. That is what such a model
costs while somebody is still thinking about it; grouping is an optimisation of its own, open to all
three. PyTorch recurses in plain Python, TensorFlow and Keras loop over the places.
"""

import numpy as np

from benchmarks.tasks.task import Examples, Rounds, Task

__all__ = ["TASK"]

LEAVES, WIDTH = 16, 64
PLACES = 2 * LEAVES - 1
FALSE, TRUE, AND, OR, DIFFERENT = range(5)


class Formula:
    """A random formula, written down from its leaves to its root."""

    def __init__(self, source: np.random.Generator) -> None:
        self.source = source
        self.symbols: list[int] = []
        self.children: list[tuple[int, int]] = []
        self.values: list[bool] = []
        self.grow(int(source.integers(2, LEAVES + 1)))

    def grow(self, leaves: int) -> int:
        """Add a tree of so many leaves; the place of its root."""
        if leaves == 1:
            value = bool(self.source.integers(2))
            return self._add(int(value), (-1, -1), value)
        share = int(self.source.integers(1, leaves))
        left, right = self.grow(share), self.grow(leaves - share)
        symbol = int(self.source.choice((AND, OR, DIFFERENT)))
        one, other = self.values[left], self.values[right]
        value = {AND: one and other, OR: one or other, DIFFERENT: one != other}[symbol]
        return self._add(symbol, (left, right), value)

    def _add(self, symbol: int, children: tuple[int, int], value: bool) -> int:
        self.symbols.append(symbol)
        self.children.append(children)
        self.values.append(value)
        return len(self.symbols) - 1


def formulas(count: int = 2048) -> Examples:
    """Seeded formulas as the arrays of a batch, and whether they are true."""
    source = np.random.default_rng(7)
    grown = [Formula(source) for _ in range(count)]
    symbols = np.zeros((count, PLACES), np.int64)
    children = np.full((count, PLACES, 2), -1, np.int64)
    for row, formula in enumerate(grown):
        symbols[row, : len(formula.symbols)] = formula.symbols
        children[row, : len(formula.children)] = formula.children
    sizes = np.array([len(formula.symbols) for formula in grown], np.int64)
    true = np.array([[formula.values[-1]] for formula in grown], np.float32)
    return Examples("synthetic", (symbols, children, sizes), true)


def examples(choice: str) -> Examples:
    """Seeded formulas, for every choice."""
    del choice
    return formulas()


TASK = Task(
    id="dynamic-tree",
    title="recursive network on formulas of different depth",
    weights={
        "symbols/embeddings": (5, WIDTH),
        "tree_left/kernel": (WIDTH, WIDTH),
        "tree_left/bias": (WIDTH,),
        "tree_right/kernel": (WIDTH, WIDTH),
        "logits/kernel": (WIDTH, 1),
        "logits/bias": (1,),
    },
    examples=examples,
    rounds=Rounds(train=30, latency=100, batch=10, warmup=5),
    train_batch=16,
    large_batch=64,
    refuses={
        "keras-jax": "JAX cannot differentiate a loop whose length depends on the data",
        "pytorch-compile": "torch.compile traces the trees of every batch anew",
    },
)
