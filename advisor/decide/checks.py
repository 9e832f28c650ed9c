"""Second opinions on a decision: two other methods, and a test that the ranking is not accidental.

    TOPSIS        nearest to the best and farthest from the worst of what is on offer
    PROMETHEE II  who is preferred to whom, criterion by criterion
    reversals     drop everyone but the winner in turn, add a worse copy of each: the order of the
                  rest must stand

All work on the central values and weights. They change no verdict; where they disagree, the reader
learns that the choice of method matters. Only + - * /, `sqrt` and comparisons occur and sums run
from left to right, so that a browser finds the same bits.
"""

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Final

from advisor.decide.score import LEVELS, Matrix, central_scores, central_weights
from advisor.model import CheckMethod, Checks, Rating, Reversal, SecondOpinion

__all__ = ["cross_check", "promethee", "reversals", "topsis"]

Values = Sequence[Sequence[float]]

#: A lead of one level counts in full in a comparison of two.
FULL: Final = 1.0 / (LEVELS - 1)

#: Scores nearer than this are equal but for rounding, and have no order that could turn.
ROUNDING: Final = 1.0 / 1073741824.0


def cross_check(
    matrix: Matrix, everyone: Iterable[str], without: Callable[[str], Matrix], *, margin: float
) -> Checks | None:
    """What other methods say of a decided problem; None if everyone is ruled out.

    `everyone` are all frameworks, ruled out or not; `without` poses the problem again as if one of
    them had never been measured or rated. `margin` is the lead that nobody would notice.
    """
    if not matrix.frameworks:
        return None
    values = [[rating.value for rating in row] for row in matrix.ratings]
    weights = central_weights(matrix)
    winner = _ranking(matrix.frameworks, central_scores(matrix))[0][0]
    opinions = (
        _opinion("topsis", matrix, topsis(values, weights), winner),
        _opinion("promethee-ii", matrix, promethee(values, weights, indifference=margin), winner),
    )
    losers = [framework for framework in everyone if framework != winner]
    return Checks(opinions, tuple(reversals(matrix, losers, without)))


def _opinion(
    method: CheckMethod, matrix: Matrix, scores: Sequence[float], winner: str
) -> SecondOpinion:
    ranking = _ranking(matrix.frameworks, scores)
    return SecondOpinion(method, ranking, ranking[0][0] == winner)


def _ranking(frameworks: Sequence[str], scores: Sequence[float]) -> tuple[tuple[str, float], ...]:
    """Best first; equal scores in order of id."""
    pairs = zip(frameworks, scores, strict=True)
    return tuple(sorted(pairs, key=lambda pair: (-pair[1], pair[0])))


def topsis(values: Values, weights: Sequence[float]) -> list[float]:
    """Closeness to the ideal (m) of m x n values with n weights (Hwang and Yoon 1981).

    The values share one scale with a fixed meaning, so they are not normalised again: that would
    let the worst on offer stretch the scale. Where all are alike, everyone stands half way.
    """
    weighted = [
        [weight * value for weight, value in zip(weights, row, strict=True)] for row in values
    ]
    ideal = [max(column) for column in zip(*weighted, strict=True)]
    worst = [min(column) for column in zip(*weighted, strict=True)]
    closeness = []
    for row in weighted:
        far, near = _distance(row, worst), _distance(row, ideal)
        closeness.append(far / (far + near) if far + near > 0.0 else 0.5)
    return closeness


def _distance(row: Sequence[float], point: Sequence[float]) -> float:
    total = 0.0
    for value, other in zip(row, point, strict=True):
        total = total + (value - other) * (value - other)
    return math.sqrt(total)


def promethee(
    values: Values, weights: Sequence[float], *, indifference: float, full: float = FULL
) -> list[float]:
    """Net flows (m) of m x n values with n weights (Brans and Vincke 1985).

    Linear preference with indifference (their type V): a difference up to `indifference` counts
    nothing, one of `full` or more counts 1, and in between it grows evenly. So being
    far ahead on one criterion counts no more than being one level ahead.
    """
    flows = []
    for own, row in enumerate(values):
        flow = 0.0
        for other, rival in enumerate(values):
            if other != own:
                flow = flow + _preference(row, rival, weights, indifference, full)
                flow = flow - _preference(rival, row, weights, indifference, full)
        flows.append(flow / (len(values) - 1) if len(values) > 1 else 0.0)
    return flows


def _preference(
    row: Sequence[float],
    rival: Sequence[float],
    weights: Sequence[float],
    indifference: float,
    full: float,
) -> float:
    """How much of the weight prefers `row`."""
    total = 0.0
    for weight, value, other in zip(weights, row, rival, strict=True):
        ahead = value - other
        if ahead > full:
            total = total + weight
        elif ahead > indifference:
            total = total + weight * ((ahead - indifference) / (full - indifference))
    return total


def reversals(
    matrix: Matrix,
    losers: Iterable[str],
    without: Callable[[str], Matrix],
    *,
    scored: Callable[[Matrix], list[float]] = central_scores,
) -> Iterator[Reversal]:
    """The pairs that change places when a loser goes, or when a worse copy of someone joins."""
    before = _scores(matrix, scored)
    for loser in losers:
        for ahead, behind in _turned(before, _scores(without(loser), scored)):
            yield Reversal("dropped", loser, ahead, behind)
    for own, framework in enumerate(matrix.frameworks):
        for ahead, behind in _turned(before, _scores(_with_copy(matrix, own), scored)):
            yield Reversal("copied", framework, ahead, behind)


def _scores(matrix: Matrix, scored: Callable[[Matrix], list[float]]) -> dict[str, float]:
    if not matrix.frameworks:
        return {}
    return dict(zip(matrix.frameworks, scored(matrix), strict=True))


def _turned(before: dict[str, float], after: dict[str, float]) -> Iterator[tuple[str, str]]:
    both = sorted(before.keys() & after.keys())
    for ahead in both:
        for behind in both:
            led = before[ahead] - before[behind] > ROUNDING
            if led and after[behind] - after[ahead] > ROUNDING:
                yield ahead, behind


def _with_copy(matrix: Matrix, own: int) -> Matrix:
    """The problem with a newcomer that is everywhere one level below a framework."""
    copy = tuple(_worse(rating) for rating in matrix.ratings[own])
    return replace(
        matrix,
        frameworks=(*matrix.frameworks, f"{matrix.frameworks[own]}-copy"),
        ratings=(*matrix.ratings, copy),
    )


def _worse(rating: Rating) -> Rating:
    return replace(rating, value=max(0.0, rating.value - FULL))
