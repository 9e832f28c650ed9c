"""Choice of engine: can the same model run on another engine?

Level 1 means one engine. For TensorFlow and PyTorch the probe asks their configuration for a switch
of engine, and does not count Keras, whose quality this is.
"""

import re
import sys
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.probes.child import Child
from benchmarks.probes.rubric import Facts, Row, Rubric

RUBRIC = Rubric(
    criterion="engine-independence",
    facts={
        "second-engine-trains": "the same code trains on a second engine",
        "third-engine-trains": "the same code trains on a third engine",
        "first-engine-absent": "on the others it works where the default engine cannot be imported",
        "file-moves": "a model file saved on one engine gives the same outputs on another",
    },
    asides={
        "theano-refused": "Theano, which the article names, is refused as an engine",
        "openvino-answers": "a saved model also answers on OpenVINO, for inference",
    },
    rows=(
        Row(
            4,
            needs=(
                "second-engine-trains",
                "third-engine-trains",
                "first-engine-absent",
                "file-moves",
            ),
        ),
        Row(3, needs=("second-engine-trains", "file-moves")),
        Row(2, needs=("second-engine-trains",)),
    ),
    floor=1,
    claims=(
        "ov-keras-01",
        "arch-keras-04",
        "arch-keras-09",
    ),
)

ENGINES = {"jax", "tensorflow", "torch"}
X = np.random.default_rng(0).random((32, 4), dtype=np.float32)
Y = X.sum(axis=1, keepdims=True)


def train_and_save(file: str) -> str:
    """Fit a small network on whatever engine this process has, save it and load it again."""
    import keras

    model = keras.Sequential(
        [keras.Input((4,)), keras.layers.Dense(8, "relu"), keras.layers.Dense(1)]
    )
    model.compile("adam", "mse")
    losses = model.fit(X, Y, epochs=5, verbose=0).history["loss"]
    assert losses[-1] < losses[0], f"the loss went from {losses[0]:.3f} to {losses[-1]:.3f}"
    model.save(file)
    keras.saving.load_model(file)
    engines = sorted(engine for engine in ENGINES if sys.modules.get(engine))
    return f"on {keras.backend.backend()} the loss fell; engines loaded: {', '.join(engines)}"


def outputs(file: str) -> Any:
    """What a saved model answers to X on whatever engine this process has."""
    import keras

    return keras.saving.load_model(file).predict(X, verbose=0).tolist()


def test_keras(facts: Facts, tmp_path: Path, on_jax: Child, on_torch: Child) -> None:
    import keras

    file, said = str(tmp_path / "model.keras"), []
    engines = {"second-engine-trains": on_jax, "third-engine-trains": on_torch}
    for name, child in engines.items():
        with facts.trying(name) as trial:
            said.append(child.run(train_and_save, file))
            trial.tell(said[-1])
    absent = len(said) == 2 and "tensorflow" not in " ".join(said)
    facts.record("first-engine-absent", absent, "; ".join(said))
    with facts.trying("file-moves") as trial:
        model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(8, "gelu")])
        model.save(file)
        here = model.predict(X, verbose=0)
        there = [np.array(child.run(outputs, file)) for child in (on_jax, on_torch)]
        worst = max(float(np.abs(each - here).max()) for each in there)
        assert worst < 1e-5, f"outputs differ by {worst:.1e}"
        trial.tell(f"outputs on JAX and on PyTorch differ by at most {worst:.1e}")
    with facts.trying("theano-refused") as trial, Child(KERAS_BACKEND="theano") as on_theano:
        try:
            said = on_theano.run(train_and_save, file)
        except Exception as error:
            trial.tell(str(error))
        else:
            raise AssertionError(said)
    with facts.trying("openvino-answers") as trial, Child(KERAS_BACKEND="openvino") as on_openvino:
        worst = float(np.abs(np.array(on_openvino.run(outputs, file)) - here).max())
        assert worst < 1e-2, f"outputs differ by {worst:.1e}"
        trial.tell(f"outputs differ by at most {worst:.1e}")


def record_one_engine(facts: Facts, name: str, configuration: Any) -> None:
    """A framework that might name a switch of engine among the things that can be configured."""
    switches = re.compile(r"(set|use)_(default_)?(engine|backend)")
    names = [each for each in dir(configuration) if switches.match(each)]
    for fact in RUBRIC.facts:
        facts.record(fact, False, f"{name} names no switch of engine")
    assert not names, f"{name} has {names}: find out what it does and extend this probe"


def test_tensorflow(facts: Facts) -> None:
    import tensorflow as tf

    record_one_engine(facts, "tf.config", tf.config)


def test_pytorch(facts: Facts) -> None:
    import torch

    record_one_engine(facts, "torch", torch)
