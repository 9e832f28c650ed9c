"""Cells -> how far each stack is behind the best: ratios of times and sizes, differences of shares.

Both kinds go the same way: the processes of two stacks are paired or not, Student's interval is
taken of logarithms or of the values themselves, and a tie is what allows no order.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Sequence

import numpy as np

from advisor.model import Cell, Difference, Ratio
from advisor.summarize.cells import MINIMUM_PROCESSES
from advisor.summarize.estimate import MISS, Estimate, Values, estimate, held, precision

__all__ = [
    "PRECISION",
    "TIE",
    "TIE_SHARE",
    "comparisons",
    "differences",
    "is_known",
    "ratios",
]

#: A ratio within 1 +- TIE is too small a difference to matter.
TIE = 0.05

#: A difference of shares within +- TIE_SHARE, one percentage point, is too small to matter.
TIE_SHARE = 0.01

#: An interval this narrow is worth no further process.
PRECISION = 0.05


def ratios(cells: Sequence[Cell], *, tie: float = TIE, to: str | None = None) -> tuple[Ratio, ...]:
    """How many times the best each stack takes, best first; or the stack `to`, where it is named.

    The cells must be of one machine, task, phase and metric, one per stack, and no shares;
    ValueError otherwise. The intervals of one comparison hold the truth together in 95 of 100
    cases.

    `tied` means: no order between this stack and the best can be claimed, because the interval
    holds 1, because it lies within 1 +- `tie`, or because one of the two has too few processes.
    The best itself is tied when another stack is tied with it.
    """
    if not cells:
        return ()
    _check_comparable(cells)
    if cells[0].unit == "share":
        raise ValueError("shares are compared by their difference, not by their ratio")
    best, others, miss = _against(cells, to)
    found = [_ratio(cell, best, tie=tie, miss=miss) for cell in others]
    shared = any(ratio.tied for ratio in found)
    first = Ratio(best.stack, best.framework, best.task, 1.0, 1.0, 1.0, tied=shared)
    return tuple(sorted([first, *found], key=lambda ratio: (ratio.value, ratio.stack)))


def differences(cells: Sequence[Cell], *, tie: float = TIE_SHARE) -> tuple[Difference, ...]:
    """How far each stack's share is behind the best one's, best first; as `ratios` otherwise.

    `tied`: the interval holds 0, or lies within +- `tie`, or one of the two has too few processes.
    """
    if not cells:
        return ()
    _check_comparable(cells)
    if cells[0].unit != "share":
        raise ValueError("only shares are compared by their difference")
    best, others, miss = _against(cells, None)
    found = [_difference(cell, best, tie=tie, miss=miss) for cell in others]
    shared = any(each.tied for each in found)
    first = Difference(best.stack, best.framework, best.task, 0.0, 0.0, 0.0, tied=shared)
    return tuple(sorted([first, *found], key=lambda each: (each.value, each.stack)))


def comparisons(cells: Iterable[Cell]) -> list[tuple[Cell, ...]]:
    """The cells that `ratios` can set against each other, in groups of at least two."""
    groups: defaultdict[tuple[str, ...], list[Cell]] = defaultdict(list)
    for cell in cells:
        if cell.unit != "share":
            groups[cell.machine, cell.task, cell.phase, cell.metric].append(cell)
    return [tuple(found) for _, found in sorted(groups.items()) if len(found) > 1]


def is_known(ratio: Ratio, *, tie: float = TIE, target: float = PRECISION) -> bool:
    """Whether more processes would tell nothing new.

    That is so where there is an order, or surely none, or where both ends of the interval are
    within `target` of its middle.
    """
    surely_none = ratio.low >= 1 - tie and ratio.high <= 1 + tie
    return not ratio.tied or surely_none or precision(ratio.low, ratio.high) <= target


def _check_comparable(cells: Sequence[Cell]) -> None:
    measured = {(cell.machine, cell.task, cell.phase, cell.metric) for cell in cells}
    if len(measured) > 1:
        raise ValueError(f"cells of different measurements cannot be compared: {sorted(measured)}")
    stacks = [cell.stack for cell in cells]
    if len(set(stacks)) < len(stacks):
        raise ValueError(f"a stack stands twice among the cells: {sorted(stacks)}")


def _against(cells: Sequence[Cell], to: str | None) -> tuple[Cell, list[Cell], float]:
    """The cell to compare with, the others, and how often each of their intervals may miss.

    Bonferroni over all pairs, since the data also chose which of them to look at; over those with
    the reference, where that was chosen beforehand.
    """
    sign = -1 if cells[0].better == "higher" else 1
    best = min(cells, key=lambda cell: (cell.stack != to, sign * cell.value, cell.stack))
    others = [cell for cell in cells if cell is not best]
    pairs = len(cells) * len(others) // 2 if to is None else len(others)
    return best, others, MISS / max(1, pairs)


def _ratio(cell: Cell, best: Cell, *, tie: float, miss: float) -> Ratio:
    value = cell.value / best.value
    low, high = _ratio_interval(cell, best, value, miss)
    tied = _few(cell, best) or low <= 1 <= high or (low >= 1 - tie and high <= 1 + tie)
    return Ratio(cell.stack, cell.framework, cell.task, value, low, high, tied=tied)


def _ratio_interval(cell: Cell, best: Cell, value: float, miss: float) -> tuple[float, float]:
    mine, theirs = (np.log(np.array(each.process_values)) for each in (cell, best))
    if (apart := _apart(cell, best, mine, theirs)) is not None:
        low, high = apart.interval(miss)
        return held(value, (math.exp(low), math.exp(high)))
    return held(value, (cell.low / best.high, cell.high / best.low))


def _difference(cell: Cell, best: Cell, *, tie: float, miss: float) -> Difference:
    sign = 1 if cell.better == "higher" else -1
    value = sign * (best.value - cell.value)
    mine, theirs = (-sign * np.array(each.process_values) for each in (cell, best))
    apart = _apart(cell, best, mine, theirs)
    low, high = apart.interval(miss) if apart else (-1.0, 1.0)
    low, high = held(value, (max(-1.0, low), min(1.0, high)))
    tied = _few(cell, best) or low <= 0 <= high or (low >= -tie and high <= tie)
    return Difference(cell.stack, cell.framework, cell.task, value, low, high, tied=tied)


def _few(cell: Cell, best: Cell) -> bool:
    return min(cell.processes, best.processes) < MINIMUM_PROCESSES


def _apart(cell: Cell, best: Cell, mine: Values, theirs: Values) -> Estimate | None:
    """How far two cells are apart, by pairs of neighbours where there are enough; None if unknown.

    `mine` and `theirs` are their process values on the scale of the comparison.
    """
    places = dict(zip(cell.replicates, mine, strict=True))
    others = dict(zip(best.replicates, theirs, strict=True))
    common = sorted(places.keys() & others.keys()) if cell.session == best.session else []
    if len(common) >= MINIMUM_PROCESSES:
        return estimate([places[index] - others[index] for index in common])
    if min(len(mine), len(theirs)) > 1:
        return estimate(mine).minus(estimate(theirs))
    return None
