"""What the pages load: style, scripts, and data for the scripts."""

import json
import re
from collections.abc import Mapping
from typing import Any

from advisor.render.charts.explorer import chart_specs, page_bundle
from advisor.resources import resource

__all__ = ["SCRIPTS", "assets", "script", "style"]

#: Classic scripts, since modules do not load from file://.
SCRIPTS = (
    "load.js", "filter.js", "compare.js", "charts.js",
    "score.js", "flow.js", "result.js", "groups.js", "ask.js",
)  # fmt: skip


def assets() -> dict[str, bytes]:
    """What is the same whatever the evidence, by path from the site's root."""
    home = resource("site")
    return {
        **{name: (home / name).read_bytes() for name in SCRIPTS},
        "style.css": style().encode(),
        "specs.js": script("advisorSpecs", chart_specs()),
        "vendor/vega.js": page_bundle(),
        "vendor/licences.txt": (home / "vega-licences.txt").read_bytes(),
    }


def style() -> str:
    """The palette that the report uses too, and the site's own style, without words and layout.

    Every page waits for it, so comments and line ends stay in the sources.
    """
    palette = resource("templates") / "_macros" / "palette.css"
    parts = (palette, resource("site") / "style.css")
    css = "".join(part.read_text(encoding="utf-8") for part in parts)
    css = re.sub(r"/\*.*?\*/", "", css, flags=re.DOTALL)
    return re.sub(r"(?<=[{};,])\s+|\s+(?=[{}])", "", css).strip()


def script(name: str, data: Mapping[str, Any]) -> bytes:
    """`data` as a script that sets a constant, as short as can be and safe to stand in a page."""
    text = json.dumps(data, sort_keys=True, allow_nan=False, separators=(",", ":"))
    text = text.replace("</", "<\\/")
    return f"const {name} = {text};\n".encode("ascii")
