"""The GPT in PyTorch: an `nn.Module` of blocks and the explicit training loop.

Follows https://docs.pytorch.org/docs/stable/generated/torch.nn.MultiheadAttention.html and
https://docs.pytorch.org/tutorials/beginner/basics/optimization_tutorial.html
"""

from collections.abc import Iterable

import torch
from torch import Tensor, nn
from torch.nn import functional

__all__ = ["Network", "build", "loss", "optimizer", "predict", "train_step"]


class Block(nn.Module):
    """Causal attention and two dense layers around which x (batch, 64, 128) is carried."""

    def __init__(self) -> None:
        super().__init__()
        self.norm1 = nn.LayerNorm(128, eps=1e-5)
        self.attention = nn.MultiheadAttention(128, num_heads=4, batch_first=True)
        self.norm2 = nn.LayerNorm(128, eps=1e-5)
        self.dense1 = nn.Linear(128, 512)
        self.dense2 = nn.Linear(512, 128)

    def forward(self, x: Tensor, later: Tensor) -> Tensor:
        """The block's output; `later` (64, 64) is true where a place may not look."""
        y = self.norm1(x)
        y, _ = self.attention(y, y, y, attn_mask=later, is_causal=True, need_weights=False)
        x = x + y
        return x + self.dense2(functional.gelu(self.dense1(self.norm2(x))))


class Network(nn.Module):
    """Text (batch, 64) to logits (batch, 64, 96) for the character after each."""

    later: Tensor

    def __init__(self) -> None:
        super().__init__()
        self.characters = nn.Embedding(96, 128)
        self.places = nn.Embedding(64, 128)
        self.blocks = nn.ModuleList(Block() for _ in range(4))
        self.norm = nn.LayerNorm(128, eps=1e-5)
        self.logits = nn.Linear(128, 96)
        self.register_buffer("later", torch.ones(64, 64, dtype=torch.bool).triu(1))

    def forward(self, text: Tensor) -> Tensor:
        """Logits of a batch."""
        x = self.characters(text) + self.places.weight
        for block in self.blocks:
            x = block(x, self.later)
        return self.logits(self.norm(x))


def build() -> Network:
    """A fresh network."""
    return Network()


def predict(model: nn.Module, text: Tensor) -> Tensor:
    """The 32 characters (batch, 32) that go on a text (batch, 64), the likeliest each time."""
    for _ in range(32):
        best = model(text)[:, -1].argmax(dim=-1, keepdim=True)
        text = torch.cat([text[:, 1:], best], dim=1)
    return text[:, -32:]


def loss(logits: Tensor, targets: Tensor) -> Tensor:
    """Mean cross-entropy of logits (batch, 64, 96) and characters (batch, 64)."""
    return functional.cross_entropy(logits.flatten(0, 1), targets.flatten())


def optimizer(parameters: Iterable[nn.Parameter]) -> torch.optim.Optimizer:
    """Adam, with everything stated that the frameworks do not agree on."""
    return torch.optim.Adam(parameters, lr=1e-3, betas=(0.9, 0.999), eps=1e-7, weight_decay=0.0)


def train_step(
    model: nn.Module, optimizer: torch.optim.Optimizer, text: Tensor, targets: Tensor
) -> Tensor:
    """One optimisation step; returns the loss before it."""
    optimizer.zero_grad()
    value = loss(model(text), targets)
    value.backward()
    optimizer.step()
    return value.detach()
