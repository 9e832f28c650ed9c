"""Saved-model format: will a model saved today load in the years to come, and where?

The model is saved in the format that the documentation names first for a whole model, and opened by
a process that does not hold the model's code.
"""

import json
import warnings
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from benchmarks.probes.child import Child
from benchmarks.probes.rubric import Facts, Row, Rubric

RUBRIC = Rubric(
    criterion="saved-model-format",
    facts={
        "round-trip": "another process opens it without the model's code: equal outputs",
        "own-code-inside": "that is so for a model with a layer of one's own, too",
        "trains-on": "what was opened can be trained further",
        "version-inside": "the file says by which version it was written",
        "older-format-opens": "a file in the format of before 2020 opens",
        "format-of-2020-stands": "the format documented in 2020 is written without a warning",
    },
    rows=(
        Row(
            4,
            needs=(
                "round-trip",
                "version-inside",
                "older-format-opens",
                "format-of-2020-stands",
            ),
        ),
        Row(3, needs=("round-trip", "version-inside", "older-format-opens")),
        Row(2, needs=("round-trip",)),
    ),
    floor=1,
)

X = np.random.default_rng(0).random((4, 3), dtype=np.float32)


def close(first: Any, second: Any) -> str:
    """How far two outputs are apart; AssertionError if more than rounding allows."""
    worst = float(np.abs(np.asarray(first) - np.asarray(second)).max())
    assert worst < 1e-5, f"outputs differ by {worst:.1e}"
    return f"outputs differ by at most {worst:.1e}"


def warned(action: Any) -> list[str]:
    """The first lines of the warnings of deprecation that `action` gives."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        action()
    kinds = (DeprecationWarning, FutureWarning, UserWarning)
    texts = [str(each.message) for each in caught if issubclass(each.category, kinds)]
    return [text.splitlines()[0] for text in texts if "deprecat" in text or "legacy" in text]


def keras_answers(file: str) -> Any:
    import keras

    return keras.saving.load_model(file).predict(X, verbose=0).tolist()


def test_keras(
    facts: Facts, tmp_path: Path, on_torch: Child, caplog: pytest.LogCaptureFixture
) -> None:
    import keras

    class Double(keras.layers.Layer):
        def call(self, x: Any) -> Any:
            return x * 2.0

    file, legacy = str(tmp_path / "model.keras"), str(tmp_path / "model.h5")
    model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(2, "tanh")])
    model.save(file)
    with facts.trying("round-trip") as trial:
        trial.tell(close(on_torch.run(keras_answers, file), model.predict(X, verbose=0)))
    with facts.trying("own-code-inside") as trial:
        own = keras.Sequential([keras.Input((3,)), Double()])
        own.save(tmp_path / "own.keras")
        trial.tell(close(on_torch.run(keras_answers, str(tmp_path / "own.keras")), X * 2))
    with facts.trying("trains-on") as trial:
        again = keras.saving.load_model(file)
        again.compile("sgd", "mse")
        again.fit(X, X[:, :2], verbose=0)
        changed = np.abs(again.get_weights()[0] - model.get_weights()[0]).max()
        assert changed > 0
        trial.tell(f"weights moved by up to {changed:.1e}")
    with facts.trying("version-inside") as trial:
        with zipfile.ZipFile(file) as archive:
            said = json.loads(archive.read("metadata.json"))["keras_version"]
        assert said == keras.__version__
        trial.tell(f"keras_version {said}")
    with caplog.at_level("WARNING", logger="absl"):
        model.save(legacy)
    legacy_said = [text.splitlines()[0] for text in caplog.messages if "legacy" in text]
    said = legacy_said[0] if legacy_said else "HDF5 is written without a word"
    facts.record("format-of-2020-stands", not legacy_said, said)
    with facts.trying("older-format-opens") as trial:
        trial.tell(close(keras.saving.load_model(legacy).predict(X, verbose=0), model(X)))


def tensorflow_answers(folder: str) -> Any:
    import tensorflow as tf

    return tf.saved_model.load(folder)(tf.constant(X)).numpy().tolist()


def test_tensorflow(facts: Facts, tmp_path: Path) -> None:
    import tensorflow as tf

    class Model(tf.Module):
        def __init__(self) -> None:
            super().__init__()
            self.kernel = tf.Variable(tf.random.normal((3, 2)))

        @tf.function(input_signature=[tf.TensorSpec((None, 3), tf.float32)])
        def __call__(self, x: Any) -> Any:
            return tf.tanh(x @ self.kernel)

    model, folder, old = Model(), str(tmp_path / "model"), str(tmp_path / "old")
    said = warned(lambda: tf.saved_model.save(model, folder))
    facts.record("format-of-2020-stands", not said, said[0] if said else "SavedModel, no warning")
    with facts.trying("round-trip") as trial, Child() as stranger:
        trial.tell(close(stranger.run(tensorflow_answers, folder), model(tf.constant(X))))
    own = facts.established["round-trip"]
    facts.record("own-code-inside", own.holds, "the module above is one's own already")
    with facts.trying("trains-on") as trial:
        again = tf.saved_model.load(folder)
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean(again(tf.constant(X)) ** 2)
        gradient = tape.gradient(loss, again.kernel)
        again.kernel.assign_sub(gradient)
        trial.tell(f"gradient of up to {np.abs(gradient).max():.1e} applied")
    with facts.trying("version-inside") as trial:
        written = (Path(folder) / "saved_model.pb").read_bytes()
        assert tf.__version__.encode() in written
        trial.tell(f"tensorflow_version {tf.__version__}")
    with facts.trying("older-format-opens") as trial:
        graph = tf.Graph()
        with graph.as_default(), tf.compat.v1.Session(graph=graph) as session:
            place = tf.compat.v1.placeholder(tf.float32, (None, 3))
            outputs = {"y": place * 2.0}
            tf.compat.v1.saved_model.simple_save(session, old, {"x": place}, outputs)
        answer = tf.saved_model.load(old).signatures["serving_default"](tf.constant(X))["y"]
        trial.tell(f"SavedModel of version 1: {close(answer, X * 2)}")


def torch_answers(file: str) -> Any:
    import torch

    return torch.export.load(file).module()(torch.from_numpy(X)).tolist()


def test_pytorch(facts: Facts, tmp_path: Path) -> None:
    import torch

    class Model(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.linear = torch.nn.Linear(3, 2)

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return self.linear(x).tanh()

    model, file, old = Model(), str(tmp_path / "model.pt2"), str(tmp_path / "old.pt")
    x = torch.from_numpy(X)
    torch.export.save(torch.export.export(model, (x,)), file)
    with facts.trying("round-trip") as trial, Child() as stranger:
        trial.tell(close(stranger.run(torch_answers, file), model(x).detach()))
    own = facts.established["round-trip"]
    facts.record("own-code-inside", own.holds, "the module above is one's own already")
    with facts.trying("trains-on") as trial:
        again = torch.export.load(file).module()
        (again(x) ** 2).mean().backward()
        gradients = [p.grad.abs().max().item() for p in again.parameters() if p.grad is not None]
        assert gradients
        trial.tell(f"gradients of up to {max(gradients):.1e}")
    with facts.trying("version-inside") as trial:
        with zipfile.ZipFile(file) as archive:
            names = archive.namelist()
            described = next(name for name in names if name.endswith("models/model.json"))
            program = json.loads(archive.read(described))
        said = program.get("torch_version") or program["schema_version"]
        trial.tell(f"written by {said}")
    with facts.trying("older-format-opens") as trial:
        torch.save(model.state_dict(), old, _use_new_zipfile_serialization=False)
        other = Model()
        other.load_state_dict(torch.load(old))
        trial.tell(f"checkpoint of before 1.6: {close(other(x).detach(), model(x).detach())}")
    said = warned(lambda: torch.jit.save(torch.jit.script(model), str(tmp_path / "script.pt")))
    facts.record("format-of-2020-stands", not said, said[0] if said else "TorchScript, no warning")
