"""Bars whose segments share a whole: scores, or how often each place is taken."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Literal

import altair as alt
from markupsafe import Markup

from advisor.render.charts.canvas import (
    INK,
    PAPER,
    WIDTH,
    Row,
    Word,
    across,
    across_to,
    down,
    down_to,
    drawn,
    fits,
    hue,
    layer,
    painted,
    row_names,
)

__all__ = ["SHADES", "Segment", "ShareRow", "share_bars"]

Shade = Literal["full", "half", "light"]
SHADES: dict[Shade, float] = {"full": 1.0, "half": 0.34, "light": 0.1}


@dataclass(frozen=True)
class Segment:
    """A part of a whole bar, 0 to 1; `framework` is None for what belongs to nobody.

    Of `labels`, the longest first, the first one that fits is shown.
    """

    share: float
    labels: tuple[str, ...]
    framework: str | None
    shade: Shade = "full"


@dataclass(frozen=True)
class ShareRow:
    """One bar: its name, a remark at its right end, and its segments from left to right."""

    label: str
    remark: str
    segments: tuple[Segment, ...]


def share_bars(rows: Sequence[ShareRow], *, id: str, title: str, description: str) -> Markup:
    """Stacked bars from 0 to 1, each segment labelled where the label fits into it."""
    step, bar = 46, 18
    names: list[tuple[float, str, str]] = []
    parts: list[Row] = []
    for index, row in enumerate(rows):
        names.append((index * step + 13, row.label, row.remark))
        parts.extend(_parts(row, top=index * step + 20, bottom=index * step + 20 + bar))
    return drawn(
        _rectangles(parts),
        chain(row_names(names), _labels(parts)),
        height=len(rows) * step - 6,
        id=id,
        title=title,
        description=description,
    )


def _parts(row: ShareRow, *, top: float, bottom: float) -> Iterator[Row]:
    start = 0.0
    for segment in row.segments:
        end = start + segment.share
        owned, colour = segment.framework is not None, hue(segment.framework)
        yield {
            "x": start,
            "x2": end,
            "y": top,
            "y2": bottom,
            "middle": (top + bottom) / 2,
            "label": _fitting(segment),
            "owned": owned,
            "colour": colour,
            "opacity": SHADES[segment.shade] if owned else 0.0,
            "ink": PAPER if owned and segment.shade == "full" else INK,
        }
        start = end


def _fitting(segment: Segment) -> str:
    room = segment.share * WIDTH - 10
    return next((label for label in segment.labels if fits(label, room)), "")


def _x() -> alt.X:
    return across("x", 0, 1, left=0, right=WIDTH)


def _rectangles(parts: Sequence[Row]) -> Iterator[alt.Chart]:
    for owned, dash in ((True, [1, 0]), (False, [3, 3])):
        mark = layer([part for part in parts if part["owned"] == owned]).mark_rect(
            strokeWidth=1, strokeDash=dash, cornerRadius=1.5, xOffset=1, x2Offset=-1
        )
        yield mark.encode(
            x=_x(),
            x2=across_to(),
            y=down(),
            y2=down_to(),
            fill=painted("colour", alt.Fill),
            stroke=painted("colour", alt.Stroke),
            fillOpacity=alt.FillOpacity(field="opacity", type="quantitative", scale=None),
        )


def _labels(parts: Sequence[Row]) -> Iterator[Word]:
    for part in parts:
        if part["label"]:
            x, middle = part["x"] * WIDTH + 6, part["middle"] + 0.3 * 11
            yield Word(x, middle, part["label"], size=11, colour=part["ink"])
