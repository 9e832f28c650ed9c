"""Every page in a real browser: from a folder and from a server under a path, without a network.

A message on the console, a failed request or a request to anywhere else is a fault.
"""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from tests import sites
from tests.pages import page_names
from tests.serving import static_server
from tests.sites import written
from tests.tools import MODULES, installed, npm_tool

PAGES = page_names(sites.whole())
MACHINE = next(iter(sites.runs().machines))
#: One page of each kind: what their templates can get wrong, they all can.
KINDS = (
    "index.html",
    "compare.html",
    "criteria/mobile-and-edge.html",
    "benchmarks.html",
    f"benchmarks/{MACHINE}/export.html",
    f"benchmarks/{MACHINE}/trade-offs.html",
    "frameworks/keras.html",
    "tasks.html",
    "tasks/cnn-cifar.html",
    "claims.html",
    "examples.html",
    "method.html",
    "data.html",
    "sources.html",
)
INKS = ("ink", "muted", "accent", "keras", "tensorflow", "pytorch")
CODE = ("code-word", "code-text", "code-number", "code-name")
#: Foreground and background of everything that is read, by custom property.
PAIRS = [
    *((ink, paper) for ink in INKS for paper in ("paper", "panel")),
    *((ink, "panel") for ink in CODE),
    *(("ink", tint) for tint in ("good", "fair", "mixed", "weak", "absent")),
]
AXE = "axe.run(document, { resultTypes: ['violations'], preload: false })"
#: What is cut off although nothing can be scrolled to it, and what scrolls without the keyboard.
LOST = """() => [...document.querySelectorAll("main *")].filter((it) => {
  const scrolls = ["auto", "scroll"].includes(getComputedStyle(it).overflowX);
  return scrolls && it.scrollWidth > it.clientWidth + 1 && it.tabIndex < 0;
}).map((it) => it.outerHTML.slice(0, 80))"""

Opened = Callable[..., AbstractContextManager[Page]]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The whole site below a folder of its own, so that it is not at the root of its server."""
    return written(sites.whole(), tmp_path_factory.mktemp("served") / "under" / "here")


@pytest.fixture(scope="module")
def server(folder: Path) -> Iterator[str]:
    with static_server(folder.parents[1]) as address:
        yield f"{address}under/here/"


@pytest.fixture(scope="module")
def opened(browser: Browser, folder: Path) -> Opened:
    @contextmanager
    def open_context(home: str = f"{folder.as_uri()}/", **options: Any) -> Iterator[Page]:
        context = browser.new_context(offline=home.startswith("file:"), **options)
        page = context.new_page()
        faults: list[str] = []
        page.on("console", lambda message: faults.append(f"{page.url}: {message.text}"))
        page.on("pageerror", lambda error: faults.append(f"{page.url}: {error}"))
        page.on("requestfailed", lambda request: faults.append(f"failed: {request.url}"))
        page.on(
            "request",
            lambda it: None if it.url.startswith((home, "data:")) else faults.append(it.url),
        )
        yield page
        context.close()
        assert faults == []

    return open_context


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 768, 1440])
def test_pages_open_from_a_folder_and_fit(
    width: int, scheme: Any, folder: Path, opened: Opened
) -> None:
    names = PAGES if (width, scheme) == (360, "light") else KINDS
    with opened(viewport={"width": width, "height": 900}, color_scheme=scheme) as page:
        for name in names:
            page.goto((folder / name).as_uri())
            if name == "index.html":
                page.wait_for_selector("html.asks")
            assert page.evaluate("document.documentElement.scrollWidth") == width, name
            assert page.evaluate("getComputedStyle(document.body).margin") == "0px", name
            assert page.evaluate(LOST) == [], name


def test_pages_open_from_a_server_under_a_path(server: str, opened: Opened) -> None:
    with opened(server) as page:
        for name in PAGES:
            page.goto(server + name)
            if name == "index.html":
                page.wait_for_selector("html.asks")
        page.goto(server + "index.html#result/stage=production/targets=mobile")
        page.wait_for_selector("#result-heading")


def test_the_html_is_valid(folder: Path) -> None:
    rules = Path(__file__).parents[1] / "tools" / "htmlvalidate.json"
    done = npm_tool("html-validate", "--config", rules, "--formatter", "text", *PAGES, cwd=folder)
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing(scheme: Any, folder: Path, opened: Opened) -> None:
    axe = installed(MODULES / "axe-core" / "axe.min.js").read_text(encoding="utf-8")
    names = PAGES if scheme == "light" else KINDS
    with opened(viewport={"width": 1280, "height": 900}, color_scheme=scheme) as page:
        for name in names:
            page.goto((folder / name).as_uri())
            if name == "index.html":
                page.wait_for_selector("html.asks")
            page.evaluate(axe)
            found = page.evaluate(AXE)["violations"]
            told = [(it["id"], [node["html"][:120] for node in it["nodes"]]) for it in found]
            assert told == [], name


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_colours_can_be_read(scheme: Any, folder: Path, opened: Opened) -> None:
    with opened(color_scheme=scheme) as page:
        page.goto((folder / "method.html").as_uri())
        for ink, paper in PAIRS:
            front, back = (luminance(page, name) for name in (ink, paper))
            contrast = (max(front, back) + 0.05) / (min(front, back) + 0.05)
            assert contrast >= 4.5, (ink, paper)


def luminance(page: Page, name: str) -> float:
    """WCAG's relative luminance of a custom property, 0 to 1."""
    code = f"getComputedStyle(document.documentElement).getPropertyValue('--{name}').trim()"
    text = page.evaluate(code).lstrip("#")
    shares = [int(text[place : place + 2], 16) / 255 for place in (0, 2, 4)]
    linear = [it / 12.92 if it <= 0.04045 else ((it + 0.055) / 1.055) ** 2.4 for it in shares]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def test_the_keyboard_reaches_the_content(folder: Path, opened: Opened) -> None:
    with opened() as page:
        page.goto((folder / "compare.html").as_uri())
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.className") == "skip"
        assert page.evaluate("document.activeElement.getBoundingClientRect().top") >= 0
        page.keyboard.press("Enter")
        assert page.evaluate("document.activeElement.id") == "content"


def test_print_shows_all_and_no_controls(folder: Path, opened: Opened) -> None:
    inside = "document.querySelector('.runs ul').checkVisibility({ contentVisibilityAuto: true })"
    with opened() as page:
        page.goto((folder / "benchmarks.html").as_uri())
        assert page.locator("#filters").is_visible()
        assert not page.evaluate(inside)
        page.emulate_media(media="print")
        page.wait_for_function(inside)
        assert not page.locator("#filters").is_visible()


@pytest.mark.parametrize("name", ["compare.html", "benchmarks.html", "claims.html"])
def test_without_scripts_nothing_is_missing_but_the_filters(
    name: str, folder: Path, opened: Opened
) -> None:
    with opened() as page:
        page.goto((folder / name).as_uri())
        full = page.inner_text("main")
    with opened(java_script_enabled=False) as page:
        page.goto((folder / name).as_uri())
        assert not page.locator("#filters").is_visible()
        plain = page.inner_text("main")
    hidden = {line for line in full.splitlines() if line.strip() and line not in plain}
    assert len(hidden) < 60, "more than the words of the filters"
    for row in ("Range of the API", "tensorflow-graph", "ov-all-01"):
        assert (row in full) == (row in plain)
