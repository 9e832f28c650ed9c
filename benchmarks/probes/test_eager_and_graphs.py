"""Eager and compiled execution: can code run line by line, and be compiled without a rewrite?

Traces are counted by a line of Python in the compiled code, which is reached once for each.
"""

from typing import Any

import numpy as np

from benchmarks.probes.rubric import Facts, Row, Rubric

RUBRIC = Rubric(
    criterion="eager-and-graphs",
    facts={
        "eager-by-default": "without a word it runs line by line, and each line has its result",
        "compiled-in-one-line": "one line compiles the same code, with the same results",
        "shapes-generalise": "four batch sizes need at most two traces",
        "numbers-generalise": "four Python numbers as arguments need at most two traces",
        "falls-back": "code that no graph can hold still runs when it is compiled",
    },
    asides={
        "old-graph-runs": "a graph and a Session of version 1 still run",
        "traced-by-signature": "a function is traced again for a new shape, and for nothing else",
    },
    rows=(
        Row(
            4,
            needs=("eager-by-default", "compiled-in-one-line", "falls-back", "shapes-generalise"),
        ),
        Row(3, needs=("eager-by-default", "compiled-in-one-line")),
        Row(2, some=1, of=("eager-by-default", "compiled-in-one-line")),
    ),
    floor=1,
    claims=(
        "arch-tf-04",
        "arch-tf-05",
        "ease-tf-02",
        "ease-torch-02",
        "dbg-tf-03",
    ),
)

X = np.random.default_rng(0).random((8, 3), dtype=np.float32)
BATCHES = [X[:size] for size in (2, 3, 4, 5)]


def few(traces: list[Any], calls: int) -> str:
    """How many traces there were; AssertionError if more than two."""
    said = f"{len(traces)} traces in {calls} calls"
    assert len(traces) <= 2, said
    return said


def test_keras(facts: Facts) -> None:
    import keras
    from keras import ops

    traces: list[int] = []

    class Traced(keras.layers.Layer):
        def call(self, x: Any) -> Any:
            traces.append(1)
            return x * 2.0

    class External(keras.layers.Layer):
        def call(self, x: Any) -> Any:
            return ops.convert_to_tensor(np.sort(np.asarray(x), axis=0))

        def compute_output_spec(self, x: Any) -> Any:
            return keras.KerasTensor(x.shape, x.dtype)

    with facts.trying("eager-by-default") as trial:
        value = float(ops.sum(ops.multiply(X, 2.0)))
        assert abs(value - 2 * X.sum()) < 1e-4
        trial.tell(f"a sum gave {value:.3f} at once")
    with facts.trying("compiled-in-one-line") as trial:
        model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(4, "tanh")])
        before = ops.convert_to_numpy(model(X))
        model.compile(jit_compile=True)
        after = model.predict(X, verbose=0)
        assert np.allclose(before, after, atol=1e-6)
        trial.tell(f"jit_compile=True differs by {np.abs(before - after).max():.1e}")
    with facts.trying("shapes-generalise") as trial:
        model = keras.Sequential([keras.Input((3,)), Traced()])
        model.compile()
        traces.clear()
        for batch in BATCHES:
            model.predict_on_batch(batch)
        trial.tell(few(traces, len(BATCHES)))
    with facts.trying("numbers-generalise") as trial:
        model = keras.Sequential([keras.Input((3,)), Traced()])
        model.compile("sgd", "mse")
        model.fit(X[:4], X[:4], verbose=0)
        traces.clear()
        for rate in (0.1, 0.2, 0.3, 0.4):
            model.optimizer.learning_rate = rate
            model.fit(X[:4], X[:4], verbose=0)
        trial.tell(f"as learning rates: {few(traces, 4)}")
    with facts.trying("falls-back") as trial:
        model = keras.Sequential([keras.Input((3,)), External()])
        assert np.allclose(model.predict(X, verbose=0), np.sort(X, axis=0))
        trial.tell("NumPy sorted within predict()")


def test_tensorflow(facts: Facts) -> None:
    import tensorflow as tf

    traces: list[int] = []

    def double(x: Any) -> Any:
        traces.append(1)
        return x * 2.0

    with facts.trying("eager-by-default") as trial:
        assert tf.executing_eagerly()
        trial.tell(f"a sum gave {float(tf.reduce_sum(double(tf.constant(X)))):.3f} at once")
    with facts.trying("compiled-in-one-line") as trial:
        before, after = double(tf.constant(X)), tf.function(double)(tf.constant(X))
        assert np.allclose(before, after)
        trial.tell("tf.function gave the same")
    with facts.trying("shapes-generalise") as trial:
        compiled = tf.function(double)
        traces.clear()
        for batch in BATCHES:
            compiled(tf.constant(batch))
        trial.tell(few(traces, len(BATCHES)))
    with facts.trying("traced-by-signature") as trial:
        compiled = tf.function(double)
        traces.clear()
        for batch in (X[:2], X[2:4], X[:3]):
            compiled(tf.constant(batch))
        assert len(traces) == 2, f"{len(traces)} traces"
        trial.tell("2 traces in 3 calls with 2 shapes")
    with facts.trying("numbers-generalise") as trial:
        compiled = tf.function(double)
        traces.clear()
        for number in (1, 2, 3, 4):
            compiled(float(number))
        trial.tell(few(traces, 4))
    with facts.trying("falls-back") as trial:
        external = tf.function(lambda x: np.sort(x.numpy(), axis=0))
        assert np.allclose(external(tf.constant(X)), np.sort(X, axis=0))
        trial.tell("NumPy sorted within a tf.function")
    with facts.trying("old-graph-runs") as trial:
        graph = tf.Graph()
        with graph.as_default():
            place = tf.compat.v1.placeholder(tf.float32, (None, 3))
            total = tf.reduce_sum(place)
        with tf.compat.v1.Session(graph=graph) as session:
            value = session.run(total, {place: X})
        assert abs(value - X.sum()) < 1e-4
        trial.tell(f"the Session answered {value:.3f}")


def test_pytorch(facts: Facts) -> None:
    import torch

    traces: list[int] = []

    def backend(graph: torch.fx.GraphModule, _: Any) -> Any:
        traces.append(1)
        return graph.forward

    def double(x: torch.Tensor, factor: float = 2.0) -> torch.Tensor:
        return x * factor

    x = torch.from_numpy(X)
    with facts.trying("eager-by-default") as trial:
        trial.tell(f"a sum gave {double(x).sum().item():.3f} at once")
    with facts.trying("compiled-in-one-line") as trial:
        assert torch.equal(double(x), torch.compile(double, backend=backend)(x))
        trial.tell("torch.compile gave the same")
    with facts.trying("shapes-generalise") as trial:
        torch._dynamo.reset()
        compiled = torch.compile(double, backend=backend)
        traces.clear()
        for batch in BATCHES:
            compiled(torch.from_numpy(batch))
        trial.tell(few(traces, len(BATCHES)))
    with facts.trying("numbers-generalise") as trial:
        torch._dynamo.reset()
        compiled = torch.compile(double, backend=backend)
        traces.clear()
        for number in (1, 2, 3, 4):
            compiled(x, float(number))
        trial.tell(few(traces, 4))
    with facts.trying("falls-back") as trial:

        def external(x: torch.Tensor) -> torch.Tensor:
            return torch.tensor(sorted(x[:, 0].tolist())) + 1.0

        said = torch.compile(external, backend=backend)(x)
        assert np.allclose(said, np.sort(X[:, 0]) + 1)
        trial.tell("Python sorted within compiled code, which became several graphs")
