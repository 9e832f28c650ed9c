"""Group weights from pairwise comparisons: the analytic hierarchy process (Saaty 1980).

    judgements   "deployment matters 3 times as much as performance", for every two groups compared
    priorities   the weights that fit them best: the principal eigenvector
    consistency  how far the judgements contradict each other, relative to judgements at random
    revisit      the judgement that contradicts the others most
    scaled       needs whose groups carry these weights

A way to say outright which groups of criteria matter. Those that are not compared keep what the
answers give them. A ratio above `ACCEPTABLE` says that the judgements should be thought over.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import combinations
from typing import Final

from advisor.model import Catalog, Judgement, Needs, Revisit, Weighing

__all__ = [
    "ACCEPTABLE",
    "consistency_ratio",
    "group_shares",
    "pairwise",
    "priorities",
    "scaled_by_groups",
    "weigh",
    "worth_revisiting",
]

Pairwise = Sequence[Sequence[float]]

#: Saaty's bound: more inconsistency than a tenth of what chance gives calls for second thoughts.
ACCEPTABLE: Final = 0.1

#: The least and the greatest importance of one over another on Saaty's scale.
SCALE: Final = (1.0 / 9.0, 9.0)

#: The mean consistency index of random judgements on n things (Saaty 2005, Theory and Applications
#: of the Analytic Network Process, page 31); two things cannot contradict each other.
RANDOM_INDEX: Final = {
    3: 0.52,
    4: 0.89,
    5: 1.11,
    6: 1.25,
    7: 1.35,
    8: 1.40,
    9: 1.45,
    10: 1.49,
    11: 1.52,
    12: 1.54,
    13: 1.56,
    14: 1.58,
    15: 1.59,
}

#: The iteration ends when no weight moves by more than this, far below any meaning.
SETTLED: Final = 1e-14
MOST_STEPS: Final = 10_000


def weigh(judgements: Sequence[Judgement]) -> Weighing:
    """What these judgements say together, on every two of the groups that they name.

    ValueError as for `pairwise`.
    """
    groups, matrix = _compared(judgements)
    ratio = consistency_ratio(matrix)
    return Weighing(
        shares=group_shares(judgements),
        ratio=ratio,
        acceptable=ratio <= ACCEPTABLE,
        revisit=worth_revisiting(groups, matrix),
    )


def group_shares(judgements: Sequence[Judgement]) -> tuple[tuple[str, float], ...]:
    """The share (0 to 1) of each group in what the groups weigh together, the largest first.

    ValueError as for `pairwise`.
    """
    groups, matrix = _compared(judgements)
    shares = zip(groups, priorities(matrix), strict=True)
    return tuple(sorted(shares, key=lambda share: (-share[1], share[0])))


def _compared(judgements: Sequence[Judgement]) -> tuple[list[str], Pairwise]:
    """The groups in order of id, and how many times as important each is as each other."""
    groups = sorted({group for judged in judgements for group in (judged.more, judged.less)})
    stated = {(judged.more, judged.less): judged.times for judged in judgements}
    return groups, pairwise(groups, stated)


def pairwise(
    groups: Sequence[str], judgements: Mapping[tuple[str, str], float]
) -> tuple[tuple[float, ...], ...]:
    """The reciprocal matrix (n x n) of how many times as important each group is as each other.

    Each pair is judged once, in either order, from 1/9 to 9. Raises ValueError naming the first
    pair that is missing, judged twice, unknown or off the scale.
    """
    pairs = {frozenset(pair) for pair in combinations(groups, 2)}
    for pair, judged in judgements.items():
        if frozenset(pair) not in pairs or pair[::-1] in judgements:
            raise ValueError(f"{pair[0]} and {pair[1]} are no pair of groups or are judged twice")
        if not SCALE[0] <= judged <= SCALE[1]:
            raise ValueError(f"{pair[0]} over {pair[1]} is {judged}, which is not from 1/9 to 9")
    return tuple(tuple(_judged(row, column, judgements) for column in groups) for row in groups)


def _judged(row: str, column: str, judgements: Mapping[tuple[str, str], float]) -> float:
    if row == column:
        return 1.0
    if (row, column) in judgements:
        return judgements[row, column]
    if (column, row) in judgements:
        return 1.0 / judgements[column, row]
    raise ValueError(f"{row} and {column} have not been compared")


def priorities(matrix: Pairwise) -> list[float]:
    """The weights (n), adding up to 1: the principal eigenvector, by power iteration."""
    weights = [1.0 / len(matrix)] * len(matrix)
    for _ in range(MOST_STEPS):
        product = _times(matrix, weights)
        total = _added(product)
        moved = [value / total for value in product]
        if max(abs(new - old) for new, old in zip(moved, weights, strict=True)) <= SETTLED:
            return moved
        weights = moved
    return weights


def _times(matrix: Pairwise, weights: Sequence[float]) -> list[float]:
    return [_added([a * w for a, w in zip(row, weights, strict=True)]) for row in matrix]


def _added(values: Sequence[float]) -> float:
    total = 0.0
    for value in values:
        total = total + value
    return total


def consistency_ratio(matrix: Pairwise) -> float:
    """How inconsistent the judgements are: 0 not at all, 1 as random ones are.

    Raises ValueError for more things than the random index is known for.
    """
    size = len(matrix)
    if size < 3:
        return 0.0
    if size not in RANDOM_INDEX:
        raise ValueError(f"no random index for {size} things: compare at most {max(RANDOM_INDEX)}")
    # Weights add up to 1, so what the matrix makes of them adds up to its principal eigenvalue.
    eigenvalue = _added(_times(matrix, priorities(matrix)))
    return max(0.0, (eigenvalue - size) / (size - 1) / RANDOM_INDEX[size])


def worth_revisiting(groups: Sequence[str], matrix: Pairwise) -> Revisit | None:
    """The one judgement that lowers the ratio most when it becomes what the weights imply.

    None where no change lowers it, because the judgements do not contradict each other.
    """
    weights, best, least = priorities(matrix), None, consistency_ratio(matrix)
    for row, column in combinations(range(len(groups)), 2):
        implied = weights[row] / weights[column]
        ratio = consistency_ratio(_changed(matrix, row, column, implied))
        # Rounding alone lowers nothing.
        if least - ratio > 1e-12:
            best = Revisit(groups[row], groups[column], matrix[row][column], implied, ratio)
            least = ratio
    return best


def _changed(matrix: Pairwise, row: int, column: int, judged: float) -> list[list[float]]:
    changed = [list(values) for values in matrix]
    changed[row][column], changed[column][row] = judged, 1.0 / judged
    return changed


def scaled_by_groups(needs: Needs, catalog: Catalog, weights: Mapping[str, float]) -> Needs:
    """The same needs with the points of the groups that have weights divided by them.

    Within a group the answers keep their say, and the sum of all points stays; so do the points of
    groups without a weight. A group that nothing was asked of stays without points, and the others
    share its weight. Raises ValueError if a weight is not above zero.
    """
    factor = _factors(_group_points(needs, catalog), weights)
    group = {criterion.id: criterion.group for criterion in catalog.criteria}

    def scaled(points: Mapping[str, float]) -> dict[str, float]:
        return {id: value * factor[group[id]] for id, value in points.items()}

    return replace(needs, own=scaled(needs.own), open=scaled(needs.open), core=scaled(needs.core))


def _group_points(needs: Needs, catalog: Catalog) -> dict[str, float]:
    """The points of every group that the needs mention."""
    group = {criterion.id: criterion.group for criterion in catalog.criteria}
    total: dict[str, float] = {}
    for points in (needs.own, needs.open, needs.core):
        for id, value in points.items():
            total[group[id]] = total.get(group[id], 0.0) + value
    return total


def _factors(points: Mapping[str, float], weights: Mapping[str, float]) -> dict[str, float]:
    for group, weight in weights.items():
        if not weight > 0.0:
            raise ValueError(f"{group} has no weight above zero")
    asked = {group: total for group, total in points.items() if total > 0.0 and group in weights}
    shared = _added([weights[group] for group in asked])
    everything = _added(list(asked.values()))
    return {
        group: weights[group] / shared * everything / asked[group] if group in asked else 1.0
        for group in points
    }
