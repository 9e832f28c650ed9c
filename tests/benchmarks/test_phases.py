"""Fit, learn, memory and export for real and quickly: what their run files observe."""

import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from advisor.runs import read_run
from benchmarks import tasks
from benchmarks.exporters import FORMATS, RUNTIMES
from benchmarks.exporters.trial import LIMIT
from benchmarks.stacks import STACKS as ENTRIES
from tests.benchmarks.conftest import STACKS, python
from tests.runfiles import SESSION
from tests.test_cli import advisor
from tests.tools import browser_runtimes

TASK = tasks.task("mlp-mnist")
TRAINED = ("memory", "fit", "learn")
#: Its converter lives only in an environment of its own, which a test has not.
IMPOSSIBLE = "tfjs"


@dataclass(frozen=True)
class Measured:
    """The folder of the session, and what is in it by (stack, metric)."""

    folder: Path
    benchmarks: dict[tuple[str, str], dict[str, Any]]
    outcomes: dict[tuple[str, str], dict[str, str]]

    def about(self, stack: str, metric: str) -> dict[str, Any]:
        """What stands beside the samples."""
        about: dict[str, Any] = self.benchmarks[stack, metric]["extra_info"]
        return about


def bench(stack: str, phases: tuple[str, ...], out: Path) -> None:
    """Measure the classic quickly; a format that cannot be had makes it end with 1."""
    suites = [f"benchmarks/test_{phase}.py" for phase in phases]
    chosen = ("--stack", stack, "--task", TASK.id, "--threads", "1", "--data", "digits")
    ended = python(
        *("-m", "pytest", "-c", "benchmarks/pytest.ini", *suites, *chosen, "--quick-rounds"),
        f"--benchmark-json={out}",
        ADVISOR_NPM=str(browser_runtimes()),
        ADVISOR_REPLICATE=json.dumps({"session": SESSION}),
    )
    status = 1 if "export" in phases and IMPOSSIBLE in FORMATS[stack] else 0
    assert ended.returncode == status, ended.stdout + ended.stderr


@pytest.fixture(scope="module")
def measured(tmp_path_factory: pytest.TempPathFactory) -> Measured:
    """Two processes for each default stack, two at a time."""
    folder = tmp_path_factory.mktemp("results") / "session"
    folder.mkdir()
    with ThreadPoolExecutor(2) as pool:
        jobs = [
            pool.submit(bench, stack, phases, folder / f"{stack}-{phases[0]}.json")
            for phases in (("export",), TRAINED)
            for stack in STACKS
        ]
        for job in jobs:
            job.result()
    runs = [json.loads(path.read_text()) for path in sorted(folder.glob("*.json"))]
    return Measured(
        folder,
        {
            (each["extra_info"]["stack"], each["extra_info"]["metric"]): each
            for run in runs
            for each in run["benchmarks"]
        },
        {
            (run["advisor"]["stack"], each["metric"]): each
            for run in runs
            for each in run["advisor"]["outcomes"]
        },
    )


def observed(about: dict[str, Any]) -> dict[str, tuple[str, int]]:
    """Each observed metric with its unit and the number of its samples."""
    return {
        metric: (each["unit"], len(each["values"]))
        for metric, each in about["observations"].items()
    }


def value(about: dict[str, Any], metric: str) -> float:
    """The only sample of an observed metric."""
    (only,) = about["observations"][metric]["values"]
    return float(only)


def test_the_advisor_reads_every_file(measured: Measured) -> None:
    for path in measured.folder.glob("*.json"):
        block = read_run(path).content.advisor
        assert block.framework == ENTRIES[block.stack].framework
        assert block.flags["threads"] == 1
        assert block.versions


@pytest.mark.parametrize("stack", STACKS)
def test_an_epoch_is_timed_by_the_clock_after_a_first_one(measured: Measured, stack: str) -> None:
    entry = measured.benchmarks[stack, "epoch-seconds"]
    about = entry["extra_info"]
    assert (about["phase"], about["unit"], about["batch"]) == ("fit", "s", TASK.train_batch)
    assert "observations" not in about
    assert len(entry["stats"]["data"]) == 3
    assert about["examples"] == 6_400
    assert about["first_call_seconds"] > 0


@pytest.mark.parametrize("stack", STACKS)
def test_a_seed_learns_and_tells_its_course(measured: Measured, stack: str) -> None:
    about = measured.about(stack, "accuracy")
    learning = TASK.bundled_learning
    assert learning is not None
    assert about["data"] == "digits"
    assert (about["seed"], about["batch"]) == (0, learning.batch)
    assert (about["epochs"], about["target"]) == (learning.epochs, learning.target)
    curve, seconds = about["curve"], about["curve_seconds"]
    assert len(curve) == len(seconds) == learning.epochs
    assert seconds == sorted(seconds)
    assert seconds[0] > 0
    # Twenty batches of the digits are enough to know nine in ten, and fifteen passes for the rest.
    assert curve[0] > 0.85
    assert max(curve) >= learning.target
    arrived = next(place for place, score in enumerate(curve) if score >= learning.target)
    assert observed(about) == {
        "accuracy": ("share", 1), "learn-seconds": ("s", 1), "target-seconds": ("s", 1),
    }  # fmt: skip
    assert value(about, "accuracy") == curve[-1]
    assert value(about, "learn-seconds") == seconds[-1]
    assert value(about, "target-seconds") == seconds[arrived]


def test_all_frameworks_learn_the_same_from_the_same_start(measured: Measured) -> None:
    first = [measured.about(stack, "accuracy")["curve"][0] for stack in STACKS]
    # 359 images are in the test: a hundredth are four of them.
    assert max(first) - min(first) < 0.01


@pytest.mark.parametrize("stack", STACKS)
def test_memory_is_what_training_adds_to_the_import(measured: Measured, stack: str) -> None:
    about = measured.about(stack, "peak-memory-bytes")
    assert observed(about) == {
        "peak-memory-bytes": ("bytes", 1), "import-memory-bytes": ("bytes", 1),
    }  # fmt: skip
    # Weights, gradients and the two moments of Adam are there at once; a framework is larger.
    state = 4 * 4 * TASK.parameters()
    assert state < value(about, "peak-memory-bytes") < 40 * state
    assert value(about, "import-memory-bytes") > 1e8
    assert about["peak_device_bytes"] is None


@pytest.mark.parametrize(
    ("stack", "format"), [(stack, each) for stack in STACKS for each in FORMATS[stack]]
)
def test_a_format_is_exported_served_and_compared(
    measured: Measured, stack: str, format: str
) -> None:
    outcome = measured.outcomes[stack, f"{format}-latency-seconds"]
    if format == IMPOSSIBLE:
        assert outcome["outcome"] == "failed"
        assert "cannot be installed beside TensorFlow" in outcome["reason"]
        return
    assert (outcome["outcome"], outcome["reason"]) == ("passed", "")
    about = measured.about(stack, f"{format}-latency-seconds")
    assert (about["phase"], about["format"], about["batch"]) == ("export", format, 1)
    assert observed(about) == {
        f"{format}-latency-seconds": ("s", 3),
        f"{format}-export-seconds": ("s", 1),
        f"{format}-bytes": ("bytes", 1),
    }
    assert 0 <= about["relative_difference"] <= LIMIT
    assert about["largest_difference"] < 1e-3
    assert set(about["runtime_threads"].values()) <= {1}
    # All weights are in it (Keras writes them into a SavedModel twice), and no state of Adam's.
    weights = 4 * TASK.parameters()
    assert weights < value(about, f"{format}-bytes") < 3 * weights


def test_the_table_of_exported_models_comes_from_run_files_too(measured: Measured) -> None:
    ended = advisor("results", "--results", measured.folder.parent, "--phase", "export", "--json")
    assert ended.returncode == 0, ended.stderr
    cells = {(each["stack"], each["metric"]) for each in json.loads(ended.stdout)["cells"]}
    assert cells == {
        (stack, f"{format}-{what}")
        for stack in STACKS
        for format in FORMATS[stack]
        for what in ("latency-seconds", "export-seconds", "bytes")
        if format != IMPOSSIBLE
    }
    table = advisor("results", "--results", measured.folder.parent, "--phase", "export").stdout
    for word in (*RUNTIMES, "tensorflow-decision-forests"):
        assert word in table
