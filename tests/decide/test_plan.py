"""The plan: who leads in which phase, when a hybrid is worth it, what moving costs."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, settings

from advisor.catalog import load_catalog
from advisor.decide import decide
from advisor.decide.plan import STAGES, choose_stack
from advisor.model import (
    Answers,
    Bridge,
    Catalog,
    Cell,
    Choice,
    Criterion,
    Focus,
    Plan,
    Question,
    StackChoice,
)
from tests.decide.houses import needs_of
from tests.decide.small import CATALOG, CELLS, NEW, OLD, TODAY, answers, cell, statement

KNOWN = load_catalog()
#: Fewer draws than any phase would get: then a phase must agree with a decision in everything.
REAL = KNOWN.model_copy(update={"policy": KNOWN.policy.model_copy(update={"draws": 12})})

STAGE = Question(
    id="stage",
    text="What is this project for?",
    why="Phases differ.",
    choices=(
        Choice(id="learning", text="Learning", weighs={"simple": 1}),
        Choice(id="prototype", text="A prototype", weighs={"simple": 8}),
        Choice(id="research", text="Research", weighs={"simple": 8, "mobile": 8}),
        Choice(id="production", text="A product", weighs={"mobile": 8}),
    ),
)
IN_USE = Question(
    id="today",
    text="What is in use?",
    why="Moving costs.",
    multiple=True,
    choices=(
        Choice(id="nothing", text="Nothing"),
        Choice(
            id="tensorflow", text="TensorFlow", weighs={"tensorflow-estate": 8}, uses="tensorflow"
        ),
        Choice(id="pytorch", text="PyTorch", uses="pytorch"),
    ),
)
ESTATE = Criterion(
    id="tensorflow-estate",
    group="ease",
    name="TensorFlow code",
    question="?",
    known_by="documented",
    review_days=365,
    estate="tensorflow",
)
LEVELS = {"simple": (4, 0, 0), "mobile": (0, 4, 0), "tensorflow-estate": (3, 4, 1)}


def bridge(origin: str = "keras", to: str = "tensorflow", **more: object) -> Bridge:
    facts = {"route": "Over.", "cost": "Little.", "tier": "probed", "sources": ["S1"], "date": NEW}
    return Bridge.model_validate(
        {"id": f"{origin}-to-{to}", "from": origin, "to": to, **facts, **more}
    )


def catalog(*bridges: Bridge) -> Catalog:
    """Keras is made for prototypes, TensorFlow for products, and research wants both equally."""
    stated = tuple(
        statement(framework, criterion, level)
        for criterion, levels in LEVELS.items()
        for framework, level in zip(("keras", "tensorflow", "pytorch"), levels, strict=True)
    )
    return CATALOG.model_copy(
        update={
            "questions": (STAGE, IN_USE),
            "criteria": (*CATALOG.criteria, ESTATE),
            "statements": stated,
            "bridges": bridges,
        }
    )


def planned(known: Catalog, as_of: object = TODAY, **given: str | tuple[str, ...]) -> Plan:
    return decide(known, (), answers(**given), as_of=as_of).plan  # type: ignore[arg-type]


def crossings(plan: Plan) -> list[tuple[str, str, str]]:
    return [(hand_over.earlier, hand_over.later, hand_over.bridge.id) for hand_over in plan.hybrid]


@settings(max_examples=15, deadline=None)
@given(needs_of(REAL))
def test_a_phase_is_decided_as_if_its_stage_had_been_answered(asked: Answers) -> None:
    phases = decide(REAL, (), asked, as_of=TODAY).plan.phases
    assert tuple(phase.stage for phase in phases) == STAGES
    for phase in phases:
        there = Answers({**asked.given, "stage": (phase.stage,)})
        decision = decide(REAL, (), there, as_of=TODAY)
        assert (phase.winner, phase.verdict) == (decision.winner, decision.verdict)
        if decision.ranking:
            scores = [row.score for row in decision.ranking]
            assert phase.lead == (scores[0] - scores[1] if len(scores) > 1 else 1.0)
            assert phase.first_rank == decision.ranking[0].first_rank
        assert phase.own == (asked.given.get("stage") == (phase.stage,))


def test_the_answered_phase_has_the_numbers_of_the_decision_itself() -> None:
    policy = CATALOG.policy.model_copy(update={"plan_draws": 10})
    known = catalog().model_copy(update={"policy": policy})
    decision = decide(known, (), answers(stage="research"), as_of=TODAY)
    shares = {phase.stage: phase.first_rank for phase in decision.plan.phases}
    assert shares["research"] == decision.ranking[0].first_rank
    assert shares["prototype"] * 10 == int(shares["prototype"] * 10)
    assert policy.draws > 10


def test_without_the_question_there_are_no_phases() -> None:
    plan = decide(CATALOG, CELLS, answers(purpose="product"), as_of=TODAY).plan
    assert (plan.phases, plan.hybrid, plan.migration) == ((), (), ())


def test_where_all_are_ruled_out_a_phase_has_no_winner() -> None:
    strict = Choice(id="production", text="A product", requires={"mobile": 4, "simple": 4})
    question = STAGE.model_copy(update={"choices": (*STAGE.choices[:3], strict)})
    known = catalog().model_copy(update={"questions": (question,)})
    last = planned(known).phases[-1]
    assert (last.stage, last.winner, last.verdict, last.lead) == ("production", None, "none", 0.0)


def test_a_hybrid_joins_firm_winners_over_a_probed_bridge() -> None:
    plan = planned(catalog(bridge()))
    leading = {phase.stage: (phase.winner, phase.verdict) for phase in plan.phases}
    assert leading["prototype"] == ("keras", "clear")
    assert leading["production"] == ("tensorflow", "clear")
    assert leading["research"][1] == "too-close"
    assert crossings(plan) == [("prototype", "production", "keras-to-tensorflow")]


@pytest.mark.parametrize(
    "unfit",
    [
        bridge(tier="documented"),
        bridge(tier="judged"),
        bridge("tensorflow", "keras"),
        bridge("keras", "pytorch"),
        bridge(date=TODAY + timedelta(days=1)),
    ],
)
def test_no_other_bridge_will_do(unfit: Bridge) -> None:
    assert planned(catalog(unfit)).hybrid == ()


def test_phases_with_the_same_winner_need_no_bridge() -> None:
    known = catalog(bridge(), bridge("tensorflow", "keras"))
    same = Choice(id="production", text="A product", weighs={"simple": 8})
    question = STAGE.model_copy(update={"choices": (*STAGE.choices[:3], same)})
    plan = planned(known.model_copy(update={"questions": (question,)}))
    assert {phase.winner for phase in plan.phases} == {"keras"}
    assert plan.hybrid == ()


def test_a_bridge_leads_somewhere() -> None:
    with pytest.raises(ValueError, match="leads nowhere"):
        bridge("keras", "keras")


def test_nobody_too_close_to_call_is_built_upon() -> None:
    policy = CATALOG.policy.model_copy(update={"lean": 1.1, "clear": 1.2})
    plan = planned(catalog(bridge()).model_copy(update={"policy": policy}))
    assert {phase.winner for phase in plan.phases} >= {"keras", "tensorflow"}
    assert plan.hybrid == ()


def test_a_project_at_a_known_stage_is_told_only_of_ways_to_and_from_it() -> None:
    known = catalog(bridge())
    assert crossings(planned(known, stage="production"))
    assert crossings(planned(known, stage="prototype"))
    assert crossings(planned(known, stage="learning"))
    assert crossings(planned(known, stage="research")) == []


def test_moving_costs_what_the_statements_on_existing_code_say() -> None:
    plan = planned(catalog(), today=("tensorflow", "pytorch"))
    assert [(move.today, move.framework, move.cost) for move in plan.migration] == [
        ("tensorflow", "keras", "little"),
        ("tensorflow", "tensorflow", "nothing"),
        ("tensorflow", "pytorch", "most"),
    ]
    assert all(move.rating.statement for move in plan.migration)
    assert {m.cost for m in planned(catalog(), OLD, today="tensorflow").migration} == {"unknown"}
    assert planned(catalog(), today="nothing").migration == ()


def test_known_ways_across_stand_beside_what_moving_costs() -> None:
    over = bridge("tensorflow", "keras", tier="documented")
    later = bridge("tensorflow", "pytorch", date=TODAY + timedelta(days=1))
    plan = planned(catalog(over, later, bridge()), today="tensorflow")
    ways = {move.framework: [way.id for way in move.bridges] for move in plan.migration}
    assert ways == {"keras": ["tensorflow-to-keras"], "tensorflow": [], "pytorch": []}


FAST = Question(
    id="fast",
    text="What must be fast?",
    why="It differs.",
    multiple=True,
    choices=(
        Choice(id="training", text="Training", focus=Focus(metrics=("step-seconds",))),
        Choice(id="answer", text="One answer", focus=Focus(metrics=("latency-seconds",))),
    ),
)
TIMED = CATALOG.model_copy(update={"questions": (*CATALOG.questions, FAST)})


def timed(metric: str, **seconds: float) -> list[Cell]:
    """PyTorch's stacks, which train and answer at different paces."""
    phase = "predict" if metric == "latency-seconds" else "train"
    names = {"eager": "pytorch-eager", "compiled": "pytorch-compile"}
    return [cell(names[s], value, phase=phase, metric=metric) for s, value in seconds.items()]


def stacks(cells: list[Cell], *fast: str) -> tuple[StackChoice | None, tuple[StackChoice, ...]]:
    only = TIMED.model_copy(
        update={"statements": tuple(s for s in TIMED.statements if s.framework == "pytorch")}
    )
    given = answers(purpose="product", device="cpu", **({"fast": fast} if fast else {}))
    decision = decide(only, cells, given, as_of=TODAY)
    assert decision.winner == "pytorch"
    return decision.plan.stack, decision.plan.stacks


def test_a_stack_is_chosen_by_what_should_be_fast() -> None:
    cells = [
        *timed("step-seconds", eager=0.02, compiled=0.01),
        *timed("latency-seconds", eager=0.001, compiled=0.003),
    ]
    usual, each = stacks(cells)
    assert usual is not None
    assert (usual.stack, usual.measured, usual.metrics) == (
        "pytorch-compile",
        True,
        ("step-seconds",),
    )
    assert each == (usual,)
    answering, _ = stacks(cells, "answer")
    assert answering is not None
    assert (answering.stack, answering.measured) == ("pytorch-eager", True)


def test_where_nothing_is_fastest_in_all_that_matters_it_is_the_default() -> None:
    cells = [
        *timed("step-seconds", eager=0.02, compiled=0.01),
        *timed("latency-seconds", eager=0.001, compiled=0.003),
    ]
    both, each = stacks(cells, "training", "answer")
    assert both is not None
    assert (both.stack, both.measured) == ("pytorch-eager", False)
    assert [(one.stack, one.metrics) for one in each] == [
        ("pytorch-compile", ("step-seconds",)),
        ("pytorch-eager", ("latency-seconds",)),
    ]


def test_a_stack_with_fewer_bits_is_never_named_for_its_speed() -> None:
    catalog = TIMED.model_copy(
        update={
            "stacks": tuple(
                s.model_copy(update={"precision": "bfloat16"}) if s.id == "pytorch-compile" else s
                for s in TIMED.stacks
            )
        }
    )
    cells = timed("step-seconds", eager=0.02, compiled=0.01)
    faster = choose_stack(TIMED, "pytorch", cells, ("step-seconds",))
    assert (faster.stack, faster.measured) == ("pytorch-compile", True)
    same = choose_stack(catalog, "pytorch", cells, ("step-seconds",))
    assert (same.stack, same.measured, same.ratios) == ("pytorch-eager", False, ())


def test_who_was_not_measured_on_every_task_is_not_named() -> None:
    cells = timed("step-seconds", eager=0.02, compiled=0.01)
    more = [*cells, replace(cells[0], task="other")]
    assert choose_stack(TIMED, "pytorch", cells, ("step-seconds",)).measured
    chosen = choose_stack(TIMED, "pytorch", more, ("step-seconds",))
    assert (chosen.stack, chosen.measured) == ("pytorch-eager", False)
    assert {ratio.task for ratio in chosen.ratios} == {cells[0].task}


def test_the_plan_names_the_stack_of_the_decision() -> None:
    cells = (cell("pytorch-compile", 0.01), *CELLS)
    decision = decide(CATALOG, cells[1:], answers(purpose="product", device="cpu"), as_of=TODAY)
    assert decision.plan.stack is decision.stack is not None


def test_the_shipped_bridges_are_probed_only_by_our_own_probes() -> None:
    assert {(b.from_, b.to) for b in KNOWN.bridges if b.tier == "probed"} >= {
        ("keras", "tensorflow")
    }
    for shipped in KNOWN.bridges:
        assert (shipped.tier == "probed") == bool({"S48", "own-probes"} & {*shipped.sources})
        assert shipped.from_ != shipped.to


def test_a_bridge_belongs_to_the_evidence_from_its_date_on() -> None:
    def digest(known: Catalog, as_of: object) -> str:
        return decide(known, (), Answers({}), as_of=as_of).evidence_digest  # type: ignore[arg-type]

    assert digest(catalog(), TODAY) != digest(catalog(bridge()), TODAY)
    assert digest(catalog(), OLD) == digest(catalog(bridge()), OLD)
