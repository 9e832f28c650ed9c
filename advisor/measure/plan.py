"""Which processes will run, in which order: pure data from a few choices.

    round 0   startup: A B C   train-predict: A B C   fit: A B C ...
    round 1   startup: B C A   train-predict: B C A   fit: B C A ...
    round 2   startup: C A B   train-predict: C A B   fit: C A B ...

All stacks of a round run next to each other, so that a slow minute hits all of them and their
replicates can be compared pairwise; the order rotates, so that no stack is always the first. In an
A/A study every stack runs twice where it would run once.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from advisor.measure.expected import expected_seconds
from advisor.model import Metric, Stack

__all__ = ["AA", "FULL", "PHASES", "QUICK", "STANDARD", "Plan", "Profile", "Replicate", "Wanted"]

#: Phases that share a process. Startup and memory are taken from processes that hold no framework;
#: an epoch, a lesson and an export leave behind what the next should not find.
GROUPS = (
    ("startup",),
    ("train", "predict"),
    ("fit",),
    ("learn",),
    ("export",),
    ("memory",),
    ("harness",),
)
PHASES = tuple(phase for group in GROUPS for phase in group)

#: A process that takes this many times longer than expected hangs; the shortest one gets so long.
PATIENCE = 8
SHORTEST_TIMEOUT_SECONDS = 300.0

#: Whether a stack measures a task in a phase.
Wanted = Callable[[Stack, str, str], bool]


@dataclass(frozen=True, kw_only=True)
class Profile:
    """How thoroughly is measured.

    `arguments` go to the laboratory as they are; `pace` is how long a process takes with them,
    relative to one without.
    """

    replicates: int
    wait_seconds: float
    phases: tuple[str, ...] = PHASES
    arguments: tuple[str, ...] = ()
    pace: float = 1.0


#: Half a second of samples for each timing, in which even the slowest call is sampled three times.
QUICK = Profile(
    replicates=3,
    wait_seconds=10,
    phases=("train", "predict"),
    arguments=("--seconds", "0.5"),
    pace=0.6,
)
STANDARD = Profile(replicates=5, wait_seconds=60, arguments=("--seconds", "2"))
FULL = STANDARD
#: Twins cost twice, so they are timed where most decisions are.
AA = Profile(
    replicates=5, wait_seconds=60, phases=("train", "predict"), arguments=("--seconds", "2")
)


@dataclass(frozen=True, kw_only=True)
class Replicate:
    """One process to start: plain data.

    `arguments` follow the Python interpreter and leave out where the result goes; `out` is the run
    file that will exist afterwards, whatever happens to the process. `twin` is 0 or 1 in an A/A
    study. `measurements` are the (task, phase, metric) that the file will speak of.
    """

    stack: str
    framework: str
    phases: tuple[str, ...]
    tasks: tuple[str, ...]
    index: int
    out: Path
    arguments: tuple[str, ...]
    expected_seconds: float
    measurements: tuple[tuple[str, str, str], ...] = ()
    twin: int | None = None

    @property
    def group(self) -> str:
        """The name of the phases that share the process."""
        return "-".join(self.phases)

    @property
    def title(self) -> str:
        """What a person calls it."""
        twin = "" if self.twin is None else f", twin {self.twin}"
        return f"{self.stack} {self.group}, replicate {self.index}{twin}"

    @property
    def timeout_seconds(self) -> float:
        """After this long the process is taken to hang."""
        return max(SHORTEST_TIMEOUT_SECONDS, self.expected_seconds * PATIENCE)

    def as_dict(self) -> dict[str, Any]:
        """Itself in JSON types, for a launcher on another machine or of another kind."""
        return {**asdict(self), "out": str(self.out), "timeout_seconds": self.timeout_seconds}


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What every round of a session holds; `folder` will hold the run files.

    `wanted` says what is measured at all. In a study every process has a twin.
    """

    stacks: Sequence[Stack]
    tasks: Sequence[str]
    phases: Sequence[str]
    profile: Profile
    folder: Path
    metrics: Sequence[Metric]
    wanted: Wanted
    study: bool = False

    def rounds(self, count: int) -> tuple[Replicate, ...]:
        """Every process of the first rounds, in the order of running."""
        return tuple(replicate for index in range(count) for replicate in self.round(index))

    def round(self, index: int, wanted: Wanted | None = None) -> tuple[Replicate, ...]:
        """Every process of one round; `wanted` may ask for less than the plan's own."""
        return tuple(self._round(index, wanted or self.wanted))

    def _round(self, index: int, wanted: Wanted) -> Iterator[Replicate]:
        for group in GROUPS:
            for stack in _rotated(self.stacks, index):
                for phases, tasks in self._processes(stack, group, wanted):
                    for twin in (0, 1) if self.study else (None,):
                        yield self._replicate(stack, phases, tasks, index, twin)

    def _processes(
        self, stack: Stack, group: Iterable[str], wanted: Wanted
    ) -> Iterator[tuple[tuple[str, ...], tuple[str, ...]]]:
        """Phases and tasks of each process: tasks that want the same phases of a group share it."""
        sharing: defaultdict[tuple[str, ...], list[str]] = defaultdict(list)
        for task in self.tasks:
            asked = (phase for phase in group if phase in self.phases)
            sharing[tuple(phase for phase in asked if wanted(stack, task, phase))].append(task)
        for phases, tasks in sorted(sharing.items()):
            if phases:
                yield phases, tuple(tasks)

    def _replicate(
        self,
        stack: Stack,
        phases: tuple[str, ...],
        tasks: tuple[str, ...],
        index: int,
        twin: int | None,
    ) -> Replicate:
        suites = [f"benchmarks/test_{phase}.py" for phase in phases]
        chosen = [word for task in tasks for word in ("--task", task)]
        options = ["-c", "benchmarks/pytest.ini", "-p", "no:cacheprovider"]
        name = f"{stack.id}-{'-'.join(phases)}-{index}" + ("" if twin is None else f"-twin-{twin}")
        return Replicate(
            stack=stack.id,
            framework=stack.framework,
            phases=phases,
            tasks=tasks,
            index=index,
            out=self.folder / f"{name}.json",
            arguments=(
                *("-m", "pytest", *options, *suites, "--stack", stack.id, *chosen),
                *self.profile.arguments,
            ),
            expected_seconds=self.profile.pace * expected_seconds(stack, phases, len(tasks)),
            measurements=self.measurements(stack, phases, tasks),
            twin=twin,
        )

    def measurements(
        self, stack: Stack, phases: Iterable[str], tasks: Iterable[str], *, formats: bool = True
    ) -> tuple[tuple[str, str, str], ...]:
        """Every (task, phase, metric) that these stand for.

        Of what is exported to a format one metric stands for all, and without `formats` one format
        for all.
        """
        ids = {phase: _standing_for(self.metrics, stack, phase, formats) for phase in phases}
        return tuple(
            (task, phase, id) for task in tasks for phase, found in ids.items() for id in found
        )


def _standing_for(
    metrics: Iterable[Metric], stack: Stack, phase: str, formats: bool
) -> tuple[str, ...]:
    """The ids of a phase's metrics that a stack can have, one for each format."""
    found: dict[str, str] = {}
    for metric in metrics:
        able = not metric.frameworks or stack.framework in metric.frameworks
        if metric.phase == phase and able:
            kind = "any format" if metric.format and not formats else metric.format
            found.setdefault(kind or metric.id, metric.id)
    return tuple(found.values())


def _rotated(stacks: Sequence[Stack], by: int) -> list[Stack]:
    start = by % len(stacks) if stacks else 0
    return [*stacks[start:], *stacks[:start]]
