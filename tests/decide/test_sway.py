"""What matters most: ends that are reckoned again by deciding on them, and what always holds."""

from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given, settings

from advisor.catalog import load_catalog
from advisor.decide import decide
from advisor.decide.decision import _by_key, _posed
from advisor.decide.score import central_scores, central_weights
from advisor.decide.sway import sways
from advisor.model import Answers, Catalog, Decision
from tests.decide.small import CATALOG, CELLS, NEW, TODAY, statement
from tests.decide.test_flips import needs_of, with_draws

KNOWN = load_catalog()
REAL = with_draws(KNOWN, 20)
SMALL = with_draws(CATALOG, 20)


def decided(answers: Answers, catalog: Catalog = REAL) -> Decision:
    return decide(catalog, CELLS if catalog is not REAL else (), answers, as_of=TODAY)


def lead(decision: Decision) -> float:
    return decision.ranking[0].score - decision.ranking[1].score


@given(needs_of(REAL))
@settings(max_examples=60, deadline=None)
def test_every_range_holds_the_lead_and_the_widest_comes_first(answers: Answers) -> None:
    decision = decided(answers)
    found = sways(decision, REAL.policy)
    assert bool(found) == (len(decision.ranking) > 1)
    for sway in found:
        assert sway.low - 1e-9 <= lead(decision) <= sway.high + 1e-9
        assert (sway.low_leader == decision.winner) == (sway.low >= 0)
        assert (sway.high_leader == decision.winner) == (sway.high >= 0)
    widths = [round(sway.high - sway.low, 9) for sway in found]
    assert all(one >= other for one, other in pairwise(widths))


@given(needs_of(REAL))
@settings(max_examples=25, deadline=None)
def test_the_ends_of_a_level_are_what_deciding_on_them_gives(answers: Answers) -> None:
    """The kernel's own scores, on statements that are one level off."""
    decision = decided(answers)
    for sway in [s for s in sways(decision, REAL.policy) if s.kind == "rating"][:4]:
        framework, criterion = sway.subject
        rating = decision.rating(framework, criterion)
        heirs = [
            (r.framework, r.criterion)
            for r in decision.ratings
            if r.statement and r.statement.inherits == framework and r.criterion == criterion
        ]
        if rating.level is None or heirs:
            continue
        ends = [
            reckoned(decision, framework, criterion, level / 4)
            for level in (max(0, rating.level - 1), min(4, rating.level + 1))
        ]
        ends.append(lead(decision))
        assert (min(ends), max(ends)) == pytest.approx((sway.low, sway.high))


def reckoned(decision: Decision, framework: str, criterion: str, value: float) -> float:
    """The old leader's lead when one value is another."""
    scores = {row.framework: row.score for row in decision.ranking}
    part = next(
        p for p in decision.contributions if (p.framework, p.criterion) == (framework, criterion)
    )
    scores[framework] += part.weight * (value - part.value)
    winner = decision.ranking[0].framework
    return scores[winner] - max(score for f, score in scores.items() if f != winner)


def test_a_weight_sways_as_far_as_the_draws_stretch_it() -> None:
    """Reckoned by hand on the small catalogue, by the kernel with the stretched points."""
    answers = Answers({"purpose": ("prototype",), "phone": ("no",), "device": ("cpu",)})
    decision = decided(answers, SMALL)
    (found,) = [s for s in sways(decision, SMALL.policy) if s.subject == ("simple",)]
    ends = [stretched(decision, "simple", factor) for factor in factors(decision, "simple")]
    ends.append(lead(decision))
    assert (min(ends), max(ends)) == pytest.approx((found.low, found.high))


def factors(decision: Decision, criterion: str) -> tuple[float, float]:
    policy = SMALL.policy
    assert criterion not in decision.needs.open
    return 1 / policy.spread / policy.spread_mean, policy.spread / policy.spread_mean


def stretched(decision: Decision, criterion: str, factor: float) -> float:
    matrix = _posed(SMALL, decision.needs, _by_key(decision.ratings))
    place = matrix.criteria.index(criterion)
    settled = tuple(p * factor if at == place else p for at, p in enumerate(matrix.settled))
    scores = dict(
        zip(matrix.frameworks, central_scores(replace(matrix, settled=settled)), strict=True)
    )
    assert central_weights(matrix)[place] == pytest.approx(
        next(p.weight for p in decision.contributions if p.criterion == criterion)
    )
    winner = decision.ranking[0].framework
    return scores[winner] - max(score for f, score in scores.items() if f != winner)


def test_what_is_inherited_errs_together_with_what_it_comes_from() -> None:
    """TensorFlow's level is Keras's own, so moving it alone would be another fact."""
    inherited = statement("tensorflow", "simple", 4, NEW, inherits="keras")
    statements = tuple(
        inherited if (s.framework, s.criterion, s.date) == ("tensorflow", "simple", NEW) else s
        for s in SMALL.statements
    )
    catalog = SMALL.model_copy(update={"statements": statements})
    decision = decide(catalog, (), Answers({"purpose": ("prototype",)}), as_of=TODAY)
    subjects = {s.subject for s in sways(decision, catalog.policy)}
    assert ("tensorflow", "simple") not in subjects


def test_an_unknown_level_may_be_anything() -> None:
    answers = Answers({"purpose": ("product",), "phone": ("no",)})
    catalog = SMALL.model_copy(
        update={
            "statements": tuple(
                s for s in SMALL.statements if (s.framework, s.criterion) != ("keras", "mobile")
            )
        }
    )
    decision = decide(catalog, (), answers, as_of=TODAY)
    assert decision.rating("keras", "mobile").level is None
    (found,) = (s for s in sways(decision, catalog.policy) if s.subject == ("keras", "mobile"))
    ends = [reckoned(decision, "keras", "mobile", value) for value in (0.0, 0.5, 1.0)]
    assert (min(ends), max(ends)) == pytest.approx((found.low, found.high))


def test_without_a_rival_nothing_can_sway() -> None:
    answers = Answers({"purpose": ("product",), "phone": ("must",)})
    decision = decide(SMALL, (), answers, as_of=TODAY)
    assert [row.framework for row in decision.ranking] == ["pytorch"]
    assert sways(decision, SMALL.policy) == ()
