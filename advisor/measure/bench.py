"""A whole measurement: check, lock, gate, then one process after another.

Finished run files are never touched again. An interruption keeps them, and `resume` runs only the
processes whose file is missing, as part of the same session. With a budget of time, rounds are
added after the planned ones for what is not decided yet.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import importlib.util
import time
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from advisor.errors import MeasureError, Problem
from advisor.measure.child import stoppable
from advisor.measure.choices import Choices
from advisor.measure.expected import gate_seconds
from advisor.measure.fingerprint import fingerprint
from advisor.measure.gate import Refusals, agreement
from advisor.measure.launch import NOT_STARTED, Session, write_without_samples
from advisor.measure.lock import locked
from advisor.measure.plan import Plan, Replicate
from advisor.measure.progress import Event, Listener, ignore
from advisor.measure.work import Remaining, Work, waiting_among
from advisor.model import Stack
from advisor.runs import machine_slug, read_run

__all__ = ["BenchResult", "Preview", "bench", "missing_modules", "preview"]

LABORATORY_MODULES = ("pytest", "pytest_benchmark")


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
    waiting = waiting_among(choices.plan(folder).rounds(choices.profile.replicates))
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
            work = Work(choices, session, progress, start)
            work.do(choices.plan(folder, refused))
        except KeyboardInterrupt:
            raise _interrupted(folder) from None
    seconds = time.monotonic() - start
    return BenchResult(folder, tuple(work.finished), work.failed, refused, seconds)


def _session(choices: Choices) -> tuple[Session, Path]:
    machine = fingerprint(choices.device)
    folder, id = _place(choices, machine_slug(machine))
    return Session(id=id, machine=machine, laboratory=choices.laboratory), folder


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
    waiting = waiting_among(plan.rounds(choices.profile.replicates))
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
