"""Prototypes and teaching: how well does it suit a first prototype or a course?

The same first program in each: from data to a trained, evaluated and saved classifier. Its logical
lines are counted as they stand here. For TensorFlow tf.keras counts, as its first tutorial has it;
the quality is then Keras's.
"""

import inspect
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from benchmarks import ease
from benchmarks.probes.rubric import Facts, Row, Rubric

RUBRIC = Rubric(
    criterion="prototyping-and-teaching",
    facts={
        "within-ten-lines": "from data to a trained, tested and saved model in at most ten lines",
        "within-thirty-lines": "the same in at most thirty lines",
        "learns": "that program gets nine of ten answers right",
        "progress-shown": "it shows its progress without being told to",
        "described": "one call describes the model: layers, shapes, number of weights",
        "each-step-seen": "each step of training is written out, and can be looked at",
    },
    rows=(
        Row(4, needs=("within-ten-lines", "learns", "progress-shown", "described")),
        Row(3, needs=("within-thirty-lines", "learns")),
        Row(2, needs=("learns",)),
    ),
    floor=1,
    claims=("choose-keras-01",),
)

RNG = np.random.default_rng(0)
X = RNG.normal(size=(400, 8)).astype(np.float32)
Y = (X[:, 0] + X[:, 1] > 0).astype(np.int64)


def with_keras(keras: Any, file: str) -> float:
    model = keras.Sequential([keras.layers.Dense(16, activation="relu"), keras.layers.Dense(2)])
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(optimizer=keras.optimizers.Adam(0.01), loss=loss, metrics=["accuracy"])
    model.fit(X[:300], Y[:300], epochs=20)
    right = model.evaluate(X[300:], Y[300:])[1]
    model.save(file)
    return float(right)


def with_torch(file: str) -> float:
    import torch

    x, y = torch.from_numpy(X), torch.from_numpy(Y)
    train = torch.utils.data.TensorDataset(x[:300], y[:300])
    loader = torch.utils.data.DataLoader(train, batch_size=32, shuffle=True)
    layers = torch.nn.Linear(8, 16), torch.nn.ReLU(), torch.nn.Linear(16, 2)
    model = torch.nn.Sequential(*layers)
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
    for _ in range(20):
        for inputs, labels in loader:
            optimizer.zero_grad()
            loss = torch.nn.functional.cross_entropy(model(inputs), labels)
            loss.backward()
            optimizer.step()
    with torch.no_grad():
        right = (model(x[300:]).argmax(1) == y[300:]).float().mean().item()
    torch.save(model.state_dict(), file)
    return right


def probe(facts: Facts, program: Any, run: Any, capsys: pytest.CaptureFixture[str]) -> None:
    """Run the program, and count its lines."""
    lines = ease.function_size(program).lines - 1
    facts.record("within-ten-lines", lines <= 10, f"{lines} logical lines")
    facts.record("within-thirty-lines", lines <= 30, f"{lines} logical lines")
    capsys.readouterr()
    with facts.trying("learns") as trial:
        right = run()
        assert right >= 0.9, f"{right:.0%} right"
        trial.tell(f"{right:.0%} right")
    written = "loss" in inspect.getsource(program) and "backward" in inspect.getsource(program)
    facts.record("each-step-seen", written, "loss, gradient and update" if written else "one call")
    printed = capsys.readouterr().out
    facts.record("progress-shown", "poch" in printed, f"{len(printed)} characters were printed")


def describe(facts: Facts, model: Any) -> None:
    """One call that describes a model of Keras."""
    with facts.trying("described") as trial:
        model.summary()
        trial.tell("summary()")


def test_keras(facts: Facts, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    import keras

    keras.utils.set_random_seed(0)
    probe(facts, with_keras, lambda: with_keras(keras, str(tmp_path / "model.keras")), capsys)
    describe(facts, keras.Sequential([keras.Input((8,)), keras.layers.Dense(2)]))


def test_tensorflow(facts: Facts, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    import tensorflow as tf

    tf.keras.utils.set_random_seed(0)
    probe(facts, with_keras, lambda: with_keras(tf.keras, str(tmp_path / "model.keras")), capsys)
    describe(facts, tf.keras.Sequential([tf.keras.Input((8,)), tf.keras.layers.Dense(2)]))


def test_pytorch(facts: Facts, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    import torch

    torch.manual_seed(0)
    probe(facts, with_torch, lambda: with_torch(str(tmp_path / "model.pt")), capsys)
    with facts.trying("described"):
        names = [name for name in dir(torch.nn.Module) if name in ("summary", "describe")]
        assert names, "printing a module gives its layers, and neither shapes nor numbers"
