"""Cells and runs -> what the benchmark page shows: machine, part (phase and metric), task, row.

Machines are never mixed, default and tuned stacks never share a ranking, and whatever was tried
without giving a value is listed with its reason. Names in run files may come from strangers, so
the ids on a page come from a digest of a machine's name, never from the name itself.
"""

from __future__ import annotations

import hashlib
import math
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from markupsafe import Markup

from advisor.model import Catalog, Cell, Measure
from advisor.render.charts import IntervalRow, intervals
from advisor.render.environment import plain_text
from advisor.render.quantity import Quantity, quantity, time_unit
from advisor.runs import Runs
from advisor.summarize import ratios

__all__ = [
    "Attempt",
    "CellRow",
    "Gap",
    "Machine",
    "Part",
    "Ranking",
    "Run",
    "TaskRows",
    "Tried",
    "machines",
]

#: In the order in which a model meets them; other phases follow by name.
PHASES = ("startup", "train", "fit", "predict", "learn", "export", "memory")

#: The keys of a fingerprint that a reader looks for first; the others follow by name. The
#: processor is missing here because it names the machine.
FINGERPRINT = ("cores", "memory_gib", "device", "dtype", "system", "python", "governor")


#: Details of a cell that are times although their name does not say so.
PERCENTILES = ("p50", "p95", "p99")


@dataclass(frozen=True)
class Run:
    """One process's value and the name of its run file."""

    name: str
    time: Quantity | None


@dataclass(frozen=True)
class Ranking:
    """A stack's ratio to the fastest of its table, as text; `best` is the fastest itself."""

    ratio: Quantity
    best: bool
    tied: bool


@dataclass(frozen=True)
class CellRow:
    """One stack on one task; `ranking` is None where the cell may not be ranked.

    `details` are figures that were taken along, such as the import's share of a startup.
    """

    cell: Cell
    time: Quantity | None
    ranking: Ranking | None
    runs: tuple[Run, ...]
    details: tuple[tuple[str, Quantity], ...]


@dataclass(frozen=True)
class Gap:
    """Processes that gave no value for a stack, and why; none was started if `count` is 0.

    `empty` tells that the stack has no value at all.
    """

    stack: str
    outcome: str
    reason: str
    count: int
    empty: bool


@dataclass(frozen=True)
class TaskRows:
    """The stacks on one task, fastest first, and what is missing."""

    name: str
    rows: tuple[CellRow, ...]
    gaps: tuple[Gap, ...]
    chart: Markup | None


@dataclass(frozen=True)
class Part:
    """One phase and metric on one machine."""

    id: str
    phase: str
    metric: str
    defaults: tuple[TaskRows, ...]
    tuned: tuple[TaskRows, ...]


@dataclass(frozen=True)
class Machine:
    """A machine, its fingerprint as pairs to show, and what was measured on it.

    `name` is what a person calls it, `slug` its name in the results.
    """

    id: str
    name: str
    slug: str
    facts: tuple[tuple[str, str], ...]
    versions: tuple[tuple[str, str], ...]
    newest: date
    parts: tuple[Part, ...]

    def part(self, measure: Measure | None) -> Part | None:
        """The part that speaks for a measured criterion."""
        wanted = (measure.phase, measure.metric) if measure else None
        return next((part for part in self.parts if (part.phase, part.metric) == wanted), None)


@dataclass(frozen=True)
class Attempt:
    """How one measurement of one process ended."""

    machine: str
    stack: str
    task: str
    phase: str
    metric: str
    outcome: str
    reason: str


@dataclass(frozen=True)
class Tried:
    """What was measured and what failed, narrowed down step by step."""

    cells: tuple[Cell, ...]
    failed: tuple[Attempt, ...]

    @property
    def all(self) -> tuple[Cell | Attempt, ...]:
        """Both, since they say alike what they are about."""
        return (*self.cells, *self.failed)

    def phases(self) -> list[tuple[str, str]]:
        """Every phase and metric among them."""
        found = {(each.phase, each.metric) for each in self.all}
        return sorted(found, key=_phase_order)

    def only(self, **wanted: str) -> Tried:
        """Those whose attributes are as wanted."""
        return self._where(
            lambda each: all(getattr(each, key) == value for key, value in wanted.items())
        )

    def split(self, stacks: Sequence[str]) -> tuple[Tried, Tried]:
        """Those of the stacks, and the others."""
        return (
            self._where(lambda each: each.stack in stacks),
            self._where(lambda each: each.stack not in stacks),
        )

    def _where(self, holds: Callable[[Cell | Attempt], bool]) -> Tried:
        return Tried(tuple(filter(holds, self.cells)), tuple(filter(holds, self.failed)))


def machines(
    catalog: Catalog, cells: Iterable[Cell], *, runs: Sequence[Runs], as_of: date
) -> tuple[Machine, ...]:
    """Every machine that has cells up to `as_of`, with what failed there; the newest first."""
    by_machine: dict[str, list[Cell]] = defaultdict(list)
    for cell in cells:
        if cell.date <= as_of:
            by_machine[cell.machine].append(cell)
    failed = _failures(runs, as_of)
    found = [
        _machine(catalog, slug, tried=Tried(tuple(measured), tuple(failed[slug])), runs=runs)
        for slug, measured in sorted(by_machine.items())
    ]
    return tuple(sorted(found, key=lambda machine: machine.newest, reverse=True))


def _failures(runs: Iterable[Runs], as_of: date) -> dict[str, list[Attempt]]:
    found: dict[str, list[Attempt]] = defaultdict(list)
    columns = ["machine", "stack", "task", "phase", "metric", "outcome", "reason"]
    for outcomes in (read.outcomes for read in runs):
        wanted = outcomes[(outcomes["outcome"] != "passed") & (outcomes["date"] <= as_of)]
        for values in wanted[columns].itertuples(index=False, name=None):
            attempt = Attempt(*map(str, values))
            found[attempt.machine].append(attempt)
    return found


def _machine(catalog: Catalog, slug: str, *, tried: Tried, runs: Sequence[Runs]) -> Machine:
    id = f"machine-{hashlib.sha256(slug.encode()).hexdigest()[:8]}"
    fingerprint = next((read.machines[slug] for read in runs if slug in read.machines), {})
    parts = (
        _part(catalog, tried.only(phase=phase, metric=metric), id=f"{id}-{number}")
        for number, (phase, metric) in enumerate(tried.phases(), start=1)
    )
    dates = sorted({cell.date for cell in tried.cells})
    measured = dates[0].isoformat() if len(dates) == 1 else f"{dates[0]} to {dates[-1]}"
    return Machine(
        id=id,
        name=str(fingerprint.get("cpu", slug)),
        slug=slug,
        facts=(("measured", measured), *_facts(fingerprint)),
        versions=_versions(tried.cells, runs),
        newest=dates[-1],
        parts=tuple(parts),
    )


def _phase_order(key: tuple[str, str]) -> tuple[int, str, str]:
    phase, metric = key
    return (PHASES.index(phase) if phase in PHASES else len(PHASES), phase, metric)


def _facts(fingerprint: Mapping[str, object]) -> Iterable[tuple[str, str]]:
    rest = sorted(fingerprint.keys() - {*FINGERPRINT, "cpu"})
    for key in (*FINGERPRINT, *rest):
        value = fingerprint.get(key)
        if value is not None:
            yield key, f"{value:g}" if isinstance(value, float) else str(value)


def _versions(cells: Iterable[Cell], runs: Iterable[Runs]) -> tuple[tuple[str, str], ...]:
    """Package and version; several versions of one package where sessions differ."""
    found: dict[str, set[str]] = defaultdict(set)
    processes = {(cell.session, cell.stack) for cell in cells}
    for read in runs:
        for process in processes & read.versions.keys():
            for package, version in read.versions[process].items():
                found[package].add(version)
    return tuple((package, ", ".join(sorted(found[package]))) for package in sorted(found))


def _part(catalog: Catalog, tried: Tried, *, id: str) -> Part:
    """`tried` is of one phase and metric."""
    ((phase, metric),) = tried.phases()
    defaults = [framework.default_stack for framework in catalog.frameworks]
    usual, special = tried.split(defaults)
    tie = catalog.policy.tie
    return Part(
        id=id,
        phase=phase,
        metric=metric,
        defaults=_tasks(usual, f"{id}-default", expected=defaults, tie=tie),
        tuned=_tasks(special, f"{id}-tuned", expected=(), tie=tie),
    )


def _tasks(tried: Tried, id: str, *, expected: Sequence[str], tie: float) -> tuple[TaskRows, ...]:
    """One entry per task; an `expected` stack without cell or attempt is a gap as well."""
    names = sorted({each.task for each in tried.all})
    found = []
    for number, name in enumerate(names, start=1):
        here = tried.only(task=name)
        rankings = _rankings(here.cells, tie)
        ordered = sorted(here.cells, key=lambda cell: (cell.value, cell.stack))
        rows = tuple(_row(cell, rankings.get(cell.stack)) for cell in ordered)
        chart = _chart(rows, name, id=f"{id}-{number}")
        found.append(TaskRows(name, rows, _gaps(here, expected), chart))
    return tuple(found)


def _gaps(tried: Tried, expected: Iterable[str]) -> tuple[Gap, ...]:
    """What failed on a task, the same reason once, and the `expected` stacks never started."""
    present = {cell.stack for cell in tried.cells}
    counted = Counter((it.stack, it.outcome, it.reason) for it in tried.failed)
    failed = [Gap(*key, count, key[0] not in present) for key, count in sorted(counted.items())]
    started = present | {gap.stack for gap in failed}
    return (*failed, *(Gap(stack, "", "", 0, True) for stack in expected if stack not in started))


def _rankings(cells: Iterable[Cell], tie: float) -> dict[str, Ranking]:
    """Ratios to the fastest stack; a single one is not ranked."""
    finite = [cell for cell in cells if math.isfinite(cell.value)]
    found: dict[str, Ranking] = {}
    by_ratio = len(finite) > 1 and finite[0].unit != "share"
    for ratio in ratios(finite, tie=tie) if by_ratio else ():
        text = quantity(ratio.value, ratio.low, ratio.high, "")
        if text:
            best = ratio.value == ratio.low == ratio.high == 1
            found[ratio.stack] = Ranking(text, best, ratio.tied)
    return found


def _row(cell: Cell, ranking: Ranking | None) -> CellRow:
    return CellRow(
        cell=cell,
        time=quantity(cell.value, cell.low, cell.high, cell.unit),
        ranking=ranking,
        runs=tuple(
            Run(name, quantity(value, value, value, cell.unit))
            for name, value in zip(cell.runs, cell.process_values, strict=True)
        ),
        details=tuple(_details(cell)),
    )


def _details(cell: Cell) -> Iterable[tuple[str, Quantity]]:
    """The times among the cell's details: parts in seconds and percentiles."""
    for name, value in sorted(cell.detail.items()):
        part = name.removesuffix("_seconds")
        text = quantity(value, value, value, "s")
        if text and (part != name or name in PERCENTILES):
            yield part.replace("_", " "), text


def _chart(rows: Iterable[CellRow], task: str, *, id: str) -> Markup | None:
    """The task's stacks with their intervals, in the unit that suits the slowest."""
    drawn = [row for row in rows if row.time]
    if len(drawn) < 2:
        return None
    scale, unit = 1.0, drawn[0].cell.unit
    if unit == "s":
        scale, unit = time_unit(max(row.cell.value for row in drawn))
    return intervals(
        [_interval(row, scale) for row in drawn],
        id=id,
        title=str(plain_text(task)),
        description="; ".join(_spoken(row) for row in drawn),
        unit=unit,
    )


def _beside(row: CellRow) -> str:
    """The number that stands beside a dot, and that it is unstable where it is."""
    time = f"{row.time.value} {row.time.unit}" if row.time else ""
    return time if row.cell.stable else f"{time} \N{MIDDLE DOT} unstable".strip()


def _interval(row: CellRow, scale: float) -> IntervalRow:
    cell = row.cell
    return IntervalRow(
        label=str(plain_text(cell.stack)),
        framework=cell.framework,
        value=cell.value / scale,
        low=cell.low / scale,
        high=cell.high / scale,
        text=_beside(row),
        faint=not cell.stable,
    )


def _spoken(row: CellRow) -> str:
    stack, time = plain_text(row.cell.stack), row.time
    return f"{stack} {time.value} {time.unit}, {time.low} to {time.high}" if time else str(stack)
