"""The convolutional network in PyTorch: an `nn.Module` and the explicit training loop.

Follows https://docs.pytorch.org/tutorials/beginner/blitz/cifar10_tutorial.html and
https://docs.pytorch.org/tutorials/beginner/basics/optimization_tutorial.html
"""

from collections.abc import Iterable

import torch
from torch import Tensor, nn
from torch.nn import functional

__all__ = ["Network", "build", "loss", "optimizer", "train_step"]


class Network(nn.Module):
    """Images (batch, 3, 32, 32) in [0, 1] to logits (batch, 10)."""

    def __init__(self) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(3, 32, 3, padding=1)
        self.conv2 = nn.Conv2d(32, 32, 3, padding=1)
        self.conv3 = nn.Conv2d(32, 64, 3, padding=1)
        self.conv4 = nn.Conv2d(64, 64, 3, padding=1)
        self.logits = nn.Linear(64, 10)

    def forward(self, images: Tensor) -> Tensor:
        """Logits of a batch."""
        x = functional.relu(self.conv1(images))
        x = functional.relu(self.conv2(x))
        x = functional.max_pool2d(x, 2)
        x = functional.relu(self.conv3(x))
        x = functional.relu(self.conv4(x))
        x = functional.max_pool2d(x, 2)
        return self.logits(x.mean(dim=(2, 3)))


def build() -> Network:
    """A fresh network."""
    return Network()


def loss(logits: Tensor, labels: Tensor) -> Tensor:
    """Mean cross-entropy of logits (batch, 10) and integer labels (batch,)."""
    return functional.cross_entropy(logits, labels)


def optimizer(parameters: Iterable[nn.Parameter]) -> torch.optim.Optimizer:
    """Adam, with everything stated that the frameworks do not agree on."""
    return torch.optim.Adam(parameters, lr=1e-3, betas=(0.9, 0.999), eps=1e-7, weight_decay=0.0)


def train_step(
    model: nn.Module, optimizer: torch.optim.Optimizer, images: Tensor, labels: Tensor
) -> Tensor:
    """One optimisation step; returns the loss before it."""
    optimizer.zero_grad()
    value = loss(model(images), labels)
    value.backward()
    optimizer.step()
    return value.detach()
