"""Phones and edge devices: is there a maintained route to phones and small Linux boards?

A model is written for the route's own runtime and answers there, on this machine; whether the
runtime is looked after is a matter of its releases and not of this probe.
"""

from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.probes.child import Child
from benchmarks.probes.packages import field, package
from benchmarks.probes.rubric import Facts, Row, Rubric

RUBRIC = Rubric(
    criterion="mobile-and-edge",
    facts={
        "device-file": "a model is written to a file for devices",
        "runtime-answers": "the runtime for devices gives the same outputs",
        "quantised-file": "a file with eight-bit weights is less than half as large and answers",
        "own-route": "the framework's own project makes the converter",
    },
    asides={
        "old-interpreter": "tf.lite.Interpreter, announced to go, still gives the same outputs",
        "keras-on-torch": "a Keras model made on PyTorch gets to LiteRT by way of TensorFlow",
        "pytorch-to-litert": "a PyTorch model gets to LiteRT as well",
        "pytorch-mobile-works": "optimize_for_mobile of PyTorch Mobile prepares a model",
    },
    rows=(
        Row(4, needs=("device-file", "runtime-answers", "quantised-file", "own-route")),
        Row(3, needs=("device-file", "runtime-answers", "quantised-file")),
        Row(2, needs=("device-file", "runtime-answers")),
        Row(1, needs=("device-file",)),
    ),
    claims=(
        "arch-tf-11",
        "dep-tf-03",
        "dep-torch-03",
        "choose-tf-02",
    ),
)

RNG = np.random.default_rng(0)
X = RNG.normal(size=(1, 128)).astype(np.float32)
W = RNG.normal(size=(128, 128)).astype(np.float32) / 11


def near(found: Any, wanted: Any, most: float = 1e-5) -> str:
    """How far outputs are apart; AssertionError if too far."""
    worst = float(np.abs(np.asarray(found) - np.asarray(wanted)).max())
    assert worst < most, f"outputs differ by {worst:.1e}"
    return f"outputs differ by at most {worst:.1e}"


def litert_answers(file: str) -> Any:
    """What a file answers by LiteRT's own interpreter."""
    from ai_edge_litert.interpreter import Interpreter

    interpreter = Interpreter(model_path=file)
    interpreter.allocate_tensors()
    interpreter.set_tensor(interpreter.get_input_details()[0]["index"], X)
    interpreter.invoke()
    return interpreter.get_tensor(interpreter.get_output_details()[0]["index"]).tolist()


def try_litert(facts: Facts, plain: Path, small: Path, wanted: Any) -> None:
    """Run both files by LiteRT, where TensorFlow cannot be imported."""
    with Child(hidden=["tensorflow"]) as device:
        with facts.trying("runtime-answers") as trial:
            trial.tell(near(device.run(litert_answers, str(plain)), wanted))
        with facts.trying("quantised-file") as trial:
            sizes = small.stat().st_size, plain.stat().st_size
            assert sizes[0] < sizes[1] / 2, f"{sizes[1]} bytes became {sizes[0]}"
            said = near(device.run(litert_answers, str(small)), wanted, most=0.1)
            trial.tell(f"{sizes[1]} bytes became {sizes[0]}, {said}")


def keras_model() -> Any:
    import keras

    model = keras.Sequential([keras.Input((128,), batch_size=1), keras.layers.Dense(128)])
    model.set_weights([W, np.zeros(128, dtype=np.float32)])
    return model


def save_on_torch(file: str) -> None:
    keras_model().save(file)


def test_keras(facts: Facts, tmp_path: Path, on_torch: Child) -> None:
    facts.need("ai_edge_litert")
    import keras
    import tensorflow as tf

    plain, small = tmp_path / "plain.tflite", tmp_path / "small.tflite"
    model = keras_model()
    with facts.trying("device-file") as trial:
        model.export(str(plain), format="litert", verbose=False)
        small_options = {"optimizations": [tf.lite.Optimize.DEFAULT]}
        model.export(str(small), format="litert", verbose=False, **small_options)
        trial.tell(f"LiteRT, {plain.stat().st_size} bytes")
    try_litert(facts, plain, small, X @ W)
    home = tf.lite.TFLiteConverter.__module__
    facts.record(
        "own-route", home.startswith("keras."), f"export() calls {home.split('.')[0]}.lite"
    )
    with facts.trying("keras-on-torch") as trial, Child(hidden=["tensorflow"]) as device:
        file, moved = str(tmp_path / "model.keras"), tmp_path / "moved.tflite"
        on_torch.run(save_on_torch, file)
        keras.saving.load_model(file).export(str(moved), format="litert", verbose=False)
        trial.tell(near(device.run(litert_answers, str(moved)), X @ W))


def test_tensorflow(facts: Facts, tmp_path: Path) -> None:
    facts.need("ai_edge_litert")
    import tensorflow as tf

    class Model(tf.Module):
        def __init__(self) -> None:
            super().__init__()
            self.kernel = tf.Variable(W)

        @tf.function(input_signature=[tf.TensorSpec((1, 128), tf.float32)])
        def __call__(self, x: Any) -> Any:
            return x @ self.kernel

    model, plain, small = Model(), tmp_path / "plain.tflite", tmp_path / "small.tflite"
    concrete = [model.__call__.get_concrete_function()]
    with facts.trying("device-file") as trial:
        for file, optimizations in ((plain, []), (small, [tf.lite.Optimize.DEFAULT])):
            converter = tf.lite.TFLiteConverter.from_concrete_functions(concrete, model)
            converter.optimizations = optimizations
            file.write_bytes(converter.convert())
        trial.tell(f"LiteRT, {plain.stat().st_size} bytes")
    try_litert(facts, plain, small, X @ W)
    home = tf.lite.TFLiteConverter.__module__
    facts.record("own-route", home.startswith("tensorflow."), home)
    with facts.trying("old-interpreter") as trial:
        interpreter = tf.lite.Interpreter(model_path=str(plain))
        interpreter.allocate_tensors()
        interpreter.set_tensor(interpreter.get_input_details()[0]["index"], X)
        interpreter.invoke()
        found = interpreter.get_tensor(interpreter.get_output_details()[0]["index"])
        trial.tell(near(found, X @ W))


def torch_model() -> Any:
    import torch

    layer = torch.nn.Linear(128, 128)
    layer.weight.data, layer.bias.data = torch.from_numpy(W.T.copy()), torch.zeros(128)
    return layer.eval()


def write_executorch(file: str, quantised: bool) -> int:
    """Write a file for ExecuTorch with its XNNPACK kernels; its size in bytes."""
    import torch
    from executorch.backends.xnnpack.partition.xnnpack_partitioner import XnnpackPartitioner
    from executorch.exir import to_edge_transform_and_lower

    x = torch.from_numpy(X)
    program = torch.export.export(torch_model(), (x,))
    if quantised:
        program = torch.export.export(_quantised(program.module(), x), (x,))
    lowered = to_edge_transform_and_lower(program, partitioner=[XnnpackPartitioner()])
    Path(file).write_bytes(lowered.to_executorch().buffer)
    return Path(file).stat().st_size


def _quantised(module: Any, x: Any) -> Any:
    """Eight-bit weights and activations, calibrated on one example."""
    from executorch.backends.xnnpack.quantizer.xnnpack_quantizer import (
        XNNPACKQuantizer,
        get_symmetric_quantization_config,
    )
    from torchao.quantization.pt2e.quantize_pt2e import convert_pt2e, prepare_pt2e

    quantizer = XNNPACKQuantizer().set_global(get_symmetric_quantization_config())
    prepared = prepare_pt2e(module, quantizer)
    prepared(x)
    return convert_pt2e(prepared)


def executorch_answers(file: str) -> Any:
    """What a file answers by ExecuTorch's runtime."""
    import torch
    from executorch.runtime import Runtime

    method = Runtime.get().load_program(Path(file)).load_method("forward")
    return method.execute([torch.from_numpy(X)])[0].tolist()


def convert_to_litert(file: str) -> int:
    """Write a PyTorch model for LiteRT with litert-torch."""
    import litert_torch
    import torch

    litert_torch.convert(torch_model(), (torch.from_numpy(X),)).export(file)
    return Path(file).stat().st_size


def test_pytorch(facts: Facts, tmp_path: Path) -> None:
    facts.need("executorch", "torchao")
    import torch

    plain, small = str(tmp_path / "plain.pte"), str(tmp_path / "small.pte")
    with Child() as device:
        with facts.trying("device-file") as trial:
            size = device.run(write_executorch, plain, False)
            trial.tell(f"ExecuTorch, {size} bytes")
        with facts.trying("runtime-answers") as trial:
            trial.tell(near(device.run(executorch_answers, plain), X @ W))
        with facts.trying("quantised-file") as trial:
            now = device.run(write_executorch, small, True)
            assert now < size / 2, f"{size} bytes became {now}"
            said = near(device.run(executorch_answers, small), X @ W, most=0.1)
            trial.tell(f"{size} bytes became {now}, {said}")
    project = package("executorch")
    maker = field(project, "Author-email") or field(project, "Author")
    said = f"executorch, by {maker.split('<')[0].strip()}"
    facts.record("own-route", "pytorch" in maker.lower(), said)
    with facts.trying("pytorch-to-litert") as trial:
        facts.need("litert_torch", "ai_edge_litert")
        file = str(tmp_path / "model.tflite")
        with Child() as converter, Child(hidden=["torch"]) as device:
            converter.run(convert_to_litert, file)
            trial.tell(f"litert-torch: {near(device.run(litert_answers, file), X @ W)}")
    with facts.trying("pytorch-mobile-works") as trial:
        from torch.utils.mobile_optimizer import optimize_for_mobile

        optimize_for_mobile(torch.jit.script(torch_model()))
        trial.tell("it did")
