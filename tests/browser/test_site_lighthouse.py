"""One audit of each main page by Lighthouse; tests/lighthouse.py takes the medians of five."""

from collections.abc import Iterator

import pytest

from tests import sites
from tests.lighthouse import FULL, PAGES, audited
from tests.serving import static_server

#: A single run beside other tests says little about speed; far below means that something broke.
PERFORMANCE = 80


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("served")
    sites.written(sites.whole(), folder / "under" / "here")
    with static_server(folder) as address:
        yield f"{address}under/here/"


@pytest.mark.parametrize("page", PAGES)
def test_lighthouse_finds_nothing_to_complain_about(page: str, server: str) -> None:
    audit = audited(server + page)
    assert audit.lost == ()
    assert audit.marks["performance"] >= PERFORMANCE
    assert {mark for name, mark in audit.marks.items() if name != "performance"} == {FULL}
