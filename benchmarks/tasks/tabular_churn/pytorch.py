"""Embeddings and a perceptron in PyTorch: an `nn.Module` and the explicit training loop.

Follows https://docs.pytorch.org/docs/stable/generated/torch.nn.Embedding.html and
https://docs.pytorch.org/tutorials/beginner/basics/optimization_tutorial.html
"""

from collections.abc import Iterable

import torch
from torch import Tensor, nn
from torch.nn import functional

__all__ = ["Network", "build", "loss", "optimizer", "train_step"]

#: How many values each category has.
SIZES = (2, 2, 2, 2, 2, 3, 3, 3, 3, 3, 3, 3, 3, 3, 2, 4)


class Network(nn.Module):
    """Categories (batch, 16) and numbers (batch, 3) to logits (batch, 1)."""

    def __init__(self) -> None:
        super().__init__()
        self.embeddings = nn.ModuleList(nn.Embedding(size, 8) for size in SIZES)
        self.dense1 = nn.Linear(8 * len(SIZES) + 3, 512)
        self.dense2 = nn.Linear(512, 256)
        self.logits = nn.Linear(256, 1)

    def forward(self, categories: Tensor, numbers: Tensor) -> Tensor:
        """Logits of a batch."""
        embedded = [
            embedding(column)
            for embedding, column in zip(self.embeddings, categories.unbind(1), strict=True)
        ]
        x = torch.cat([*embedded, numbers], dim=1)
        x = functional.relu(self.dense1(x))
        x = functional.relu(self.dense2(x))
        return self.logits(x)


def build() -> Network:
    """A fresh network."""
    return Network()


def loss(logits: Tensor, targets: Tensor) -> Tensor:
    """Mean binary cross-entropy of logits and targets, both (batch, 1)."""
    return functional.binary_cross_entropy_with_logits(logits, targets)


def optimizer(parameters: Iterable[nn.Parameter]) -> torch.optim.Optimizer:
    """Adam, with everything stated that the frameworks do not agree on."""
    return torch.optim.Adam(parameters, lr=1e-3, betas=(0.9, 0.999), eps=1e-7, weight_decay=0.0)


def train_step(
    model: nn.Module,
    optimizer: torch.optim.Optimizer,
    categories: Tensor,
    numbers: Tensor,
    targets: Tensor,
) -> Tensor:
    """One optimisation step; returns the loss before it."""
    optimizer.zero_grad()
    value = loss(model(categories, numbers), targets)
    value.backward()
    optimizer.step()
    return value.detach()
