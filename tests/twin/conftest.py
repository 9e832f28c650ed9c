"""The three that must agree: Python's answers, Node, and a real browser without a network."""

import json
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from tests.twin.vectors import problems

HERE = Path(__file__).resolve().parent
SCORE = HERE.parents[1] / "site" / "score.js"
DRIVER = HERE / "answers.js"

PAGE = """<!doctype html>
<meta charset="utf-8">
<title>twin</title>
<script src="{score}"></script>
<script src="{driver}"></script>
<script src="vectors.js"></script>
"""

Node = Callable[..., Any]


@pytest.fixture(scope="session")
def twins() -> tuple[dict[str, Any], Any]:
    """The vectors, and Python's answers to them."""
    return problems()


@pytest.fixture(scope="session")
def node(tmp_path_factory: pytest.TempPathFactory) -> Node:
    """Node's answers to vectors, by default from site/score.js."""
    found = shutil.which("node")
    if found is None:
        raise RuntimeError("no Node found: install Node.js 18 or later to test the browser's twin")
    folder = tmp_path_factory.mktemp("node")
    written: dict[int, dict[str, Any]] = {}

    def ask(vectors: dict[str, Any], script: Path = SCORE) -> Any:
        path = folder / f"{id(vectors)}.json"
        if id(vectors) not in written:
            path.write_text(json.dumps(vectors), encoding="utf-8")
            written[id(vectors)] = vectors
        command = [found, str(DRIVER), str(script), str(path)]
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    return ask


@pytest.fixture
def page(browser: Browser, tmp_path: Path, twins: tuple[dict[str, Any], Any]) -> Iterator[Page]:
    """A page from file:// that has loaded the twin and its vectors, and has no network."""
    text = f"const vectors = {json.dumps(twins[0])};\n"
    (tmp_path / "vectors.js").write_text(text, encoding="utf-8")
    html = PAGE.format(score=SCORE.as_uri(), driver=DRIVER.as_uri())
    (tmp_path / "page.html").write_text(html, encoding="utf-8")
    faults: list[str] = []
    context = browser.new_context(offline=True)
    page = context.new_page()
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("console", lambda message: faults.append(message.text))
    page.goto((tmp_path / "page.html").as_uri())
    yield page
    context.close()
    assert faults == []
