"""The evidence -> files for programs: tables as JSON and CSV, and the run files themselves.

    data/<table>.json, .csv     the same rows twice
    data/datapackage.json       what the tables and columns are (Frictionless Data Package)
    data/runs/<machine>.zip     all run files of a machine
    benchmarks/<machine>/runs/  each of them as it was written, for the links from every number
    data/LICENSE.txt            under which all of it may be used

Names of files and folders may come from strangers; what they are called here is made of letters,
digits, points and dashes only.
"""

import csv
import io
import json
import re
import zipfile
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import chain, count
from pathlib import Path, PurePosixPath
from typing import Any

from advisor.model import Catalog, Cell, Noun
from advisor.render.record import json_text
from advisor.render.results import results_csv, results_json
from advisor.resources import licence
from advisor.runs import Runs

__all__ = [
    "Archive",
    "File",
    "RunAddress",
    "Table",
    "addresses",
    "archives",
    "files",
    "place",
    "tables",
]

#: What may stand in the name of a file that we write.
FOREIGN = re.compile(r"[^A-Za-z0-9._-]+")

#: The moment that every member of an archive claims, so that the same files give the same bytes.
ARCHIVED = (1980, 1, 1, 0, 0, 0)

#: A process is known by its machine, its session and the name of its run file.
RunKey = tuple[str, str, str]
RunAddress = Mapping[RunKey, str]


@dataclass(frozen=True)
class File:
    """A file of the site, from its root."""

    href: str
    content: bytes

    @property
    def name(self) -> str:
        """What it is called."""
        return PurePosixPath(self.href).name

    @property
    def kilobytes(self) -> int:
        """Its size, rounded up."""
        return -(-len(self.content) // 1000)


@dataclass(frozen=True)
class Table:
    """A kind of evidence in all its forms; `columns` are those of each row."""

    id: str
    columns: tuple[str, ...]
    rows: int
    files: tuple[File, ...]


@dataclass(frozen=True)
class Archive:
    """All run files of a machine."""

    machine: str
    file: File
    count: int


def tables(catalog: Catalog, cells: Sequence[Cell]) -> tuple[Table, ...]:
    """The evidence as tables."""
    return (
        _cells(cells),
        _table("statements", catalog.statements),
        _table("criteria", catalog.criteria),
        _table("claims", catalog.claims),
        _table("sources", catalog.sources),
        _table("bridges", catalog.bridges),
    )


def addresses(runs: Iterable[Runs], *, as_of: date) -> dict[RunKey, str]:
    """Where each run file up to `as_of` will lie; no two files get the same address."""
    taken: set[str] = set()
    found: dict[RunKey, str] = {}
    last = f"{as_of:%Y%m%d}"  # a session's id begins with its day
    for key in sorted({key for read in runs for key in read.files if key[1][:8] <= last}):
        machine, _, name = key
        folder, _, file = name.rpartition("/")
        stem = f"{place(machine)}/{_plain(folder)}/{_plain(file.removesuffix('.json'))}"
        found[key] = _free(stem, taken)
    return found


def place(machine: str) -> str:
    """The folder of a machine's run files."""
    return f"benchmarks/{machine}/runs"


def archives(runs: Iterable[Runs], placed: RunAddress) -> tuple[Archive, ...]:
    """One archive per machine, sorted by its name."""
    members: dict[str, dict[str, Path]] = defaultdict(dict)
    for key, path in _placed(runs, placed):
        members[key[0]][placed[key]] = path
    return tuple(
        Archive(machine, File(f"data/runs/{machine}.zip", _zipped(found, machine)), len(found))
        for machine, found in sorted(members.items())
    )


def files(
    tables: Iterable[Table],
    archives: Iterable[Archive],
    *,
    runs: Iterable[Runs],
    placed: RunAddress,
) -> Iterator[tuple[str, bytes | Path]]:
    """Everything to download, by its path; run files as the path to copy."""
    shown = list(tables)
    for file in [file for table in shown for file in table.files]:
        yield file.href, file.content
    for archive in archives:
        yield archive.file.href, archive.file.content
    for key, path in _placed(runs, placed):
        yield placed[key], path
    yield "data/datapackage.json", _package(shown)
    yield "data/LICENSE.txt", licence().read_bytes()


def _placed(runs: Iterable[Runs], placed: RunAddress) -> Iterator[tuple[RunKey, Path]]:
    for read in runs:
        for key, path in read.files.items():
            if key in placed:
                yield key, path


def _cells(cells: Sequence[Cell]) -> Table:
    as_json, as_csv = results_json(cells), results_csv(cells)
    columns = tuple(next(csv.reader(io.StringIO(as_csv))))
    made = (
        File("data/cells.json", json_text(as_json).encode()),
        File("data/cells.csv", as_csv.encode()),
    )
    return Table("cells", columns, len(cells), made)


def _table(id: str, nouns: Sequence[Noun]) -> Table:
    """The nouns as they are written down; a list stands in CSV with spaces between."""
    rows = [noun.model_dump(mode="json", by_alias=True) for noun in nouns]
    columns = tuple(rows[0]) if rows else ()
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows([_flat(value) for value in row.values()] for row in rows)
    made = (
        File(f"data/{id}.json", json_text({id: rows}).encode()),
        File(f"data/{id}.csv", text.getvalue().encode()),
    )
    return Table(id, columns, len(rows), made)


def _flat(value: Any) -> Any:
    if isinstance(value, list):
        return " ".join(map(str, value))
    return json.dumps(value, sort_keys=True) if isinstance(value, dict) else value


def _package(tables: Iterable[Table]) -> bytes:
    resources = [
        {
            "name": table.id,
            "path": PurePosixPath(file.href).name,
            "format": "csv",
            "mediatype": "text/csv",
            "schema": {"fields": [{"name": column} for column in table.columns]},
        }
        for table in tables
        for file in table.files
        if file.href.endswith(".csv")
    ]
    package = {
        "name": "advisor-evidence",
        "licenses": [{"name": "Apache-2.0", "path": "LICENSE.txt"}],
        "resources": resources,
    }
    return json_text(package).encode()


def _plain(name: str) -> str:
    """A name without anything that a path, an address or a shell could take for more."""
    return FOREIGN.sub("-", name).strip(".-") or "run"


def _free(stem: str, taken: set[str]) -> str:
    """The stem as a file's name, numbered where one that differs in case at most is taken."""
    names = chain([f"{stem}.json"], (f"{stem}-{number}.json" for number in count(2)))
    free = next(name for name in names if name.casefold() not in taken)
    taken.add(free.casefold())
    return free


def _zipped(members: Mapping[str, Path], machine: str) -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as archive:
        for address, path in sorted(members.items()):
            info = zipfile.ZipInfo(address.removeprefix(f"{place(machine)}/"), ARCHIVED)
            info.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(info, path.read_bytes())
    return data.getvalue()
