"""Overhead per step: how much does a step cost beyond the arithmetic when the model is small?

Times depend on the machine; calls of Python functions do not. The probe counts them in one training
step of one tiny dense network with Adam, the way each documentation trains, after a warm-up.
"""

import sys
from collections.abc import Callable
from types import FrameType
from typing import Any

import numpy as np

from benchmarks.probes.rubric import Facts, Row, Rubric

RUBRIC = Rubric(
    criterion="step-overhead",
    facts={
        "under-100-calls": "a training step makes fewer than 100 calls of Python functions",
        "under-500-calls": "a training step makes fewer than 500 calls of Python functions",
        "under-2500-calls": "a training step makes fewer than 2500 calls of Python functions",
        "prediction-under-500-calls": "a prediction makes fewer than 500 calls of Python functions",
    },
    rows=(
        Row(4, needs=("under-100-calls", "prediction-under-500-calls")),
        Row(3, needs=("under-500-calls", "prediction-under-500-calls")),
        Row(2, needs=("under-2500-calls",)),
    ),
    floor=1,
)

X = np.random.default_rng(0).random((8, 4), dtype=np.float32)
Y = X.sum(axis=1, keepdims=True)


def calls(action: Callable[[], object]) -> int:
    """How many Python functions one run of `action` calls, once it is warm."""
    for _ in range(3):
        action()
    count = 0

    def counting(_: FrameType, event: str, __: Any) -> None:
        nonlocal count
        count += event == "call"

    before = sys.getprofile()
    sys.setprofile(counting)
    try:
        action()
    finally:
        sys.setprofile(before)
    return count


def record(facts: Facts, step: int, prediction: int) -> None:
    """The thresholds."""
    for most in (100, 500, 2500):
        facts.record(f"under-{most}-calls", step < most, f"{step} calls")
    facts.record("prediction-under-500-calls", prediction < 500, f"{prediction} calls")


def test_keras(facts: Facts) -> None:
    import keras

    model = keras.Sequential(
        [keras.Input((4,)), keras.layers.Dense(8, "relu"), keras.layers.Dense(1)]
    )
    model.compile("adam", "mse")
    step = calls(lambda: model.train_on_batch(X, Y))
    record(facts, step, calls(lambda: model.predict_on_batch(X)))


def test_tensorflow(facts: Facts) -> None:
    import tensorflow as tf

    from benchmarks.tasks.tensorflow_optimizers import Adam

    weights = [tf.Variable(tf.ones(shape)) for shape in ((4, 8), (8,), (8, 1), (1,))]
    adam = Adam(weights, learning_rate=1e-3, beta_1=0.9, beta_2=0.999, epsilon=1e-7)

    @tf.function
    def predict(x: Any) -> Any:
        return tf.nn.relu(x @ weights[0] + weights[1]) @ weights[2] + weights[3]

    @tf.function
    def step(x: Any, y: Any) -> Any:
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean((predict(x) - y) ** 2)
        adam.apply_gradients(zip(tape.gradient(loss, weights), weights, strict=True))
        return loss

    x, y = tf.constant(X), tf.constant(Y)
    record(facts, calls(lambda: step(x, y)), calls(lambda: predict(x)))


def test_pytorch(facts: Facts) -> None:
    import torch

    layers = [torch.nn.Linear(4, 8), torch.nn.ReLU(), torch.nn.Linear(8, 1)]
    model = torch.nn.Sequential(*layers)
    optimizer = torch.optim.Adam(model.parameters())
    x, y = torch.from_numpy(X), torch.from_numpy(Y)

    def step() -> None:
        optimizer.zero_grad()
        torch.nn.functional.mse_loss(model(x), y).backward()
        optimizer.step()

    with torch.no_grad():
        prediction = calls(lambda: model(x))
    record(facts, calls(step), prediction)
