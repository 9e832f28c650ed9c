"""Which stack to run the chosen framework with, from the measurements that speak for the user."""

from collections import defaultdict
from collections.abc import Sequence

from advisor.model import Catalog, Cell, Ratio, StackChoice
from advisor.summarize import ratios

__all__ = ["choose_stack"]


def choose_stack(catalog: Catalog, framework: str, cells: Sequence[Cell]) -> StackChoice:
    """The framework's fastest stack on every task measured, or its default where nothing decides.

    Another stack than the default is named only when it is ahead on all tasks and tied on none:
    a default is what the documentation explains.
    """
    default = catalog.framework(framework).default_stack
    compared = _training_ratios(framework, cells)
    firsts = {
        min(found, key=lambda ratio: (ratio.value, ratio.stack)) for found in compared.values()
    }
    ahead = {first.stack for first in firsts}
    shown = tuple(ratio for found in compared.values() for ratio in found)
    if len(ahead) == 1 and not any(_ties(found) for found in compared.values()):
        return StackChoice(ahead.pop(), True, shown)
    return StackChoice(default, False, shown)


def _training_ratios(framework: str, cells: Sequence[Cell]) -> dict[str, tuple[Ratio, ...]]:
    by_task: dict[str, list[Cell]] = defaultdict(list)
    for cell in cells:
        if cell.framework == framework and (cell.phase, cell.metric) == ("train", "step-seconds"):
            by_task[cell.task].append(cell)
    return {task: ratios(found) for task, found in sorted(by_task.items()) if len(found) > 1}


def _ties(found: tuple[Ratio, ...]) -> bool:
    return sum(ratio.tied for ratio in found) > 1
