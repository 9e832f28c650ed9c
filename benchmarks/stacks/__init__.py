"""The stacks, by id. A module is imported only when one of its stacks is opened.

To add a stack, add its line here and to the `STACKS` of its framework's module; a new framework
brings a module whose parts meet `protocol`.
"""

import os
from dataclasses import dataclass
from importlib import import_module

from benchmarks.errors import LaboratoryError
from benchmarks.stacks.company import hidden, loaded
from benchmarks.stacks.protocol import Device, Stack

__all__ = ["DEVICES", "STACKS", "Entry", "foreign_frameworks", "open_stack"]

DEVICES: tuple[Device, ...] = ("cpu", "cuda")


@dataclass(frozen=True)
class Entry:
    """A stack: its framework, the module here that runs it, and what that may load.

    `import tensorflow` loads Keras by itself, so a TensorFlow stack may hold it.
    """

    framework: str
    module: str
    loads: frozenset[str]


_ON_TENSORFLOW = frozenset({"keras", "tensorflow"})
_ON_TORCH = frozenset({"keras", "torch"})
#: SciPy is one of JAX's own dependencies.
_ON_JAX = frozenset({"keras", "jax", "scipy"})
_TORCH = frozenset({"torch"})

STACKS = {
    "keras-tensorflow": Entry("keras", "keras_tensorflow", _ON_TENSORFLOW),
    "keras-torch": Entry("keras", "keras_torch", _ON_TORCH),
    "keras-jax": Entry("keras", "keras_jax", _ON_JAX),
    "keras-bfloat16": Entry("keras", "keras_tensorflow", _ON_TENSORFLOW),
    "tensorflow-graph": Entry("tensorflow", "tensorflow", _ON_TENSORFLOW),
    "tensorflow-eager": Entry("tensorflow", "tensorflow", _ON_TENSORFLOW),
    "tensorflow-xla": Entry("tensorflow", "tensorflow", _ON_TENSORFLOW),
    "tensorflow-bfloat16": Entry("tensorflow", "tensorflow", _ON_TENSORFLOW),
    "pytorch-eager": Entry("pytorch", "pytorch", _TORCH),
    "pytorch-compile": Entry("pytorch", "pytorch", _TORCH),
    "pytorch-channels-last": Entry("pytorch", "pytorch", _TORCH),
    "pytorch-bfloat16": Entry("pytorch", "pytorch", _TORCH),
}


def open_stack(stack_id: str, threads: int, device: Device = "cpu") -> Stack:
    """Import the stack's framework, keep it to `threads` and to the device; return the stack.

    LaboratoryError if another framework is in this process, if the limit does not hold, or if
    there is no such device.
    """
    _refuse_company(stack_id)
    entry = STACKS[stack_id]
    _hide_cards(device)
    with hidden(entry.loads):
        stack: Stack = import_module(f"{__name__}.{entry.module}").STACKS[stack_id]
    stack.runtime.limit_threads(threads)
    stack.runtime.use(device)
    _refuse_company(stack_id)
    if any(count != threads for count in stack.threads().values()):
        raise LaboratoryError(
            f"stack {stack_id}",
            f"{threads} threads were asked for, and it reports {stack.threads()}",
            cure="Start a fresh process: threads can be set only before the first computation",
        )
    return stack


def foreign_frameworks(stack_id: str | None) -> frozenset[str]:
    """Framework modules loaded in this process that the stack has no business with.

    None stands for a process that should hold no framework at all.
    """
    return loaded(STACKS[stack_id].loads if stack_id else ())


def _hide_cards(device: Device) -> None:
    """On the CPU no framework may even see a card: several would take it without being asked."""
    if device == "cpu":
        os.environ["CUDA_VISIBLE_DEVICES"] = "-1"
        os.environ["JAX_PLATFORMS"] = "cpu"


def _refuse_company(stack_id: str) -> None:
    if foreign := foreign_frameworks(stack_id):
        raise LaboratoryError(
            f"stack {stack_id}",
            f"this process also holds {', '.join(sorted(foreign))}",
            cure="Measure every stack in a fresh process",
        )
