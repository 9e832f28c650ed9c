"""The door for decisions that were recorded: reports and architecture decision records.

    report (HTML)      <pre id="advisor-record">
    report (Markdown)  the indented block below the comment "advisor record"
    report (JSON)      the key "record"
    ADR                the comment "advisor decision"

All hold the same record. Text around it may be anybody's, so only the record is believed, and of
the record only what passes the checks here.
"""

import datetime as dt
import html
import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final, Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from advisor.ask.answers import parse_answers
from advisor.errors import AnswersError, Problem, RecordError
from advisor.model import Answers, Catalog, Verdict
from advisor.register import EVIDENCE, Entry, block_of, read_entry

__all__ = ["Kind", "Record", "Recorded", "find_recorded", "is_sealed", "read_recorded", "record_in"]

Kind = Literal["html", "md", "json", "adr"]

#: A report is at most half a megabyte; whatever is much larger is something else.
LARGEST_BYTES: Final = 5_000_000

SUFFIXES: Final = (".html", ".md", ".json")
#: Folders that hold other people's files, and a great many of them.
SKIPPED: Final = ("node_modules", "site-packages", "__pycache__")

HTML: Final = re.compile(r'<pre id="advisor-record"[^>]*>(?P<json>.*?)</pre>', re.DOTALL)
#: What a report of ours ends in, or its name for the record.
TRACE: Final = re.compile(r"<!-- seal sha256:|id=\"advisor-record\"|\"seal\": \"sha256:")
MARKDOWN: Final = re.compile(r"^<!-- advisor record -->\n\n(?P<json>(?: {4}.*\n)+)", re.MULTILINE)


class Record(BaseModel):
    """What a document holds of its decision; keys that a newer version added are passed over."""

    model_config = ConfigDict(frozen=True, extra="ignore", strict=True)

    format: Literal[1]
    questionnaire: str
    answers_file: str
    as_of: str
    evidence_digest: str
    knowledge_digest: str
    own_runs: bool
    verdict: Verdict
    winner: str | None
    scores: dict[str, float]
    command: str
    version: str
    drawn_with: dict[str, str]

    @property
    def date(self) -> dt.date:
        """The day up to which evidence was used; ValueError if it is no date."""
        return dt.date.fromisoformat(self.as_of)


@dataclass(frozen=True)
class Recorded:
    """A document with a recorded decision; `entry` is what an ADR says of itself."""

    path: Path
    kind: Kind
    text: str
    record: Record
    entry: Entry | None = None

    def answers(self, catalog: Catalog) -> Answers:
        """The recorded answers. RecordError where today's questionnaire no longer has them."""
        try:
            read = parse_answers(self.record.answers_file, str(self.path), catalog)
        except AnswersError as error:
            raise RecordError(error.problems) from error
        return replace(read, questionnaire=self.record.questionnaire)


def read_recorded(path: Path) -> Recorded:
    """The decision that a file records. RecordError if it holds none, or a broken one."""
    text = _text(path)
    found = record_in(text)
    if found is None:
        cure = "Give a report or a record that `advisor report` or `advisor adr` made"
        raise RecordError(Problem(str(path), "holds no decision of ours", cure))
    kind, content = found
    entry = read_entry(path, text) if kind == "adr" else None
    return Recorded(path, kind, text, _checked(content, path), entry)


def find_recorded(paths: Iterable[Path]) -> tuple[list[Recorded], list[Problem]]:
    """Every recorded decision in files and below folders, each once, and all that went wrong.

    A file that is named must hold one; in a folder other files are passed over. A report beside
    the ADR that it belongs to, `NNNN-slug.report.html`, is the same decision and counts once.
    """
    found: dict[Path, Recorded] = {}
    problems: list[Problem] = []
    for path in paths:
        candidates = list(_below(path)) if path.is_dir() else [path]
        read = [_tried(file, problems, named=file == path) for file in candidates]
        found.update({each.path.resolve(): each for each in read if each})
        if path.is_dir() and not any(read):
            cure = "Name the folder of your decision records, or a report"
            problems.append(Problem(str(path), "holds no decision of ours", cure))
    filed = {path.with_suffix("") for path, each in found.items() if each.kind == "adr"}
    return [each for path, each in found.items() if not _beside(path, filed)], problems


def is_sealed(path: Path) -> bool:
    """Whether a file was a report of ours, whatever has become of its record since."""
    try:
        return bool(TRACE.search(_text(path)))
    except RecordError:
        return False


def _tried(path: Path, problems: list[Problem], *, named: bool) -> Recorded | None:
    try:
        if not named and record_in(_text(path)) is None:
            return None
        return read_recorded(path)
    except RecordError as error:
        problems.extend(error.problems)
        return None


def _below(folder: Path) -> Iterator[Path]:
    """Files of ours to be, by name; hidden folders and installed packages are left out."""
    for path in sorted(folder.iterdir()):
        if path.is_dir():
            if not path.name.startswith(".") and path.name not in SKIPPED:
                yield from _below(path)
        elif path.suffix in SUFFIXES and path.is_file() and path.stat().st_size <= LARGEST_BYTES:
            yield path


def _beside(path: Path, filed: set[Path]) -> bool:
    """Whether a file is the report of an ADR that was found too."""
    stem = path.with_suffix("").with_suffix("")
    if stem.parent.name == EVIDENCE and stem.parent.parent / stem.name in filed:
        return path.name.endswith(".report.html")
    return path.name.endswith(".report.html") and stem in filed


def record_in(text: str) -> tuple[Kind, dict[str, Any]] | None:
    """The kind of a document and the record in it, not checked yet; None where there is none."""
    if (block := block_of(text)) is not None:
        return "adr", block
    if found := HTML.search(text):
        return _loaded("html", html.unescape(found["json"]))
    if found := MARKDOWN.search(text):
        return _loaded("md", found["json"])
    if text.startswith("{"):
        content = _loaded("json", text)
        record = content[1].get("record") if content else None
        return ("json", record) if isinstance(record, dict) else None
    return None


def _loaded(kind: Kind, text: str) -> tuple[Kind, dict[str, Any]] | None:
    try:
        content = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return (kind, content) if isinstance(content, dict) else None


def _checked(content: dict[str, Any], path: Path) -> Record:
    try:
        record = Record.model_validate(content)
        _ = record.date
    except ValidationError as error:
        faults = [f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors()]
        raise _broken(path, "; ".join(faults[:3])) from error
    except ValueError as error:
        raise _broken(path, f"as_of: {error}") from error
    return record


def _broken(path: Path, what: str) -> RecordError:
    cure = "Make it again from its answers with `advisor report` or `advisor adr`"
    return RecordError(Problem(str(path), f"its record does not hold together ({what})", cure))


def _text(path: Path) -> str:
    """The file as it is, line ends and all."""
    cure = "Give the path of a report or of a decision record"
    try:
        if path.stat().st_size > LARGEST_BYTES:
            raise RecordError(Problem(str(path), "is too large for a record", cure))
        return path.read_bytes().decode()
    except OSError as error:
        raise RecordError(Problem(str(path), f"cannot be read: {error.strerror}", cure)) from None
    except UnicodeDecodeError as error:
        what = f"is not UTF-8 text (byte {error.start})"
        raise RecordError(Problem(str(path), what, cure)) from None
