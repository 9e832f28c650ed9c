"""The example projects: what the article advises, what its evidence gives, and what moved since.

The table of examples/README.md is computed here. After a change of the evidence, write it anew:

    python -m tests.test_examples
"""

import re
import sys
from collections.abc import Iterator
from datetime import date
from functools import cache
from pathlib import Path

import pytest

from advisor import __version__
from advisor.ask.answers import read_answers
from advisor.catalog import load_catalog
from advisor.decide import decide
from advisor.evidence import Evidence, gather
from advisor.model import Catalog, Decision, Movement, Rating, Verdict
from advisor.rebuild import Finding, verify
from advisor.recheck import recheck_all

EXAMPLES = Path(__file__).resolve().parents[1] / "examples"
README = EXAMPLES / "README.md"
TABLE = re.compile(r"(?s)(<!-- table -->\n).*(<!-- end of table -->\n)")
CURE = "The table is stale: run `python -m tests.test_examples` and look at what changed."

#: What the article says for such a project: the framework, and the claims that say so.
ADVICE: dict[str, tuple[str, tuple[str, ...]]] = {
    "churn-model": ("keras", ("use-keras-04",)),
    "small-business-chatbot": ("keras", ("use-keras-04",)),
    "fraud-detection": ("tensorflow", ("use-tf-03", "use-tf-01")),
    "real-time-translation": ("tensorflow", ("use-tf-03", "use-tf-02", "choose-tf-02")),
    "cancer-imaging": ("pytorch", ("use-torch-03", "use-torch-01")),
    "multilingual-sentiment": ("pytorch", ("use-torch-03", "use-torch-02")),
    "predictive-maintenance": ("tensorflow", ("choose-tf-01", "choose-tf-02")),
    "quality-control-vision": ("pytorch", ("choose-torch-03", "use-torch-02")),
    "quick-prototype": ("keras", ("choose-keras-01",)),
    "small-data": ("keras", ("choose-keras-02",)),
    "first-course": ("keras", ("choose-keras-03", "use-keras-03")),
    "large-production": ("tensorflow", ("choose-tf-01", "use-tf-02")),
    "mobile-production": ("tensorflow", ("choose-tf-02",)),
    "enterprise-scale": ("tensorflow", ("choose-tf-03", "use-tf-01")),
    "novel-research": ("pytorch", ("choose-torch-01",)),
    "experiments-in-python": ("pytorch", ("choose-torch-02",)),
    "changing-models": ("pytorch", ("choose-torch-03",)),
}

VERDICTS: dict[Verdict, str] = {
    "clear": "{} (clear)",
    "lean": "{} (lean)",
    "too-close": "too close ({} ahead)",
    "none": "nobody is left",
}


@cache
def catalog() -> Catalog:
    return load_catalog()


@cache
def bundled(as_of: date) -> Evidence:
    """The evidence in the repository; one's own runs would give everybody another table."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ADVISOR_RESULTS", "no-runs-of-my-own")
        return gather((), as_of)


def newest() -> date:
    """The date of the newest evidence: unlike the calendar, it moves only when evidence does."""
    known = bundled(date.max)
    return max(each.date for each in (*known.catalog.statements, *known.cells))


@cache
def decided(name: str, as_of: date) -> Decision:
    known = bundled(as_of)
    answers = read_answers(EXAMPLES / f"{name}.answers.toml", known.catalog)
    return decide(known.catalog, known.cells, answers, as_of=as_of)


def table() -> str:
    first = catalog().policy.first_layer
    heads = (
        "project",
        "the article's advice",
        f"verdict on {first}",
        f"verdict on {newest()}",
        "what moved",
    )
    rows = (heads, ("---",) * len(heads), *(tuple(_row(name)) for name in ADVICE))
    return "".join(f"| {' | '.join(row)} |\n" for row in rows)


def _row(name: str) -> Iterator[str]:
    framework, claims = ADVICE[name]
    then, now = decided(name, catalog().policy.first_layer), decided(name, newest())
    yield f"[{name.replace('-', ' ').capitalize()}]({name}.answers.toml)"
    yield f"{catalog().framework(framework).name} ({', '.join(claims)})"
    yield _verdict(then)
    yield _verdict(now)
    yield "; ".join(map(_moved, now.before.moved[:3])) if now.before else ""


def _verdict(decision: Decision) -> str:
    name = catalog().framework(decision.winner).name if decision.winner else ""
    return VERDICTS[decision.verdict].format(name)


def _moved(movement: Movement) -> str:
    framework = catalog().framework(movement.framework).name
    criterion = catalog().criterion(movement.criterion).name
    return f"{framework}: {criterion} {_known(movement.before)} → {_known(movement.after)}"


def _known(rating: Rating) -> str:
    return str(rating.level) if rating.level is not None else rating.tier


def test_every_example_stands_in_the_table() -> None:
    names = {path.name.removesuffix(".answers.toml") for path in EXAMPLES.glob("*.answers.toml")}
    assert names == set(ADVICE)


@pytest.mark.parametrize("name", ADVICE)
def test_the_evidence_of_the_article_gives_the_articles_advice(name: str) -> None:
    decision = decided(name, catalog().policy.first_layer)
    assert decision.winner == ADVICE[name][0]
    assert decision.verdict in {"clear", "lean"}


@pytest.mark.parametrize("name", ADVICE)
def test_an_example_names_the_claims_that_it_stands_for(name: str) -> None:
    framework, claims = ADVICE[name]
    known = {claim.id: claim.framework for claim in catalog().claims}
    assert {known[claim] for claim in claims} == {framework}
    text = (EXAMPLES / f"{name}.answers.toml").read_text(encoding="utf-8")
    assert [claim for claim in claims if claim not in text] == []


@pytest.mark.parametrize("name", ADVICE)
def test_an_example_says_enough_for_its_verdict(name: str) -> None:
    """Most of the weight is the project's own, so what comes out is not our opinion."""
    assert decided(name, newest()).needs.own_share > 0.9


def test_the_table_is_current() -> None:
    found = TABLE.search(README.read_text(encoding="utf-8"))
    assert found, "examples/README.md has lost the comments around its table"
    assert found[0] == f"{found[1]}{table()}{found[2]}", CURE


def test_the_recorded_decisions_are_current() -> None:
    from tests.examples import differing

    cure = "They are stale: run `python -m tests.examples` and look at what changed."
    assert list(differing()) == [], cure


def test_the_recorded_decisions_are_reports_that_stand_and_records_that_hold() -> None:
    from tests.examples import FOLDER, PROJECTS

    reports = sorted(FOLDER.glob("*.report.html"))
    assert len(reports) == len(PROJECTS) >= 6
    for report in reports:
        assert verify(report, bundled, version=__version__) == Finding("untouched")
        assert report.stat().st_size < 500_000
    checks, problems = recheck_all([FOLDER], bundled, as_of=newest())
    assert problems == []
    assert [check.outcome for check in checks] == ["same"] * len(PROJECTS)


def main() -> None:
    text = README.read_text(encoding="utf-8")
    fresh = table()
    README.write_text(TABLE.sub(lambda m: f"{m[1]}{fresh}{m[2]}", text), encoding="utf-8")
    sys.stdout.write(fresh)


if __name__ == "__main__":
    main()
