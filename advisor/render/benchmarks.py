"""Machines -> the benchmark pages: one per machine and phase, and the trade-offs of each machine.

The first page shows the newest machine's training and lists all machines; it stays as small with a
thousand machines as with one but for that list. Drawings are made for the first machines only: a
page is complete without them, and its chart can be drawn by the browser.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from markupsafe import Markup

from advisor.model import Catalog, Metric
from advisor.render.charts import IntervalRow, intervals
from advisor.render.environment import plain_text
from advisor.render.measurements import CellRow, Line, Machine, Part, PhasePage, TaskRows
from advisor.render.quantity import fitting_unit
from advisor.render.site_page import SitePage

__all__ = ["DRAWN", "Drawn", "Summary", "benchmark_pages", "cells_script"]

#: So many machines, the newest, have their charts drawn in advance.
DRAWN = 4


@dataclass(frozen=True)
class Summary:
    """A metric, or one kind of metric in all formats: a line per task, or per task and format."""

    id: str
    part: Part
    formats: bool
    lines: tuple[Line, ...]


@dataclass(frozen=True)
class Drawn:
    """A metric's charts by task."""

    part: Part
    charts: tuple[tuple[str, Markup], ...]


#: What is set against each other first, where both were measured.
TRADED = (("step-seconds", "peak-memory-bytes"), ("step-seconds", "latency-seconds"))


def benchmark_pages(catalog: Catalog, machines: Sequence[Machine]) -> Iterator[SitePage]:
    """Every benchmark page; the overview first."""
    shared = {"workloads": _workloads(catalog)}
    pages = list(_phase_pages(catalog, machines, shared))
    yield _overview(machines, pages, shared)
    yield from pages
    for machine in machines:
        yield SitePage(
            path=f"{machine.folder}/trade-offs.html",
            template="trade-offs.html",
            card="benchmarks",
            section="benchmarks.html",
            context={**shared, "machine": machine, "traded": _traded(machine)},
        )


def cells_script(machine: Machine) -> dict[str, Any]:
    """What site/charts.js draws a machine's charts from.

    A row is (task, stack, framework, default?, value, low, high, its text, behind, low, high, its
    text, tied?); what is not ranked has null for the last five.
    """
    return {
        "machine": machine.name,
        "parts": [_part_data(part) for part in machine.parts],
    }


def _overview(
    machines: Sequence[Machine], pages: Sequence[SitePage], shared: dict[str, Any]
) -> SitePage:
    """The first page of the first machine again, with the list of all machines."""
    first = [page for page in pages if machines and page.path == machines[0].href]
    context = {**first[0].context, "home": f"{machines[0].folder}/"} if first else shared
    return SitePage(
        path="benchmarks.html",
        template="benchmarks.html",
        card="benchmarks",
        section="benchmarks.html",
        context={**context, "machines": machines},
    )


def _phase_pages(
    catalog: Catalog, machines: Sequence[Machine], shared: dict[str, Any]
) -> Iterator[SitePage]:
    for place, machine in enumerate(machines):
        for phase in machine.pages:
            yield _phase_page(catalog, machine, phase=phase, shared=shared, drawn=place < DRAWN)


def _phase_page(
    catalog: Catalog, machine: Machine, *, phase: PhasePage, shared: dict[str, Any], drawn: bool
) -> SitePage:
    return SitePage(
        path=phase.href,
        template="phase.html",
        card="benchmarks",
        section="benchmarks.html",
        context={
            **shared,
            "home": "",
            "machine": machine,
            "phase": phase,
            "summaries": tuple(_summaries(catalog, phase)),
            "drawn": _drawn(phase) if drawn else None,
        },
    )


def _workloads(catalog: Catalog) -> dict[str, str]:
    """Task to the ids of the workloads that it speaks for, joined by spaces."""
    tasks = {task for workload in catalog.workloads for task in workload.tasks}
    return {
        task: " ".join(it.id for it in catalog.workloads if task in it.tasks)
        for task in sorted(tasks)
    }


def _traded(machine: Machine) -> tuple[str, str] | None:
    """The two metrics to begin with."""
    known = [part.metric.id for part in machine.parts]
    usual = next((pair for pair in TRADED if set(pair) <= set(known)), None)
    return usual or (tuple(islice(known, 2)) if len(known) > 1 else None)  # type: ignore[return-value]


def _summaries(catalog: Catalog, phase: PhasePage) -> Iterator[Summary]:
    """A summary for each metric; metrics of exported models that differ in the format share one."""
    kinds: dict[str, list[Part]] = defaultdict(list)
    for part in phase.parts:
        kinds[_kind(part.metric)].append(part)
    for kind, parts in kinds.items():
        tasks = sorted({task.name for part in parts for task in part.defaults})
        lines = (
            part.line(part.metric.format or task, task, catalog.frameworks)
            for task in tasks
            for part in parts
        )
        shown = tuple(line for line in lines if any(line.entries))
        if shown:
            yield Summary(kind, parts[0], bool(parts[0].metric.format), shown)


def _kind(metric: Metric) -> str:
    """What is measured, whatever the format that a model was exported to."""
    return metric.id.removeprefix(f"{metric.format}-") if metric.format else metric.id


def _drawn(phase: PhasePage) -> Drawn | None:
    """The first metric for which stacks can be set beside each other, drawn task by task."""
    for part in phase.parts:
        charts = (_drawing(part, task, number) for number, task in enumerate(part.defaults))
        found = [(task.name, chart) for task, chart in zip(part.defaults, charts, strict=True)]
        if any(chart for _, chart in found):
            return Drawn(part, tuple((name, chart) for name, chart in found if chart))
    return None


def _drawing(part: Part, task: TaskRows, number: int) -> Markup | None:
    """The stacks with their intervals, in the unit that suits the largest value."""
    rows = [row for row in task.rows if row.quantity]
    if len(rows) < 2:
        return None
    scale, unit = fitting_unit(max(row.cell.value for row in rows), rows[0].cell.unit)
    return intervals(
        [_interval(row, scale) for row in rows],
        id=f"chart-{part.id}-{number}",
        title=str(plain_text(task.name)),
        description="; ".join(_spoken(row) for row in rows),
        unit=unit,
    )


def _interval(row: CellRow, scale: float) -> IntervalRow:
    cell = row.cell
    return IntervalRow(
        label=str(plain_text(cell.stack)),
        framework=cell.framework,
        value=cell.value / scale,
        low=cell.low / scale,
        high=cell.high / scale,
        text=_said(row),
        faint=not cell.stable,
    )


def _said(row: CellRow) -> str:
    """The number that stands beside a dot, and that it is unstable where it is."""
    text = f"{row.quantity.value} {row.quantity.unit}" if row.quantity else ""
    return text if row.cell.stable else f"{text} \N{MIDDLE DOT} unstable".strip()


def _spoken(row: CellRow) -> str:
    stack, found = plain_text(row.cell.stack), row.quantity
    return f"{stack} {found.value} {found.unit}, {found.low} to {found.high}" if found else stack


def _part_data(part: Part) -> dict[str, Any]:
    return {
        "id": part.metric.id,
        "phase": part.metric.phase,
        "name": part.metric.name,
        "unit": part.metric.unit,
        "rows": [
            _row_data(row, usual)
            for tasks, usual in ((part.defaults, True), (part.tuned, False))
            for task in tasks
            for row in task.rows
            if row.quantity
        ],
    }


def _row_data(row: CellRow, usual: bool) -> list[Any]:
    cell, it = row.cell, row.ranking
    value = [cell.value, cell.low, cell.high, _said(row)]
    behind: list[Any] = [None] * 5
    if it:
        behind = [it.behind.value, it.behind.low, it.behind.high, _behind(row), it.tied]
    return [cell.task, cell.stack, cell.framework, usual, *value, *behind]


def _behind(row: CellRow) -> str:
    it = row.ranking
    if it is None or it.best:
        return "best" if it else ""
    times = f"{it.text.value} points" if it.share else f"\N{MULTIPLICATION SIGN} {it.text.value}"
    return f"{times} ({it.text.low} to {it.text.high})"
