"""The static site: catalogue, cells and runs -> pages, as bytes by relative path.

    index.html        what it is, how to use it, how well things are known
    compare.html      groups x criteria x frameworks, each statement with its sources and history
    benchmarks.html   machines x phases x tasks x stacks, with intervals, ties and gaps
    style.css         the palette that the report uses too, and the site's own style
    data.js           questions, constants and evidence for the questionnaire in the start page
    score.js flow.js result.js ask.js  what asks there, decides to the same bits, and shows it

Everything is gathered first, then rendered; nothing is written here, and words live in
templates/site.
"""

import math
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from advisor.model import Catalog, Cell
from advisor.render.browser import browser_data
from advisor.render.environment import environment
from advisor.render.matrix import cited, sections, state
from advisor.render.measurements import machines
from advisor.render.record import json_text
from advisor.resources import resource
from advisor.runs import Runs

__all__ = ["site"]

PAGES = ("index.html", "compare.html", "benchmarks.html")

#: Classic scripts, since modules do not load from file://.
SCRIPTS = ("score.js", "flow.js", "result.js", "ask.js")


def site(
    catalog: Catalog,
    cells: Sequence[Cell],
    runs: Sequence[Runs],
    *,
    as_of: date,
    version: str,
    base_url: str = "",
) -> dict[str, bytes]:
    """Every file of the site by its path relative to the site's root.

    `cells` are the summaries that count, `runs` the measurements they come from: what failed, the
    machines' fingerprints, the versions. Nothing later than `as_of` is shown. The same arguments
    give the same bytes. `base_url` is where the site will be published, for canonical links.
    """
    shown = [cell for cell in cells if cell.date <= as_of]
    measured = machines(catalog, shown, runs=runs, as_of=as_of)
    matrix = sections(catalog, measured, as_of=as_of)
    context = {
        "catalog": catalog,
        "as_of": as_of,
        "version": version,
        "base_url": base_url.rstrip("/"),
        "machines": measured,
        "sections": matrix,
        "sources": cited(catalog, matrix),
        "evidence": state(matrix, shown),
    }
    templates = environment()
    pages = {
        page: templates.get_template(f"site/{page}").render(page=page, **context).encode()
        for page in PAGES
    }
    palette = resource("templates") / "_macros" / "palette.css"
    style = resource("site") / "style.css"
    scripts = {name: (resource("site") / name).read_bytes() for name in SCRIPTS}
    data = _script(browser_data(catalog, [cell for cell in shown if _sound(cell)], as_of=as_of))
    styled = {"style.css": palette.read_bytes() + style.read_bytes()}
    return {**pages, **styled, **scripts, "data.js": data}


def _script(data: Mapping[str, Any]) -> bytes:
    """`data` as a script that sets a constant, safe to stand inside a page too."""
    text = json_text(data).rstrip("\n").replace("</", "<\\/")
    return f"const advisorData = {text};\n".encode("ascii")


def _sound(cell: Cell) -> bool:
    """Whether a cell can be reckoned with; a page still shows one that is not finite."""
    numbers = (cell.value, cell.low, cell.high, *cell.process_values)
    return all(math.isfinite(number) and number > 0 for number in numbers)
