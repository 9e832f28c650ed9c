"""Rows with a dot and its interval, on an axis that starts at zero."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any

import altair as alt
from markupsafe import Markup

from advisor.render.charts.canvas import (
    LINE,
    MUTED,
    PAPER,
    WIDTH,
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
    reach,
    row_names,
    shape,
)

__all__ = ["IntervalRow", "intervals", "ticks"]

#: Pixels that the numbers of the axis are high.
SMALL = 10


@dataclass(frozen=True)
class IntervalRow:
    """One stack: a dot at `value`, its interval, and `text` beside it; `faint` if unstable."""

    label: str
    framework: str
    value: float
    low: float
    high: float
    text: str
    faint: bool = False


def intervals(
    rows: Sequence[IntervalRow], *, id: str, title: str, description: str, unit: str
) -> Markup:
    """Per row a dot with its interval on an axis from zero; `unit` names the axis."""
    step = 40
    top = max((max(row.value, row.high) for row in rows), default=1.0) * 1.08
    marks = [_mark(row, y=index * step + 24) for index, row in enumerate(rows)]
    names = [(index * step + 11, row.label, row.text) for index, row in enumerate(rows)]
    middles = [mark["y"] for mark in marks]
    return drawn(
        chain(_axis(top, middles), _dots(marks, top)),
        chain(_numbers(top, unit, max(middles) + 20), row_names(names)),
        height=len(rows) * step + 8,
        id=id,
        title=title,
        description=description,
    )


def _mark(row: IntervalRow, *, y: float) -> Row:
    colour = hue(row.framework)
    return {
        "x": row.value,
        "low": row.low,
        "high": row.high,
        "y": y,
        "shape": shape(row.framework),
        "colour": colour,
        "fill": PAPER if row.faint else colour,
        "opacity": 0.55 if row.faint else 1.0,
    }


def _x(field: str, top: float) -> alt.X:
    return across(field, 0, top, left=8, right=WIDTH - 8)


def _axis(top: float, middles: Sequence[float]) -> Iterator[alt.Chart]:
    """Short ticks around each row's dot, so that no line crosses a name."""
    lines = [{"x": tick, "y": y - 7, "y2": y + 7} for y in middles for tick in ticks(top)]
    mark = layer(lines).mark_rule(color=LINE, strokeWidth=1)
    yield mark.encode(x=_x("x", top), y=down(), y2=down_to())


def _numbers(top: float, unit: str, y: float) -> Iterator[Word]:
    """A number below each tick, the last one with the unit and within the chart."""
    marked = ticks(top)
    units = [""] * (len(marked) - 1) + [f"\N{NO-BREAK SPACE}{unit}"]
    for tick, named in zip(marked, units, strict=True):
        x, text = placed(tick, 0, top, left=8, right=WIDTH - 8), f"{tick:g}{named}"
        inside = min(x, WIDTH - reach(text, SMALL) / 2)
        yield Word(inside, y, text, size=SMALL, colour=MUTED, align="center")


def ticks(top: float) -> list[float]:
    """Zero and two to four round numbers up to `top`."""
    power = 10.0 ** (len(str(int(top))) - 1) if top >= 1 else 0.1
    while power > top:
        power /= 10
    step = next(power * share for share in (2.0, 1.0, 0.5, 0.25) if power * share * 2.5 <= top)
    return [round(step * count, 9) for count in range(int(top / step) + 1)]


def _dots(marks: Sequence[Row], top: float) -> Iterator[alt.Chart]:
    line = layer(marks).mark_rule(strokeWidth=1.5)
    yield line.encode(x=_x("low", top), x2=across_to("high"), y=down(), **_stroked())
    ends = [
        {**mark, "x": mark[end], "y": mark["y"] - 4.5, "y2": mark["y"] + 4.5}
        for mark in marks
        for end in ("low", "high")
    ]
    cap = layer(ends).mark_rule(strokeWidth=1.5)
    yield cap.encode(x=_x("x", top), y=down(), y2=down_to(), **_stroked())
    dot = layer(marks).mark_point(strokeWidth=1.5, size=62, opacity=1)
    yield dot.encode(
        x=_x("x", top),
        y=down(),
        fill=painted("fill", alt.Fill),
        stroke=painted("colour", alt.Stroke),
        shape=painted("shape", alt.Shape),
    )


def _stroked() -> dict[str, Any]:
    opacity = alt.StrokeOpacity(field="opacity", type="quantitative", scale=None)
    return {"stroke": painted("colour", alt.Stroke), "strokeOpacity": opacity}
