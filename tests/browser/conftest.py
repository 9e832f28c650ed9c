"""The built start page in a real browser without a network, and what it was built from."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from advisor.catalog import load_catalog
from advisor.model import Catalog, Cell
from advisor.render.site import site
from tests.sites import written
from tests.twin.vectors import TODAY, _cells

#: Of the made-up ones; charts for all of them would take a minute.
MACHINES = ("b", "c")


@dataclass(frozen=True)
class Built:
    """A site and what it was built from."""

    catalog: Catalog
    cells: tuple[Cell, ...]
    start: str


Opened = Callable[..., AbstractContextManager[Page]]


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Built:
    """The site of the real knowledge and of made-up measurements on a processor and a GPU."""
    catalog = load_catalog()
    cells = tuple(cell for cell in _cells(catalog, Random(42)) if cell.machine in MACHINES)
    files = site(catalog, cells, [], as_of=TODAY, version="0.1.0")
    folder = written(files, tmp_path_factory.mktemp("site"))
    return Built(catalog, cells, (folder / "index.html").as_uri())


@pytest.fixture(scope="module")
def opened(browser: Browser, built: Built) -> Opened:
    """Opens the start page at a fragment; a message on the console is a fault."""

    @contextmanager
    def open_page(fragment: str = "", **options: Any) -> Iterator[Page]:
        context = browser.new_context(offline=True, accept_downloads=True, **options)
        page = context.new_page()
        faults: list[str] = []
        page.on("console", lambda message: faults.append(message.text))
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.on("requestfailed", lambda request: faults.append(request.url))
        page.goto(built.start + fragment)
        if options.get("java_script_enabled", True):
            page.wait_for_selector("html.asks")  # its scripts load after the first frame
        yield page
        context.close()
        assert faults == []

    return open_page


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where a test keeps what it downloads."""
    return tmp_path
