"""The one door for knowledge: knowledge/*.toml -> Catalog, every problem reported at once.

A file's tables are checked entry by entry against the nouns of `model`, then the whole is
cross-checked: names that are used must exist, ids must be unique, dates must not contradict.
"""

import hashlib
import json
import tomllib
from collections.abc import Iterable, Iterator
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from pydantic import BaseModel, ValidationError

from advisor.errors import KnowledgeError, Problem
from advisor.model import (
    Bridge,
    Catalog,
    Claim,
    Criterion,
    Erratum,
    Framework,
    Group,
    Metric,
    Omission,
    Policy,
    Question,
    Source,
    Stack,
    Start,
    Statement,
    Workload,
)
from advisor.resources import PACKAGE

__all__ = [
    "KNOWLEDGE",
    "altered_statements",
    "evidence_record",
    "load_catalog",
    "metric_names",
]

KNOWLEDGE = PACKAGE / "knowledge"

#: The table of a knowledge file, the field of Catalog that it fills, and the noun it holds.
TABLES: dict[str, tuple[str, type[BaseModel]]] = {
    "framework": ("frameworks", Framework),
    "stack": ("stacks", Stack),
    "group": ("groups", Group),
    "criterion": ("criteria", Criterion),
    "source": ("sources", Source),
    "statement": ("statements", Statement),
    "question": ("questions", Question),
    "workload": ("workloads", Workload),
    "claim": ("claims", Claim),
    "bridge": ("bridges", Bridge),
    "start": ("starts", Start),
    "metric": ("metrics", Metric),
    "omission": ("omissions", Omission),
    "erratum": ("errata", Erratum),
}

#: (field, key, field it names): whatever is named by this key must exist.
REFERENCES = (
    ("stacks", "framework", "frameworks"),
    ("frameworks", "default_stack", "stacks"),
    ("criteria", "group", "groups"),
    ("statements", "framework", "frameworks"),
    ("statements", "criterion", "criteria"),
    ("statements", "inherits", "frameworks"),
    ("statements", "sources", "sources"),
    ("criteria", "estate", "frameworks"),
    ("claims", "criterion", "criteria"),
    ("claims", "sources", "sources"),
    ("bridges", "from_", "frameworks"),
    ("bridges", "to", "frameworks"),
    ("bridges", "sources", "sources"),
    ("starts", "id", "stacks"),
    ("metrics", "frameworks", "frameworks"),
    ("omissions", "spared", "stacks"),
    ("errata", "stacks", "stacks"),
)


class _Entry(NamedTuple):
    """One checked thing and where it was written."""

    where: str
    noun: Any


def load_catalog(folder: Path = KNOWLEDGE) -> Catalog:
    """Everything known, read from the TOML files below `folder`.

    Raises KnowledgeError with all problems of all files: file, key, and what to do.
    """
    problems: list[Problem] = []
    entries: dict[str, list[_Entry]] = {field: [] for field, _ in TABLES.values()}
    policy: Policy | None = None
    for path in sorted(folder.rglob("*.toml")):
        name = path.relative_to(folder).as_posix()
        tables = _tables(path, name, problems)
        if name == "policy.toml":
            policy = _checked(Policy, tables, name, problems)
            continue
        for table, rows in tables.items():
            _collect(name, table, rows, entries, problems)
    if policy is None and not problems:
        problems.append(Problem(str(folder / "policy.toml"), "there is none", "Restore the file."))
    problems.extend(_contradictions(entries))
    if problems or policy is None:
        raise KnowledgeError(problems)
    nouns = {field: tuple(entry.noun for entry in found) for field, found in entries.items()}
    return Catalog(**nouns, policy=policy)


def _tables(path: Path, name: str, problems: list[Problem]) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        problems.append(Problem(name, f"this is not TOML ({error})", "Repair the line named."))
    except OSError as error:
        problems.append(Problem(name, f"cannot be read ({error.strerror})", "Check the file."))
    return {}


def _collect(
    name: str, table: str, rows: Any, entries: dict[str, list[_Entry]], problems: list[Problem]
) -> None:
    if table not in TABLES or not isinstance(rows, list):
        known = ", ".join(f"[[{key}]]" for key in TABLES)
        problems.append(Problem(f"{name} [{table}]", "no such table", f"Use one of {known}."))
        return
    field, noun = TABLES[table]
    for number, row in enumerate(rows, start=1):
        where = f"{name} [[{table}]] {_label(row, number)}"
        checked = _checked(noun, row, where, problems)
        if checked is not None:
            entries[field].append(_Entry(where, checked))


def _label(row: Any, number: int) -> str:
    """How a person finds an entry: its id, else what it speaks about, else its number."""
    if not isinstance(row, dict):
        return f"number {number}"
    spoken = f"{row.get('framework', '?')}/{row.get('criterion', '?')}"
    return str(row.get("id", f"{spoken} (number {number})"))


def _checked(noun: type[Any], row: Any, where: str, problems: list[Problem]) -> Any:
    try:
        return noun.model_validate(row)
    except ValidationError as error:
        for fault in error.errors():
            key = ".".join(map(str, fault["loc"])) or "entry"
            problems.append(Problem(f"{where} {key}", fault["msg"], "Correct this key."))
    return None


def _contradictions(entries: dict[str, list[_Entry]]) -> Iterator[Problem]:
    yield from _repeats(entries)
    ids = {field: {getattr(e.noun, "id", None) for e in found} for field, found in entries.items()}
    for where, key, value, field in _references(entries):
        if value not in ids[field]:
            yield Problem(f"{where} {key}", f'"{value}" is not among the {field}', "Name one.")
    yield from _question_contradictions(entries["questions"])
    yield from _measuring_contradictions(entries)


def _measuring_contradictions(entries: dict[str, list[_Entry]]) -> Iterator[Problem]:
    """What is measured for a criterion, or left out, must be measurable."""
    known = {(entry.noun.phase, entry.noun.id) for entry in entries["metrics"]}
    phases = {phase for phase, _ in known}
    for where, criterion in entries["criteria"]:
        measure = criterion.measure
        if measure and (measure.phase, measure.metric) not in known:
            what = f'"{measure.metric}" is no metric of the phase "{measure.phase}"'
            yield Problem(f"{where} measure", what, "Name one of metrics.toml.")
    for where, named in (*entries["omissions"], *entries["errata"]):
        for phase in set(named.phases) - phases:
            yield Problem(f"{where} phases", f'"{phase}" is no phase', "See metrics.toml.")


def _repeats(entries: dict[str, list[_Entry]]) -> Iterator[Problem]:
    for field, found in entries.items():
        seen: dict[Any, str] = {}
        for where, noun in found:
            identity = _identity(noun)
            if identity in seen:
                yield Problem(where, f"{field} has this already at {seen[identity]}", "Keep one.")
            seen.setdefault(identity, where)


def _identity(noun: Any) -> Any:
    if isinstance(noun, Statement):
        return (noun.framework, noun.criterion, noun.date)
    return noun if isinstance(noun, Omission | Erratum) else noun.id


def _references(entries: dict[str, list[_Entry]]) -> Iterator[tuple[str, str, str, str]]:
    """(where, key, the name used, the field it must exist in) for every name that is used."""
    for field, key, target in REFERENCES:
        for where, noun in entries[field]:
            named = getattr(noun, key)
            for name in named if isinstance(named, tuple) else [named] if named else []:
                yield where, key, name, target
    for where, question in entries["questions"]:
        yield from _question_references(where, question)
    for where, claim in entries["claims"]:
        yield from _claim_references(where, claim)


def _question_references(where: str, question: Question) -> Iterator[tuple[str, str, str, str]]:
    for earlier in question.when:
        yield where, "when", earlier, "questions"
    for choice in question.choices:
        for criterion in (*choice.weighs, *choice.requires):
            yield where, f"choice {choice.id}", criterion, "criteria"
        for workload in choice.focus.workloads:
            yield where, f"choice {choice.id} focus", workload, "workloads"
        for metric in choice.focus.metrics:
            yield where, f"choice {choice.id} focus", metric, "metrics"
        if choice.uses:
            yield where, f"choice {choice.id} uses", choice.uses, "frameworks"


def _claim_references(where: str, claim: Claim) -> Iterator[tuple[str, str, str, str]]:
    for rule in claim.rules:
        for fact in rule.facts:
            yield where, "rules facts framework", fact.framework, "frameworks"
            yield where, "rules facts probe", fact.probe, "criteria"
        for need in rule.cells:
            for stack in (*need.left, *need.right):
                yield where, "rules cells", stack, "stacks"


def _question_contradictions(questions: list[_Entry]) -> Iterator[Problem]:
    """Choices are unique, and `when` looks back, never forward, at choices that exist."""
    seen: dict[str, Question] = {}
    for where, question in questions:
        ids = [choice.id for choice in question.choices]
        if len(set(ids)) != len(ids):
            yield Problem(f"{where} choices", "an id stands twice", "Rename one of them.")
        for earlier, choices in question.when.items():
            if earlier not in seen:
                yield Problem(f"{where} when", f'"{earlier}" is asked later', "Ask it earlier.")
                continue
            for choice in choices:
                if seen[earlier].choice(choice) is None:
                    yield Problem(f"{where} when", f'no choice "{choice}"', f"See {earlier}.")
        seen[question.id] = question


@cache
def metric_names() -> dict[str, str]:
    """What each metric is called, for those who show metrics and hold no catalog."""
    text = (KNOWLEDGE / "metrics.toml").read_text(encoding="utf-8")
    return {row["id"]: row["name"] for row in tomllib.loads(text)["metric"]}


def altered_statements(folder: Path = KNOWLEDGE / "statements") -> Iterator[Problem]:
    """Statement files that are not what SHA256SUMS says: statements are only ever added."""
    sums = folder / "SHA256SUMS"
    lines = sums.read_text(encoding="utf-8").splitlines() if sums.is_file() else []
    recorded = {name: digest for digest, name in (line.split(maxsplit=1) for line in lines)}
    found = {path.name: path for path in folder.glob("*.toml")}
    for name in sorted(recorded.keys() | found.keys()):
        if name not in found:
            yield Problem(f"statements/{name}", "there is none", "Restore the file.")
        elif hashlib.sha256(found[name].read_bytes()).hexdigest() != recorded.get(name):
            what = "it is not what SHA256SUMS says, and statements are only ever added"
            cure = "Restore it, and put a correction into a new file with its line in SHA256SUMS."
            yield Problem(f"statements/{name}", what, cure)


def evidence_record(catalog: Catalog, as_of: date, cells: Iterable[object]) -> str:
    """The SHA-256 of everything a decision may use as of a date, as "sha256:<64 hex>".

    It covers criteria, policy, the statements and bridges not later than `as_of` and the given
    cells.
    """
    record = {
        "criteria": [criterion.model_dump(mode="json") for criterion in catalog.criteria],
        "policy": catalog.policy.model_dump(mode="json"),
        "statements": [
            statement.model_dump(mode="json")
            for statement in sorted(catalog.statements, key=_identity)
            if statement.date <= as_of
        ],
        "bridges": [
            bridge.model_dump(mode="json", by_alias=True)
            for bridge in sorted(catalog.bridges, key=_identity)
            if bridge.date <= as_of
        ],
        "cells": sorted(map(repr, cells)),
    }
    text = json.dumps(record, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return "sha256:" + hashlib.sha256(text.encode()).hexdigest()
