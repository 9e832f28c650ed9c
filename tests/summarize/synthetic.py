"""Runs and cells with a known truth, made without files."""

import datetime as dt
from collections.abc import Iterable, Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from advisor.model import Cell, unit_of
from advisor.runs import MEASUREMENT_COLUMNS, OUTCOME_COLUMNS, PROCESS_COLUMNS, Runs


def cell(
    stack: str,
    values: tuple[float, ...],
    *,
    stable: bool = True,
    session: str = "a",
    replicates: tuple[int, ...] | None = None,
    task: str = "mlp-mnist",
    metric: str = "step-seconds",
    compile_seconds: tuple[float, ...] = (),
) -> Cell:
    unit = unit_of(metric)
    return Cell(
        stack=stack,
        framework=stack.split("-")[0],
        task=task,
        phase="train",
        metric=metric,
        value=float(np.median(values)),
        unit=unit,
        low=min(values),
        high=max(values),
        processes=len(values),
        stable=stable,
        machine="m",
        device="cpu",
        date=dt.date(2026, 11, 22),
        runs=tuple(f"{session}/{stack}-{number}.json" for number in range(len(values))),
        process_values=values,
        replicates=replicates or tuple(range(len(values))),
        session=session,
        better="higher" if unit == "share" else "lower",
        compile_seconds=compile_seconds,
    )


def runs(
    samples: NDArray[np.float64],
    *,
    stack: str = "a-stack",
    metric: str = "step-seconds",
    session: str = "20261122T115000Z",
    twin: int = -1,
) -> Runs:
    """`samples` is (tasks, processes, samples); tasks are called task-0, task-1 and so on."""
    tasks, processes, _ = samples.shape
    rows = [
        _row(stack, f"task-{task}", process, metric, samples[task, process], session, twin)
        for task in range(tasks)
        for process in range(processes)
    ]
    return _runs(pd.DataFrame(rows, columns=[*MEASUREMENT_COLUMNS]))


def _row(
    stack: str,
    task: str,
    process: int,
    metric: str,
    values: NDArray[np.float64],
    session: str,
    twin: int,
) -> Sequence[object]:
    run, day = f"s/{stack}-{process}-{twin}.json", dt.date(2026, 11, 22)
    origin = (session, "m", "cpu", stack, stack.split("-")[0], process, twin, run, day)
    unit, source, details = unit_of(metric), "sha256:0123456789abcdef", dict[str, float]()
    return (*origin, task, "train", metric, unit, 64, source, values, details, 1e11)


def _runs(measurements: pd.DataFrame) -> Runs:
    outcomes, processes = (
        pd.DataFrame(columns=list(columns)) for columns in (OUTCOME_COLUMNS, PROCESS_COLUMNS)
    )
    return Runs(measurements, outcomes, processes, {}, {}, "0")


def joined(parts: Iterable[Runs]) -> Runs:
    return _runs(pd.concat([part.measurements for part in parts], ignore_index=True))
