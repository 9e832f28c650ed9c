"""The questionnaire for programs: its schema agrees with the reader of answers files."""

import json
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import jsonschema  # type: ignore[import-untyped]
import pytest
import tomlkit
from hypothesis import given
from hypothesis import strategies as st

from advisor.ask.answers import parse_answers, questionnaire_digest
from advisor.ask.questionnaire import answers_schema, questionnaire_json, questionnaire_text
from advisor.catalog import load_catalog
from advisor.errors import AnswersError
from advisor.model import NOT_SURE, Catalog, Question
from tests.ask.questionnaires import SMALL, catalog_of, questionnaires, unhurried

ROOT = Path(__file__).resolve().parents[2]
EXAMPLES = sorted((ROOT / "examples").glob("*.answers.toml"))


def fits(content: Any, catalog: Catalog) -> bool:
    validator = jsonschema.Draft202012Validator(answers_schema(catalog))
    validator.check_schema(validator.schema)
    return bool(validator.is_valid(content))


def accepted(content: dict[str, Any], catalog: Catalog) -> bool:
    try:
        parse_answers(tomlkit.dumps(content), "a.toml", catalog)
    except AnswersError:
        return False
    return True


@st.composite
def contents(draw: st.DrawFn) -> tuple[Catalog, dict[str, Any]]:
    """A questionnaire in which everything is relevant, and an answers file that may be wrong."""
    asked = [question.model_copy(update={"when": {}}) for question in draw(questionnaires())]
    table = {q.id: draw(_reply(q)) for q in asked if draw(st.booleans())}
    extra = draw(st.sampled_from([{}, {}, {}, {"q9": "c0"}]))
    head = draw(st.sampled_from([{"format": 1}] * 4 + [{}, {"format": 2}, {"format": 1, "x": 1}]))
    groups = draw(st.sampled_from(COMPARED))
    return catalog_of(*asked), {**head, "answers": {**table, **extra}, **groups}


#: With and without groups, and what is wrong with them; two groups have but one pair to compare.
COMPARED: list[dict[str, Any]] = [
    {},
    {},
    {"groups": {}},
    {"groups": {"speed": {"ease": 3}}},
    {"groups": {"speed": {"ease": 2.5}}},
    {"groups": {"speed": {"easy": 3}}},
    {"groups": {"sped": {"ease": 3}}},
    {"groups": {"speed": {"ease": 12}}},
    {"groups": {"speed": {"ease": "3"}}},
    {"groups": {"speed": 3}},
    {"groups": 3},
]


def _reply(question: Question) -> st.SearchStrategy[Any]:
    ids = [*(choice.id for choice in question.choices), NOT_SURE, "c8"]
    return st.sampled_from(ids) | st.lists(st.sampled_from(ids), max_size=3, unique=True)


@given(contents())
@unhurried
def test_the_schema_accepts_exactly_what_the_reader_accepts(
    case: tuple[Catalog, dict[str, Any]],
) -> None:
    catalog, content = case
    assert fits(content, catalog) == accepted(content, catalog)


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.name)
def test_every_example_fits_the_schema(path: Path) -> None:
    assert fits(tomllib.loads(path.read_text(encoding="utf-8")), load_catalog())


@pytest.mark.parametrize(
    "answers",
    [
        {"purpos": "learning"},
        {"purpose": "learn"},
        {"purpose": ["learning", "production"]},
        {"purpose": 4},
        {"targets": []},
        {"targets": ["server", NOT_SURE]},
        {"targets": ["server", "none-yet"]},
        {"targets": [NOT_SURE, "none-yet"]},
    ],
)
def test_broken_answers_do_not_fit(answers: dict[str, Any]) -> None:
    assert fits({"format": 1, "answers": {"purpose": "learning"}}, SMALL)
    assert not fits({"format": 1, "answers": answers}, SMALL)


def test_relevance_is_beyond_the_schema_which_says_so() -> None:
    content = {"format": 1, "answers": {"phone": "ios"}}
    assert fits(content, SMALL)
    assert not accepted(content, SMALL)
    assert "relevant" in answers_schema(SMALL)["description"]


def test_programs_get_all_that_a_person_is_asked_and_no_weights() -> None:
    shown = questionnaire_json(SMALL)
    assert shown["questionnaire"] == questionnaire_digest(SMALL)
    targets, phone = shown["questions"][1:3]
    assert [choice["id"] for choice in targets["choices"]][-2:] == ["none-yet", NOT_SURE]
    assert [choice["exclusive"] for choice in targets["choices"]] == [False] * 3 + [True] * 2
    assert phone["when"] == {"targets": ["mobile"]}
    assert set(targets["choices"][0]) == {"id", "text", "help", "exclusive"}


def test_people_get_every_id_on_lines_that_fit() -> None:
    catalog = load_catalog()
    lines = questionnaire_text(catalog).splitlines()
    words = {word.strip("[];") for line in lines for word in line.split()}
    for question in catalog.questions:
        assert {question.id, *(choice.id for choice in question.choices)} <= words
    assert max(map(len, lines)) <= 88


def test_the_command_prints_one_json_document() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "advisor", "questions", "--json"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    assert json.loads(done.stdout) == questionnaire_json(load_catalog())
