"""The pictures in README.md; `python -m tests.screenshots` takes them again, without a network."""

import subprocess
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

from tests.chromium import ARGUMENTS, path

ROOT = Path(__file__).resolve().parents[1]
PICTURES = ROOT / "docs" / "images"
DATE = "2026-11-22"

#: (picture, page below the folder of made files, width, height, colour scheme).
VIEWS = (
    ("report.png", "report.html", 1280, 1000, "light"),
    ("report-dark.png", "report.html", 1280, 1000, "dark"),
    ("site-start.png", "site/index.html", 1280, 900, "light"),
    ("site-compare.png", "site/compare.html", 1280, 900, "light"),
    ("site-benchmarks.png", "site/benchmarks.html", 1280, 900, "light"),
)


def _made(folder: Path) -> None:
    """The report of an example and the site, made by the commands that anybody uses."""
    answers = ROOT / "examples" / "quick-prototype.answers.toml"
    for words in (
        ["report", str(answers), "-o", str(folder / "report.html"), "--as-of", DATE],
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
        shown.goto((folder / page).as_uri())
        shown.screenshot(path=PICTURES / picture)
        context.close()


if __name__ == "__main__":
    PICTURES.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as made, sync_playwright() as playwright:
        _made(Path(made))
        chromium = playwright.chromium.launch(executable_path=path(), args=list(ARGUMENTS))
        _taken(chromium, Path(made))
        chromium.close()
