"""What a ranking leaves out: on how many of the tasks a stack was measured at all."""

from collections import defaultdict
from collections.abc import Iterable

from advisor.model import Cell, Coverage

__all__ = ["coverage"]


def coverage(
    cells: Iterable[Cell], *, wanted: Iterable[tuple[str, str]] = ()
) -> tuple[Coverage, ...]:
    """How much of one phase and metric on one machine each stack has, sorted by stack.

    Wanted of a stack is every task on which any stack has a value. `wanted` adds pairs of stack and
    task that were tried: a stack that failed everywhere must not vanish.
    """
    measured: defaultdict[str, set[str]] = defaultdict(set)
    tasks: set[str] = set()
    for cell in cells:
        measured[cell.stack].add(cell.task)
        tasks.add(cell.task)
    for stack, task in wanted:
        measured[stack] |= set()
        tasks.add(task)
    return tuple(
        Coverage(stack, tuple(sorted(found)), tuple(sorted(tasks - found)))
        for stack, found in sorted(measured.items())
    )
