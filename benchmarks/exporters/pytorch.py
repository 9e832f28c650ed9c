"""PyTorch: an exported program, and what compilers and converters make of it.

Follows https://docs.pytorch.org/docs/stable/export.html,
https://docs.pytorch.org/docs/stable/torch.compiler_aot_inductor.html,
https://docs.pytorch.org/docs/stable/onnx_export.html,
https://docs.pytorch.org/executorch/stable/using-executorch-export.html,
https://github.com/google-ai-edge/litert-torch and
https://docs.openvino.ai/2026/openvino-workflow/model-preparation/convert-model-pytorch.html
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch
from torch.export import ExportedProgram

from benchmarks.tasks.task import Array, Batch

__all__ = ["EXPORTS", "inputs"]


def inputs(trainer: Any, batch: Batch) -> tuple[Array, ...]:
    """What an exported model is given: the arrays in the model's own layout."""
    return tuple(each.cpu().numpy() for each in trainer.put(batch)[0])


def pt2(trainer: Any, example: tuple[Array, ...], folder: Path) -> Path:
    """The exported program, which PyTorch loads without the model's source."""
    path = folder / "model.pt2"
    torch.export.save(_program(trainer, example), path)
    return path


def aot_inductor(trainer: Any, example: tuple[Array, ...], folder: Path) -> Path:
    """The exported program, compiled ahead of time to machine code."""
    path = folder / "model.pt2"
    program = _program(trainer, example)
    torch._inductor.aoti_compile_and_package(program, package_path=str(path))
    return path


def onnx(trainer: Any, example: tuple[Array, ...], folder: Path) -> Path:
    """ONNX by PyTorch's own exporter, in one file: a browser fetches no weights beside it."""
    path = folder / "model.onnx"
    names = [f"input_{place}" for place in range(len(example))]
    torch.onnx.export(
        trainer.model.eval(),
        _tensors(example),
        path,
        dynamo=True,
        input_names=names,
        external_data=False,
        verbose=False,
    )
    return path


def executorch(trainer: Any, example: tuple[Array, ...], folder: Path) -> Path:
    """ExecuTorch, with all that XNNPACK can compute left to it."""
    from executorch.backends.xnnpack.partition.xnnpack_partitioner import XnnpackPartitioner
    from executorch.exir import to_edge_transform_and_lower

    path = folder / "model.pte"
    edge = to_edge_transform_and_lower(
        _program(trainer, example), partitioner=[XnnpackPartitioner()]
    )
    path.write_bytes(edge.to_executorch().buffer)
    return path


def litert(trainer: Any, example: tuple[Array, ...], folder: Path) -> Path:
    """LiteRT, by the converter that its makers offer for PyTorch."""
    import litert_torch

    path = folder / "model.tflite"
    litert_torch.convert(trainer.model.eval(), _tensors(example)).export(str(path))
    return path


def openvino(trainer: Any, example: tuple[Array, ...], folder: Path) -> Path:
    """OpenVINO's own format."""
    import openvino as ov

    path = folder / "model.xml"
    model = ov.convert_model(_program(trainer, example))
    for place, port in enumerate(model.inputs):
        port.get_tensor().set_names({f"input_{place}"})
    ov.save_model(model, path, compress_to_fp16=False)
    return path


def _program(trainer: Any, example: tuple[Array, ...]) -> ExportedProgram:
    return torch.export.export(trainer.model.eval(), _tensors(example))


def _tensors(example: tuple[Array, ...]) -> tuple[torch.Tensor, ...]:
    return tuple(map(torch.from_numpy, example))


#: For each format, a function of trainer, one example and folder that returns what to load.
EXPORTS: dict[str, Callable[[Any, tuple[Array, ...], Path], Path]] = {
    "pt2": pt2,
    "aot-inductor": aot_inductor,
    "onnx": onnx,
    "litert": litert,
    "openvino": openvino,
    "executorch": executorch,
    "onnx-web": onnx,
}
