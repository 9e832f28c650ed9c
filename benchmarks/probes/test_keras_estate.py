"""Keras code you have: how much of existing Keras code can stay as it is?

A small program and a file of Keras 3 are what is there. Each framework is asked to take over both.
"""

from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.probes.child import Child
from benchmarks.probes.packages import needed
from benchmarks.probes.rubric import Facts, Row, Rubric

RUBRIC = Rubric(
    criterion="keras-estate",
    facts={
        "code-stays": "the program runs as it is, but for its import",
        "file-opens": "the saved model opens and answers the same",
        "own-loop-trains": "a loop in the framework's own terms trains the opened model",
        "nothing-beside-it": "what that takes comes along with the framework",
    },
    asides={"same-classes": "keras and tf.keras are the same classes"},
    rows=(
        Row(4, needs=("code-stays", "file-opens", "own-loop-trains", "nothing-beside-it")),
        Row(3, needs=("code-stays", "file-opens", "nothing-beside-it")),
        Row(2, needs=("file-opens", "own-loop-trains")),
        Row(1, needs=("file-opens",)),
    ),
    claims=(
        "arch-keras-02",
        "arch-keras-05",
    ),
)

X = np.random.default_rng(0).normal(size=(16, 4)).astype(np.float32)
Y = X.sum(axis=1, keepdims=True)


def program(keras: Any, file: str) -> Any:
    """The program that is there already; what its saved model answers."""
    inputs = keras.Input((4,))
    hidden = keras.layers.Dense(8, activation="relu")(inputs)
    model = keras.Model(inputs, keras.layers.Dense(1)(hidden))
    model.compile(optimizer="adam", loss="mse")
    model.fit(X, Y, epochs=2, callbacks=[keras.callbacks.EarlyStopping("loss")], verbose=0)
    model.save(file)
    return model.predict(X, verbose=0).tolist()


def close(found: Any, wanted: Any) -> str:
    """How far outputs are apart; AssertionError if by more than rounding."""
    worst = float(np.abs(np.asarray(found) - np.asarray(wanted)).max())
    assert worst < 1e-5, f"outputs differ by {worst:.1e}"
    return f"outputs differ by at most {worst:.1e}"


def tape_loop(keras: Any, file: str) -> str:
    """A loop with GradientTape around the opened model."""
    import tensorflow as tf

    model = keras.models.load_model(file)
    optimizer, losses = keras.optimizers.SGD(0.05), []
    for _ in range(5):
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean((model(X) - Y) ** 2)
        weights = model.trainable_variables
        optimizer.apply_gradients(zip(tape.gradient(loss, weights), weights, strict=True))
        losses.append(float(loss))
    assert losses[-1] < losses[0]
    return f"the loss fell from {losses[0]:.3f} to {losses[-1]:.3f}"


def take_over(facts: Facts, keras: Any, folder: Path, name: str) -> None:
    """What Keras can do, be it keras or tf.keras."""
    file = str(folder / "model.keras")
    with facts.trying("code-stays") as trial:
        wanted = program(keras, file)
        trial.tell(f"as {keras.__name__}")
    with facts.trying("file-opens") as trial:
        trial.tell(close(keras.models.load_model(file).predict(X, verbose=0), wanted))
    with facts.trying("own-loop-trains") as trial:
        trial.tell(tape_loop(keras, file))
    facts.record("nothing-beside-it", "keras" in needed(name), f"{name} brings keras")


def test_keras(facts: Facts, tmp_path: Path) -> None:
    import keras

    take_over(facts, keras, tmp_path, "keras")


def test_tensorflow(facts: Facts, tmp_path: Path) -> None:
    import keras
    import tensorflow as tf

    take_over(facts, tf.keras, tmp_path, "tensorflow")
    pairs = [
        (tf.keras.layers.Dense, keras.layers.Dense),
        (tf.keras.Model, keras.Model),
        (tf.keras.optimizers.Adam, keras.optimizers.Adam),
    ]
    facts.record("same-classes", all(a is b for a, b in pairs), f"{len(pairs)} classes compared")


def run_on_torch(file: str) -> Any:
    """The program on PyTorch, its answers before and after, and a loop in PyTorch's terms."""
    import keras
    import torch

    wanted = program(keras, file)
    model = keras.models.load_model(file)
    answers = model.predict(X, verbose=0).tolist()
    optimizer, losses = torch.optim.SGD(model.parameters(), lr=0.05), []
    for _ in range(5):
        optimizer.zero_grad()
        loss = torch.nn.functional.mse_loss(model(torch.from_numpy(X)), torch.from_numpy(Y))
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return wanted, answers, losses


def test_pytorch(facts: Facts, tmp_path: Path) -> None:
    facts.need("keras")
    child = Child(hidden=["tensorflow"], KERAS_BACKEND="torch")
    with facts.trying("code-stays") as trial, child:
        wanted, answers, losses = child.run(run_on_torch, str(tmp_path / "model.keras"))
        trial.tell("as Keras on PyTorch")
    with facts.trying("file-opens") as trial:
        trial.tell(close(answers, wanted))
    with facts.trying("own-loop-trains") as trial:
        assert losses[-1] < losses[0]
        trial.tell(f"the loss fell from {losses[0]:.3f} to {losses[-1]:.3f}")
    facts.record("nothing-beside-it", "keras" in needed("torch"), "Keras stays installed beside it")
