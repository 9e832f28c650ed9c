"""The kernel: a weighted mean, and the same again for many draws of what is not known for sure.

Stochastic multicriteria acceptability analysis (SMAA-2, Lahdelma and Salminen 2001; ordinal levels
after SMAA-O, Lahdelma, Miettinen and Salminen 2003). Each draw has its own weights, its own level
errors, its own spacing of the levels and its own measured values. A framework whose drawn level
misses a must-have is out of that draw: how surely it meets them is part of how surely it wins.

The kernel is made to run in a browser too and to give the same bits there. Therefore only + - * /,
comparisons and 32-bit integer operations occur; sums run from left to right; there is no file,
clock, logging or random generator. Randomness is a hash of (seed, name, draw): a criterion's draws
do not depend on what else is in the problem, so two problems can be compared draw by draw.
"""

from dataclasses import dataclass
from functools import lru_cache
from typing import Final, NamedTuple, Self

import numpy as np
import numpy.typing as npt

from advisor.model import Policy, Rating

__all__ = [
    "Acceptability",
    "Matrix",
    "Uniform",
    "acceptability",
    "central_scores",
    "central_weights",
    "drawn_levels",
    "fnv1a",
    "mix",
]

Floats = npt.NDArray[np.float64]
Words = npt.NDArray[np.uint32]

#: Criteria, their groups, and their points: settled and open.
Points = tuple[tuple[str, ...], tuple[str, ...], tuple[float, ...], tuple[float, ...]]

LEVELS: Final = 5
MASK: Final = 0xFFFFFFFF

#: The score of whoever is out of a draw: below all others, which are from 0 to 1.
OUT: Final = -1.0


@dataclass(frozen=True)
class Matrix:
    """A decision problem: m frameworks x n weighted criteria.

    `settled` and `open` are points (n), `groups` names each criterion's group (n), `ratings[a][c]`
    is framework a on criterion c. Frameworks and criteria are in the order of their ids.
    `demands[a]` are framework a's ratings on the must-haves, each with the least level; empty
    without must-haves.
    """

    frameworks: tuple[str, ...]
    criteria: tuple[str, ...]
    groups: tuple[str, ...]
    settled: tuple[float, ...]
    open: tuple[float, ...]
    ratings: tuple[tuple[Rating, ...], ...]
    demands: tuple[tuple[tuple[Rating, int], ...], ...] = ()


@dataclass(frozen=True)
class Acceptability:
    """Counts over all draws.

    `wins` (m): draws that a framework leads by at least the margin. `unmet`: draws in which nobody
    meets the must-haves; `ties`: the others that nobody leads so far. `ranks` (m x m): draws in
    which framework a has rank r by score among those that meet them, equal scores in order of id.
    """

    draws: int
    wins: tuple[int, ...]
    ties: int
    unmet: int
    ranks: tuple[tuple[int, ...], ...]


def central_weights(matrix: Matrix) -> list[float]:
    """Normalised weights (n), adding up to 1 within rounding."""
    total = 0.0
    for settled, open in zip(matrix.settled, matrix.open, strict=True):
        total = total + (settled + open)
    return [(s + o) / total for s, o in zip(matrix.settled, matrix.open, strict=True)]


def central_scores(matrix: Matrix) -> list[float]:
    """The weighted mean of values (m): contributions added from left to right."""
    weights = central_weights(matrix)
    scores = []
    for row in matrix.ratings:
        score = 0.0
        for weight, rating in zip(weights, row, strict=True):
            score = score + weight * rating.value
        scores.append(score)
    return scores


def acceptability(matrix: Matrix, policy: Policy) -> Acceptability:
    """How often each framework wins when everything uncertain is drawn `policy.draws` times."""
    scores = _drawn_scores(matrix, policy)
    order = _ranks(scores)
    best, second = _two_best(scores)
    met = best >= 0.0
    led = met & (best - second >= policy.margin)
    wins = tuple(int(np.count_nonzero(led & (rank == 0))) for rank in order)
    ranks = tuple(
        _places(rank[score >= 0.0], len(order)) for rank, score in zip(order, scores, strict=True)
    )
    unmet = policy.draws - int(np.count_nonzero(met))
    return Acceptability(policy.draws, wins, policy.draws - unmet - sum(wins), unmet, ranks)


def _places(ranks: npt.NDArray[np.int64], count: int) -> tuple[int, ...]:
    """How many draws end at each place."""
    return tuple(int(np.count_nonzero(ranks == place)) for place in range(count))


def _drawn_scores(matrix: Matrix, policy: Policy) -> list[Floats]:
    """Each framework's score in each draw, OUT where it misses a must-have: m columns of draws."""
    uniform = Uniform(policy.seed, policy.draws)
    points = (matrix.criteria, matrix.groups, matrix.settled, matrix.open)
    weights, total = _drawn_weights(points, _Spread.of(policy))
    spacing = _drawn_spacing(uniform)
    scores = []
    for own, row in enumerate(matrix.ratings):
        score = _zeros(policy)
        for weight, rating in zip(weights, row, strict=True):
            score = score + weight * _drawn_value(rating, spacing, policy, uniform)
        score = score / total
        for rating, least in matrix.demands[own] if matrix.demands else ():
            score = np.where(drawn_levels(rating, policy, uniform) < least, OUT, score)
        scores.append(score)
    return scores


class Uniform:
    """Numbers in [0, 1) by name: counter-based, so the same in any order and in any language."""

    def __init__(self, seed: int, draws: int) -> None:
        self._seed = seed
        self._base = mix(np.arange(draws, dtype=np.uint32) + np.uint32(seed & MASK))

    def __call__(self, name: str) -> Floats:
        """The column of draws called `name`."""
        column: Floats = mix(self._base ^ _key(name, self._seed & MASK)) / 4294967296.0
        return column


@lru_cache(maxsize=1024)
def _key(name: str, seed: int) -> np.uint32:
    """What sets the draws of one name apart from those of another."""
    key: np.uint32 = mix(np.array([fnv1a(name) ^ seed], dtype=np.uint32))[0]
    return key


def fnv1a(name: str) -> int:
    """The 32-bit FNV-1a hash of an ASCII name (Fowler, Noll and Vo)."""
    hashed = 0x811C9DC5
    for byte in name.encode("ascii"):
        hashed = ((hashed ^ byte) * 0x01000193) & MASK
    return hashed


def mix(word: Words) -> Words:
    """A 32-bit finaliser with low bias ("lowbias32", C. Wellons, hash-prospector)."""
    mixed = word ^ (word >> np.uint32(16))
    mixed *= np.uint32(0x7FEB352D)
    mixed ^= mixed >> np.uint32(15)
    mixed *= np.uint32(0x846CA68B)
    mixed ^= mixed >> np.uint32(16)
    return mixed


def _zeros(policy: Policy) -> Floats:
    return np.zeros(policy.draws, dtype=np.float64)


class _Spread(NamedTuple):
    """What drawing weights takes of a policy."""

    seed: int
    draws: int
    settled: tuple[float, float]
    open: tuple[float, float]

    @classmethod
    def of(cls, policy: Policy) -> Self:
        """The spreads with the means of their factors."""
        settled = (policy.spread, policy.spread_mean)
        open = (policy.open_spread, policy.open_spread_mean)
        return cls(policy.seed, policy.draws, settled, open)


@lru_cache(maxsize=8)
def _drawn_weights(points: Points, spread: _Spread) -> tuple[list[Floats], Floats]:
    """The weights and their sum, kept since the same needs are decided on two dates.

    Two levels: a factor per group, and one per criterion, wider where a question stayed open.
    """
    criteria, groups, all_settled, all_open = points
    uniform = Uniform(spread.seed, spread.draws)
    factors = _drawn_groups(tuple(sorted(set(groups))), uniform, spread.draws)
    weights, total = [], np.zeros(spread.draws)
    for place, criterion in enumerate(criteria):
        drawn = _points(all_settled[place], f"settled/{criterion}", spread.settled, uniform)
        drawn = drawn + _points(all_open[place], f"open/{criterion}", spread.open, uniform)
        weights.append(factors[groups[place]] * drawn)
        total = total + weights[-1]
    return weights, total


def _points(
    points: float, name: str, spread: tuple[float, float], uniform: Uniform
) -> Floats | float:
    """The points in every draw; no points need no column, since 0 times any factor is 0.

    Divided by the factor's mean, so that uncertainty never moves the mean weight itself.
    """
    widest, mean = spread
    return (points / mean) * _stretched(uniform(name), widest) if points else 0.0


def _drawn_groups(groups: tuple[str, ...], uniform: Uniform, draws: int) -> dict[str, Floats]:
    """Half fixed at 1, half a spacing of sorted uniforms scaled to mean 1."""
    cuts = [uniform(f"group/{number}") for number in range(1, len(groups))]
    ordered = list(np.sort(np.array(cuts), axis=0)) if cuts else []
    edges = [np.zeros(draws), *ordered, np.ones(draws)]
    return {
        group: 0.5 + 0.5 * (len(groups) * (edges[place + 1] - edges[place]))
        for place, group in enumerate(groups)
    }


def _stretched(column: Floats, spread: float) -> Floats:
    """A factor in (1/spread, spread), as likely to shrink as to grow."""
    push = 2.0 * column - 1.0
    grown = 1.0 + np.abs(push) * (spread - 1.0)
    factor: Floats = np.where(push < 0.0, 1.0 / grown, grown)
    return factor


def _drawn_spacing(uniform: Uniform) -> Floats:
    """The value of each level (LEVELS x draws): 0, three sorted uniforms, 1."""
    between = np.sort(np.array([uniform(f"spacing/{number}") for number in (1, 2, 3)]), axis=0)
    ends = np.zeros((1, between.shape[1]))
    return np.concatenate([ends, between, ends + 1.0])


def _drawn_value(rating: Rating, spacing: Floats, policy: Policy, uniform: Uniform) -> Floats:
    """One rating's value in every draw."""
    column = uniform(_value_name(rating))
    if rating.tier == "measured":
        return _drawn_measurement(rating, column)
    if rating.level is None:
        any_level = (column * LEVELS).astype(np.int64)
        return spacing.ravel().take(any_level * column.size + np.arange(column.size))
    level = rating.level
    value: Floats = spacing[level]
    lower, upper = _error_shares(level, policy.error[rating.tier])
    if upper:
        value = np.where(column >= 1.0 - upper, spacing[level + 1], value)
    return np.where(column < lower, spacing[level - 1], value) if lower else value


def _value_name(rating: Rating) -> str:
    """What a framework inherits is the same fact: both get the same error in the same draw."""
    owner = rating.framework
    if rating.statement is not None and rating.statement.inherits is not None:
        owner = rating.statement.inherits
    return f"value/{owner}/{rating.criterion}"


def drawn_levels(rating: Rating, policy: Policy, uniform: Uniform) -> npt.NDArray[np.int64]:
    """One rating's level in every draw. What is measured has none and counts as the highest."""
    column = uniform(_value_name(rating))
    if rating.tier == "measured":
        return np.full(column.size, LEVELS - 1, dtype=np.int64)
    if rating.level is None:
        return (column * LEVELS).astype(np.int64)
    return _drawn_level(rating.level, column, policy.error[rating.tier])


def _drawn_level(level: int, column: Floats, error: float) -> npt.NDArray[np.int64]:
    """The level, wrong by one in a share `error` of the draws; at an end it can only err inwards.

    A small draw errs down and a large one up, so in any draw a better level stays the better one.
    """
    lower, upper = _error_shares(level, error)
    raised = np.where(column >= 1.0 - upper, level + 1, level)
    return np.where(column < lower, level - 1, raised)


def _error_shares(level: int, error: float) -> tuple[float, float]:
    """The shares of draws in which a level is really one lower, and one higher."""
    lower = 0.0 if level == 0 else error if level == LEVELS - 1 else error * 0.5
    upper = 0.0 if level == LEVELS - 1 else error if level == 0 else error * 0.5
    return lower, upper


def _drawn_measurement(rating: Rating, column: Floats) -> Floats:
    """Below the value in half of the draws and above in the other half, evenly in the interval."""
    below = rating.low + (rating.value - rating.low) * (2.0 * column)
    above = rating.value + (rating.high - rating.value) * (2.0 * column - 1.0)
    value: Floats = np.where(column < 0.5, below, above)
    return value


def _ranks(scores: list[Floats]) -> list[npt.NDArray[np.int64]]:
    """Each framework's place in each draw, 0 for the best; equal scores stand in order of id."""
    places = []
    for own, score in enumerate(scores):
        place = np.zeros(score.shape, dtype=np.int64)
        for other, rival in enumerate(scores):
            ahead = rival > score if other > own else rival >= score
            if other != own:
                place = place + ahead
        places.append(place)
    return places


def _two_best(scores: list[Floats]) -> tuple[Floats, Floats]:
    """The best and the second-best score of each draw; without a rival the second is -1."""
    best, second = scores[0], np.full(scores[0].shape, -1.0)
    for score in scores[1:]:
        second = np.where(score > best, best, np.where(score > second, score, second))
        best = np.where(score > best, score, best)
    return best, second
