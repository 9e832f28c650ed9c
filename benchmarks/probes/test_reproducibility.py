"""Reproducibility: does the same seed give the same result?

A small network with dropout is trained from a seed; its weights are compared to the last bit.
"""

import hashlib
from typing import Any

import numpy as np

from benchmarks.probes.child import Child
from benchmarks.probes.rubric import Facts, Row, Rubric

RUBRIC = Rubric(
    criterion="reproducibility",
    facts={
        "same-bits": "two trainings from one seed give the same weights to the bit",
        "same-bits-elsewhere": "so do two processes",
        "one-seed": "one call seeds Python, NumPy and the framework",
        "switch": "one switch forbids operations whose result may vary, and they then refuse",
        "state-saved": "the state of its random numbers can be saved and restored",
    },
    asides={"same-bits-on-jax": "so on JAX", "same-bits-on-torch": "so on PyTorch"},
    rows=(
        Row(4, needs=("same-bits", "same-bits-elsewhere", "switch", "state-saved")),
        Row(3, needs=("same-bits", "same-bits-elsewhere")),
        Row(2, needs=("same-bits",)),
    ),
    floor=1,
)

X = np.random.default_rng(0).random((64, 8), dtype=np.float32)
Y = X.sum(axis=1, keepdims=True)


def digest(arrays: Any) -> str:
    """A name for these exact bits."""
    return hashlib.sha256(b"".join(np.asarray(a).tobytes() for a in arrays)).hexdigest()[:12]


def equal(digests: list[str]) -> str:
    """What they all are; AssertionError if they differ."""
    assert len(set(digests)) == 1, f"weights differ: {', '.join(digests)}"
    return f"weights {digests[0]} {len(digests)} times"


def keras_trained() -> str:
    import keras

    keras.utils.set_random_seed(7)
    layers = [keras.layers.Dense(16, "relu"), keras.layers.Dropout(0.5), keras.layers.Dense(1)]
    model = keras.Sequential([keras.Input((8,)), *layers])
    model.compile("adam", "mse")
    model.fit(X, Y, epochs=3, verbose=0)
    return digest(model.get_weights())


def test_keras(facts: Facts, on_jax: Child, on_torch: Child) -> None:
    import random

    import keras

    with facts.trying("same-bits") as trial:
        trial.tell(equal([keras_trained(), keras_trained()]))
    with facts.trying("same-bits-elsewhere") as trial, Child() as other:
        trial.tell(equal([keras_trained(), other.run(keras_trained)]))
    for name, child in (("jax", on_jax), ("torch", on_torch)):
        with facts.trying(f"same-bits-on-{name}") as trial:
            trial.tell(equal([child.run(keras_trained), child.run(keras_trained)]))
    with facts.trying("one-seed") as trial:
        drawn = []
        for _ in range(2):
            keras.utils.set_random_seed(7)
            drawn.append((random.random(), np.random.rand(), float(keras.random.normal(()))))
        assert drawn[0] == drawn[1]
        trial.tell("keras.utils.set_random_seed")
    with facts.trying("switch"):
        found = [name for name in dir(keras.config) if "determin" in name]
        assert found, "keras.config has none; that is left to the back end"
    with facts.trying("state-saved") as trial:
        generator = keras.random.SeedGenerator(7)
        state = np.asarray(generator.state)
        first = float(keras.random.normal((), seed=generator))
        generator.state.assign(state)
        assert float(keras.random.normal((), seed=generator)) == first
        trial.tell("a SeedGenerator's state is a variable")


def tensorflow_trained() -> str:
    import tensorflow as tf

    tf.random.set_seed(7)
    first, second = (tf.Variable(tf.random.normal(shape)) for shape in ((8, 16), (16, 1)))

    @tf.function
    def step() -> None:
        with tf.GradientTape() as tape:
            hidden = tf.nn.dropout(tf.nn.relu(X @ first), 0.5)
            loss = tf.reduce_mean((hidden @ second - Y) ** 2)
        for variable, gradient in zip(
            (first, second), tape.gradient(loss, (first, second)), strict=True
        ):
            variable.assign_sub(0.01 * gradient)

    for _ in range(5):
        step()
    return digest([first, second])


def tensorflow_refuses() -> str:
    import tensorflow as tf

    tf.config.experimental.enable_op_determinism()
    try:
        tf.random.normal(())
    except RuntimeError as error:
        return str(error).splitlines()[0]
    raise AssertionError("random numbers without a seed were drawn")


def test_tensorflow(facts: Facts) -> None:
    import tensorflow as tf

    with facts.trying("same-bits") as trial:
        trial.tell(equal([tensorflow_trained(), tensorflow_trained()]))
    with Child() as other:
        with facts.trying("switch") as trial:
            trial.tell(other.run(tensorflow_refuses))
        with facts.trying("same-bits-elsewhere") as trial:
            trial.tell(equal([tensorflow_trained(), other.run(tensorflow_trained)]))
    with facts.trying("one-seed"):
        drawn = []
        for _ in range(2):
            tf.random.set_seed(7)
            drawn.append(np.random.rand())
        assert drawn[0] == drawn[1], "tf.random.set_seed leaves NumPy alone; Keras has such a call"
    with facts.trying("state-saved") as trial:
        generator = tf.random.Generator.from_seed(7)
        state = generator.state.numpy()
        first = float(generator.normal(()))
        generator.reset(state)
        assert float(generator.normal(())) == first
        trial.tell("a Generator's state is a variable")


def torch_trained() -> str:
    import torch

    torch.manual_seed(7)
    layers = [
        torch.nn.Linear(8, 16),
        torch.nn.ReLU(),
        torch.nn.Dropout(0.5),
        torch.nn.Linear(16, 1),
    ]
    model = torch.nn.Sequential(*layers)
    optimizer = torch.optim.Adam(model.parameters())
    for _ in range(5):
        optimizer.zero_grad()
        torch.nn.functional.mse_loss(model(torch.from_numpy(X)), torch.from_numpy(Y)).backward()
        optimizer.step()
    return digest([parameter.detach() for parameter in model.parameters()])


def torch_refuses() -> str:
    import torch

    torch.use_deterministic_algorithms(True)
    try:
        torch.zeros(4).put_(torch.tensor([0, 0]), torch.ones(2), accumulate=False)
    except RuntimeError as error:
        return str(error).splitlines()[0]
    raise AssertionError("two values were put into one place without a word")


def test_pytorch(facts: Facts) -> None:
    import torch

    with facts.trying("same-bits") as trial:
        trial.tell(equal([torch_trained(), torch_trained()]))
    with Child() as other:
        with facts.trying("same-bits-elsewhere") as trial:
            trial.tell(equal([torch_trained(), other.run(torch_trained)]))
        with facts.trying("switch") as trial:
            trial.tell(other.run(torch_refuses))
    with facts.trying("one-seed"):
        drawn = []
        for _ in range(2):
            torch.manual_seed(7)
            drawn.append(np.random.rand())
        assert drawn[0] == drawn[1], "torch.manual_seed leaves NumPy alone"
    with facts.trying("state-saved") as trial:
        state = torch.get_rng_state()
        first = torch.randn(())
        torch.set_rng_state(state)
        assert torch.equal(torch.randn(()), first)
        trial.tell("get_rng_state and set_rng_state")
