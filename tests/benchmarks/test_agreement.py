"""The three models of a task are one model, and a model that is not one is refused."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.benchmarks.conftest import STACKS, TASKS, Lab, python, record

PARAMETERS = {
    "mlp-mnist": 669_706,
    "cnn-cifar": 66_218,
    "timeseries-conv": 16_452,
    "resnet-cifar": 272_474,
    "tabular-churn": 199_513,
    "lstm-sentiment": 673_089,
    "recommender": 968_384,
}


def test_all_models_agree(lab: Lab) -> None:
    ended = python(
        "-m", "benchmarks.agreement", "compare", "--json", *map(str, lab.records.values())
    )
    assert ended.returncode == 0, ended.stdout + ended.stderr
    findings = json.loads(ended.stdout)
    assert {(each["stack"], each["task"]) for each in findings} == set(lab.records)
    assert all(each["parameters"] == PARAMETERS[each["task"]] for each in findings)
    # Distances of exactly zero everywhere would mean that a file was compared with itself.
    for task in TASKS:
        assert max(each["weights"] for each in findings if each["task"] == task) > 0


@pytest.mark.parametrize(
    ("task", "file", "old", "new", "reason"),
    [
        (
            "cnn-cifar",
            "tasks/cnn_cifar/pytorch.py",
            "nn.Conv2d(64, 64, 3, padding=1)",
            "nn.Conv2d(64, 64, 3, padding=0)",
            "forward differs",
        ),
        (
            "resnet-cifar",
            "tasks/resnet_cifar/pytorch.py",
            "momentum=0.1",
            "momentum=0.01",
            "weights differs",
        ),
        (
            "lstm-sentiment",
            "tasks/lstm_sentiment/pytorch.py",
            'zeros_(self.lstm.get_parameter("bias_hh_l0"))',
            'ones_(self.lstm.get_parameter("bias_hh_l0"))',
            "forward differs",
        ),
        (
            "timeseries-conv",
            "tasks/timeseries_conv/pytorch.py",
            "padding=dilation, dilation=dilation",
            "padding=1, dilation=1",
            "forward differs",
        ),
        (
            "mlp-mnist",
            "tasks/mlp_mnist/pytorch.py",
            "nn.Linear(512, 10)",
            "nn.Linear(512, 10, bias=False)",
            "669696 parameters instead of 669706",
        ),
        (
            "mlp-mnist",
            "tasks/mlp_mnist/pytorch.py",
            "functional.cross_entropy(logits, labels)",
            "functional.cross_entropy(logits, labels, label_smoothing=0.01)",
            "gradient differs",
        ),
    ],
)
def test_another_model_is_refused(
    lab: Lab,
    altered: Callable[[str, str, str], Path],
    tmp_path: Path,
    task: str,
    file: str,
    old: str,
    new: str,
    reason: str,
) -> None:
    wrong = record("pytorch-eager", task, tmp_path / "wrong.npz", altered(file, old, new))
    right = [lab.records[stack, task] for stack in STACKS if stack != "pytorch-eager"]
    ended = python("-m", "benchmarks.agreement", "compare", "--json", *map(str, [wrong, *right]))
    assert ended.returncode == 1
    culprits = {each["stack"]: each["reasons"] for each in json.loads(ended.stdout)}
    assert culprits["keras-tensorflow"] == culprits["tensorflow-graph"] == []
    assert any(reason in each for each in culprits["pytorch-eager"])


def test_a_file_that_is_no_record_is_named(tmp_path: Path) -> None:
    broken = tmp_path / "broken.npz"
    broken.write_text("nothing")
    ended = python("-m", "benchmarks.agreement", "compare", str(broken))
    assert ended.returncode == 2
    assert str(broken) in ended.stderr
    assert "Traceback" not in ended.stderr


def test_several_tasks_are_recorded_by_one_process_and_failures_do_not_stop_it(
    altered: Callable[[str, str, str], Path], tmp_path: Path
) -> None:
    folder = altered("tasks/mlp_mnist/pytorch.py", "nn.Linear(512, 10)", "nn.Linear(512, 'ten')")
    into = tmp_path / "records"
    into.mkdir()
    chosen = ("--task", "mlp-mnist", "--task", "cnn-cifar", "--threads", "1", "--into", str(into))
    ended = python("-m", "benchmarks.agreement", "--stack", "pytorch-eager", *chosen, folder=folder)
    assert ended.returncode == 0, ended.stderr
    failed = json.loads(ended.stdout.strip().splitlines()[-1])
    assert list(failed) == ["mlp-mnist"]
    assert failed["mlp-mnist"].startswith("agreement could not be checked: TypeError: ")
    assert [path.name for path in into.iterdir()] == ["pytorch-eager.cnn-cifar.npz"]


def test_one_file_holds_one_task(tmp_path: Path) -> None:
    place = ("--out", str(tmp_path / "a.npz"))
    ended = python("-m", "benchmarks.agreement", "--stack", "pytorch-eager", *place)
    assert ended.returncode == 2
    assert "--into" in ended.stderr
