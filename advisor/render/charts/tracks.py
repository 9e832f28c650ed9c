"""Tracks as long as a criterion's weight, with one lettered disc per framework on each."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain

import altair as alt
from markupsafe import Markup

from advisor.render.charts.canvas import (
    LINE,
    PAPER,
    WIDTH,
    Row,
    Word,
    across,
    across_to,
    down,
    drawn,
    hue,
    layer,
    painted,
    placed,
    row_names,
    shape,
)

__all__ = ["Disc", "DiscRow", "discs"]


@dataclass(frozen=True)
class Disc:
    """A framework's contribution and the letter that names it."""

    framework: str
    letter: str
    value: float


@dataclass(frozen=True)
class DiscRow:
    """One criterion: the track is as long as the most that it can contribute."""

    label: str
    most: float
    discs: tuple[Disc, ...]


def discs(rows: Sequence[DiscRow], *, id: str, title: str, description: str) -> Markup:
    """Per row a track and one lettered disc per framework; equal values stand above each other."""
    top = max((row.most for row in rows), default=1.0) * 1.02
    names: list[tuple[float, str, str]] = []
    tracks: list[Row] = []
    marks: list[Row] = []
    y = 0.0
    for row in rows:
        spread = list(_spread(row, top))
        half = max((mark["y"] for mark in spread), default=0.0) + 11
        names.append((y + 12, row.label, ""))
        tracks.append({"x": 0.0, "x2": row.most, "y": y + 16 + half})
        marks.extend({**mark, "y": mark["y"] + y + 16 + half} for mark in spread)
        y += 18 + 2 * half
    x = across("x", 0, top, left=9, right=WIDTH - 9)
    return drawn(
        chain(_lines(tracks, x), _points(marks, x)),
        chain(row_names(names), _letters(marks, top)),
        height=y,
        id=id,
        title=title,
        description=description,
    )


def _lines(tracks: Sequence[Row], x: alt.X) -> Iterator[alt.Chart]:
    track = layer(tracks).mark_rule(color=LINE, strokeWidth=3, strokeCap="round")
    yield track.encode(x=x, x2=across_to(), y=down())


def _spread(row: DiscRow, top: float) -> Iterator[Row]:
    """The row's discs around its middle line; those that would cover each other move apart."""
    scale = (WIDTH - 18) / top
    for cluster in _clusters(
        sorted(row.discs, key=lambda disc: (disc.value, disc.framework)), scale
    ):
        for place, disc in enumerate(cluster):
            y = (place - (len(cluster) - 1) / 2) * 15.5
            outline = shape(disc.framework)
            yield {
                "letter": disc.letter,
                "x": disc.value,
                "y": y,
                "shape": outline,
                "size": 270 if outline == "diamond" else 190,
                "colour": hue(disc.framework),
            }


def _clusters(ordered: Sequence[Disc], scale: float) -> list[list[Disc]]:
    found: list[list[Disc]] = []
    for disc in ordered:
        if found and (disc.value - found[-1][-1].value) * scale < 14:
            found[-1].append(disc)
        else:
            found.append([disc])
    return found


def _points(marks: Sequence[Row], x: alt.X) -> Iterator[alt.Chart]:
    point = layer(marks).mark_point(opacity=1, stroke=PAPER, strokeWidth=1.5)
    yield point.encode(
        x=x,
        y=down(),
        fill=painted("colour", alt.Fill),
        shape=painted("shape", alt.Shape),
        size=alt.Size(field="size", type="quantitative", scale=None),
    )


def _letters(marks: Sequence[Row], top: float) -> Iterator[Word]:
    for mark in marks:
        x = placed(mark["x"], 0, top, left=9, right=WIDTH - 9)
        y = mark["y"] + 0.3 * 9
        yield Word(x, y, mark["letter"], size=9, colour=PAPER, align="center", bold=True)
