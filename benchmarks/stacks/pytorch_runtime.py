# ruff: noqa: D102  (what every verb does is said once, in protocol.py)
"""PyTorch as an engine, for its own stacks and for Keras on top of it."""

from collections.abc import Callable
from functools import cache

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn.attention import SDPBackend, sdpa_kernel
from torch.utils.flop_counter import FlopCounterMode

from benchmarks.errors import LaboratoryError
from benchmarks.stacks.protocol import Device, Flag

__all__ = ["RUNTIME", "PytorchRuntime", "count_flops", "start_compiler"]


class PytorchRuntime:
    """See `protocol.Runtime`."""

    def __init__(self) -> None:
        self.device = torch.device("cpu")

    def limit_threads(self, threads: int) -> None:
        torch.set_num_threads(threads)
        if torch.get_num_interop_threads() != threads:
            torch.set_num_interop_threads(threads)

    def threads(self) -> dict[str, int]:
        return {
            "threads": torch.get_num_threads(),
            "interop_threads": torch.get_num_interop_threads(),
        }

    def use(self, device: Device) -> None:
        if device == "cuda" and not torch.cuda.is_available():
            raise LaboratoryError(
                "--device cuda",
                "PyTorch finds no NVIDIA GPU",
                cure="Install its CUDA build and the driver, or measure with --device cpu",
            )
        self.device = torch.device(device)
        # What an earlier process compiled and kept on disk would be no part of the first call.
        torch.compiler.config.force_disable_caches = True
        # The newer `fp32_precision` would say it in one line, but torch.compile still asks these.
        torch.backends.cuda.matmul.allow_tf32 = False
        torch.backends.cudnn.allow_tf32 = False

    def finish(self) -> None:
        """Wait until the card has done all that was queued; a CPU queues nothing."""
        if self.device.type == "cuda":
            torch.cuda.synchronize()

    def versions(self) -> dict[str, str]:
        cuda = {"cuda": str(torch.version.cuda)} if self.device.type == "cuda" else {}
        return {"torch": str(torch.__version__), "numpy": np.__version__, **cuda}

    def flags(self) -> dict[str, Flag]:
        return {
            **self.threads(),
            "onednn": bool(torch.backends.mkldnn.enabled),
            "matmul_precision": torch.get_float32_matmul_precision(),
            "tf32": torch.backends.cuda.matmul.allow_tf32 or torch.backends.cudnn.allow_tf32,
            "cudnn_benchmark": torch.backends.cudnn.benchmark,
            "default_dtype": str(torch.get_default_dtype()).removeprefix("torch."),
            "deterministic": torch.are_deterministic_algorithms_enabled(),
            "compiler_caches": not torch.compiler.config.force_disable_caches,
        }

    def peak_device_bytes(self) -> int | None:
        return torch.cuda.max_memory_allocated() if self.device.type == "cuda" else None


@cache
def start_compiler() -> None:
    """Compile something small, once in a process.

    What the compiler does the first time, such as asking the C++ compiler for the processor's
    instructions, takes twenty seconds. They would count as the first call of whichever task comes
    first; they are part of the start of a process, and are measured there.
    """

    @torch.compile(dynamic=False)
    def small(inputs: Tensor, weights: Tensor) -> Tensor:
        return torch.relu(inputs @ weights).sum()

    weights = torch.ones(64, 64, device=RUNTIME.device, requires_grad=True)
    small(torch.ones(64, 64, device=RUNTIME.device), weights).backward()


def count_flops(model: nn.Module, forward: Callable[[], object]) -> int | None:
    """What PyTorch's own counter sees of `forward`, a pass through `model` with gradients on.

    Recurrent layers run as one fused kernel, which it cannot look into; attention, which does so
    too where it may, is asked for its plain form. Gradients are on because without them an encoder
    layer is a fused kernel as a whole.
    """
    if any(isinstance(module, nn.RNNBase) for module in model.modules()):
        return None
    plain = sdpa_kernel(SDPBackend.MATH)
    eager = torch.compiler.set_stance("force_eager")
    with FlopCounterMode(display=False) as counter, plain, eager:
        forward()
    return counter.get_total_flops()


RUNTIME = PytorchRuntime()
