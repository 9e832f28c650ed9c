"""What would settle a close result."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from advisor.decide import decide
from advisor.model import NOT_SURE, Answers, Catalog, Decision, Settle
from tests.decide.houses import needs_of, with_draws
from tests.decide.small import CATALOG, CELLS, NEW, TODAY, answers
from tests.decide.test_flips import REAL, restated

SMALL = with_draws(CATALOG, 10)


def lead_over_rest(decision: Decision, framework: str) -> float:
    """The lead of `framework`: below zero when others lead, 1 when alone, -1 when ruled out."""
    scores = {row.framework: row.score for row in decision.ranking}
    if framework not in scores:
        return -1.0
    own = scores.pop(framework)
    return own - max(scores.values()) if scores else 1.0


def unsettled(catalog: Catalog, given: Answers, cells: tuple[object, ...] = ()) -> Decision:
    """As decided, but never firmly: three thousand per cent must agree."""
    policy = catalog.policy.model_copy(update={"clear": 30.0, "lean": 30.0})
    strict = catalog.model_copy(update={"policy": policy})
    return decide(strict, cells, given, as_of=TODAY)  # type: ignore[arg-type]


def by_subject(decision: Decision) -> dict[tuple[str, ...], Settle]:
    return {settle.subject: settle for settle in decision.settles}


@given(needs_of(CATALOG))
@settings(max_examples=40, deadline=None)
def test_a_question_is_worth_the_mean_change_that_its_answers_bring(known: Answers) -> None:
    decision = unsettled(SMALL, known)
    if decision.winner is None or len(decision.ranking) < 2:
        return
    settles = by_subject(decision)
    now = lead_over_rest(decision, decision.winner)
    for question in SMALL.questions:
        if (question.id,) not in settles:
            continue
        assert known.given.get(question.id, (NOT_SURE,)) == (NOT_SURE,)
        after = [
            decide(
                SMALL,
                (),
                replace(known, given={**known.given, question.id: (choice.id,)}),
                as_of=TODAY,
            )
            for choice in question.choices
        ]
        changes = [abs(lead_over_rest(one, decision.winner) - now) for one in after]
        settle = settles[question.id,]
        assert settle.expected == pytest.approx(sum(changes) / len(changes))
        assert settle.most == pytest.approx(max(changes))
        others = {one.winner for one in after} - {decision.winner, None}
        assert settle.winners == tuple(sorted(others))  # type: ignore[type-var]


@given(needs_of(REAL))
@settings(max_examples=25, deadline=None)
def test_what_settles_is_open_ranked_and_worth_something(known: Answers) -> None:
    decision = unsettled(REAL, known)
    expected = [settle.expected for settle in decision.settles]
    assert expected == sorted(expected, reverse=True)
    for settle in decision.settles:
        assert 0.0 < settle.expected <= settle.most * (1 + 1e-12)
        assert decision.winner not in settle.winners
        if settle.kind == "question":
            assert known.given.get(settle.subject[0], (NOT_SURE,)) == (NOT_SURE,)
        if settle.kind == "measurement":
            assert settle.subject[0] in decision.unmeasured
        if settle.kind == "cell":
            assert settle.subject[1] not in decision.unmeasured
            assert decision.rating(*settle.subject).tier != "measured"
    for kind in ("question", "measurement", "cell"):
        assert sum(settle.kind == kind for settle in decision.settles) <= 3


def test_a_clear_result_has_nothing_to_settle() -> None:
    policy = SMALL.policy.model_copy(update={"clear": 0.0, "own_share": 0.0})
    sure = SMALL.model_copy(update={"policy": policy})
    decision = decide(sure, (), answers(purpose="prototype"), as_of=TODAY)
    assert decision.verdict == "clear"
    assert decision.settles == ()


def test_not_sure_everywhere_says_what_to_answer_first() -> None:
    decision = decide(REAL, (), Answers({}), as_of=TODAY)
    assert decision.settles[0].kind == "question"


def test_a_cell_is_worth_its_weight_times_its_error() -> None:
    decision = unsettled(SMALL, answers(purpose="prototype"))
    weight = next(c.weight for c in decision.contributions if c.criterion == "simple")
    # Keras leads with level 4, probed: one time in ten it is really 3, a quarter of the scale.
    settle = by_subject(decision)["keras", "simple"]
    assert decision.winner == "keras"
    assert settle.expected == pytest.approx(0.1 * weight * 0.25)
    assert settle.most == pytest.approx(weight * 0.25)


def test_a_level_in_the_middle_errs_to_either_side_half_as_often() -> None:
    decision = unsettled(SMALL, answers(purpose="prototype"))
    weight = next(c.weight for c in decision.contributions if c.criterion == "simple")
    # PyTorch follows with level 3, probed: one time in twenty 4, one time in twenty 2.
    settle = by_subject(decision)["pytorch", "simple"]
    second, third = (row.score for row in decision.ranking[1:])
    fallen = max(second - weight * 0.25, third)
    assert settle.expected == pytest.approx(0.05 * weight * 0.25 + 0.05 * (second - fallen))


def test_a_surer_cell_settles_less() -> None:
    judged = restated(SMALL, "keras", "simple", level=4, when=NEW)
    worth = [
        by_subject(unsettled(catalog, answers(purpose="prototype")))["keras", "simple"].expected
        for catalog in (judged, SMALL)
    ]
    assert worth[0] == pytest.approx(5 * worth[1])


def test_a_measurement_is_worth_making_only_while_it_is_missing() -> None:
    wanted = answers(purpose="prototype", device="cpu")
    missing = unsettled(SMALL, wanted)
    assert ("fast",) in by_subject(missing)
    weight = next(c.weight for c in missing.contributions if c.criterion == "fast")
    assert by_subject(missing)["fast",].most <= 2 * weight
    measured = unsettled(SMALL, wanted, CELLS)
    assert ("fast",) not in by_subject(measured)
    assert not any(settle.subject[-1] == "fast" for settle in measured.settles)


def test_a_question_that_rules_the_leader_out_settles_everything() -> None:
    catalog = restated(SMALL, "tensorflow", "simple", level=4, when=NEW)
    catalog = restated(catalog, "tensorflow", "kept", level=4, when=NEW)
    catalog = restated(catalog, "tensorflow", "fast", level=4, when=NEW)
    catalog = restated(catalog, "pytorch", "simple", level=0, when=NEW)
    decision = unsettled(catalog, answers(purpose="product", device="gpu"))
    assert decision.winner == "tensorflow"
    settle = by_subject(decision)["phone",]
    # Ruled out counts as the whole scale behind, whatever the lead was.
    assert settle.most == pytest.approx(1.0 + lead_over_rest(decision, str(decision.winner)))


@given(st.permutations(range(4)), needs_of(CATALOG))
@settings(max_examples=20, deadline=None)
def test_the_order_of_the_criteria_does_not_matter(order: list[int], known: Answers) -> None:
    criteria = tuple(SMALL.criteria[place] for place in order)
    shuffled = SMALL.model_copy(update={"criteria": criteria})
    assert unsettled(shuffled, known).settles == unsettled(SMALL, known).settles


def test_a_must_have_that_may_be_missed_is_what_settles_first() -> None:
    # PyTorch alone has the level asked for; probed, so in one case of ten it is really one lower.
    decision = unsettled(SMALL, answers(purpose="product", phone="must"))
    assert [row.framework for row in decision.ranking] == ["pytorch"]
    settle = by_subject(decision)["pytorch", "mobile"]
    # Alone it leads by the whole scale, and out it is as far behind.
    assert (settle.expected, settle.most) == (pytest.approx(0.1 * 2.0), 2.0)
    assert decision.settles[0] == settle
    assert settle.winners == ()


def test_who_would_lead_without_the_one_that_misses_is_named() -> None:
    catalog = restated(SMALL, "keras", "mobile", level=4, when=NEW)
    decision = unsettled(catalog, answers(purpose="product", phone="must"))
    assert {row.framework for row in decision.ranking} == {"keras", "pytorch"}
    first, second = (row.framework for row in decision.ranking)
    assert by_subject(decision)[first, "mobile"].winners == (second,)
    # Should the other one miss it, the leader only gains.
    assert by_subject(decision)[second, "mobile"].winners == ()
