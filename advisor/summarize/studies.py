"""What two measurements of the same thing say about measuring: twins, and sessions.

In an A/A study every stack runs twice per round, as neighbours. Whatever the ranking says of the
two is wrong unless it says "tied". So the study shows which estimator deserves trust.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from advisor.model import Cell, Estimator, Ratio
from advisor.runs import Runs
from advisor.summarize.cells import QUANTILES, summarize
from advisor.summarize.compare import TIE, ratios

__all__ = ["ESTIMATORS", "Agreement", "Pair", "Repeat", "compare_sessions", "repeats", "study"]

ESTIMATORS: tuple[Estimator, ...] = (*QUANTILES, "cpu-time")


@dataclass(frozen=True)
class Agreement:
    """How an estimator did on pairs of twins.

    `tied` of `cells` tie; `median` and `ninetieth` are quantiles of |log ratio| of the twins, about
    the share by which they differ.
    """

    estimator: Estimator
    cells: int
    tied: int
    median: float
    ninetieth: float


@dataclass(frozen=True)
class Pair:
    """One cell measured in two sessions, and how many times the first the second took."""

    first: Cell
    second: Cell
    ratio: Ratio


@dataclass(frozen=True)
class Repeat:
    """The same ratio of two stacks in two sessions; `overlaps` tells whether the intervals do.

    `ordered` tells whether both sessions claim an order of the two, `agrees` whether it is one.
    """

    task: str
    phase: str
    metric: str
    to: str
    first: Ratio
    second: Ratio

    @property
    def overlaps(self) -> bool:
        """Whether one value can be within both intervals."""
        return self.first.low <= self.second.high and self.second.low <= self.first.high

    @property
    def ordered(self) -> bool:
        """Whether the two stacks are tied in neither session."""
        return not (self.first.tied or self.second.tied)

    @property
    def agrees(self) -> bool:
        """Whether the same stack is ahead in both, tied or not."""
        return (self.first.value > 1) == (self.second.value > 1)


def study(
    runs: Runs, *, tie: float = TIE, estimators: Sequence[Estimator] = ESTIMATORS
) -> tuple[Agreement, ...]:
    """What each estimator makes of the twins of an A/A study."""
    return tuple(_agreement(estimator, _twins(runs, estimator), tie) for estimator in estimators)


def _twins(runs: Runs, estimator: Estimator) -> list[tuple[Cell, Cell]]:
    """The times of the first and of the second twins, as stacks of two names."""
    halves = []
    for twin in (0, 1):
        rows = runs.measurements[runs.measurements["twin"] == twin]
        cells = summarize(replace(runs, measurements=rows), estimator=estimator)
        fitting = [cell for cell in cells if cell.unit == "s" and _fits(cell, estimator)]
        halves.append({(*_where(cell), cell.stack): cell for cell in fitting})
    first, second = halves
    return [
        (first[key], replace(second[key], stack=f"{second[key].stack}-again"))
        for key in sorted(first.keys() & second.keys())
    ]


def _fits(cell: Cell, estimator: Estimator) -> bool:
    """Processor time is not taken everywhere; whatever else there is follows from the samples."""
    return estimator != "cpu-time" or "cpu_seconds" in cell.detail


def _agreement(estimator: Estimator, twins: Sequence[tuple[Cell, Cell]], tie: float) -> Agreement:
    apart = [abs(math.log(second.value / first.value)) for first, second in twins]
    middle, ninetieth = np.quantile(apart, [0.5, 0.9]) if apart else (math.nan, math.nan)
    tied = sum(ratios(pair, tie=tie)[0].tied for pair in twins)
    return Agreement(estimator, len(twins), tied, float(middle), float(ninetieth))


def compare_sessions(
    first: Iterable[Cell], second: Iterable[Cell], *, tie: float = TIE
) -> tuple[Pair, ...]:
    """Every time and size that both have, with the ratio of the second to the first."""
    before = {_own(cell): cell for cell in first if cell.unit != "share"}
    return tuple(
        Pair(before[_own(cell)], cell, _between(before[_own(cell)], cell, tie))
        for cell in sorted(second, key=_own)
        if _own(cell) in before
    )


def _between(first: Cell, second: Cell, tie: float) -> Ratio:
    """As if they were two stacks; machines may differ, since nobody is ranked by this."""
    earlier = replace(first, stack="first", machine=second.machine)
    found = ratios((earlier, replace(second, stack="second")), tie=tie, to="first")
    (ratio,) = (each for each in found if each.stack == "second")
    return replace(ratio, stack=second.stack)


def repeats(pairs: Sequence[Pair], *, tie: float = TIE) -> tuple[Repeat, ...]:
    """The ratios between stacks that both sessions have, to the stack that led in the first."""
    found: list[Repeat] = []
    for (_, *measured), group in _grouped(pairs):
        if len(group) < 2:
            continue
        leader = min((pair.first for pair in group), key=lambda cell: (cell.value, cell.stack))
        sides = ([pair.first for pair in group], [pair.second for pair in group])
        first, second = (
            {ratio.stack: ratio for ratio in ratios(side, tie=tie, to=leader.stack)}
            for side in sides
        )
        task, phase, metric = map(str, measured)
        found += [
            Repeat(task, phase, metric, leader.stack, first[stack], second[stack])
            for stack in sorted(first.keys() - {leader.stack})
        ]
    return tuple(found)


def _grouped(pairs: Iterable[Pair]) -> Iterable[tuple[tuple[Hashable, ...], list[Pair]]]:
    groups: defaultdict[tuple[Hashable, ...], list[Pair]] = defaultdict(list)
    for pair in pairs:
        groups[_where(pair.first)].append(pair)
    return sorted(groups.items())


def _where(cell: Cell) -> tuple[str, str, str, str]:
    return cell.machine, cell.task, cell.phase, cell.metric


def _own(cell: Cell) -> tuple[str, str, str, str]:
    return cell.task, cell.phase, cell.metric, cell.stack
