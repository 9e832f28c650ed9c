"""The rule of the gate, on arrays small enough to check by hand."""

from pathlib import Path

import numpy as np
import pytest

from benchmarks.comparison import Record, compare, read, relative_distance, table


def a_record(stack: str, *, forward: float = 1.0, digest: str = "d", weights: int = 2) -> Record:
    arrays = {
        "forward": np.full(4, forward, np.float32),
        "gradient/dense/kernel": np.ones(2, np.float32),
        "weights/dense/kernel": np.ones(weights, np.float32),
    }
    return Record(stack, "mlp-mnist", "synthetic", digest, 0.5, arrays)


def test_relative_distance_is_over_the_size_of_the_reference() -> None:
    one, other = np.array([3.0, 4.0], np.float32), np.array([3.0, 5.0], np.float32)
    assert relative_distance([(one, other)]) == pytest.approx(1 / 34**0.5)


def test_shapes_that_differ_are_infinitely_far() -> None:
    assert relative_distance([(np.ones(2, np.float32), np.ones(3, np.float32))]) == float("inf")


@pytest.mark.parametrize("wrong", [1.001, float("nan"), float("inf")])
def test_the_one_that_differs_is_found_and_the_others_pass(wrong: float) -> None:
    findings = compare([a_record("a", forward=wrong), a_record("b"), a_record("c")])
    assert [each.passed for each in findings] == [False, True, True]
    assert "forward differs" in table(findings)


def test_other_data_is_no_comparison() -> None:
    findings = compare([a_record("a"), a_record("b", digest="other")])
    assert any("other data" in reason for each in findings for reason in each.reasons)


def test_another_number_of_parameters_is_said() -> None:
    findings = compare([a_record("a"), a_record("b"), a_record("c", weights=3)])
    assert "3 parameters instead of 2" in findings[2].reasons


def test_a_record_survives_its_file(tmp_path: Path) -> None:
    a_record("a").save(tmp_path / "a.npz")
    found = read(tmp_path / "a.npz")
    assert (found.stack, found.task, found.loss) == ("a", "mlp-mnist", 0.5)
    assert found.arrays.keys() == a_record("a").arrays.keys()
