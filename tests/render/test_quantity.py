"""No more digits than the interval supports."""

import math

import pytest

from advisor.render.quantity import quantity


@pytest.mark.parametrize(
    ("value", "low", "high", "shown"),
    [
        (0.04137, 0.0401, 0.0427, "41.4 ms, 40.1 to 42.7"),
        (0.04137, 0.031, 0.055, "41 ms, 31 to 55"),
        (0.341, 0.25, 0.45, "340 ms, 250 to 450"),
        (0.0104, 1e-6, 480.0, "10 ms, 0 to 480000"),
        (0.0104, 1e-6, 6e24, "10 ms, 0 to 6e+27"),
        (2.5, 2.5, 2.5, "2.50 s, 2.50 to 2.50"),
        (3.2e-7, 3.1e-7, 3.3e-7, "0.320 µs, 0.310 to 0.330"),
        (0.0, 0.0, 0.0, "0.00 µs, 0.00 to 0.00"),
    ],
)
def test_times_take_a_fitting_unit(value: float, low: float, high: float, shown: str) -> None:
    text = quantity(value, low, high, "s")
    assert text
    assert f"{text.value} {text.unit}, {text.low} to {text.high}" == shown


def test_other_units_stay_as_they_are() -> None:
    text = quantity(1.2683, 1.2682, 1.2684, "")
    assert text
    assert (text.value, text.low, text.high, text.unit) == ("1.27", "1.27", "1.27", "")


@pytest.mark.parametrize("odd", [math.nan, math.inf, -math.inf])
def test_what_is_not_finite_has_no_text(odd: float) -> None:
    assert quantity(1.0, 0.9, odd, "s") is None
    assert quantity(odd, 0.9, 1.0, "s") is None
