# ruff: noqa: D102  (what every verb does is said once, in protocol.py)
"""Keras on TensorFlow: `compile`, `train_on_batch`, `predict_on_batch`.

Both calls are public, documented, and run the very functions that `fit` and `predict` compile.
They are used because they add least to them: one Python generator around the batch, where `fit`
adds its data adapter and callbacks, which the phase `fit` is there to time. Calling the compiled
function oneself is no faster, and is no public interface.
"""

import os
from collections.abc import Callable
from typing import Any

os.environ["KERAS_BACKEND"] = "tensorflow"
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

import keras
import numpy as np
import tensorflow as tf

from benchmarks import tasks
from benchmarks.stacks.protocol import Flag, Optimizer
from benchmarks.stacks.tensorflow import (
    dense_gradients,
    limit_tensorflow_threads,
    tensorflow_flags,
    tensorflow_threads,
)
from benchmarks.tasks.task import Array, Batch, Task, Weights

__all__ = ["STACK", "KerasStack", "KerasTrainer"]

KerasBatch = tuple[Any, Any]


class KerasTrainer:
    """A task's compiled Keras model; see `protocol.Trainer`."""

    def __init__(self, task: Task, optimizer: Optimizer) -> None:
        self.task = task
        self.module = tasks.model(task.id, "keras")
        self.model = self.module.build()
        self.module.compile_model(self.model, self._optimizer(optimizer), jit_compile=False)
        self._traces = 0
        self.model.train_step = self._counted(self.model.train_step)

    def _optimizer(self, optimizer: Optimizer) -> Any:
        if optimizer == "adam":
            return self.module.optimizer()
        rate = self.task.gate_learning_rate
        return keras.optimizers.SGD(learning_rate=rate, momentum=0.0, nesterov=False)

    def load(self, weights: Weights) -> None:
        for name, variable in self._named().items():
            # An attention keeps its heads on an axis of their own; the values follow one another.
            variable.assign(weights[name].reshape(variable.shape))

    def weights(self) -> Weights:
        return self._shared({name: np.array(each) for name, each in self._named().items()})

    def _shared(self, own: Weights) -> Weights:
        return {name: values.reshape(self.task.weights[name]) for name, values in own.items()}

    def _named(self) -> dict[str, Any]:
        return {
            shared_name(layer.name, variable.path): variable
            for layer in self.model.layers
            for variable in layer.trainable_variables
        }

    def state(self) -> Weights:
        moved = {
            shared_name(layer.name, variable.path): variable
            for layer in self.model.layers
            for variable in layer.non_trainable_weights
        }
        return {name: np.array(moved[name]) for name in self.task.state}

    def put(self, batch: Batch) -> KerasBatch:
        inputs = tuple(map(keras.ops.convert_to_tensor, batch.inputs))
        only = inputs[0] if len(inputs) == 1 else inputs
        return only, keras.ops.convert_to_tensor(batch.targets)

    def gradients(self, batch: KerasBatch) -> tuple[float, Weights]:
        inputs, targets = batch
        named = {name: variable.value for name, variable in self._named().items()}
        with tf.GradientTape() as tape:
            outputs = self.model(inputs, training=False)
            value = self.model.compute_loss(x=inputs, y=targets, y_pred=outputs)
        found = tape.gradient(value, named)
        return float(value), self._shared(dense_gradients(found))

    def step(self, batch: KerasBatch) -> float:
        inputs, targets = batch
        # The loss comes back as a number on the host, so the step is over.
        return float(self.model.train_on_batch(inputs, targets))

    def predict(self, batch: KerasBatch) -> Array:
        if hasattr(self.module, "predict"):
            outputs: Array = self.module.predict(self.model, batch[0])
        else:
            outputs = self.model.predict_on_batch(batch[0])
        return outputs

    def traces(self) -> int:
        return self._traces

    def _counted(self, train_step: Callable[[Any], Any]) -> Callable[[Any], Any]:
        # Python runs this only while TensorFlow traces it (twice for the first call, to
        # create variables): a timed step does not pass here.
        def counted(data: Any) -> Any:
            self._traces += 1
            return train_step(data)

        return counted


def shared_name(layer: str, path: str) -> str:
    """`layer/variable` for a variable's path: parts of a layer, such as a query, join its name."""
    *parts, variable = path.rpartition(f"{layer}/")[2].split("/")
    return "_".join([layer, *(part for part in parts if part != "lstm_cell")]) + f"/{variable}"


class KerasStack:
    """See `protocol.Stack`."""

    def limit_threads(self, threads: int) -> None:
        # The user's own configuration file may say otherwise; the measurement may not.
        keras.config.set_floatx("float32")
        keras.config.set_image_data_format("channels_last")
        limit_tensorflow_threads(threads)

    def threads(self) -> dict[str, int]:
        return tensorflow_threads()

    def versions(self) -> dict[str, str]:
        return {
            "keras": keras.__version__,
            "tensorflow": tf.__version__,
            "numpy": np.__version__,
        }

    def flags(self) -> dict[str, Flag]:
        return {
            **tensorflow_flags(),
            "backend": keras.backend.backend(),
            "floatx": keras.config.floatx(),
            "image_data_format": keras.config.image_data_format(),
            "jit_compile": False,
        }

    def trainer(self, task: Task, optimizer: Optimizer) -> Any:
        return KerasTrainer(task, optimizer)


STACK = KerasStack()
