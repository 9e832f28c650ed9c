"""ONNX export: can models be handed over as ONNX?

What is exported is run in ONNX Runtime, in a process that holds none of the three.
"""

import sys
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.probes.child import Child
from benchmarks.probes.packages import package
from benchmarks.probes.rubric import Facts, Row, Rubric

RUBRIC = Rubric(
    criterion="onnx-export",
    facts={
        "answers": "an exported model answers the same in ONNX Runtime",
        "any-batch": "it takes batches of any size",
        "built-in": "exporting is a call of the framework itself",
        "own-exporter": "no converter by others does the work",
        "attention": "a model with attention is exported as well",
    },
    asides={
        "without-tensorflow": "the export answers where TensorFlow cannot be imported",
        "from-torch-engine": "Keras on PyTorch exports it too",
    },
    rows=(
        Row(4, needs=("answers", "any-batch", "built-in", "own-exporter", "attention")),
        Row(3, needs=("answers", "any-batch", "built-in")),
        Row(2, needs=("answers",)),
    ),
    floor=1,
    claims=(
        "dep-keras-01",
        "dep-keras-02",
        "dep-torch-05",
    ),
)

RNG = np.random.default_rng(0)
X = RNG.normal(size=(5, 4)).astype(np.float32)
SEQUENCE = RNG.normal(size=(2, 3, 4)).astype(np.float32)


def onnx_answers(file: str, inputs: Any) -> Any:
    """What an ONNX file answers, by ONNX Runtime alone."""
    import onnxruntime

    session = onnxruntime.InferenceSession(file, providers=["CPUExecutionProvider"])
    given = np.asarray(inputs, dtype=np.float32)
    return session.run(None, {session.get_inputs()[0].name: given})[0].tolist()


def close(found: Any, wanted: Any) -> str:
    """How far outputs are apart; AssertionError if by more than rounding."""
    worst = float(np.abs(np.asarray(found) - np.asarray(wanted)).max())
    assert worst < 1e-4, f"outputs differ by {worst:.1e}"
    return f"outputs differ by at most {worst:.1e}"


def try_files(
    facts: Facts, stranger: Child, files: tuple[str, str], wanted: tuple[Any, Any]
) -> None:
    """Run the export of a dense model and of one with attention."""
    with facts.trying("answers") as trial:
        trial.tell(close(stranger.run(onnx_answers, files[0], X.tolist()), wanted[0]))
    with facts.trying("any-batch") as trial:
        found = stranger.run(onnx_answers, files[0], X[:2].tolist())
        trial.tell(f"a batch of 2: {close(found, wanted[0][:2])}")
    with facts.trying("attention") as trial:
        trial.tell(close(stranger.run(onnx_answers, files[1], SEQUENCE.tolist()), wanted[1]))


def record_exporter(facts: Facts) -> None:
    """Whether the converter tf2onnx was called in, which others make."""
    called = "tf2onnx" in sys.modules
    said = f"tf2onnx {package('tf2onnx').version} does the work" if called else "no tf2onnx"
    facts.record("own-exporter", not called, said)


def keras_dense() -> Any:
    import keras

    return keras.Sequential([keras.Input((4,)), keras.layers.Dense(3, "tanh")])


def test_keras(facts: Facts, tmp_path: Path, on_torch: Child) -> None:
    facts.need("onnx", "onnxruntime", "tf2onnx", "onnxscript")
    import keras

    dense = keras_dense()
    inputs = keras.Input((3, 4))
    attending = keras.Model(inputs, keras.layers.MultiHeadAttention(2, 4)(inputs, inputs))
    files = str(tmp_path / "dense.onnx"), str(tmp_path / "attention.onnx")
    # A model has to be called by itself before it can be exported; predict() is not enough.
    wanted = dense(X), attending(SEQUENCE)
    with facts.trying("built-in") as trial:
        for model, file in zip((dense, attending), files, strict=True):
            model.export(file, format="onnx", verbose=False)
        trial.tell("model.export(format='onnx')")
    record_exporter(facts)
    with Child(hidden=["tensorflow", "torch", "keras"]) as stranger:
        try_files(facts, stranger, files, wanted)
        with facts.trying("without-tensorflow") as trial:
            found = stranger.run(onnx_answers, files[0], X.tolist())
            trial.tell(f"ONNX Runtime alone: {close(found, wanted[0])}")
    with facts.trying("from-torch-engine") as trial:
        trial.tell(on_torch.run(export_on_torch, str(tmp_path / "torch.onnx")))


def export_on_torch(file: str) -> str:
    """Export on PyTorch and run the result."""
    model = keras_dense()
    wanted = model.predict(X, verbose=0)
    model(X)
    model.export(file, format="onnx", verbose=False)
    return close(onnx_answers(file, X.tolist()), wanted)


def test_tensorflow(facts: Facts, tmp_path: Path) -> None:
    facts.need("onnx", "onnxruntime", "tf2onnx")
    import tensorflow as tf
    import tf2onnx

    def dense(x: Any) -> Any:
        return tf.tanh(x @ tf.constant(X.T[:, :3]))

    def attending(x: Any) -> Any:
        weights = tf.nn.softmax(tf.matmul(x, x, transpose_b=True) / 2.0)
        return tf.matmul(weights, x)

    files = str(tmp_path / "dense.onnx"), str(tmp_path / "attention.onnx")
    shapes = ((None, 4), (None, 3, 4))
    for function, file, shape in zip((dense, attending), files, shapes, strict=True):
        signature = [tf.TensorSpec(shape, tf.float32, name="x")]
        compiled = tf.function(function, input_signature=signature)
        tf2onnx.convert.from_function(compiled, input_signature=signature, output_path=file)
    names = [name for name in dir(tf.saved_model) + dir(tf) if "onnx" in name.lower()]
    facts.record("built-in", bool(names), ", ".join(names) or "nothing in tf writes ONNX")
    record_exporter(facts)
    with Child(hidden=["tensorflow", "torch", "keras"]) as stranger:
        try_files(facts, stranger, files, (dense(tf.constant(X)), attending(tf.constant(SEQUENCE))))


def test_pytorch(facts: Facts, tmp_path: Path) -> None:
    facts.need("onnx", "onnxruntime", "onnxscript")
    import torch

    class Attending(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.attention = torch.nn.MultiheadAttention(4, 2, batch_first=True)

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return self.attention(x, x, x, need_weights=False)[0]

    dense = torch.nn.Sequential(torch.nn.Linear(4, 3), torch.nn.Tanh()).eval()
    attending = Attending().eval()
    files = str(tmp_path / "dense.onnx"), str(tmp_path / "attention.onnx")
    inputs = torch.from_numpy(X), torch.from_numpy(SEQUENCE)
    batch = {0: torch.export.Dim("batch")}
    with facts.trying("built-in") as trial:
        for model, given, file in zip((dense, attending), inputs, files, strict=True):
            torch.onnx.export(
                model, (given,), file, dynamo=True, verbose=False, dynamic_shapes=(batch,)
            )
        trial.tell("torch.onnx.export")
    home = torch.onnx.export.__module__
    facts.record("own-exporter", home.startswith("torch."), f"{home}, with onnxscript")
    wanted = dense(inputs[0]).detach(), attending(inputs[1]).detach()
    with Child(hidden=["tensorflow", "torch", "keras"]) as stranger:
        try_files(facts, stranger, files, wanted)
