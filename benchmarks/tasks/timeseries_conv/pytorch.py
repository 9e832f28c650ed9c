"""The dilated network in PyTorch: an `nn.Module` and the explicit training loop.

Follows https://docs.pytorch.org/docs/stable/generated/torch.nn.Conv1d.html and
https://docs.pytorch.org/tutorials/beginner/basics/optimization_tutorial.html
"""

from collections.abc import Iterable

import torch
from torch import Tensor, nn
from torch.nn import functional

__all__ = ["Network", "build", "loss", "optimizer", "train_step"]

DILATIONS = (1, 2, 4, 8, 16, 32)


class Network(nn.Module):
    """Readings (batch, 8, 128) to logits (batch, 4)."""

    def __init__(self) -> None:
        super().__init__()
        self.convs = nn.ModuleList(
            nn.Conv1d(32 if number else 8, 32, 3, padding=dilation, dilation=dilation)
            for number, dilation in enumerate(DILATIONS)
        )
        self.logits = nn.Linear(32, 4)

    def forward(self, readings: Tensor) -> Tensor:
        """Logits of a batch."""
        x = readings
        for conv in self.convs:
            x = functional.relu(conv(x))
        return self.logits(x.mean(dim=2))


def build() -> Network:
    """A fresh network."""
    return Network()


def loss(logits: Tensor, labels: Tensor) -> Tensor:
    """Mean cross-entropy of logits (batch, 4) and integer labels (batch,)."""
    return functional.cross_entropy(logits, labels)


def optimizer(parameters: Iterable[nn.Parameter]) -> torch.optim.Optimizer:
    """Adam, with everything stated that the frameworks do not agree on."""
    return torch.optim.Adam(parameters, lr=1e-3, betas=(0.9, 0.999), eps=1e-7, weight_decay=0.0)


def train_step(
    model: nn.Module, optimizer: torch.optim.Optimizer, readings: Tensor, labels: Tensor
) -> Tensor:
    """One optimisation step; returns the loss before it."""
    optimizer.zero_grad()
    value = loss(model(readings), labels)
    value.backward()
    optimizer.step()
    return value.detach()
