"""Where a team's records are, how they are written, and what number comes next."""

from pathlib import Path

import pytest

from advisor.errors import RecordError
from advisor.register import Format, block_of, front_matter, open_register, read_entry

BRIDGE = "# Use Rust\n\n* Status: accepted\n* Deciders: Ada\n* Date: 2026-01-01\n\n## Context\n"
MADR = "---\nstatus: 'proposed'\ndate: 2026-01-01\n---\n\n# Use Rust\n\n## Decision Outcome\n"
NYGARD = "# 7. Use Rust\n\nDate: 2026-01-01\n\n## Status\n\nAccepted\n\n## Context\n"
TEXTS: dict[Format, str] = {"bridge": BRIDGE, "madr4": MADR, "nygard": NYGARD}


def write(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


@pytest.mark.parametrize(
    ("file", "content", "folder", "format"),
    [
        (".adr-dir", "architecture/decisions\n", "architecture/decisions", "nygard"),
        (
            ".log4brains.yml",
            "project:\n  name: x\n  adrFolder: './docs/log' # ours\n",
            "docs/log",
            "bridge",
        ),
        (".adr", "[adr]\nrecords-dir = adrs\n", "adrs", "bridge"),
        (".adr", "[git]\nadr-only-repo = true\n", "docs/adr", "bridge"),
        ("adrs.toml", 'adr_dir = "decisions"\nmode = "ng"\n', "decisions", "madr4"),
        ("adrs.toml", 'adr_dir = "decisions"\n', "decisions", "nygard"),
    ],
)
def test_a_tools_configuration_says_where_and_how(
    tmp_path: Path, file: str, content: str, folder: str, format: str
) -> None:
    write(tmp_path, file, content)
    (tmp_path / "docs" / "decisions").mkdir(parents=True)
    found = open_register(tmp_path, None, None)
    assert (found.folder.resolve(), found.format) == ((tmp_path / folder).resolve(), format)


@pytest.mark.parametrize("there", ["docs/decisions", "docs/adr", "doc/adr"])
def test_a_folder_that_is_there_is_used(tmp_path: Path, there: str) -> None:
    (tmp_path / there).mkdir(parents=True)
    assert open_register(tmp_path, None, None).folder == tmp_path / there


def test_otherwise_records_go_where_most_have_them(tmp_path: Path) -> None:
    found = open_register(tmp_path, None, None)
    assert (found.folder, found.format) == (tmp_path / "docs/decisions", "bridge")


def test_it_looks_up_to_the_top_of_the_repository_and_no_further(tmp_path: Path) -> None:
    write(tmp_path, ".adr-dir", "outside")
    top = tmp_path / "repository"
    inside = top / "src" / "deep"
    inside.mkdir(parents=True)
    (top / ".git").mkdir()
    write(top, ".log4brains.yml", "project:\n  adrFolder: log\n")
    assert open_register(inside, None, None).folder == top / "log"
    (top / ".log4brains.yml").unlink()
    assert open_register(inside, None, None).folder == inside / "docs/decisions"


@pytest.mark.parametrize("format", TEXTS)
def test_the_newest_record_says_how_the_team_writes(tmp_path: Path, format: Format) -> None:
    others = [text for other, text in TEXTS.items() if other != format]
    for number, text in enumerate([*others, TEXTS[format]], start=1):
        write(tmp_path, f"{number:04}-x.md", text)
    found = open_register(tmp_path, tmp_path, None)
    assert (found.format, found.next_number) == (format, 4)
    assert open_register(tmp_path, tmp_path, "nygard").format == "nygard"


def test_existing_records_beat_a_configuration(tmp_path: Path) -> None:
    write(tmp_path, ".adr-dir", "adr")
    write(tmp_path / "adr", "0001-x.md", MADR)
    assert open_register(tmp_path, None, None).format == "madr4"


def test_numbers_are_those_of_file_names_and_dates_are_no_numbers(tmp_path: Path) -> None:
    for name in ("0001-a.md", "7-b.md", "20240102-c.md", "template.md", "index.md", "0009-d.txt"):
        write(tmp_path, name, BRIDGE)
    found = open_register(tmp_path, tmp_path, None)
    assert [entry.number for entry in found.entries] == [1, 7]
    assert found.next_number == 8


def test_four_digits_hold_no_more(tmp_path: Path) -> None:
    write(tmp_path, "9999-last.md", BRIDGE)
    with pytest.raises(RecordError, match="four digits"):
        _ = open_register(tmp_path, tmp_path, None).next_number


@pytest.mark.parametrize(("format", "status"), [("bridge", "accepted"), ("nygard", "Accepted")])
def test_title_and_status_are_read_in_each_format(format: Format, status: str) -> None:
    entry = read_entry(Path("0007-use-rust.md"), TEXTS[format])
    assert (entry.number, entry.title, entry.status) == (7, "Use Rust", status)
    assert (entry.format, entry.closed, entry.ours) == (format, False, False)


def test_front_matter_is_read_without_its_quotes() -> None:
    entry = read_entry(Path("0001-x.md"), MADR)
    assert (entry.format, entry.status, entry.title) == ("madr4", "proposed", "Use Rust")
    assert front_matter("# no front matter\n---\na: b\n---\n") is None


@pytest.mark.parametrize("status", ["superseded by [0002-x](0002-x.md)", "Rejected", "deprecated"])
def test_a_closed_record_is_recognised(status: str) -> None:
    assert read_entry(Path("0001-x.md"), BRIDGE.replace("accepted", status)).closed


def test_a_record_that_is_missing_or_there_twice_is_named(tmp_path: Path) -> None:
    write(tmp_path, "0001-a.md", BRIDGE)
    write(tmp_path, "0002-b.md", BRIDGE)
    write(tmp_path, "0002-c.md", BRIDGE)
    register = open_register(tmp_path, tmp_path, None)
    assert register.entry(1).path.name == "0001-a.md"
    with pytest.raises(RecordError, match=r"no record 5.*There are: 1, 2, 2"):
        register.entry(5)
    with pytest.raises(RecordError, match="there twice"):
        register.entry(2)


@pytest.mark.parametrize(("file", "content"), [("adrs.toml", "= broken"), (".adr", "no section\n")])
def test_a_broken_configuration_is_named(tmp_path: Path, file: str, content: str) -> None:
    write(tmp_path, file, content)
    with pytest.raises(RecordError) as caught:
        open_register(tmp_path, None, None)
    (problem,) = caught.value.problems
    assert problem.where.endswith(file)
    assert "--dir" in problem.cure


def test_a_file_is_no_folder(tmp_path: Path) -> None:
    with pytest.raises(RecordError, match="is a file"):
        open_register(tmp_path, write(tmp_path, "records", "mine"), None)


def test_what_is_no_text_or_no_page_is_passed_over(tmp_path: Path) -> None:
    (tmp_path / "0001-latin.md").write_bytes(b"# Caf\xe9\n")
    (tmp_path / "0002-huge.md").write_text("x" * 2_000_000)
    (tmp_path / "0003-folder.md").mkdir()
    assert open_register(tmp_path, tmp_path, None).entries == ()


@pytest.mark.parametrize("content", ["{", "[]", '{"a": NaN'])
def test_a_broken_comment_is_no_comment_of_ours(content: str) -> None:
    assert block_of(f"# T\n\n<!-- advisor decision\n{content}\n-->\n") is None
