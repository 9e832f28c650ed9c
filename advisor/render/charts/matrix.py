"""Levels of several frameworks against the level that is asked for: who meets which must-have."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain

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
    hue,
    layer,
    painted,
    row_names,
    shape,
)

__all__ = ["LevelMark", "LevelRow", "level_matrix"]

STEP, BOX, HIGH = 46, 15, 9


@dataclass(frozen=True)
class LevelMark:
    """A framework's level, 0 to 4 or None while unknown, and in a word what comes of it."""

    framework: str
    level: int | None
    word: str


@dataclass(frozen=True)
class LevelRow:
    """One must-have: its name and least level, and every framework's mark."""

    label: str
    remark: str
    least: int
    marks: tuple[LevelMark, ...]


def level_matrix(rows: Sequence[LevelRow], *, id: str, title: str, description: str) -> Markup:
    """Per row and framework four boxes, filled up to its level, and a line where it must reach."""
    names = [(index * STEP + 11, row.label, row.remark) for index, row in enumerate(rows)]
    places = [
        (mark, row.least, column * WIDTH / len(row.marks), index * STEP + 18)
        for index, row in enumerate(rows)
        for column, mark in enumerate(row.marks)
    ]
    boxes = [box for mark, _, x, y in places for box in _boxes(mark, x + 16, y)]
    limits = [
        {"x": x + 16 + least * (BOX + 2) - 1, "y": y - 3, "y2": y + HIGH + 3}
        for _, least, x, y in places
    ]
    words = [Word(x + 16, y + HIGH + 13, mark.word, size=10) for mark, _, x, y in places]
    signs = [_sign(mark.framework, x + 6, y + HIGH / 2) for mark, _, x, y in places]
    return drawn(
        chain(_rectangles(boxes), _limits(limits), _signs(signs)),
        chain(row_names(names), words),
        height=len(rows) * STEP,
        id=id,
        title=title,
        description=description,
    )


def _boxes(mark: LevelMark, left: float, top: float) -> Iterator[Row]:
    for place in range(4):
        x = left + place * (BOX + 2)
        yield {
            "x": x,
            "x2": x + BOX,
            "y": top,
            "y2": top + HIGH,
            "colour": hue(mark.framework),
            "fill": hue(mark.framework) if place < (mark.level or 0) else PAPER,
            "known": mark.level is not None,
        }


def _sign(framework: str, x: float, y: float) -> Row:
    return {"x": x, "y": y, "colour": hue(framework), "shape": shape(framework)}


def _x() -> alt.X:
    return across("x", 0, WIDTH, left=0, right=WIDTH)


def _rectangles(boxes: Sequence[Row]) -> Iterator[alt.Chart]:
    for known, dash in ((True, [1, 0]), (False, [2, 2])):
        found = [box for box in boxes if box["known"] == known]
        mark = layer(found).mark_rect(strokeWidth=1, strokeDash=dash)
        yield mark.encode(
            x=_x(),
            x2=across_to(),
            y=down(),
            y2=down_to(),
            fill=painted("fill", alt.Fill),
            stroke=painted("colour", alt.Stroke),
        )


def _limits(limits: Sequence[Row]) -> Iterator[alt.Chart]:
    mark = layer(limits).mark_rule(color=INK, strokeWidth=2)
    yield mark.encode(x=_x(), y=down(), y2=down_to())


def _signs(signs: Sequence[Row]) -> Iterator[alt.Chart]:
    mark = layer(signs).mark_point(size=70, opacity=1, stroke=PAPER, strokeWidth=0)
    colour, outline = painted("colour", alt.Fill), painted("shape", alt.Shape)
    yield mark.encode(x=_x(), y=down(), fill=colour, shape=outline)
