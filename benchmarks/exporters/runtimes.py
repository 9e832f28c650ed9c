"""How each format is loaded and run in its real runtime, on a given number of threads.

A loader takes the artefact, the stack that made it, and the threads. What an artefact calls its
inputs sorts in the order in which the model takes them; the exporters see to that.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from importlib import metadata
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from benchmarks.exporters import RUNTIMES, browser, npm
from benchmarks.stacks import open_stack
from benchmarks.tasks.task import Array

__all__ = ["LOADERS", "Loader", "Session", "version"]

Inputs = tuple[Array, ...]


class Session(Protocol):
    """A loaded model."""

    @property
    def threads(self) -> dict[str, int]:
        """The thread counts as the runtime itself tells them, empty where it does not."""

    def put(self, inputs: Inputs) -> Any:
        """One example, as the runtime wants it."""

    def run(self, feed: Any) -> Array:
        """The outputs for what was put, on the host."""

    def latencies(self, feed: Any, *, warmup: int, rounds: int) -> list[float]:
        """Seconds per run, after some that are not counted."""


Loader = Callable[[Path, str, int], AbstractContextManager[Session]]


@dataclass(frozen=True)
class Local:
    """A session in this process: two functions."""

    put: Callable[[Inputs], Any]
    run: Callable[[Any], Array]
    threads: dict[str, int] = field(default_factory=dict)

    def latencies(self, feed: Any, *, warmup: int, rounds: int) -> list[float]:
        """See `Session`."""
        for _ in range(warmup):
            self.run(feed)
        return [_seconds(self.run, feed) for _ in range(rounds)]


def _seconds(run: Callable[[Any], Array], feed: Any) -> float:
    start = time.perf_counter()
    run(feed)
    return time.perf_counter() - start


def version(format: str) -> str:
    """The runtime and its version, such as "onnxruntime 1.32.0"."""
    package = RUNTIMES[format]
    found = npm.PACKAGES[package].version if package in npm.PACKAGES else metadata.version(package)
    return f"{package} {found}"


def keras_file(path: Path, stack_id: str, threads: int) -> Local:
    """Keras itself, on the backend that wrote the file."""
    stack = open_stack(stack_id, threads)
    import keras

    model = keras.saving.load_model(path, compile=False)
    return Local(
        lambda inputs: inputs[0] if len(inputs) == 1 else inputs,
        model.predict_on_batch,
        stack.threads(),
    )


def saved_model(path: Path, stack_id: str, threads: int) -> Local:
    """TensorFlow's loader, whichever framework wrote the file."""
    del stack_id
    stack = open_stack("tensorflow-graph", threads)
    import tensorflow as tf

    model = tf.saved_model.load(str(path))
    serve = model.signatures["serving_default"]
    names = sorted(serve.structured_input_signature[1])
    (output,) = serve.structured_outputs

    def put(inputs: Inputs) -> dict[str, Any]:
        return dict(zip(names, map(tf.constant, inputs), strict=True))

    return Local(put, lambda feed: serve(**feed)[output].numpy(), stack.threads())


def onnx(path: Path, stack_id: str, threads: int) -> Local:
    """ONNX Runtime; it computes in one pool, whose size it does not tell."""
    del stack_id
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads, options.inter_op_num_threads = threads, 1
    session = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
    names = sorted(each.name for each in session.get_inputs())
    return Local(
        lambda inputs: dict(zip(names, inputs, strict=True)),
        lambda feed: np.asarray(session.run(None, feed)[0]),
    )


def litert(path: Path, stack_id: str, threads: int) -> Local:
    """LiteRT's interpreter; it does not tell its threads."""
    del stack_id
    from ai_edge_litert.interpreter import Interpreter

    serve = Interpreter(str(path), num_threads=threads).get_signature_runner()
    wanted = serve.get_input_details()
    (output,) = serve.get_output_details()

    def put(inputs: Inputs) -> dict[str, Array]:
        # A converter may have made smaller integers of large ones.
        pairs = zip(sorted(wanted), inputs, strict=True)
        return {name: each.astype(wanted[name]["dtype"]) for name, each in pairs}

    return Local(put, lambda feed: serve(**feed)[output])


def openvino(path: Path, stack_id: str, threads: int) -> Local:
    """OpenVINO on the CPU, told to compute in float32: some processors lead it into bfloat16."""
    del stack_id
    import openvino as ov

    hints = {"INFERENCE_PRECISION_HINT": "f32", "PERFORMANCE_HINT": "LATENCY"}
    hints["INFERENCE_NUM_THREADS"] = str(threads)
    model = ov.Core().compile_model(path, "CPU", hints)
    names = sorted(each.any_name for each in model.inputs)
    return Local(
        lambda inputs: dict(zip(names, inputs, strict=True)),
        lambda feed: model(feed)[0],
        {"threads": int(model.get_property("INFERENCE_NUM_THREADS"))},
    )


def pt2(path: Path, stack_id: str, threads: int) -> Local:
    """PyTorch, without the model's source."""
    del stack_id
    stack = open_stack("pytorch-eager", threads)
    import torch

    return _tensors(torch.export.load(path).module(), stack.threads())


def aot_inductor(path: Path, stack_id: str, threads: int) -> Local:
    """PyTorch's loader of compiled packages."""
    del stack_id
    stack = open_stack("pytorch-eager", threads)
    import torch

    return _tensors(torch._inductor.aoti_load_package(str(path)), stack.threads())


def executorch(path: Path, stack_id: str, threads: int) -> Local:
    """ExecuTorch's runtime, which takes and returns PyTorch's tensors."""
    del stack_id
    from executorch.extension.pybindings import portable_lib
    from executorch.runtime import Runtime

    portable_lib._unsafe_reset_threadpool(threads)
    method = Runtime.get().load_program(path).load_method("forward")
    count = portable_lib._threadpool_get_thread_count()
    return _tensors(lambda *feed: method.execute(feed)[0], {"threads": count})


def _tensors(model: Callable[..., Any], threads: dict[str, int]) -> Local:
    import torch

    def run(feed: tuple[Any, ...]) -> Array:
        with torch.inference_mode():
            outputs: Array = model(*feed).numpy()
        return outputs

    return Local(lambda inputs: tuple(map(torch.from_numpy, inputs)), run, threads)


def _local(load: Callable[[Path, str, int], Local]) -> Loader:
    @contextmanager
    def opened(path: Path, stack_id: str, threads: int) -> Iterator[Session]:
        yield load(path, stack_id, threads)

    return opened


LOADERS: dict[str, Loader] = {
    "keras-file": _local(keras_file),
    "saved-model": _local(saved_model),
    "onnx": _local(onnx),
    "litert": _local(litert),
    "openvino": _local(openvino),
    "pt2": _local(pt2),
    "aot-inductor": _local(aot_inductor),
    "executorch": _local(executorch),
    "onnx-web": browser.onnx_web,
    "tfjs": browser.tfjs,
}
