"""PyTorch: a `DataLoader` with its defaults, in this process, and the explicit loop.

Follows https://docs.pytorch.org/tutorials/beginner/basics/data_tutorial.html and
https://docs.pytorch.org/tutorials/beginner/basics/optimization_tutorial.html
"""

from typing import Any

import torch
from torch import Tensor
from torch.utils.data import DataLoader, TensorDataset

from benchmarks.tasks.task import Batch, Examples

__all__ = ["loader", "run_epoch"]

Loader = DataLoader[tuple[Tensor, ...]]


def loader(trainer: Any, examples: Examples, *, batch: int, shuffle: bool) -> Loader:
    """Single examples, drawn and stacked into batches by one worker: this process.

    They lie on the host, in the layout that PyTorch's users keep their data in.
    """
    inputs, targets = trainer.put(Batch(examples.inputs, examples.targets))
    on_host = (each.cpu() for each in (*inputs, targets))
    return DataLoader(TensorDataset(*on_host), batch_size=batch, shuffle=shuffle)


def run_epoch(trainer: Any, loader: Loader) -> None:
    """The stack's step on every batch; each loss comes to the host."""
    device = next(trainer.model.parameters()).device
    layout = torch.channels_last if trainer.mode.channels_last else torch.preserve_format
    for batch in loader:
        *inputs, targets = (each.to(device) for each in batch)
        trainer.step((tuple(each.to(memory_format=layout) for each in inputs), targets))
