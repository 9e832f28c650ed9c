"""Student's quantiles and intervals against SciPy, and the methods that were not chosen."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from advisor.summarize import precision, student
from advisor.summarize.estimate import estimate, held
from tests.intervals import METHODS, coverage


@pytest.mark.parametrize("miss", [0.05, 0.05 / 3, 0.05 / 36])
def test_quantiles_agree_with_scipy(miss: float) -> None:
    for freedom in (1, 2, 2.7, 4, 6.3, 9, 17.2, 29.9, 30, 45, 1000):
        assert student(freedom, miss) == pytest.approx(stats.t.isf(miss / 2, freedom), rel=4e-3)
    assert student(1.5, miss) >= stats.t.isf(miss / 2, 1.5)


values = st.lists(st.floats(-1e3, 1e3), min_size=2, max_size=12)


@given(values)
def test_intervals_are_scipys(found: list[float]) -> None:
    if np.std(found) < 1e-6:
        return
    expected = stats.t.interval(0.95, len(found) - 1, loc=np.mean(found), scale=stats.sem(found))
    width = expected[1] - expected[0]
    low, high = estimate(found).interval()
    assert low == pytest.approx(expected[0], abs=4e-3 * width)
    assert high == pytest.approx(expected[1], abs=4e-3 * width)


@given(values, values)
def test_differences_are_welchs(mine: list[float], theirs: list[float]) -> None:
    if np.std(mine) < 1e-3 or np.std(theirs) < 1e-3:
        return
    apart = estimate(mine).minus(estimate(theirs))
    expected = stats.ttest_ind(mine, theirs, equal_var=False)
    assert apart.freedom == pytest.approx(expected.df, rel=1e-6)
    assert apart.centre / np.sqrt(apart.squared_error) == pytest.approx(expected.statistic)


def test_an_interval_is_widened_and_never_moved() -> None:
    assert held(5.0, (1.0, 2.0)) == (1.0, 5.0)
    assert held(1.5, (1.0, 2.0)) == (1.0, 2.0)
    assert held(0.5, (1.0, 2.0)) == (0.5, 2.0)


def test_precision_is_half_the_width() -> None:
    assert precision(1.0, 1.0) == 0
    assert precision(1 / 1.05, 1.05) == pytest.approx(0.05)


@pytest.mark.parametrize("processes", [3, 5])
def test_no_bootstrap_holds_more_with_less(processes: int) -> None:
    """The reason why there is none: `python -m tests.intervals` prints the whole comparison."""
    held_by, widths = coverage("Student", "even", processes, trials=1000)
    assert 0.93 <= held_by <= 0.97
    for method in METHODS.keys() - {"Student", "hierarchical bootstrap-t"}:
        found, width = coverage(method, "even", processes, trials=500)
        assert found < 0.93 or width > widths, method
