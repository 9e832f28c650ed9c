"""Dynamic control flow: can a model branch and loop on the values it computes?

Every program below halves a vector until its sum is below one, so that the number of steps depends
on the data, and multiplies by a weight that is trained through all of them.
"""

from typing import Any

import numpy as np

from benchmarks.probes.child import Child
from benchmarks.probes.rubric import Facts, Row, Rubric

RUBRIC = Rubric(
    criterion="dynamic-control-flow",
    facts={
        "branch-when-called": "Python's own `if` on a computed value works in a call of the model",
        "branch-while-training": "Python's own `if` works in training as documented",
        "loop-while-training": "Python's own `while` works in training as documented",
        "recursion-while-training": "a model may call itself as deep as its data says, in training",
        "operators-while-training": "a branch and a loop written as operators train a weight",
        "branch-when-compiled": "the branch survives compilation for speed, with a right answer",
    },
    asides={
        "branch-on-jax": "on JAX, Python's own `if` works under fit()",
        "branch-on-torch": "on PyTorch, Python's own `if` works under fit()",
        "operators-everywhere": "keras.ops.cond trains a weight on JAX and on PyTorch too",
        "depth-by-argument": "the number of layers may change from call to call",
        "transformer-is-one-graph": "a Transformer block is exported as one graph, unbroken",
    },
    rows=(
        Row(4, needs=("branch-while-training", "loop-while-training", "recursion-while-training")),
        Row(3, needs=("branch-while-training", "loop-while-training")),
        Row(2, needs=("operators-while-training", "branch-when-called")),
        Row(1, needs=("branch-when-called",)),
    ),
    claims=(
        "arch-torch-03",
        "choose-torch-03",
    ),
)

#: Two examples that need one and three halvings.
X = np.array([[1.0, 0.5], [4.0, 3.0]], dtype=np.float32)
Y = np.zeros((1, 1), dtype=np.float32)


def halvings(x: np.ndarray) -> int:
    """How often the loop has to run, by NumPy."""
    count = 0
    while x.sum() >= 1:
        x, count = x / 2, count + 1
    return count


def keras_model(kind: str) -> Any:
    """A model with one weight and the given way to branch or loop, for one example at a time."""
    import keras
    from keras import ops

    class Dynamic(keras.Model):
        def __init__(self) -> None:
            super().__init__()
            self.weight = self.add_weight(shape=(), initializer="ones", name="weight")

        def call(self, x: Any) -> Any:
            return ops.sum(getattr(self, kind)(x * self.weight), axis=-1, keepdims=True)

        def branch(self, x: Any) -> Any:
            if ops.sum(x) > 2:
                return x / 2
            return x * 2

        def loop(self, x: Any) -> Any:
            while ops.sum(x) >= 1:
                x = x / 2
            return x

        def recursion(self, x: Any) -> Any:
            return self.recursion(x / 2) if ops.sum(x) >= 1 else x

        def cond(self, x: Any) -> Any:
            return ops.cond(ops.sum(x) > 2, lambda: x / 2, lambda: x * 2)

        def while_loop(self, x: Any) -> Any:
            (x,) = ops.while_loop(lambda x: ops.sum(x) >= 1, lambda x: (x / 2,), (x,))
            return x

    return Dynamic()


def keras_trains(kind: str) -> str:
    """Fit on one example after the other, on whatever back end this process has."""
    model = keras_model(kind)
    model.compile("sgd", "mse")
    before = float(model.get_weights()[0])
    for example in X:
        model.fit(example[None], Y, verbose=0)
    after = float(model.get_weights()[0])
    assert after != before, "the weight was not trained"
    return f"weight from {before:.2f} to {after:.4f}"


def keras_operators_train() -> str:
    """A branch by keras.ops.cond."""
    return keras_trains("cond")


def keras_branch_trains() -> str:
    """A branch by Python's own if."""
    return keras_trains("branch")


def test_keras(facts: Facts, on_jax: Child, on_torch: Child) -> None:
    import keras

    with facts.trying("branch-when-called") as trial:
        model = keras_model("branch")
        small, large = (float(model(example[None])[0, 0]) for example in X)
        assert (small, large) == (3.0, 3.5)
        trial.tell(f"{small} and {large}, one from each branch")
    for fact, kind in (("branch", "branch"), ("loop", "loop"), ("recursion", "recursion")):
        with facts.trying(f"{fact}-while-training") as trial:
            trial.tell(keras_trains(kind))
    with facts.trying("operators-while-training") as trial:
        trial.tell(f"cond: {keras_trains('cond')}, while_loop: {keras_trains('while_loop')}")
    with facts.trying("branch-when-compiled") as trial:
        model = keras_model("branch")
        model.compile(jit_compile=True)
        large = float(model.predict(X[1:], verbose=0)[0, 0])
        assert large == 3.5, f"{large} instead of 3.5"
        trial.tell(f"{large} as it should be")
    with facts.trying("branch-on-jax") as trial:
        trial.tell(on_jax.run(keras_branch_trains))
    with facts.trying("branch-on-torch") as trial:
        trial.tell(on_torch.run(keras_branch_trains))
    with facts.trying("operators-everywhere") as trial:
        found = [child.run(keras_operators_train) for child in (on_jax, on_torch)]
        trial.tell("; ".join(found))
    assert keras.backend.backend() == "tensorflow"


def test_tensorflow(facts: Facts) -> None:
    import tensorflow as tf

    weight = tf.Variable(1.0)

    def branch(x: Any) -> Any:
        if tf.reduce_sum(x) > 2:
            return x / 2
        return x * 2

    def loop(x: Any) -> Any:
        while tf.reduce_sum(x) >= 1:
            x = x / 2
        return x

    def recursion(x: Any) -> Any:
        return recursion(x / 2) if tf.reduce_sum(x) >= 1 else x

    def operators(x: Any) -> Any:
        x = tf.cond(tf.reduce_sum(x) > 2, lambda: x / 2, lambda: x * 2)
        return tf.while_loop(lambda x: tf.reduce_sum(x) >= 1, lambda x: (x / 2,), (x,))[0]

    def trained(model: Any) -> str:
        """The weight after one traced step on each example."""

        @tf.function
        def step(x: Any) -> None:
            with tf.GradientTape() as tape:
                loss = tf.reduce_sum(model(x * weight)) ** 2
            weight.assign_sub(0.01 * tape.gradient(loss, weight))

        weight.assign(1.0)
        for example in X:
            step(tf.constant(example))
        assert float(weight) != 1.0, "the weight was not trained"
        return f"weight from 1.00 to {float(weight):.4f}"

    with facts.trying("branch-when-called") as trial:
        small, large = (float(tf.reduce_sum(branch(tf.constant(example)))) for example in X)
        assert (small, large) == (3.0, 3.5)
        trial.tell(f"{small} and {large}, one from each branch")
    for fact, model in (("branch", branch), ("loop", loop), ("recursion", recursion)):
        with facts.trying(f"{fact}-while-training") as trial:
            trial.tell(trained(model))
    with facts.trying("operators-while-training") as trial:
        trial.tell(trained(operators))
    with facts.trying("branch-when-compiled") as trial:
        large = float(tf.reduce_sum(tf.function(branch, jit_compile=True)(tf.constant(X[1]))))
        assert large == 3.5, f"{large} instead of 3.5"
        trial.tell(f"{large} as it should be")


def test_pytorch(facts: Facts) -> None:
    import torch

    weight = torch.nn.Parameter(torch.tensor(1.0))
    examples = torch.from_numpy(X)

    def branch(x: torch.Tensor) -> torch.Tensor:
        return x / 2 if x.sum() > 2 else x * 2

    def loop(x: torch.Tensor) -> torch.Tensor:
        while x.sum() >= 1:
            x = x / 2
        return x

    def recursion(x: torch.Tensor) -> torch.Tensor:
        return recursion(x / 2) if x.sum() >= 1 else x

    def operators(x: torch.Tensor) -> torch.Tensor:
        x = torch.cond(x.sum() > 2, lambda x: x / 2, lambda x: x * 2, (x,))
        return torch.while_loop(lambda x: x.sum() >= 1, lambda x: (x / 2,), (x,))[0]

    def trained(model: Any) -> str:
        """The weight after one step on each example."""
        optimizer = torch.optim.SGD([weight], lr=0.01)
        weight.data.fill_(1.0)
        for example in examples:
            optimizer.zero_grad()
            (model(example * weight).sum() ** 2).backward()
            optimizer.step()
        assert weight.item() != 1.0, "the weight was not trained"
        return f"weight from 1.00 to {weight.item():.4f}"

    with facts.trying("branch-when-called") as trial:
        small, large = (branch(example).sum().item() for example in examples)
        assert (small, large) == (3.0, 3.5)
        trial.tell(f"{small} and {large}, one from each branch")
    for fact, model in (("branch", branch), ("loop", loop), ("recursion", recursion)):
        with facts.trying(f"{fact}-while-training") as trial:
            trial.tell(trained(model))
    with facts.trying("operators-while-training") as trial:
        trial.tell(trained(operators))
    with facts.trying("branch-when-compiled") as trial:
        large = torch.compile(branch, backend="eager")(examples[1]).sum().item()
        assert large == 3.5, f"{large} instead of 3.5"
        trial.tell(f"{large} as it should be")
    with facts.trying("depth-by-argument") as trial:
        trial.tell(torch_depth())
    with facts.trying("transformer-is-one-graph") as trial:
        trial.tell(torch_transformer())


def torch_depth() -> str:
    """A model whose number of layers is an argument."""
    import torch

    layer = torch.nn.Linear(2, 2)

    def deep(x: torch.Tensor, depth: int) -> torch.Tensor:
        for _ in range(depth):
            x = layer(x)
        return x

    outputs = [deep(torch.from_numpy(X), depth).sum().item() for depth in (1, 2, 3)]
    assert len(set(outputs)) == 3
    return f"1, 2 and 3 layers gave {np.round(outputs, 3)}"


def torch_transformer() -> str:
    """A block of a Transformer, exported."""
    import torch

    block = torch.nn.TransformerEncoderLayer(16, 2, 32, dropout=0.0, batch_first=True).eval()
    sequence = torch.randn(2, 5, 16)
    exported = torch.export.export(block, (sequence,))
    torch.testing.assert_close(exported.module()(sequence), block(sequence))
    return f"{len(exported.graph.nodes)} nodes in one graph, outputs equal"
