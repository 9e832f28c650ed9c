"""The encoder in PyTorch: `nn.TransformerEncoder` in an `nn.Module`, and the explicit loop.

Follows https://docs.pytorch.org/docs/stable/generated/torch.nn.TransformerEncoderLayer.html and
https://docs.pytorch.org/tutorials/beginner/basics/optimization_tutorial.html
"""

from collections.abc import Iterable

import torch
from torch import Tensor, nn
from torch.nn import functional

__all__ = ["Network", "build", "loss", "optimizer", "train_step"]


class Network(nn.Module):
    """Words (batch, 80) to logits (batch, 1)."""

    def __init__(self) -> None:
        super().__init__()
        self.words = nn.Embedding(10_000, 64)
        self.places = nn.Embedding(80, 64)
        layer = nn.TransformerEncoderLayer(
            64,
            nhead=4,
            dim_feedforward=256,
            dropout=0.0,
            activation="gelu",
            layer_norm_eps=1e-5,
            batch_first=True,
        )
        self.encoder = nn.TransformerEncoder(layer, num_layers=4)
        self.logits = nn.Linear(64, 1)

    def forward(self, words: Tensor) -> Tensor:
        """Logits of a batch."""
        x = self.words(words) + self.places.weight
        return self.logits(self.encoder(x).mean(dim=1))


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
    model: nn.Module, optimizer: torch.optim.Optimizer, words: Tensor, targets: Tensor
) -> Tensor:
    """One optimisation step; returns the loss before it."""
    optimizer.zero_grad()
    value = loss(model(words), targets)
    value.backward()
    optimizer.step()
    return value.detach()
