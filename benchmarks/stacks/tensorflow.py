# ruff: noqa: D102  (what every verb does is said once, in protocol.py)
"""TensorFlow without Keras models: variables, a tape, and a training step traced into a graph."""

import os
from typing import Any

# Importing TensorFlow imports Keras, which would follow another backend into this process.
os.environ["KERAS_BACKEND"] = "tensorflow"
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

import numpy as np
import tensorflow as tf

from benchmarks import tasks
from benchmarks.stacks.protocol import Flag, Optimizer
from benchmarks.tasks.task import Array, Batch, Task, Weights
from benchmarks.tasks.tensorflow_optimizers import SGD

__all__ = ["STACK", "TensorflowStack", "TensorflowTrainer", "limit_tensorflow_threads"]
__all__ += ["dense_gradients", "tensorflow_flags", "tensorflow_threads"]

TensorflowBatch = tuple[tuple[Any, ...], Any]


class TensorflowTrainer:
    """A task's `tf.Module` and its traced step; see `protocol.Trainer`."""

    def __init__(self, task: Task, optimizer: Optimizer) -> None:
        self.task = task
        self.module = tasks.model(task.id, "tensorflow")
        self.model = self.module.build()
        self.optimizer = self._optimizer(optimizer)
        self._step = tf.function(self._train_step)
        self._predict = tf.function(self._outputs)

    def _optimizer(self, optimizer: Optimizer) -> Any:
        if optimizer == "adam":
            return self.module.optimizer(self.model.trainable_variables)
        return SGD(self.task.gate_learning_rate)

    def _train_step(self, *batch: Any) -> Any:
        return self.module.train_step(self.model, self.optimizer, *batch)

    def _outputs(self, *inputs: Any) -> Any:
        if hasattr(self.module, "predict"):
            return self.module.predict(self.model, *inputs)
        return self.model(*inputs)

    def load(self, weights: Weights) -> None:
        for name, variable in self._named().items():
            variable.assign(weights[name])

    def weights(self) -> Weights:
        return {name: variable.numpy() for name, variable in self._named().items()}

    def _named(self) -> dict[str, Any]:
        return {each.name.partition(":")[0]: each for each in self.model.trainable_variables}

    def state(self) -> Weights:
        moved = [each for each in self.model.variables if not each.trainable]
        return {each.name.partition(":")[0]: each.numpy() for each in moved}

    def put(self, batch: Batch) -> TensorflowBatch:
        return tuple(map(tf.constant, batch.inputs)), tf.constant(batch.targets)

    def gradients(self, batch: TensorflowBatch) -> tuple[float, Weights]:
        inputs, targets = batch
        with tf.GradientTape() as tape:
            value = self.module.loss(self.model(*inputs), targets)
        found = tape.gradient(value, self._named())
        return float(value), dense_gradients(found)

    def step(self, batch: TensorflowBatch) -> float:
        inputs, targets = batch
        value = self._step(*inputs, targets)
        # On a CPU the call returns after the whole graph has run, assignments included.
        return float(value.numpy())

    def predict(self, batch: TensorflowBatch) -> Array:
        outputs: Array = self._predict(*batch[0]).numpy()
        return outputs

    def traces(self) -> int:
        return int(self._step.experimental_get_tracing_count())


def dense_gradients(found: dict[str, Any]) -> Weights:
    """Gradients as arrays, those of embeddings with a row for every word."""
    return {name: tf.convert_to_tensor(each).numpy() for name, each in found.items()}


class TensorflowStack:
    """See `protocol.Stack`."""

    def limit_threads(self, threads: int) -> None:
        limit_tensorflow_threads(threads)

    def threads(self) -> dict[str, int]:
        return tensorflow_threads()

    def versions(self) -> dict[str, str]:
        return {"tensorflow": tf.__version__, "numpy": np.__version__}

    def flags(self) -> dict[str, Flag]:
        return {**tensorflow_flags(), "graph": True, "jit_compile": False}

    def trainer(self, task: Task, optimizer: Optimizer) -> Any:
        return TensorflowTrainer(task, optimizer)


def limit_tensorflow_threads(threads: int) -> None:
    """Limit both of TensorFlow's pools and keep it on the CPU; before the first computation."""
    tf.config.set_visible_devices([], "GPU")
    tf.config.threading.set_intra_op_parallelism_threads(threads)
    tf.config.threading.set_inter_op_parallelism_threads(threads)


def tensorflow_threads() -> dict[str, int]:
    """The sizes of TensorFlow's pools; oneDNN's kernels run in the first of them."""
    return {
        "threads": tf.config.threading.get_intra_op_parallelism_threads(),
        "interop_threads": tf.config.threading.get_inter_op_parallelism_threads(),
    }


def tensorflow_flags() -> dict[str, Flag]:
    """Thread counts and the switches that change TensorFlow's numbers or speed."""
    return {
        **tensorflow_threads(),
        "onednn": os.environ.get("TF_ENABLE_ONEDNN_OPTS", "default"),
        "tf32": tf.config.experimental.tensor_float_32_execution_enabled(),
        "xla_auto_jit": str(tf.config.optimizer.get_jit() or "off"),
    }


STACK = TensorflowStack()
