"""PyTorch's loops; `published` follows the quickstart, whose network is the task `mlp-mnist`.

https://docs.pytorch.org/tutorials/beginner/basics/quickstart_tutorial.html
The guide takes plain gradient descent; to be the same work it takes the task's Adam here.
"""

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor, nn

from benchmarks.errors import RefusedError
from benchmarks.stacks.protocol import DeviceBatch
from benchmarks.tasks.task import Batch
from benchmarks.tight import Block

__all__ = ["published", "tight"]


def tight(trainer: Any, batches: Sequence[DeviceBatch]) -> Block:
    """Zero, forth, back, step, on the trainer's model."""
    model, optimizer, loss = trainer.model, trainer.optimizer, trainer.module.loss

    def block() -> None:
        model.train()
        for inputs, targets in batches:
            optimizer.zero_grad()
            loss(model(*inputs), targets).backward()
            optimizer.step()

    return block


class NeuralNetwork(nn.Module):
    """The quickstart's network: images (batch, 28, 28) to logits (batch, 10)."""

    def __init__(self) -> None:
        super().__init__()
        self.flatten = nn.Flatten()
        self.layers = nn.Sequential(
            nn.Linear(28 * 28, 512),
            nn.ReLU(),
            nn.Linear(512, 512),
            nn.ReLU(),
            nn.Linear(512, 10),
        )

    def forward(self, images: Tensor) -> Tensor:
        """Logits of a batch."""
        logits: Tensor = self.layers(self.flatten(images))
        return logits


def published(trainer: Any, batches: Sequence[Batch]) -> Block:
    """The quickstart's training loop over batches that are already tensors."""
    if trainer.task.id != "mlp-mnist":
        raise RefusedError("PyTorch's quickstart has no such network")
    model, criterion = NeuralNetwork(), nn.CrossEntropyLoss()
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
    data = [
        (torch.from_numpy(batch.inputs[0].reshape(-1, 28, 28)), torch.from_numpy(batch.targets))
        for batch in batches
    ]

    def block() -> None:
        model.train()
        for images, labels in data:
            value = criterion(model(images), labels)
            value.backward()
            optimizer.step()
            optimizer.zero_grad()

    return block
