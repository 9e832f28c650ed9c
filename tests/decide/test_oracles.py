"""Independent implementations must find what ours finds: pymcdm, scikit-criteria, and brute force.

The brute force is written from the specification with NumPy's own generator. It shares no code with
the kernel, only the problem.
"""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt
import pytest
import skcriteria
from pymcdm.methods import PROMETHEE_II, TOPSIS, WSM
from skcriteria.agg.simple import WeightedSumModel
from skcriteria.agg.topsis import TOPSIS as SKCRITERIA_TOPSIS

from advisor.decide.checks import promethee, topsis
from advisor.decide.score import Matrix, acceptability, central_scores
from advisor.model import Policy, Rating, Statement
from tests.decide.problems import POLICY, measured, stated, unknown

Floats = npt.NDArray[np.float64]

PROBLEMS = 2000


def as_it_is(column: Floats, cost: bool = False) -> Floats:
    """Values share one scale, so no method may normalise them."""
    return column


def problem(number: int) -> tuple[Floats, Floats]:
    """Values (2 to 6 frameworks x 2 to 40 criteria), levels and measurements mixed, and weights."""
    random = np.random.default_rng([7, number])
    rows, columns = int(random.integers(2, 7)), int(random.integers(2, 41))
    levels = random.integers(0, 5, (rows, columns)) / 4
    values = np.where(random.random(columns) < 0.5, levels, random.random((rows, columns)))
    values[:, 0] = random.random(rows)  # Where all are alike, the oracles divide by zero.
    weights = random.random(columns) + 0.01
    return values, weights / weights.sum()


# pymcdm's advice to leave out whoever is best or worst everywhere.
@pytest.mark.filterwarnings("ignore:Alternatives with indices:UserWarning")
@pytest.mark.parametrize("start", range(0, PROBLEMS, 500))
def test_pymcdm_finds_the_same(start: int) -> None:
    for number in range(start, start + 500):
        values, weights = problem(number)
        kinds = np.ones(len(weights))
        flat = weights.tolist()
        assert weighted_sum(values, weights) == pytest.approx(
            WSM(as_it_is)(values, weights, kinds), abs=1e-12
        )
        assert topsis(values.tolist(), flat) == pytest.approx(
            TOPSIS(as_it_is)(values, weights, kinds), abs=1e-12
        )
        indifference, full = np.full(len(weights), 0.03), np.full(len(weights), 0.25)
        theirs = PROMETHEE_II("vshape_2", p=full, q=indifference)(values, weights, kinds)
        assert promethee(values.tolist(), flat, indifference=0.03) == pytest.approx(
            theirs, abs=1e-12
        )
        usual = PROMETHEE_II("vshape", p=full)(values, weights, kinds)
        assert promethee(values.tolist(), flat, indifference=0.0) == pytest.approx(usual, abs=1e-12)


def test_scikit_criteria_finds_the_same() -> None:
    for number in range(200):
        values, weights = problem(number)
        posed = skcriteria.mkdm(values, [max] * len(weights), weights=weights)
        assert weighted_sum(values, weights) == pytest.approx(
            WeightedSumModel().evaluate(posed).e_.score, abs=1e-12
        )
        assert topsis(values.tolist(), weights.tolist()) == pytest.approx(
            SKCRITERIA_TOPSIS().evaluate(posed).e_.similarity, abs=1e-12
        )


def weighted_sum(values: Floats, weights: Floats) -> list[float]:
    """Our central scores of these values."""
    frameworks = tuple(f"framework-{row}" for row in range(len(values)))
    criteria = tuple(f"criterion-{column}" for column in range(len(weights)))
    return central_scores(
        Matrix(
            frameworks,
            criteria,
            ("a",) * len(criteria),
            tuple(weights.tolist()),
            (0.0,) * len(criteria),
            tuple(
                tuple(measured(f, c, float(v)) for c, v in zip(criteria, row, strict=True))
                for f, row in zip(frameworks, values, strict=True)
            ),
        )
    )


# Brute force: every step as the specification words it, for all draws at once.


class Brute:
    """One simulation: a problem, the constants of the method, a generator and how many draws."""

    def __init__(self, matrix: Matrix, policy: Policy, draws: int, seed: int) -> None:
        self.matrix, self.policy, self.draws = matrix, policy, draws
        self.random = np.random.default_rng(seed)
        self.worth = self.spaced()
        self.luck: dict[tuple[str, str], Floats] = {}

    def shares(self) -> tuple[Floats, float, Floats]:
        """Shares of draws won (m), tied, and at each rank (m x m)."""
        weights = self.weights()
        scores = np.array(
            [
                (weights * np.array([self.value(rating) for rating in row])).sum(axis=0)
                for row in self.matrix.ratings
            ]
        )
        demands = self.matrix.demands or ((),) * len(scores)
        fit = np.array([self.met(wanted) for wanted in demands])
        # So far below the others that whoever is left alone leads by any margin.
        scores = np.where(fit, scores, -1000.0)
        order = np.argsort(-scores, axis=0, kind="stable")
        sizes = -np.sort(-scores, axis=0)
        someone = fit.any(axis=0)
        told = someone & (sizes[0] - sizes[1] >= self.policy.margin)
        everyone = range(len(scores))
        won = np.array([np.mean(told & (order[0] == own)) for own in everyone])
        ranks = np.array(
            [[np.mean((order[at] == own) & fit[own]) for at in everyone] for own in everyone]
        )
        return won, float(np.mean(someone & ~told)), ranks

    def met(self, demands: Sequence[tuple[Rating, int]]) -> npt.NDArray[np.bool_]:
        """The draws in which every level is at least what is asked for."""
        fine = np.ones(self.draws, dtype=bool)
        for rating, least in demands:
            fine &= self.level(rating) >= least
        return fine

    def weights(self) -> Floats:
        """Half fixed and half a random share of the whole, per group; a factor per criterion."""
        names = sorted(set(self.matrix.groups))
        # The gaps between sorted uniforms are a flat Dirichlet distribution.
        share = self.random.dirichlet(np.ones(len(names)), self.draws).T
        group = {name: 0.5 + 0.5 * len(names) * share[at] for at, name in enumerate(names)}
        points = np.array(
            [
                group[name]
                * (
                    settled * self.factor(self.policy.spread)
                    + open * self.factor(self.policy.open_spread)
                )
                for name, settled, open in zip(
                    self.matrix.groups, self.matrix.settled, self.matrix.open, strict=True
                )
            ]
        )
        found: Floats = points / points.sum(axis=0)
        return found

    def factor(self, spread: float) -> Floats:
        """From 1 to the spread in half of the draws, and one over that in the others."""
        size = self.random.uniform(1.0, spread, self.draws)
        found = np.where(self.random.random(self.draws) < 0.5, size, 1.0 / size)
        # Uncertain, not favoured: the mean is 1, here taken numerically from quantiles.
        even = (np.arange(100_000) + 0.5) / 100_000 * (spread - 1.0) + 1.0
        return found / float((even.mean() + (1.0 / even).mean()) / 2)

    def spaced(self) -> Floats:
        """What the five levels are worth: 0 and 1, and anything between in rising order."""
        between = np.sort(self.random.random((3, self.draws)), axis=0)
        return np.concatenate([np.zeros((1, self.draws)), between, np.ones((1, self.draws))])

    def value(self, rating: Rating) -> Floats:
        if rating.tier == "measured":
            below = self.random.uniform(rating.low, rating.value, self.draws)
            above = self.random.uniform(rating.value, rating.high, self.draws)
            return np.where(self.random.random(self.draws) < 0.5, below, above)
        found: Floats = self.worth[self.level(rating), np.arange(self.draws)]
        return found

    def level(self, rating: Rating) -> npt.NDArray[np.int64]:
        heir = rating.statement.inherits if rating.statement else None
        fact = (heir or rating.framework, rating.criterion)
        # One fact, one error: whoever inherits it errs the same way.
        if fact not in self.luck:
            self.luck[fact] = self.random.random(self.draws)
        luck = self.luck[fact]
        if rating.level is None:
            return np.floor(luck * 5).astype(np.int64)
        return erred(rating.level, luck, self.policy.error[rating.tier])


def erred(level: int, luck: Floats, error: float) -> npt.NDArray[np.int64]:
    """One level off in a share `error` of the draws, at an end of the scale only inwards."""
    beside = [at for at in (level - 1, level + 1) if 0 <= at <= 4]
    first, last = beside[0], beside[-1]
    return np.where(luck < error / 2, first, np.where(luck < error, last, level))


def posed(
    rows: Sequence[Sequence[Rating]],
    groups: Sequence[str],
    settled: Sequence[float],
    open: Sequence[float],
) -> Matrix:
    return Matrix(
        frameworks=tuple(row[0].framework for row in rows),
        criteria=tuple(rating.criterion for rating in rows[0]),
        groups=tuple(groups),
        settled=tuple(settled),
        open=tuple(open),
        ratings=tuple(tuple(row) for row in rows),
    )


def levelled(framework: str, levels: str, tier: str = "documented") -> list[Rating]:
    """Ratings from digits; ? is unknown, and letters a to k are measured 0.0 to 1.0."""
    found = []
    for place, sign in enumerate(levels):
        criterion = f"criterion-{place}"
        if sign == "?":
            found.append(unknown(framework, criterion))
        elif sign.isdigit():
            found.append(stated(framework, criterion, int(sign), tier))  # type: ignore[arg-type]
        else:
            found.append(measured(framework, criterion, (ord(sign) - ord("a")) / 10, 0.08))
    return found


def inherited(rating: Rating, origin: str) -> Rating:
    statement = Statement(
        framework=rating.framework,
        criterion=rating.criterion,
        level=rating.level or 0,
        date="2026-01-01",
        tier="judged",
        sources=(),
        note="as its engine",
        inherits=origin,
    )
    return replace(rating, statement=statement)


def requiring(matrix: Matrix, least: dict[int, int]) -> Matrix:
    """The same problem with must-haves on some of its criteria, by place."""
    rows = tuple(tuple((row[at], level) for at, level in least.items()) for row in matrix.ratings)
    return replace(matrix, demands=rows)


HEIR = levelled("keras", "3423", "judged")
PROBLEM = {
    "levels that err, settled weights": posed(
        [levelled("keras", "3421"), levelled("pytorch", "2434"), levelled("tensorflow", "3324")],
        "aabc",
        (8.0, 4.0, 2.0, 1.0),
        (0.0,) * 4,
    ),
    "open questions beside settled ones": posed(
        [levelled("keras", "40312"), levelled("pytorch", "23124"), levelled("tensorflow", "14420")],
        "abbca",
        (4.0, 0.0, 2.0, 0.0, 1.0),
        (0.5, 3.0, 2.5, 2.0, 0.0),
    ),
    "unknown levels": posed(
        [levelled("keras", "3?4?"), levelled("pytorch", "?232"), levelled("tensorflow", "0141")],
        "abab",
        (4.0, 2.0, 2.0, 1.0),
        (0.0, 0.0, 1.0, 1.0),
    ),
    "measured intervals beside judgements": posed(
        [
            levelled("keras", "ig3f1", "judged"),
            levelled("pytorch", "hk2e4", "probed"),
            levelled("tensorflow", "kf4d0", "judged"),
        ],
        "aabbc",
        (8.0, 2.0, 4.0, 1.0, 1.0),
        (0.0, 1.0, 0.0, 0.5, 0.0),
    ),
    "inherited facts": posed(
        [
            [inherited(HEIR[0], "tensorflow"), HEIR[1], inherited(HEIR[2], "tensorflow"), HEIR[3]],
            levelled("tensorflow", "3324", "judged"),
        ],
        "abca",
        (8.0, 1.0, 4.0, 2.0),
        (0.0, 0.5, 0.0, 0.0),
    ),
    "must-haves that may be missed": requiring(
        posed(
            [levelled("keras", "4421"), levelled("pytorch", "233?"), levelled("zebra", "1?32")],
            "aabc",
            (8.0, 4.0, 2.0, 1.0),
            (0.0, 0.0, 1.0, 0.0),
        ),
        {0: 1, 2: 2, 3: 1},
    ),
    "one group, two that are nearly alike": posed(
        [levelled("keras", "332"), levelled("pytorch", "323")], "aaa", (2.0, 2.0, 2.0), (0.0,) * 3
    ),
}


@pytest.mark.parametrize("name", PROBLEM)
def test_acceptability_equals_brute_force(name: str) -> None:
    draws = 200_000
    policy = POLICY.model_copy(update={"draws": draws})
    ours = acceptability(PROBLEM[name], policy)
    won, tied, ranks = Brute(PROBLEM[name], policy, draws, seed=3).shares()
    # Five standard errors of the difference of two shares of so many draws, at the worst share.
    bound = 5 * (2 * 0.25 / draws) ** 0.5
    assert np.array(ours.wins) / draws == pytest.approx(won, abs=bound)
    assert ours.ties / draws == pytest.approx(tied, abs=bound)
    assert (np.array(ours.ranks) / draws).ravel() == pytest.approx(ranks.ravel(), abs=bound)
    assert 0.02 < max(won) < 0.98, "a problem that everybody finds easy tests nothing"
