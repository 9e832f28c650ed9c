"""Second opinions and the self-test for rank reversal."""

from dataclasses import replace

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from advisor.decide import decide
from advisor.decide.checks import cross_check, promethee, reversals, topsis
from advisor.decide.score import Matrix, central_weights
from advisor.model import Answers, Reversal
from tests.decide.houses import needs_of
from tests.decide.problems import POLICY, matrices, measured, problems
from tests.decide.small import CATALOG, CELLS, TODAY, answers, cell

MARGIN = POLICY.margin


def without(matrix: Matrix, gone: str) -> Matrix:
    """The problem with one row less: nothing here was measured against the others."""
    kept = [place for place, framework in enumerate(matrix.frameworks) if framework != gone]
    return replace(
        matrix,
        frameworks=tuple(matrix.frameworks[place] for place in kept),
        ratings=tuple(matrix.ratings[place] for place in kept),
    )


def values(matrix: Matrix) -> list[list[float]]:
    return [[rating.value for rating in row] for row in matrix.ratings]


def posed(rows: dict[str, list[float]], points: list[float]) -> Matrix:
    criteria = tuple(f"criterion-{number}" for number in range(len(points)))
    return Matrix(
        frameworks=tuple(rows),
        criteria=criteria,
        groups=("a",) * len(points),
        settled=tuple(points),
        open=(0.0,) * len(points),
        ratings=tuple(
            tuple(measured(f, c, value) for c, value in zip(criteria, row, strict=True))
            for f, row in rows.items()
        ),
    )


def test_topsis_by_hand() -> None:
    # Weighted: (0.5, 0), (0, 0.5), (0.25, 0.25); ideal (0.5, 0.5), worst (0, 0).
    assert topsis([[1.0, 0.0], [0.0, 1.0], [0.5, 0.5]], [0.5, 0.5]) == pytest.approx([0.5] * 3)
    assert topsis([[1.0, 1.0], [0.0, 0.0]], [0.5, 0.5]) == [1.0, 0.0]


def test_promethee_by_hand() -> None:
    # 0.50 ahead counts in full, 0.14 half way between 0.03 and 0.25, 0.02 nothing.
    rows = [[0.9, 0.5, 0.50], [0.4, 0.64, 0.52]]
    flow = 0.5 - 0.3 * 0.5
    assert promethee(rows, [0.5, 0.3, 0.2], indifference=0.03) == pytest.approx([flow, -flow])


def test_who_is_alone_or_alike_has_a_middling_score() -> None:
    assert topsis([[0.3, 0.7]], [0.5, 0.5]) == [0.5]
    assert promethee([[0.3, 0.7]], [0.5, 0.5], indifference=0.0) == [0.0]
    assert topsis([[0.3], [0.3]], [1.0]) == [0.5, 0.5]


@given(matrices())
@problems(1000)
def test_net_flows_cancel_and_closeness_stays_in_bounds(matrix: Matrix) -> None:
    weights = central_weights(matrix)
    assert sum(promethee(values(matrix), weights, indifference=MARGIN)) == pytest.approx(0.0)
    assert all(0.0 <= closeness <= 1.0 for closeness in topsis(values(matrix), weights))


@given(matrices(), st.integers(0, 2))
@problems(1000)
def test_whoever_is_best_everywhere_wins_by_every_method(matrix: Matrix, best: int) -> None:
    top = tuple(measured(r.framework, r.criterion, 1.0) for r in matrix.ratings[best])
    rows = tuple(top if place == best else row for place, row in enumerate(matrix.ratings))
    matrix = replace(matrix, ratings=rows)
    rest = [sum(row) for place, row in enumerate(values(matrix)) if place != best]
    assume(max(rest) < len(matrix.criteria) - MARGIN * len(matrix.criteria))
    checks = cross_check(
        matrix, matrix.frameworks, lambda gone: without(matrix, gone), margin=MARGIN
    )
    assert checks is not None
    assert checks.agree
    assert {opinion.ranking[0][0] for opinion in checks.opinions} == {matrix.frameworks[best]}


@given(matrices())
@problems(1000)
def test_the_weighted_mean_never_reverses(matrix: Matrix) -> None:
    found = reversals(matrix, matrix.frameworks, lambda gone: without(matrix, gone))
    assert list(found) == []


def stretched(matrix: Matrix) -> list[float]:
    """A weighted mean of values stretched between the best and the worst on offer."""
    columns = list(zip(*values(matrix), strict=True))
    weights = central_weights(matrix)
    return [
        sum(
            weight * (value - min(column)) / ((max(column) - min(column)) or 1.0)
            for weight, value, column in zip(weights, row, columns, strict=True)
        )
        for row in values(matrix)
    ]


def test_the_self_test_sees_the_reversals_of_stretched_scales() -> None:
    rows = {"keras": [0.6, 0.5], "pytorch": [0.5, 0.58], "tensorflow": [0.5, 0.0]}
    matrix = posed(rows, [1.0, 1.1])
    assert stretched(matrix)[0] > stretched(matrix)[1]
    found = reversals(matrix, ["tensorflow"], lambda gone: without(matrix, gone), scored=stretched)
    # Stretched to the two that are left, the second criterion counts in full.
    assert Reversal("dropped", "tensorflow", "keras", "pytorch") in list(found)


def test_a_worse_copy_of_the_leader_turns_stretched_scales_too() -> None:
    rows = {"keras": [0.8, 0.0], "pytorch": [0.7, 0.08]}
    matrix = posed(rows, [1.1, 1.0])
    found = reversals(matrix, (), lambda gone: without(matrix, gone), scored=stretched)
    assert {(turn.change, turn.ahead, turn.behind) for turn in found} == {
        ("copied", "keras", "pytorch")
    }


def test_a_rival_so_fast_that_the_rest_looks_alike_is_reported() -> None:
    # Beside TensorFlow both others are more than ten times slower, so their speeds do not differ.
    cells = (
        cell("tensorflow-graph", 0.001),
        cell("pytorch-eager", 0.020),
        cell("keras-tensorflow", 0.100),
    )
    decision = decide(CATALOG, cells, answers(purpose="prototype", device="cpu"), as_of=TODAY)
    assert decision.winner == "keras"
    assert decision.checks is not None
    assert decision.checks.reversals == (Reversal("dropped", "tensorflow", "keras", "pytorch"),)
    calm = decide(CATALOG, CELLS, answers(purpose="prototype", device="cpu"), as_of=TODAY)
    assert calm.checks is not None
    assert calm.checks.reversals == ()


@given(needs_of(CATALOG))
@problems(300)
def test_every_decision_with_a_winner_is_checked(known: Answers) -> None:
    catalog = CATALOG.model_copy(update={"policy": POLICY.model_copy(update={"draws": 10})})
    decision = decide(catalog, CELLS, known, as_of=TODAY)
    if decision.winner is None:
        assert decision.checks is None
        return
    assert decision.checks is not None
    assert [opinion.method for opinion in decision.checks.opinions] == ["topsis", "promethee-ii"]
    for opinion in decision.checks.opinions:
        assert opinion.agrees == (opinion.ranking[0][0] == decision.winner)
        assert {name for name, _ in opinion.ranking} == {row.framework for row in decision.ranking}
        scores = [score for _, score in opinion.ranking]
        assert scores == sorted(scores, reverse=True)
