"""`advisor results` and `advisor bench` as a person meets them: real processes, real files."""

import csv
import io
import json
import subprocess
from pathlib import Path

import pytest

from tests.runfiles import benchmark, content, process_file, written
from tests.test_cli import advisor, complaint

STACKS = {"keras-tensorflow": 2.0, "tensorflow-graph": 1.0, "pytorch-eager": 3.0}
Ended = subprocess.CompletedProcess[str]


def session(folder: Path, day: str, *, factor: float = 1.0, **block: object) -> Path:
    """Three processes of each default stack."""
    for stack, seconds in STACKS.items():
        for replicate in range(3):
            drift = 1 + replicate / 100
            entries = [
                benchmark(stack, [factor * seconds * drift] * 3, task=task)
                for task in ("mlp-mnist", "cnn-cifar")
            ]
            written(
                folder / f"{stack}-{replicate}-{block.get('twin', '')}.json",
                content(
                    stack, replicate, benchmarks=entries, session=f"{day}T115000Z", **block
                ),
            )  # fmt: skip
    return folder


def cells(done: Ended) -> list[dict[str, object]]:
    assert done.returncode == 0, done.stderr
    found: list[dict[str, object]] = json.loads(done.stdout)["cells"]
    return found


def test_results_are_filtered(tmp_path: Path) -> None:
    session(tmp_path / "s", "20261120")
    chosen = ("--task", "cnn-cifar", "--stack", "pytorch-eager", "--phase", "train")
    (one,) = cells(advisor("results", "--results", tmp_path, *chosen, "--json"))
    assert (one["stack"], one["task"], one["stale"]) == ("pytorch-eager", "cnn-cifar", False)
    table = advisor("results", "--results", tmp_path, "--task", "cnn-cifar").stdout
    assert "cnn-cifar" in table
    assert "mlp-mnist" not in table
    failed = {"task": "cnn-cifar", "outcome": "failed", "reason": "out of memory"}
    lost = [{**failed, "phase": phase, "metric": phase} for phase in ("predict", "train")]
    written(
        tmp_path / "s" / "lost.json",
        content("pytorch-eager", 3, benchmarks=[], outcomes=lost, session="20261120T115000Z"),
    )
    table = advisor("results", "--results", tmp_path, "--phase", "train").stdout
    assert "failed: pytorch-eager; train of cnn-cifar: out of memory" in table
    rows = list(csv.DictReader(io.StringIO(advisor("results", "--csv").stdout)))
    assert {"stack", "value", "runs"} <= rows[0].keys()


def test_a_filter_that_fits_nothing_says_what_there_is() -> None:
    complaint(
        advisor("results", "--phase", "trian"),
        '--phase: nothing was measured for "trian"', "There are: export, fit, ",
    )  # fmt: skip


def test_two_sessions_are_compared_by_folder_or_by_name(tmp_path: Path) -> None:
    one = session(tmp_path / "results" / "one", "20261120")
    session(tmp_path / "results" / "two", "20261121", factor=1.5)
    done = advisor("results", "compare", one, "two", ADVISOR_RESULTS=str(tmp_path / "results"))
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("× 1.50") == 6
    assert "4 of 4 intervals overlap (100 %" in done.stdout
    as_json = advisor("results", "compare", one, one.parent / "two", "--json")
    assert json.loads(as_json.stdout)["overlapping"] == 4


def test_a_session_that_is_not_there_is_named(tmp_path: Path) -> None:
    one = session(tmp_path / "one", "20261120")
    complaint(advisor("results", "compare", one, "nowhere"), "nowhere", "no such folder")
    process_file(one.parent / "b", "pytorch-eager", 0, 1.0, machine={**MACHINE, "cores": 64})
    complaint(advisor("results", "compare", one, tmp_path), "there are 2 machines in it")


MACHINE = content()["advisor"]["machine"]


def test_a_study_is_read_as_a_study_only(tmp_path: Path) -> None:
    for twin in (0, 1):
        session(tmp_path / "aa", "20261120", twin=twin)
    done = advisor("results", "aa", tmp_path / "aa")
    assert done.returncode == 0, done.stderr
    assert "The policy uses minimum: 6 of 6 cells tie" in done.stdout
    complaint(advisor("results", "--results", tmp_path / "aa"), "no evidence")
    session(tmp_path / "s", "20261120")
    complaint(advisor("results", "aa", tmp_path / "s"), "no part of an A/A study")


def test_the_plan_of_a_measurement_as_data(tmp_path: Path) -> None:
    asked = ("bench", "--stack", "pytorch-eager", "--task", "mlp-mnist", "--phase", "train")
    done = advisor(*asked, "--dry-run", "--json", "--out", tmp_path / "runs")
    assert done.returncode == 0, done.stderr
    plan = json.loads(done.stdout)
    assert [each["index"] for each in plan["replicates"]] == [0, 1, 2, 3, 4]
    assert all(each["out"].startswith(str(tmp_path)) for each in plan["replicates"])
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--quick", "--full"), "it cannot be --full as well"),
        (("--stack", "jax"), 'the laboratory has no "jax"'),
        (("--aa", "--budget", "5"), "a study has no end"),
    ],
)
def test_wishes_that_cannot_be_are_refused(options: tuple[str, ...], said: str) -> None:
    complaint(advisor("bench", *options), said)
