"""Evidence -> ratings: what is known of each framework on each criterion, as of a date.

A measurement that speaks for the user's workloads and device comes first; otherwise the newest
statement counts, weakened when it is past its review age; otherwise the level is unknown, which
is a wide interval and never a zero.
"""

import math
from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date

from advisor.model import (
    Catalog,
    Cell,
    Criterion,
    Difference,
    Focus,
    Policy,
    Rating,
    Ratio,
    Statement,
    Tier,
)
from advisor.summarize import differences, ratios

__all__ = ["Gap", "compared", "is_stale", "newest", "rate", "relevant_cells", "unclipped", "worth"]

#: How far a stack is behind the best: by a factor, or for shares by a difference.
Gap = Ratio | Difference

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
    """The cells that speak for the user: named devices, named workloads, one machine a phase.

    No device named means that no measurement is known to speak; no workload named means that the
    tasks stand for each other. In each phase the machine that was measured last counts: times
    of different machines are never mixed, and a phase that the last machine was not measured in
    keeps its own. A stale cell speaks for a task that is no more.
    """
    tasks = {task for id in focus.workloads for task in catalog.workload(id).tasks}
    cells = tuple(cells)
    situations = {(cell.phase, cell.device) for cell in cells}
    speaking = {situation for situation in situations if focus.speaks_for(*situation)}
    fitting = [
        cell
        for cell in cells
        if (cell.phase, cell.device) in speaking
        and not cell.stale
        and cell.date <= as_of
        and (not tasks or cell.task in tasks)
    ]
    moments = sorted({(*cell.measured_at, cell.phase) for cell in fitting})
    last = {phase: machine for _, _, machine, phase in moments}
    return tuple(cell for cell in fitting if cell.machine == last[cell.phase])


def compared(cells: Sequence[Cell], policy: Policy) -> tuple[Gap, ...]:
    """How far each stack is behind the best of them, best first; of one task and metric only."""
    if cells and cells[0].unit == "share":
        return differences(cells, tie=policy.tie_share)
    return ratios(cells, tie=policy.tie)


def unclipped(gap: Gap, behind: float, policy: Policy) -> float:
    """What being so far behind is worth, on the scale of `gap`: 1 at the best.

    It falls evenly with the logarithm of a ratio and reaches 0 at the worst ratio, or evenly with a
    difference and reaches 0 at the worst difference; beyond it is negative.
    """
    if isinstance(gap, Difference):
        return 1.0 - behind / policy.worst_difference
    return 1.0 - math.log(behind) / math.log(policy.worst_ratio)


def worth(gap: Gap, behind: float, policy: Policy) -> float:
    """The same, within 0 and 1."""
    return min(1.0, max(0.0, unclipped(gap, behind, policy)))


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
    frameworks = {cell.framework for found in by_task.values() for cell in found}
    if len(frameworks) < 2:
        return {}
    common = [
        gap
        for _, found in sorted(by_task.items())
        if {cell.framework for cell in found} == frameworks
        for gap in compared(found, catalog.policy)
    ]
    return {f: _found(f, criterion, common, catalog.policy) for f in frameworks if common}


def _found(framework: str, criterion: Criterion, common: list[Gap], policy: Policy) -> Rating:
    """The mean value over tasks; the interval's ends are averaged as if errors moved together."""
    own = [gap for gap in common if gap.framework == framework]
    return Rating(
        framework=framework,
        criterion=criterion.id,
        tier="measured",
        level=None,
        value=_mean(worth(gap, gap.value, policy) for gap in own),
        low=_mean(worth(gap, gap.high, policy) for gap in own),
        high=_mean(worth(gap, gap.low, policy) for gap in own),
        ratios=tuple(gap for gap in own if isinstance(gap, Ratio)),
        differences=tuple(gap for gap in own if isinstance(gap, Difference)),
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
