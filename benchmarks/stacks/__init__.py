"""The stacks, by id. A module is imported only when its stack is opened.

To add a stack, write one module that meets `protocol.Stack` and add its line here.
"""

import sys
from dataclasses import dataclass
from importlib import import_module

from benchmarks.errors import LaboratoryError
from benchmarks.stacks.protocol import Stack

__all__ = ["STACKS", "Entry", "foreign_frameworks", "open_stack"]

#: Top-level modules that mark a framework or backend as loaded.
FRAMEWORK_MODULES = frozenset({"jax", "keras", "tensorflow", "torch"})


@dataclass(frozen=True)
class Entry:
    """A stack: its framework, the module here that runs it, and what that may load.

    `import tensorflow` loads Keras by itself, so a TensorFlow stack may hold it.
    """

    framework: str
    module: str
    loads: frozenset[str]


STACKS = {
    "keras-tensorflow": Entry("keras", "keras", frozenset({"keras", "tensorflow"})),
    "tensorflow-graph": Entry("tensorflow", "tensorflow", frozenset({"keras", "tensorflow"})),
    "pytorch-eager": Entry("pytorch", "pytorch", frozenset({"torch"})),
}


def open_stack(stack_id: str, threads: int) -> Stack:
    """Import the stack's framework, limit it to `threads`, and return the stack.

    LaboratoryError if another framework is in this process, or the limit does not hold.
    """
    _refuse_company(stack_id)
    stack: Stack = import_module(f"{__name__}.{STACKS[stack_id].module}").STACK
    stack.limit_threads(threads)
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
    allowed = STACKS[stack_id].loads if stack_id else frozenset[str]()
    return FRAMEWORK_MODULES.intersection(sys.modules) - allowed


def _refuse_company(stack_id: str) -> None:
    if foreign := foreign_frameworks(stack_id):
        raise LaboratoryError(
            f"stack {stack_id}",
            f"this process also holds {', '.join(sorted(foreign))}",
            cure="Measure every stack in a fresh process",
        )
