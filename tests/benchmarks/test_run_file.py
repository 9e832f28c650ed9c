"""A real, quick run leaves a run file that keeps the contract and names nobody's machine."""

import getpass
import json
import platform
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from advisor.runs import read_run
from tests.benchmarks.conftest import ROOT, Ended, python

FACTS = {
    "replicate": 3,
    "session": "20261122T115000Z",
    "machine": {"cpu": "Test CPU"},
    "load": {"load": 0.1, "steal": 0.0, "waited_seconds": 2.5, "busy": False},
}
TASKS = ("mlp-mnist", "cnn-cifar")
CELLS = {
    ("startup", "startup-seconds"): 64,
    ("train", "step-seconds"): 64,
    ("predict", "latency-seconds"): 1,
    ("predict", "batch-seconds"): 256,
    ("harness", "call-seconds"): 64,
}
SAMPLES = {"startup": 1, "train": 3, "predict": 3, "harness": 200}


def bench(out: Path, *arguments: str, folder: Path = ROOT, **variables: str) -> Ended:
    """Measure the two classics quickly with PyTorch, as the launcher would."""
    chosen = [f"--task={task}" for task in TASKS]
    settings = ("--stack", "pytorch-eager", "--threads", "1", "--quick-rounds")
    suites = [f"benchmarks/test_{phase}.py" for phase in SAMPLES]
    command = ("-m", "pytest", "-c", "benchmarks/pytest.ini", *suites)
    json_file = f"--benchmark-json={out}"
    return python(*command, *settings, *chosen, *arguments, json_file, folder=folder, **variables)


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("run") / "run.json"
    ended = bench(file, ADVISOR_REPLICATE=json.dumps(FACTS))
    assert ended.returncode == 0, ended.stdout + ended.stderr
    return file


@pytest.fixture(scope="module")
def run(out: Path) -> dict[str, Any]:
    content: dict[str, Any] = json.loads(out.read_text())
    return content


def test_the_advisor_reads_it(out: Path) -> None:
    read_run(out)


def test_every_cell_is_there_with_its_samples(run: dict[str, Any]) -> None:
    found = {}
    for each in run["benchmarks"]:
        about = each["extra_info"]
        assert about["unit"] == "s"
        assert about["framework"] == "pytorch"
        assert about["data"] == "synthetic"
        assert about["source"].startswith("sha256:")
        assert all(seconds > 0 for seconds in each["stats"]["data"])
        assert len(each["stats"]["data"]) == SAMPLES[about["phase"]]
        found[about["task"], about["phase"], about["metric"]] = about["batch"]
    expected = {(task, *cell): size for task in TASKS for cell, size in CELLS.items()}
    assert found == expected


def test_startup_parts_are_within_the_whole(run: dict[str, Any]) -> None:
    starts = [each for each in run["benchmarks"] if each["extra_info"]["phase"] == "startup"]
    for each in starts:
        about = each["extra_info"]
        parts = [about[f"{part}_seconds"] for part in ("import", "build", "first_step")]
        assert all(part > 0 for part in parts)
        assert sum(parts) < each["stats"]["data"][0]


def test_the_block_says_who_what_and_how(run: dict[str, Any]) -> None:
    block = run["advisor"]
    assert block["format"] == 1
    assert (block["stack"], block["framework"]) == ("pytorch-eager", "pytorch")
    assert (block["replicate"], block["session"]) == (3, "20261122T115000Z")
    assert block["machine"]["cpu"] == "Test CPU"
    assert block["machine"]["device"] == "cpu"
    assert block["load"] == FACTS["load"]
    assert block["flags"]["threads"] == 1
    assert "torch" in block["versions"]
    assert all(speed > 1e8 for speed in block["ceiling"].values())
    assert {each["outcome"] for each in block["outcomes"]} == {"passed"}
    assert len(block["outcomes"]) == len(TASKS) * len(CELLS)


def test_nobody_is_named(run: dict[str, Any]) -> None:
    assert "node" not in run["machine_info"]
    assert set(run["commit_info"]) <= {"id", "time", "dirty"}
    text = json.dumps(run)
    assert str(ROOT) not in text
    assert str(Path.home()) + "/" not in text
    assert json.dumps(platform.node()) not in text
    assert json.dumps(getpass.getuser()) not in text


def test_failed_and_refused_tasks_leave_a_run_file_too(
    altered: Callable[[str, str, str], Path], tmp_path: Path
) -> None:
    broken = "raise MemoryError('no room in ' + __file__)"
    folder = altered("tasks/mlp_mnist/pytorch.py", "return Network()", broken)
    facts = json.dumps({"refused": {"cnn-cifar": "the models disagree"}})
    ended = bench(tmp_path / "run.json", folder=folder, ADVISOR_REPLICATE=facts)
    assert ended.returncode == 1
    run = json.loads((tmp_path / "run.json").read_text())
    assert run["benchmarks"] == []
    reasons: dict[str, set[tuple[str, str]]] = {
        each["task"]: set() for each in run["advisor"]["outcomes"]
    }
    for each in run["advisor"]["outcomes"]:
        reasons[each["task"]].add((each["outcome"], each["reason"].partition(" in ")[0]))
    assert reasons["cnn-cifar"] == {("refused", "the models disagree")}
    assert ("failed", "MemoryError: no room") in reasons["mlp-mnist"]
    assert str(tmp_path) not in json.dumps(run["advisor"])


@pytest.mark.parametrize(
    ("arguments", "variable", "said"),
    [
        ((), "{not json", "ADVISOR_REPLICATE"),
        (("--task", "no-such-task"), "{}", "no-such-task"),
    ],
)
def test_wrong_use_is_said_and_nothing_is_written(
    tmp_path: Path, arguments: tuple[str, ...], variable: str, said: str
) -> None:
    ended = bench(tmp_path / "run.json", *arguments, ADVISOR_REPLICATE=variable)
    assert ended.returncode == 4
    assert said in ended.stdout + ended.stderr
    assert not (tmp_path / "run.json").exists()


def test_a_stack_must_be_named() -> None:
    ended = python("-m", "pytest", "-c", "benchmarks/pytest.ini", "benchmarks")
    assert ended.returncode == 4
    assert "--stack" in ended.stdout + ended.stderr


def test_it_is_written_without_idle_space_and_with_every_sample(out: Path) -> None:
    text = out.read_text()
    assert text == json.dumps(json.loads(text), separators=(",", ":")) + "\n"
    assert sorted(path.name for path in out.parent.iterdir()) == [out.name]
    assert set(json.loads(text)["machine_info"]["cpu"]) <= {
        "arch", "brand_raw", "count", "hz_advertised_friendly",
    }  # fmt: skip


def test_pytest_benchmark_compares_two_of_them(out: Path, tmp_path: Path) -> None:
    again = tmp_path / "again.json"
    again.write_text(out.read_text())
    ended = python("-m", "pytest_benchmark", "compare", str(out), str(again))
    assert ended.returncode == 0, ended.stderr
    for part in ("test_step[mlp-mnist]", "test_latency[cnn-cifar]", "Median", "run", "again"):
        assert part in ended.stdout + ended.stderr


def test_a_limit_of_time_leaves_three_samples_at_least(tmp_path: Path) -> None:
    arguments = ("benchmarks/test_train.py", "--stack", "pytorch-eager", "--threads", "1")
    facts = json.dumps({"session": "20261122T115000Z", "twin": 1})
    for seconds, samples in (("0", 3), ("1000", 100)):
        file = tmp_path / f"{seconds}.json"
        ended = python(
            "-m", "pytest", "-c", "benchmarks/pytest.ini", *arguments, "--task", "mlp-mnist",
            "--seconds", seconds, f"--benchmark-json={file}",
            ADVISOR_REPLICATE=facts,
        )  # fmt: skip
        assert ended.returncode == 0, ended.stdout + ended.stderr
        run = read_run(file).content
        assert len(run.benchmarks[0].stats.data) == samples
        assert run.advisor.twin == 1
        assert run.benchmarks[0].extra_info.details["warmup_calls"] == (1 if seconds == "0" else 20)


def test_a_plain_pytest_shows_its_table() -> None:
    ended = python(
        "-m", "pytest", "benchmarks/test_train.py", "-c", "benchmarks/pytest.ini",
        "--stack", "pytorch-eager", "--task", "mlp-mnist", "--quick-rounds",
    )  # fmt: skip
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert "test_step[mlp-mnist]" in ended.stdout
    assert "Median" in ended.stdout
