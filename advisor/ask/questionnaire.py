"""The questionnaire itself, for people to read and for programs to fill in.

    catalog ──questionnaire_text──> numbered questions with the ids of their choices
            ──questionnaire_json──> digest, questions, and the JSON Schema of an answers file

Both show what a person is asked, and nothing of what follows from an answer.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from typing import Any

from advisor.ask.answers import ANSWERS_FORMAT, PROJECT_LENGTH, condition, questionnaire_digest
from advisor.ask.flow import choices_of, loners
from advisor.ask.groups import MOST
from advisor.model import Catalog, Choice, Question

__all__ = ["answers_schema", "questionnaire_json", "questionnaire_text"]

WIDTH = 88


def questionnaire_text(catalog: Catalog) -> str:
    """Every question with its id, why it is asked, when, and the ids of its choices."""
    opening = (
        f"{len(catalog.questions)} questions; not-sure answers each of them. Answer with "
        "`advisor ask`, with --set QUESTION=CHOICE[,CHOICE], or in an answers file."
    )
    blocks = [
        "\n".join(_question_lines(number, question))
        for number, question in enumerate(catalog.questions, start=1)
    ]
    return "\n\n".join([textwrap.fill(opening, WIDTH), *blocks]) + "\n"


def questionnaire_json(catalog: Catalog) -> dict[str, Any]:
    """The questionnaire for programs.

    `questionnaire` is its digest, `questions` is what a person is asked, in order, `groups` are the
    groups of criteria that may be compared, and `schema` is the JSON Schema of an answers file.
    What the choices weigh is left out: it is no part of asking.
    """
    return {
        "questionnaire": questionnaire_digest(catalog),
        "questions": [_question(question) for question in catalog.questions],
        "groups": [{"id": group.id, "name": group.name} for group in catalog.groups],
        "schema": answers_schema(catalog),
    }


def answers_schema(catalog: Catalog) -> dict[str, Any]:
    """The JSON Schema (draft 2020-12) of an answers file once its TOML is read.

    It does not know which answers make a question relevant, nor whether every two groups were
    compared; reading the file checks that.
    """
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Answers for advisor",
        "description": (
            "An answers file as TOML or JSON data. Whether a question is relevant, given the other "
            "answers (`when` of each question), is beyond this schema; `advisor decide` checks it."
        ),
        "type": "object",
        "properties": {
            "format": {"type": "integer", "const": ANSWERS_FORMAT},
            "project": {"type": "string", "pattern": r"\S", "maxLength": PROJECT_LENGTH},
            "questionnaire": {"type": "string", "description": "The digest of what was asked."},
            "answers": {
                "type": "object",
                "properties": {question.id: _answer(question) for question in catalog.questions},
                "additionalProperties": False,
            },
            "groups": _compared([group.id for group in catalog.groups]),
        },
        "required": ["format"],
        "additionalProperties": False,
    }


def _question_lines(number: int, question: Question) -> Iterator[str]:
    several = "; one or more" if question.multiple else ""
    yield f"{number:2}. {question.text}  [{question.id}{several}]"
    yield _folded(question.why, "    ", "    ")
    if question.when:
        yield _folded(f"Asked only after {condition(question)}.", "    ", "    ")
    width = max(len(choice.id) for choice in question.choices)
    for choice in question.choices:
        head = f"      {choice.id.ljust(width)}  "
        yield _folded(_choice_text(question, choice), head, " " * len(head))


def _folded(text: str, first: str, later: str) -> str:
    return textwrap.fill(text, WIDTH, initial_indent=first, subsequent_indent=later)


def _choice_text(question: Question, choice: Choice) -> str:
    help = f" ({choice.help.rstrip('.')})" if choice.help else ""
    alone = " [alone]" if question.multiple and choice.exclusive else ""
    return f"{choice.text}{help}{alone}"


def _question(question: Question) -> dict[str, Any]:
    shown = {"id", "text", "help", "exclusive"}
    return {
        **question.model_dump(mode="json", exclude={"choices"}),
        "choices": [choice.model_dump(include=shown) for choice in choices_of(question)],
    }


def _answer(question: Question) -> dict[str, Any]:
    """One id, a list of it, or, where several are possible, a list of those that may be joined."""
    ids = [choice.id for choice in choices_of(question)]
    alone = {loner.id for loner in loners(question)} if question.multiple else set(ids)
    together = [id for id in ids if id not in alone]
    forms: list[dict[str, Any]] = [{"enum": ids}]
    forms += [_list_of([id for id in ids if id in alone]) | {"maxItems": 1}]
    forms += [_list_of(together)] if together else []
    return {"title": question.text, "description": question.why, "anyOf": forms}


def _compared(groups: list[str]) -> dict[str, Any]:
    """How many times as much one group matters as another, in tables of numbers."""
    named = {"propertyNames": {"enum": groups}} if groups else {}
    times = {"type": "number", "minimum": 1, "maximum": MOST}
    return {
        "type": "object",
        "description": "group -> group -> how many times as much the first matters.",
        **named,
        "additionalProperties": {"type": "object", **named, "additionalProperties": times},
    }


def _list_of(ids: list[str]) -> dict[str, Any]:
    return {"type": "array", "items": {"enum": ids}, "minItems": 1}
