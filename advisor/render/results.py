"""The measurements as plain data and as a plain table."""

import csv
import io
from collections.abc import Iterable, Sequence
from itertools import groupby
from typing import Any

from advisor.model import Catalog, Cell, Ratio
from advisor.render.quantity import quantity
from advisor.summarize import ratios

__all__ = ["results_csv", "results_json", "results_markdown"]

#: What a program gets of a cell, in this order.
COLUMNS = (
    "stack", "framework", "task", "phase", "metric", "value", "unit", "low", "high",
    "processes", "stable", "machine", "device", "date",
)  # fmt: skip


def results_json(cells: Iterable[Cell]) -> dict[str, Any]:
    """The cells as JSON types; `runs` are the run files behind each."""
    return {"cells": [{**_record(cell), "runs": list(cell.runs)} for cell in cells]}


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


def results_markdown(catalog: Catalog, cells: Iterable[Cell]) -> str:
    """Per machine a table of the default stacks: who is fastest, and by what ratio to the others.

    The fastest shows its time; the others how many times longer they take, with the interval. A
    ratio that claims no order is marked as tied.
    """
    default = {framework.default_stack: framework.name for framework in catalog.frameworks}
    compared = [cell for cell in cells if cell.stack in default]
    parts = []
    for machine, found in _grouped(compared, "machine"):
        days = sorted({cell.date.isoformat() for cell in found})
        processes = sorted({cell.processes for cell in found})
        counted = " to ".join(map(str, dict.fromkeys((processes[0], processes[-1]))))
        head = f"Machine `{machine}`, {', '.join(days)}, {counted} processes per stack"
        parts.append("\n".join([head, "", *_table(default, found, catalog.policy.tie)]))
    return "\n\n".join(parts) + "\n"


def _table(default: dict[str, str], cells: Sequence[Cell], tie: float) -> Iterable[str]:
    yield f"| task | measured | {' | '.join(default.values())} |"
    yield "|---|---|" + "---|" * len(default)
    for (task, phase, metric), found in _grouped(cells, "task", "phase", "metric"):
        compared = {ratio.stack: ratio for ratio in ratios(found, tie=tie)}
        times = {cell.stack: cell for cell in found}
        shown = [
            _entry(times[stack], compared[stack]) if stack in times else "" for stack in default
        ]
        yield f"| `{task}` | {phase}, {metric} | {' | '.join(shown)} |"


def _entry(cell: Cell, ratio: Ratio) -> str:
    if ratio.value == ratio.low == ratio.high == 1:
        time = quantity(cell.value, cell.low, cell.high, cell.unit)
        shown = f"{time.value} {time.unit}" if time else ""
        return f"{shown}, tied" if ratio.tied else f"**{shown}**"
    factor = quantity(ratio.value, ratio.low, ratio.high, "")
    if factor is None:
        return ""
    tied = ", tied" if ratio.tied else ""
    return f"× {factor.value} ({factor.low} to {factor.high}){tied}"


def _grouped(cells: Sequence[Cell], *keys: str) -> Iterable[tuple[Any, list[Cell]]]:
    def key(cell: Cell) -> Any:
        found = tuple(getattr(cell, name) for name in keys)
        return found if len(keys) > 1 else found[0]

    return [(value, list(part)) for value, part in groupby(sorted(cells, key=key), key=key)]
