"""The preview: files of a folder on loopback, and a rebuild after each change."""

import itertools
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path

import pytest

from advisor.errors import OutputError
from advisor.preview import changes, serve, served


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "shown").mkdir()
    (tmp_path / "shown" / "index.html").write_text("first")
    (tmp_path / "shown" / "404.html").write_text("not here")
    return tmp_path / "shown"


def read(address: str) -> str:
    with urllib.request.urlopen(address, timeout=10) as answer:
        assert answer.headers["Cache-Control"] == "no-store"
        return str(answer.read().decode())


def test_files_are_served_on_loopback_only(folder: Path) -> None:
    with served(folder, 0) as address:
        assert address.startswith("http://127.0.0.1:")
        assert read(address) == "first"


def test_what_is_missing_is_shown_by_the_sites_own_page(folder: Path) -> None:
    with served(folder, 0) as address, pytest.raises(urllib.error.HTTPError) as missing:
        read(f"{address}nothing/here.html")
    assert (missing.value.code, missing.value.read()) == (404, b"not here")


def test_nothing_outside_the_folder_is_served(folder: Path) -> None:
    (folder.parent / "secret.txt").write_text("secret")
    with served(folder, 0) as address:
        for path in ("../secret.txt", "%2e%2e/secret.txt", "..%2fsecret.txt"):
            with pytest.raises(urllib.error.HTTPError):
                read(address + path)


def test_a_port_that_is_taken_is_named_with_a_cure(folder: Path) -> None:
    with served(folder, 0) as address:
        port = int(address.rstrip("/").rpartition(":")[2])
        with pytest.raises(OutputError, match=rf"port {port}.*--port"), served(folder, port):
            pass


@pytest.mark.parametrize(
    "change",
    [
        lambda home: (home / "new.txt").write_text("new"),
        lambda home: (home / "old.txt").write_text("longer than before"),
        lambda home: (home / "old.txt").unlink(),
    ],
    ids=["comes", "changes", "goes"],
)
def test_a_file_that_comes_changes_or_goes_is_noticed_once(
    change: Callable[[Path], object], tmp_path: Path
) -> None:
    (tmp_path / "old.txt").write_text("old")
    seen: list[int] = []

    def watch() -> None:
        seen.extend(1 for _ in itertools.islice(changes([tmp_path], pause=0.02), 1))

    thread = threading.Thread(target=watch)
    thread.start()
    time.sleep(0.1)
    assert seen == []
    change(tmp_path)
    thread.join(timeout=10)
    assert seen == [1]


def test_a_rebuild_that_fails_says_so_and_goes_on(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[str] = []
    built = 0

    def rebuild() -> None:
        nonlocal built
        built += 1
        if built == 1:
            raise ValueError("a slip")
        raise KeyboardInterrupt

    def three(watched: object) -> list[None]:
        return [None] * 3

    monkeypatch.setattr("advisor.preview.changes", three)
    with pytest.raises(KeyboardInterrupt):
        serve(folder, [tmp_path], rebuild, port=0, told=told.append)
    assert told[0].startswith("Serving http://127.0.0.1:")
    assert told[1:] == ["Not built again: ValueError: a slip"]
