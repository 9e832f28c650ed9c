# ruff: noqa: D102  (what every verb does is said once, in protocol.py)
"""PyTorch as it comes: eager, contiguous tensors, the plain loop."""

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn.modules.linear import NonDynamicallyQuantizableLinear

from benchmarks import tasks
from benchmarks.stacks.protocol import Flag, Optimizer
from benchmarks.stacks.pytorch_norms import count_averaged, running_statistics
from benchmarks.tasks.task import Array, Batch, Task, Weights

__all__ = ["STACK", "PytorchStack", "PytorchTrainer"]

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


class PytorchTrainer:
    """A task's `nn.Module` and its explicit loop; see `protocol.Trainer`."""

    def __init__(self, task: Task, optimizer: Optimizer) -> None:
        self.task = task
        self.module = tasks.model(task.id, "pytorch")
        self.model: nn.Module = self.module.build()
        self.optimizer = self._optimizer(optimizer)

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
        self.predict(self.put(self.task.examples("synthetic").batch(self.task.train_batch)))
        for hook in hooks:
            hook.remove()
        return running_statistics(self.model, counts)

    def put(self, batch: Batch) -> PytorchBatch:
        inputs = tuple(torch.from_numpy(self._own_layout(each)) for each in batch.inputs)
        return inputs, torch.from_numpy(np.ascontiguousarray(batch.targets))

    def _own_layout(self, array: Array) -> Array:
        if self.task.channels:
            array = np.moveaxis(array, -1, 1)
        return np.ascontiguousarray(array)

    def gradients(self, batch: PytorchBatch) -> tuple[float, Weights]:
        inputs, targets = batch
        self.model.eval()
        self.model.zero_grad()
        value = self.module.loss(self.model(*inputs), targets)
        value.backward()
        return float(value.item()), self._collect(_gradient)

    def step(self, batch: PytorchBatch) -> float:
        inputs, targets = batch
        self.model.train()
        value = self.module.train_step(self.model, self.optimizer, *inputs, targets)
        # Nothing is queued on a CPU: the step is over when the loop body is.
        return float(value.item())

    def predict(self, batch: PytorchBatch) -> Array:
        self.model.eval()
        with torch.inference_mode():
            if hasattr(self.module, "predict"):
                outputs = self.module.predict(self.model, *batch[0])
            else:
                outputs = self.model(*batch[0])
        array: Array = outputs.numpy()
        return array

    def traces(self) -> int:
        return 0


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


class PytorchStack:
    """See `protocol.Stack`."""

    def limit_threads(self, threads: int) -> None:
        torch.set_num_threads(threads)
        if torch.get_num_interop_threads() != threads:
            torch.set_num_interop_threads(threads)

    def threads(self) -> dict[str, int]:
        return {
            "threads": torch.get_num_threads(),
            "interop_threads": torch.get_num_interop_threads(),
        }

    def versions(self) -> dict[str, str]:
        return {"torch": str(torch.__version__), "numpy": np.__version__}

    def flags(self) -> dict[str, Flag]:
        return {
            **self.threads(),
            "onednn": bool(torch.backends.mkldnn.enabled),
            "matmul_precision": torch.get_float32_matmul_precision(),
            "default_dtype": str(torch.get_default_dtype()).removeprefix("torch."),
            "deterministic": torch.are_deterministic_algorithms_enabled(),
            "compile": False,
            "channels_last": False,
        }

    def trainer(self, task: Task, optimizer: Optimizer) -> Any:
        return PytorchTrainer(task, optimizer)


STACK = PytorchStack()
