"""Which files a decision is filed as, and what changes in the record that it replaces.

    NNNN-slug.md             the record, in the team's own format
    NNNN-slug.report.html    the report with all evidence; no second .md, which adr-log would index
    NNNN-slug.answers.toml   the answers, as they were given

The latter two stand in a folder `evidence` where pyadr is used, which reads whatever has a number.

Names come from the number and from letters of the title, so that nothing leaves the folder; nothing
that is there already is replaced unless it is the record that was asked for, and ours.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from advisor.errors import Problem, RecordError
from advisor.evidence import Evidence
from advisor.model import Catalog, Decision
from advisor.register import EVIDENCE, FORMATS, Entry, Format, Register, block_of
from advisor.render.adr import STATUSES, Filing, adr, slug, superseded, title, updated
from advisor.render.page import Page, make_page
from advisor.render.record import Provenance
from advisor.render.report import document
from advisor.runs import Runs

__all__ = ["Filed", "Material", "file_again", "file_anew", "format_named", "material"]

#: What no report of ours is without.
RECORD_ID: Final = 'id="advisor-record"'


@dataclass(frozen=True)
class Material:
    """What is filed: a decision and what it was made from; `answers` is the answers file."""

    decision: Decision
    catalog: Catalog
    runs: Sequence[Runs]
    provenance: Provenance
    answers: bytes

    @property
    def page(self) -> Page:
        """The decision as a report shows it."""
        return make_page(self.decision, self.catalog, self.provenance, self.runs)


def material(
    decision: Decision, evidence: Evidence, provenance: Provenance, answers_file: Path
) -> Material:
    """What is filed of a decision on `answers_file`, whose bytes are kept as they are."""
    answers = _text(answers_file).encode()
    return Material(decision, evidence.catalog, evidence.runs, provenance, answers)


def format_named(name: str) -> Format | None:
    """The format called `name`, None for "auto". RecordError for any other name."""
    if name == "auto":
        return None
    found = next((format for format in FORMATS if format == name), None)
    if found is None:
        cure = f"Use auto, {', '.join(FORMATS)}"
        raise RecordError(Problem("--format", f'"{name}" is no format of a record', cure))
    return found


@dataclass(frozen=True)
class Filed:
    """The record's path, every file to write, and the headings left as somebody wrote them."""

    record: Path
    files: Mapping[Path, str | bytes]
    kept: tuple[str, ...] = ()


def file_anew(
    material: Material, register: Register, *, status: str, supersedes: int | None = None
) -> Filed:
    """The files of a new record, and of the one that it supersedes; nothing is written yet.

    RecordError for a status or number that cannot be, or where a file is in the way.
    """
    if status not in STATUSES:
        cure = f"Use one of {', '.join(STATUSES)}"
        raise RecordError(Problem("--status", f'"{status}" is no status of a new record', cure))
    old = _standing(register, supersedes) if supersedes is not None else None
    page, number = material.page, register.next_number
    named = title(page)
    stem = f"{number:04}-{slug(named)}"
    date = material.decision.as_of
    filing = Filing(
        register.format, number, named, status, date, stem, register.evidence, supersedes=old
    )
    files = _files(page, material.answers, register.folder, filing)
    _refuse_what_is_there(files)
    if old:
        files[old.path] = superseded(_text(old.path), old, filing)
    return Filed(register.folder / f"{stem}.md", files)


def file_again(
    material: Material, register: Register, number: int, *, supersedes: int | None = None
) -> Filed:
    """The files of a record that is brought up to date with the same choice; its status stays.

    RecordError if the record is not ours, is closed, or the choice is another one now: then a new
    record has to supersede it.
    """
    if supersedes is not None:
        cure = "Leave one of the two out"
        raise RecordError(Problem("--supersedes", "a record that is updated replaces none", cure))
    entry, page = _standing(register, number), material.page
    existing = _text(entry.path)
    block = _own_block(entry, existing)
    _refuse_another_choice(entry, block, page)
    replaced = block.get("supersedes")
    filing = Filing(
        format=entry.format,
        number=number,
        title=str(block.get("title", entry.title)),
        status=str(block.get("status", "proposed")),
        date=material.decision.as_of,
        stem=entry.path.stem,
        evidence=EVIDENCE if block.get("evidence") == EVIDENCE else "",
        supersedes=register.entry(replaced) if isinstance(replaced, int) else None,
    )
    files = _files(page, material.answers, register.folder, filing)
    _refuse_foreign(files, entry.path.stem)
    fresh = updated(existing, str(files[entry.path]))
    return Filed(entry.path, {**files, entry.path: fresh.text}, fresh.kept)


def _files(page: Page, answers: bytes, folder: Path, filing: Filing) -> dict[Path, str | bytes]:
    return {
        folder / f"{filing.stem}.md": adr(page, filing),
        folder / filing.evidence / f"{filing.stem}.report.html": document(page, "html"),
        folder / filing.evidence / f"{filing.stem}.answers.toml": answers,
    }


def _refuse_what_is_there(files: Iterable[Path]) -> None:
    for path in files:
        if path.exists() or path.is_symlink():
            cure = "Move it away: a new record replaces nothing"
            raise RecordError(Problem(str(path), "is there already", cure))


def _refuse_foreign(files: Iterable[Path], stem: str) -> None:
    """Nothing but our own files beside a record may be replaced."""
    for path in files:
        foreign = path.is_symlink() or (path.exists() and not path.is_file())
        if path.name.endswith(".report.html") and path.is_file():
            foreign = foreign or RECORD_ID not in _text(path)
        if foreign:
            cure = f"Move it away, so that the report of {stem} can stand there"
            raise RecordError(Problem(str(path), "was not made here", cure))


def _refuse_another_choice(entry: Entry, block: Mapping[str, Any], page: Page) -> None:
    named = title(page)
    before = str(block.get("winner"))
    if page.decision.winner != before:
        what = f"the choice was {before}, and now the outcome is: {named}"
        cure = f"File a new record with --supersedes {entry.number}"
        raise RecordError(Problem(str(entry.path), what, cure))


def _standing(register: Register, number: int) -> Entry:
    """The record of this number, which must not be closed."""
    entry = register.entry(number)
    if entry.closed:
        cure = "Name the record that stands now"
        raise RecordError(Problem(str(entry.path), f'is "{entry.status}"', cure))
    return entry


def _own_block(entry: Entry, text: str) -> dict[str, Any]:
    block = block_of(text)
    if block is None:
        cure = "Only a record with its comment `<!-- advisor decision` can be brought up to date"
        raise RecordError(Problem(str(entry.path), "was not made here", cure))
    return block


def _text(path: Path) -> str:
    """The text of a file as it is, its line ends included."""
    try:
        return path.read_bytes().decode()
    except (OSError, UnicodeDecodeError) as error:
        cure = "Save it as UTF-8 where it can be read"
        raise RecordError(Problem(str(path), f"cannot be read: {error}", cure)) from error
