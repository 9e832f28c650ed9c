"""Ranges around a common line: how far each uncertainty, alone, can move a lead.

The line in the middle is the lead as it stands; left of zero another framework leads, and that
part of a range takes the other's colour.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain

import altair as alt
from markupsafe import Markup

from advisor.render.charts.canvas import (
    INK,
    MUTED,
    WIDTH,
    Align,
    Row,
    Word,
    across,
    across_to,
    down,
    down_to,
    drawn,
    hue,
    layer,
    painted,
    placed,
    row_names,
)

__all__ = ["Part", "SpanRow", "spans"]

STEP, BAR = 36, 12

#: Places on the axis and what they are called.
Named = tuple[tuple[float, str], ...]


@dataclass(frozen=True)
class Part:
    """A piece of a range and the framework that leads there."""

    low: float
    high: float
    framework: str


@dataclass(frozen=True)
class SpanRow:
    """What is uncertain, the range in words, and its pieces from left to right."""

    label: str
    remark: str
    parts: tuple[Part, ...]


def spans(
    rows: Sequence[SpanRow],
    *,
    middle: float,
    zero: str,
    now: str,
    id: str,
    title: str,
    description: str,
) -> Markup:
    """Per row a range of leads; `middle` is the lead as it stands, `zero` and `now` name lines."""
    names: list[tuple[float, str, str]] = []
    bars: list[Row] = []
    for index, row in enumerate(rows):
        names.append((index * STEP + 11, row.label, row.remark))
        top = index * STEP + 17
        bars.extend(
            {
                "x": part.low,
                "x2": part.high,
                "y": top,
                "y2": top + BAR,
                "colour": hue(part.framework),
            }
            for part in row.parts
        )
    low, high = _ends([value for bar in bars for value in (bar["x"], bar["x2"])], middle)
    named = ((0.0, zero), (middle, now))
    return drawn(
        chain(_rectangles(bars, low, high), _lines(len(rows), named, low, high)),
        chain(row_names(names), _line_names(named, low, high, len(rows) * STEP + 11)),
        height=len(rows) * STEP + 16,
        id=id,
        title=title,
        description=description,
    )


def _ends(values: Sequence[float], middle: float) -> tuple[float, float]:
    """The ends of the axis: all ranges, the lead and zero, with room for a line at either end."""
    low, high = min(0.0, middle, *values), max(0.0, middle, *values)
    room = (high - low) * 0.02 or 1.0
    return low - room, high + room


def _x(field: str, low: float, high: float) -> alt.X:
    return across(field, low, high, left=1, right=WIDTH - 1)


def _rectangles(bars: Sequence[Row], low: float, high: float) -> Iterator[alt.Chart]:
    mark = layer(bars).mark_rect(fillOpacity=0.34, strokeWidth=1, cornerRadius=1.5)
    yield mark.encode(
        x=_x("x", low, high),
        x2=across_to(),
        y=down(),
        y2=down_to(),
        fill=painted("colour", alt.Fill),
        stroke=painted("colour", alt.Stroke),
    )


def _lines(count: int, named: Named, low: float, high: float) -> Iterator[alt.Chart]:
    """A short line over every bar at each place."""
    for (place, _), dash, colour in zip(named, ([2, 2], [1, 0]), (MUTED, INK), strict=True):
        lines = [
            {"x": place, "y": index * STEP + 15, "y2": index * STEP + 19 + BAR}
            for index in range(count)
        ]
        mark = layer(lines).mark_rule(color=colour, strokeWidth=1.5, strokeDash=dash)
        yield mark.encode(x=_x("x", low, high), y=down(), y2=down_to())


def _line_names(named: Named, low: float, high: float, y: float) -> Iterator[Word]:
    """A name below each line, on the side where it stays inside the chart."""
    for place, name in named:
        x = placed(place, low, high, left=1, right=WIDTH - 1)
        share = x / WIDTH
        align: Align = "left" if share < 0.1 else "right" if share > 0.9 else "center"
        yield Word(x, y, name, size=10, colour=MUTED, align=align)
