"""The measurements as data and as tables."""

import csv
import io
import json
import re
from pathlib import Path

from advisor.evidence import cells_of, gather
from advisor.model import Cell
from advisor.render.results import results_csv, results_json, results_markdown
from advisor.runs import Runs, read_runs
from tests.clock import NEWEST
from tests.decide.small import CATALOG, CELLS, cell
from tests.measure.laboratories import CATALOG as REAL
from tests.runfiles import benchmark, content, process_file, written

STACKS = ("keras-tensorflow", "tensorflow-graph", "pytorch-eager")


def row(table: str, task: str = "cnn") -> list[str]:
    """The first row of a task, cell by cell."""
    found = next(line for line in table.splitlines() if line.startswith(f"| `{task}`"))
    return [part.strip() for part in found.strip("|").split("|")][1:]


def test_json_has_what_programs_rely_on() -> None:
    found = json.loads(json.dumps(results_json(CELLS)))["cells"]
    assert len(found) == len(CELLS)
    assert found[0] == {
        "stack": "keras-tensorflow", "framework": "keras", "task": "cnn", "phase": "train",
        "metric": "step-seconds", "value": 0.02, "unit": "s", "low": 0.0196, "high": 0.0204,
        "better": "lower", "processes": 3, "stable": True, "stale": False, "machine": "m",
        "device": "cpu", "date": "2026-11-01", "detail": {}, "runs": ["a", "b", "c"],
    }  # fmt: skip


def test_csv_says_the_same_as_json() -> None:
    rows = list(csv.DictReader(io.StringIO(results_csv(CELLS))))
    for record, expected in zip(rows, results_json(CELLS)["cells"], strict=True):
        assert float(record["value"]) == expected["value"]
        assert record["runs"].split() == expected["runs"]
        assert record["stack"] == expected["stack"]


def test_the_first_table_names_the_fastest_of_the_default_stacks() -> None:
    first, second = results_markdown(CATALOG, CELLS).split("The fastest stack of each framework")
    assert row(first) == ["× 2.00 (2.00 to 2.00)", "**10.0 ms**", "× 10.0 (10.0 to 10.0)"]
    assert "pytorch-compile" not in first
    assert row(second) == [
        "× 2.00 (2.00 to 2.00) `keras-tensorflow`",
        "**10.0 ms** `tensorflow-graph`",
        "× 5.00 (5.00 to 5.00) `pytorch-compile`",
    ]


def test_without_a_tuned_stack_there_is_no_second_table() -> None:
    assert "The fastest stack" not in results_markdown(CATALOG, CELLS[:3])


def test_a_tie_is_said() -> None:
    near = (cell("keras-tensorflow", 0.01), cell("tensorflow-graph", 0.0101), CELLS[2])
    assert [part.endswith("tied") for part in row(results_markdown(CATALOG, near))] == [
        True, True, False,
    ]  # fmt: skip


def test_a_stale_cell_is_marked() -> None:
    old = (cell("keras-tensorflow", 0.02, stale=True), *CELLS[1:3])
    assert row(results_markdown(CATALOG, old))[0].endswith(", stale")


def accuracy(stack: str, share: float) -> Cell:
    values = (share, share + 0.001, share - 0.001)
    return cell(
        stack, share, phase="learn", metric="accuracy", unit="share", better="higher",
        process_values=values, low=min(values), high=max(values),
    )  # fmt: skip


def test_shares_are_behind_by_points_and_the_highest_is_first() -> None:
    cells = [accuracy("keras-tensorflow", 0.9), accuracy("pytorch-eager", 0.85)]
    first, none, last = row(results_markdown(REAL, cells))
    assert (first, none) == ("**90.0 %**", "")
    assert re.fullmatch(r"5\.0\d? \(.*\) points less", last)


def test_coverage_is_beside_a_ranking_that_is_not_complete() -> None:
    table = results_markdown(CATALOG, (*CELLS[:3], cell("pytorch-eager", 1.0, task="rnn")))
    assert "`keras-tensorflow` 1 of 2 tasks" in table
    assert "`pytorch-eager` 2 of 2 tasks" in table
    both = (*CELLS[:3], *(cell(each.stack, 1.0, task="rnn") for each in CELLS[:3]))
    assert "Every stack was measured on all 2 tasks." in results_markdown(CATALOG, both)
    assert "easured on" not in results_markdown(CATALOG, CELLS[:3])


def test_a_stack_that_failed_everywhere_is_part_of_the_coverage(tmp_path: Path) -> None:
    failed = {
        "task": "mlp-mnist", "phase": "train", "metric": "step-seconds", "outcome": "failed",
        "reason": "killed",
    }  # fmt: skip
    process_file(tmp_path / "s", "pytorch-eager", 0, 1.0)
    broken = content("keras-tensorflow", benchmarks=[], outcomes=[failed], versions={})
    written(tmp_path / "s" / "keras.json", broken)
    runs = read_runs(tmp_path)
    table = results_markdown(REAL, cells_of(REAL, runs), [runs])
    assert "`keras-tensorflow` 0 of 1 tasks, `pytorch-eager` 1 of 1 tasks." in table


def test_break_even_is_told_with_its_interval() -> None:
    cells = (
        cell("pytorch-eager", 0.10, compile_seconds=(0.5, 0.5, 0.5)),
        cell("pytorch-compile", 0.05, compile_seconds=(20.5, 20.5, 20.5)),
    )
    line = row(results_markdown(CATALOG, cells).split("compiling has paid")[1])
    assert line[:2] == ["`pytorch-compile`", "20.0 s"]
    assert line[3].startswith("400 (")
    slow = (cells[0], cell("pytorch-compile", 0.2, compile_seconds=(20.5, 20.5, 20.5)))
    assert "never (never to never)" in results_markdown(CATALOG, slow)


def test_the_share_of_the_ceiling_is_shown_where_operations_were_counted() -> None:
    counted = cell("pytorch-eager", 0.1, detail={"ceiling_share": 0.42})
    table = results_markdown(CATALOG, [counted, CELLS[0]])
    assert row(table.split("as a share of its speed")[1]) == ["step-seconds", "", "", "42 %"]
    assert "as a share of its speed" not in results_markdown(CATALOG, CELLS)


def exported(folder: Path) -> Runs:
    """Keras and PyTorch exported to ONNX; LiteRT was not to be had, ExecuTorch failed."""
    for stack in ("keras-tensorflow", "pytorch-eager"):
        for replicate in range(3):
            entry = benchmark(
                stack, [0.001, 0.0011], phase="export", metric="onnx-latency-seconds",
                largest_difference=1e-6,
                observations={
                    "onnx-export-seconds": {"unit": "s", "values": [2.0]},
                    "onnx-bytes": {"unit": "bytes", "values": [2_500_000]},
                },
            )  # fmt: skip
            ended = [
                {"task": "mlp-mnist", "phase": "export", "metric": f"{format}-latency-seconds",
                 "outcome": outcome, "reason": reason}
                for format, outcome, reason in (
                    ("litert", "missing", "pip install ai-edge-litert"),
                    ("executorch", "failed", "RuntimeError: no [kernel]"),
                )
            ]  # fmt: skip
            written(
                folder / f"{stack}-{replicate}.json",
                content(stack, replicate, benchmarks=[entry], outcomes=ended),
            )
    return read_runs(folder)


def test_exported_models_make_a_deployment_table(tmp_path: Path) -> None:
    runs = exported(tmp_path)
    table = results_markdown(REAL, cells_of(REAL, runs), [runs])
    lines = {line.split("|")[1].strip(): line for line in table.splitlines() if "|" in line}
    assert "Exported models of `mlp-mnist`" in table
    assert lines["onnx"].count("1.00 ms, 2.50 MB, exported in 2.00 s, differs by 1e-06") == 2
    assert lines["onnx"].split("|")[3].strip() == "–"
    assert lines["litert"].count(r"missing: pip install ai-edge-litert") == 2
    assert r"failed: RuntimeError: no \[kernel\]" in lines["executorch"]
    assert "openvino" not in lines
    assert "Without a value" not in table


def test_what_has_no_value_is_named_with_its_reason_once(tmp_path: Path) -> None:
    for replicate in range(3):
        outcomes = [
            {"task": task, "phase": "train", "metric": "step-seconds", "outcome": "failed",
             "reason": "killed <b>"}
            for task in ("cnn-cifar", "resnet-cifar")
        ]  # fmt: skip
        entry = benchmark("pytorch-eager", [1.0])
        file = content(replicate=replicate, benchmarks=[entry], outcomes=outcomes)
        written(tmp_path / f"{replicate}.json", file)
    runs = read_runs(tmp_path)
    table = results_markdown(REAL, cells_of(REAL, runs), [runs])
    assert r"- failed: pytorch-eager; train of cnn-cifar, resnet-cifar: killed &lt;b\>" in table
    assert table.count("killed") == 1


def test_nothing_measured_is_said() -> None:
    assert "advisor bench --quick" in results_markdown(CATALOG, ())


def test_the_committed_results_are_read() -> None:
    evidence = gather((), NEWEST)
    assert {c.stack for c in evidence.cells} >= {
        f.default_stack for f in evidence.catalog.frameworks
    }
    assert min(c.processes for c in evidence.cells) >= 3
    default = {f.default_stack for f in evidence.catalog.frameworks}
    timed = [c for c in evidence.cells if c.phase in ("train", "predict") and c.stack in default]
    assert len({c.task for c in timed}) == 10
    assert min(c.processes for c in timed) >= 5
    assert results_markdown(evidence.catalog, evidence.cells, evidence.runs).count("\n\n\n") == 0
