"""Export and ahead-of-time compilation: can a trained model leave Python as one optimised artefact?

How fast the artefacts are and how large is measured by the export suite, for every format. Here one
format each has to be right, for any batch, and in a runtime that is not the framework.
"""

import platform
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.probes.child import Child
from benchmarks.probes.rubric import Facts, Row, Rubric

RUBRIC = Rubric(
    criterion="export-and-aot",
    facts={
        "one-call": "one call writes an artefact that answers the same in another process",
        "any-batch": "the artefact takes batches of any size",
        "other-runtime": "an artefact answers in a runtime that is not the framework",
        "compiled-in-advance": "a model is compiled in advance to machine code in a file",
    },
    asides={
        "saved-model-from-torch": "Keras on PyTorch writes a SavedModel",
        "saved-model-after-torch": "a Keras file made on PyTorch becomes one on TensorFlow",
        "torch-program-from-keras": "Keras on PyTorch writes a program of torch.export",
        "openvino-from-keras": "Keras writes a model for OpenVINO",
    },
    rows=(
        Row(4, needs=("one-call", "any-batch", "other-runtime", "compiled-in-advance")),
        Row(3, needs=("one-call", "any-batch", "other-runtime")),
        Row(2, needs=("one-call",)),
    ),
    floor=1,
    claims=(
        "dep-keras-01",
        "dep-torch-04",
    ),
)

X = np.random.default_rng(0).normal(size=(5, 4)).astype(np.float32)


def close(found: Any, wanted: Any) -> str:
    """How far outputs are apart; AssertionError if by more than rounding."""
    worst = float(np.abs(np.asarray(found) - np.asarray(wanted)).max())
    assert worst < 1e-5, f"outputs differ by {worst:.1e}"
    return f"outputs differ by at most {worst:.1e}"


def saved_model_answers(folder: str, sizes: list[int]) -> Any:
    """What a SavedModel answers to batches of these sizes, by TensorFlow's own loader."""
    import tensorflow as tf

    loaded = tf.saved_model.load(folder)
    serve = getattr(loaded, "serve", loaded)
    return [serve(tf.constant(X[:size])).numpy().tolist() for size in sizes]


def litert_answers(file: str) -> Any:
    """What a LiteRT file answers to the first example, by LiteRT's own interpreter."""
    from ai_edge_litert.interpreter import Interpreter

    interpreter = Interpreter(model_path=file)
    interpreter.allocate_tensors()
    interpreter.set_tensor(interpreter.get_input_details()[0]["index"], X[:1])
    interpreter.invoke()
    return interpreter.get_tensor(interpreter.get_output_details()[0]["index"]).tolist()


def keras_model() -> Any:
    import keras

    return keras.Sequential([keras.Input((4,)), keras.layers.Dense(3, "tanh")])


def test_keras(facts: Facts, tmp_path: Path, on_torch: Child) -> None:
    facts.need("ai_edge_litert")
    import keras

    model = keras_model()
    wanted = model.predict(X, verbose=0)
    folder, file = str(tmp_path / "model"), str(tmp_path / "model.tflite")
    model.export(folder, verbose=False)
    with Child() as stranger:
        with facts.trying("one-call") as trial:
            found = stranger.run(saved_model_answers, folder, [5])
            trial.tell(f"SavedModel: {close(found[0], wanted)}")
        with facts.trying("any-batch") as trial:
            for size, found in zip(
                (1, 3), stranger.run(saved_model_answers, folder, [1, 3]), strict=True
            ):
                close(found, wanted[:size])
            trial.tell("batches of 1, 3 and 5")
        with facts.trying("saved-model-after-torch") as trial:
            torch_file, again = str(tmp_path / "torch.keras"), str(tmp_path / "again")
            wanted_there = on_torch.run(save_and_answer, torch_file)
            keras.saving.load_model(torch_file).export(again, verbose=False)
            found = stranger.run(saved_model_answers, again, [5])
            trial.tell(close(found[0], wanted_there))
    with facts.trying("other-runtime") as trial, Child(hidden=["tensorflow"]) as stranger:
        model.export(file, format="litert", verbose=False)
        trial.tell(f"LiteRT: {close(stranger.run(litert_answers, file), wanted[:1])}")
    with facts.trying("compiled-in-advance"):
        found = [name for name in dir(keras.export) if "aot" in name.lower()]
        assert found, "keras.export compiles nothing: its artefacts are for other runtimes"
    with facts.trying("torch-program-from-keras") as trial:
        trial.tell(on_torch.run(export_on_torch, str(tmp_path / "program.pt2"), "torch"))
    with facts.trying("saved-model-from-torch") as trial, Child(KERAS_BACKEND="torch") as both:
        trial.tell(both.run(export_on_torch, str(tmp_path / "torch"), "tf_saved_model"))
    with facts.trying("openvino-from-keras") as trial:
        facts.need("openvino")
        model.export(str(tmp_path / "model.xml"), format="openvino", verbose=False)
        trial.tell("model.xml and its weights")


def save_and_answer(file: str) -> Any:
    model = keras_model()
    model.save(file)
    return model.predict(X, verbose=0).tolist()


def export_on_torch(path: str, kind: str) -> str:
    """Export on PyTorch."""
    model = keras_model()
    model(X)
    model.export(path, format=kind, verbose=False)
    assert Path(path).exists()
    return f"written as {kind}"


def test_tensorflow(facts: Facts, tmp_path: Path) -> None:
    facts.need("ai_edge_litert")
    import tensorflow as tf

    class Model(tf.Module):
        def __init__(self) -> None:
            super().__init__()
            self.kernel = tf.Variable(tf.random.normal((4, 3)))

        @tf.function(input_signature=[tf.TensorSpec((None, 4), tf.float32)])
        def __call__(self, x: Any) -> Any:
            return tf.tanh(x @ self.kernel)

    model, folder, file = Model(), str(tmp_path / "model"), str(tmp_path / "model.tflite")
    wanted = model(tf.constant(X)).numpy()
    tf.saved_model.save(model, folder)
    with Child() as stranger:
        with facts.trying("one-call") as trial:
            found = stranger.run(saved_model_answers, folder, [5])
            trial.tell(f"SavedModel: {close(found[0], wanted)}")
        with facts.trying("any-batch") as trial:
            for size, found in zip(
                (1, 3), stranger.run(saved_model_answers, folder, [1, 3]), strict=True
            ):
                close(found, wanted[:size])
            trial.tell("batches of 1, 3 and 5")
    with facts.trying("other-runtime") as trial, Child(hidden=["tensorflow"]) as stranger:
        concrete = model.__call__.get_concrete_function(tf.TensorSpec((1, 4), tf.float32))
        converter = tf.lite.TFLiteConverter.from_concrete_functions([concrete], model)
        Path(file).write_bytes(converter.convert())
        trial.tell(f"LiteRT: {close(stranger.run(litert_answers, file), wanted[:1])}")
    with facts.trying("compiled-in-advance") as trial:
        trial.tell(tensorflow_ahead_of_time(tmp_path))


def tensorflow_ahead_of_time(folder: Path) -> str:
    """What `saved_model_cli aot_compile_cpu` does: an object file to link into a C++ program."""
    import tensorflow as tf
    from tensorflow.python.tools import saved_model_aot_compile, saved_model_utils

    class Model(tf.Module):
        @tf.function(input_signature=[tf.TensorSpec((2, 4), tf.float32)])
        def __call__(self, x: Any) -> Any:
            return {"y": tf.tanh(x) * 2.0}

    model, saved = Model(), str(folder / "model")
    tf.saved_model.save(model, saved, signatures=model.__call__)
    saved_model_aot_compile.aot_compile_cpu_meta_graph_def(
        checkpoint_path=f"{saved}/variables/variables",
        meta_graph_def=saved_model_utils.get_meta_graph_def(saved, "serve"),
        signature_def_key="serving_default",
        variables_to_feed=[],
        output_prefix=str(folder / "compiled"),
        cpp_class="Model",
        target_triple=f"{platform.machine()}-none-linux",
        target_cpu="",
    )
    sizes = {path.name: path.stat().st_size for path in sorted(folder.glob("compiled*.*"))}
    assert sizes["compiled.o"] > 0
    return f"compiled.o with {sizes['compiled.o']} bytes and its header"


def torch_program_answers(file: str, sizes: list[int]) -> Any:
    """What a program of torch.export answers to batches of these sizes."""
    import torch

    module = torch.export.load(file).module()
    return [module(torch.from_numpy(X[:size])).tolist() for size in sizes]


def onnx_answers(file: str) -> Any:
    """What an ONNX file answers, by ONNX Runtime."""
    import onnxruntime

    session = onnxruntime.InferenceSession(file, providers=["CPUExecutionProvider"])
    return session.run(None, {session.get_inputs()[0].name: X})[0].tolist()


def test_pytorch(facts: Facts, tmp_path: Path) -> None:
    facts.need("onnx", "onnxruntime", "onnxscript")
    import torch

    model = torch.nn.Sequential(torch.nn.Linear(4, 3), torch.nn.Tanh()).eval()
    x, file = torch.from_numpy(X), str(tmp_path / "model.pt2")
    wanted = model(x).detach()
    batch = torch.export.Dim("batch")
    program = torch.export.export(model, (x,), dynamic_shapes=({0: batch},))
    torch.export.save(program, file)
    with Child() as stranger:
        with facts.trying("one-call") as trial:
            found = stranger.run(torch_program_answers, file, [5])
            trial.tell(f"torch.export: {close(found[0], wanted)}")
        with facts.trying("any-batch") as trial:
            for size, found in zip(
                (2, 3), stranger.run(torch_program_answers, file, [2, 3]), strict=True
            ):
                close(found, wanted[:size])
            trial.tell("batches of 2, 3 and 5")
    with facts.trying("other-runtime") as trial, Child(hidden=["torch"]) as stranger:
        exported = str(tmp_path / "model.onnx")
        torch.onnx.export(model, (x,), exported, dynamo=True, verbose=False)
        trial.tell(f"ONNX Runtime: {close(stranger.run(onnx_answers, exported), wanted)}")
    with facts.trying("compiled-in-advance") as trial:
        package = str(tmp_path / "compiled.pt2")
        torch._inductor.aoti_compile_and_package(program, package_path=package)
        found = torch._inductor.aoti_load_package(package)(x)
        trial.tell(f"AOTInductor: {close(found.detach(), wanted)}")
