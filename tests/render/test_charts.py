"""Charts are citizens of their page: named, in its colours, the same bytes every time."""

import itertools
import re
import xml.etree.ElementTree as ElementTree
from typing import Any

import altair as alt
import numpy as np
import pytest
from markupsafe import Markup

from advisor.render import charts
from advisor.render.charts import canvas
from advisor.render.charts.times import ticks as round_ticks
from advisor.resources import resource

SVG = "{http://www.w3.org/2000/svg}"
HOSTILE = "</title><script>alert(1)</script>"
#: What people with each kind of colour blindness see, in linear light (Machado and others, 2009).
SIGHT = {
    "usual": np.eye(3),
    "protan": [[0.152, 1.053, -0.205], [0.115, 0.786, 0.099], [-0.004, -0.048, 1.052]],
    "deutan": [[0.367, 0.861, -0.228], [0.280, 0.673, 0.047], [-0.012, 0.043, 0.969]],
    "tritan": [[1.256, -0.077, -0.179], [-0.078, 0.931, 0.148], [0.005, 0.691, 0.304]],
}


def share_bars(id: str = "shares", title: str = "Places") -> Markup:
    rows = [
        charts.ShareRow(
            "Leads",
            "",
            (
                charts.Segment(0.6, ("PyTorch 60 %", "60 %"), "pytorch"),
                charts.Segment(0.15, ("nobody 15 %", "15 %"), None),
                charts.Segment(0.25, ("Keras 25 %", "25 %"), "keras", "half"),
            ),
        )
    ]
    return charts.share_bars(rows, id=id, title=title, description="See the table.")


def discs() -> Markup:
    equal = tuple(charts.Disc(id, id[0].upper(), 0.1) for id in charts.SHAPES)
    apart = tuple(
        charts.Disc(id, id[0].upper(), 0.05 * place) for place, id in enumerate(charts.SHAPES)
    )
    rows = [charts.DiscRow("Licence", 0.1, equal), charts.DiscRow("Speed", 0.2, apart)]
    return charts.discs(rows, id="discs", title="Why", description="See the table.")


def intervals() -> Markup:
    rows = [
        charts.IntervalRow("tensorflow-graph", "tensorflow", 41, 40, 43, "41 ms · fastest"),
        charts.IntervalRow("pytorch-eager", "pytorch", 42, 38, 46, "42 ms · tied"),
        charts.IntervalRow("keras-torch", "keras", 90, 60, 130, "90 ms · unstable", faint=True),
    ]
    return charts.intervals(rows, id="steps", title="Step", description="Table.", unit="ms")


def spans() -> Markup:
    rows = [
        charts.SpanRow("Keras: speed", "−0.10 to 0.20", (
            charts.Part(-0.1, 0.0, "pytorch"), charts.Part(0.0, 0.2, "keras"),
        )),
        charts.SpanRow("Weight of size", "0.03 to 0.08", (charts.Part(0.03, 0.08, "keras"),)),
    ]  # fmt: skip
    return charts.spans(
        rows, middle=0.05, zero="0", now="lead 0.05", id="spans", title="Sway", description="Table."
    )


def level_matrix() -> Markup:
    marks = (
        charts.LevelMark("keras", 1, "missed"),
        charts.LevelMark("tensorflow", 4, "met"),
        charts.LevelMark("pytorch", None, "not known"),
    )
    rows = [charts.LevelRow("Phones", "", 3, marks), charts.LevelRow("Servers", "", 1, marks)]
    return charts.level_matrix(rows, id="levels", title="Must-haves", description="Table.")


CHARTS = [share_bars, discs, intervals, spans, level_matrix]


@pytest.mark.parametrize("draw", CHARTS)
def test_a_chart_has_a_role_a_name_and_a_description(draw: type) -> None:
    root = ElementTree.fromstring(draw())
    title, description = list(root)[:2]
    assert (title.tag, description.tag) == (f"{SVG}title", f"{SVG}desc")
    assert root.get("role") == "img"
    assert root.get("aria-labelledby") == f"{title.get('id')} {description.get('id')}"
    assert title.text
    assert description.text


@pytest.mark.parametrize("draw", CHARTS)
def test_a_chart_takes_colours_fonts_and_width_from_its_page(draw: type) -> None:
    drawn = draw()
    root = ElementTree.fromstring(drawn)
    assert re.fullmatch(rf"0 0 {charts.WIDTH} \d+(\.\d+)?", root.get("viewBox") or "")
    assert root.get("width") is None
    assert "font-family" not in drawn
    assert "url(" not in drawn
    assert not re.search(r"#[0-9a-f]{3,8}\b|rgb|white|black", drawn)
    assert set(re.findall(r"(?:fill|stroke):([^;\"]+)", drawn)) <= {
        f"var(--{name})" for name in ("ink", "muted", "line", "paper", *charts.SHAPES)
    }


@pytest.mark.parametrize("draw", CHARTS)
def test_the_same_chart_is_the_same_bytes(draw: type) -> None:
    assert draw() == draw()


@pytest.mark.parametrize("draw", CHARTS)
def test_what_is_drawn_is_sound_vega_lite(draw: type, monkeypatch: pytest.MonkeyPatch) -> None:
    """Drawing goes without the schema for speed; here every spec goes through it."""
    seen: list[dict[str, Any]] = []
    convert = canvas.vl_convert.vegalite_to_svg
    monkeypatch.setattr(
        canvas.vl_convert, "vegalite_to_svg", lambda spec: (seen.append(spec), convert(spec))[1]
    )
    draw()
    for spec in seen:
        alt.LayerChart.from_dict(spec, validate=True)
    assert seen


def test_a_range_that_crosses_zero_has_the_colour_of_whoever_leads_there() -> None:
    hues = re.findall(r'<path d="[^"]+" style="fill:(var\(--\w+\))', spans())
    assert hues == ["var(--pytorch)", "var(--keras)", "var(--keras)"]
    assert {"0", "lead 0.05", "−0.10 to 0.20"} <= set(texts(spans()))


def test_a_lead_of_nothing_has_its_line_on_zero() -> None:
    rows = [charts.SpanRow("Keras: speed", "", (charts.Part(-0.1, 0.0, "pytorch"),))]
    drawn = charts.spans(rows, middle=0.0, zero="0", now="0", id="a", title="b", description="c")
    assert texts(drawn).count("0") == 2


def test_words_stand_where_the_layers_put_their_places() -> None:
    """A letter in the middle of its disc: ours is set by hand, the disc is drawn by Vega."""
    root = ElementTree.fromstring(discs())
    middles = {place(element)[0] for element in root.iter(f"{SVG}path")}
    letters = [t for t in root.iter(f"{SVG}text") if t.text in {"K", "T", "P"}]
    assert {round(float(letter.get("x", "")), 2) for letter in letters} == middles


def test_boxes_are_filled_up_to_the_level_and_dashed_where_it_is_not_known() -> None:
    root = ElementTree.fromstring(level_matrix())
    dashed = [g for g in root.iter() if g.get("stroke-dasharray") == "2,2"]
    assert [len(list(group)) for group in dashed] == [8]
    assert texts(level_matrix()).count("missed") == 2
    assert texts(level_matrix()).count("not known") == 2


def test_ids_belong_to_one_chart_only() -> None:
    first, second = (set(re.findall(r'id="([^"]+)"', share_bars(id))) for id in ("a", "b"))
    assert first
    assert not first & second


def test_words_are_text_and_never_markup() -> None:
    root = ElementTree.fromstring(share_bars(title=HOSTILE))
    assert root[0].text == HOSTILE
    assert not root.findall(".//script")


def test_a_label_that_does_not_fit_is_shortened_or_left_out() -> None:
    shown = texts(share_bars())
    assert "PyTorch 60 %" in shown
    assert "nobody 15 %" not in shown
    assert "15 %" in shown


def test_every_framework_has_its_own_shape_and_its_letter() -> None:
    assert len(set(charts.SHAPES.values())) == 3
    assert {"K", "T", "P"} <= set(texts(discs()))


def test_discs_of_one_value_stand_apart() -> None:
    places = [place(element) for element in ElementTree.fromstring(discs()).iter(f"{SVG}path")]
    assert len(places) == 6
    for (x1, y1), (x2, y2) in itertools.combinations(places, 2):
        assert max(abs(x1 - x2), abs(y1 - y2)) > 12


def test_the_axis_of_times_starts_at_zero_and_the_dots_stand_in_proportion() -> None:
    root = ElementTree.fromstring(intervals())
    zero = next(float(text.get("x", "")) for text in root.iter(f"{SVG}text") if text.text == "0")
    dots = sorted(place(element)[0] - zero for element in root.iter(f"{SVG}path"))
    assert dots == pytest.approx([dots[2] * 41 / 90, dots[2] * 42 / 90, dots[2]], abs=0.1)


def test_an_unstable_cell_is_hollow_and_says_so() -> None:
    drawn = intervals()
    assert "90 ms · unstable" in texts(drawn)
    styles = re.findall(r'style="(fill:[^"]+stroke:[^"]+)"', drawn)
    assert styles.count("fill:var(--paper);stroke:var(--keras)") == 1


@pytest.mark.parametrize("top", [0.0004, 0.013, 0.9, 1.0, 7.3, 42, 99, 100, 4210])
def test_an_axis_has_a_few_round_numbers(top: float) -> None:
    ticks = round_ticks(top)
    assert ticks[0] == 0
    assert 3 <= len(ticks) <= 6
    assert ticks[-1] <= top


@pytest.mark.parametrize("high", [0.99, 9.3, 46.25, 92.59, 99.9, 185.1, 462.9])
def test_the_last_number_of_an_axis_stays_within_the_chart(high: float) -> None:
    row = charts.IntervalRow("pytorch-eager", "pytorch", high, high, high, "")
    drawn = charts.intervals([row], id="a", title="", description="", unit="MiB")
    for text in ElementTree.fromstring(drawn).iter(f"{SVG}text"):
        if text.get("text-anchor") == "middle":
            half = canvas.reach(text.text or "", float(text.get("font-size") or 10)) / 2
            assert float(text.get("x") or 0) + half <= charts.WIDTH + 0.01


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("sight", SIGHT)
def test_hues_stay_apart_whatever_kind_of_colour_one_sees(scheme: str, sight: str) -> None:
    colours = palette(scheme)
    seen = [lab(np.asarray(SIGHT[sight]) @ linear(colours[id])) for id in charts.SHAPES]
    for one, other in itertools.combinations(seen, 2):
        assert np.linalg.norm(one - other) > 30


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_hues_and_words_stand_out_from_the_paper(scheme: str) -> None:
    colours = palette(scheme)
    for name in (*charts.SHAPES, "ink", "muted", "accent", "doubt"):
        for ground in ("paper", "panel"):
            assert contrast(colours[name], colours[ground]) >= 4.5, (name, ground)


def texts(drawn: Markup) -> list[str]:
    return [text.text or "" for text in ElementTree.fromstring(drawn).iter(f"{SVG}text")]


def place(element: ElementTree.Element) -> tuple[float, float]:
    x, y = re.findall(r"-?[\d.]+", element.get("transform") or "")[:2]
    return float(x), float(y)


def palette(scheme: str) -> dict[str, str]:
    light, dark = (resource("templates") / "_macros" / "palette.css").read_text().split("@media")
    return dict(re.findall(r"--(\w+): (#\w{6})", light if scheme == "light" else dark))


def linear(colour: str) -> np.ndarray:
    shares = np.array([int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5)])
    return np.where(shares <= 0.04045, shares / 12.92, ((shares + 0.055) / 1.055) ** 2.4)


def lab(light: np.ndarray) -> np.ndarray:
    matrix = [[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]]
    x, y, z = np.cbrt(np.maximum(np.asarray(matrix) @ np.clip(light, 0, 1), 1e-9) / [0.95, 1, 1.09])
    return np.array([116 * y - 16, 500 * (x - y), 200 * (y - z)])


def contrast(one: str, other: str) -> float:
    shades = sorted(float(np.dot([0.2126, 0.7152, 0.0722], linear(c))) for c in (one, other))
    return (shades[1] + 0.05) / (shades[0] + 0.05)
