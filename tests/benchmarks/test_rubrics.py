"""Rubrics: complete, monotone, and the only way from facts to a level."""

import importlib
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from advisor.catalog import load_catalog
from benchmarks.errors import LaboratoryError
from benchmarks.probes.rubric import ChildError, Facts, Row, Rubric, cause

ROOT = Path(__file__).resolve().parents[2]
MODULES = sorted(path.stem for path in (ROOT / "benchmarks/probes").glob("test_*.py"))
CATALOG = load_catalog()
FRAMEWORKS = ("keras", "tensorflow", "pytorch")

RUBRIC = Rubric(
    criterion="tea",
    facts={"hot": "it is hot", "sweet": "it is sweet", "strong": "it is strong"},
    asides={"green": "it is green"},
    rows=(Row(4, needs=("hot",), some=2, of=("sweet", "strong", "hot")), Row(2, needs=("hot",))),
    floor=1,
)


def rubric(module: str) -> Rubric:
    found: Rubric = importlib.import_module(f"benchmarks.probes.{module}").RUBRIC
    return found


def test_a_level_is_the_first_row_that_is_met() -> None:
    assert RUBRIC.level(frozenset({"hot", "sweet"})) == 4
    assert RUBRIC.level(frozenset({"hot"})) == 2
    assert RUBRIC.level(frozenset({"sweet", "strong"})) == 1


@pytest.mark.parametrize("module", MODULES)
@settings(max_examples=30)
@given(data=st.data())
def test_one_more_fact_never_lowers_a_level(module: str, data: st.DataObject) -> None:
    found = rubric(module)
    names = sorted(found.facts)
    some = data.draw(st.sets(st.sampled_from(names)))
    more = some | data.draw(st.sets(st.sampled_from(names)))
    assert found.level(frozenset(some)) <= found.level(frozenset(more))


@pytest.mark.parametrize("module", MODULES)
def test_all_facts_together_give_the_best_level_and_none_the_floor(module: str) -> None:
    found = rubric(module)
    assert found.level(frozenset(found.facts)) == 4
    assert found.level(frozenset()) == found.floor < 4


@pytest.mark.parametrize("module", MODULES)
def test_a_probe_asks_all_three_about_the_criterion_of_its_name(module: str) -> None:
    probe = importlib.import_module(f"benchmarks.probes.{module}")
    assert module == f"test_{probe.RUBRIC.criterion.replace('-', '_')}"
    assert CATALOG.criterion(probe.RUBRIC.criterion).known_by == "probed"
    assert all(callable(getattr(probe, f"test_{framework}")) for framework in FRAMEWORKS)
    assert (probe.__doc__ or "").count("\n") > 1, "say what is done, and what counts"


def test_every_probed_criterion_has_its_probe() -> None:
    probed = {criterion.id for criterion in CATALOG.criteria if criterion.known_by == "probed"}
    assert {f"test_{id.replace('-', '_')}" for id in probed} == set(MODULES)


def test_claims_and_probes_name_each_other() -> None:
    """What a probe says that it helps to decide is what the rules of claims.toml ask it."""
    asked = {
        (fact.probe, claim.id)
        for claim in CATALOG.claims
        for rule in claim.rules
        for fact in rule.facts
    }
    named = {(rubric(m).criterion, claim) for m in MODULES for claim in rubric(m).claims}
    assert asked == named


def test_claims_ask_for_facts_that_there_are() -> None:
    known = {(rubric(m).criterion, fact) for m in MODULES for fact in _all(rubric(m))}
    asked = {(f.probe, f.fact) for c in CATALOG.claims for rule in c.rules for f in rule.facts}
    assert asked - known == set()


def _all(found: Rubric) -> set[str]:
    return {*found.facts, *found.asides}


@pytest.mark.parametrize("module", MODULES)
def test_an_aside_is_there_for_a_claim_or_to_be_read(module: str) -> None:
    found = rubric(module)
    used = {name for row in found.rows for name in (*row.needs, *row.of)}
    assert used <= set(found.facts)
    assert all(text and not text.endswith(".") for text in {**found.facts, **found.asides}.values())


def test_importing_all_probes_loads_no_framework() -> None:
    code = (
        "import importlib, sys\n"
        f"for name in {MODULES!r}: importlib.import_module(f'benchmarks.probes.{{name}}')\n"
        "print(sorted({'jax', 'keras', 'tensorflow', 'torch'}.intersection(sys.modules)))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"rows": (Row(2), Row(4))}, "levels have to fall"),
        ({"rows": (Row(4, needs=("cold",)),)}, "a row needs cold"),
        ({"rows": (Row(4, some=1, of=("green",)),)}, "a row needs green"),
        ({"asides": {"hot": "again"}}, "hot stands twice"),
    ],
)
def test_a_rubric_that_makes_no_sense_is_refused(wrong: dict[str, object], said: str) -> None:
    given: dict[str, object] = {"criterion": "tea", "facts": RUBRIC.facts, "rows": RUBRIC.rows}
    with pytest.raises(LaboratoryError, match=said):
        Rubric(**{**given, **wrong})  # type: ignore[arg-type]


def test_a_block_that_ends_is_a_fact_and_an_exception_is_its_refutation() -> None:
    facts = Facts(RUBRIC)
    with facts.trying("hot") as trial:
        trial.tell("80 degrees")
    with facts.trying("sweet"):
        raise AttributeError("no sugar")
    with facts.trying("strong"):
        assert not facts.holding, "it is weak"
    assert facts.holding == {"hot"}
    details = {name: fact.detail for name, fact in facts.established.items()}
    assert details["hot"] == "80 degrees"
    assert details["sweet"] == "AttributeError: no sugar"
    assert details["strong"].startswith("it is weak")


def test_a_mistake_in_the_probe_is_no_fact() -> None:
    facts = Facts(RUBRIC)
    with pytest.raises(NameError), facts.trying("hot"):
        undefined  # type: ignore[name-defined]  # noqa: B018, F821
    assert facts.missing == ("hot", "sweet", "strong")


def test_a_fact_is_established_once_and_by_its_name() -> None:
    facts = Facts(RUBRIC)
    facts.record("green", True, "")
    with pytest.raises(LaboratoryError, match="was established before"):
        facts.record("green", False, "")
    with pytest.raises(LaboratoryError, match="is not a fact"):
        facts.record("cold", True, "")


def test_what_is_not_installed_is_missing_and_neither_holds_nor_fails() -> None:
    with pytest.raises(pytest.skip.Exception, match="not installed here: no_such_package"):
        Facts.need("json", "no_such_package")


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (ValueError("\x1b[1mException encountered when calling Dense.call().\x1b[0m\n\n too wide"),
         "ValueError: too wide"),
        (RuntimeError("in user code:\n\n    File x, line 1\n\n    ValueError: deep"),
         "RuntimeError: ValueError: deep"),
        (AssertionError("3 is not 4"), "3 is not 4"),
        (ChildError("TypeError: theirs"), "TypeError: theirs"),
        (KeyError(), "KeyError:"),
    ],
)  # fmt: skip
def test_the_cause_is_told_and_not_the_wrapping(error: Exception, said: str) -> None:
    assert cause(error) == said
