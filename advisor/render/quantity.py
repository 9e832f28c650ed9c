"""A value with its interval as text, with no more digits than the interval supports."""

import math
from dataclasses import dataclass

__all__ = ["Quantity", "fitting_unit", "quantity", "time_unit"]

#: The first that a time reaches suits it; the last one takes whatever is smaller.
TIME_UNITS = ((1.0, "s"), (1e-3, "ms"), (1e-6, "µs"))

#: The same for the other units that are measured; a unit that is not here stays as it is.
UNITS = {
    "s": TIME_UNITS,
    "bytes": ((1e9, "GB"), (1e6, "MB"), (1e3, "kB"), (1.0, "B")),
    "share": ((1e-2, "%"),),
}

#: A narrow interval supports many digits, but nobody reads more than these.
SIGNIFICANT = 3


#: From here on an end of an interval says no more than how large it is.
LONGEST = 1e6


@dataclass(frozen=True)
class Quantity:
    """A value and the ends of its interval as text, all in `unit` (empty for a ratio)."""

    value: str
    low: str
    high: str
    unit: str


def quantity(value: float, low: float, high: float, unit: str) -> Quantity | None:
    """The three in the unit that suits the value; None unless all are finite.

    Seconds are scaled to s, ms or µs, bytes to GB, MB, kB or B, and shares to %; any other unit
    stays as it is.
    """
    if not all(map(math.isfinite, (value, low, high))):
        return None
    scale, unit = fitting_unit(value, unit)
    decimals = _decimals(value / scale, (high - low) / scale / 2)
    value_text, low_text, high_text = (_rounded(x / scale, decimals) for x in (value, low, high))
    return Quantity(value_text, low_text, high_text, unit)


def time_unit(seconds: float) -> tuple[float, str]:
    """The unit that suits a time, and how many seconds it has."""
    return fitting_unit(seconds, "s")


def fitting_unit(value: float, unit: str) -> tuple[float, str]:
    """The unit that suits a value in `unit`, and how many of `unit` it has."""
    steps = UNITS.get(unit, ((1.0, unit),))
    return next((step for step in steps if abs(value) >= step[0]), steps[-1])


def _decimals(value: float, half_width: float) -> int:
    """Down to the digit that the interval's half width makes doubtful, if that is worth reading.

    A third of the half width, so that 41 stays 41 beside "41 ± 12" and does not become 40. However
    doubtful it is, the value's first digit stays.
    """
    size = math.floor(math.log10(abs(value))) if value else 0
    worth = SIGNIFICANT - 1 - size
    if half_width <= 0:
        return worth
    return max(-size, min(worth, -math.floor(math.log10(half_width / 3))))


def _rounded(number: float, decimals: int) -> str:
    if abs(number) >= LONGEST:
        return f"{number:.0e}"
    return f"{round(number, decimals):.{max(0, decimals)}f}"
