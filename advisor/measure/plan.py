"""Which processes will run, in which order: pure data from a few choices.

    round 0   startup: A B C   train-predict: A B C
    round 1   startup: B C A   train-predict: B C A
    round 2   startup: C A B   train-predict: C A B

All stacks of a round run next to each other, so that a slow minute hits all of them and their
replicates can be compared pairwise; the order rotates, so that no stack is always the first.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

from advisor.model import Stack

__all__ = ["FULL", "METRICS", "PHASES", "QUICK", "Profile", "Replicate", "plan"]

#: The metrics of each phase, in the order of measuring.
METRICS = {
    "startup": ("startup-seconds",),
    "train": ("step-seconds",),
    "predict": ("latency-seconds", "batch-seconds"),
}
PHASES = tuple(METRICS)

#: Phases that share a process. Startup is timed from a process that holds no framework.
GROUPS = (("startup",), ("train", "predict"))

#: A first guess at the seconds per task, until the first process has ended.
EXPECTED_SECONDS = {"startup": 20.0, "train": 15.0, "predict": 10.0}

#: A process that takes this many times longer than expected hangs.
PATIENCE = 20


@dataclass(frozen=True, kw_only=True)
class Profile:
    """How thoroughly is measured; `arguments` go to the laboratory as they are."""

    replicates: int
    wait_seconds: float
    arguments: tuple[str, ...] = ()


QUICK = Profile(replicates=3, wait_seconds=10)
FULL = Profile(replicates=5, wait_seconds=60)


@dataclass(frozen=True, kw_only=True)
class Replicate:
    """One process to start: plain data.

    `arguments` follow the Python interpreter and leave out where the result goes; `out` is the run
    file that will exist afterwards, whatever happens to the process.
    """

    stack: str
    framework: str
    phases: tuple[str, ...]
    tasks: tuple[str, ...]
    index: int
    out: Path
    arguments: tuple[str, ...]
    expected_seconds: float

    @property
    def group(self) -> str:
        """The name of the phases that share the process."""
        return "-".join(self.phases)

    @property
    def timeout_seconds(self) -> float:
        """After this long the process is taken to hang."""
        return self.expected_seconds * PATIENCE

    @property
    def measurements(self) -> tuple[tuple[str, str, str], ...]:
        """Every (task, phase, metric) that the process is to measure."""
        return tuple(
            (task, phase, metric)
            for task in self.tasks
            for phase in self.phases
            for metric in METRICS[phase]
        )


def plan(
    stacks: Sequence[Stack],
    tasks: Sequence[str],
    *,
    folder: Path,
    phases: Collection[str] = PHASES,
    profile: Profile = FULL,
    refused: Collection[tuple[str, str]] = (),
) -> tuple[Replicate, ...]:
    """Every process of a session, in the order of running; `folder` will hold the run files.

    `refused` names pairs of stack and task that are left out. KeyError for an unknown phase.
    """
    for phase in phases:
        METRICS[phase]
    groups = [tuple(phase for phase in group if phase in phases) for group in GROUPS]
    return tuple(
        _replicate(stack, allowed, group, index, folder, profile)
        for index in range(profile.replicates)
        for group in groups
        if group
        for stack in _rotated(stacks, index)
        if (allowed := tuple(task for task in tasks if (stack.id, task) not in refused))
    )


def _rotated(stacks: Sequence[Stack], by: int) -> list[Stack]:
    start = by % len(stacks) if stacks else 0
    return [*stacks[start:], *stacks[:start]]


def _replicate(
    stack: Stack,
    tasks: tuple[str, ...],
    phases: tuple[str, ...],
    index: int,
    folder: Path,
    profile: Profile,
) -> Replicate:
    suites = [f"benchmarks/test_{phase}.py" for phase in phases]
    chosen = [word for task in tasks for word in ("--task", task)]
    options = ["-c", "benchmarks/pytest.ini", "-p", "no:cacheprovider"]
    return Replicate(
        stack=stack.id,
        framework=stack.framework,
        phases=phases,
        tasks=tasks,
        index=index,
        out=folder / f"{stack.id}-{'-'.join(phases)}-{index}.json",
        arguments=(
            *("-m", "pytest", *options, *suites, "--stack", stack.id, *chosen),
            *profile.arguments,
        ),
        expected_seconds=len(tasks) * sum(EXPECTED_SECONDS[phase] for phase in phases),
    )
