"""Files to download: rows that say the same twice, safe names, archives that can be read back."""

import csv
import io
import json
import re
import zipfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from advisor.catalog import load_catalog
from advisor.evidence import cells_of
from advisor.render import downloads
from advisor.runs import Runs, read_runs
from tests import sites
from tests.sites import TODAY, content

NAMES = st.lists(
    st.tuples(st.text(max_size=20), st.text(max_size=20)).map("/".join), min_size=1, max_size=8
)


def runs_called(names: list[str]) -> Runs:
    given = {("machine", "20261122T115000Z", name): Path("x.json") for name in names}
    known = sites.runs()
    return Runs(known.measurements, known.outcomes, known.processes, {}, {}, digest="", files=given)


@given(NAMES)
def test_every_name_gets_an_address_of_its_own_that_is_nothing_but_a_path(names: list[str]) -> None:
    placed = downloads.addresses([runs_called(names)], as_of=TODAY)
    assert len({address.casefold() for address in placed.values()}) == len(set(names))
    for address in placed.values():
        assert re.fullmatch(r"benchmarks/machine/runs/[\w.-]+/[\w.-]+\.json", address, re.ASCII)
        assert ".." not in Path(address).parts


def test_a_later_session_has_no_address_yet() -> None:
    runs = runs_called(["a/b.json"])
    assert downloads.addresses([runs], as_of=TODAY.replace(day=21)) == {}


@pytest.mark.parametrize("table", ["cells", "statements", "criteria", "claims", "sources"])
def test_json_and_csv_have_the_same_rows(table: str) -> None:
    rows = json.loads(content(sites.whole(), f"data/{table}.json"))[table]
    text = content(sites.whole(), f"data/{table}.csv").decode()
    read = list(csv.DictReader(io.StringIO(text)))
    assert len(read) == len(rows)
    assert set(read[0]) == set(rows[0]) - {"detail"}
    for row, line in zip(rows, read, strict=True):
        plain = {key: value for key, value in row.items() if isinstance(value, str)}
        assert {key: line[key] for key in plain} == plain


def test_the_package_describes_every_table() -> None:
    package = json.loads(content(sites.whole(), "data/datapackage.json"))
    for resource in package["resources"]:
        text = content(sites.whole(), f"data/{resource['path']}").decode()
        head = next(csv.reader(io.StringIO(text)))
        assert [field["name"] for field in resource["schema"]["fields"]] == head


def test_an_archive_gives_the_same_cells_again(tmp_path: Path) -> None:
    (name,) = (name for name in sites.small() if name.endswith(".zip"))
    with zipfile.ZipFile(io.BytesIO(content(sites.small(), name))) as archive:
        assert {info.date_time for info in archive.infolist()} == {downloads.ARCHIVED}
        archive.extractall(tmp_path)
    again = cells_of(load_catalog(), read_runs(tmp_path))
    assert [(it.stack, it.task, it.metric, it.value, it.low, it.high) for it in again] == [
        (it.stack, it.task, it.metric, it.value, it.low, it.high) for it in sites.cells()
    ]
