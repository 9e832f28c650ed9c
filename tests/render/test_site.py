"""The site as bytes, as documents, and as pages in a real browser that has no network."""

import dataclasses
import datetime as dt
import hashlib
import json
import math
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import Element

import html5lib
import pytest
from playwright.sync_api import Browser, Page

from advisor.catalog import load_catalog
from advisor.model import Catalog, Statement
from advisor.render.browser import browser_data
from advisor.render.site import PAGES, SCRIPTS, site
from advisor.runs import Runs, read_runs
from advisor.summarize import summarize

TODAY = dt.date(2026, 11, 22)
ARTICLE = dt.date(2025, 4, 30)
HOSTILE = "<script>alert(1)</script>\" onload='x' {{ 7 * 7 }} &amp; ]]>"
XHTML = "{http://www.w3.org/1999/xhtml}"
SECONDS = {
    ("keras-tensorflow", "keras"): 0.052,
    ("tensorflow-graph", "tensorflow"): 0.041,
    ("pytorch-eager", "pytorch"): 0.0415,
    ("pytorch-compile", "pytorch"): 0.037,
}
PHASES = {
    ("startup", "startup-seconds"): 90.0,
    ("train", "step-seconds"): 1.0,
    ("predict", "latency-seconds"): 0.02,
    ("predict", "batch-seconds"): 0.4,
}


INKS = ("ink", "muted", "accent", "keras", "tensorflow", "pytorch")
#: Builds the site in a process of its own and prints the digest of each file.
REBUILD = """
import datetime, hashlib, json, pathlib, sys
from advisor.catalog import load_catalog
from advisor.render.site import site
from advisor.runs import read_runs
from advisor.summarize import summarize

runs = read_runs(pathlib.Path(sys.argv[1]))
day = datetime.date.fromisoformat(sys.argv[2])
files = site(load_catalog(), summarize(runs), [runs], as_of=day, version="0.1.0")
print(json.dumps({name: hashlib.sha256(content).hexdigest() for name, content in files.items()}))
"""
#: Foreground and background of everything that is read, by custom property.
PAIRS = [
    *((ink, paper) for ink in INKS for paper in ("paper", "panel")),
    *(("ink", tint) for tint in ("good", "fair", "mixed", "weak", "absent")),
]


def stated(
    framework: str, criterion: str, level: int, date: dt.date = TODAY, **changes: Any
) -> Statement:
    facts = {"tier": "probed", "sources": ("S48",), "note": "With one more step.", **changes}
    return Statement(framework=framework, criterion=criterion, level=level, date=date, **facts)


STATEMENTS = (
    stated("keras", "control-flow", 3, inherits="tensorflow"),
    stated(
        "keras", "control-flow", 1, ARTICLE, note="As the article has it.", sources=("article",)
    ),
    stated("tensorflow", "control-flow", 2, note=HOSTILE),
    stated("pytorch", "control-flow", 4, sources=("S12", "S48")),
    stated("keras", "first-steps", 4, ARTICLE, tier="judged", sources=()),
    stated("tensorflow", "mobile", 0, tier="documented"),
    stated("pytorch", "mobile", 3, dt.date(2027, 1, 1), note="Not said yet."),
)


def run_file(stack: str, framework: str, phase: str, metric: str, replicate: int) -> dict[str, Any]:
    """A run file of one process that measured two tasks, and failed in a third."""
    middle = SECONDS[stack, framework] * PHASES[phase, metric] * (1 + 0.01 * (replicate % 3))
    names = {"stack": stack, "framework": framework, "phase": phase, "metric": metric, "unit": "s"}
    outcomes = [
        {"task": task, "phase": phase, "metric": metric, "outcome": "passed", "reason": ""}
        for task in ("cnn-cifar", "mlp-mnist")
    ]
    if stack == "tensorflow-graph":
        lost = {"task": "lstm-sentiment", "outcome": "refused", "reason": f"differs {HOSTILE}"}
        outcomes.append({**outcomes[0], **lost})
    return {
        "advisor": {
            "format": 1,
            "stack": stack,
            "framework": framework,
            "replicate": replicate,
            "session": "20261122T115000Z",
            "machine": {
                "cpu": f"Xeon {HOSTILE}",
                "architecture": "x86_64",
                "cores": 2,
                "memory_gib": 24,
                "system": "Linux 6.1",
                "governor": "unknown",
                "python": "3.11.7",
                "device": "cpu",
                "dtype": "float32",
            },
            "versions": {framework: "2.13.0+cpu", "numpy": "2.4.1"},
            "load": {"load": 0.1, "steal": 0.0, "waited_seconds": 0.0, "busy": False},
            "outcomes": outcomes,
        },
        "benchmarks": [
            {
                "extra_info": {
                    **names,
                    "task": task,
                    "batch": 64,
                    "source": "sha256:0123456789abcdef",
                },
                "stats": {"data": [middle * share, middle * share * 1.01]},
            }
            for task, share in (("cnn-cifar", 1.0), ("mlp-mnist", 0.13))
        ],
    }


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("results") / "2026-11-22-xeon"
    folder.mkdir()
    for stack, framework in SECONDS:
        for phase, metric in PHASES:
            for replicate in range(5):
                content = run_file(stack, framework, phase, metric, replicate)
                name = f"{stack}-{phase}-{metric}-{replicate}.json"
                (folder / name).write_text(json.dumps(content))
    return folder.parent


@pytest.fixture(scope="module")
def runs(results: Path) -> Runs:
    return read_runs(results)


@pytest.fixture(scope="module")
def known(catalog: Catalog) -> Catalog:
    return catalog.model_copy(update={"statements": STATEMENTS})


@pytest.fixture(scope="module")
def files(known: Catalog, runs: Runs) -> dict[str, bytes]:
    return site(known, summarize(runs), [runs], as_of=TODAY, version="0.1.0")


@pytest.fixture(scope="module")
def real(runs: Runs) -> dict[str, bytes]:
    return site(load_catalog(), summarize(runs), [runs], as_of=TODAY, version="0.1.0")


@pytest.fixture(scope="module")
def folder(real: dict[str, bytes], tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("site")
    for name, content in real.items():
        (path / name).write_bytes(content)
    return path


@contextmanager
def opened(browser: Browser, **options: Any) -> Iterator[Page]:
    """A page without a network, which must not complain and must ask for local files only."""
    context = browser.new_context(offline=True, **options)
    page = context.new_page()
    faults: list[str] = []
    page.on("console", lambda message: faults.append(message.text))
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("requestfailed", lambda request: faults.append(request.url))
    page.on("request", lambda request: faults.extend(remote(request.url)))
    yield page
    context.close()
    assert faults == []


def remote(url: str) -> list[str]:
    return [] if url.startswith(("file:", "data:")) else [url]


def parsed(content: bytes) -> Element:
    return html5lib.HTMLParser(strict=True).parse(content.decode())


def elements(content: bytes, *names: str) -> list[Element]:
    return [found for found in parsed(content).iter() if str(found.tag).split("}")[-1] in names]


def words(element: Element) -> str:
    return " ".join(" ".join(element.itertext()).split())


def row(content: bytes, criterion: str) -> list[str]:
    """What a row of the matrix says about Keras, TensorFlow and PyTorch."""
    (found,) = (it for it in elements(content, "tr") if it.get("id") == f"criterion-{criterion}")
    return [words(cell) for cell in found if cell.tag == f"{XHTML}td"]


def table(content: bytes, caption: str, phase: str) -> list[str]:
    """The rows of the first table with such a caption in the section of a phase."""
    for section in elements(content, "section"):
        heading = section.find(f"{XHTML}h3")
        if heading is not None and phase in words(heading):
            for found in section.iter(f"{XHTML}table"):
                if words(found).startswith(caption):
                    return [words(line) for line in found.iter(f"{XHTML}tr")]
    raise AssertionError(f"no table {caption!r} for {phase!r}")


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("which", ["files", "real"])
def test_pages_are_valid_and_run_only_what_is_named(
    page: str, which: str, request: pytest.FixtureRequest
) -> None:
    content = request.getfixturevalue(which)[page]
    everything = list(parsed(content).iter())
    assert not elements(content, "iframe", "object", "embed", "base")
    scripts = [it.get("src") for it in elements(content, "script")]
    assert scripts == (["data.js", *SCRIPTS] if page == "index.html" else [])
    assert (b"script-src" in content) == bool(scripts)
    assert not [words(it) for it in elements(content, "script") if words(it)]
    assert not [name for it in everything for name in it.attrib if name.startswith("on")]
    ids = [it.get("id") for it in everything if it.get("id")]
    assert len(ids) == len(set(ids))
    assert b"default-src 'none'" in content


@pytest.mark.parametrize("which", ["files", "real"])
def test_every_internal_link_resolves(which: str, request: pytest.FixtureRequest) -> None:
    site_files: dict[str, bytes] = request.getfixturevalue(which)
    targets = set(site_files)
    for page in PAGES:
        ids = (it.get("id") for it in parsed(site_files[page]).iter() if it.get("id"))
        targets |= {f"{page}#{id}" for id in ids}
    links = 0
    for page in PAGES:
        for link in elements(site_files[page], "a", "link", "use"):
            href = link.get("href", "")
            if not href.startswith(("https:", "http:", "data:")):
                links += 1
                assert (f"{page}{href}" if href.startswith("#") else href) in targets, href
        for it in parsed(site_files[page]).iter():
            for id in it.get("aria-labelledby", "").split():
                assert f"{page}#{id}" in targets
    assert links > 50


def test_a_cell_of_the_matrix_says_what_is_known(files: dict[str, bytes]) -> None:
    keras, tensorflow, pytorch = row(files["compare.html"], "control-flow")
    assert "Good inherited from TensorFlow" in keras
    assert "2026-11-22 · probed · S48" in keras
    assert "1 earlier statement" in keras
    assert "Weak As the article has it. 2025-04-30 · probed · article" in keras
    assert "With caveats" in tensorflow
    assert HOSTILE in tensorflow
    assert "stale" not in keras + tensorflow + pytorch
    assert "Leading" in pytorch
    assert "S12 · S48" in pytorch


def test_stale_unknown_absent_and_future_are_told_apart(files: dict[str, bytes]) -> None:
    keras, tensorflow, _ = row(files["compare.html"], "first-steps")
    assert "Leading stale" in keras
    assert "2025-04-30 · judged" in keras
    assert tensorflow == "TensorFlow Not known"
    _, tensorflow, pytorch = row(files["compare.html"], "mobile")
    assert "Absent" in tensorflow
    assert pytorch == "PyTorch Not known"
    assert b"Not said yet" not in files["compare.html"]


def test_an_earlier_date_shows_the_evidence_of_then(known: Catalog, runs: Runs) -> None:
    then = site(known, summarize(runs), [runs], as_of=ARTICLE, version="0.1.0")
    keras, tensorflow, _ = row(then["compare.html"], "control-flow")
    assert "Weak As the article has it." in keras
    assert "earlier statement" not in keras
    assert tensorflow == "TensorFlow Not known"
    assert "Not measured yet" in row(then["compare.html"], "training-speed")[0]
    assert b"Nothing has been measured" in then["benchmarks.html"]
    assert b"Xeon" not in then["benchmarks.html"]


def test_measured_criteria_link_to_their_table(files: dict[str, bytes]) -> None:
    keras, tensorflow, pytorch = row(files["compare.html"], "training-speed")
    assert "cnn-cifar: 1.27 × the best" in keras
    assert "cnn-cifar: best, tied" in tensorflow
    assert "tied" in pytorch
    assert HOSTILE in keras


def test_default_and_tuned_stacks_are_never_one_ranking(files: dict[str, bytes]) -> None:
    default = table(files["benchmarks.html"], "Default stacks", "One training step")
    tuned = table(files["benchmarks.html"], "Tuned stacks", "One training step")
    assert [line.split()[0] for line in default[1:5]] == [
        "cnn-cifar", "tensorflow-graph", "pytorch-eager", "keras-tensorflow",
    ]  # fmt: skip
    assert "1.00 × best, tied" in default[2]
    assert "41.6 ms" in default[2]
    page = words(parsed(files["benchmarks.html"]))
    assert "41.2 ms 2026-11-22-xeon/tensorflow-graph-train-step-seconds-0.json" in page
    assert not any("pytorch-compile" in line for line in default)
    assert tuned[2].startswith("pytorch-compile 37.6 ms")
    assert "best" not in tuned[2]


def test_what_is_missing_is_shown_with_its_reason(files: dict[str, bytes]) -> None:
    lines = table(files["benchmarks.html"], "Default stacks", "One training step")
    task = lines.index("lstm-sentiment")
    assert lines[task + 1] == (f"tensorflow-graph No value; 5 processes refused: differs {HOSTILE}")
    assert lines[task + 2 : task + 4] == [
        "keras-tensorflow Not measured",
        "pytorch-eager Not measured",
    ]


def test_an_unstable_cell_is_marked(known: Catalog, runs: Runs) -> None:
    cells = [
        dataclasses.replace(cell, stable=cell.stack != "tensorflow-graph")
        for cell in summarize(runs)
    ]
    pages = site(known, cells, [runs], as_of=TODAY, version="0.1.0")
    lines = table(pages["benchmarks.html"], "Default stacks", "One training step")
    assert "41.6 ms" in lines[2]
    assert "1.00 × best, tied unstable" in lines[2]
    assert "unstable" not in lines[3]


def test_strange_names_and_values_stay_harmless(known: Catalog, runs: Runs) -> None:
    strange = {"machine": HOSTILE, "task": HOSTILE, "stack": HOSTILE, "runs": (HOSTILE,) * 5}
    cells = [
        dataclasses.replace(cell, **strange, value=math.nan, high=math.inf)
        for cell in summarize(runs)
        if cell.stack == "pytorch-eager" and cell.task == "cnn-cifar"
    ]
    pages = site(known, cells, [], as_of=TODAY, version="0.1.0")
    page = pages["benchmarks.html"]
    assert not elements(page, "script")
    assert shipped(pages)["now"]["speeds"] == []
    assert [words(it) for it in elements(page, "h2")] == [HOSTILE]
    assert "not finite" in words(parsed(page))
    assert not re.search(r"\b(nan|inf)\b", words(parsed(page)), re.IGNORECASE)


def test_the_start_page_counts_the_evidence(files: dict[str, bytes]) -> None:
    facts = words(elements(files["index.html"], "dl")[0])
    assert facts == (
        "Criteria 10 in 5 groups Statements 6 1 of them history Measured cells 32 on 1 machine"
        " Past review 1 statements marked stale Newest evidence 2026-11-22 shown as of 2026-11-22"
    )
    tiers = elements(files["index.html"], "table")[0]
    assert "probed a program that was run 3" in words(tiers)
    assert "unknown nothing yet: never counted as zero 19" in words(tiers)


def shipped(files: dict[str, bytes]) -> Any:
    """What data.js sets, read as a program would."""
    text = files["data.js"].decode("ascii")
    return json.loads(text.removeprefix("const advisorData = ").removesuffix(";\n"))


def test_the_page_gets_what_it_decides_on(known: Catalog, runs: Runs) -> None:
    cells = summarize(runs)
    files = site(known, cells, [runs], as_of=TODAY, version="0.1.0")
    assert shipped(files) == browser_data(known, cells, as_of=TODAY)
    assert b"</" not in files["data.js"]
    assert HOSTILE in json.dumps(shipped(files), ensure_ascii=False).replace('\\"', '"')


def test_canonical_links_name_where_the_site_is_published(known: Catalog) -> None:
    pages = site(known, [], [], as_of=TODAY, version="1", base_url="https://example.org/a/")
    links = elements(pages["compare.html"], "link")
    assert "https://example.org/a/compare.html" in [link.get("href") for link in links]


@pytest.mark.parametrize("seed", ["1", "2"])
def test_the_same_evidence_gives_the_same_bytes(
    seed: str, results: Path, real: dict[str, bytes]
) -> None:
    made = subprocess.run(
        [sys.executable, "-c", REBUILD, str(results), TODAY.isoformat()],
        env={**os.environ, "PYTHONHASHSEED": seed},
        cwd=Path(__file__).parents[2],
        capture_output=True,
        check=True,
        text=True,
    )
    digests = {name: hashlib.sha256(content).hexdigest() for name, content in real.items()}
    assert json.loads(made.stdout) == digests


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 768, 1440])
def test_pages_open_from_a_folder_and_fit(
    width: int, scheme: Any, folder: Path, browser: Browser
) -> None:
    size = {"width": width, "height": 900}
    with opened(browser, viewport=size, color_scheme=scheme) as page:
        for name in PAGES:
            page.goto((folder / name).as_uri())
            assert page.evaluate("document.documentElement.scrollWidth") == width
            assert page.evaluate("getComputedStyle(document.body).margin") == "0px"
            unreachable = "[...document.querySelectorAll('.scroll')].filter(it => it.tabIndex)"
            assert page.evaluate(unreachable) == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_colours_can_be_read(scheme: Any, folder: Path, browser: Browser) -> None:
    with opened(browser, color_scheme=scheme) as page:
        page.goto((folder / "index.html").as_uri())
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


def test_the_keyboard_reaches_the_content(folder: Path, browser: Browser) -> None:
    with opened(browser) as page:
        page.goto((folder / "compare.html").as_uri())
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.className") == "skip"
        assert page.evaluate("document.activeElement.getBoundingClientRect().top") >= 0
        page.keyboard.press("Enter")
        assert page.evaluate("document.activeElement.id") == "content"


def test_print_opens_the_history(folder: Path, browser: Browser) -> None:
    seen = "document.querySelector('.history').checkVisibility({contentVisibilityAuto: true})"
    with opened(browser) as page:
        page.goto((folder / "compare.html").as_uri())
        assert not page.evaluate(seen)
        page.emulate_media(media="print")
        page.wait_for_function(seen)
