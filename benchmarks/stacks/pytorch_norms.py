"""The running statistics of PyTorch's batch norms, as the other frameworks would keep them.

PyTorch's running variance follows the unbiased variance of each batch, theirs the biased one. In
training nobody sees the difference; in prediction it is n / (n - 1) for n averaged values. To ask
whether two models are one, the factor is taken out of all that has been learned, and the share
that is left of the initial variance of one is kept.
"""

from collections.abc import Iterator
from functools import partial

from torch import Tensor, nn
from torch.utils.hooks import RemovableHandle

from benchmarks.tasks.task import Weights

__all__ = ["count_averaged", "norms", "running_statistics"]


def norms(model: nn.Module) -> Iterator[tuple[str, nn.BatchNorm2d]]:
    """The batch norms of a model, each with its name in the shared layout."""
    for layer, module in model.named_modules():
        if isinstance(module, nn.BatchNorm2d):
            yield layer.replace(".", "_"), module


def count_averaged(counts: dict[str, int], model: nn.Module) -> list[RemovableHandle]:
    """Hooks that note in `counts` over how many values each norm averages; remove them after."""

    def note(name: str, module: nn.Module, inputs: tuple[Tensor], output: Tensor) -> None:
        del module, inputs
        counts[name] = output.numel() // output.shape[1]

    return [norm.register_forward_hook(partial(note, name)) for name, norm in norms(model)]


def running_statistics(model: nn.Module, counts: dict[str, int]) -> Weights:
    """Running means and biased running variances, of a model that began with 0 and 1."""
    found = {}
    for name, norm in norms(model):
        assert norm.running_mean is not None
        found[f"{name}/moving_mean"] = norm.running_mean.numpy().copy()
        found[f"{name}/moving_variance"] = _biased_variance(norm, counts[name]).numpy()
    return found


def _biased_variance(norm: nn.BatchNorm2d, count: int) -> Tensor:
    assert norm.running_var is not None
    assert norm.num_batches_tracked is not None
    assert norm.momentum is not None
    initial = (1.0 - norm.momentum) ** int(norm.num_batches_tracked)
    return initial + (norm.running_var - initial) * (1.0 - 1.0 / count)
