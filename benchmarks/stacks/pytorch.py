# ruff: noqa: D102  (what every verb does is said once, in protocol.py)
"""PyTorch: an `nn.Module` and the plain loop; as it comes, compiled, channels last, bfloat16.

Each mode is what its documentation tells a user to add, and nothing else:

    compile        https://docs.pytorch.org/tutorials/intermediate/torch_compile_tutorial.html
    channels last  https://docs.pytorch.org/tutorials/intermediate/memory_format_tutorial.html
    bfloat16       https://docs.pytorch.org/docs/stable/amp.html
"""

from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from functools import partial
from typing import Any, Literal

import numpy as np
import torch
from torch import Tensor, nn
from torch._dynamo.utils import counters
from torch.nn.modules.linear import NonDynamicallyQuantizableLinear

from benchmarks import tasks
from benchmarks.errors import RefusedError
from benchmarks.stacks.protocol import Optimizer, Stack
from benchmarks.stacks.pytorch_norms import count_averaged, running_statistics
from benchmarks.stacks.pytorch_runtime import RUNTIME, count_flops, start_compiler
from benchmarks.tasks.task import Array, Batch, Task, Weights

__all__ = ["STACKS", "Mode", "PytorchTrainer"]

#: How PyTorch's parameters appear in the shared layout: our variable, and the order of its axes.
LAYOUT: dict[tuple[type[nn.Module], str], tuple[str, tuple[int, ...]]] = {
    (nn.Linear, "weight"): ("kernel", (1, 0)),
    (nn.Linear, "bias"): ("bias", (0,)),
    (nn.Conv1d, "weight"): ("kernel", (2, 1, 0)),
    (nn.Conv1d, "bias"): ("bias", (0,)),
    (nn.Conv2d, "weight"): ("kernel", (2, 3, 1, 0)),
    (nn.Conv2d, "bias"): ("bias", (0,)),
    (nn.Embedding, "weight"): ("embeddings", (0, 1)),
    (nn.LSTM, "weight_ih_l0"): ("kernel", (1, 0)),
    (nn.LSTM, "weight_hh_l0"): ("recurrent_kernel", (1, 0)),
    (nn.LSTM, "bias_ih_l0"): ("bias", (0,)),
    (nn.BatchNorm2d, "weight"): ("gamma", (0,)),
    (nn.BatchNorm2d, "bias"): ("beta", (0,)),
    (nn.LayerNorm, "weight"): ("gamma", (0,)),
    (nn.LayerNorm, "bias"): ("beta", (0,)),
    (NonDynamicallyQuantizableLinear, "weight"): ("kernel", (1, 0)),
    (NonDynamicallyQuantizableLinear, "bias"): ("bias", (0,)),
    (nn.MultiheadAttention, "in_proj_weight"): ("kernel", (1, 0)),
    (nn.MultiheadAttention, "in_proj_bias"): ("bias", (0,)),
}
PytorchBatch = tuple[tuple[Tensor, ...], Tensor]


@dataclass(frozen=True, kw_only=True)
class Mode:
    """What is added to the plain loop."""

    compile: bool = False
    channels_last: bool = False
    dtype: Literal["float32", "bfloat16"] = "float32"


class PytorchTrainer:
    """A task's `nn.Module` and its explicit loop; see `protocol.Trainer`."""

    def __init__(self, task: Task, optimizer: Optimizer, *, mode: Mode) -> None:
        self.task, self.mode = task, mode
        self.module = tasks.model(task.id, "pytorch")
        self.model: nn.Module = self.module.build().to(RUNTIME.device)
        _refuse(task, self.model, mode)
        self._enter(mode)
        self.optimizer = self._optimizer(optimizer)
        self.train: Callable[..., Any] = partial(self.module.train_step, self.model, self.optimizer)
        decode = getattr(self.module, "predict", None)
        self.decodes = decode is not None
        self.infer: Callable[..., Any] = partial(decode, self.model) if decode else self.model
        self._graphs_before = counters["stats"]["unique_graphs"]

    def _enter(self, mode: Mode) -> None:
        if mode.channels_last:
            # PyTorch documents the argument, and its types do not know it.
            self.model.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        if mode.dtype == "bfloat16":
            self.model.forward = _in_bfloat16(self.model.forward)
        if mode.compile:
            start_compiler()
            # Every size gets a graph of its own, as if it had been the process's only one; else
            # the second would be compiled for all sizes, and the order of measuring would matter.
            self.model.compile(dynamic=False)
            # After eight graphs of one function it would go on eagerly, and say so in a log.
            torch._dynamo.config.fail_on_recompile_limit_hit = True

    def _optimizer(self, optimizer: Optimizer) -> torch.optim.Optimizer:
        parameters = self.model.parameters()
        if optimizer == "adam":
            adam: torch.optim.Optimizer = self.module.optimizer(parameters)
            return adam
        return torch.optim.SGD(
            parameters, lr=self.task.gate_learning_rate, momentum=0.0, weight_decay=0.0
        )

    def load(self, weights: Weights) -> None:
        with torch.no_grad():
            for name, parameter, rows, axes in self._named():
                own = weights[name].transpose(tuple(np.argsort(axes)))
                if own.shape != tuple(parameter[rows].shape):
                    raise ValueError(f"{name}: {own.shape} does not fit {tuple(parameter.shape)}")
                parameter[rows].copy_(torch.from_numpy(np.ascontiguousarray(own)))

    def weights(self) -> Weights:
        return self._collect(lambda parameter: parameter.detach())

    def _collect(self, of: Callable[[nn.Parameter], Tensor]) -> Weights:
        return {
            name: of(parameter)[rows].cpu().numpy().transpose(axes).copy()
            for name, parameter, rows, axes in self._named()
        }

    def _named(self) -> Iterator[tuple[str, nn.Parameter, slice, tuple[int, ...]]]:
        """Each shared name with the parameter, the rows of it, and the order of their axes."""
        for layer, module in self.model.named_modules():
            shared = layer.replace(".", "_").replace("_out_proj", "_attention_output")
            for own_name, parameter in module.named_parameters(recurse=False):
                if parameter.requires_grad:
                    name, axes = LAYOUT[type(module), own_name]
                    for part, rows in _parts(own_name, len(parameter)):
                        yield f"{shared}{part}/{name}", parameter, rows, axes

    def state(self) -> Weights:
        if not self.task.state:
            return {}
        counts: dict[str, int] = {}
        hooks = count_averaged(counts, self.model)
        batch = self.put(self.task.examples("synthetic").batch(self.task.train_batch))
        with torch.compiler.set_stance("force_eager"):
            self.forward(batch)
        for hook in hooks:
            hook.remove()
        return running_statistics(self.model, counts)

    def put(self, batch: Batch) -> PytorchBatch:
        inputs = tuple(self._own_layout(each) for each in batch.inputs)
        targets = torch.from_numpy(np.ascontiguousarray(batch.targets))
        return inputs, targets.to(RUNTIME.device)

    def _own_layout(self, array: Array) -> Tensor:
        if self.task.channels:
            array = np.moveaxis(array, -1, 1)
        tensor = torch.from_numpy(np.ascontiguousarray(array)).to(RUNTIME.device)
        if self.mode.channels_last:
            tensor = tensor.to(memory_format=torch.channels_last)
        return tensor

    def gradients(self, batch: PytorchBatch) -> tuple[float, Weights]:
        inputs, targets = batch
        self.model.eval()
        self.model.zero_grad()
        value = self.module.loss(self.model(*inputs), targets)
        value.backward()
        return float(value.item()), self._collect(_gradient)

    def forward(self, batch: PytorchBatch) -> Array:
        return self._outputs(self.model, batch)

    def step(self, batch: PytorchBatch) -> float:
        inputs, targets = batch
        if not self.model.training:
            self.model.train()
        value = self.train(*inputs, targets)
        RUNTIME.finish()
        return float(value.item())

    def predict(self, batch: PytorchBatch) -> Array:
        return self._outputs(self.infer, batch)

    def _outputs(self, infer: Callable[..., Tensor], batch: PytorchBatch) -> Array:
        if self.model.training:
            self.model.eval()
        with torch.inference_mode():
            outputs: Array = infer(*batch[0]).cpu().numpy()
        return outputs

    def traces(self) -> int:
        return int(counters["stats"]["unique_graphs"] - self._graphs_before)

    def flops(self, batch: PytorchBatch) -> int | None:
        self.model.eval()
        return count_flops(self.model, lambda: self.model(*batch[0]))


def _refuse(task: Task, model: nn.Module, mode: Mode) -> None:
    """RefusedError if the mode would leave this model as it is."""
    sees_images = task.channels and any(len(shape) == 4 for shape in task.weights.values())
    if mode.channels_last and not sees_images:
        raise RefusedError("channels last is a layout of images, and this task has none")
    if mode.compile and any(isinstance(module, nn.RNNBase) for module in model.modules()):
        raise RefusedError("torch.compile leaves a model with nn.LSTM uncompiled")


def _in_bfloat16(forward: Callable[..., Tensor]) -> Callable[..., Tensor]:
    """The forward pass under autocast; the loss then sees float32 outputs, as on a GPU."""
    cast = torch.autocast(RUNTIME.device.type, dtype=torch.bfloat16)(forward)
    return lambda *inputs: cast(*inputs).float()


def _parts(own_name: str, rows: int) -> Iterator[tuple[str, slice]]:
    """What lies below one another in a parameter: of an attention, its first three products."""
    if not own_name.startswith("in_proj"):
        yield "", slice(None)
        return
    for number, part in enumerate(("_query", "_key", "_value")):
        yield part, slice(number * rows // 3, (number + 1) * rows // 3)


def _gradient(parameter: nn.Parameter) -> Tensor:
    if parameter.grad is None:
        raise ValueError("a weight takes no part in the loss")
    return parameter.grad


MODES = {
    "pytorch-eager": Mode(),
    "pytorch-compile": Mode(compile=True),
    "pytorch-channels-last": Mode(channels_last=True),
    "pytorch-bfloat16": Mode(dtype="bfloat16"),
}
STACKS = {
    name: Stack(name, RUNTIME, partial(PytorchTrainer, mode=mode), asdict(mode))
    for name, mode in MODES.items()
}
