"""Processes of the laboratory: every framework is tested in one of its own."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
STACKS = ("keras-tensorflow", "tensorflow-graph", "pytorch-eager")
TASKS = (
    *("mlp-mnist", "cnn-cifar"),
    *("timeseries-conv", "resnet-cifar", "tabular-churn", "lstm-sentiment", "recommender"),
    *("transformer-text", "gpt-small", "dynamic-tree"),
)
Ended = subprocess.CompletedProcess[str]


@dataclass(frozen=True)
class Lab:
    """What each stack says of itself, and its agreement file for each (stack, task)."""

    reports: dict[str, dict[str, Any]]
    records: dict[tuple[str, str], Path]


def python(*arguments: str, folder: Path = ROOT, **variables: str) -> Ended:
    """Run `python ...` in `folder` with nothing of the tester's own data or session."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith("ADVISOR_")}
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=folder,
        env={**kept, "ADVISOR_DATA": str(folder / "no-data"), **variables},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


def record(stack: str, task: str, out: Path, *, folder: Path = ROOT) -> Path:
    """What a stack computes for a task, as a file for the comparison."""
    arguments = ("--stack", stack, "--task", task, "--threads", "1", "--out", str(out))
    ended = python("-m", "benchmarks.agreement", *arguments, folder=folder)
    assert ended.returncode == 0, ended.stderr
    return out


#: Opens a stack on one thread, writes its agreement files, takes Adam steps, writes, and reports.
REPORT = """
import json, sys
from pathlib import Path
from benchmarks import agreement, stacks, tasks
name, folder, *task_ids = sys.argv[1:]
stack = stacks.open_stack(name, 1)
for task_id in task_ids:
    found = agreement.record(name, task_id, threads=1, choice="synthetic")
    found.save(Path(folder) / f"{name}.{task_id}.npz")
task = tasks.task("mlp-mnist")
trainer = stack.trainer(task, "adam")
trainer.load(task.reference_weights())
batch = trainer.put(task.examples("synthetic").batch(64))
losses = [trainer.step(batch) for _ in range(8)]
task = tasks.task("gpt-small")
writer = stack.trainer(task, "adam")
writer.load(task.reference_weights())
text = writer.predict(writer.put(task.examples("synthetic").batch(4)))
print(json.dumps({
    "threads": stack.threads(), "flags": stack.flags(), "versions": stack.versions(),
    "foreign": sorted(stacks.foreign_frameworks(name)), "losses": losses,
    "text": text.tolist(),
}))
"""


@pytest.fixture(scope="session")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Lab:
    """Every stack once, in a process of its own, two at a time."""
    folder = tmp_path_factory.mktemp("lab")

    def report(stack: str) -> dict[str, Any]:
        ended = python("-c", REPORT, stack, str(folder), *TASKS)
        assert ended.returncode == 0, ended.stderr
        found: dict[str, Any] = json.loads(ended.stdout)
        return found

    with ThreadPoolExecutor(2) as pool:
        reports = dict(zip(STACKS, pool.map(report, STACKS), strict=True))
    records = {(s, t): folder / f"{s}.{t}.npz" for s in STACKS for t in TASKS}
    return Lab(reports, records)


@pytest.fixture
def altered(tmp_path: Path) -> Callable[[str, str, str], Path]:
    """Copies the laboratory with one text replaced in one file; returns the copy's folder."""

    def alter(file: str, old: str, new: str) -> Path:
        ignored = shutil.ignore_patterns("results", "__pycache__")
        shutil.copytree(ROOT / "benchmarks", tmp_path / "benchmarks", ignore=ignored)
        path = tmp_path / "benchmarks" / file
        text = path.read_text()
        assert old in text
        path.write_text(text.replace(old, new, 1))
        return tmp_path

    return alter
