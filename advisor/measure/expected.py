"""About how long a process will take, before any has ended, on two cores.

They are for the plan that is shown beforehand, and for knowing when a process hangs; once the first
processes have ended, what they took counts instead.
"""

from collections.abc import Iterable

from advisor.model import Stack

__all__ = ["expected_seconds", "gate_seconds"]

#: The interpreter, the laboratory and the framework, before the first task; and where the process
#: itself loads no framework, because it leaves the work to children.
START_SECONDS = 6.0
PARENT_SECONDS = 2.0
PARENTS = ("startup", "memory")

#: One task in one phase, from building the model to the last sample, as seen on two machines.
TASK_SECONDS = {
    "startup": 8.5,
    "train": 3.5,
    "predict": 3.0,
    "fit": 7.0,
    "learn": 32.0,
    "export": 47.0,
    "memory": 12.0,
    "harness": 2.0,
}

#: What a back end's compiler takes of its own for one task, where the mode is "compiled".
#: PyTorch's was 3 to 25 s for a training step, as seen on 2026-11-26, and 2 to 8 s for predictions.
COMPILE_SECONDS = {"PyTorch": 13.0, "TensorFlow": 2.0, "JAX": 2.0}

#: The gate for one stack and task: gradients, ten steps and outputs.
GATE_SECONDS = 4.0


def expected_seconds(stack: Stack, phases: Iterable[str], tasks: int) -> float:
    """About how long a stack takes for so many tasks, each in all of the phases."""
    chosen = tuple(phases)
    start = PARENT_SECONDS if set(chosen) <= set(PARENTS) else START_SECONDS
    return start + tasks * sum(TASK_SECONDS[phase] + _compiling(stack) for phase in chosen)


def gate_seconds(stack: Stack, tasks: int) -> float:
    """About how long the gate takes for a stack and so many tasks."""
    return START_SECONDS + tasks * (GATE_SECONDS + _compiling(stack))


def _compiling(stack: Stack) -> float:
    return COMPILE_SECONDS.get(stack.backend, 0.0) if stack.mode == "compiled" else 0.0
