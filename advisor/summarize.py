"""Statistics in one place: samples become cells, and cells become ratios. Pure.

    samples of a process --median--> process value --median over processes--> the cell's value

**What is random.** Samples of one process resemble each other; processes do not. The same unchanged
step can differ by half between two fresh processes. So a process counts as one observation, and an
interval is always about processes, never about samples.

**Why not a bootstrap.** An interval is wanted that holds the truth 95 times in 100 with the five
processes of a published measurement and the three of a quick one. No percentile bootstrap does:
it cannot reach beyond the observed values, which hold the truth in only 75 of 100 cases at three
processes. In 4000 synthetic log-normal measurements each, the intervals held the truth this often
(tests/test_summarize.py repeats the last column):

    processes  median, percentile   mean of logs, percentile   both after expanding    Student, logs
                                                               the level (1)
        3            75 %                   75 %                75 %, 75 %                 95 %
        5            94 %                   84 %                94 %, 92 %                 95 %
        7            88 %                   88 %                99 %, 94 %                 95 %
       10            93 %                   90 %                96 %, 94 %                 95 %

    (1) Hesterberg, What Teachers Should Know About the Bootstrap, The American Statistician, 2015

The interval is therefore Student's on the logarithms of the process values, in closed form and
without a random number. Logarithms because a disturbance multiplies a time, and because the
interval of a ratio then needs nothing new. The value stays the median, which one disturbed process
of five cannot move; the interval is widened to hold it in the rare case that it does not.

**Ratios.** Replicates of one session with the same index ran next to each other and met the same
neighbours on the machine, so their logarithms are subtracted pairwise before the spread is
taken. Without common replicates the two spreads are added (Welch). The fastest of several stacks
is found by looking at the same data, so the intervals of one comparison are widened to hold the
truth together (Bonferroni over its pairs): three copies of one stack tie in 95 of 100 cases too.

**Unstable is said of times, tied of ratios.** A cell whose processes spread by more than 15 % is
unstable: its time holds for that hour of that machine, and is marked so. Whether one stack is
faster than another is another question, and the interval of their paired ratio answers it: what
slows both alike drops out. In the first committed session all 24 cells were unstable (spreads of
25 to 128 %), because the machine itself drifted; a rule that refuses to compare unstable cells
would have hidden that one stack takes three times as long as another in every single pair.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from statistics import NormalDist
from typing import Any, cast

import numpy as np
import pandas as pd

from advisor.model import Cell, Ratio
from advisor.runs import Runs

__all__ = ["MINIMUM_PROCESSES", "TIE", "UNSTABLE", "Estimate", "ratios", "student", "summarize"]

#: A ratio within 1 +- TIE is too small a difference to matter.
TIE = 0.05

#: From this spread of process values on, (largest - smallest) / median, a cell's time is unstable.
UNSTABLE = 0.15

#: With fewer processes nothing is known about the spread: unstable, and tied with everything.
MINIMUM_PROCESSES = 3

#: Two processes of one unchanged step were seen to differ this much: what one process leaves open.
LONE_FACTOR = 2.0

#: The metric whose distribution within a process matters too, not only its middle.
LATENCY = "latency-seconds"
PERCENTILES = {"p50": 0.50, "p95": 0.95, "p99": 0.99}

CELL = ["machine", "stack", "task", "phase", "metric"]
PROCESS = [*CELL, "session", "replicate", "run"]

#: How often an interval, or all intervals of one comparison together, may miss the truth.
MISS = 0.05


Key = tuple[str, str, str, str, str]
Values = np.ndarray[Any, np.dtype[np.float64]]


@dataclass(frozen=True)
class Estimate:
    """The mean of logarithms, its squared standard error and the degrees of freedom behind it."""

    centre: float
    squared_error: float
    freedom: float

    def interval(self, value: float, miss: float = MISS) -> tuple[float, float]:
        """The interval that misses in a share `miss`, back from logarithms, holding `value`."""
        reach = student(self.freedom, miss) * math.sqrt(self.squared_error)
        low, high = math.exp(self.centre - reach), math.exp(self.centre + reach)
        return min(low, value), max(high, value)


def student(freedom: float, miss: float = MISS) -> float:
    """The quantile of Student's distribution that is exceeded, either way, in a share `miss`.

    Hill, Algorithm 396, Communications of the ACM 13 (1970); below 2 degrees of freedom the value
    for 1, which is too large rather than too small.
    """
    if freedom < 2:
        return 1.0 / math.tan(miss * math.pi / 2)
    if freedom == 2:
        return math.sqrt(2.0 / (miss * (2.0 - miss)) - 2.0)
    a = 1.0 / (freedom - 0.5)
    b = 48.0 / (a * a)
    c = ((20700.0 * a / b - 98.0) * a - 16.0) * a + 96.36
    d = ((94.5 / (b + c) - 3.0) / b + 1.0) * math.sqrt(a * math.pi / 2) * freedom
    y = (d * miss) ** (2.0 / freedom)
    expand = _near_the_middle if y > 0.05 + a else _far_in_the_tail
    return math.sqrt(freedom * expand(freedom, miss, a, b, c, d, y))


def _near_the_middle(
    freedom: float, miss: float, a: float, b: float, c: float, d: float, _y: float
) -> float:
    """An expansion about the normal distribution."""
    x = NormalDist().inv_cdf(miss / 2)
    y = x * x
    if freedom < 5:
        c += 0.3 * (freedom - 4.5) * (x + 0.6)
    c += (((0.05 * d * x - 5.0) * x - 7.0) * x - 2.0) * x + b
    y = (((((0.4 * y + 6.3) * y + 36.0) * y + 94.5) / c - y - 3.0) / b + 1.0) * x
    return math.expm1(a * y * y)


def _far_in_the_tail(
    freedom: float, _miss: float, _a: float, _b: float, _c: float, d: float, y: float
) -> float:
    """An expansion about the distribution's tail."""
    inner = 1.0 / (((freedom + 6.0) / (freedom * y) - 0.089 * d - 0.822) * (freedom + 2.0) * 3.0)
    outer = (inner + 0.5 / (freedom + 4.0)) * y - 1.0
    return outer * (freedom + 1.0) / (freedom + 2.0) + 1.0 / y


def summarize(
    runs: Runs, *, unstable: float = UNSTABLE, as_of: dt.date | None = None
) -> tuple[Cell, ...]:
    """One cell per machine, stack, task, phase and metric, sorted in that order.

    Sessions are never pooled: where a machine measured something in several, the newest counts,
    or the newest until `as_of`. `value`, `low`, `high` are in the samples' unit. `detail` holds
    `spread`, `batch` (where there is one), the parts of the measurement that were timed apart
    (medians, seconds) and, for latencies, p50, p95 and p99 (each the median over processes of the
    process's own percentile).
    """
    samples = _newest(runs.samples, as_of)
    if samples.empty:
        return ()
    details = _details(runs.details, samples)
    for key, name, value in _latencies(samples):
        details.setdefault(key, {})[name] = value
    facts = _keyed(samples.drop_duplicates(CELL))
    processes = samples.groupby(PROCESS)["value"].median().reset_index()
    return tuple(
        _cell(key, frame, facts[key], details.get(key, {}), unstable)
        for key, frame in _by_cell(processes)
    )


def _by_cell(frame: pd.DataFrame) -> list[tuple[Key, pd.DataFrame]]:
    return [(cast("Key", key), part) for key, part in frame.groupby(CELL, sort=True)]


def _keyed(frame: pd.DataFrame) -> dict[Key, dict[str, Any]]:
    return cast("dict[Key, dict[str, Any]]", frame.set_index(CELL).to_dict("index"))


def _newest(samples: pd.DataFrame, as_of: dt.date | None) -> pd.DataFrame:
    """The samples of each cell's newest session, as of a date."""
    if as_of is not None:
        samples = samples[samples["date"] <= as_of]
    if samples.empty:
        return samples
    return samples[samples["session"] == samples.groupby(CELL)["session"].transform("max")]


def _details(details: pd.DataFrame, samples: pd.DataFrame) -> dict[Key, dict[str, float]]:
    """The parts that were timed apart, as medians over the processes that count."""
    counted = details.merge(samples[[*CELL, "session"]].drop_duplicates(), on=[*CELL, "session"])
    medians = counted.groupby([*CELL, "name"])["value"].median().reset_index()
    return {
        key: {name: float(value) for name, value in zip(part["name"], part["value"], strict=True)}
        for key, part in _by_cell(medians)
    }


def _latencies(samples: pd.DataFrame) -> Iterator[tuple[Key, str, float]]:
    latencies = samples[samples["metric"] == LATENCY]
    for name, level in PERCENTILES.items():
        per_process = latencies.groupby(PROCESS)["value"].quantile(level)
        medians = per_process.groupby(level=CELL).median().reset_index()
        for key, facts in _keyed(medians).items():
            yield key, name, float(facts["value"])


def _cell(
    key: Key,
    processes: pd.DataFrame,
    facts: dict[str, Any],
    details: dict[str, float],
    unstable: float,
) -> Cell:
    machine, stack, task, phase, metric = key
    processes = processes.sort_values(["replicate", "run"])
    values = processes["value"].to_numpy(dtype=float)
    value, spread = float(np.median(values)), float(np.ptp(values) / np.median(values))
    low, high = _interval(values, value)
    batch = {"batch": float(facts["batch"])} if facts["batch"] else {}
    return Cell(
        stack=stack,
        framework=facts["framework"],
        task=task,
        phase=phase,
        metric=metric,
        value=value,
        unit=facts["unit"],
        low=low,
        high=high,
        processes=len(values),
        stable=len(values) >= MINIMUM_PROCESSES and spread <= unstable,
        machine=machine,
        device=facts["device"],
        date=facts["date"],
        runs=tuple(processes["run"]),
        process_values=tuple(map(float, values)),
        replicates=tuple(map(int, processes["replicate"])),
        detail={"spread": spread, **batch, **details},
        session=facts["session"],
    )


def _interval(values: Values, value: float) -> tuple[float, float]:
    if len(values) == 1:
        return value / LONE_FACTOR, value * LONE_FACTOR
    return _estimate(values).interval(value)


def _estimate(values: Values) -> Estimate:
    logs = np.log(values)
    return Estimate(
        centre=float(logs.mean()),
        squared_error=float(logs.var(ddof=1)) / len(logs),
        freedom=len(logs) - 1,
    )


def ratios(cells: Sequence[Cell], *, tie: float = TIE) -> tuple[Ratio, ...]:
    """How many times slower each stack is than the fastest, fastest first.

    The cells must be of one machine, task, phase and metric, one per stack; ValueError otherwise.
    The intervals of one comparison hold the truth together in 95 of 100 cases.

    `tied` means: no order between this stack and the fastest can be claimed, because the interval
    holds 1, because it lies within 1 +- `tie`, or because one of the two has too few processes.
    The fastest itself is tied when another stack is tied with it.
    """
    if not cells:
        return ()
    _check_comparable(cells)
    best = min(cells, key=lambda cell: (cell.value, cell.stack))
    # Bonferroni over all pairs, since the data also chose which of them to look at.
    miss = MISS / max(1, len(cells) * (len(cells) - 1) // 2)
    others = [_ratio(cell, best, tie=tie, miss=miss) for cell in cells if cell is not best]
    shared = any(ratio.tied for ratio in others)
    first = Ratio(best.stack, best.framework, best.task, 1.0, 1.0, 1.0, tied=shared)
    return tuple(sorted([first, *others], key=lambda ratio: (ratio.value, ratio.stack)))


def _check_comparable(cells: Sequence[Cell]) -> None:
    measured = {(cell.machine, cell.task, cell.phase, cell.metric) for cell in cells}
    if len(measured) > 1:
        raise ValueError(f"cells of different measurements cannot be compared: {sorted(measured)}")
    stacks = [cell.stack for cell in cells]
    if len(set(stacks)) < len(stacks):
        raise ValueError(f"a stack stands twice among the cells: {sorted(stacks)}")


def _ratio(cell: Cell, best: Cell, *, tie: float, miss: float) -> Ratio:
    value = cell.value / best.value
    low, high = _ratio_interval(cell, best, value, miss)
    few = min(cell.processes, best.processes) < MINIMUM_PROCESSES
    tied = few or low <= 1 <= high or (low >= 1 - tie and high <= 1 + tie)
    return Ratio(cell.stack, cell.framework, cell.task, value, low, high, tied=tied)


def _ratio_interval(cell: Cell, best: Cell, value: float, miss: float) -> tuple[float, float]:
    mine = dict(zip(cell.replicates, cell.process_values, strict=True))
    theirs = dict(zip(best.replicates, best.process_values, strict=True))
    common = sorted(mine.keys() & theirs.keys()) if cell.session == best.session else []
    if len(common) >= MINIMUM_PROCESSES:
        pairs = np.array([mine[index] / theirs[index] for index in common])
        return _estimate(pairs).interval(value, miss)
    if min(cell.processes, best.processes) > 1:
        return _welch(cell, best).interval(value, miss)
    return min(value, cell.low / best.high), max(value, cell.high / best.low)


def _welch(cell: Cell, best: Cell) -> Estimate:
    """The difference of two independent estimates, with Welch's degrees of freedom."""
    mine, theirs = (_estimate(np.array(each.process_values)) for each in (cell, best))
    squared = mine.squared_error + theirs.squared_error
    parts = mine.squared_error**2 / mine.freedom + theirs.squared_error**2 / theirs.freedom
    freedom = squared**2 / parts if parts else mine.freedom + theirs.freedom
    return Estimate(mine.centre - theirs.centre, squared, freedom)
