"""The laboratory as text: what its tasks and probes say, read without running any of it.

    benchmarks/tasks/<task>/spec.py           what the task is: docstring and title
    benchmarks/tasks/<task>/<framework>.py    its model, once per framework
    benchmarks/probes/test_<criterion>.py     the program that proves cells of the matrix
    benchmarks/agreement.json                 how far the models of a task are apart, as
                                              `python -m benchmarks.agreement all --json` prints it

These files come with the package, so they are trusted; they are parsed and never imported.
"""

from __future__ import annotations

import ast
import io
import json
import tokenize
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from advisor.resources import laboratory

__all__ = [
    "Absence",
    "Agreement",
    "Size",
    "Source",
    "TaskSource",
    "measured",
    "probe_source",
    "read_tasks",
]

#: The layout and the words around the code.
NO_CODE = {tokenize.COMMENT, tokenize.NL, tokenize.INDENT, tokenize.DEDENT, tokenize.ENDMARKER}


@dataclass(frozen=True)
class Size:
    """How much code a file holds, without blank lines, comments and docstrings.

    `lines` is what a reader counts; `statements` are Python's logical lines, of which a list of ten
    layers over ten lines is one.
    """

    lines: int
    statements: int


@dataclass(frozen=True)
class Source:
    """A file of the laboratory: its path below the laboratory's folder, and its text."""

    path: str
    text: str

    @property
    def about(self) -> str:
        """Its docstring, "" without one."""
        return ast.get_docstring(ast.parse(self.text)) or ""

    @property
    def size(self) -> Size:
        """How much code it is."""
        return measured(self.text)


@dataclass(frozen=True)
class Agreement:
    """How far a stack's model is from the reference stack's: relative L2 distances.

    `weights` is after ten steps of training; `reasons` say why it does not count as the same.
    """

    stack: str
    reference: str
    forward: float
    gradient: float
    weights: float
    parameters: int
    reasons: tuple[str, ...]
    flops: int | None = None


@dataclass(frozen=True)
class Absence:
    """A stack that computed nothing for a task: "refused" or "failed", with the reason."""

    stack: str
    outcome: str
    reason: str


@dataclass(frozen=True)
class TaskSource:
    """A task: what it is, and its model by framework.

    `agreement` and `absences` are empty until they are recorded.
    """

    id: str
    title: str
    spec: Source
    models: dict[str, Source]
    agreement: tuple[Agreement, ...] = ()
    absences: tuple[Absence, ...] = ()


def read_tasks(folder: Path | None = None) -> tuple[TaskSource, ...]:
    """Every task of the laboratory in `folder` (the packaged one unless given), by id."""
    home = folder or laboratory()
    recorded = _recorded(home / "benchmarks" / "agreement.json")
    specs = sorted((home / "benchmarks" / "tasks").glob("*/spec.py"))
    return tuple(_task(home, spec.parent, recorded) for spec in specs)


def probe_source(criterion: str, folder: Path | None = None) -> Source | None:
    """The program that proves cells of a criterion; None where there is none."""
    home = folder or laboratory()
    path = home / "benchmarks" / "probes" / f"test_{criterion.replace('-', '_')}.py"
    return _source(home, path) if path.is_file() else None


@cache
def measured(code: str) -> Size:
    """How much of `code` is code."""
    tokens = tokenize.generate_tokens(io.StringIO(code).readline)
    statements = [found for found in _statements(tokens) if not _is_words(found)]
    rows = {
        row
        for statement in statements
        for token in statement
        for row in range(token.start[0], token.end[0] + 1)
    }
    return Size(len(rows), len(statements))


def _statements(tokens: Iterator[tokenize.TokenInfo]) -> Iterator[list[tokenize.TokenInfo]]:
    statement: list[tokenize.TokenInfo] = []
    for token in tokens:
        if token.type == tokenize.NEWLINE:
            yield statement
            statement = []
        elif token.type not in NO_CODE:
            statement.append(token)


def _is_words(statement: list[tokenize.TokenInfo]) -> bool:
    """Whether it is a string on its own, which is what a docstring is."""
    return all(token.type == tokenize.STRING for token in statement)


def _task(home: Path, folder: Path, recorded: dict[str, Any]) -> TaskSource:
    id = folder.name.replace("_", "-")
    spec = _source(home, folder / "spec.py")
    files = sorted(path for path in folder.glob("*.py") if path.stem not in ("__init__", "spec"))
    found, absent = (
        [entry for entry in recorded.get(kind, ()) if entry["task"] == id]
        for kind in ("findings", "absences")
    )
    return TaskSource(
        id=id,
        title=_title(spec.text) or id,
        spec=spec,
        models={path.stem: _source(home, path) for path in files},
        agreement=tuple(map(_agreement, found)),
        absences=tuple(Absence(it["stack"], it["outcome"], it["reason"]) for it in absent),
    )


def _source(home: Path, path: Path) -> Source:
    return Source(path.relative_to(home).as_posix(), path.read_text(encoding="utf-8"))


def _title(code: str) -> str:
    """The title that a spec gives its task, "" if it is not written out."""
    for node in ast.walk(ast.parse(code)):
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Task":
            for keyword in node.keywords:
                if keyword.arg == "title" and isinstance(keyword.value, ast.Constant):
                    return str(keyword.value.value)
    return ""


def _recorded(path: Path) -> dict[str, Any]:
    """The record of the gate, {} where there is none."""
    if not path.is_file():
        return {}
    found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return found


def _agreement(entry: dict[str, Any]) -> Agreement:
    given = {name: entry[name] for name in Agreement.__annotations__ if name in entry}
    return Agreement(**{**given, "reasons": tuple(entry["reasons"])})
