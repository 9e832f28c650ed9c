# ruff: noqa: D102  (what every verb does is said once, in protocol.py)
"""Keras on any engine: `compile`, `train_on_batch`, `predict_on_batch`.

Both calls are public, documented, and run the very functions that `fit` and `predict` compile.
They are used because they add least to them: one Python generator around the batch, where `fit`
adds its data adapter and callbacks, which the phase `fit` is there to time. Calling the compiled
function oneself is no faster, and is no public interface.

What depends on the engine is in keras_tensorflow, keras_torch and keras_jax: they name the backend
before Keras is imported here, and say how to take a gradient and how to count.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Any, ClassVar, Literal

import keras
import numpy as np

from benchmarks import tasks
from benchmarks.stacks.protocol import Device, Flag, Optimizer, Runtime
from benchmarks.tasks.task import Array, Batch, Task, Weights

__all__ = ["Dtype", "KerasBatch", "KerasRuntime", "KerasTrainer"]

KerasBatch = tuple[Any, Any]
Dtype = Literal["float32", "bfloat16"]
#: Keras's name for computing in each; variables are float32 in both.
POLICIES: dict[Dtype, str] = {"float32": "float32", "bfloat16": "mixed_bfloat16"}


class KerasTrainer(ABC):
    """A task's compiled Keras model; see `protocol.Trainer`.

    `jit_compile` is what "auto" comes to on the engine; `traced` says that the engine runs the
    Python of a step only while it traces it.
    """

    jit_compile: ClassVar[bool]
    traced: ClassVar[bool]

    def __init__(self, task: Task, optimizer: Optimizer, *, dtype: Dtype = "float32") -> None:
        keras.config.set_dtype_policy(POLICIES[dtype])
        self.task = task
        self.module = tasks.model(task.id, "keras")
        self.model = self.module.build()
        self.module.compile_model(
            self.model, self._optimizer(optimizer), jit_compile=self.jit_compile
        )
        self._traces = 0
        if self.traced:
            self.model.train_step = self._counted(self.model.train_step)
            self.model.predict_step = self._counted(self.model.predict_step)
        self.train = self.model.train_on_batch
        decode = getattr(self.module, "predict", None)
        self.decodes = decode is not None
        self.infer = self.decoder(decode) if decode else self.model.predict_on_batch

    def _optimizer(self, optimizer: Optimizer) -> Any:
        if optimizer == "adam":
            return self.module.optimizer()
        rate = self.task.gate_learning_rate
        return keras.optimizers.SGD(learning_rate=rate, momentum=0.0, nesterov=False)

    def load(self, weights: Weights) -> None:
        for name, variable in self.named().items():
            # An attention keeps its heads on an axis of their own; the values follow one another.
            variable.assign(weights[name].reshape(variable.shape))

    def weights(self) -> Weights:
        return self.shared({name: _on_host(each) for name, each in self.named().items()})

    def shared(self, own: Weights) -> Weights:
        """Arrays of the variables' shapes, in the shapes of the shared layout."""
        return {name: values.reshape(self.task.weights[name]) for name, values in own.items()}

    def named(self) -> dict[str, Any]:
        """The trainable variables by their names in the shared layout."""
        return {
            _shared_name(layer.name, variable.path): variable
            for layer in self.model.layers
            for variable in layer.trainable_variables
        }

    def state(self) -> Weights:
        moved = {
            _shared_name(layer.name, variable.path): variable
            for layer in self.model.layers
            for variable in layer.non_trainable_weights
        }
        return {name: _on_host(moved[name]) for name in self.task.state}

    def put(self, batch: Batch) -> KerasBatch:
        inputs = tuple(map(keras.ops.convert_to_tensor, batch.inputs))
        only = inputs[0] if len(inputs) == 1 else inputs
        return only, keras.ops.convert_to_tensor(batch.targets)

    @abstractmethod
    def gradients(self, batch: KerasBatch) -> tuple[float, Weights]: ...

    @abstractmethod
    def flops(self, batch: KerasBatch) -> int | None: ...

    @abstractmethod
    def finish(self) -> None:
        """Wait until the engine has done all that was queued."""

    @abstractmethod
    def decoder(self, decode: Callable[..., Any]) -> Callable[[Any], Any]:
        """The module's own `predict` as the engine runs a function: from inputs to outputs."""

    def forward(self, batch: KerasBatch) -> Array:
        outputs: Array = self.model.predict_on_batch(batch[0])
        return outputs

    def step(self, batch: KerasBatch) -> float:
        value = self.train(*batch)
        self.finish()
        return float(value)

    def predict(self, batch: KerasBatch) -> Array:
        return np.asarray(self.infer(batch[0]))

    def traces(self) -> int:
        return self._traces

    def _counted(self, step: Callable[..., Any]) -> Callable[..., Any]:
        # The engine runs this only while it traces (twice for a first call that creates
        # variables): a timed step does not pass here.
        def counted(*arguments: Any) -> Any:
            self._traces += 1
            return step(*arguments)

        return counted


def _shared_name(layer: str, path: str) -> str:
    """`layer/variable` for a variable's path: parts of a layer, such as a query, join its name."""
    *parts, variable = path.rpartition(f"{layer}/")[2].split("/")
    return "_".join([layer, *(part for part in parts if part != "lstm_cell")]) + f"/{variable}"


def _on_host(variable: Any) -> Any:
    return np.array(keras.ops.convert_to_numpy(variable))


class KerasRuntime:
    """An engine with Keras on top of it; see `protocol.Runtime`."""

    def __init__(self, engine: Runtime, *, jit_compile: bool) -> None:
        self.engine, self.jit_compile = engine, jit_compile

    def limit_threads(self, threads: int) -> None:
        self.engine.limit_threads(threads)

    def threads(self) -> dict[str, int]:
        return self.engine.threads()

    def use(self, device: Device) -> None:
        # The user's own configuration file may say otherwise; the measurement may not.
        keras.config.set_floatx("float32")
        keras.config.set_image_data_format("channels_last")
        self.engine.use(device)

    def versions(self) -> dict[str, str]:
        return {"keras": keras.__version__, **self.engine.versions()}

    def flags(self) -> dict[str, Flag]:
        return {
            **self.engine.flags(),
            "backend": keras.backend.backend(),
            "floatx": keras.config.floatx(),
            "image_data_format": keras.config.image_data_format(),
            "jit_compile": self.jit_compile,
        }

    def peak_device_bytes(self) -> int | None:
        return self.engine.peak_device_bytes()
