"""Charts as SVG to stand in a page: data and words in, the same bytes out every time.

    share_bars    rows of segments that share a whole: scores, or how often each place is taken
    discs         rows with one lettered disc per framework on a track as long as the weight
    intervals     rows with a dot and its interval, on an axis that starts at zero

Altair describes, vl-convert draws; then `_inline` makes the drawing a citizen of its page: colours
become the page's custom properties, so that light and dark both work, text takes the page's fonts,
and a name and a description come in for those who do not see it. Every length is fixed here, so
that nothing depends on the fonts of the machine that draws. All charts are `WIDTH` wide and scale
with their viewBox: narrow enough to be read on a phone.
"""

import re
import xml.etree.ElementTree as ElementTree
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import altair as alt
import vl_convert
from markupsafe import Markup

__all__ = [
    "Disc",
    "DiscRow",
    "IntervalRow",
    "Segment",
    "ShareRow",
    "discs",
    "intervals",
    "share_bars",
]

WIDTH = 320
SVG = "http://www.w3.org/2000/svg"
INK, MUTED, LINE, PAPER = "var(--ink)", "var(--muted)", "var(--line)", "var(--paper)"
Shade = Literal["full", "half", "light"]
SHAPES = {"keras": "square", "tensorflow": "diamond", "pytorch": "circle"}
SHADES: dict[Shade, float] = {"full": 1.0, "half": 0.34, "light": 0.1}
#: How wide one character is at 11 px in a wide sans-serif; generous, so that a label fits for sure.
CHARACTER = 6.6

Row = dict[str, Any]


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


def share_bars(rows: Sequence[ShareRow], *, id: str, title: str, description: str) -> Markup:
    """Stacked bars from 0 to 1, each segment labelled where the label fits into it."""
    step, bar = 46, 18
    names: list[Row] = []
    parts: list[Row] = []
    for index, row in enumerate(rows):
        names.append({"y": index * step + 13, "label": row.label, "remark": row.remark})
        parts.extend(_parts(row, top=index * step + 20, bottom=index * step + 20 + bar))
    layers = [*_share_rectangles(parts), *_share_labels(parts), *_row_names(names, WIDTH)]
    chart = _canvas(layers, height=len(rows) * step - 6)
    return _inline(chart, id, title, description)


def discs(rows: Sequence[DiscRow], *, id: str, title: str, description: str) -> Markup:
    """Per row a track and one lettered disc per framework; equal values stand above each other."""
    top = max((row.most for row in rows), default=1.0) * 1.02
    names: list[Row] = []
    tracks: list[Row] = []
    marks: list[Row] = []
    y = 0.0
    for row in rows:
        spread = list(_spread(row, top))
        half = max((mark["y"] for mark in spread), default=0.0) + 11
        names.append({"y": y + 12, "label": row.label, "remark": ""})
        tracks.append({"x": 0.0, "x2": row.most, "y": y + 16 + half})
        marks.extend({**mark, "y": mark["y"] + y + 16 + half} for mark in spread)
        y += 18 + 2 * half
    x = _x("x:Q", top, left=9, right=WIDTH - 9)
    track = _layer(tracks).mark_rule(color=LINE, strokeWidth=3, strokeCap="round")
    layers = [
        track.encode(x=x, x2=alt.X2("x2:Q"), y=_y()),
        *_lettered(marks, x),
        *_row_names(names, WIDTH),
    ]
    return _inline(_canvas(layers, height=y), id, title, description)


def intervals(
    rows: Sequence[IntervalRow], *, id: str, title: str, description: str, unit: str
) -> Markup:
    """Per row a dot with its interval on an axis from zero; `unit` names the axis."""
    step = 40
    top = max((max(row.value, row.high) for row in rows), default=1.0) * 1.08
    marks = [
        {**vars(row), "x": row.value, "y": index * step + 24, "shape": _shape(row.framework)}
        for index, row in enumerate(rows)
    ]
    names = [
        {"y": index * step + 11, "label": row.label, "remark": row.text}
        for index, row in enumerate(rows)
    ]
    x = _x("x:Q", top, left=8, right=WIDTH - 8)
    layers = [
        *_time_axis(top, unit, x, [mark["y"] for mark in marks]),
        *_dots(marks, x),
        *_row_names(names, WIDTH),
    ]
    return _inline(_canvas(layers, height=len(rows) * step + 8), id, title, description)


def _parts(row: ShareRow, *, top: float, bottom: float) -> Iterator[Row]:
    start = 0.0
    for segment in row.segments:
        end = start + segment.share
        yield {
            "x": start,
            "x2": end,
            "y": top,
            "y2": bottom,
            "middle": (top + bottom) / 2,
            "label": _fitting(segment),
            "framework": segment.framework,
            "shade": segment.shade,
        }
        start = end


def _fitting(segment: Segment) -> str:
    room = segment.share * WIDTH - 10
    return next((label for label in segment.labels if CHARACTER * len(label) < room), "")


def _share_rectangles(parts: Sequence[Row]) -> Iterator[alt.Chart]:
    x = _x("x:Q", 1.0, left=0, right=WIDTH)
    for (framework, shade), found in _grouped(parts, "framework", "shade"):
        colour = _hue(framework)
        mark = _layer(found).mark_rect(
            fill=colour,
            fillOpacity=SHADES[shade] if framework else 0.0,
            stroke=colour,
            strokeWidth=1,
            strokeDash=[1, 0] if framework else [3, 3],
            cornerRadius=1.5,
            xOffset=1,
            x2Offset=-1,
        )
        yield mark.encode(x=x, x2=alt.X2("x2:Q"), y=_y(), y2=alt.Y2("y2:Q"))


def _share_labels(parts: Sequence[Row]) -> Iterator[alt.Chart]:
    x = _x("x:Q", 1.0, left=0, right=WIDTH)
    labelled = [part for part in parts if part["label"]]
    for (filled,), found in _grouped(
        [
            {**part, "filled": part["shade"] == "full" and bool(part["framework"])}
            for part in labelled
        ],
        "filled",
    ):
        mark = _text(found, size=11, colour=PAPER if filled else INK, dx=6, baseline="middle")
        yield mark.encode(x=x, y=_y("middle:Q"), text=alt.Text("label:N"))


def _spread(row: DiscRow, top: float) -> Iterator[Row]:
    """The row's discs around its middle line; those that would cover each other move apart."""
    scale = (WIDTH - 18) / top
    for cluster in _clusters(
        sorted(row.discs, key=lambda disc: (disc.value, disc.framework)), scale
    ):
        for place, disc in enumerate(cluster):
            y = (place - (len(cluster) - 1) / 2) * 15.5
            yield {**vars(disc), "x": disc.value, "y": y, "shape": _shape(disc.framework)}


def _clusters(ordered: Sequence[Disc], scale: float) -> list[list[Disc]]:
    found: list[list[Disc]] = []
    for disc in ordered:
        if found and (disc.value - found[-1][-1].value) * scale < 14:
            found[-1].append(disc)
        else:
            found.append([disc])
    return found


def _lettered(marks: Sequence[Row], x: alt.X) -> Iterator[alt.Chart]:
    for (framework,), found in _grouped(marks, "framework"):
        point = _layer(found).mark_point(
            filled=True,
            size=270 if _shape(framework) == "diamond" else 190,
            color=_hue(framework),
            opacity=1,
            shape=_shape(framework),
            stroke=PAPER,
            strokeWidth=1.5,
        )
        yield point.encode(x=x, y=_y())
        letters = _text(found, size=9, colour=PAPER, align="center", baseline="middle", bold=True)
        yield letters.encode(x=x, y=_y(), text=alt.Text("letter:N"))


def _time_axis(top: float, unit: str, x: alt.X, middles: Sequence[float]) -> Iterator[alt.Chart]:
    """Short ticks around each row's dot, so that no line crosses a name, and numbers below."""
    ticks = _ticks(top)
    lines = [{"x": tick, "y": y - 7, "y2": y + 7} for y in middles for tick in ticks]
    yield _layer(lines).mark_rule(color=LINE, strokeWidth=1).encode(x=x, y=_y(), y2=alt.Y2("y2:Q"))
    units = [""] * (len(ticks) - 1) + [f"\N{NO-BREAK SPACE}{unit}"]
    numbers = [
        {"x": tick, "y": max(middles) + 20, "label": f"{tick:g}{named}"}
        for tick, named in zip(ticks, units, strict=True)
    ]
    labels = _text(numbers, size=10, colour=MUTED, align="center")
    yield labels.encode(x=x, y=_y(), text=alt.Text("label:N"))


def _ticks(top: float) -> list[float]:
    """Zero and two to four round numbers up to `top`."""
    power = 10.0 ** (len(str(int(top))) - 1) if top >= 1 else 0.1
    while power > top:
        power /= 10
    step = next(power * share for share in (2.0, 1.0, 0.5, 0.25) if power * share * 2.5 <= top)
    return [round(step * count, 9) for count in range(int(top / step) + 1)]


def _dots(marks: Sequence[Row], x: alt.X) -> Iterator[alt.Chart]:
    for (framework, faint), found in _grouped(marks, "framework", "faint"):
        colour, opacity = _hue(framework), 0.55 if faint else 1.0
        line = _layer(found).mark_rule(color=colour, strokeWidth=1.5, opacity=opacity)
        yield line.encode(x=_named(x, "low"), x2=alt.X2("high:Q"), y=_y())
        ends = [
            {"x": row[end], "y": row["y"] - 4.5, "y2": row["y"] + 4.5}
            for row in found
            for end in ("low", "high")
        ]
        cap = _layer(ends).mark_rule(color=colour, strokeWidth=1.5, opacity=opacity)
        yield cap.encode(x=x, y=_y(), y2=alt.Y2("y2:Q"))
        dot = _layer(found).mark_point(
            filled=not faint,
            fill=PAPER if faint else colour,
            stroke=colour,
            strokeWidth=1.5,
            size=62,
            opacity=1,
            shape=_shape(framework),
        )
        yield dot.encode(x=x, y=_y())


def _named(x: alt.X, field: str) -> alt.X:
    copied: alt.X = x.copy()
    copied["shorthand"] = f"{field}:Q"
    return copied


def _row_names(names: Sequence[Row], right: float) -> Iterator[alt.Chart]:
    """The name of each row at its left, and what is remarked on it at its right."""
    label = _text(names, size=12, colour=INK, bold=False)
    yield label.encode(x=alt.value(0), y=_y(), text=alt.Text("label:N"))
    remarks = [name for name in names if name["remark"]]
    if remarks:
        remark = _text(remarks, size=12, colour=INK, align="right", bold=True)
        yield remark.encode(x=alt.value(right), y=_y(), text=alt.Text("remark:N"))


def _layer(rows: Sequence[Row]) -> alt.Chart:
    return alt.Chart(alt.InlineData(values=list(rows)))


def _text(
    rows: Sequence[Row],
    *,
    size: float,
    colour: str,
    align: Literal["left", "center", "right"] = "left",
    baseline: Literal["alphabetic", "middle"] = "alphabetic",
    bold: bool = False,
    dx: float = 0,
    dy: float = 0,
) -> alt.Chart:
    chart: alt.Chart = _layer(rows).mark_text(
        fontSize=size,
        color=colour,
        align=align,
        baseline=baseline,
        fontWeight="bold" if bold else "normal",
        dx=dx,
        dy=dy,
    )
    return chart


def _x(field: str, top: float, *, left: float, right: float) -> alt.X:
    scale = alt.Scale(domain=[0, top], range=[left, right], nice=False, zero=True)
    return alt.X(field, scale=scale, axis=None)


def _y(field: str = "y:Q") -> alt.Y:
    return alt.Y(field, scale=None, axis=None)


def _canvas(layers: Iterable[alt.Chart], *, height: float) -> alt.LayerChart:
    chart: alt.LayerChart = alt.layer(*layers).configure_view(stroke=None)
    return chart.properties(
        width=WIDTH,
        height=height,
        padding=0,
        background="transparent",
        autosize=alt.AutoSizeParams(type="none"),
    )


def _grouped(rows: Iterable[Row], *keys: str) -> list[tuple[tuple[Any, ...], list[Row]]]:
    """Rows by their values under `keys`, in order of first appearance."""
    found: dict[tuple[Any, ...], list[Row]] = {}
    for row in rows:
        found.setdefault(tuple(row[key] for key in keys), []).append(row)
    return list(found.items())


def _hue(framework: str | None) -> str:
    return f"var(--{framework})" if framework in SHAPES else MUTED


def _shape(framework: str) -> str:
    return SHAPES.get(framework, "triangle-up")


def _inline(chart: alt.LayerChart, id: str, title: str, description: str) -> Markup:
    """The chart drawn, as an element that stands in a page of its own language and colours."""
    ElementTree.register_namespace("", SVG)
    drawn = ElementTree.fromstring(_svg(chart))  # noqa: S314 - drawn by us, not by a stranger
    _prune(drawn)
    for element in drawn.iter():
        _restyle(element, id)
    size = drawn.get("viewBox", "")
    drawn.attrib = {
        "viewBox": size,
        "role": "img",
        "aria-labelledby": f"{id}-title {id}-desc",
        "class": "chart",
        "focusable": "false",
    }
    for name, text in (("desc", description), ("title", title)):
        element = ElementTree.Element(f"{{{SVG}}}{name}", {"id": f"{id}-{name}"})
        element.text = text
        drawn.insert(0, element)
    return Markup(ElementTree.tostring(drawn, encoding="unicode"))  # noqa: S704 - built from a tree


def _svg(chart: alt.LayerChart) -> str:
    """Each part was checked when it was made; checking the whole again would double the time."""
    drawn: str = vl_convert.vegalite_to_svg(chart.to_dict(validate=False))
    return drawn


def _prune(parent: ElementTree.Element) -> None:
    """Take out what draws nothing, from the leaves up."""
    for child in list(parent):
        _prune(child)
        name = child.tag.rpartition("}")[2]
        invisible = child.get("display") == "none" or child.get("d") in ("", "M0,0h0v0h0Z")
        background = child.get("class") == "background" or name == "rect"
        if invisible or background or (name in ("g", "defs") and not len(child)):
            parent.remove(child)


def _restyle(element: ElementTree.Element, id: str) -> None:
    """Drop what repeats a default, round what is drawn, hand colours to the page."""
    style = []
    for name, value in list(element.attrib.items()):
        if name in UNUSED or name.startswith("aria-") or (name, value) in DEFAULTS:
            del element.attrib[name]
        elif value.startswith("var("):
            del element.attrib[name]
            style.append(f"{name}:{value}")
        elif name in ("transform", "d", "x2", "y2"):
            element.set(name, NUMBER.sub(_rounded, value))
        elif name == "id" or value.startswith("url(#"):
            element.set(name, value.replace("clip", f"{id}-clip"))
    if style:
        element.set("style", ";".join(style))


def _rounded(number: re.Match[str]) -> str:
    return f"{float(number[0]):.2f}".rstrip("0").rstrip(".") or "0"


UNUSED = {"class", "role", "pointer-events", "stroke-miterlimit", "font-family"}
DEFAULTS = {("opacity", "1"), ("fill-opacity", "1"), ("stroke-dasharray", "1,0")}
NUMBER = re.compile(r"-?\d+\.\d+")
