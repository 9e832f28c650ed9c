"""The pictures in README.md; `python -m tests.screenshots` makes them again, without a network.

The report and the site are what the commands write, seen by a real browser. The terminal is what a
command prints into a real pseudo-terminal, drawn as SVG.
"""

import os
import subprocess
import sys
import tempfile
from io import StringIO
from pathlib import Path

import pexpect
from playwright.sync_api import Browser, sync_playwright
from rich.console import Console
from rich.terminal_theme import TerminalTheme
from rich.text import Text

from tests.chromium import ARGUMENTS, path
from tests.clock import NEWEST

ROOT = Path(__file__).resolve().parents[1]
PICTURES = ROOT / "docs" / "images"
DATE = NEWEST.isoformat()
ANSWERS = "examples/quick-prototype.answers.toml"

#: (picture, page below the folder of made files, width, height, colour scheme).
VIEWS = (
    ("report.png", "report.html", 1280, 1000, "light"),
    ("report-dark.png", "report.html", 1280, 1000, "dark"),
    ("site-start.png", "site/index.html", 1280, 900, "light"),
    ("site-compare.png", "site/compare.html", 1280, 900, "light"),
    ("site-benchmarks.png", "site/benchmarks.html", 1280, 1100, "light"),
    ("site-task.png", "site/tasks/cnn-cifar.html#versions", 1440, 1000, "dark"),
)

COLUMNS, ROWS = 100, 60
TERMINAL = PICTURES / "terminal.svg"
COMMAND = f"decide {ANSWERS} --as-of {DATE}"
THEME = TerminalTheme(
    (20, 24, 27),
    (231, 233, 230),
    [(20, 24, 27), (240, 162, 122), (108, 201, 210), (242, 207, 99),
     (92, 157, 250), (255, 111, 156), (108, 201, 210), (231, 233, 230)],
)  # fmt: skip

#: Rich's own drawing of a terminal, but for the font, which it would load from elsewhere.
DRAWING = """<svg class="rich-terminal" viewBox="0 0 {width} {height}" \
xmlns="http://www.w3.org/2000/svg"><style>.{unique_id}-matrix{{font-family:ui-monospace,Menlo,\
Consolas,"DejaVu Sans Mono","Liberation Mono",monospace;font-size:{char_height}px;\
line-height:{line_height}px}}.{unique_id}-title{{display:none}}{styles}</style>
<defs><clipPath id="{unique_id}-clip-terminal"><rect x="0" y="0" width="{terminal_width}" \
height="{terminal_height}"/></clipPath>{lines}</defs>{chrome}
<g transform="translate({terminal_x}, {terminal_y})" clip-path="url(#{unique_id}-clip-terminal)">
{backgrounds}<g class="{unique_id}-matrix">{matrix}</g></g></svg>
"""


def terminal() -> str:
    """What COMMAND prints, as a drawing."""
    printed, status = pexpect.run(
        f"{sys.executable} -m advisor {COMMAND}",
        cwd=str(ROOT),
        env={**os.environ, "ADVISOR_RESULTS": str(ROOT / "no-runs-of-my-own")},  # type: ignore[arg-type]
        encoding="utf-8",
        dimensions=(ROWS, COLUMNS),
        timeout=120,
        withexitstatus=True,
    )
    assert status == 0, printed
    console = Console(record=True, width=COLUMNS, file=StringIO(), force_terminal=True)
    console.print(Text(f"$ advisor {COMMAND}"))
    console.print(Text.from_ansi(printed.replace("\r\n", "\n").rstrip("\n")))
    return console.export_svg(
        title="", theme=THEME, code_format=DRAWING, unique_id="terminal", font_aspect_ratio=0.6
    )


def _made(folder: Path) -> None:
    """The report of an example and the site, made by the commands that anybody uses."""
    for words in (
        ["report", ANSWERS, "-o", str(folder / "report.html"), "--as-of", DATE],
        ["site", "-o", str(folder / "site"), "--as-of", DATE],
    ):
        command = [sys.executable, "-m", "advisor", *words]
        subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.DEVNULL)


def _taken(browser: Browser, folder: Path) -> None:
    for picture, page, width, height, scheme in VIEWS:
        context = browser.new_context(
            viewport={"width": width, "height": height},
            color_scheme="dark" if scheme == "dark" else "light",
            offline=True,
        )
        shown = context.new_page()
        shown.goto(f"{folder.as_uri()}/{page}")
        if page.endswith("index.html"):
            shown.wait_for_selector("html.asks")
        shown.screenshot(path=PICTURES / picture)
        context.close()


def main() -> None:
    PICTURES.mkdir(parents=True, exist_ok=True)
    TERMINAL.write_text(terminal(), encoding="utf-8")
    with tempfile.TemporaryDirectory() as made, sync_playwright() as playwright:
        _made(Path(made))
        chromium = playwright.chromium.launch(executable_path=path(), args=list(ARGUMENTS))
        _taken(chromium, Path(made))
        chromium.close()


if __name__ == "__main__":
    main()
