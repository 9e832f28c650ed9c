"""What the tests of this folder share: hand-made decisions and their pages."""

import pytest

from advisor import model
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
