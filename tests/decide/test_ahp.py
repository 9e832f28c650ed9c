"""Pairwise comparisons of groups become weights; AHPy must find the same."""

from dataclasses import replace
from itertools import combinations

import ahpy
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from advisor.catalog import load_catalog
from advisor.decide import decide
from advisor.decide.ahp import (
    ACCEPTABLE,
    consistency_ratio,
    pairwise,
    priorities,
    scaled_by_groups,
    weigh,
    worth_revisiting,
)
from advisor.decide.needs import derive_needs
from advisor.model import Answers, Judgement, Needs
from advisor.render.record import decision_json
from advisor.render.terminal import summary
from tests.decide.problems import problems
from tests.decide.small import CATALOG, TODAY, answers

REAL = load_catalog()
SAATY = [1 / 9, 1 / 7, 1 / 5, 1 / 3, 1 / 2, 1, 2, 3, 4, 5, 7, 9]

Judgements = dict[tuple[str, str], float]


@st.composite
def judgements(draw: st.DrawFn, least: int = 3, most: int = 10) -> tuple[list[str], Judgements]:
    """Every pair of three to ten things, judged at will."""
    things = [f"group-{number}" for number in range(draw(st.integers(least, most)))]
    return things, {pair: draw(st.sampled_from(SAATY)) for pair in combinations(things, 2)}


@given(judgements())
@problems(1000)
def test_weights_and_ratio_equal_those_of_ahpy(judged: tuple[list[str], Judgements]) -> None:
    things, pairs = judged
    matrix = pairwise(things, pairs)
    # With more digits AHPy squares wildly contradictory matrices until they overflow.
    theirs = ahpy.Compare("groups", pairs, precision=10, random_index="saaty")
    for thing, weight in zip(things, priorities(matrix), strict=True):
        assert weight == pytest.approx(theirs.local_weights[thing], abs=1e-9)
    assert consistency_ratio(matrix) == pytest.approx(theirs.consistency_ratio, abs=1e-9)


def test_the_published_example_of_the_drinks() -> None:
    # Saaty 2008, "Decision making with the analytic hierarchy process": US drink consumption, with
    # the consistency ratio 0.022 and the weights of coffee .177 ... water .327 as printed there.
    drinks = ("coffee", "wine", "tea", "beer", "sodas", "milk", "water")
    upper = (
        (9, 5, 2, 1, 1, 1 / 2),
        (1 / 3, 1 / 9, 1 / 9, 1 / 9, 1 / 9),
        (1 / 3, 1 / 4, 1 / 3, 1 / 9),
    )
    rest = ((1 / 2, 1, 1 / 3), (2, 1 / 2), (1 / 3,))
    pairs = {
        (drinks[row], drinks[row + 1 + at]): value
        for row, values in enumerate((*upper, *rest))
        for at, value in enumerate(values)
    }
    matrix = pairwise(drinks, pairs)
    printed = [0.177, 0.019, 0.042, 0.116, 0.190, 0.129, 0.327]
    assert priorities(matrix) == pytest.approx(printed, abs=0.001)
    assert consistency_ratio(matrix) == pytest.approx(0.022, abs=0.0005)
    assert consistency_ratio(matrix) < ACCEPTABLE


@given(st.lists(st.sampled_from([1.0, 2.0, 3.0]), min_size=3, max_size=8))
def test_consistent_judgements_give_back_the_weights(weights: list[float]) -> None:
    things = [f"group-{number}" for number in range(len(weights))]
    pairs = {(a, b): weights[int(a[6:])] / weights[int(b[6:])] for a, b in combinations(things, 2)}
    matrix = pairwise(things, pairs)
    total = sum(weights)
    assert priorities(matrix) == pytest.approx([weight / total for weight in weights], abs=1e-12)
    assert consistency_ratio(matrix) == pytest.approx(0.0, abs=1e-12)
    assert worth_revisiting(things, matrix) is None


def test_one_or_two_groups_cannot_contradict_themselves() -> None:
    assert priorities(pairwise(["a"], {})) == [1.0]
    matrix = pairwise(["a", "b"], {("b", "a"): 3.0})
    assert priorities(matrix) == pytest.approx([0.25, 0.75])
    assert consistency_ratio(matrix) == 0.0


def test_the_judgement_that_was_mistyped_is_the_one_to_revisit() -> None:
    weights = dict(zip("abcde", (8.0, 4.0, 2.0, 2.0, 1.0), strict=True))
    pairs = {(x, y): weights[x] / weights[y] for x, y in combinations("abcde", 2)}
    pairs["b", "e"] = 1 / 4
    found = worth_revisiting("abcde", pairwise("abcde", pairs))
    assert found is not None
    assert (found.first, found.second, found.stated) == ("b", "e", 1 / 4)
    assert found.implied > 3 * found.stated
    assert found.ratio < consistency_ratio(pairwise("abcde", pairs)) / 2


@given(judgements(most=5))
@settings(max_examples=60, deadline=None)
def test_no_other_single_change_lowers_the_ratio_more(
    judged: tuple[list[str], Judgements],
) -> None:
    things, pairs = judged
    matrix = pairwise(things, pairs)
    weights = dict(zip(things, priorities(matrix), strict=True))
    after = {
        pair: ahpy.Compare(
            "groups",
            {**pairs, pair: weights[pair[0]] / weights[pair[1]]},
            precision=10,
            random_index="saaty",
        ).consistency_ratio
        for pair in pairs
    }
    found = worth_revisiting(things, matrix)
    least = min(after.values())
    if found is None:
        assert least >= consistency_ratio(matrix) - 1e-9
    else:
        assert found.ratio == pytest.approx(least, abs=1e-9)
        assert after[found.first, found.second] == pytest.approx(least, abs=1e-9)


@pytest.mark.parametrize(
    ("pairs", "named"),
    [
        ({("a", "b"): 2.0, ("a", "c"): 2.0}, "b and c"),
        ({("a", "b"): 2.0, ("b", "a"): 0.5, ("a", "c"): 1.0, ("b", "c"): 1.0}, "twice"),
        ({("a", "b"): 2.0, ("a", "c"): 10.0, ("b", "c"): 1.0}, "10.0"),
        ({("a", "b"): 2.0, ("a", "d"): 1.0, ("b", "c"): 1.0, ("a", "c"): 1.0}, "a and d"),
        ({("a", "a"): 1.0, ("a", "b"): 1.0, ("b", "c"): 1.0, ("a", "c"): 1.0}, "a and a"),
    ],
)
def test_what_is_missing_or_wrong_is_named(pairs: Judgements, named: str) -> None:
    with pytest.raises(ValueError, match=named):
        pairwise(["a", "b", "c"], pairs)


def test_too_many_groups_are_refused() -> None:
    with pytest.raises(ValueError, match="at most 15"):
        consistency_ratio([[1.0] * 16] * 16)


def shares(needs: Needs) -> dict[str, float]:
    group = {criterion.id: criterion.group for criterion in REAL.criteria}
    found: dict[str, float] = {}
    for points in (needs.own, needs.open, needs.core):
        for id, value in points.items():
            found[group[id]] = found.get(group[id], 0.0) + value
    return found


@given(st.lists(st.floats(0.01, 1.0), min_size=len(REAL.groups), max_size=len(REAL.groups)))
@settings(max_examples=100, deadline=None)
def test_groups_get_the_share_of_points_that_their_weights_say(drawn: list[float]) -> None:
    weights = dict(zip((group.id for group in REAL.groups), drawn, strict=True))
    needs = derive_needs(REAL, Answers({"stage": ("research",), "speed": ("latency",)}))
    before, after = shares(needs), shares(scaled_by_groups(needs, REAL, weights))
    asked = [group for group, points in before.items() if points > 0]
    assert sum(after.values()) == pytest.approx(sum(before.values()))
    for group in asked:
        expected = weights[group] / sum(weights[g] for g in asked) * sum(before.values())
        assert after[group] == pytest.approx(expected)


def test_within_a_group_the_answers_keep_their_say_and_must_haves_stay() -> None:
    needs = derive_needs(CATALOG, answers(purpose="product", phone="must", device="cpu"))
    scaled = scaled_by_groups(needs, CATALOG, {"ease": 1.0, "speed": 3.0})
    assert scaled.own["mobile"] / scaled.core["kept"] == pytest.approx(
        needs.own["mobile"] / needs.core["kept"]
    )
    assert scaled.own["fast"] / (scaled.own["mobile"] + scaled.core["kept"]) == pytest.approx(3.0)
    assert (scaled.requirements, scaled.focus) == (needs.requirements, needs.focus)


def test_weights_that_say_what_the_points_say_change_nothing() -> None:
    needs = derive_needs(REAL, Answers({"stage": ("research",)}))
    scaled = scaled_by_groups(needs, REAL, shares(needs))
    for before, after in zip(
        (needs.own, needs.open, needs.core), (scaled.own, scaled.open, scaled.core), strict=True
    ):
        assert list(after) == list(before)
        assert np.allclose(list(after.values()), list(before.values()), rtol=1e-12)


def test_a_weight_is_above_zero() -> None:
    needs = derive_needs(CATALOG, answers(purpose="prototype", device="cpu"))
    with pytest.raises(ValueError, match="speed"):
        scaled_by_groups(needs, CATALOG, {"ease": 1.0, "speed": 0.0})


def test_groups_that_are_not_compared_keep_their_points() -> None:
    needs = derive_needs(REAL, Answers({"stage": ("research",), "speed": ("latency",)}))
    before = shares(needs)
    after = shares(scaled_by_groups(needs, REAL, {"debugging": 3.0, "performance": 1.0}))
    for group, points in before.items():
        if group not in ("debugging", "performance"):
            assert after[group] == points
    both = before["debugging"] + before["performance"]
    assert after["debugging"] == pytest.approx(both * 0.75)
    assert after["performance"] == pytest.approx(both * 0.25)


COMPARED = (
    Judgement("debugging", "performance", 5.0),
    Judgement("debugging", "deployment", 7.0),
    Judgement("performance", "deployment", 2.0),
)


def test_judgements_that_come_with_the_answers_set_the_weights() -> None:
    plain = Answers({"stage": ("research",), "speed": ("latency",)})
    judged = replace(plain, groups=COMPARED)
    weighing = weigh(COMPARED)
    assert [group for group, _ in weighing.shares] == ["debugging", "performance", "deployment"]
    assert sum(share for _, share in weighing.shares) == pytest.approx(1.0)
    assert weighing.acceptable
    found = shares(derive_needs(REAL, judged))
    assert found["debugging"] / found["performance"] == pytest.approx(
        weighing.shares[0][1] / weighing.shares[1][1]
    )
    before, after = decide(REAL, (), plain, as_of=TODAY), decide(REAL, (), judged, as_of=TODAY)
    assert (before.weighing, after.weighing) == (None, weighing)
    assert before.ranking != after.ranking


def test_judgements_that_contradict_each_other_are_used_and_named() -> None:
    odd = (*COMPARED[:2], Judgement("deployment", "performance", 9.0))
    weighing = weigh(odd)
    assert weighing.ratio > ACCEPTABLE
    assert not weighing.acceptable
    assert weighing.revisit is not None
    assert weighing.revisit.ratio < weighing.ratio / 2


def test_the_report_says_which_groups_were_compared_and_the_terminal_too() -> None:
    judged = Answers({"stage": ("research",), "speed": ("latency",)}, groups=COMPARED)
    decision = decide(REAL, (), judged, as_of=TODAY)
    share = f"{weigh(COMPARED).shares[0][1]:.0%}".replace("%", " %")
    said = f"You compared groups: Debugging and flexibility {share}, "
    assert said in " ".join(summary(decision, REAL).split())
    groups = decision_json(decision, REAL)["groups"]
    assert groups["judgements"][0] == {"more": "debugging", "less": "performance", "times": 5.0}
    assert groups["acceptable"]
    assert groups["shares"]["debugging"] == decision.weighing.shares[0][1]  # type: ignore[union-attr]
    assert decision_json(decide(REAL, (), Answers({}), as_of=TODAY), REAL)["groups"] is None
