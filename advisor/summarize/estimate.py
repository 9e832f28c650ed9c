"""How surely a few processes know a value: Student's interval, on the scale that suits the unit."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist
from typing import Any

import numpy as np

__all__ = ["LONE_FACTOR", "MISS", "Estimate", "estimate", "held", "precision", "student"]

#: How often an interval, or all intervals of one comparison together, may miss the truth.
MISS = 0.05

#: Two processes of one unchanged step were seen to differ this much: what one process leaves open.
LONE_FACTOR = 2.0

Values = np.ndarray[Any, np.dtype[np.float64]]


@dataclass(frozen=True)
class Estimate:
    """A mean, its squared standard error and the degrees of freedom behind it."""

    centre: float
    squared_error: float
    freedom: float

    def interval(self, miss: float = MISS) -> tuple[float, float]:
        """The interval about the mean that misses the truth in a share `miss`."""
        reach = student(self.freedom, miss) * math.sqrt(self.squared_error)
        return self.centre - reach, self.centre + reach

    def minus(self, other: Estimate) -> Estimate:
        """The difference from an independent estimate, with Welch's degrees of freedom."""
        squared = self.squared_error + other.squared_error
        parts = self.squared_error**2 / self.freedom + other.squared_error**2 / other.freedom
        freedom = squared**2 / parts if parts else self.freedom + other.freedom
        return Estimate(self.centre - other.centre, squared, freedom)


def estimate(values: Sequence[float] | Values) -> Estimate:
    """The mean of at least two independent values."""
    array = np.asarray(values, dtype=float)
    squared = float(array.var(ddof=1)) / len(array)
    return Estimate(float(array.mean()), squared, len(array) - 1)


def held(value: float, interval: tuple[float, float]) -> tuple[float, float]:
    """The interval, widened to hold `value` in the rare case that it does not."""
    low, high = interval
    return min(low, value), max(high, value)


def precision(low: float, high: float) -> float:
    """Half the width of an interval of times or ratios: 0.05 is "give or take 5 %"."""
    return math.sqrt(high / low) - 1.0


def student(freedom: float, miss: float = MISS) -> float:
    """The quantile of Student's distribution that is exceeded, either way, in a share `miss`.

    Hill, Algorithm 396, Communications of the ACM 13 (1970); below 2 degrees of freedom the value
    for 1, which is too large rather than too small.
    """
    if freedom < 2:
        return 1.0 / math.tan(miss * math.pi / 2)
    if freedom == 2:
        return math.sqrt(2.0 / (miss * (2.0 - miss)) - 2.0)
    a = 1.0 / (freedom - 0.5)
    b = 48.0 / (a * a)
    c = ((20700.0 * a / b - 98.0) * a - 16.0) * a + 96.36
    d = ((94.5 / (b + c) - 3.0) / b + 1.0) * math.sqrt(a * math.pi / 2) * freedom
    y = (d * miss) ** (2.0 / freedom)
    expand = _near_the_middle if y > 0.05 + a else _far_in_the_tail
    return math.sqrt(freedom * expand(freedom, miss, a, b, c, d, y))


def _near_the_middle(
    freedom: float, miss: float, a: float, b: float, c: float, d: float, _y: float
) -> float:
    """An expansion about the normal distribution."""
    x = NormalDist().inv_cdf(miss / 2)
    y = x * x
    if freedom < 5:
        c += 0.3 * (freedom - 4.5) * (x + 0.6)
    c += (((0.05 * d * x - 5.0) * x - 7.0) * x - 2.0) * x + b
    y = (((((0.4 * y + 6.3) * y + 36.0) * y + 94.5) / c - y - 3.0) / b + 1.0) * x
    return math.expm1(a * y * y)


def _far_in_the_tail(
    freedom: float, _miss: float, _a: float, _b: float, _c: float, d: float, y: float
) -> float:
    """An expansion about the distribution's tail."""
    inner = 1.0 / (((freedom + 6.0) / (freedom * y) - 0.089 * d - 0.822) * (freedom + 2.0) * 3.0)
    outer = (inner + 0.5 / (freedom + 4.0)) * y - 1.0
    return outer * (freedom + 1.0) / (freedom + 2.0) + 1.0 / y
