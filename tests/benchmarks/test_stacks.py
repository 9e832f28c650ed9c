"""A stack is alone in its process, obeys its thread budget, and trains."""

import pytest

from benchmarks import stacks
from tests.benchmarks.conftest import STACKS, Lab, python

CROWD = """
import sys, types
from benchmarks import stacks
sys.modules["jax"] = types.ModuleType("jax")
stacks.open_stack("pytorch-eager", 1)
"""


def test_listing_the_stacks_loads_no_framework() -> None:
    assert set(STACKS) <= set(stacks.STACKS)
    script = "import benchmarks.stacks as s, sys; sys.exit(bool(s.foreign_frameworks(None)))"
    assert python("-c", script).returncode == 0


def test_nothing_that_was_compiled_before_is_taken_from_disk() -> None:
    script = """
import sys
from benchmarks import stacks
stacks.open_stack("pytorch-compile", 1)
sys.exit(not sys.modules["torch"].compiler.config.force_disable_caches)
"""
    assert python("-c", script).returncode == 0


def test_the_compiler_is_started_before_a_task_is_timed() -> None:
    script = """
import sys
from benchmarks import stacks, tasks
from torch._dynamo.utils import counters
stack = stacks.open_stack("pytorch-compile", 1)
trainer = stack.trainer(tasks.task("mlp-mnist"), "adam")
sys.exit(not counters["stats"]["unique_graphs"] == 1 or trainer.traces() != 0)
"""
    assert python("-c", script).returncode == 0


def test_threads_are_read_back(lab: Lab) -> None:
    for stack, report in lab.reports.items():
        assert report["threads"] == {"threads": 1, "interop_threads": 1}, stack
        assert report["flags"]["threads"] == 1, stack
        assert report["versions"], stack


def test_only_its_own_framework_is_loaded(lab: Lab) -> None:
    assert [report["foreign"] for report in lab.reports.values()] == [[], [], []]


def test_the_timed_step_learns_alike_in_all(lab: Lab) -> None:
    # Keras and TensorFlow write Adam's epsilon into another formula, so PyTorch is only close.
    losses = [report["losses"] for report in lab.reports.values()]
    assert losses[0] == pytest.approx(losses[1], rel=1e-4)
    assert losses[0][-1] < 0.5 * losses[0][0]
    for other in losses[1:]:
        assert other == pytest.approx(losses[0], rel=1e-2)


def test_company_is_refused() -> None:
    ended = python("-c", CROWD)
    assert ended.returncode != 0
    assert "this process also holds jax" in ended.stderr
