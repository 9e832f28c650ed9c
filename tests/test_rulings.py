"""How the rules of a claim decide: met, not met, or open, on facts and on cells."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from advisor.catalog import load_catalog
from advisor.claims import LEAST_TASKS, rulings, with_rulings
from advisor.model import Catalog, Cell, Claim, ClaimRule, Proof, Ruling
from tests.proofs import proof

KNOWN = load_catalog()
TODAY = dt.date(2026, 11, 25)
TASKS = ("mlp-mnist", "cnn-cifar", "resnet-cifar", "lstm-sentiment")
HOT = {"framework": "pytorch", "probe": "licence", "fact": "hot"}
SWEET = {"framework": "keras", "probe": "licence", "fact": "sweet"}


def claim(*rules: dict[str, Any], decided_by: str = "probe", **changed: Any) -> Claim:
    given: dict[str, Any] = {
        "id": "some-claim",
        "framework": "keras",
        "section": "Overview",
        "claim": "It is good.",
        "criterion": "licence",
        "reason": "As it was.",
        "decided_by": decided_by,
        "test": "Look.",
        "rules": rules,
    }
    return Claim.model_validate({**given, **changed})


def catalog(claim: Claim) -> Catalog:
    return KNOWN.model_copy(update={"claims": (claim,)})


def ruled(
    claim: Claim, proofs: Sequence[Proof] = (), cells: Sequence[Cell] = (), as_of: dt.date = TODAY
) -> Ruling:
    (found,) = rulings(catalog(claim), cells, proofs, as_of=as_of)
    return found


def cells(stack: str, *values: float, tasks: Sequence[str] = TASKS, **changed: Any) -> list[Cell]:
    """One cell for each value, task by task, from five processes that hardly differ."""
    return [cell(stack, value, task, **changed) for value, task in zip(values, tasks, strict=False)]


def cell(stack: str, value: float, task: str, *, spread: float = 0.001, **changed: Any) -> Cell:
    noise = (-1, -0.5, 0, 0.5, 1)
    given: dict[str, Any] = {
        "stack": stack,
        "framework": stack.partition("-")[0],
        "task": task,
        "phase": "train",
        "metric": "step-seconds",
        "value": value,
        "unit": "s",
        "low": value * (1 - spread),
        "high": value * (1 + spread),
        "processes": 5,
        "stable": True,
        "machine": "m-2-cores-abcdef",
        "device": "cpu",
        "date": dt.date(2026, 11, 24),
        "runs": tuple(f"s/{stack}-{n}.json" for n in range(5)),
        "process_values": tuple(value * (1 + spread * each) for each in noise),
        "replicates": (0, 1, 2, 3, 4),
        "session": "s",
    }
    return Cell(**{**given, **changed})


def need(relation: str, **changed: Any) -> dict[str, Any]:
    given = {
        "phase": "train",
        "metric": "step-seconds",
        "relation": relation,
        "left": ["keras-tensorflow"],
        "right": ["pytorch-eager"],
    }
    return {**given, **changed}


def holds(relation: str, measured: Sequence[Cell], **changed: Any) -> str:
    """The verdict: confirmed if the comparison holds, refuted if not, unverifiable if open."""
    rules = {"verdict": "confirmed", "cells": [need(relation, **changed)]}, {"verdict": "refuted"}
    return ruled(claim(*rules, decided_by="measured"), cells=measured).verdict


def test_the_first_rule_that_is_met_decides_with_its_reason() -> None:
    rules = (
        {"verdict": "confirmed", "facts": [HOT], "reason": "It is hot."},
        {"verdict": "outdated", "facts": [{**HOT, "holds": False}]},
    )
    hot = ruled(claim(*rules), [proof(facts={"hot": True})])
    cold = ruled(claim(*rules), [proof(facts={"hot": False})])
    assert (hot.verdict, hot.reason, hot.missing) == ("confirmed", "It is hot.", ())
    assert (cold.verdict, cold.reason) == ("outdated", "As it was.")
    assert [(p.probe, fact.name) for p, fact in hot.facts] == [("licence", "hot")]


def test_all_facts_of_a_rule_have_to_be_as_it_wants_them() -> None:
    both = claim({"verdict": "confirmed", "facts": [HOT, SWEET]})
    torch, keras = proof(facts={"hot": True}), proof(framework="keras", facts={"sweet": False})
    assert ruled(both, [torch, keras]).verdict == "unverifiable"
    assert ruled(both, [torch, keras]).missing == ()


def test_what_is_not_probed_leaves_the_claim_open_and_later_rules_untried() -> None:
    rules = {"verdict": "confirmed", "facts": [HOT, SWEET]}, {"verdict": "refuted"}
    found = ruled(claim(*rules), [proof(facts={"hot": True})])
    assert (found.verdict, found.missing) == ("unverifiable", ("keras licence sweet",))
    assert [fact.name for _, fact in found.facts] == ["hot"]


def test_a_proof_does_not_count_before_its_day() -> None:
    early = TODAY - dt.timedelta(days=1)
    found = ruled(claim({"verdict": "confirmed", "facts": [HOT]}), [proof(facts={"hot": True})])
    assert found.verdict == "confirmed"
    before = ruled(
        claim({"verdict": "confirmed", "facts": [HOT]}), [proof(facts={"hot": True})], as_of=early
    )
    assert before.missing


def test_the_catalogue_takes_over_verdict_and_reason() -> None:
    known = catalog(claim({"verdict": "refuted", "facts": [HOT], "reason": "It is hot."}))
    (after,) = with_rulings(
        known, rulings(known, (), [proof(facts={"hot": True})], as_of=TODAY)
    ).claims
    assert (after.verdict, after.reason) == ("refuted", "It is hot.")
    (untouched,) = with_rulings(known, ()).claims
    assert untouched.verdict == "unverifiable"


SLOW, FAST = cells("keras-tensorflow", 2, 2, 2, 2), cells("pytorch-eager", 1, 1, 1, 1)
MIXED = cells("keras-tensorflow", 2, 0.5, 1, 1)


@pytest.mark.parametrize(
    ("relation", "left", "verdict"),
    [
        ("slower", SLOW, "confirmed"),
        ("slower", MIXED, "refuted"),
        ("faster", SLOW, "refuted"),
        ("faster", cells("keras-tensorflow", 0.5, 0.5, 2, 2), "confirmed"),
        ("differs", cells("keras-tensorflow", 2, 0.5, 1, 1), "confirmed"),
        ("differs", cells("keras-tensorflow", 2, 1, 1, 1), "refuted"),
        ("not-slower", MIXED, "confirmed"),
        ("not-slower", SLOW, "refuted"),
    ],
)
def test_a_relation_has_to_hold_on_half_of_the_tasks(
    relation: str, left: list[Cell], verdict: str
) -> None:
    assert holds(relation, [*left, *FAST]) == verdict


def test_the_share_of_tasks_may_be_another() -> None:
    left = cells("keras-tensorflow", 2, 2, 2, 1)
    assert holds("slower", [*left, *FAST], share=0.75) == "confirmed"
    assert holds("slower", [*left, *FAST], share=1.0) == "refuted"


def test_within_is_a_factor() -> None:
    assert holds("within", [*SLOW, *FAST], limit=2.1) == "confirmed"
    assert holds("within", [*SLOW, *FAST], limit=1.9) == "refuted"
    half = need("within", left=["pytorch-eager"], right=["keras-tensorflow"], limit=0.51)
    rule = {"verdict": "confirmed", "cells": [half]}
    assert ruled(claim(rule, decided_by="measured"), cells=[*SLOW, *FAST]).verdict == "confirmed"


def test_of_several_stacks_the_fastest_of_each_side_is_compared() -> None:
    tuned = cells("pytorch-compile", 0.4, 0.4, 0.4, 0.4)
    left = cells("keras-tensorflow", 0.5, 0.5, 0.5, 0.5)
    measured = [*left, *FAST, *tuned]
    assert holds("slower", measured, right=["pytorch-eager", "pytorch-compile"]) == "confirmed"
    assert holds("slower", measured) == "refuted"


def test_a_task_may_refuse_a_stack_but_a_stack_has_to_be_measured_somewhere() -> None:
    images = cells("pytorch-channels-last", 0.5, tasks=["cnn-cifar"])
    right = ["pytorch-eager", "pytorch-channels-last"]
    assert holds("slower", [*SLOW, *FAST, *images], right=right) == "confirmed"
    assert holds("slower", [*SLOW, *FAST], right=right) == "unverifiable"


@pytest.mark.parametrize(
    "measured",
    [
        SLOW,
        [*SLOW[: LEAST_TASKS - 1], *FAST[: LEAST_TASKS - 1]],
        [*SLOW, *cells("pytorch-eager", 1, 1, 1, 1, phase="predict")],
        [*SLOW, *cells("pytorch-eager", 1, 1, 1, 1, machine="other-2-cores-123456")],
        [*SLOW, *cells("pytorch-eager", 1, 1, 1, 1, date=TODAY + dt.timedelta(days=1))],
    ],
    ids=["one side", "few tasks", "another phase", "another machine", "tomorrow"],
)
def test_what_cannot_be_compared_leaves_the_claim_open(measured: list[Cell]) -> None:
    assert holds("slower", measured) == "unverifiable"


def test_named_tasks_all_have_to_be_measured() -> None:
    assert holds("slower", [*SLOW[:2], *FAST[:2]], tasks=list(TASKS[:2])) == "confirmed"
    assert holds("slower", [*SLOW[:2], *FAST[:1]], tasks=list(TASKS[:2])) == "unverifiable"


def test_the_newest_machine_that_has_it_all_is_asked() -> None:
    older = {"machine": "older-2-cores-111111", "date": dt.date(2026, 11, 1)}
    left = cells("keras-tensorflow", 0.5, 0.5, 0.5, 0.5, **older)
    right = cells("pytorch-eager", 1, 1, 1, 1, **older)
    assert holds("faster", [*left, *right]) == "confirmed"
    assert holds("faster", [*left, *right, *SLOW, *FAST]) == "refuted"
    assert holds("faster", [*left, *right, *SLOW]) == "confirmed"


def test_growing_compares_the_last_task_with_the_first() -> None:
    tasks = ["mlp-mnist", "resnet-cifar"]
    right = cells("pytorch-eager", 1, 10, tasks=tasks)
    grown = cells("keras-tensorflow", 1.2, 20, tasks=tasks)
    shrunk = cells("keras-tensorflow", 1.2, 10.5, tasks=tasks)
    caught_up = cells("keras-tensorflow", 0.5, 10, tasks=tasks)
    assert holds("grows", [*right, *grown], tasks=tasks) == "confirmed"
    assert holds("grows", [*right, *shrunk], tasks=tasks) == "refuted"
    assert holds("grows", [*right, *caught_up], tasks=tasks) == "confirmed"


def shares(stack: str, *values: float) -> list[Cell]:
    return cells(stack, *values, metric="accuracy", phase="learn", unit="share")


@pytest.mark.parametrize(
    ("value", "verdict"), [(0.905, "confirmed"), (0.92, "refuted"), (0.895, "confirmed")]
)
def test_shares_are_equal_within_a_hundredth(value: float, verdict: str) -> None:
    measured = [*shares("keras-tensorflow", *[value] * 4), *shares("pytorch-eager", *[0.9] * 4)]
    asked = {"phase": "learn", "metric": "accuracy", "share": 1.0}
    assert holds("equal", measured, **asked) == verdict


def test_above_looks_at_one_side() -> None:
    asked = {"phase": "learn", "metric": "accuracy", "right": [], "tasks": ["cnn-cifar"]}
    measured = shares("keras-tensorflow", 0.1, 0.7)
    assert holds("above", measured, limit=0.63, **asked) == "confirmed"
    assert holds("above", measured, limit=0.71, **asked) == "refuted"


@given(order=st.permutations([*SLOW, *FAST]))
def test_the_order_of_the_cells_does_not_matter(order: list[Cell]) -> None:
    assert holds("slower", order) == "confirmed"


def test_a_ruling_names_the_cells_that_it_looked_at() -> None:
    rule = {"verdict": "confirmed", "cells": [need("slower")]}
    found = ruled(claim(rule, decided_by="measured"), cells=[*SLOW, *FAST])
    assert {(c.stack, c.task) for c in found.cells} == {(c.stack, c.task) for c in (*SLOW, *FAST)}
    open_still = ruled(claim(rule, decided_by="measured"), cells=SLOW)
    assert open_still.missing == ("train step-seconds of keras-tensorflow, pytorch-eager",)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"verdict": "confirmed"}, "the rules give the verdict"),
        ({"unprobed": "no time"}, "the rules give the verdict"),
        ({"rules": ()}, "give it a `verdict`"),
        ({"decided_by": "source"}, 'not by "source"'),
        ({"rules": (), "verdict": "confirmed"}, "say by which `rules` a probe decides"),
    ],
)
def test_one_thing_decides_a_claim(wrong: dict[str, Any], said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        claim({"verdict": "confirmed", "facts": [HOT]}, **wrong)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (need("within"), "have a `limit`"),
        (need("faster", limit=2.0), "have a `limit`"),
        (need("faster", right=[]), "has stacks on its right"),
        (need("above", limit=0.5), "has stacks on its right"),
        (need("grows"), '"grows" needs `tasks`'),
        (need("faster", share=0.0), "greater than 0"),
        (need("faster", left=[]), "at least 1 item"),
    ],
)
def test_a_comparison_that_makes_no_sense_is_refused(wrong: dict[str, Any], said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        ClaimRule.model_validate({"verdict": "confirmed", "cells": [wrong]})
