"""A whole measurement: check, lock, gate, then one process after another.

Finished run files are never touched again. An interruption keeps them, and `resume` runs only the
processes whose file is missing, as part of the same session. With a budget of time, rounds are
added after the planned ones for what is not decided yet.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import importlib.util
import itertools
import time
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from advisor.errors import MeasureError, Problem
from advisor.measure.child import stoppable
from advisor.measure.enough import undecided
from advisor.measure.expected import gate_seconds
from advisor.measure.fingerprint import fingerprint
from advisor.measure.gate import Refusals, agreement
from advisor.measure.launch import NOT_STARTED, Session, launch, write_without_samples
from advisor.measure.load import Look, look, wait_until_quiet
from advisor.measure.lock import default_lock, locked
from advisor.measure.plan import PHASES, STANDARD, Plan, Profile, Replicate
from advisor.measure.progress import Event, Listener, ignore
from advisor.model import Catalog, Stack
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

LABORATORY_MODULES = ("pytest", "pytest_benchmark")

#: So many rounds and no more, however large the budget.
MOST_ROUNDS = 50


@dataclass(frozen=True, kw_only=True)
class Choices:
    """What to measure and where; everything after `tasks` has a sensible default.

    `complete` measures what the catalog would leave out. `out` is the folder that will hold the
    session's folder. In a `study` every process has a twin. `budget_seconds` is for rounds beyond
    those of the profile. `look` tells how busy the machine is.
    """

    catalog: Catalog
    stacks: tuple[Stack, ...]
    tasks: tuple[str, ...]
    phases: tuple[str, ...] = PHASES
    profile: Profile = STANDARD
    complete: bool = False
    study: bool = False
    device: str = "cpu"
    budget_seconds: float | None = None
    out: Path = field(default_factory=own_results)
    resume: bool = False
    laboratory: Path = field(default_factory=own_laboratory)
    lock: Path = field(default_factory=default_lock)
    timeout_seconds: float | None = None
    look: Look = look

    def plan(self, folder: Path, refused: Refusals | None = None) -> Plan:
        """What each round holds, without the pairs of stack and task that are `refused`."""
        return Plan(
            stacks=self.stacks,
            tasks=self.tasks,
            phases=self.phases,
            profile=self.profile,
            folder=folder,
            metrics=self.catalog.metrics,
            wanted=lambda stack, task, phase: (
                (stack.id, task) not in (refused or {}) and not self.omitted(stack, task, phase)
            ),
            study=self.study,
        )

    def omitted(self, stack: Stack, task: str, phase: str) -> str:
        """Why the catalog leaves this measurement out, or "" if it is wanted."""
        default = stack.id in {each.id for each in self.catalog.default_stacks}
        reasons = (
            omission.reason
            for omission in self.catalog.omissions
            if omission.covers(stack, task, phase, default=default)
        )
        return "" if self.complete else next(reasons, "")

    def left_out(self, stack: Stack) -> dict[tuple[str, str], str]:
        """Reasons by task and phase for all that the stack does not measure."""
        asked = itertools.product(self.tasks, self.phases)
        reasons = {(task, phase): self.omitted(stack, task, phase) for task, phase in asked}
        return {place: reason for place, reason in reasons.items() if reason}


@dataclass(frozen=True)
class Preview:
    """What would be done: the processes in their order, and about how long they take."""

    session: Session
    folder: Path
    replicates: tuple[Replicate, ...]
    gate_seconds: float
    left_out: Mapping[str, Mapping[tuple[str, str], str]]

    @property
    def seconds(self) -> float:
        """About how long the whole takes."""
        return self.gate_seconds + sum(self.group_seconds.values())

    @property
    def group_seconds(self) -> dict[str, float]:
        """About how long the processes of each group of phases take, in the order of running."""
        found: dict[str, float] = {}
        for replicate in self.replicates:
            spent = found.get(replicate.group, 0.0)
            found[replicate.group] = spent + replicate.expected_seconds
        return found


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
    session, folder = _session(choices)
    waiting = _waiting(choices.plan(folder).rounds(choices.profile.replicates))
    stacks = {stack.id: stack for stack in choices.stacks}
    checked = {stack: len(tasks) for stack, tasks in _to_check(waiting).items()}
    return Preview(
        session=session,
        folder=folder,
        replicates=tuple(waiting),
        gate_seconds=sum(gate_seconds(stacks[id], tasks) for id, tasks in checked.items()),
        left_out={stack.id: choices.left_out(stack) for stack in choices.stacks},
    )


def bench(choices: Choices, *, progress: Listener = ignore) -> BenchResult:
    """Measure; about `preview(choices).seconds` long. `progress` hears of every step.

    Raises MeasureError if a framework is missing, if another measurement is running, if the
    folder cannot be written, or after an interruption (SIGINT, SIGTERM), which keeps all
    finished run files.
    """
    start = time.monotonic()
    _check_installed(choices)
    with locked(choices.lock), stoppable():
        session, folder = _session(choices)
        _make(folder)
        try:
            refused = _gate(choices, session, folder, progress)
            _record_omissions(choices, session, folder)
            work = _Work(choices, session, progress, start)
            work.do(choices.plan(folder, refused))
        except KeyboardInterrupt:
            raise _interrupted(folder) from None
    seconds = time.monotonic() - start
    return BenchResult(folder, tuple(work.finished), work.failed, refused, seconds)


def _session(choices: Choices) -> tuple[Session, Path]:
    machine = fingerprint(choices.device)
    folder, id = _place(choices, machine_slug(machine))
    return Session(id=id, machine=machine, laboratory=choices.laboratory), folder


def _waiting(replicates: Iterable[Replicate]) -> list[Replicate]:
    """Those that have no run file yet."""
    return [replicate for replicate in replicates if not replicate.out.exists()]


def _to_check(replicates: Iterable[Replicate]) -> dict[str, tuple[str, ...]]:
    """The tasks that each stack is going to measure."""
    found: defaultdict[str, dict[str, None]] = defaultdict(dict)
    for replicate in replicates:
        found[replicate.stack].update(dict.fromkeys(replicate.tasks))
    return {stack: tuple(tasks) for stack, tasks in found.items()}


def missing_modules(choices: Choices) -> dict[str, tuple[str, ...]]:
    """The extra to install and the modules it would bring, for what is not there."""
    wanted: defaultdict[str, list[str]] = defaultdict(list)
    wanted["bench"] += LABORATORY_MODULES
    for stack in choices.stacks:
        wanted[stack.extra or "bench"] += stack.modules
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
        return _resumed(out, slug, study=choices.study)
    now = dt.datetime.now(dt.UTC)
    base = out / f"{now:%Y-%m-%d}-{slug}"
    number, folder = 1, base
    while folder.exists() and any(folder.iterdir()):
        number += 1
        folder = base.with_name(f"{base.name}-{number}")
    return folder, f"{now:%Y%m%dT%H%M%SZ}"


def _resumed(out: Path, slug: str, *, study: bool) -> tuple[Path, str]:
    """The newest session of this machine below `out`, by what its run files say."""
    read = [read_run(path) for path in sorted(out.glob(f"*-{slug}*/*.json"))]
    found = [
        (file.content.advisor.session, file.path.parent)
        for file in read
        if (file.content.advisor.twin is not None) == study and file.content.advisor.outcomes
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
            cure=f"Go on with `advisor bench --resume --out {folder.parent}` and all other options"
            " as before",
        )
    )


def _gate(choices: Choices, session: Session, folder: Path, progress: Listener) -> Refusals:
    """Check agreement for all that is still to be measured, and record who is refused."""
    plan = choices.plan(folder)
    waiting = _waiting(plan.rounds(choices.profile.replicates))
    remaining = Remaining(waiting)

    def tell(text: str) -> None:
        progress(Event(text, 0, len(waiting), remaining.seconds))

    refused = agreement(
        _to_check(waiting),
        laboratory=choices.laboratory,
        device=choices.device,
        threads=int(session.machine["cores"]),
        told=tell,
    )
    for stack in choices.stacks:
        reasons = {
            (task, phase): why
            for (id, task), why in refused.items()
            for phase in choices.phases
            if id == stack.id
        }
        _record(plan, session, stack, "agreement", "refused", reasons)
    return refused


def _record_omissions(choices: Choices, session: Session, folder: Path) -> None:
    """Leave a run file that says what is not measured, and why: absence is a result."""
    plan = choices.plan(folder)
    for stack in choices.stacks if not choices.study else ():
        _record(plan, session, stack, "left-out", "missing", choices.left_out(stack))


def _record(
    plan: Plan,
    session: Session,
    stack: Stack,
    name: str,
    outcome: Literal["refused", "missing"],
    reasons: Mapping[tuple[str, str], str],
) -> None:
    """One run file without samples for all that a stack does not measure, unless it is there."""
    out = plan.folder / f"{stack.id}-{name}-0.json"
    if not reasons or out.exists():
        return
    tasks, phases = (tuple(dict.fromkeys(part)) for part in zip(*reasons, strict=True))
    replicate = Replicate(
        stack=stack.id,
        framework=stack.framework,
        phases=phases,
        tasks=tasks,
        index=0,
        out=out,
        arguments=(),
        expected_seconds=0.0,
        measurements=plan.measurements(stack, phases, tasks, formats=False),
        twin=0 if plan.study else None,
    )
    write_without_samples(replicate, session, NOT_STARTED, outcome=outcome, reasons=reasons)


class _Work:
    """Processes run one at a time, round after round; `finished` and `failed` are their files."""

    def __init__(
        self, choices: Choices, session: Session, progress: Listener, start: float
    ) -> None:
        self._choices, self._session, self._progress = choices, session, progress
        budget = choices.budget_seconds
        self._deadline = None if budget is None else start + budget
        self._remaining = Remaining(())
        self._failure = ""
        self.finished: list[str] = []
        self.failed: dict[str, str] = {}

    def do(self, plan: Plan) -> None:
        """Run what is missing of the planned rounds, then what the budget has room for."""
        self._run(_waiting(plan.rounds(self._choices.profile.replicates)))
        for index in range(self._choices.profile.replicates, MOST_ROUNDS):
            added = self._added(plan, index)
            if added is None:
                break
            self._run(added)
        done = len(self.finished) + len(self.failed)
        if done:
            self._progress(Event("done", done, done, 0.0, self._failure))

    def _added(self, plan: Plan, index: int) -> list[Replicate] | None:
        """The processes of one more round; None if nothing is open, or no time is left for it."""
        if self._deadline is None or time.monotonic() >= self._deadline:
            return None
        still_open = undecided(self._choices.catalog, plan.folder)
        replicates = plan.round(
            index,
            lambda stack, task, phase: (
                (stack.id, task, phase) in still_open and plan.wanted(stack, task, phase)
            ),
        )
        waiting = _waiting(replicates)
        spent = self._remaining.expected(waiting)
        if not replicates or time.monotonic() + spent > self._deadline:
            return None
        return waiting

    def _run(self, waiting: Sequence[Replicate]) -> None:
        self._remaining.await_too(waiting)
        total = len(self.finished) + len(self.failed) + len(waiting)
        for replicate in waiting:
            done = len(self.finished) + len(self.failed)
            seconds = self._remaining.seconds
            self._progress(Event(replicate.title, done, total, seconds, self._failure))
            self._launch(replicate)

    def _launch(self, replicate: Replicate) -> None:
        start = time.monotonic()
        load = wait_until_quiet(self._choices.profile.wait_seconds, look=self._choices.look)
        timeout = self._choices.timeout_seconds
        failure = launch(replicate, self._session, load, timeout_seconds=timeout)
        self._remaining.ended(replicate, time.monotonic() - start)
        if failure:
            self.failed[replicate.out.name] = failure
        else:
            self.finished.append(replicate.out.name)
        self._failure = f"{replicate.title}: {failure}" if failure else ""


class Remaining:
    """How long the processes that have not ended will take, learnt from those that have."""

    def __init__(self, replicates: Sequence[Replicate]) -> None:
        self._waiting = list(replicates)
        self._seen: defaultdict[tuple[str, str], list[float]] = defaultdict(list)

    def await_too(self, replicates: Iterable[Replicate]) -> None:
        """Wait for these as well."""
        self._waiting += replicates

    def ended(self, replicate: Replicate, seconds: float) -> None:
        """Learn that a replicate took so long."""
        self._waiting.remove(replicate)
        self._seen[replicate.stack, replicate.group].append(seconds)

    @property
    def seconds(self) -> float:
        """The estimate for all that wait."""
        return self.expected(self._waiting)

    def expected(self, replicates: Iterable[Replicate]) -> float:
        """The estimate for these."""
        return sum(map(self._expected, replicates))

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
