"""A report made again from what it carries, and compared with itself.

    rebuild  the same bytes, or the reasons why this program and evidence cannot make them
    verify   untouched, edited, or no way to tell

A report is a pure function of its answers, of the evidence as of its date, of the rest of the
knowledge and of this program. The record names all four, so it is known beforehand whether the
bytes can come back. Where they cannot, the seal still tells an edit from another version.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Final, Literal

from advisor.catalog import evidence_record
from advisor.decide import decide
from advisor.errors import Problem, RecordError
from advisor.evidence import Evidence
from advisor.model import Decision
from advisor.recorded import Recorded, is_sealed, read_recorded
from advisor.render.record import Provenance, drawing_tools, knowledge_digest
from advisor.render.report import report
from advisor.render.seal import is_intact

__all__ = ["Difference", "Finding", "obstacles", "rebuild", "verify"]

#: So much of a line is shown on either side of the first character that differs.
AROUND: Final = 60

SECTION: Final = {
    "html": re.compile(r'<(?:section|header) id="([\w-]+)"'),
    "md": re.compile(r"^#+ (.+)$"),
    "json": re.compile(r'^  "([\w-]+)":'),
}


#: Gathers the evidence as of a date.
EvidenceOf = Callable[[date], Evidence]


@dataclass(frozen=True)
class Difference:
    """The first place where a report differs from what it was made as; lines count from 1."""

    line: int
    section: str
    found: str
    made: str
    lines: int


@dataclass(frozen=True)
class Finding:
    """What `verify` found; `reasons` say why it cannot tell, or cannot show what was edited."""

    outcome: Literal["untouched", "edited", "unknown"]
    difference: Difference | None = None
    reasons: tuple[Problem, ...] = ()


def rebuild(recorded: Recorded, evidence: Evidence, *, version: str) -> str:
    """The report again; RecordError with every reason why it cannot be made here."""
    if found := obstacles(recorded, evidence, version=version):
        raise RecordError(found)
    return _made(recorded, evidence)


def verify(path: Path, evidence_at: EvidenceOf, *, version: str) -> Finding:
    """Whether the report in `path` is as it was made; `evidence_at` gathers evidence as of a date.

    An ADR is written by people and cannot be verified. RecordError if the file is no report.
    """
    try:
        recorded = read_recorded(path)
    except RecordError as error:
        if is_sealed(path):
            return Finding("edited", reasons=error.problems)
        raise
    evidence = evidence_at(recorded.record.date)
    reasons = obstacles(recorded, evidence, version=version)
    if reasons:
        intact = recorded.kind == "adr" or is_intact(recorded.text)
        return Finding("unknown" if intact else "edited", reasons=reasons)
    try:
        made = _made(recorded, evidence)
    except RecordError as error:
        return Finding("edited", reasons=error.problems)
    if made == recorded.text:
        return Finding("untouched")
    return Finding("edited", _difference(recorded.text, made, recorded.kind))


def obstacles(recorded: Recorded, evidence: Evidence, *, version: str) -> tuple[Problem, ...]:
    """Why the bytes cannot come back here; nothing if they can."""
    return tuple(_obstacles(recorded, evidence, version))


def _obstacles(recorded: Recorded, evidence: Evidence, version: str) -> Iterator[Problem]:
    where, record, catalog = str(recorded.path), recorded.record, evidence.catalog
    if recorded.kind == "adr":
        cure = "Give the report beside it"
        yield Problem(where, "people write in a decision record, so it is not rebuilt", cure)
        return
    if record.version != version:
        what = f"made by advisor {record.version}, and this is {version}"
        yield Problem(where, what, f"Install advisor {record.version}")
    for tool, used in record.drawn_with.items():
        if (here := drawing_tools().get(tool)) != used:
            what = f"drawn with {tool} {used}, and here is {here}"
            yield Problem(where, what, f"Install {tool} {used}")
    yield from _other_evidence(recorded, evidence)
    if record.knowledge_digest != (here := knowledge_digest(catalog)):
        what = f"made with the questionnaire and frameworks {record.knowledge_digest}, here {here}"
        yield Problem(where, what, "Take the advisor of that time")


def _other_evidence(recorded: Recorded, evidence: Evidence) -> Iterator[Problem]:
    record, when = recorded.record, recorded.record.date
    cells = [cell for cell in evidence.cells if cell.date <= when]
    here = evidence_record(evidence.catalog, when, cells)
    if record.evidence_digest == here:
        return
    what = f"rests on the evidence {record.evidence_digest}, and here is {here} as of {when}"
    cure = "Take the advisor of that time"
    if record.own_runs:
        cure = "Measurements of your own took part: give their folder with --results"
    elif evidence.own:
        cure = "Runs of your own take part here: set ADVISOR_RESULTS to an empty folder"
    yield Problem(str(recorded.path), what, cure)


def _made(recorded: Recorded, evidence: Evidence) -> str:
    record = recorded.record
    provenance = Provenance(record.command, record.version, own_runs=record.own_runs)
    return report(
        _decided(recorded, evidence),
        evidence.catalog,
        provenance,
        runs=evidence.runs,
        format=recorded.kind,
    )


def _decided(recorded: Recorded, evidence: Evidence) -> Decision:
    answers = recorded.answers(evidence.catalog)
    return decide(evidence.catalog, evidence.cells, answers, as_of=recorded.record.date)


def _difference(found: str, made: str, kind: str) -> Difference:
    old, new = found.split("\n"), made.split("\n")
    longest = max(len(old), len(new))
    pairs = [
        (old[place] if place < len(old) else "", new[place] if place < len(new) else "")
        for place in range(longest)
    ]
    differing = [place for place, (one, other) in enumerate(pairs) if one != other]
    first = differing[0] if differing else longest - 1
    one, other = _window(*pairs[first])
    return Difference(first + 1, _section(new[: first + 1], kind), one, other, len(differing))


def _window(one: str, other: str) -> tuple[str, str]:
    """Both lines around the first character that differs, so that a long line can be read."""
    same = next(
        (place for place, (a, b) in enumerate(zip(one, other, strict=False)) if a != b),
        min(len(one), len(other)),
    )
    start, end = max(0, same - AROUND), same + AROUND
    return one[start:end], other[start:end]


def _section(lines: list[str], kind: str) -> str:
    for line in reversed(lines):
        if found := SECTION[kind].search(line):
            return found[1]
    return ""
