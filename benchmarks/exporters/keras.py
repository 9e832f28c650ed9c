"""Keras: `save` and `export`, on every backend.

Follows https://keras.io/guides/serialization_and_saving/ and
https://keras.io/api/models/model_saving_apis/export/
"""

import importlib.util
from collections.abc import Callable
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import Any

import keras

from benchmarks.errors import LaboratoryError
from benchmarks.exporters.tfjs import convert
from benchmarks.tasks.task import Array, Batch

__all__ = ["EXPORTS", "inputs"]


def inputs(trainer: Any, batch: Batch) -> tuple[Array, ...]:
    """What an exported model is given: the arrays as they are."""
    del trainer
    return batch.inputs


def save(trainer: Any, example: tuple[Array, ...], folder: Path) -> Path:
    """Keras's own file, without the optimiser's state: nobody goes on training it."""
    del example
    path = folder / "model.keras"
    trainer.model.save(path, include_optimizer=False)
    return path


def export(trainer: Any, example: tuple[Array, ...], folder: Path, *, kind: str, name: str) -> Path:
    """One of the formats of `export`, for a batch of one."""
    specs = tuple(
        keras.layers.InputSpec(shape=each.shape, dtype=str(each.dtype), name=f"input_{place}")
        for place, each in enumerate(example)
    )
    path = folder / name
    trainer.model.export(
        str(path),
        format=kind,
        verbose=False,
        input_signature=[specs if len(specs) > 1 else specs[0]],
    )
    return path


def saved_model(trainer: Any, example: tuple[Array, ...], folder: Path) -> Path:
    """TensorFlow's format, from PyTorch by way of torch-xla; LaboratoryError if that is too old."""
    if keras.backend.backend() == "torch":
        _demand_xla()
    return export(trainer, example, folder, kind="tf_saved_model", name="model")


def _demand_xla() -> None:
    # Its releases load only beside the PyTorch of their own number, and the newest is 2.9.0: beside
    # 2.13 it ends in an undefined symbol (tried on 2026-11-25). A later one may be found here.
    absent = importlib.util.find_spec("torch_xla") is None
    if absent and not version("torch").startswith("2.9."):
        raise LaboratoryError(
            "torch-xla",
            "Keras needs it for a SavedModel from PyTorch, and its newest release, 2.9.0, does not"
            " load beside a later PyTorch",
            cure="Export from another backend, or in an environment with PyTorch 2.9",
        )


def tfjs(trainer: Any, example: tuple[Array, ...], folder: Path) -> Path:
    """TensorFlow.js, by way of a SavedModel."""
    return convert(partial(saved_model, trainer, example), folder)


onnx = partial(export, kind="onnx", name="model.onnx")

#: For each format, a function of trainer, one example and folder that returns what to load.
EXPORTS: dict[str, Callable[[Any, tuple[Array, ...], Path], Path]] = {
    "keras-file": save,
    "saved-model": saved_model,
    "onnx": onnx,
    "litert": partial(export, kind="litert", name="model.tflite"),
    "openvino": partial(export, kind="openvino", name="model.xml"),
    "pt2": partial(export, kind="torch", name="model.pt2"),
    "onnx-web": onnx,
    "tfjs": tfjs,
}
