"""When compiling has paid for itself.

A stack that compiles pays at its first call and saves at every step. Both are differences from the
default stack of the same framework, taken between processes that ran next to each other. Each has
its interval, which misses in half of 5 %, so that the two hold the truth together in 95 of 100
cases; the ends of the number of steps follow from theirs.
"""

import math
from collections.abc import Iterable, Sequence

from advisor.model import BreakEven, Cell
from advisor.summarize.cells import MINIMUM_PROCESSES
from advisor.summarize.estimate import MISS, estimate

__all__ = ["break_evens"]

TRAIN, STEP = "train", "step-seconds"


def break_evens(cells: Iterable[Cell], defaults: Iterable[str]) -> tuple[BreakEven, ...]:
    """One for every stack that costs more at first than the default stack of its framework.

    `defaults` names the default stacks. Without three common processes nothing is said.
    """
    steps = {_place(cell): cell for cell in cells if (cell.phase, cell.metric) == (TRAIN, STEP)}
    starts = {place[:3]: cell for place, cell in steps.items() if cell.stack in set(defaults)}
    pairs = [(cell, starts.get(place[:3])) for place, cell in sorted(steps.items())]
    found = [_break_even(cell, start) for cell, start in pairs if start and cell is not start]
    return tuple(each for each in found if each and each.compile_seconds > 0)


def _place(cell: Cell) -> tuple[str, str, str, str]:
    return cell.machine, cell.framework, cell.task, cell.stack


def _break_even(cell: Cell, start: Cell) -> BreakEven | None:
    common = sorted(set(cell.replicates) & set(start.replicates))
    if cell.session != start.session or len(common) < MINIMUM_PROCESSES:
        return None
    if not cell.compile_seconds or not start.compile_seconds:
        return None
    paid = _differences(cell, start, common, compiling=True)
    saved = [-value for value in _differences(cell, start, common, compiling=False)]
    low_paid, high_paid = estimate(paid).interval(MISS / 2)
    low_saved, high_saved = estimate(saved).interval(MISS / 2)
    mean_paid, mean_saved = estimate(paid).centre, estimate(saved).centre
    return BreakEven(
        stack=cell.stack,
        against=start.stack,
        framework=cell.framework,
        task=cell.task,
        machine=cell.machine,
        compile_seconds=mean_paid,
        saved_seconds=mean_saved,
        steps=_steps(mean_paid, mean_saved),
        low=_steps(low_paid, high_saved),
        high=_steps(high_paid, low_saved),
    )


def _differences(cell: Cell, start: Cell, common: Sequence[int], *, compiling: bool) -> list[float]:
    """Of the seconds paid at first, or of the seconds of a step, process by process."""
    mine, theirs = (
        dict(
            zip(
                each.replicates,
                each.compile_seconds if compiling else each.process_values,
                strict=True,
            )
        )
        for each in (cell, start)
    )
    return [mine[index] - theirs[index] for index in common]


def _steps(paid: float, saved: float) -> float:
    """How many savings make up for what was paid: none if nothing was, never if none is saved."""
    if paid <= 0:
        return 0.0
    return paid / saved if saved > 0 else math.inf
