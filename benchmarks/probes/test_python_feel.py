"""Python and NumPy feel: does it behave as someone who knows Python and NumPy expects?

Twelve lines of NumPy are run unchanged, with the framework's operations in the place of `np`, and
their results compared with NumPy's. Then comes what Python itself is expected to do with an array.
"""

from typing import Any

import numpy as np

from benchmarks.probes.rubric import Facts, Row, Rubric

RUBRIC = Rubric(
    criterion="python-feel",
    facts={
        "numpy-lines-run": "at least ten of twelve lines of NumPy run unchanged",
        "most-numpy-lines-run": "at least six of twelve lines of NumPy run unchanged",
        "arrays-pass": "NumPy arrays go in and come out without a word",
        "memory-shared": "an array and its tensor can share one memory",
        "masks": "elements are chosen by a condition, as in x[x > 0]",
        "assignment": "elements are changed in place, as in x[0] = 1",
        "python-in-training": "Python code in a model sees numbers while it trains",
    },
    rows=(
        Row(
            4,
            needs=("most-numpy-lines-run", "arrays-pass", "python-in-training"),
            some=3,
            of=("numpy-lines-run", "memory-shared", "masks", "assignment"),
        ),
        Row(3, needs=("numpy-lines-run", "arrays-pass")),
        Row(2, needs=("arrays-pass",)),
    ),
    floor=1,
    claims=(
        "arch-torch-06",
        "ease-torch-01",
    ),
)

LINES = (
    "np.sum(x, axis=1)",
    "np.mean(x, axis=0, keepdims=True)",
    "np.reshape(x, (3, 4))",
    "np.transpose(x)",
    "np.concatenate([x, x], axis=0)",
    "np.stack([x, x], axis=1)",
    "np.where(x > 0, x, 0.0)",
    "np.exp(x) / np.sum(np.exp(x), axis=1, keepdims=True)",
    "np.einsum('ij,kj->ik', x, x)",
    "np.argsort(x, axis=1)",
    "np.clip(x, -0.5, 0.5)",
    "np.max(np.abs(x))",
)

X = np.random.default_rng(0).normal(size=(4, 3)).astype(np.float32)


def run_lines(namespace: Any, x: Any) -> tuple[int, list[str]]:
    """How many of the lines give NumPy's result, and which do not."""
    failing = []
    for line in LINES:
        wanted = eval(line, {"np": np, "x": X})  # noqa: S307
        try:
            found = np.asarray(eval(line, {"np": namespace, "x": x}))  # noqa: S307
            assert np.allclose(found, wanted, atol=1e-5)
        except Exception:
            failing.append(line)
    return len(LINES) - len(failing), failing


def record_lines(facts: Facts, namespace: Any, x: Any) -> None:
    """The two facts about lines of NumPy."""
    count, failing = run_lines(namespace, x)
    said = f"{count} of {len(LINES)}; not: {', '.join(failing) or 'none'}"
    facts.record("numpy-lines-run", count >= 10, said)
    facts.record("most-numpy-lines-run", count >= 6, said)


def try_elements(facts: Facts, x: Any) -> None:
    """Choose and change elements of a tensor the way NumPy does."""
    with facts.trying("masks") as trial:
        assert np.allclose(np.asarray(x[x > 0]), X[X > 0])
        trial.tell(f"{int((X > 0).sum())} elements")
    with facts.trying("assignment") as trial:
        x[0] = 1.0
        assert np.allclose(np.asarray(x)[0], 1.0)
        trial.tell("the first row became 1")


def numbers(seen: list[Any]) -> str:
    """What was seen in the model; AssertionError unless it is numbers."""
    kinds = {type(each) for each in seen}
    assert kinds == {float}, f"seen: {', '.join(kind.__name__ for kind in kinds)}"
    return f"seen: {seen[-1]:.3f}"


def test_keras(facts: Facts) -> None:
    import keras
    from keras import ops

    x = ops.convert_to_tensor(X)
    record_lines(facts, ops, x)
    with facts.trying("arrays-pass") as trial:
        assert np.allclose(np.asarray(ops.add(X, X)), X + X)
        trial.tell("array plus array, and back")
    with facts.trying("memory-shared"):
        array = X.copy()
        tensor = ops.convert_to_tensor(array)
        array[0, 0] = 7.0
        assert float(tensor[0, 0]) == 7.0, "the tensor is a copy"
    try_elements(facts, x)
    seen: list[Any] = []
    with facts.trying("python-in-training") as trial:

        class Looking(keras.layers.Layer):
            def call(self, x: Any) -> Any:
                seen.append(float(ops.sum(x)))
                return x

        model = keras.Sequential([Looking(), keras.layers.Dense(1)])
        model.compile("sgd", "mse")
        model.fit(X, X[:, :1], verbose=0)
        trial.tell(numbers(seen))


def test_tensorflow(facts: Facts) -> None:
    import tensorflow as tf

    x = tf.constant(X)
    record_lines(facts, tf, x)
    with facts.trying("arrays-pass") as trial:
        assert np.allclose(np.asarray(tf.add(X, X)), X + X)
        trial.tell("array plus array, and back")
    with facts.trying("memory-shared"):
        array = X.copy()
        tensor = tf.convert_to_tensor(array)
        array[0, 0] = 7.0
        assert float(tensor[0, 0]) == 7.0, "the tensor is a copy"
    try_elements(facts, x)
    seen: list[Any] = []
    with facts.trying("python-in-training") as trial:

        @tf.function
        def step(x: Any) -> Any:
            seen.append(float(tf.reduce_sum(x)))
            return x

        step(x)
        trial.tell(numbers(seen))


def test_pytorch(facts: Facts) -> None:
    import torch

    record_lines(facts, torch, torch.from_numpy(X.copy()))
    with facts.trying("arrays-pass") as trial:
        added = torch.add(torch.as_tensor(X), torch.as_tensor(X))
        assert np.allclose(np.asarray(added), X + X)
        trial.tell("through as_tensor() and back")
    with facts.trying("memory-shared") as trial:
        array = X.copy()
        tensor = torch.from_numpy(array)
        tensor[0, 0] = 7.0
        assert array[0, 0] == 7.0, "the tensor is a copy"
        trial.tell("what was written to the tensor stood in the array")
    try_elements(facts, torch.from_numpy(X.copy()))
    seen: list[Any] = []
    with facts.trying("python-in-training") as trial:

        class Looking(torch.nn.Linear):
            def forward(self, x: torch.Tensor) -> torch.Tensor:
                seen.append(float(x.sum()))
                return super().forward(x)

        Looking(3, 1)(torch.from_numpy(X)).sum().backward()
        trial.tell(numbers(seen))
