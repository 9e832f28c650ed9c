"""The recursive network in PyTorch: plain Python recursion and the explicit training loop.

Follows https://docs.pytorch.org/tutorials/beginner/examples_nn/dynamic_net.html and
https://docs.pytorch.org/tutorials/beginner/basics/optimization_tutorial.html
"""

from collections.abc import Iterable

import torch
from torch import Tensor, nn
from torch.nn import functional

__all__ = ["Network", "build", "loss", "optimizer", "train_step"]


class Tree(nn.Module):
    """Embedded symbols (31, 64) of one tree to the state (64,) of its root."""

    def __init__(self) -> None:
        super().__init__()
        self.left = nn.Linear(64, 64)
        self.right = nn.Linear(64, 64, bias=False)

    def forward(self, embedded: Tensor, children: list[list[int]], node: int) -> Tensor:
        """The state of a node, from those of its children if it has any."""
        x = embedded[node]
        left, right = children[node]
        if left >= 0:
            x = x + self.left(self(embedded, children, left))
            x = x + self.right(self(embedded, children, right))
        return torch.tanh(x)


class Network(nn.Module):
    """Symbols (batch, 31), children (batch, 31, 2), sizes (batch,) to logits (batch, 1)."""

    def __init__(self) -> None:
        super().__init__()
        self.symbols = nn.Embedding(5, 64)
        self.tree = Tree()
        self.logits = nn.Linear(64, 1)

    def forward(self, symbols: Tensor, children: Tensor, sizes: Tensor) -> Tensor:
        """Logits of a batch."""
        trees = zip(self.symbols(symbols), children.tolist(), sizes.tolist(), strict=True)
        roots = [self.tree(embedded, pairs, size - 1) for embedded, pairs, size in trees]
        return self.logits(torch.stack(roots))


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
    symbols: Tensor,
    children: Tensor,
    sizes: Tensor,
    targets: Tensor,
) -> Tensor:
    """One optimisation step; returns the loss before it."""
    optimizer.zero_grad()
    value = loss(model(symbols, children, sizes), targets)
    value.backward()
    optimizer.step()
    return value.detach()
