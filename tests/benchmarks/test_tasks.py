"""Tasks are described without a framework, and a changed task is a changed source."""

import ast
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from benchmarks import tasks
from benchmarks.tasks.task import Rounds
from tests.benchmarks.conftest import ROOT, TASKS, python
from tests.readme import PART

DOCUMENTATION = {
    "keras": "keras.io/",
    "tensorflow": "www.tensorflow.org/",
    "pytorch": "docs.pytorch.org/",
}
SHOW = "from benchmarks import tasks; print(tasks.source_digest('mlp-mnist'))"


def test_the_tasks_are_the_folders() -> None:
    assert set(tasks.task_ids()) == set(TASKS)
    assert len(TASKS) == 10
    assert all(tasks.task(task_id).id == task_id for task_id in tasks.task_ids())


def test_an_unknown_task_is_a_key_error() -> None:
    with pytest.raises(KeyError, match="no-such-task"):
        tasks.task("no-such-task")


@pytest.mark.parametrize("task_id", TASKS)
def test_reference_weights_are_seeded_and_complete(task_id: str) -> None:
    task = tasks.task(task_id)
    weights, again = task.reference_weights(), task.reference_weights()
    assert {name: values.shape for name, values in weights.items()} == task.weights
    assert all(values.dtype == np.float32 and values.any() for values in weights.values())
    assert all(np.array_equal(values, again[name]) for name, values in weights.items())
    assert task.parameters() == sum(values.size for values in weights.values())


def test_the_gate_keeps_every_relu_behind_a_norm_away_from_zero() -> None:
    task = tasks.task("resnet-cifar")
    weights = task.gate_weights()
    for name in (each for each in weights if each.endswith("/gamma")):
        assert weights[name.replace("/gamma", "/beta")][:2] == pytest.approx([2, -2], abs=0.3)
        assert 0 < weights[name].max() < 0.25
    plain = task.reference_weights()
    assert all(np.array_equal(weights[name], plain[name]) for name in plain if "kernel" in name)


def test_a_changed_model_is_a_changed_source(altered: Callable[[str, str, str], Path]) -> None:
    folder = altered("tasks/mlp_mnist/keras.py", "relu", "tanh")
    before, after = python("-c", SHOW), python("-c", SHOW, folder=folder)
    assert before.stdout.startswith("sha256:")
    assert before.stdout != after.stdout


def test_the_readme_shows_the_tasks_as_they_are() -> None:
    (part,) = PART.finditer((ROOT / "benchmarks/README.md").read_text())
    command, shown = part["command"].split(), part["text"]
    assert command[0] == "python"
    assert python(*command[1:]).stdout == shown, "put what the command prints into the README"


def test_every_spec_names_its_workload_and_every_model_its_documentation() -> None:
    for task_id in TASKS:
        folder = ROOT / "benchmarks/tasks" / task_id.replace("-", "_")
        assert "It speaks for " in ast.get_docstring(ast.parse((folder / "spec.py").read_text()))
        for framework, site in DOCUMENTATION.items():
            text = ast.get_docstring(ast.parse((folder / f"{framework}.py").read_text()))
            assert f"Follows https://{site}" in text, f"{task_id}/{framework}.py"


def test_another_seed_is_another_start() -> None:
    task = tasks.task("mlp-mnist")
    weights, other, again = (task.reference_weights(seed) for seed in (0, 1, 1))
    assert not np.array_equal(weights["dense1/kernel"], other["dense1/kernel"])
    assert np.array_equal(other["dense1/kernel"], again["dense1/kernel"])


def test_quick_rounds_are_few() -> None:
    assert Rounds(train=100, latency=200, batch=30, warmup=20).quick().train == 3
