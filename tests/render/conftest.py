"""What the tests of this folder share: hand-made decisions, their pages, and a browser."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, sync_playwright

from advisor import model
from tests import chromium
from tests.render import handmade


@pytest.fixture(scope="session")
def catalog() -> model.Catalog:
    return handmade.make_catalog()


@pytest.fixture(scope="session")
def decisions() -> dict[str, model.Decision]:
    return handmade.make_decisions()


@pytest.fixture(scope="session")
def pages() -> dict[str, str]:
    return handmade.make_pages()


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(
            executable_path=chromium.path(), args=chromium.ARGUMENTS
        )
        yield launched
        launched.close()
