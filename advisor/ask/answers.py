"""The one door for answers: files of answers in and out, and `--set` on the command line.

    answers file ──read_answers──> Answers ──answers_toml / update_answers──> answers file
                                      ^
    --set key=value ──── merged ──────┘      flags beat the file, which beats the defaults

Every complaint names where the answer stands and what would be right; all complaints come at once.
"""

from __future__ import annotations

import hashlib
import json
import re
import textwrap
import tomllib
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import tomlkit
from tomlkit.items import Table
from tomlkit.toml_document import TOMLDocument

from advisor.ask.complaints import kind, nearest, shown
from advisor.ask.flow import canonical, choices_of, is_relevant, loners, relevant
from advisor.ask.groups import groups_lines, judgements, without_comment
from advisor.errors import AnswersError, Problem
from advisor.model import NOT_SURE, Answers, Catalog, Judgement, Question
from advisor.publish import write_file

__all__ = [
    "ANSWERS_FORMAT",
    "PROJECT_LENGTH",
    "Merged",
    "answers_toml",
    "condition",
    "merged",
    "parse_answers",
    "project_name",
    "questionnaire_digest",
    "read_answers",
    "resumed",
    "saver",
    "update_answers",
]

ANSWERS_FORMAT = 1
PROJECT_LENGTH = 200
TOP_LEVEL = ("format", "project", "questionnaire", "answers", "groups")
COMMENT_WIDTH = 96
#: Characters that turn the direction of the text after them, and so can make a name lie.
TURNS = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")

#: Says where an answer stands, from the id of its question.
Locate = Callable[[str], str]


@dataclass(frozen=True)
class Merged:
    """Answers from several sources, and the questions of the file that a flag made irrelevant."""

    answers: Answers
    dropped: tuple[str, ...] = ()


def questionnaire_digest(catalog: Catalog) -> str:
    """A digest ("sha256:...") of what a person is asked: questions, choices and their order.

    Weights are left out: changing them changes the decision, not what somebody answered.
    """
    effects = {"weighs", "requires", "focus", "uses", "keeps"}
    shown = [
        question.model_dump(mode="json", exclude={"choices": {"__all__": effects}})
        for question in catalog.questions
    ]
    text = json.dumps(shown, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return f"sha256:{hashlib.sha256(text.encode()).hexdigest()}"


def read_answers(path: Path, catalog: Catalog) -> Answers:
    """The answers in a TOML file; AnswersError with every problem if it does not hold together."""
    return parse_answers(_text(path), str(path), catalog)


def resumed(path: Path, catalog: Catalog) -> Answers | None:
    """The answers kept in `path`, or None if there is no such file yet; AnswersError otherwise."""
    return read_answers(path, catalog) if path.exists() else None


def saver(path: Path, catalog: Catalog) -> Callable[[Answers], None]:
    """What keeps answers in `path`: a new file, or an existing one with its comments.

    Each call leaves a complete file behind. OutputError if it cannot be written, AnswersError if
    what stands there is no longer TOML.
    """

    def save(answers: Answers) -> None:
        if path.exists():
            text = update_answers(_text(path), answers, catalog)
        else:
            text = answers_toml(answers, catalog)
        write_file(path, text)

    return save


def parse_answers(text: str, where: str, catalog: Catalog) -> Answers:
    """The answers in `text`; `where` names it in problems. AnswersError with every problem."""
    document = _toml(text, where)
    problems = [*_top_level_problems(document, where, catalog)]
    project = ""
    try:
        if "project" in document:
            project = project_name(document["project"], f"{where} [project]")
    except AnswersError as error:
        problems += error.problems
    table = document.get("answers", {})
    if not isinstance(table, dict):
        problems.append(_no_table(f"{where} [answers]"))
        table = {}
    given, faults = _checked(table, catalog, locate=lambda key: f"{where} [answers.{key}]")
    judged, more = judgements(document.get("groups", {}), catalog, where)
    if problems or faults or more:
        raise AnswersError([*problems, *faults, *more])
    digest = document.get("questionnaire", "")
    return Answers(given, project=project, questionnaire=digest, groups=judged)


def project_name(raw: object, where: str) -> str:
    """A name fit for a title: one line, no control characters, 1 to 200 characters long.

    AnswersError, naming `where`, if nothing or too much is left.
    """
    if not isinstance(raw, str):
        cure = 'Write it in quotes, such as project = "Churn"'
        raise AnswersError(Problem(where, f"the project's name is {kind(raw)}, not text", cure))
    name = " ".join("".join(map(_plain, raw)).split())
    if not name:
        cure = "Give it a name, or leave the key out"
        raise AnswersError(Problem(where, "the project's name is empty", cure))
    if len(name) > PROJECT_LENGTH:
        what = f"the project's name has {len(name)} characters"
        raise AnswersError(Problem(where, what, f"Use at most {PROJECT_LENGTH}"))
    return name


def merged(
    catalog: Catalog,
    *,
    flags: Sequence[str] = (),
    file: Answers | None = None,
    defaults: bool = False,
) -> Merged:
    """Answers by priority: `--set` flags ("key=value,value"), then the file, then the defaults.

    The key `project` names the project. With `defaults` every relevant question that is left open
    is answered "not sure". AnswersError for flags that do not fit; answers of the file that a flag
    made irrelevant are dropped, and the result says which.
    """
    file = file or Answers({})
    values, problems = _flags(flags)
    project = file.project
    try:
        if "project" in values:
            project = project_name(values.pop("project"), "--set project")
    except AnswersError as error:
        problems += error.problems
    chosen = {
        key: [part.strip() for part in value.split(",") if part.strip()]
        for key, value in values.items()
    }
    given, faults = _checked(
        chosen, catalog, locate=lambda key: f"--set {shown(key)}", beneath=file.given
    )
    if problems or faults:
        raise AnswersError([*problems, *faults])
    complete, dropped = _joined(catalog.questions, {**file.given, **given}, defaults=defaults)
    digest = file.questionnaire or questionnaire_digest(catalog)
    known = Answers(complete, project=project, questionnaire=digest, groups=file.groups)
    return Merged(known, dropped)


def answers_toml(answers: Answers, catalog: Catalog) -> str:
    """A commented answers file: every question with its choices above its key, ready for editing.

    Questions without an answer stand there too, their key commented out.
    """
    head = [
        "# What one project needs, for `advisor decide` and its kin.",
        "# Edit freely; the choices stand above each key. To weigh groups of criteria against each",
        "# other as well: `advisor ask --groups`.",
        f"format = {ANSWERS_FORMAT}",
        *([f"project = {tomlkit.item(answers.project).as_string()}"] if answers.project else []),
        f'questionnaire = "{questionnaire_digest(catalog)}"',
    ]
    groups = groups_lines(answers.groups)
    return "\n".join([*head, "", *_table_lines(answers, catalog), *groups, ""])


def update_answers(existing_text: str, answers: Answers, catalog: Catalog) -> str:
    """`existing_text` with these answers in it and every comment a person wrote still there.

    AnswersError if `existing_text` is not TOML.
    """
    _toml(existing_text, "the answers file")
    if _untouched(existing_text, catalog):
        return answers_toml(answers, catalog)
    if _judged(existing_text, catalog) != answers.groups:
        existing_text = _with_groups(existing_text, answers.groups)
    document = tomlkit.parse(_uncommented(existing_text, answers.given))
    document["format"] = ANSWERS_FORMAT
    _set_head(document, answers, catalog)
    table = document.get("answers")
    if isinstance(table, Table) and not table.is_super_table():
        removed = _set_answers(table, answers, catalog)
        return _commented_out(tomlkit.dumps(document), removed)
    document.pop("answers", None)
    return "\n".join([tomlkit.dumps(document), *_table_lines(answers, catalog), ""])


def _text(path: Path) -> str:
    try:
        return path.read_bytes().decode("utf-8-sig")
    except OSError as error:
        what = f"cannot be read: {error.strerror or error}"
        raise AnswersError(Problem(str(path), what, "Give the path of an answers file")) from None
    except UnicodeDecodeError as error:
        what = f"is not UTF-8 text (byte {error.start})"
        cure = "Save it as UTF-8, or make a new one with `advisor ask --out FILE`"
        raise AnswersError(Problem(str(path), what, cure)) from None


def _toml(text: str, where: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        what, place = _placed(str(error), text)
        cure = "Mend the line, or make a new file with `advisor ask --out FILE`"
        raise AnswersError(Problem(f"{where}, {place}", f"not TOML: {what}", cure)) from None
    except RecursionError:
        raise AnswersError(
            Problem(where, "not an answers file: nested too deep", "Use plain lists of choices")
        ) from None


def _placed(message: str, text: str) -> tuple[str, str]:
    """Tomllib's message parted into what is wrong and where, as "line 3, column 9"."""
    what, _, place = message.rstrip(")").rpartition(" (at ")
    if place.startswith("end"):
        lines = text.split("\n")
        place = f"line {len(lines)}, column {len(lines[-1]) + 1}"
    return what[:1].lower() + what[1:], place


def _top_level_problems(
    document: Mapping[str, Any], where: str, catalog: Catalog
) -> Iterator[Problem]:
    questions = {question.id for question in catalog.questions}
    for key in document:
        if key in TOP_LEVEL:
            continue
        cure = "Move it under [answers]" if key in questions else nearest(key, TOP_LEVEL)
        yield Problem(f"{where} [{shown(key)}]", "this key means nothing here", cure)
    yield from _format_problems(document.get("format"), f"{where} [format]")
    if not isinstance(document.get("questionnaire", ""), str):
        what = f"the digest is {kind(document['questionnaire'])}, not text"
        yield Problem(f"{where} [questionnaire]", what, "Take the line out")


def _format_problems(value: object, where: str) -> Iterator[Problem]:
    current = f"format = {ANSWERS_FORMAT}"
    if value is None:
        yield Problem(where, "the format is missing", f"Add the line `{current}` at the top")
    elif not isinstance(value, int) or isinstance(value, bool) or value < 1:
        yield Problem(where, f"the format is {shown(value)}", f"Write `{current}`")
    elif value > ANSWERS_FORMAT:
        what = f"format {value} is newer than this program, which knows {ANSWERS_FORMAT}"
        yield Problem(where, what, "Update advisor")


def _no_table(where: str) -> Problem:
    return Problem(where, "the answers are no table", "Write [answers] and the answers below it")


def _checked(
    raw: Mapping[str, object],
    catalog: Catalog,
    *,
    locate: Locate,
    beneath: Mapping[str, tuple[str, ...]] | None = None,
) -> tuple[dict[str, tuple[str, ...]], list[Problem]]:
    """The answers in `raw` in the questionnaire's order, and all that is wrong with them.

    `beneath` are answers of lower priority; they take part in saying what is relevant.
    """
    known = {question.id: question for question in catalog.questions}
    problems = [
        Problem(locate(shown(id)), "no such question", nearest(id, known))
        for id in raw
        if id not in known
    ]
    given: dict[str, tuple[str, ...]] = {}
    for id in (id for id in known if id in raw):
        faults = list(_value_problems(raw[id], known[id], locate(id)))
        problems += faults
        if not faults:
            given[id] = canonical(known[id], _listed(raw[id]))
    faulty = {id for id in raw if id in known and id not in given}
    asked = {**(beneath or {}), **given}
    problems += _irrelevant(given, asked, catalog.questions, faulty=faulty, locate=locate)
    return given, problems


def _value_problems(value: object, question: Question, where: str) -> Iterator[Problem]:
    ids = [choice.id for choice in choices_of(question)]
    listed = _listed(value)
    if not all(isinstance(id, str) for id in listed):
        kinds = kind(next(id for id in listed if not isinstance(id, str)))
        yield Problem(where, f"a choice is {kinds}, not text", f'Write it as "{ids[0]}"')
        return
    unknown = [id for id in listed if id not in ids]
    for id in unknown:
        yield Problem(where, f"no such choice: {shown(id)}", nearest(id, ids))
    if not unknown:
        yield from _count_problems(set(listed), question, where)


def _count_problems(chosen: set[str], question: Question, where: str) -> Iterator[Problem]:
    ids = ", ".join(choice.id for choice in choices_of(question))
    if not chosen:
        yield Problem(where, "no choice is named", f"Choose from {ids}, or take the answer out")
    elif len(chosen) > 1 and not question.multiple:
        what = f"{len(chosen)} choices where one is possible"
        yield Problem(where, what, f"Choose one of {ids}")
    elif len(chosen) > 1:
        for loner in loners(question):
            if loner.id in chosen:
                cure = f'Write "{loner.id}" alone, or only the others'
                yield Problem(where, f'"{loner.id}" stands beside other choices', cure)


def _irrelevant(
    given: Mapping[str, tuple[str, ...]],
    asked: Mapping[str, tuple[str, ...]],
    questions: Sequence[Question],
    *,
    faulty: set[str],
    locate: Locate,
) -> Iterator[Problem]:
    """A problem for every answer to a question that nobody asks.

    An answer that hangs on a faulty one is passed over: whether it is relevant cannot be known yet.
    """
    shown = {question.id for question in relevant(questions, asked)}
    unclear = set(faulty)
    for question in questions:
        if question.id in shown or question.id not in given:
            continue
        if unclear & question.when.keys():
            unclear.add(question.id)
            continue
        cure = f"Take it out, or answer {condition(question)}"
        yield Problem(locate(question.id), "this question is not asked here", cure)


def condition(question: Question) -> str:
    """In words of ids, the answers that make a question relevant."""
    return " and ".join(f"{id} with {' or '.join(ids)}" for id, ids in question.when.items())


def _listed(value: object) -> list[Any]:
    return list(value) if isinstance(value, list | tuple) else [value]


def _plain(char: str) -> str:
    """`char`, or a space for what breaks a line or steers a terminal, or nothing for a turn."""
    if char in TURNS:
        return ""
    return " " if unicodedata.category(char) in {"Cc", "Cs", "Zl", "Zp"} else char


def _flags(flags: Sequence[str]) -> tuple[dict[str, str], list[Problem]]:
    values: dict[str, str] = {}
    problems: list[Problem] = []
    for flag in flags:
        key, equals, value = flag.partition("=")
        key, where = key.strip(), f"--set {shown(flag)}"
        if not equals or not key:
            cure = "Write --set QUESTION=CHOICE, several choices joined by commas"
            problems.append(Problem(where, "not of the form key=value", cure))
        elif key in values:
            problems.append(Problem(where, f"{shown(key)} is set twice", "Set it once"))
        else:
            values[key] = value
    return values, problems


def _joined(
    questions: Sequence[Question], given: Mapping[str, tuple[str, ...]], *, defaults: bool
) -> tuple[dict[str, tuple[str, ...]], tuple[str, ...]]:
    """The relevant answers, filled up with "not sure" if asked for, and the ids left out."""
    complete: dict[str, tuple[str, ...]] = {}
    for question in questions:
        if not is_relevant(question, complete):
            continue
        if question.id in given:
            complete[question.id] = given[question.id]
        elif defaults:
            complete[question.id] = (NOT_SURE,)
    return complete, tuple(id for id in given if id not in complete)


def _set_head(document: TOMLDocument, answers: Answers, catalog: Catalog) -> None:
    if answers.project:
        document["project"] = answers.project
    else:
        document.pop("project", None)
    document["questionnaire"] = questionnaire_digest(catalog)


def _untouched(text: str, catalog: Catalog) -> bool:
    """Whether nobody but us wrote in this file; then writing it anew is the same, and quicker."""
    try:
        return answers_toml(parse_answers(text, "", catalog), catalog) == text
    except AnswersError:
        return False


def _judged(text: str, catalog: Catalog) -> tuple[Judgement, ...]:
    return judgements(_toml(text, "").get("groups", {}), catalog, "")[0]


def _with_groups(text: str, judged: Sequence[Judgement]) -> str:
    """`text` with these judgements at its end in place of those that may be there."""
    document = tomlkit.parse(text)
    document.pop("groups", None)
    kept = without_comment(tomlkit.dumps(document)).rstrip()
    return "\n".join([kept, *groups_lines(judged), ""])


def _table_lines(answers: Answers, catalog: Catalog) -> Iterator[str]:
    yield "[answers]"
    for question in catalog.questions:
        yield from ("", *(f"# {line}".rstrip() for line in _comment_lines(question)))
        if chosen := answers.given.get(question.id):
            yield f"{question.id} = {_value(question, chosen).as_string()}"
        else:
            yield f"# {_placeholder(question.id)}"


def _set_answers(table: Table, answers: Answers, catalog: Catalog) -> list[str]:
    """Set, add and mark for removal; the ids to remove are "not sure" now, and returned."""
    for question in catalog.questions:
        if question.id not in answers.given:
            continue
        value = _value(question, answers.given[question.id])
        if question.id not in table:
            _add_comments(table, question)
            table.add(question.id, value)
        elif table[question.id].unwrap() != value.unwrap():
            table[question.id] = value
    removed = [id for id in table if id not in answers.given]
    for id in removed:
        table[id] = NOT_SURE
    return removed


def _add_comments(table: Table, question: Question) -> None:
    table.add(tomlkit.nl())
    for line in _comment_lines(question):
        table.add(tomlkit.comment(line))


def _comment_lines(question: Question) -> Iterator[str]:
    yield from _wrapped(question.text + _several(question), indent="")
    if question.when:
        yield from _wrapped(f"Asked only after {condition(question)}.", indent="")
    width = max(len(choice.id) for choice in choices_of(question))
    for choice in choices_of(question):
        hanging = " " * (width + 4)
        head, *rest = _wrapped(f"{choice.text}", indent=hanging)
        yield f"  {choice.id.ljust(width)}  {head.strip()}"
        yield from rest


def _several(question: Question) -> str:
    if not question.multiple:
        return ""
    alone = [loner.id for loner in loners(question) if loner.id != NOT_SURE]
    return f" (one or more; {' or '.join(alone)} alone)" if alone else " (one or more)"


def _wrapped(text: str, *, indent: str) -> list[str]:
    one_line = " ".join("".join(map(_plain, text)).split())
    return textwrap.wrap(
        one_line, COMMENT_WIDTH, initial_indent=indent, subsequent_indent=indent
    ) or [""]


def _value(question: Question, chosen: tuple[str, ...]) -> tomlkit.items.Item:
    return tomlkit.item(list(chosen) if question.multiple else chosen[0])


def _placeholder(id: str) -> str:
    return f'{id} = "{NOT_SURE}"'


def _uncommented(text: str, ids: Iterable[str]) -> str:
    """`text` with the keys that we once wrote as comments under [answers] made live again."""
    head, table, tail = _parted(text)
    for id in ids:
        if not re.search(rf"(?m)^[ \t]*{re.escape(id)}[ \t]*=", tail):
            placeholder = _placeholder(id)
            tail = re.sub(rf"(?m)^# {re.escape(placeholder)}(?=\r?$)", placeholder, tail, count=1)
    return head + table + tail


def _commented_out(text: str, ids: Iterable[str]) -> str:
    head, table, tail = _parted(text)
    for id in ids:
        tail = re.sub(rf"(?m)^[ \t]*\"?{re.escape(id)}\"?[ \t]*=", f"# {id} =", tail)
    return head + table + tail


def _parted(text: str) -> tuple[str, str, str]:
    """`text` before, at and after the line "[answers]"; all of it is before if there is none."""
    found = re.search(r"(?m)^\[answers\]", text)
    return (text[: found.start()], found[0], text[found.end() :]) if found else (text, "", "")
