"""A team's register of architecture decision records: where it is, how it writes, what is next.

    where   --dir, else the tools' own configuration, else a folder that is there, else the usual
    how     a format: what the newest record is written in, else what the configuration asks for
    next    one more than the highest number; a tool's dates in file names are no numbers

The tools of the world read different things, and none reads everything, so there are three formats:

    bridge   MADR 2.1.2: bullets below the title; what adr-tools, adr-log, log4brains, adr-manager
             and pyadr all read
    madr4    MADR 4: the facts in YAML front matter, which the classic tools cannot see
    nygard   the first form: number in the title, status as a section

Nothing is written here.
"""

import configparser
import json
import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Literal, get_args

from advisor.errors import Problem, RecordError

__all__ = [
    "BLOCK",
    "BLOCK_START",
    "DEFAULT_FOLDER",
    "EVIDENCE",
    "FORMATS",
    "Entry",
    "Format",
    "Register",
    "block_of",
    "front_matter",
    "open_register",
    "read_entry",
]

Format = Literal["bridge", "madr4", "nygard"]
FORMATS: Final[tuple[Format, ...]] = get_args(Format)

DEFAULT_FOLDER: Final = Path("docs/decisions")

#: Where registers usually are, the likeliest first.
USUAL: Final = (DEFAULT_FOLDER, Path("docs/adr"), Path("doc/adr"))

#: The folder below a register for what may not stand beside its records.
EVIDENCE: Final = "evidence"

#: The last number that four digits can say.
LAST: Final = 9999

#: A record is a page; whatever is larger is something else.
LARGEST_BYTES: Final = 1_000_000

#: The comment in a record of ours, for programs; the JSON in it has no line of its end.
BLOCK_START: Final = "<!-- advisor decision"
BLOCK: Final = re.compile(rf"^{BLOCK_START}\n(?P<json>.*?)\n-->$", re.DOTALL | re.MULTILINE)

NAME: Final = re.compile(r"^(?P<number>\d{1,4})-.+\.md$")
FRONT_MATTER: Final = re.compile(r"\A---\n(?P<lines>.*?\n)---\n", re.DOTALL)
BULLET_STATUS: Final = re.compile(r"^[*-] Status: *(?P<status>.*)$", re.MULTILINE)
SECTION_STATUS: Final = re.compile(r"^## Status\n+(?P<status>[^#\n].*)$", re.MULTILINE)
TITLE: Final = re.compile(r"^# (?:\d+\. )?(?P<title>.+)$", re.MULTILINE)


@dataclass(frozen=True)
class Entry:
    """A record in the register; `number` is None where its file name has none.

    `status` is as written; `ours` tells whether it carries our comment.
    """

    path: Path
    number: int | None
    title: str
    status: str
    format: Format
    ours: bool

    @property
    def closed(self) -> bool:
        """Whether the decision no longer stands: replaced, refused or given up."""
        return self.status.lower().startswith(("superseded", "deprecated", "rejected"))


@dataclass(frozen=True)
class Register:
    """The folder, the format of a new record, and what is there, by number.

    `evidence` is where report and answers of a record go: a folder below, or "" for beside it.
    """

    folder: Path
    format: Format
    entries: tuple[Entry, ...]
    evidence: str = ""

    @property
    def next_number(self) -> int:
        """The number of a new record. RecordError when four digits no longer hold it."""
        number = max((entry.number or 0 for entry in self.entries), default=0) + 1
        if number > LAST:
            what = f"record {number} has no room in a name of four digits"
            raise RecordError(Problem(str(self.folder), what, "Start a folder of its own"))
        return number

    def entry(self, number: int) -> Entry:
        """The record of this number. RecordError naming the ones there are."""
        found = [entry for entry in self.entries if entry.number == number]
        if len(found) == 1:
            return found[0]
        what = f"there is no record {number}" if not found else f"record {number} is there twice"
        known = ", ".join(str(entry.number) for entry in self.entries if entry.number) or "none"
        raise RecordError(Problem(str(self.folder), what, f"There are: {known}"))


def open_register(start: Path, folder: Path | None, format: Format | None) -> Register:
    """The register of the project that `start` belongs to; its folder need not exist yet.

    `folder` and `format` are what somebody asked for. RecordError where the folder is a file, or a
    tool's configuration cannot be read.
    """
    found, configured = (folder, None) if folder else _configured(start)
    if found.exists() and not found.is_dir():
        cure = "Name a folder with --dir"
        raise RecordError(Problem(str(found), "is a file, and records need a folder", cure))
    entries = tuple(sorted(_entries(found), key=lambda entry: (entry.number or 0, entry.path.name)))
    usual = entries[-1].format if entries else configured
    # pyadr takes every file with a number for a record, whatever it ends in.
    evidence = EVIDENCE if folder is None and _is_pyadrs(start) else ""
    return Register(found, format or usual or "bridge", entries, evidence)


def _is_pyadrs(start: Path) -> bool:
    """Whether pyadr's configuration is the one that says where records are."""
    for root in _roots(start):
        if any((root / other).is_file() for other in (".adr-dir", ".log4brains.yml")):
            return False
        if (root / ".adr").is_file():
            return True
    return False


def _configured(start: Path) -> tuple[Path, Format | None]:
    """Folder and format as a tool's configuration has them, else the folder that is there."""
    for root in _roots(start):
        for read in (_adr_dir, _log4brains, _pyadr, _adrs):
            if found := read(root):
                return root / found[0], found[1]
        for usual in USUAL:
            if (root / usual).is_dir():
                return root / usual, None
    return start / DEFAULT_FOLDER, None


def _roots(start: Path) -> Iterator[Path]:
    """`start` and what is above it, up to the top of its repository; else only `start`."""
    above = [start, *start.resolve().parents]
    top = next((place for place, folder in enumerate(above) if (folder / ".git").exists()), 0)
    yield from above[: top + 1]


def _adr_dir(root: Path) -> tuple[str, Format | None] | None:
    """adr-tools: one line with the folder."""
    text = _read(root / ".adr-dir")
    return (text.strip(), "nygard") if text and text.strip() else None


def _log4brains(root: Path) -> tuple[str, Format | None] | None:
    """log4brains: `adrFolder` of its YAML, the project's before those of packages."""
    text = _read(root / ".log4brains.yml") or ""
    found = re.search(r"^\s*adrFolder:\s*['\"]?([^'\"#\n]+?)['\"]?\s*(?:#.*)?$", text, re.MULTILINE)
    return (found[1], "bridge") if found else None


def _pyadr(root: Path) -> tuple[str, Format | None] | None:
    """pyadr: an INI file that need not name the folder."""
    text = _read(root / ".adr")
    if text is None:
        return None
    parser = configparser.ConfigParser(interpolation=None)
    try:
        parser.read_string(text)
    except configparser.Error as error:
        raise _unreadable(root / ".adr", str(error).splitlines()[0]) from error
    return parser.get("adr", "records-dir", fallback="docs/adr"), "bridge"


def _adrs(root: Path) -> tuple[str, Format | None] | None:
    """The adrs of Rust: with front matter in its "ng" mode, like adr-tools otherwise."""
    text = _read(root / "adrs.toml")
    if text is None:
        return None
    try:
        content = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise _unreadable(root / "adrs.toml", str(error)) from error
    front = content.get("mode") == "ng"
    return str(content.get("adr_dir", "doc/adr")), "madr4" if front else "nygard"


def _read(path: Path) -> str | None:
    """A small text file, or None if there is none; a folder of that name is none."""
    if not path.is_file():
        return None
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise _unreadable(path, str(error)) from error


def _unreadable(path: Path, why: str) -> RecordError:
    return RecordError(Problem(str(path), f"cannot be read: {why}", "Mend it, or name --dir"))


def _entries(folder: Path) -> Iterator[Entry]:
    """Every numbered record; indexes, templates and what is no text are not records."""
    for path in sorted(folder.glob("*.md")) if folder.is_dir() else ():
        if NAME.match(path.name) and path.is_file() and path.stat().st_size < LARGEST_BYTES:
            try:
                text = path.read_text(encoding="utf-8-sig")
            except (OSError, UnicodeDecodeError):
                continue
            yield read_entry(path, text)


def read_entry(path: Path, text: str) -> Entry:
    """What a record says of itself in whichever of the formats it is written."""
    number, title = NAME.match(path.name), TITLE.search(text)
    facts = front_matter(text)
    bullet, section = BULLET_STATUS.search(text), SECTION_STATUS.search(text)
    if facts is not None:
        format: Format = "madr4"
        status = facts.get("status", "")
    elif section and not bullet:
        format, status = "nygard", section["status"]
    else:
        format, status = "bridge", bullet["status"] if bullet else ""
    return Entry(
        path=path,
        number=int(number["number"]) if number else None,
        title=title["title"].strip() if title else path.stem,
        status=status.strip(),
        format=format,
        ours=block_of(text) is not None,
    )


def block_of(text: str) -> dict[str, Any] | None:
    """What our comment in a record holds; None where there is none that can be read."""
    found = BLOCK.search(text)
    if not found:
        return None
    try:
        content = json.loads(found["json"])
    except ValueError:
        return None
    return content if isinstance(content, dict) else None


def front_matter(text: str) -> dict[str, str] | None:
    """The plain `key: value` lines of YAML front matter, unquoted; None where there is none."""
    found = FRONT_MATTER.match(text)
    if not found:
        return None
    pairs = (line.partition(":") for line in found["lines"].splitlines() if ":" in line)
    return {key.strip(): value.strip().strip("\"'") for key, _, value in pairs}
