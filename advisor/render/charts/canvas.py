"""What every chart is made of: layers that Altair describes and words beside them, in one SVG.

Altair describes, vl-convert draws; then the drawing becomes a citizen of its page: colours become
the page's custom properties, so that light and dark both work, text takes the page's fonts, and a
name and a description come in for those who do not see it. Every length is fixed here, so that
nothing depends on the fonts of the machine that draws; words are therefore set by us, which also
spares vl-convert their measuring, two thirds of its time. All charts are `WIDTH` wide and scale
with their viewBox: narrow enough to be read on a phone.
"""

import re
import xml.etree.ElementTree as ElementTree
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any, Literal, TypeVar

import altair as alt
import vl_convert
from altair.utils.schemapi import debug_mode
from markupsafe import Markup

__all__ = [
    "INK",
    "LINE",
    "MUTED",
    "PAPER",
    "SHAPES",
    "WIDTH",
    "Align",
    "Row",
    "Word",
    "across",
    "across_to",
    "down",
    "down_to",
    "drawn",
    "fits",
    "hue",
    "layer",
    "painted",
    "placed",
    "reach",
    "row_names",
    "shape",
]

WIDTH = 320
SVG = "http://www.w3.org/2000/svg"
INK, MUTED, LINE, PAPER = "var(--ink)", "var(--muted)", "var(--line)", "var(--paper)"
SHAPES = {"keras": "square", "tensorflow": "diamond", "pytorch": "circle"}
#: How wide one character is at 11 px in a wide sans-serif; generous, so that a label fits for sure.
CHARACTER = 6.6

Row = dict[str, Any]
Align = Literal["left", "center", "right"]
Paint = TypeVar("Paint", alt.Fill, alt.Stroke, alt.Shape, alt.FillOpacity, alt.StrokeOpacity)


@dataclass(frozen=True)
class Word:
    """Some text whose base line is at `y` pixels and which stands at, around or before `x`."""

    x: float
    y: float
    text: str
    size: float = 12
    colour: str = INK
    align: Align = "left"
    bold: bool = False


def drawn(
    layers: Iterable[alt.Chart],
    words: Iterable[Word],
    *,
    height: float,
    id: str,
    title: str,
    description: str,
) -> Markup:
    """Layers and words, `WIDTH` wide and `height` high, as an element that stands in a page.

    `layers` may be a generator: the parts are made and put together here.
    """
    with debug_mode(False):  # tests check the whole against Vega-Lite's schema; this costs 40 ms
        described = _described(layers, height)
    return _inline(vl_convert.vegalite_to_svg(described), words, id, title, description)


def _described(layers: Iterable[alt.Chart], height: float) -> dict[str, Any]:
    """The Vega-Lite of the layers; `alt.layer` would copy all their data a dozen times over."""
    context: dict[str, Any] = {"top_level": False, "datasets": {}}
    parts = [part.to_dict(validate=False, context=context) for part in layers]
    return {
        "$schema": alt.SCHEMA_URL,
        "width": WIDTH,
        "height": height,
        "padding": 0,
        "background": "transparent",
        "autosize": {"type": "none"},
        "config": {"view": {"stroke": None}},
        "layer": parts,
        "datasets": context["datasets"],
    }


def layer(rows: Sequence[Row]) -> alt.Chart:
    """Something to mark: one mark for each row."""
    return alt.Chart(alt.InlineData(values=list(rows)))


def row_names(names: Iterable[tuple[float, str, str]]) -> Iterator[Word]:
    """At each height the name of a row at its left, and what is remarked on it at its right."""
    for y, label, remark in names:
        yield Word(0, y, label)
        if remark:
            yield Word(WIDTH, y, remark, align="right", bold=True)


def placed(value: float, low: float, high: float, *, left: float, right: float) -> float:
    """Where `across` puts `value`, in pixels."""
    return left + (value - low) / (high - low) * (right - left)


def across(field: str, low: float, high: float, *, left: float, right: float) -> alt.X:
    """The place of `field` between `low` at the pixel `left` and `high` at the pixel `right`."""
    scale = alt.Scale(domain=[low, high], range=[left, right], nice=False, zero=False)
    return alt.X(field=field, type="quantitative", scale=scale, axis=None)


def across_to(field: str = "x2") -> alt.X2:
    """Where a mark ends that starts at the place `across`."""
    return alt.X2(field=field)


def down(field: str = "y") -> alt.Y:
    """The place of `field` in pixels from the top."""
    return alt.Y(field=field, type="quantitative", scale=None, axis=None)


def down_to(field: str = "y2") -> alt.Y2:
    """Where a mark ends that starts at the place `down`."""
    return alt.Y2(field=field)


def painted(field: str, how: type[Paint]) -> Paint:
    """What `field` holds, a colour or a shape, taken as it is: as fill, stroke or shape."""
    return how(field=field, type="nominal", scale=None, legend=None)


def fits(label: str, room: float, *, size: float = 11) -> bool:
    """Whether `label` at `size` pixels is sure to need less than `room` pixels."""
    return reach(label, size) < room


def reach(label: str, size: float) -> float:
    """The pixels that `label` at `size` pixels needs at most."""
    return CHARACTER * size / 11 * len(label)


def hue(framework: str | None) -> str:
    """The colour of a framework, a quiet one for anything else."""
    return f"var(--{framework})" if framework in SHAPES else MUTED


def shape(framework: str) -> str:
    """The shape that stands for a framework whatever its colour looks like."""
    return SHAPES.get(framework, "triangle-up")


def _inline(svg: str, words: Iterable[Word], id: str, title: str, description: str) -> Markup:
    """The chart as an element that stands in a page of its own language and colours."""
    ElementTree.register_namespace("", SVG)
    root = ElementTree.fromstring(svg)  # noqa: S314 - drawn by us, not by a stranger
    _prune(root)
    for _, alike in groupby(
        words, key=lambda word: (word.size, word.colour, word.align, word.bold)
    ):
        group = ElementTree.SubElement(root, GROUP)
        group.extend(_element(word) for word in alike)
    for element in root.iter():
        _restyle(element, id)
    _gather(root)
    size = root.get("viewBox", "")
    root.attrib = {
        "viewBox": size,
        "role": "img",
        "aria-labelledby": f"{id}-title {id}-desc",
        "class": "chart",
        "focusable": "false",
    }
    for name, said in (("desc", description), ("title", title)):
        element = ElementTree.Element(f"{{{SVG}}}{name}", {"id": f"{id}-{name}"})
        element.text = said
        root.insert(0, element)
    return Markup(ElementTree.tostring(root, encoding="unicode"))  # noqa: S704 - built from a tree


def _look(word: Word) -> tuple[float, str, str, bool]:
    return word.size, word.colour, word.align, word.bold


def _element(word: Word) -> ElementTree.Element:
    anchors = {"left": "start", "center": "middle", "right": "end"}
    said = {
        "x": _number(word.x),
        "y": _number(word.y),
        "font-size": _number(word.size),
        "text-anchor": anchors[word.align],
        "font-weight": "bold" if word.bold else "normal",
        "fill": word.colour,
    }
    element = ElementTree.Element(f"{{{SVG}}}text", said)
    element.text = word.text
    return element


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


def _gather(parent: ElementTree.Element) -> None:
    """Say once, on the group, what all of its marks say; groups that say nothing dissolve."""
    children: list[ElementTree.Element] = []
    for child in list(parent):
        _gather(child)
        if child.tag == GROUP and len(child):
            _share(child)
        children.extend(child if child.tag == GROUP and not child.attrib else (child,))
    parent[:] = children


def _share(group: ElementTree.Element) -> None:
    for name in sorted(INHERITED & group[0].attrib.keys() - group.attrib.keys()):
        if len({child.get(name) for child in group}) == 1:
            group.set(name, group[0].attrib[name])
            for child in group:
                del child.attrib[name]


def _rounded(number: re.Match[str]) -> str:
    return _number(float(number[0]))


def _number(value: float) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".") or "0"


GROUP = f"{{{SVG}}}g"
#: What a mark takes from the group around it.
INHERITED = {
    "fill-opacity",
    "font-size",
    "font-weight",
    "stroke-dasharray",
    "stroke-opacity",
    "stroke-width",
    "style",
    "text-anchor",
}
UNUSED = {"class", "role", "pointer-events", "stroke-miterlimit", "font-family"}
DEFAULTS = {
    ("opacity", "1"),
    ("fill-opacity", "1"),
    ("stroke-opacity", "1"),
    ("stroke-dasharray", "1,0"),
    ("font-weight", "normal"),
    ("text-anchor", "start"),
    ("transform", "translate(0,0)"),
}
NUMBER = re.compile(r"-?\d+\.\d+")
