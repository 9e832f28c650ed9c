"""The two towers in PyTorch: an `nn.Module` and the explicit training loop.

Follows https://docs.pytorch.org/docs/stable/generated/torch.nn.Embedding.html and
https://docs.pytorch.org/tutorials/beginner/basics/optimization_tutorial.html
"""

from collections.abc import Iterable

import torch
from torch import Tensor, nn
from torch.nn import functional

__all__ = ["Network", "build", "loss", "optimizer", "train_step"]


class Network(nn.Module):
    """Users (batch,) and items (batch,) to logits (batch, 1)."""

    def __init__(self) -> None:
        super().__init__()
        self.users = nn.Embedding(20_000, 32)
        self.user1 = nn.Linear(32, 64)
        self.user2 = nn.Linear(64, 32)
        self.items = nn.Embedding(10_000, 32)
        self.item1 = nn.Linear(32, 64)
        self.item2 = nn.Linear(64, 32)

    def forward(self, users: Tensor, items: Tensor) -> Tensor:
        """Logits of a batch."""
        user = self.user2(functional.relu(self.user1(self.users(users))))
        item = self.item2(functional.relu(self.item1(self.items(items))))
        return (user * item).sum(dim=1, keepdim=True)


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
    users: Tensor,
    items: Tensor,
    targets: Tensor,
) -> Tensor:
    """One optimisation step; returns the loss before it."""
    optimizer.zero_grad()
    value = loss(model(users, items), targets)
    value.backward()
    optimizer.step()
    return value.detach()
