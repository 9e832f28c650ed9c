from pathlib import Path

import pytest

from advisor.measure import Profile, plan
from tests.measure.laboratories import KERAS, PYTORCH

THREE = (PYTORCH, KERAS, PYTORCH.model_copy(update={"id": "pytorch-compile"}))


def test_stacks_are_neighbours_and_the_order_rotates() -> None:
    replicates = plan(
        THREE, ["a"], folder=Path("f"), phases=["startup", "train", "predict"],
        profile=Profile(replicates=3, wait_seconds=0),
    )  # fmt: skip
    order = [(each.index, each.group, each.stack.split("-")[-1]) for each in replicates]
    assert order[:6] == [
        (0, "startup", "eager"), (0, "startup", "tensorflow"), (0, "startup", "compile"),
        (0, "train-predict", "eager"), (0, "train-predict", "tensorflow"),
        (0, "train-predict", "compile"),
    ]  # fmt: skip
    assert [stack for index, _, stack in order if index == 1][:3] == [
        "tensorflow", "compile", "eager",
    ]  # fmt: skip
    assert len({each.out for each in replicates}) == len(replicates) == 18


def test_the_command_names_suites_stack_and_tasks() -> None:
    profile = Profile(replicates=1, wait_seconds=0, arguments=("--quick-rounds",))
    (one,) = plan((PYTORCH,), ["a", "b"], folder=Path("f"), phases=["train"], profile=profile)
    words = " ".join(one.arguments)
    assert words.startswith("-m pytest -c benchmarks/pytest.ini")
    assert "benchmarks/test_train.py --stack pytorch-eager --task a --task b" in words
    assert words.endswith("--quick-rounds")
    assert one.out == Path("f/pytorch-eager-train-0.json")
    assert one.timeout_seconds > one.expected_seconds > 0


def test_refused_tasks_are_left_out_and_empty_processes_too() -> None:
    refused = {("pytorch-eager", "a"), ("keras-tensorflow", "a"), ("keras-tensorflow", "b")}
    replicates = plan(
        (PYTORCH, KERAS), ["a", "b"], folder=Path("f"), phases=["train"], refused=refused
    )
    assert {(each.stack, each.tasks) for each in replicates} == {("pytorch-eager", ("b",))}


def test_measurements_name_every_metric() -> None:
    (one,) = plan(
        (PYTORCH,), ["a"], folder=Path("f"), phases=["predict"],
        profile=Profile(replicates=1, wait_seconds=0),
    )  # fmt: skip
    assert one.measurements == (
        ("a", "predict", "latency-seconds"),
        ("a", "predict", "batch-seconds"),
    )


def test_an_unknown_phase_is_an_error() -> None:
    with pytest.raises(KeyError):
        plan((PYTORCH,), ["a"], folder=Path("f"), phases=["dream"])
