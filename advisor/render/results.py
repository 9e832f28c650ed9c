"""The measurements as plain data, and as plain tables: who is first, by how much, how surely."""

import csv
import io
import math
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from advisor.model import (
    CHECKING,
    BreakEven,
    Catalog,
    Cell,
    Coverage,
    Difference,
    Framework,
    Ratio,
)
from advisor.render.environment import environment
from advisor.render.quantity import Quantity, quantity
from advisor.runs import Runs
from advisor.summarize import break_evens, coverage, differences, ratios

__all__ = [
    "Ceiling",
    "Deployment",
    "Entry",
    "Exported",
    "Gap",
    "Machine",
    "Row",
    "Table",
    "lines",
    "results_csv",
    "results_json",
    "results_markdown",
]

#: What a program gets of a cell, in this order.
COLUMNS = (
    "stack", "framework", "task", "phase", "metric", "value", "unit", "low", "high", "better",
    "processes", "stable", "stale", "machine", "device", "date",
)  # fmt: skip

EXPORT = "export"
#: Exports have a table of their own, and what measuring costs says nothing of frameworks.
APART = (EXPORT, *CHECKING)


@dataclass(frozen=True)
class Entry:
    """One stack on one task: its value where it is the best, else how far behind, with interval."""

    cell: Cell
    best: bool
    tied: bool
    value: Quantity | None
    behind: Quantity | None


@dataclass(frozen=True)
class Row:
    """A task, and for each framework its entry, where it has one."""

    task: str
    entries: tuple[Entry | None, ...]


@dataclass(frozen=True)
class Table:
    """One metric on one machine, and how many of the tasks each stack has."""

    phase: str
    metric: str
    rows: tuple[Row, ...]
    coverage: tuple[Coverage, ...]

    @property
    def complete(self) -> bool:
        """Whether every stack was measured on every task."""
        return not any(each.missing for each in self.coverage)


@dataclass(frozen=True)
class Ceiling:
    """For each framework what share of the machine's own speed its default stack reached."""

    task: str
    metric: str
    shares: tuple[float | None, ...]


@dataclass(frozen=True)
class Gap:
    """What has no value for one reason."""

    outcome: str
    reason: str
    stacks: tuple[str, ...]
    phases: tuple[str, ...]
    tasks: tuple[str, ...]


@dataclass(frozen=True)
class Exported:
    """What became of a model that was exported to a format; `outcome` is "passed" if it ran."""

    stack: str
    outcome: str
    reason: str
    latency: Quantity | None = None
    size: Quantity | None = None
    export: Quantity | None = None
    difference: float | None = None


@dataclass(frozen=True)
class Deployment:
    """For one task, what became of each framework's model in each format."""

    task: str
    formats: tuple[tuple[str, tuple[Exported | None, ...]], ...]


@dataclass(frozen=True)
class Machine:
    """All that is shown of one machine; default stacks and the best of all stand apart."""

    slug: str
    dates: tuple[str, ...]
    processes: tuple[int, ...]
    defaults: tuple[Table, ...]
    tuned: tuple[Table, ...]
    ceilings: tuple[Ceiling, ...]
    break_evens: tuple[BreakEven, ...]
    deployments: tuple[Deployment, ...]
    gaps: tuple[Gap, ...]


def results_json(cells: Iterable[Cell]) -> dict[str, Any]:
    """The cells as JSON types; `runs` are the run files behind each."""
    return {
        "cells": [
            {**_record(cell), "detail": dict(cell.detail), "runs": list(cell.runs)}
            for cell in cells
        ]
    }


def results_csv(cells: Iterable[Cell]) -> str:
    """The cells as comma-separated values; the run files are joined by spaces."""
    text = io.StringIO()
    writer = csv.DictWriter(text, [*COLUMNS, "runs"], lineterminator="\n")
    writer.writeheader()
    for cell in cells:
        writer.writerow({**_record(cell), "runs": " ".join(cell.runs)})
    return text.getvalue()


def _record(cell: Cell) -> dict[str, Any]:
    found = {column: getattr(cell, column) for column in COLUMNS}
    return {**found, "date": cell.date.isoformat()}


def results_markdown(catalog: Catalog, cells: Iterable[Cell], runs: Sequence[Runs] = ()) -> str:
    """Per machine and metric a table of the default stacks, then what each framework can reach.

    The best shows its value; the others how far behind they are, with the interval. `runs` are the
    measurements that the cells come from: what failed or was left out is named with its reason.
    """
    machines = [
        _machine(catalog, slug, found, list(_outcomes(runs, slug)))
        for slug, found in _grouped(cells, "machine")
    ]
    return lines("results.txt", catalog=catalog, machines=machines)


def lines(template: str, **context: Any) -> str:
    """A template of `templates/terminal` as plain text or Markdown."""
    found = environment().overlay(autoescape=False).get_template(f"terminal/{template}")
    # A terminal may have neither glyph, and shows a box for them.
    text = found.render(**context).translate({0x202F: " ", 0xA0: " "})
    return re.sub(r"\n{3,}", "\n\n", text).strip("\n") + "\n"


def _machine(
    catalog: Catalog, slug: str, cells: Sequence[Cell], outcomes: Sequence[Mapping[str, str]]
) -> Machine:
    default = {stack.id for stack in catalog.default_stacks}
    plain = [cell for cell in cells if cell.phase not in APART]
    usual = [cell for cell in plain if cell.stack in default]
    counts = sorted({cell.processes for cell in plain})
    return Machine(
        slug=slug,
        dates=tuple(sorted({cell.date.isoformat() for cell in cells})),
        processes=tuple(dict.fromkeys((counts[0], counts[-1]))) if counts else (),
        defaults=tuple(
            _tables(catalog, usual, [each for each in outcomes if each["stack"] in default])
        ),
        tuned=tuple(_tables(catalog, _where_tuned(plain, default), outcomes)),
        ceilings=tuple(_ceilings(catalog, usual)),
        break_evens=break_evens(plain, default),
        deployments=tuple(_deployments(catalog, cells, outcomes)),
        gaps=tuple(_gaps(plain, outcomes)),
    )


def _where_tuned(cells: Iterable[Cell], default: set[str]) -> list[Cell]:
    """The cells of every metric and task for which another stack than the default was measured."""
    return [
        cell
        for _, found in _grouped(cells, "phase", "metric", "task")
        for cell in found
        if any(each.stack not in default for each in found)
    ]


def _tables(
    catalog: Catalog, cells: Sequence[Cell], outcomes: Sequence[Mapping[str, str]]
) -> Iterator[Table]:
    order = [metric.id for metric in catalog.metrics]
    groups = _grouped(cells, "phase", "metric")
    for (phase, metric), found in sorted(
        groups, key=lambda group: (_place(order, group[0][1]), group[0])
    ):
        rows = [
            _row(catalog.frameworks, task, each, catalog) for task, each in _grouped(found, "task")
        ]
        yield Table(phase, metric, tuple(rows), coverage(found, wanted=_wanted(found, outcomes)))


def _wanted(
    cells: Sequence[Cell], outcomes: Iterable[Mapping[str, str]]
) -> Iterator[tuple[str, str]]:
    """The (stack, task) whose measurement was tried and gave no value."""
    measured = (cells[0].phase, cells[0].metric)
    for each in outcomes:
        tried = each["outcome"] in ("failed", "refused")
        if tried and (each["phase"], each["metric"]) == measured:
            yield each["stack"], each["task"]


def _place(order: Sequence[str], id: str) -> int:
    return order.index(id) if id in order else len(order)


def _row(
    frameworks: Iterable[Framework], task: str, cells: Sequence[Cell], catalog: Catalog
) -> Row:
    """Each framework by the best of its stacks among `cells`."""
    entries = {entry.cell.stack: entry for entry in _entries(catalog, cells)}
    return Row(
        task,
        tuple(
            next((each for each in entries.values() if each.cell.framework == framework.id), None)
            for framework in frameworks
        ),
    )


def _entries(catalog: Catalog, cells: Sequence[Cell]) -> Iterator[Entry]:
    """Best first; the cells are of one task and metric."""
    by_stack = {cell.stack: cell for cell in cells}
    shares = cells[0].unit == "share"
    compared: Sequence[Ratio | Difference] = (
        differences(cells, tie=catalog.policy.tie_share)
        if shares
        else ratios(cells, tie=catalog.policy.tie)
    )
    for number, each in enumerate(compared):
        cell = by_stack[each.stack]
        yield Entry(
            cell=cell,
            best=number == 0,
            tied=each.tied,
            value=quantity(cell.value, cell.low, cell.high, cell.unit),
            behind=quantity(each.value, each.low, each.high, "share" if shares else ""),
        )


def _ceilings(catalog: Catalog, cells: Sequence[Cell]) -> Iterator[Ceiling]:
    counted = [cell for cell in cells if "ceiling_share" in cell.detail]
    for (task, metric), found in _grouped(counted, "task", "metric"):
        shares = {cell.framework: cell.detail["ceiling_share"] for cell in found}
        yield Ceiling(task, metric, tuple(shares.get(each.id) for each in catalog.frameworks))


def _gaps(cells: Iterable[Cell], outcomes: Iterable[Mapping[str, str]]) -> Iterator[Gap]:
    """What was tried or left out and has no value, the same reason once."""
    present = {(cell.stack, cell.task, cell.phase, cell.metric) for cell in cells}
    found: defaultdict[tuple[str, str], list[Mapping[str, str]]] = defaultdict(list)
    for each in outcomes:
        place = (each["stack"], each["task"], each["phase"], each["metric"])
        if each["outcome"] != "passed" and each["phase"] not in APART and place not in present:
            found[each["outcome"], each["reason"]].append(each)
    for (outcome, reason), alike in sorted(found.items()):
        stacks, phases, tasks = (
            tuple(dict.fromkeys(sorted(each[key] for each in alike)))
            for key in ("stack", "phase", "task")
        )
        yield Gap(outcome, reason, stacks, phases, tasks)


def _outcomes(runs: Iterable[Runs], machine: str) -> Iterator[dict[str, str]]:
    columns = ["stack", "framework", "task", "phase", "metric", "outcome", "reason"]
    for read in runs:
        here = read.outcomes[read.outcomes["machine"] == machine]
        for row in here[columns].itertuples(index=False, name=None):
            yield dict(zip(columns, map(str, row), strict=True))


def _deployments(
    catalog: Catalog, cells: Sequence[Cell], outcomes: Sequence[Mapping[str, str]]
) -> Iterator[Deployment]:
    exported = [cell for cell in cells if cell.phase == EXPORT]
    tried = [each for each in outcomes if each["phase"] == EXPORT and each["outcome"] != "missing"]
    formats = {metric.format: None for metric in catalog.metrics if metric.format}
    for task in sorted({cell.task for cell in exported} | {each["task"] for each in tried}):
        here = [cell for cell in exported if cell.task == task]
        ended = [each for each in outcomes if each["phase"] == EXPORT and each["task"] == task]
        rows = [
            (
                format,
                tuple(
                    _exported(catalog, format, framework, here, ended)
                    for framework in catalog.frameworks
                ),
            )
            for format in formats
        ]
        yield Deployment(task, tuple(row for row in rows if any(row[1])))


def _exported(
    catalog: Catalog,
    format: str,
    framework: Framework,
    cells: Iterable[Cell],
    outcomes: Iterable[Mapping[str, str]],
) -> Exported | None:
    """What the framework's default stack made of it, or another of its stacks that could."""
    ids = {metric.id for metric in catalog.metrics if metric.format == format}
    own = [cell for cell in cells if cell.framework == framework.id and cell.metric in ids]
    if own:
        stacks = [framework.default_stack, *sorted({cell.stack for cell in own})]
        stack = next(each for each in stacks if any(cell.stack == each for cell in own))
        return _ran(stack, {cell.metric: cell for cell in own if cell.stack == stack})
    for each in outcomes:
        if each["framework"] == framework.id and each["metric"] in ids:
            return Exported(each["stack"], each["outcome"], each["reason"])
    return None


def _ran(stack: str, cells: Mapping[str, Cell]) -> Exported:
    def shown(ending: str) -> Quantity | None:
        cell = next((cell for id, cell in cells.items() if id.endswith(ending)), None)
        return quantity(cell.value, cell.low, cell.high, cell.unit) if cell else None

    found = [cell.detail[DIFFERENCE] for cell in cells.values() if DIFFERENCE in cell.detail]
    return Exported(
        stack=stack,
        outcome="passed",
        reason="",
        latency=shown("latency-seconds"),
        size=shown("bytes"),
        export=shown("export-seconds"),
        difference=max(found) if found and all(map(math.isfinite, found)) else None,
    )


#: The detail of an exported model: by how much its outputs differ from the framework's own.
DIFFERENCE = "largest_difference"


def _grouped(cells: Iterable[Cell], *keys: str) -> list[tuple[Any, list[Cell]]]:
    def key(cell: Cell) -> Any:
        found = tuple(getattr(cell, name) for name in keys)
        return found if len(keys) > 1 else found[0]

    return [(value, list(part)) for value, part in groupby(sorted(cells, key=key), key=key)]
