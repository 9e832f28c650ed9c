"""The kernel's arithmetic and its laws."""

from dataclasses import replace
from random import Random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from advisor.decide.score import (
    Matrix,
    Uniform,
    _drawn_level,
    _drawn_scores,
    _stretched,
    acceptability,
    central_scores,
    central_weights,
    drawn_levels,
    fnv1a,
)
from advisor.model import Rating, Statement
from tests.decide.problems import (
    FEW,
    POLICY,
    SEEDS,
    demanded,
    matrices,
    measured,
    problems,
    stated,
    unknown,
)


def one_criterion(*ratings: Rating) -> Matrix:
    frameworks = tuple(rating.framework for rating in ratings)
    return Matrix(frameworks, ("speed",), ("a",), (4.0,), (0.0,), tuple((r,) for r in ratings))


def test_fnv1a_equals_the_published_vectors() -> None:
    # http://www.isthe.com/chongo/src/fnv/test_fnv.c
    assert fnv1a("") == 0x811C9DC5
    assert fnv1a("a") == 0xE40C292C
    assert fnv1a("foobar") == 0xBF9CF968


def test_uniform_columns_are_uniform_and_independent() -> None:
    uniform = Uniform(1, 20_000)
    names = [f"value/f{number}/c" for number in range(60)]
    columns = np.array([uniform(name) for name in names])
    assert columns.min() >= 0.0
    assert columns.max() < 1.0
    # Five standard errors of the mean of 20,000 uniforms, and of a correlation between two.
    assert np.abs(columns.mean(axis=1) - 0.5).max() < 5 * 0.2887 / 20_000**0.5
    correlation = np.corrcoef(columns) - np.eye(len(names))
    assert np.abs(correlation).max() < 5 / 20_000**0.5
    counts = np.array([np.histogram(column, bins=16, range=(0, 1))[0] for column in columns])
    assert (((counts - 1250) ** 2) / 1250).sum(axis=1).max() < 50


def test_uniform_depends_on_seed_name_and_nothing_else() -> None:
    assert np.array_equal(Uniform(1, 10)("a"), Uniform(1, 10)("a"))
    assert not np.array_equal(Uniform(1, 10)("a"), Uniform(2, 10)("a"))
    assert not np.array_equal(Uniform(1, 10)("a"), Uniform(1, 10)("b"))
    assert np.array_equal(Uniform(1, 10)("a"), Uniform(1, 20)("a")[:10])


def test_central_score_is_the_weighted_mean() -> None:
    matrix = Matrix(
        ("keras", "pytorch"),
        ("x", "y"),
        ("a", "b"),
        (1.0, 2.0),
        (0.0, 1.0),
        (
            (stated("keras", "x", 4), stated("keras", "y", 2)),
            (stated("pytorch", "x", 0), measured("pytorch", "y", 0.9)),
        ),
    )
    assert central_weights(matrix) == [0.25, 0.75]
    assert central_scores(matrix) == [0.25 * 1.0 + 0.75 * 0.5, 0.25 * 0.0 + 0.75 * 0.9]


def test_a_sure_and_large_lead_wins_every_draw() -> None:
    counts = acceptability(
        one_criterion(measured("keras", "speed", 0.9), measured("pytorch", "speed", 0.2)), POLICY
    )
    assert counts.wins == (POLICY.draws, 0)
    assert counts.ranks == ((POLICY.draws, 0), (0, POLICY.draws))


def test_a_lead_that_nobody_notices_wins_nothing() -> None:
    counts = acceptability(
        one_criterion(measured("keras", "speed", 0.50), measured("pytorch", "speed", 0.52)), POLICY
    )
    assert counts.wins == (0, 0)
    assert counts.ties == POLICY.draws
    assert counts.ranks[1][0] == POLICY.draws


def test_equal_scores_stand_in_order_of_id() -> None:
    counts = acceptability(
        one_criterion(measured("keras", "speed", 0.5), measured("pytorch", "speed", 0.5)), POLICY
    )
    assert counts.ranks == ((POLICY.draws, 0), (0, POLICY.draws))


@pytest.mark.parametrize("spread", [1.0, 2.0, 8.0])
def test_an_uncertain_weight_keeps_its_mean(spread: float) -> None:
    policy = POLICY.model_copy(update={"draws": 20_000, "spread": spread, "open_spread": spread})
    uniform = Uniform(policy.seed, policy.draws)
    for name, mean in (("settled/a", policy.spread_mean), ("open/a", policy.open_spread_mean)):
        factor = _stretched(uniform(name), spread) / mean
        assert factor.mean() == pytest.approx(1.0, abs=0.03)
        assert factor.max() <= spread * (1 + 1e-9)


@pytest.mark.parametrize("level", range(5))
@pytest.mark.parametrize("share", [0.1, 0.25, 0.5])
def test_a_level_errs_by_one_as_often_as_its_tier_says(level: int, share: float) -> None:
    column = Uniform(POLICY.seed, 20_000)("value/keras/speed")
    drawn = _drawn_level(level, column, share)
    assert set(np.unique(drawn)) == {max(0, level - 1), level, min(4, level + 1)}
    assert np.mean(drawn != level) == pytest.approx(share, abs=0.012)
    if 0 < level < 4:
        assert np.mean(drawn < level) == pytest.approx(share / 2, abs=0.012)


@pytest.mark.parametrize("share", [0.1, 0.25, 0.5])
def test_a_better_level_is_better_in_every_single_draw(share: float) -> None:
    column = Uniform(POLICY.seed, 20_000)("value/keras/speed")
    for level in range(4):
        worse, better = (_drawn_level(at, column, share) for at in (level, level + 1))
        assert np.all(better >= worse)


def test_an_unknown_level_may_be_any_level() -> None:
    policy = POLICY.model_copy(update={"draws": 20_000, "error": {**POLICY.error, "probed": 0.0}})
    matrix = one_criterion(unknown("keras", "speed"), stated("pytorch", "speed", 2, "probed"))
    counts = acceptability(matrix, policy)
    # Levels 2, 3 and 4 stand at or above level 2: three of five, and equal goes to the first id.
    assert counts.ranks[0][0] / counts.draws == pytest.approx(0.6, abs=0.02)


def test_an_inherited_fact_errs_together_with_its_origin() -> None:
    origin = stated("pytorch", "speed", 3, "judged")
    statement = Statement(
        framework="keras",
        criterion="speed",
        level=3,
        date="2026-01-01",
        tier="judged",
        sources=(),
        note="as its engine",
        inherits="pytorch",
    )
    heir = replace(stated("keras", "speed", 3, "judged"), statement=statement)
    together = acceptability(one_criterion(heir, origin), POLICY)
    apart = acceptability(one_criterion(replace(heir, statement=None), origin), POLICY)
    assert together.ties == POLICY.draws
    assert apart.ties < POLICY.draws


def demanding(rows: dict[str, Rating], least: int, **values: float) -> Matrix:
    """Frameworks that differ in speed, and in a must-have that carries no weight."""
    speeds = [measured(framework, "speed", value) for framework, value in values.items()]
    return replace(
        one_criterion(*speeds), demands=tuple(((rows[framework], least),) for framework in values)
    )


def test_a_framework_is_out_of_the_draws_in_which_it_misses_a_must_have() -> None:
    policy = POLICY.model_copy(update={"draws": 20_000})
    rows = {
        "keras": stated("keras", "mobile", 2, "judged"),
        "pytorch": stated("pytorch", "mobile", 4, "judged"),
    }
    counts = acceptability(demanding(rows, 2, keras=0.9, pytorch=0.2), policy)
    # Judged: off by one in half of the draws, and then as often below as above.
    shares = [won / counts.draws for won in counts.wins]
    assert shares == pytest.approx([0.75, 0.25], abs=0.012)
    assert (counts.ties, counts.unmet) == (0, 0)
    assert counts.ranks[0] == (counts.wins[0], 0)
    assert counts.ranks[1] == (counts.wins[1], counts.wins[0])


def test_where_nobody_meets_the_must_haves_nobody_wins_or_ties() -> None:
    policy = POLICY.model_copy(update={"draws": 20_000, "margin": 0.0})
    rows = {f: stated(f, "mobile", 1, "documented") for f in ("keras", "pytorch")}
    counts = acceptability(demanding(rows, 2, keras=0.5, pytorch=0.5), policy)
    met = sum(map(sum, counts.ranks))
    # Each is really at level 2 in one draw of eight, and both at once in one of sixty-four.
    assert counts.unmet / counts.draws == pytest.approx((7 / 8) ** 2, abs=0.012)
    # Without a margin every draw in which anybody is left has a winner.
    assert (sum(counts.wins), counts.ties) == (counts.draws - counts.unmet, 0)
    assert met / counts.draws == pytest.approx(2 / 8, abs=0.012)


def test_an_unknown_level_meets_a_must_have_as_often_as_levels_do() -> None:
    policy = POLICY.model_copy(update={"draws": 20_000})
    rows = {"keras": unknown("keras", "mobile"), "pytorch": stated("pytorch", "mobile", 4)}
    counts = acceptability(demanding(rows, 3, keras=0.9, pytorch=0.2), policy)
    assert sum(counts.ranks[0]) / counts.draws == pytest.approx(0.4, abs=0.012)


def test_what_is_measured_has_no_level_that_could_miss() -> None:
    rows = {"keras": measured("keras", "speed", 0.0)}
    assert acceptability(demanding(rows, 4, keras=0.9), POLICY).wins == (POLICY.draws,)


def test_a_must_have_errs_together_with_the_value_it_rests_on() -> None:
    # The very draws that take Keras out are those in which its level is worth less.
    ratings = (stated("keras", "speed", 3, "judged"), measured("pytorch", "speed", 0.0))
    matrix = replace(one_criterion(*ratings), demands=(((ratings[0], 3),), ()))
    policy = POLICY.model_copy(update={"draws": 20_000})
    levels = drawn_levels(ratings[0], policy, Uniform(policy.seed, policy.draws))
    assert acceptability(matrix, policy).wins[0] <= int(np.count_nonzero(levels >= 3))
    assert sum(acceptability(matrix, policy).ranks[0]) == int(np.count_nonzero(levels >= 3))


# Laws.


@given(matrices())
@problems(2000)
def test_counts_add_up(matrix: Matrix) -> None:
    counts = acceptability(matrix, FEW)
    assert sum(counts.wins) + counts.ties + counts.unmet == counts.draws
    assert min(counts.ties, counts.unmet) >= 0
    for place in range(3):
        assert sum(row[place] for row in counts.ranks) <= counts.draws - counts.unmet
    assert sum(row[0] for row in counts.ranks) == counts.draws - counts.unmet
    for wins, row in zip(counts.wins, counts.ranks, strict=True):
        assert wins <= row[0]
        assert sum(row) == counts.draws or matrix.demands[0]


@given(matrices(), st.sampled_from([0.125, 0.5, 2.0, 64.0]))
@problems(2000)
def test_scaling_all_weights_changes_nothing(matrix: Matrix, factor: float) -> None:
    scaled = replace(
        matrix,
        settled=tuple(points * factor for points in matrix.settled),
        open=tuple(points * factor for points in matrix.open),
    )
    # A power of two scales without rounding, so even the bits are the same.
    assert central_scores(scaled) == central_scores(matrix)
    assert acceptability(scaled, FEW) == acceptability(matrix, FEW)


@given(matrices(), st.integers(0, 2), st.integers(0, 7))
@problems(3000)
def test_a_better_level_never_lowers_its_framework(matrix: Matrix, own: int, place: int) -> None:
    place %= len(matrix.criteria)
    old = matrix.ratings[own][place]
    if old.level is None or old.level == 4:
        return
    better = with_rating(matrix, own, stated(old.framework, old.criterion, old.level + 1, old.tier))
    before, after = acceptability(matrix, FEW), acceptability(better, FEW)
    assert central_scores(better)[own] >= central_scores(matrix)[own]
    assert after.ranks[own][0] >= before.ranks[own][0]
    assert after.wins[own] >= before.wins[own]
    assert sum(after.ranks[own]) >= sum(before.ranks[own])


def with_rating(matrix: Matrix, own: int, new: Rating) -> Matrix:
    """The problem with another rating of a framework, which its must-haves rest on too."""
    row = tuple(new if new.criterion == old.criterion else old for old in matrix.ratings[own])
    rows = (*matrix.ratings[:own], row, *matrix.ratings[own + 1 :])
    levels = {rating.criterion: least for rating, least in matrix.demands[own]}
    demands = tuple((matrix.criteria.index(id), least) for id, least in levels.items())
    return replace(matrix, ratings=rows, demands=demanded(rows, demands))


@given(matrices(), st.integers(0, 7), st.integers(1, 4))
@problems(2000)
def test_one_more_must_have_only_takes_draws_away(matrix: Matrix, place: int, least: int) -> None:
    place %= len(matrix.criteria)
    added = demanded(matrix.ratings, ((place, least),))
    both = tuple((*old, *new) for old, new in zip(matrix.demands, added, strict=True))
    before = acceptability(matrix, FEW)
    after = acceptability(replace(matrix, demands=both), FEW)
    assert after.unmet >= before.unmet
    for old, new in zip(before.ranks, after.ranks, strict=True):
        assert sum(new) <= sum(old)


@given(matrices())
@problems(2000)
def test_a_dominated_newcomer_never_reorders_the_rest(matrix: Matrix) -> None:
    worst = tuple(
        measured("zebra", criterion, min(row[place].value for row in matrix.ratings))
        for place, criterion in enumerate(matrix.criteria)
    )
    joined = replace(
        matrix,
        frameworks=(*matrix.frameworks, "zebra"),
        ratings=(*matrix.ratings, worst),
        demands=(*matrix.demands, ()),
    )
    assert central_scores(joined)[:3] == central_scores(matrix)


@given(matrices(), SEEDS)
@problems(1000)
def test_who_and_what_stands_first_is_irrelevant(matrix: Matrix, seed: int) -> None:
    """Draws have names, so nobody's depend on who or what else is there, or in which order."""
    order = Random(seed).sample(range(3), 3)
    places = Random(seed).sample(range(len(matrix.criteria)), len(matrix.criteria))
    turned = replace(
        matrix,
        frameworks=tuple(matrix.frameworks[own] for own in order),
        criteria=tuple(matrix.criteria[place] for place in places),
        groups=tuple(matrix.groups[place] for place in places),
        settled=tuple(matrix.settled[place] for place in places),
        open=tuple(matrix.open[place] for place in places),
        ratings=tuple(tuple(matrix.ratings[own][place] for place in places) for own in order),
        demands=tuple(matrix.demands[own] for own in order),
    )
    before, after = _drawn_scores(matrix, FEW), _drawn_scores(turned, FEW)
    for own, score in zip(order, after, strict=True):
        assert score == pytest.approx(before[own], abs=1e-12)


@given(matrices(frameworks=("keras",)))
@problems(1000)
def test_a_single_survivor_wins_every_draw_in_which_it_meets_the_must_haves(
    matrix: Matrix,
) -> None:
    counts = acceptability(matrix, FEW)
    assert counts.wins[0] == counts.ranks[0][0] == FEW.draws - counts.unmet
    assert counts.wins == (FEW.draws,) or matrix.demands[0]
