"""decision = f(answers, evidence as of a date)."""

import math
from dataclasses import replace
from datetime import timedelta

import pytest

from advisor.decide import decide
from advisor.decide.ratings import rate, relevant_cells, worth
from advisor.model import Answers, Cell, Decision, Difference, Focus, Rating, Ratio
from tests.decide.problems import POLICY
from tests.decide.small import (
    CATALOG,
    CELLS,
    GRADED,
    GRADES,
    NEW,
    OLD,
    TODAY,
    answers,
    cell,
    statement,
)

CPU = Focus(devices=("cpu",))


def decided(given: Answers, cells: tuple[Cell, ...] = CELLS, as_of: object = TODAY) -> Decision:
    return decide(CATALOG, cells, given, as_of=as_of)  # type: ignore[arg-type]


def rated(
    focus: Focus = CPU, as_of: object = TODAY, cells: tuple[Cell, ...] = CELLS
) -> dict[tuple[str, str], Rating]:
    found = rate(CATALOG, cells, focus, as_of=as_of)  # type: ignore[arg-type]
    return {(rating.framework, rating.criterion): rating for rating in found}


def test_contributions_add_up_to_the_score_exactly() -> None:
    decision = decided(answers(purpose="prototype", device="cpu"))
    for row in decision.ranking:
        total = 0.0
        for part in decision.contributions:
            if part.framework == row.framework:
                total = total + part.contribution
        assert total == row.score


def test_the_prototype_gets_the_simple_one() -> None:
    decision = decided(answers(purpose="prototype"))
    assert decision.winner == "keras"
    assert decision.ranking[0].framework == "keras"


def test_a_measured_rating_is_the_logarithm_of_the_ratio() -> None:
    ratings = rated()
    assert ratings["tensorflow", "fast"].value == 1.0
    assert ratings["keras", "fast"].value == pytest.approx(1 - math.log10(2))
    assert ratings["pytorch", "fast"].value == pytest.approx(0.0, abs=1e-9)
    assert ratings["keras", "fast"].tier == "measured"


@pytest.mark.parametrize(("ratio", "value"), [(0.9, 1.0), (1.0, 1.0), (10.0, 0.0), (50.0, 0.0)])
def test_ratios_are_worth_1_at_the_best_and_0_at_the_worst(ratio: float, value: float) -> None:
    gap = Ratio("pytorch-eager", "pytorch", "cnn", ratio, ratio, ratio, tied=False)
    assert worth(gap, ratio, POLICY) == pytest.approx(value)


@pytest.mark.parametrize(
    ("behind", "value"), [(-0.02, 1.0), (0.0, 1.0), (0.05, 0.5), (0.1, 0.0), (0.4, 0.0)]
)
def test_shares_are_worth_less_evenly_with_the_difference(behind: float, value: float) -> None:
    gap = Difference("pytorch-eager", "pytorch", "cnn", behind, behind, behind, tied=False)
    assert worth(gap, behind, POLICY) == pytest.approx(value)


def test_what_is_measured_as_a_share_is_rated_by_its_distance_to_the_best() -> None:
    found = rate(GRADED, (*CELLS, *GRADES), CPU, as_of=TODAY)
    ratings = {rating.framework: rating for rating in found if rating.criterion == "right"}
    # 0.70, 0.69 and 0.63 right: one point of ten behind is worth nine tenths.
    values = {framework: rating.value for framework, rating in ratings.items()}
    assert values == pytest.approx({"keras": 1.0, "tensorflow": 0.9, "pytorch": 0.3})
    assert {rating.tier for rating in ratings.values()} == {"measured"}
    assert [gap.value for gap in ratings["pytorch"].differences] == pytest.approx([0.07])
    assert ratings["pytorch"].ratios == ()


def test_a_measurement_of_what_the_task_was_before_says_nothing() -> None:
    stale = tuple(replace(known, stale=True) for known in CELLS)
    assert relevant_cells(CATALOG, stale, CPU, TODAY) == ()
    fresh = (replace(CELLS[0], stale=True), *CELLS[1:])
    found = rate(CATALOG, fresh, CPU, as_of=TODAY)
    tiers = {rating.framework: rating.tier for rating in found if rating.criterion == "fast"}
    assert tiers == {"keras": "unknown", "tensorflow": "measured", "pytorch": "measured"}


def test_a_must_have_that_may_be_missed_is_named_with_how_likely() -> None:
    decision = decided(answers(purpose="product", phone="must"))
    (doubt,) = decision.doubts
    assert (doubt.framework, doubt.requirement.criterion) == ("pytorch", "mobile")
    assert doubt.evidence.level == doubt.requirement.level == 4
    assert doubt.share == pytest.approx(0.1)
    (row,) = decision.ranking
    assert row.meets == row.first_rank == pytest.approx(0.9, abs=0.03)
    assert decision.unmet == pytest.approx(1.0 - row.meets)
    assert sum(row.ranks) == pytest.approx(row.meets)


def test_what_surely_is_met_raises_no_doubt() -> None:
    decision = decided(answers(purpose="prototype"))
    assert decision.doubts == ()
    assert decision.unmet == 0.0
    assert {row.meets for row in decision.ranking} == {1.0}


def test_where_all_are_ruled_out_nobody_meets_the_must_haves_in_any_draw() -> None:
    none = CATALOG.model_copy(
        update={"statements": tuple(s for s in CATALOG.statements if s.criterion != "mobile")}
    )
    said = tuple(statement(f.id, "mobile", 1) for f in none.frameworks)
    known = none.model_copy(update={"statements": (*none.statements, *said)})
    decision = decide(known, (), answers(purpose="product", phone="must"), as_of=TODAY)
    assert (decision.verdict, decision.unmet, decision.doubts) == ("none", 1.0, ())


@pytest.mark.parametrize("phase", ["predict", "export"])
def test_where_a_model_answers_decides_on_what_its_answers_are_timed(phase: str) -> None:
    focus = Focus(devices=("nvidia",), serving=("cpu",))
    assert focus.speaks_for(phase, "cpu")
    assert not focus.speaks_for(phase, "nvidia")
    assert focus.speaks_for("train", "nvidia")
    assert Focus(devices=("nvidia",)).speaks_for(phase, "nvidia")


def test_only_default_stacks_speak_for_their_framework() -> None:
    (ratio,) = rated()["pytorch", "fast"].ratios
    assert ratio.stack == "pytorch-eager"


def test_measurements_speak_only_for_the_device_that_was_named() -> None:
    for focus in (Focus(), Focus(devices=("nvidia",))):
        assert rated(focus)["keras", "fast"].tier == "unknown"
    assert decided(answers(device="gpu")).unmeasured == ("fast",)
    assert decided(answers(device="cpu")).unmeasured == ()


def test_answers_are_measured_where_models_answer_and_training_where_they_train() -> None:
    answer = cell("keras-tensorflow", 0.001, phase="predict", metric="latency-seconds")
    both = (*CELLS, answer)
    phone = Focus(devices=("cpu",), serving=("phone",))
    assert answer not in relevant_cells(CATALOG, both, phone, TODAY)
    assert relevant_cells(CATALOG, both, Focus(devices=("nvidia",), serving=("cpu",)), TODAY) == (
        answer,
    )
    assert answer in relevant_cells(CATALOG, both, CPU, TODAY)


def test_measurements_speak_only_for_the_named_workloads() -> None:
    other = (
        *CELLS,
        cell("keras-tensorflow", 9.0, task="lstm"),
        cell("pytorch-eager", 1.0, task="lstm"),
    )
    images = Focus(devices=("cpu",), workloads=("images",))
    assert {c.task for c in relevant_cells(CATALOG, other, images, TODAY)} == {"cnn"}
    assert {c.task for c in relevant_cells(CATALOG, other, CPU, TODAY)} == {"cnn", "lstm"}


def test_a_task_that_one_framework_lacks_compares_nobody() -> None:
    other = (
        *CELLS,
        cell("keras-tensorflow", 9.0, task="lstm"),
        cell("pytorch-eager", 1.0, task="lstm"),
    )
    assert {ratio.task for ratio in rated(cells=other)["keras", "fast"].ratios} == {"cnn"}


def test_machines_are_never_mixed() -> None:
    later = cell("pytorch-eager", 0.001, machine="n", date=NEW + timedelta(days=1))
    assert relevant_cells(CATALOG, (*CELLS, later), CPU, TODAY) == (later,)


def test_a_phase_that_the_last_machine_lacks_keeps_its_own() -> None:
    answer = cell("pytorch-eager", 0.001, phase="predict", metric="latency-seconds")
    later = cell("pytorch-eager", 0.001, machine="n", date=NEW + timedelta(days=1))
    assert relevant_cells(CATALOG, (*CELLS, answer, later), CPU, TODAY) == (answer, later)


@pytest.mark.parametrize(("session", "speaks"), [("0", "m"), ("9", "l")])
def test_of_two_machines_of_one_day_the_later_session_speaks(session: str, speaks: str) -> None:
    mine = tuple(replace(each, session="5") for each in CELLS)
    others = tuple(replace(each, machine="l", session=session) for each in CELLS)
    spoken = relevant_cells(CATALOG, (*others, *mine), CPU, TODAY)
    assert {each.machine for each in spoken} == {speaks}


def test_what_checks_the_measuring_never_speaks() -> None:
    check = replace(CELLS[0], phase="harness")
    assert check not in relevant_cells(CATALOG, (*CELLS, check), CPU, TODAY)


def test_evidence_of_the_future_does_not_count() -> None:
    past = rated(as_of=OLD)
    assert past["pytorch", "mobile"].level == 1
    assert past["keras", "mobile"].tier == "unknown"
    assert past["keras", "fast"].tier == "unknown"


def test_a_stale_statement_counts_one_tier_less() -> None:
    fresh = rated(as_of=NEW + timedelta(days=365))["keras", "simple"]
    stale = rated(as_of=NEW + timedelta(days=366))["keras", "simple"]
    assert (fresh.tier, fresh.stale) == ("probed", False)
    assert (stale.tier, stale.stale) == ("documented", True)


def test_a_stale_judgement_is_no_knowledge() -> None:
    judged = statement("keras", "simple", 4, NEW, tier="judged")
    catalog = CATALOG.model_copy(update={"statements": (judged,)})
    (rating, *_) = rate(catalog, (), CPU, as_of=NEW + timedelta(days=400))
    assert (rating.tier, rating.level, rating.value, rating.stale) == ("unknown", None, 0.5, True)
    assert rating.statement == judged


def test_a_must_have_rules_out_with_its_evidence() -> None:
    decision = decided(answers(purpose="product", phone="must"))
    assert [(entry.framework, entry.evidence.level) for entry in decision.ruled_out] == [
        ("keras", 3),
        ("tensorflow", 3),
    ]
    assert decision.winner == "pytorch"
    assert {row.framework for row in decision.ranking} == {"pytorch"}


def test_an_unknown_level_rules_nobody_out() -> None:
    decision = decided(answers(purpose="product", phone="must"), as_of=OLD)
    assert {entry.framework for entry in decision.ruled_out} == {"pytorch"}


def test_when_all_are_ruled_out_the_single_misses_are_named() -> None:
    gone = tuple(
        s for s in CATALOG.statements if (s.framework, s.criterion) != ("pytorch", "mobile")
    )
    catalog = CATALOG.model_copy(
        update={"statements": (*gone, statement("pytorch", "mobile", 2, NEW))}
    )
    decision = decide(catalog, (), answers(purpose="product", phone="must"), as_of=TODAY)
    assert (decision.verdict, decision.winner, decision.ranking) == ("none", None, ())
    assert {entry.framework for entry in decision.rescues} == {"keras", "tensorflow", "pytorch"}
    assert decision.stack is None


def test_nothing_answered_is_at_most_lean() -> None:
    decision = decided(Answers({}))
    assert decision.verdict in ("lean", "too-close")
    lonely = decide(CATALOG, (), Answers({}), as_of=TODAY)
    assert lonely.verdict in ("lean", "too-close")


def test_movements_add_up_to_the_change_of_the_lead() -> None:
    decision = decided(answers(purpose="product"))
    before = decision.before
    assert before is not None
    assert (before.winner, decision.winner) == ("tensorflow", "pytorch")
    then = {row.framework: row.score for row in before.ranking}
    now = {row.framework: row.score for row in decision.ranking}
    change = (now["pytorch"] - now["tensorflow"]) - (then["pytorch"] - then["tensorflow"])
    assert sum(moved.effect for moved in before.moved) == pytest.approx(change)
    assert before.moved[0].criterion == "mobile"


def test_the_first_layer_has_nothing_before_it() -> None:
    assert decided(answers(purpose="product"), as_of=OLD).before is None


def test_the_order_of_the_catalogue_does_not_matter() -> None:
    shuffled = CATALOG.model_copy(
        update={
            "frameworks": CATALOG.frameworks[::-1],
            "criteria": CATALOG.criteria[::-1],
            "statements": CATALOG.statements[::-1],
        }
    )
    given = answers(purpose="product", device="cpu")
    one, two = decided(given), decide(shuffled, CELLS[::-1], given, as_of=TODAY)
    assert one.ranking == two.ranking
    assert one.contributions == two.contributions


def test_the_fastest_stack_is_named_only_where_measurements_speak() -> None:
    chosen = decided(answers(purpose="product", phone="must", device="cpu")).stack
    assert chosen is not None
    assert (chosen.stack, chosen.measured) == ("pytorch-compile", True)
    default = decided(answers(purpose="product")).stack
    assert default is not None
    assert (default.stack, default.measured) == ("pytorch-eager", False)


def test_the_digest_follows_the_evidence_and_only_the_evidence() -> None:
    one = decided(answers(purpose="product"))
    assert one.evidence_digest == decided(answers(purpose="prototype")).evidence_digest
    assert (
        one.evidence_digest != decided(answers(purpose="product"), cells=CELLS[1:]).evidence_digest
    )
    assert one.evidence_digest != decided(answers(purpose="product"), as_of=OLD).evidence_digest
