"""TensorFlow: a SavedModel of the traced function, and what converters make of it.

Follows https://www.tensorflow.org/guide/saved_model,
https://ai.google.dev/edge/litert/conversion/tensorflow/convert_tf,
https://github.com/onnx/tensorflow-onnx and
https://docs.openvino.ai/2026/openvino-workflow/model-preparation.html
"""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import tensorflow as tf

from benchmarks.exporters.tfjs import convert
from benchmarks.tasks.task import Array, Batch

__all__ = ["EXPORTS", "inputs"]


def inputs(trainer: Any, batch: Batch) -> tuple[Array, ...]:
    """What an exported model is given: the arrays as they are."""
    del trainer
    return batch.inputs


def saved_model(trainer: Any, example: tuple[Array, ...], folder: Path) -> Path:
    """The format of TensorFlow itself."""
    path = folder / "model"
    traced = _traced(trainer, example).get_concrete_function()
    tf.saved_model.save(trainer.model, str(path), signatures=traced)
    return path


def litert(trainer: Any, example: tuple[Array, ...], folder: Path) -> Path:
    """LiteRT, whose converter is part of TensorFlow."""
    path = folder / "model.tflite"
    traced = _traced(trainer, example).get_concrete_function()
    converter = tf.lite.TFLiteConverter.from_concrete_functions([traced], trainer.model)
    path.write_bytes(converter.convert())
    return path


def onnx(trainer: Any, example: tuple[Array, ...], folder: Path) -> Path:
    """ONNX, by the converter of the ONNX project."""
    import tf2onnx

    path = folder / "model.onnx"
    tf2onnx.convert.from_function(
        _traced(trainer, example), input_signature=_signature(example), output_path=str(path)
    )
    return path


def openvino(trainer: Any, example: tuple[Array, ...], folder: Path) -> Path:
    """OpenVINO's own format, by way of a SavedModel that is no part of the artefact."""
    import openvino as ov

    path = folder / "model.xml"
    saved = saved_model(trainer, example, folder.parent)
    ov.save_model(ov.convert_model(str(saved)), path, compress_to_fp16=False)
    return path


def tfjs(trainer: Any, example: tuple[Array, ...], folder: Path) -> Path:
    """TensorFlow.js, by way of a SavedModel."""
    return convert(partial(saved_model, trainer, example), folder)


def _traced(trainer: Any, example: tuple[Array, ...]) -> Any:
    return tf.function(trainer.model, input_signature=_signature(example))


def _signature(example: tuple[Array, ...]) -> list[Any]:
    return [
        tf.TensorSpec(each.shape, each.dtype, name=f"input_{place}")
        for place, each in enumerate(example)
    ]


#: For each format, a function of trainer, one example and folder that returns what to load.
EXPORTS: dict[str, Callable[[Any, tuple[Array, ...], Path], Path]] = {
    "saved-model": saved_model,
    "onnx": onnx,
    "litert": litert,
    "openvino": openvino,
    "onnx-web": onnx,
    "tfjs": tfjs,
}
