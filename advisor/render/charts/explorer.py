"""Charts that a browser draws itself: Altair describes them here, Vega runs them in the page.

    ratios     per task, how many times the best each stack takes, on a common logarithmic axis
    values     per task, the values themselves, each task on an axis of its own from zero
    trade_off  two metrics against each other, a point for each stack

A chart leaves as Vega, compiled from Vega-Lite when the site is built, so that the page needs no
compiler and no `eval`: Vega's interpreter walks its expressions. Its rows come from the page, as
the data set "cells", and so does its width. Pointing at a stack lights it up in all tasks.
"""

from functools import cache
from typing import Any

import altair as alt
import vl_convert

from advisor.render.charts.canvas import INK, LINE, MUTED, SHAPES

__all__ = ["chart_specs", "page_bundle", "picture"]

#: Above an axis of the ratio, the marks of one stack are this many pixels high.
STEP = 24

#: The page's own font (site/style.css), by which Vega measures how much room a label needs.
FONT = "Segoe UI, Roboto, Helvetica Neue, Liberation Sans, Arial, system-ui, sans-serif"

#: What the page calls globally; Vega-Embed brings Vega and the interpreter along.
SNIPPET = "window.vegaEmbed = vegaEmbed;"

Spec = dict[str, Any]


@cache
def page_bundle() -> bytes:
    """Vega for a page, as vl-convert carries it: one classic script that sets `vegaEmbed`."""
    bundled: str = vl_convert.javascript_bundle(SNIPPET)
    return bundled.encode()


def picture(svg: str) -> bytes:
    """A drawing as PNG, for those who take no SVG."""
    drawn: bytes = vl_convert.svg_to_png(svg)
    return drawn


@cache
def chart_specs() -> dict[str, Spec]:
    """Every chart as Vega, by name."""
    made = {"ratios": _compared(log=True), "values": _compared(log=False), "tradeOff": _scatter()}
    return {name: _compiled(chart) for name, chart in made.items()}


def _compiled(chart: Any) -> Spec:
    described = chart.to_dict(validate=False)
    compiled: Spec = vl_convert.vegalite_to_vega(described)
    return compiled


def _base() -> alt.Chart:
    return alt.Chart(alt.NamedData("cells"))


def _named(field: str, title: str) -> alt.Tooltip:
    return alt.Tooltip(field=field, type="nominal", title=title)


def _framework(channel: type[Any], values: list[str]) -> Any:
    scale = alt.Scale(domain=list(SHAPES), range=values)
    return channel(field="framework", type="nominal", legend=None, scale=scale)


def _hued() -> dict[str, Any]:
    """Colour and shape of a framework, as everywhere."""
    return {
        "color": _framework(alt.Color, [f"var(--{framework})" for framework in SHAPES]),
        "shape": _framework(alt.Shape, list(SHAPES.values())),
    }


def _lit(selection: alt.Parameter) -> Any:
    """All of a stack's marks, or all marks while none is pointed at."""
    return alt.condition(selection, alt.value(1.0), alt.value(0.25))


def _pointed() -> alt.Parameter:
    return alt.selection_point(
        name="pointed", fields=["stack"], on="pointerover", clear="pointerout", empty=True
    )


def _axis(**settings: Any) -> alt.Axis:
    return alt.Axis(
        domainColor=LINE,
        gridColor=LINE,
        tickColor=LINE,
        labelColor=MUTED,
        titleColor=MUTED,
        labelFontSize=12,
        titleFontSize=12,
        titleFontWeight="normal",
        **settings,
    )


def _compared(*, log: bool) -> Any:
    """A row of marks for each stack, under the name of its task."""
    pointed = _pointed()
    scale = alt.Scale(type="log", nice=False, padding=6) if log else alt.Scale(zero=True, nice=True)
    place = alt.X(field="value", type="quantitative", scale=scale, axis=_axis(title=None))
    rows = alt.Y(
        field="stack",
        type="nominal",
        sort=alt.EncodingSortField(field="order", op="min"),
        axis=_axis(title=None, domain=False, ticks=False, labelLimit=140, labelPadding=8),
    )
    told = [_named("stack", "stack"), _named("said", "value"), _named("behind", "to the best")]
    base = _base().encode(y=rows, opacity=_lit(pointed), tooltip=told)
    line = base.mark_rule(strokeWidth=2).encode(
        x=alt.X(field="low", type="quantitative"), x2=alt.X2(field="high"), color=_hued()["color"]
    )
    dot = base.mark_point(filled=True, size=80).encode(x=place, **_hued())
    inside = alt.layer(line, dot).add_params(pointed).properties(width=400, height=alt.Step(STEP))
    header = alt.Header(
        title=None, labelAnchor="start", labelOrient="top", labelColor=INK, labelFontSize=13,
        labelFontWeight="bold", labelPadding=4,
    )  # fmt: skip
    facet = alt.Row(field="task", type="nominal", header=header)
    return _styled(
        inside.facet(row=facet, spacing=14).resolve_scale(
            y="independent", x="shared" if log else "independent"
        )
    )


def _scatter() -> Any:
    """A point for each stack, with its interval both ways."""
    pointed = _pointed()
    scale = alt.Scale(type="log", nice=False, padding=24)
    x = alt.X(field="x", type="quantitative", scale=scale, axis=_axis(title="x", tickCount=6))
    y = alt.Y(field="y", type="quantitative", scale=scale, axis=_axis(title="y", tickCount=6))
    told = [_named("stack", "stack"), _named("saidX", "across"), _named("saidY", "up")]
    base = _base().encode(opacity=_lit(pointed), tooltip=told)
    hued = _hued()
    across = base.mark_rule(strokeWidth=1.5).encode(
        x=alt.X(field="lowX", type="quantitative"), x2=alt.X2(field="highX"), y=y,
        color=hued["color"],
    )  # fmt: skip
    up = base.mark_rule(strokeWidth=1.5).encode(
        y=alt.Y(field="lowY", type="quantitative"), y2=alt.Y2(field="highY"), x=x,
        color=hued["color"],
    )  # fmt: skip
    dot = base.mark_point(filled=True, size=110).encode(x=x, y=y, **hued)
    name = base.mark_text(align="left", dx=9, dy=-9, fontSize=12, fill=INK).encode(
        x=x, y=y, text=alt.Text(field="stack", type="nominal")
    )
    layers = alt.layer(across, up, dot, name).add_params(pointed)
    return _styled(layers.properties(width=400, height=340))


def _styled(chart: Any) -> Any:
    return chart.configure(
        background="transparent", font=FONT, view=alt.ViewConfig(stroke=None, strokeWidth=0)
    )
