"""Evidence -> ratings: what is known of each framework on each criterion, as of a date.

A measurement that speaks for the user's workloads and device comes first; otherwise the newest
statement counts, weakened when it is past its review age; otherwise the level is unknown, which
is a wide interval and never a zero.
"""

import math
from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date

from advisor.model import Catalog, Cell, Criterion, Focus, Rating, Ratio, Statement, Tier
from advisor.summarize import ratios

__all__ = ["is_stale", "newest", "rate", "relevant_cells", "speed_value"]

#: From the most to the least reliable; a stale statement moves one place down.
TIERS: tuple[Tier, ...] = ("measured", "probed", "documented", "judged", "unknown")


def newest(statements: Iterable[Statement], as_of: date) -> dict[tuple[str, str], Statement]:
    """What counts for each (framework, criterion): the newest statement not later than `as_of`."""
    chosen: dict[tuple[str, str], Statement] = {}
    for statement in statements:
        key = (statement.framework, statement.criterion)
        if statement.date <= as_of and (key not in chosen or chosen[key].date < statement.date):
            chosen[key] = statement
    return chosen


def is_stale(statement: Statement, criterion: Criterion, as_of: date) -> bool:
    """Whether the statement is past the criterion's review age."""
    return (as_of - statement.date).days > criterion.review_days


def rate(
    catalog: Catalog, cells: Sequence[Cell], focus: Focus, *, as_of: date
) -> tuple[Rating, ...]:
    """One rating for every framework on every criterion, ordered by criterion, then framework."""
    stated = newest(catalog.statements, as_of)
    spoken = relevant_cells(catalog, cells, focus, as_of)
    found: list[Rating] = []
    for criterion in catalog.criteria:
        measured = _measured(catalog, criterion, spoken)
        for framework in catalog.frameworks:
            statement = stated.get((framework.id, criterion.id))
            rating = measured.get(framework.id) or _stated(statement, criterion, as_of)
            found.append(rating or _unknown(framework.id, criterion.id))
    return tuple(found)


def relevant_cells(
    catalog: Catalog, cells: Iterable[Cell], focus: Focus, as_of: date
) -> tuple[Cell, ...]:
    """The cells that speak for the user: named devices, named workloads, one machine.

    No device named means that no measurement is known to speak; no workload named means that the
    tasks stand for each other. Of several machines the most recently measured one counts, since
    times of different machines are never mixed.
    """
    tasks = {task for id in focus.workloads for task in catalog.workload(id).tasks}
    fitting = [
        cell
        for cell in cells
        if focus.speaks_for(cell.phase, cell.device)
        and cell.date <= as_of
        and (not tasks or cell.task in tasks)
    ]
    machines = sorted({(cell.date, cell.machine) for cell in fitting})
    return tuple(cell for cell in fitting if cell.machine == machines[-1][1])


def speed_value(ratio: float, worst: float) -> float:
    """What being `ratio` times slower than the best is worth: 1 at 1, 0 at `worst`."""
    return min(1.0, max(0.0, 1.0 - math.log(ratio) / math.log(worst)))


def _measured(catalog: Catalog, criterion: Criterion, cells: tuple[Cell, ...]) -> dict[str, Rating]:
    """Ratings from default stacks on the tasks that all measured frameworks have in common."""
    if criterion.measure is None:
        return {}
    wanted = (criterion.measure.phase, criterion.measure.metric)
    default = {framework.default_stack for framework in catalog.frameworks}
    by_task: dict[str, list[Cell]] = defaultdict(list)
    for cell in cells:
        if cell.stack in default and (cell.phase, cell.metric) == wanted:
            by_task[cell.task].append(cell)
    compared = {cell.framework for found in by_task.values() for cell in found}
    if len(compared) < 2:
        return {}
    common = [
        ratio
        for _, found in sorted(by_task.items())
        if {cell.framework for cell in found} == compared
        for ratio in ratios(found, tie=catalog.policy.tie)
    ]
    worst = catalog.policy.worst_ratio
    return {f: _speed(f, criterion, common, worst) for f in compared if common}


def _speed(framework: str, criterion: Criterion, common: list[Ratio], worst: float) -> Rating:
    """The mean value over tasks; the interval's ends are averaged as if errors moved together."""
    own = tuple(ratio for ratio in common if ratio.framework == framework)
    return Rating(
        framework=framework,
        criterion=criterion.id,
        tier="measured",
        level=None,
        value=_mean(speed_value(ratio.value, worst) for ratio in own),
        low=_mean(speed_value(ratio.high, worst) for ratio in own),
        high=_mean(speed_value(ratio.low, worst) for ratio in own),
        ratios=own,
    )


def _mean(values: Iterable[float]) -> float:
    """Added from left to right, which the browser repeats to the bit."""
    total, count = 0.0, 0
    for value in values:
        total, count = total + value, count + 1
    return total / count


def _stated(statement: Statement | None, criterion: Criterion, as_of: date) -> Rating | None:
    if statement is None:
        return None
    stale = is_stale(statement, criterion, as_of)
    tier = TIERS[TIERS.index(statement.tier) + stale]
    if tier == "unknown":
        rating = _unknown(statement.framework, statement.criterion)
        return Rating(**{**vars(rating), "stale": True, "statement": statement})
    return Rating(
        framework=statement.framework,
        criterion=statement.criterion,
        tier=tier,
        level=statement.level,
        value=statement.level / 4,
        low=max(0, statement.level - 1) / 4,
        high=min(4, statement.level + 1) / 4,
        stale=stale,
        statement=statement,
    )


def _unknown(framework: str, criterion: str) -> Rating:
    return Rating(framework, criterion, "unknown", None, 0.5, 0.0, 1.0)
