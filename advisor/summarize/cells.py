"""Samples -> cells.

samples of a process --estimator--> process value --median over processes--> the cell's value
"""

from __future__ import annotations

import datetime as dt
import math
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from statistics import median
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from advisor.model import Better, Cell, Estimator, Metric
from advisor.runs import Runs
from advisor.summarize.estimate import LONE_FACTOR, Values, estimate, held

__all__ = ["MINIMUM_PROCESSES", "QUANTILES", "UNSTABLE", "summarize"]

#: From this spread of process values on, (largest - smallest) / median, a cell's time is unstable.
UNSTABLE = 0.15

#: With fewer processes nothing is known about the spread: unstable, and tied with everything.
MINIMUM_PROCESSES = 3

#: The quantile of a process's samples that an estimator takes; "cpu-time" looks at no sample.
QUANTILES: Mapping[Estimator, float] = {
    "median": 0.5,
    "lower-quartile": 0.25,
    "tenth": 0.1,
    "minimum": 0.0,
}

#: Metrics whose distribution within a process matters too, not only its middle.
LATENCY = "latency-seconds"
PERCENTILES = {"p50": 0.50, "p95": 0.95, "p99": 0.99}

#: What every process of the phase `learn` has, and what only those have that got so far.
QUALITY, TARGET = "accuracy", "target-seconds"

CELL = ["machine", "stack", "task", "phase", "metric"]

Key = tuple[str, str, str, str, str]


class _Process(NamedTuple):
    """What one process says of a cell."""

    replicate: int
    run: str
    values: Values
    details: Mapping[str, float]
    source: str
    session: str
    framework: str
    device: str
    date: dt.date
    unit: str
    batch: int
    ceiling: float


def summarize(
    runs: Runs,
    *,
    metrics: Sequence[Metric] = (),
    estimator: Estimator = "median",
    unstable: float = UNSTABLE,
    as_of: dt.date | None = None,
    sources: Mapping[str, str] | None = None,
) -> tuple[Cell, ...]:
    """One cell per machine, stack, task, phase and metric, sorted in that order.

    Sessions are never pooled: where a machine measured something in several, the newest counts,
    or the newest until `as_of`. `value`, `low`, `high` are in the samples' unit. The `estimator`
    makes one value of a process's times; sizes and shares always give their median. `sources` are
    the digests of the tasks as they are now: a cell of another one is stale.

    `detail` holds `spread`, `batch` (where there is one), the other numbers of the processes
    (medians), for latencies p50, p95 and p99 (each the median over processes of the process's own
    percentile), `ceiling_share` where a call's operations were counted (the share of the machine's
    own speed in a large matrix product), and in the phase `learn` `reached`, the share of processes
    that reached the target.
    """
    rows = _newest(runs.measurements, as_of)
    found: defaultdict[Key, list[_Process]] = defaultdict(list)
    for *key, process in _processes(rows):
        found[tuple(key)].append(process)
    known = {metric.id: metric.better for metric in metrics}
    cells = (
        _cell(
            key,
            sorted(processes, key=lambda each: (each.replicate, each.run)),
            estimator=estimator,
            unstable=unstable,
            better=known.get(key[-1]),
            source=(sources or {}).get(key[2]),
        )
        for key, processes in sorted(found.items())
    )
    return _with_reached(tuple(cells))


def _newest(rows: pd.DataFrame, as_of: dt.date | None) -> pd.DataFrame:
    """The measurements of each cell's newest session, as of a date."""
    if as_of is not None:
        rows = rows[rows["date"] <= as_of]
    if rows.empty:
        return rows
    return rows[rows["session"] == rows.groupby(CELL)["session"].transform("max")]


def _processes(rows: pd.DataFrame) -> Iterator[tuple[Any, ...]]:
    """The five parts of the key, then the process."""
    for row in rows[[*CELL, *_Process._fields]].itertuples(index=False, name=None):
        yield (*row[:5], _Process(*row[5:]))


def _cell(
    key: Key,
    processes: Sequence[_Process],
    *,
    estimator: Estimator,
    unstable: float,
    better: Better | None,
    source: str | None,
) -> Cell:
    machine, stack, task, phase, metric = key
    first = processes[0]
    values = np.array([_value(process, estimator) for process in processes])
    value, spread = float(np.median(values)), _spread(values)
    low, high = _interval(values, value, first.unit)
    batch = {"batch": float(first.batch)} if first.batch else {}
    return Cell(
        stack=stack,
        framework=first.framework,
        task=task,
        phase=phase,
        metric=metric,
        value=value,
        unit=first.unit,
        low=low,
        high=high,
        processes=len(values),
        stable=len(values) >= MINIMUM_PROCESSES and spread <= unstable,
        machine=machine,
        device=first.device,
        date=first.date,
        runs=tuple(process.run for process in processes),
        process_values=tuple(map(float, values)),
        replicates=tuple(process.replicate for process in processes),
        detail={"spread": spread, **batch, **_details(metric, processes, values)},
        session=first.session,
        better=better or ("higher" if first.unit == "share" else "lower"),
        stale=source is not None and any(process.source != source for process in processes),
        compile_seconds=_compile_seconds(processes),
    )


def _value(process: _Process, estimator: Estimator) -> float:
    """What stands for a process; the median where its processor time was not taken."""
    if estimator == "cpu-time" and "cpu_seconds" in process.details:
        return process.details["cpu_seconds"]
    share = QUANTILES.get(estimator, 0.5) if process.unit == "s" else 0.5
    return _quantile(process.values, share)


def _quantile(values: Values, share: float) -> float:
    """As `numpy.quantile` has it, without its cost per call."""
    ordered = np.sort(values)
    whole, part = divmod(share * (len(ordered) - 1), 1.0)
    low, high = ordered[int(whole)], ordered[min(int(whole) + 1, len(ordered) - 1)]
    return float(low + (high - low) * part)


def _spread(values: Values) -> float:
    reach = float(values.max() - values.min())
    return reach / float(np.median(values)) if reach else 0.0


def _interval(values: Values, value: float, unit: str) -> tuple[float, float]:
    """Student's on logarithms; on the values themselves, within 0 and 1, for shares."""
    if unit == "share":
        low, high = estimate(values).interval() if len(values) > 1 else (0.0, 1.0)
        return held(value, (max(0.0, low), min(1.0, high)))
    if len(values) == 1:
        return value / LONE_FACTOR, value * LONE_FACTOR
    low, high = estimate(np.log(values)).interval()
    return held(value, (math.exp(low), math.exp(high)))


def _details(metric: str, processes: Sequence[_Process], values: Values) -> dict[str, float]:
    """The other numbers of the processes, each as a median over those that gave it."""
    given: defaultdict[str, list[float]] = defaultdict(list)
    for process, value in zip(processes, values, strict=True):
        for name, number in process.details.items():
            given[name].append(number)
        for name, number in _derived(metric, process, value):
            given[name].append(number)
    return {name: median(numbers) for name, numbers in given.items()}


def _derived(metric: str, process: _Process, value: float) -> Iterator[tuple[str, float]]:
    """Numbers that follow from one process alone."""
    if metric.endswith(LATENCY):
        for name, share in PERCENTILES.items():
            yield name, _quantile(process.values, share)
    operations = process.details.get("flops")
    if operations and process.ceiling > 0:
        yield "ceiling_share", operations / value / process.ceiling


def _compile_seconds(processes: Sequence[_Process]) -> tuple[float, ...]:
    """One number per process, or none at all where one did not give it."""
    given = [process.details.get("compile_seconds") for process in processes]
    return tuple(seconds for seconds in given if seconds is not None) if None not in given else ()


def _with_reached(cells: tuple[Cell, ...]) -> tuple[Cell, ...]:
    """How many of the processes reached the target, beside their quality and their time to it."""
    reached = {_place(cell): cell.processes for cell in cells if cell.metric == TARGET}
    tried = {_place(cell): cell.processes for cell in cells if cell.metric == QUALITY}
    for cell in cells:
        if cell.metric in (QUALITY, TARGET) and _place(cell) in tried:
            cell.detail["reached"] = reached.get(_place(cell), 0) / tried[_place(cell)]
    return cells


def _place(cell: Cell) -> tuple[str, str, str, str]:
    return cell.machine, cell.stack, cell.task, cell.session
