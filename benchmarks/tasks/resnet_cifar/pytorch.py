"""ResNet-20 in PyTorch: an `nn.Module` of blocks and the explicit training loop.

Follows https://docs.pytorch.org/tutorials/beginner/blitz/cifar10_tutorial.html and
https://docs.pytorch.org/docs/stable/generated/torch.nn.BatchNorm2d.html
"""

from collections.abc import Iterable

import torch
from torch import Tensor, nn
from torch.nn import functional

__all__ = ["Network", "build", "loss", "optimizer", "train_step"]

WIDTHS = (16, 16, 16, 32, 32, 32, 64, 64, 64)


def norm(channels: int) -> nn.BatchNorm2d:
    """Batch norm, with the constants stated that the frameworks do not agree on."""
    return nn.BatchNorm2d(channels, eps=1e-5, momentum=0.1)


class Block(nn.Module):
    """Two convolutions around which the input is carried, by a 1x1 one if shapes change."""

    def __init__(self, inputs: int, outputs: int, stride: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(inputs, outputs, 3, stride=stride, padding=1, bias=False)
        self.norm1 = norm(outputs)
        self.conv2 = nn.Conv2d(outputs, outputs, 3, padding=1, bias=False)
        self.norm2 = norm(outputs)
        self.adapts = stride != 1
        if self.adapts:
            self.conv3 = nn.Conv2d(inputs, outputs, 1, stride=stride, bias=False)
            self.norm3 = norm(outputs)

    def forward(self, x: Tensor) -> Tensor:
        """The block's output for a batch of maps."""
        y = functional.relu(self.norm1(self.conv1(x)))
        y = self.norm2(self.conv2(y))
        if self.adapts:
            x = self.norm3(self.conv3(x))
        return functional.relu(x + y)


class Network(nn.Module):
    """Images (batch, 3, 32, 32) in [0, 1] to logits (batch, 10)."""

    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv2d(3, 16, 3, padding=1, bias=False)
        self.norm = norm(16)
        self.blocks = nn.Sequential(
            *(
                Block(inputs, outputs, outputs // inputs)
                for inputs, outputs in zip((16, *WIDTHS), WIDTHS, strict=False)
            )
        )
        self.logits = nn.Linear(64, 10)

    def forward(self, images: Tensor) -> Tensor:
        """Logits of a batch."""
        x = functional.relu(self.norm(self.conv(images)))
        return self.logits(self.blocks(x).mean(dim=(2, 3)))


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
    """One optimisation step of a model in training mode; returns the loss before it."""
    optimizer.zero_grad()
    value = loss(model(images), labels)
    value.backward()
    optimizer.step()
    return value.detach()
