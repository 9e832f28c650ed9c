"""The writer: all or nothing, inside its folder, and never over what is not ours."""

from pathlib import Path

import pytest

from advisor import publish
from advisor.errors import OutputError


def test_a_file_is_written_as_it_is_and_its_folders_are_made(tmp_path: Path) -> None:
    publish.write_file(tmp_path / "new" / "report.html", "a\r\nß\n")
    publish.write_file(tmp_path / "new" / "raw", b"\x00\xff")
    assert (tmp_path / "new" / "report.html").read_bytes() == "a\r\nß\n".encode()
    assert (tmp_path / "new" / "raw").read_bytes() == b"\x00\xff"
    assert sorted(file.name for file in (tmp_path / "new").iterdir()) == ["raw", "report.html"]


def test_a_link_keeps_pointing_at_the_file_that_is_replaced(tmp_path: Path) -> None:
    (tmp_path / "true.html").write_text("old")
    (tmp_path / "link.html").symlink_to("true.html")
    publish.write_file(tmp_path / "link.html", "new")
    assert (tmp_path / "link.html").is_symlink()
    assert (tmp_path / "true.html").read_text() == "new"


def test_a_file_where_a_folder_is_needed_is_named(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("mine")
    target = tmp_path / "taken" / "report.html"
    with pytest.raises(OutputError) as caught:
        publish.write_file(target, "new")
    (problem,) = caught.value.problems
    assert problem.where == str(target)
    assert problem.cure
    assert (tmp_path / "taken").read_text() == "mine"


def test_a_failed_rename_leaves_the_old_file_and_no_draft(tmp_path: Path) -> None:
    (tmp_path / "report.html").mkdir()
    (tmp_path / "report.html" / "kept").write_text("old")
    with pytest.raises(OutputError, match=r"report\.html"):
        publish.write_file(tmp_path / "report.html", "new")
    assert [entry.name for entry in tmp_path.iterdir()] == ["report.html"]
    assert (tmp_path / "report.html" / "kept").read_text() == "old"


def test_a_folder_is_replaced_whole(tmp_path: Path) -> None:
    site = tmp_path / "site"
    publish.write_folder(site, {"index.html": b"one", "old/page.html": b"gone"})
    publish.write_folder(site, {"index.html": b"two", "data/cells.json": b"{}"})
    assert _tree(site) == {publish.MARKER: b"", "index.html": b"two", "data/cells.json": b"{}"}
    assert [entry.name for entry in tmp_path.iterdir()] == ["site"]


def test_an_empty_folder_may_be_filled(tmp_path: Path) -> None:
    publish.write_folder(tmp_path, {"index.html": b"one"})
    assert (tmp_path / "index.html").read_bytes() == b"one"


def test_a_folder_that_is_not_ours_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "thesis.tex").write_text("years")
    with pytest.raises(OutputError, match="not made here"):
        publish.write_folder(tmp_path, {"index.html": b"one"})
    assert _tree(tmp_path) == {"thesis.tex": b"years"}


def test_a_file_is_not_replaced_by_a_folder(tmp_path: Path) -> None:
    (tmp_path / "site").write_text("mine")
    with pytest.raises(OutputError, match="is a file"):
        publish.write_folder(tmp_path / "site", {"index.html": b"one"})
    assert (tmp_path / "site").read_text() == "mine"


def test_a_failed_build_leaves_the_old_folder(tmp_path: Path) -> None:
    site = tmp_path / "site"
    publish.write_folder(site, {"index.html": b"old"})
    with pytest.raises(OutputError, match="site"):
        publish.write_folder(site, {"page": b"a file", "page/inside": b"needs a folder"})
    assert _tree(site) == {publish.MARKER: b"", "index.html": b"old"}
    assert [entry.name for entry in tmp_path.iterdir()] == ["site"]


def test_a_failed_swap_puts_the_old_folder_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    site = tmp_path / "site"
    publish.write_folder(site, {"index.html": b"old"})
    rename = Path.replace
    calls: list[Path] = []

    def second_fails(source: Path, target: Path) -> Path:
        calls.append(target)
        if len(calls) == 2:
            raise OSError(28, "No space left on device")
        return rename(source, target)

    monkeypatch.setattr(Path, "replace", second_fails)
    with pytest.raises(OutputError, match="No space left"):
        publish.write_folder(site, {"index.html": b"new"})
    assert _tree(site) == {publish.MARKER: b"", "index.html": b"old"}
    assert [entry.name for entry in tmp_path.iterdir()] == ["site"]


def test_names_that_leave_the_folder_are_refused_all_at_once(tmp_path: Path) -> None:
    bad = ["../out", "/etc/out", "a/../../out", "", ".", "a\\b", "C:out", "nul\0"]
    with pytest.raises(OutputError) as caught:
        publish.write_folder(tmp_path / "site", {**dict.fromkeys(bad, b""), "good": b""})
    assert len(caught.value.problems) == len(bad)
    assert not (tmp_path / "site").exists()


def _tree(folder: Path) -> dict[str, bytes]:
    return {
        file.relative_to(folder).as_posix(): file.read_bytes()
        for file in sorted(folder.rglob("*"))
        if file.is_file()
    }
