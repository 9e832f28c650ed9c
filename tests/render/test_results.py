"""The measurements as data and as a table."""

import csv
import io
import json

from advisor.evidence import gather
from advisor.render.results import results_csv, results_json, results_markdown
from tests.decide.small import CATALOG, CELLS, TODAY, cell


def test_json_has_what_programs_rely_on() -> None:
    found = json.loads(json.dumps(results_json(CELLS)))["cells"]
    assert len(found) == len(CELLS)
    assert found[0] == {
        "stack": "keras-tensorflow", "framework": "keras", "task": "cnn", "phase": "train",
        "metric": "step-seconds", "value": 0.02, "unit": "s", "low": 0.0196, "high": 0.0204,
        "processes": 3, "stable": True, "machine": "m", "device": "cpu", "date": "2026-11-01",
        "runs": ["a", "b", "c"],
    }  # fmt: skip


def test_csv_says_the_same_as_json() -> None:
    rows = list(csv.DictReader(io.StringIO(results_csv(CELLS))))
    for row, record in zip(rows, results_json(CELLS)["cells"], strict=True):
        assert float(row["value"]) == record["value"]
        assert row["runs"].split() == record["runs"]
        assert row["stack"] == record["stack"]


def test_the_table_names_the_fastest_and_leaves_tuned_stacks_out() -> None:
    table = results_markdown(CATALOG, CELLS)
    (row,) = [line for line in table.splitlines() if "`cnn`" in line]
    assert "**10.0 ms**" in row
    assert "× 2.0" in row
    assert "× 10.0" in row
    assert "pytorch-compile" not in table
    assert "50" not in row


def test_a_tie_is_said() -> None:
    near = (cell("keras-tensorflow", 0.01), cell("tensorflow-graph", 0.0101), CELLS[2])
    (row,) = [line for line in results_markdown(CATALOG, near).splitlines() if "`cnn`" in line]
    assert row.count("tied") == 2


def test_the_committed_results_are_read() -> None:
    evidence = gather((), TODAY)
    assert {c.stack for c in evidence.cells} >= {
        f.default_stack for f in evidence.catalog.frameworks
    }
    assert min(c.processes for c in evidence.cells) >= 5
