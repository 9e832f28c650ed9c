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
    "transformer-text": 845_121,
    "gpt-small": 826_208,
    "dynamic-tree": 8_641,
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
    ("file", "old", "new", "reason"),
    [
        (
            "tasks/cnn_cifar/pytorch.py",
            "nn.Conv2d(64, 64, 3, padding=1)",
            "nn.Conv2d(64, 64, 3, padding=0)",
            "forward differs",
        ),
        (
            "tasks/resnet_cifar/pytorch.py",
            "momentum=0.1",
            "momentum=0.01",
            "weights differs",
        ),
        (
            "tasks/lstm_sentiment/pytorch.py",
            'zeros_(self.lstm.get_parameter("bias_hh_l0"))',
            'ones_(self.lstm.get_parameter("bias_hh_l0"))',
            "forward differs",
        ),
        (
            "tasks/timeseries_conv/pytorch.py",
            "padding=dilation, dilation=dilation",
            "padding=1, dilation=1",
            "forward differs",
        ),
        (
            "tasks/mlp_mnist/pytorch.py",
            "nn.Linear(512, 10)",
            "nn.Linear(512, 10, bias=False)",
            "669696 parameters instead of 669706",
        ),
        (
            "tasks/mlp_mnist/pytorch.py",
            "functional.cross_entropy(logits, labels)",
            "functional.cross_entropy(logits, labels, label_smoothing=0.01)",
            "gradient differs",
        ),
        (
            "tasks/transformer_text/pytorch.py",
            "layer_norm_eps=1e-5",
            "layer_norm_eps=1e-3",
            "forward differs",
        ),
        (
            "tasks/transformer_text/tensorflow.py",
            "query.shape[-1] ** 0.5",
            "key.shape[-2] ** 0.5",
            "forward differs",
        ),
        (
            "tasks/gpt_small/pytorch.py",
            "attn_mask=later, is_causal=True",
            "attn_mask=None, is_causal=False",
            "weights differs",
        ),
        (
            "tasks/gpt_small/pytorch.py",
            "functional.gelu(self.dense1(self.norm2(x)))",
            'functional.gelu(self.dense1(self.norm2(x)), approximate="tanh")',
            "gradient differs",
        ),
        (
            "tasks/dynamic_tree/pytorch.py",
            "self(embedded, children, left)",
            "self(embedded, children, right)",
            "forward differs",
        ),
    ],
)
def test_another_model_is_refused(
    lab: Lab,
    altered: Callable[[str, str, str], Path],
    tmp_path: Path,
    file: str,
    old: str,
    new: str,
    reason: str,
) -> None:
    task = Path(file).parent.name.replace("_", "-")
    culprit = next(stack for stack in STACKS if stack.startswith(Path(file).stem))
    wrong = record(culprit, task, tmp_path / "wrong.npz", folder=altered(file, old, new))
    right = [lab.records[stack, task] for stack in STACKS if stack != culprit]
    ended = python("-m", "benchmarks.agreement", "compare", "--json", *map(str, [wrong, *right]))
    assert ended.returncode == 1
    reasons = {each["stack"]: each["reasons"] for each in json.loads(ended.stdout)}
    assert any(reason in each for each in reasons.pop(culprit))
    assert list(reasons.values()) == [[], []]


def test_all_write_the_same_text(lab: Lab) -> None:
    texts = [report["text"] for report in lab.reports.values()]
    assert texts[0] == texts[1] == texts[2]
    assert [len(text) for text in texts[0]] == [32] * 4
    # One character for ever would be the same in all, whatever the loop does.
    assert len({character for text in texts[0] for character in text}) > 4


def test_one_command_checks_many_and_says_who_refuses(
    altered: Callable[[str, str, str], Path],
) -> None:
    broken = altered("tasks/tabular_churn/tensorflow.py", "return Network()", "return 1 / 0")
    spec = broken / "benchmarks/tasks/dynamic_tree/spec.py"
    spec.write_text(spec.read_text().replace('"keras-jax":', '"pytorch-eager":'))
    chosen = ("--task=dynamic-tree", "--task=tabular-churn", "--threads=1")
    stacks = ("--stack=tensorflow-graph", "--stack=pytorch-eager")
    ended = python("-m", "benchmarks.agreement", "all", *stacks, *chosen, folder=broken)
    assert ended.returncode == 1, ended.stderr
    lines = [line.split(maxsplit=2) for line in ended.stdout.splitlines()[1:]]
    said = {(task, stack): rest for task, stack, rest in lines}
    assert "agrees" in said["dynamic-tree", "tensorflow-graph"]
    assert "agrees" in said["tabular-churn", "pytorch-eager"]
    assert said["dynamic-tree", "pytorch-eager"].startswith("refused: JAX cannot")
    assert said["tabular-churn", "tensorflow-graph"].startswith("failed: ZeroDivisionError")


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
    (absence,) = json.loads(ended.stdout.strip().splitlines()[-1])
    assert (absence["task"], absence["outcome"]) == ("mlp-mnist", "failed")
    assert absence["reason"].startswith("TypeError: ")
    assert [path.name for path in into.iterdir()] == ["pytorch-eager.cnn-cifar.npz"]


def test_one_file_holds_one_task(tmp_path: Path) -> None:
    place = ("--out", str(tmp_path / "a.npz"))
    ended = python("-m", "benchmarks.agreement", "--stack", "pytorch-eager", *place)
    assert ended.returncode == 2
    assert "--into" in ended.stderr
