"""A whole measurement: check, lock, gate, then one process after another.

Finished run files are never touched again. An interruption keeps them, and `resume` runs only the
processes whose file is missing, as part of the same session.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import importlib.util
import time
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from advisor.errors import MeasureError, Problem
from advisor.measure.child import stoppable
from advisor.measure.fingerprint import fingerprint
from advisor.measure.gate import Refusals, agreement
from advisor.measure.launch import Session, launch, write_without_samples
from advisor.measure.load import Load, Look, look, wait_until_quiet
from advisor.measure.lock import default_lock, locked
from advisor.measure.plan import FULL, PHASES, Profile, Replicate, plan
from advisor.measure.progress import Event, Listener, ignore
from advisor.model import Stack
from advisor.resources import laboratory as own_laboratory
from advisor.runs import machine_slug, own_results, read_run

__all__ = [
    "BenchResult",
    "Choices",
    "Preview",
    "Remaining",
    "bench",
    "missing_modules",
    "preview",
]

#: What a stack needs to be installed, and the extra that installs it.
MODULES = {
    "keras-tensorflow": (("keras", "tensorflow"), "keras"),
    "tensorflow-graph": (("tensorflow",), "tensorflow"),
    "pytorch-eager": (("torch",), "torch"),
}
LABORATORY_MODULES = ("pytest", "pytest_benchmark")

#: The gate takes about this long for one stack and task.
GATE_SECONDS = 10.0


@dataclass(frozen=True, kw_only=True)
class Choices:
    """What to measure and where; everything after `tasks` has a sensible default.

    `out` is the folder that will hold the session's folder. `needs` maps a stack to the modules
    that it imports and to the extra that installs them. `look` tells how busy the machine is.
    """

    stacks: tuple[Stack, ...]
    tasks: tuple[str, ...]
    phases: tuple[str, ...] = PHASES
    profile: Profile = FULL
    out: Path = field(default_factory=own_results)
    resume: bool = False
    laboratory: Path = field(default_factory=own_laboratory)
    lock: Path = field(default_factory=default_lock)
    needs: Mapping[str, tuple[Collection[str], str]] = field(default_factory=lambda: MODULES)
    timeout_seconds: float | None = None
    look: Look = look

    def planned(self, folder: Path, refused: Collection[tuple[str, str]] = ()) -> list[Replicate]:
        """Every process of the session that has no run file in `folder` yet."""
        replicates = plan(
            self.stacks,
            self.tasks,
            folder=folder,
            phases=self.phases,
            profile=self.profile,
            refused=refused,
        )
        return [replicate for replicate in replicates if not replicate.out.exists()]


@dataclass(frozen=True)
class Preview:
    """What would be done: the processes in their order, and about how long they take."""

    folder: Path
    replicates: tuple[Replicate, ...]
    seconds: float


@dataclass(frozen=True)
class BenchResult:
    """What was done: names of run files in `folder`, by how they ended.

    `failed` and `refused` map to the reason; a failed process has a run file as well.
    """

    folder: Path
    finished: tuple[str, ...]
    failed: Mapping[str, str]
    refused: Refusals
    seconds: float


def preview(choices: Choices) -> Preview:
    """What `bench` would do now; nothing is started or written."""
    folder, _ = _place(choices, machine_slug(fingerprint()))
    replicates = choices.planned(folder)
    gate = GATE_SECONDS * len({(each.stack, task) for each in replicates for task in each.tasks})
    return Preview(folder, tuple(replicates), gate + Remaining(replicates).seconds)


def bench(choices: Choices, *, progress: Listener = ignore) -> BenchResult:
    """Measure; about `preview(choices).seconds` long. `progress` hears of every step.

    Raises MeasureError if a framework is missing, if another measurement is running, if the
    folder cannot be written, or after an interruption (SIGINT, SIGTERM), which keeps all
    finished run files.
    """
    start = time.monotonic()
    _check_installed(choices)
    machine = fingerprint()
    with locked(choices.lock), stoppable():
        folder, session_id = _place(choices, machine_slug(machine))
        session = Session(id=session_id, machine=machine, laboratory=choices.laboratory)
        _make(folder)
        try:
            refused = _gate(choices, session, folder, progress)
            finished, failed = _replicates(choices, session, folder, refused, progress)
        except KeyboardInterrupt:
            raise _interrupted(folder) from None
    return BenchResult(folder, finished, failed, refused, time.monotonic() - start)


def missing_modules(choices: Choices) -> dict[str, tuple[str, ...]]:
    """The extra to install and the modules it would bring, for what is not there."""
    wanted: defaultdict[str, list[str]] = defaultdict(list)
    wanted["bench"] += LABORATORY_MODULES
    for stack in choices.stacks:
        modules, extra = choices.needs.get(stack.id, ((), "bench"))
        wanted[extra] += modules
    absent = {
        extra: tuple(name for name in modules if importlib.util.find_spec(name) is None)
        for extra, modules in wanted.items()
    }
    return {extra: modules for extra, modules in absent.items() if modules}


def _check_installed(choices: Choices) -> None:
    problems = [
        Problem(
            where="advisor bench",
            what=f"{' and '.join(modules)} not installed",
            cure=f'Install with `pip install "advisor[{extra}]"`, or leave the stack out',
        )
        for extra, modules in missing_modules(choices).items()
    ]
    if problems:
        raise MeasureError(problems)


def _place(choices: Choices, slug: str) -> tuple[Path, str]:
    """The session's folder and id: new ones, or those that are to be resumed."""
    # Absolute, since a measuring process works in another folder.
    out = choices.out.resolve()
    if choices.resume:
        return _resumed(out, slug)
    now = dt.datetime.now(dt.UTC)
    base = out / f"{now:%Y-%m-%d}-{slug}"
    number, folder = 1, base
    while folder.exists() and any(folder.iterdir()):
        number += 1
        folder = base.with_name(f"{base.name}-{number}")
    return folder, f"{now:%Y%m%dT%H%M%SZ}"


def _resumed(out: Path, slug: str) -> tuple[Path, str]:
    """The newest session of this machine below `out`, by what its run files say."""
    found = [
        (read_run(path).content.advisor.session, path.parent)
        for path in sorted(out.glob(f"*-{slug}*/*.json"))
    ]
    if not found:
        raise MeasureError(
            Problem(
                where=str(out),
                what="there is no session of this machine to resume (a changed Python, kernel or"
                " number of cores makes it another machine)",
                cure="Start a new session without --resume",
            )
        )
    session, folder = max(found)
    return folder, session


def _make(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise MeasureError(
            Problem(str(folder), f"cannot be made: {error.strerror}", "Choose another --out")
        ) from error


def _interrupted(folder: Path) -> MeasureError:
    kept = len(list(folder.glob("*.json")))
    if not kept:
        with contextlib.suppress(OSError):
            folder.rmdir()
        return MeasureError(
            Problem(
                "advisor bench",
                "interrupted before the first process had ended",
                "Nothing was kept; start again",
            )
        )
    return MeasureError(
        Problem(
            where=str(folder),
            what=f"interrupted; the {kept} run files that were finished are kept",
            cure=f"Go on with `advisor bench --resume --out {folder.parent}`",
        )
    )


def _gate(choices: Choices, session: Session, folder: Path, progress: Listener) -> Refusals:
    """Check agreement for all that is still to be measured, and record who is refused."""
    waiting = choices.planned(folder)
    if not waiting:
        return {}
    remaining = Remaining(waiting)

    def tell(text: str) -> None:
        progress(Event(text, 0, len(waiting), remaining.seconds))

    stacks = [each.id for each in choices.stacks if each.id in {wait.stack for wait in waiting}]
    refused = agreement(
        stacks,
        choices.tasks,
        laboratory=choices.laboratory,
        threads=int(session.machine["cores"]),
        told=tell,
    )
    for replicate, reasons in _refusals(choices, folder, refused):
        if not replicate.out.exists():
            write_without_samples(
                replicate, session, NOT_STARTED, outcome="refused", reasons=reasons
            )
    return refused


#: The load of a process that was never started.
NOT_STARTED = Load(load=0.0, steal=0.0, waited_seconds=0.0, busy=False)


def _refusals(
    choices: Choices, folder: Path, refused: Refusals
) -> Iterator[tuple[Replicate, dict[str, str]]]:
    """For each stack that is refused something: what it would have measured, and the reasons."""
    for stack in choices.stacks:
        reasons = {
            task: why for (refused_stack, task), why in refused.items() if refused_stack == stack.id
        }
        if reasons:
            yield (
                Replicate(
                    stack=stack.id,
                    framework=stack.framework,
                    phases=choices.phases,
                    tasks=tuple(reasons),
                    index=0,
                    out=folder / f"{stack.id}-agreement-0.json",
                    arguments=(),
                    expected_seconds=0.0,
                ),
                reasons,
            )


def _replicates(
    choices: Choices, session: Session, folder: Path, refused: Refusals, progress: Listener
) -> tuple[tuple[str, ...], dict[str, str]]:
    """Run what is missing, one process at a time: names that finished, and failures by name."""
    waiting = choices.planned(folder, refused)
    remaining = Remaining(waiting)
    failed: dict[str, str] = {}
    failure = ""
    for done, replicate in enumerate(waiting):
        text = f"{replicate.stack} {replicate.group}, replicate {replicate.index}"
        progress(Event(text, done, len(waiting), remaining.seconds, failure))
        start = time.monotonic()
        load = wait_until_quiet(choices.profile.wait_seconds, look=choices.look)
        failure = launch(replicate, session, load, timeout_seconds=choices.timeout_seconds)
        remaining.ended(replicate, time.monotonic() - start)
        if failure:
            failed[replicate.out.name] = failure
            failure = f"{text}: {failure}"
    if waiting:
        progress(Event("done", len(waiting), len(waiting), 0.0, failure))
    names = [replicate.out.name for replicate in waiting]
    return tuple(name for name in names if name not in failed), failed


class Remaining:
    """How long the processes that have not ended will take, learnt from those that have."""

    def __init__(self, replicates: Sequence[Replicate]) -> None:
        self._waiting = list(replicates)
        self._seen: defaultdict[tuple[str, str], list[float]] = defaultdict(list)

    def ended(self, replicate: Replicate, seconds: float) -> None:
        """Learn that a replicate took so long."""
        self._waiting.remove(replicate)
        self._seen[replicate.stack, replicate.group].append(seconds)

    @property
    def seconds(self) -> float:
        """The estimate for all that wait."""
        return sum(map(self._expected, self._waiting))

    def _expected(self, replicate: Replicate) -> float:
        """The mean of the same stack and phases, or of the same phases, or the first guess."""
        same = self._seen.get((replicate.stack, replicate.group))
        alike = [
            seconds
            for (_, group), times in self._seen.items()
            for seconds in times
            if group == replicate.group
        ]
        known = same or alike
        return sum(known) / len(known) if known else replicate.expected_seconds
