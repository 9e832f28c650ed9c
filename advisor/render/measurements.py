"""Cells and runs -> what the benchmark pages show: machine, phase, part (metric), task, row.

Machines are never mixed, default and tuned stacks never share a ranking, and whatever was tried
without giving a value is listed with its reason. Names in run files may come from strangers, so a
machine whose name is no plain name gets an address of its name's digest.
"""

from __future__ import annotations

import hashlib
import math
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import TypeVar

from advisor.model import (
    BreakEven,
    Catalog,
    Cell,
    Coverage,
    Difference,
    Framework,
    Measure,
    Metric,
    Ratio,
)
from advisor.render.quantity import Quantity, quantity
from advisor.runs import Runs
from advisor.summarize import break_evens, coverage, differences, ratios

__all__ = [
    "Attempt",
    "CellRow",
    "Gap",
    "Line",
    "Machine",
    "Part",
    "PhasePage",
    "Ranking",
    "Run",
    "Strip",
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

#: A strip ends where the largest value lies twice over, so that one wide interval shrinks nobody.
REACH = 2.0

PLAIN = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")

Each = TypeVar("Each", Cell, "Attempt")

#: Where the run file of a process lies in the site, by machine, session and name.
Addresses = Mapping[tuple[str, str, str], str]


@dataclass(frozen=True)
class Run:
    """One process's value, and its run file from the machine's folder on ("" if it is not here)."""

    name: str
    file: str
    value: Quantity | None


@dataclass(frozen=True)
class Ranking:
    """How far a stack is behind the best of its table; `best` is the best itself.

    `behind` is a ratio of times or sizes, or a difference of shares; `text` says it, in percentage
    points where it is one.
    """

    behind: Ratio | Difference
    best: bool
    tied: bool
    text: Quantity
    share: bool


@dataclass(frozen=True)
class Strip:
    """Where value and interval lie between zero and the end of the task's axis, in percent."""

    low: float
    value: float
    high: float


@dataclass(frozen=True)
class CellRow:
    """One stack on one task; `ranking` is None where the cell may not be ranked.

    `details` are figures that were taken along, such as the import's share of a startup.
    """

    cell: Cell
    quantity: Quantity | None
    ranking: Ranking | None
    runs: tuple[Run, ...]
    details: tuple[tuple[str, Quantity], ...]
    strip: Strip | None

    @property
    def command(self) -> str:
        """What measures it again."""
        cell = self.cell
        return f"advisor bench --stack {cell.stack} --task {cell.task} --phase {cell.phase}"


@dataclass(frozen=True)
class Gap:
    """Processes that gave no value for some stacks, and why; none was started if `count` is 0.

    `outcome` is "" where nothing was tried; `empty` tells that the stacks have no value at all.
    """

    stacks: tuple[str, ...]
    outcome: str
    reason: str
    count: int
    empty: bool


@dataclass(frozen=True)
class TaskRows:
    """The stacks on one task, best first, and what is missing."""

    name: str
    rows: tuple[CellRow, ...]
    gaps: tuple[Gap, ...]


@dataclass(frozen=True)
class Line:
    """One line of a summary, with an entry per framework's default stack.

    An entry is its row, or why there is none, or None where nobody tried. `task` and `name` say
    what the line is about; `href` leads to the tables behind it.
    """

    task: str
    name: str
    href: str
    entries: tuple[CellRow | Gap | None, ...]

    @property
    def measured(self) -> bool:
        """Whether anything was."""
        return any(isinstance(entry, CellRow) for entry in self.entries)


@dataclass(frozen=True)
class Part:
    """One metric of a phase on one machine; `href` is where it stands, from the site's root."""

    id: str
    href: str
    metric: Metric
    defaults: tuple[TaskRows, ...]
    tuned: tuple[TaskRows, ...]
    coverage: tuple[Coverage, ...]

    def row(self, stack: str, task: str) -> CellRow | None:
        """A stack's row on a task."""
        found = (row for it in (*self.defaults, *self.tuned) if it.name == task for row in it.rows)
        return next((row for row in found if row.cell.stack == stack), None)

    def line(self, name: str, task: str, frameworks: Sequence[Framework]) -> Line:
        """How the frameworks' default stacks did on a task, under a name."""
        stacks = [framework.default_stack for framework in frameworks]
        entries = (self.row(stack, task) or self._gap(stack, task) for stack in stacks)
        return Line(task, name, self.href, tuple(entries))

    def _gap(self, stack: str, task: str) -> Gap | None:
        """Why a stack has no value on a task, if it was tried."""
        found = (gap for it in self.defaults if it.name == task for gap in it.gaps)
        return next((gap for gap in found if stack in gap.stacks and gap.outcome), None)


@dataclass(frozen=True)
class PhasePage:
    """One phase on one machine, which has a page of its own."""

    phase: str
    href: str
    parts: tuple[Part, ...]

    @cached_property
    def tasks(self) -> tuple[str, ...]:
        """Every task that occurs in it, sorted."""
        return tuple(
            sorted({task.name for part in self.parts for task in (*part.defaults, *part.tuned)})
        )


@dataclass(frozen=True)
class Machine:
    """A machine, its fingerprint as pairs to show, and what was measured on it.

    `name` is what a person calls it, `slug` its name in the results, `folder` where its pages lie.
    `own`: whoever builds the site measured there.
    """

    folder: str
    name: str
    slug: str
    device: str
    facts: tuple[tuple[str, str], ...]
    versions: tuple[tuple[str, str], ...]
    newest: date
    cells: int
    own: bool
    pages: tuple[PhasePage, ...]
    break_evens: tuple[BreakEven, ...]

    @property
    def href(self) -> str:
        """Its first page: training where it was measured, since most come for that."""
        return next((it.href for it in self.pages if it.phase == "train"), self.pages[0].href)

    @property
    def parts(self) -> tuple[Part, ...]:
        """All metrics of all phases."""
        return tuple(part for page in self.pages for part in page.parts)

    def part(self, measure: Measure | None) -> Part | None:
        """The part that speaks for a measured criterion."""
        wanted = (measure.phase, measure.metric) if measure else None
        found = (part for part in self.parts if (part.metric.phase, part.metric.id) == wanted)
        return next(found, None)


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

    def by(self, *keys: str) -> dict[tuple[str, ...], Tried]:
        """Those that have the same attributes together."""
        cells, failed = _grouped(self.cells, keys), _grouped(self.failed, keys)
        found = dict.fromkeys((*cells, *failed))
        return {key: Tried(tuple(cells[key]), tuple(failed[key])) for key in found}

    def split(self, stacks: Sequence[str]) -> tuple[Tried, Tried]:
        """Those of the stacks, and the others."""
        return (
            self._where(lambda each: each.stack in stacks),
            self._where(lambda each: each.stack not in stacks),
        )

    def _where(self, holds: Callable[[Cell | Attempt], bool]) -> Tried:
        return Tried(tuple(filter(holds, self.cells)), tuple(filter(holds, self.failed)))


def _grouped(
    found: Iterable[Each], keys: Sequence[str]
) -> defaultdict[tuple[str, ...], list[Each]]:
    grouped: defaultdict[tuple[str, ...], list[Each]] = defaultdict(list)
    for each in found:
        grouped[tuple(getattr(each, key) for key in keys)].append(each)
    return grouped


@dataclass(frozen=True)
class _Laboratory:
    """What the views of all machines share."""

    catalog: Catalog
    runs: Sequence[Runs]
    placed: Addresses

    @cached_property
    def defaults(self) -> tuple[str, ...]:
        """The default stacks, in the catalogue's order."""
        return tuple(framework.default_stack for framework in self.catalog.frameworks)

    @cached_property
    def metrics(self) -> dict[str, tuple[int, Metric]]:
        """The known metrics with their place in the order in which they are shown."""
        return {metric.id: (place, metric) for place, metric in enumerate(self.catalog.metrics)}


def machines(
    catalog: Catalog,
    cells: Iterable[Cell],
    *,
    runs: Sequence[Runs],
    as_of: date,
    placed: Addresses | None = None,
) -> tuple[Machine, ...]:
    """Every machine that has cells up to `as_of`, with what failed there; the newest first.

    `placed` says where the run files lie, for links from the numbers.
    """
    shared = _Laboratory(catalog, runs, placed or {})
    measured = Tried(
        tuple(cell for cell in cells if cell.date <= as_of), tuple(_failures(runs, as_of))
    )
    found = [(slug, tried) for (slug,), tried in measured.by("machine").items() if tried.cells]
    newest = sorted(
        found, key=lambda each: max(cell.measured_at for cell in each[1].cells), reverse=True
    )
    return tuple(_machine(shared, slug, tried) for slug, tried in newest)


def _failures(runs: Iterable[Runs], as_of: date) -> Iterable[Attempt]:
    columns = ["machine", "stack", "task", "phase", "metric", "outcome", "reason"]
    for outcomes in (read.outcomes for read in runs):
        wanted = outcomes[(outcomes["outcome"] != "passed") & (outcomes["date"] <= as_of)]
        for values in wanted[columns].itertuples(index=False, name=None):
            yield Attempt(*map(str, values))


def _machine(shared: _Laboratory, slug: str, tried: Tried) -> Machine:
    folder = f"benchmarks/{_plain(slug)}"
    fingerprint: Mapping[str, object] = next(
        (read.machines[slug] for read in shared.runs if slug in read.machines), {}
    )
    dates = sorted({cell.date for cell in tried.cells})
    measured = dates[0].isoformat() if len(dates) == 1 else f"{dates[0]} to {dates[-1]}"
    return Machine(
        folder=folder,
        name=str(fingerprint.get("cpu", slug)),
        slug=slug,
        device=tried.cells[0].device,
        facts=(("measured", measured), *_facts(fingerprint)),
        versions=_versions(tried.cells, shared.runs),
        newest=dates[-1],
        cells=len(tried.cells),
        own=any(cell.own for cell in tried.cells),
        pages=tuple(_pages(shared, folder, tried)),
        break_evens=break_evens(filter(_sound, tried.cells), shared.defaults),
    )


def _plain(name: str) -> str:
    """The name where it is a plain one, else its digest."""
    if PLAIN.fullmatch(name):
        return name
    return f"unnamed-{hashlib.sha256(name.encode()).hexdigest()[:8]}"


def _sound(cell: Cell) -> bool:
    return all(math.isfinite(value) and value > 0 for value in cell.process_values)


def _pages(shared: _Laboratory, folder: str, tried: Tried) -> Iterable[PhasePage]:
    phases = tried.by("phase")
    for (phase,), found in sorted(phases.items(), key=lambda item: _phase_order(item[0][0])):
        href = f"{folder}/{_plain(phase)}.html"
        metrics = found.by("metric")
        ordered = sorted(metrics.items(), key=lambda item: _metric_order(shared, item[0][0]))
        parts = (
            _part(shared, each, href=href, phase=phase, id=metric) for (metric,), each in ordered
        )
        yield PhasePage(phase, href, tuple(parts))


def _phase_order(phase: str) -> tuple[int, str]:
    return (PHASES.index(phase) if phase in PHASES else len(PHASES), phase)


def _metric_order(shared: _Laboratory, id: str) -> tuple[int, str]:
    place, _ = shared.metrics.get(id, (len(shared.metrics), None))
    return place, id


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
        for process in processes:
            for package, version in read.versions.get(process, {}).items():
                found[package].add(version)
    return tuple((package, ", ".join(sorted(found[package]))) for package in sorted(found))


def _part(shared: _Laboratory, tried: Tried, *, href: str, phase: str, id: str) -> Part:
    """`tried` is of one phase and metric."""
    metric = _metric(shared, tried, phase=phase, id=id)
    able = metric.frameworks or [framework.id for framework in shared.catalog.frameworks]
    defaults = [it.default_stack for it in shared.catalog.frameworks if it.id in able]
    usual, special = tried.split(shared.defaults)
    tuned = sorted({each.stack for each in special.all})
    tried_pairs = [(each.stack, each.task) for each in tried.failed]
    anchor = _plain(id)
    return Part(
        id=anchor,
        href=f"{href}#{anchor}",
        metric=metric,
        defaults=_tasks(shared, usual, metric=metric, expected=defaults),
        tuned=_tasks(shared, special, metric=metric, expected=tuned),
        coverage=coverage(tried.cells, wanted=tried_pairs),
    )


def _metric(shared: _Laboratory, tried: Tried, *, phase: str, id: str) -> Metric:
    """The metric as it is known; what nobody has named is called by its id."""
    if id in shared.metrics:
        return shared.metrics[id][1]
    unit = tried.cells[0].unit if tried.cells else "s"
    better = tried.cells[0].better if tried.cells else "lower"
    name = id.replace("-", " ").capitalize()
    return Metric.model_construct(id=id, phase=phase, name=name, unit=unit, better=better)


def _tasks(
    shared: _Laboratory, tried: Tried, *, metric: Metric, expected: Sequence[str]
) -> tuple[TaskRows, ...]:
    """One entry per task; an `expected` stack without cell or attempt is a gap as well."""
    return tuple(
        TaskRows(
            name,
            _rows(shared, here.cells, metric),
            tuple(_gaps(shared, here, metric=metric, task=name, expected=expected)),
        )
        for (name,), here in sorted(tried.by("task").items())
    )


def _gaps(
    shared: _Laboratory, tried: Tried, *, metric: Metric, task: str, expected: Iterable[str]
) -> Iterable[Gap]:
    """Why stacks have no value on a task, or fewer than they could: the same reason once.

    An `expected` stack that was never started is among them.
    """
    present = {cell.stack for cell in tried.cells}
    counted = Counter((it.stack, it.outcome, it.reason) for it in tried.failed)
    alike: dict[tuple[str, str, int, bool], list[str]] = defaultdict(list)
    for (stack, outcome, reason), count in sorted(counted.items()):
        alike[outcome, reason, count, stack not in present].append(stack)
    started = present | {stack for stack, _, _ in counted}
    for stack in expected:
        if stack not in started:
            alike["", _omitted(shared, stack, task=task, phase=metric.phase), 0, True].append(stack)
    for (outcome, reason, count, empty), stacks in alike.items():
        yield Gap(tuple(stacks), outcome, reason, count, empty)


def _omitted(shared: _Laboratory, stack: str, *, task: str, phase: str) -> str:
    """Why a measurement is left out on purpose, "" if it is not."""
    named = [it for it in shared.catalog.stacks if it.id == stack]
    default = stack in shared.defaults
    reasons = (
        omission.reason
        for it in named
        for omission in shared.catalog.omissions
        if omission.covers(it, task, phase, default=default)
    )
    return next(reasons, "")


def _rows(shared: _Laboratory, cells: Sequence[Cell], metric: Metric) -> tuple[CellRow, ...]:
    """Best first."""
    sign = -1 if metric.better == "higher" else 1
    ordered = sorted(cells, key=lambda cell: (sign * cell.value, cell.stack))
    rankings = _rankings(shared, cells)
    top = _axis_end(metric, cells)
    return tuple(_row(shared, cell, ranking=rankings.get(cell.stack), top=top) for cell in ordered)


def _rankings(shared: _Laboratory, cells: Iterable[Cell]) -> dict[str, Ranking]:
    """How far each stack is behind the best; a single one is not ranked."""
    known = [cell for cell in cells if math.isfinite(cell.value)]
    if len(known) < 2:
        return {}
    policy, share = shared.catalog.policy, known[0].unit == "share"
    if share:
        found: Sequence[Ratio | Difference] = differences(known, tie=policy.tie_share)
    else:
        found = ratios(known, tie=policy.tie)
    return {it.stack: ranking for it in found if (ranking := _ranking(it, share=share))}


def _ranking(behind: Ratio | Difference, *, share: bool) -> Ranking | None:
    unit = "share" if share else ""
    text = quantity(behind.value, behind.low, behind.high, unit)
    level = 0 if share else 1
    best = behind.value == behind.low == behind.high == level
    return Ranking(behind, best, behind.tied, text, share) if text else None


def _axis_end(metric: Metric, cells: Iterable[Cell]) -> float:
    """Where the strips of a task end."""
    finite = [cell for cell in cells if math.isfinite(cell.value)]
    if metric.unit == "share":
        return 1.0
    largest = max((cell.value for cell in finite), default=0.0)
    return min(max((cell.high for cell in finite), default=0.0), REACH * largest)


def _row(shared: _Laboratory, cell: Cell, *, ranking: Ranking | None, top: float) -> CellRow:
    found = quantity(cell.value, cell.low, cell.high, cell.unit)
    return CellRow(
        cell=cell,
        quantity=found,
        ranking=ranking,
        runs=tuple(
            Run(
                name,
                shared.placed.get((cell.machine, cell.session, name), "").partition("/runs/")[2],
                quantity(value, value, value, cell.unit),
            )
            for name, value in zip(cell.runs, cell.process_values, strict=True)
        ),
        details=tuple(_details(cell)),
        strip=_strip(cell, top) if found and top > 0 else None,
    )


def _strip(cell: Cell, top: float) -> Strip:
    low, value, high = (
        round(min(100.0, 100 * number / top), 1) for number in (cell.low, cell.value, cell.high)
    )
    return Strip(low, value, high)


def _details(cell: Cell) -> Iterable[tuple[str, Quantity]]:
    """The times among the cell's details: parts in seconds and percentiles."""
    for name, value in sorted(cell.detail.items()):
        part = name.removesuffix("_seconds")
        text = quantity(value, value, value, "s")
        if text and (part != name or name in PERCENTILES):
            yield part.replace("_", " "), text
