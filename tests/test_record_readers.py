"""Other people's tools read our records: every field arrives where they look for it.

adr-tools (Debian), adr-log and log4brains (npm), MADR's own markdownlint rules, and Backstage's
reader of MADR 4.
"""

import dataclasses
import shutil
from pathlib import Path

import pytest

from advisor.filing import Material, file_anew
from advisor.publish import write_files
from advisor.register import Format, open_register
from tests import tools
from tests.render import handmade
from tests.render.test_report import HOSTILE, named

TITLE = "Use PyTorch for Herbarium a plant finder for phones"
STEM = "use-pytorch-for-herbarium-a-plant-finder-for-phones"
RULES = tools.MODULES / "madr" / "template" / ".markdownlint.yml"


def filed(folder: Path, format: Format, *, project: str = "") -> Path:
    """Two records of a format, the second superseding the first, made as the command makes them."""
    catalog = handmade.make_catalog()
    decision = handmade.make_decisions()["clear"]
    if project:
        decision = named(decision, project)
    made = Material(decision, catalog, (), handmade.PROVENANCE, b"format = 1\n")
    records = folder / "docs" / "decisions"
    for status, supersedes in (("proposed", None), ("accepted", 1)):
        register = open_register(folder, records, format)
        write_files(file_anew(made, register, status=status, supersedes=supersedes).files)
    return records


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    made = tmp_path_factory.mktemp("records")
    formats: tuple[Format, ...] = ("bridge", "madr4", "nygard")
    return {format: filed(made / format, format).parents[1] for format in formats}


@pytest.mark.parametrize(
    ("format", "numbered"), [("bridge", ""), ("nygard", "{}. ")], ids=["bridge", "nygard"]
)
def test_adr_tools_lists_the_records_with_their_titles(
    folders: dict[str, Path], format: str, numbered: str
) -> None:
    folder = folders[format]
    (folder / ".adr-dir").write_text("docs/decisions\n")
    listed = tools.run(tools.debian_tool("adr"), "list", cwd=folder).stdout.split()
    assert listed == [f"docs/decisions/000{n}-{STEM}.md" for n in (1, 2)]
    toc = tools.run(tools.debian_tool("adr"), "generate", "toc", cwd=folder).stdout
    for number in (1, 2):
        title = numbered.format(number) + TITLE
        assert f"* [{title}](000{number}-{STEM}.md)" in toc.splitlines()


def test_adr_tools_follows_the_links_between_nygards_records(folders: dict[str, Path]) -> None:
    folder = folders["nygard"]
    (folder / ".adr-dir").write_text("docs/decisions\n")
    graph = tools.run(tools.debian_tool("adr"), "generate", "graph", cwd=folder).stdout
    assert '_2 -> _1 [label="Supersedes"' in graph
    assert f'label="1. {TITLE}"' in graph


def test_adr_tools_numbers_the_next_record_after_ours(
    folders: dict[str, Path], tmp_path: Path
) -> None:
    shutil.copytree(folders["nygard"] / "docs", tmp_path / "docs")
    (tmp_path / ".adr-dir").write_text("docs/decisions\n")
    command = ("env", "VISUAL=true", tools.debian_tool("adr"), "new", "-s", "2", "Something else")
    made = tools.run(*command, cwd=tmp_path).stdout.strip()
    assert made == "docs/decisions/0003-something-else.md"
    (old,) = (tmp_path / "docs" / "decisions").glob("0002-*.md")
    assert "[3. Something else](0003-something-else.md)" in old.read_text()


@pytest.mark.parametrize("format", ["bridge", "nygard"])
def test_adr_log_indexes_the_records_and_nothing_else(
    folders: dict[str, Path], tmp_path: Path, format: str
) -> None:
    shutil.copytree(folders[format] / "docs" / "decisions", tmp_path / "d")
    done = tools.npm_tool("adr-log", "-d", "d", "-i", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    lines = (tmp_path / "d" / "index.md").read_text().split("\n")
    assert [line for line in lines if line.startswith("* ")] == [
        f"* [ADR-000{number}](000{number}-{STEM}.md) - {TITLE}" for number in (1, 2)
    ]


def test_log4brains_reads_every_field(folders: dict[str, Path], tmp_path: Path) -> None:
    shutil.copytree(folders["bridge"] / "docs", tmp_path / "docs")
    (old, new) = sorted((tmp_path / "docs" / "decisions").glob("*.md"))
    new.write_text(new.read_text().replace("* Deciders:", "* Deciders: Ada, Bob"))
    config = "project:\n  name: herbarium\n  tz: UTC\n  adrFolder: ./docs/decisions\n"
    (tmp_path / ".log4brains.yml").write_text(config)
    first, second = tools.read_by("log4brains", tmp_path)
    assert [record["title"] for record in (first, second)] == [TITLE, TITLE]
    assert (first["status"], first["supersededBy"]) == ("superseded", new.stem)
    assert (second["status"], second["supersededBy"]) == ("accepted", None)
    assert second["deciders"] == ["Ada", "Bob"]
    assert second["publicationDate"].startswith("2026-11-22")
    assert second["slug"] == new.stem
    assert old.stem in second["body"]["rawMarkdown"]
    assert "## Decision Outcome" in second["body"]["enhancedMdx"]


def test_a_proposal_is_a_proposal_to_log4brains(tmp_path: Path) -> None:
    records = filed(tmp_path, "bridge")
    for path in records.glob("0002-*"):
        path.unlink()
    (record,) = records.glob("*.md")
    record.write_text(
        "\n".join(
            "* Status: proposed" if line.startswith("* Status:") else line
            for line in record.read_text().split("\n")
        )
    )
    config = "project:\n  name: herbarium\n  tz: UTC\n  adrFolder: ./docs/decisions\n"
    (tmp_path / ".log4brains.yml").write_text(config)
    (found,) = tools.read_by("log4brains", tmp_path)
    assert found["status"] == "proposed"


def test_backstage_reads_the_front_matter_of_madr_4(folders: dict[str, Path]) -> None:
    first, second = tools.read_by("madr4", folders["madr4"] / "docs" / "decisions")
    assert (second["status"], second["date"]) == ("accepted", "2026-11-22")
    assert first["status"] == f"superseded by [0002-{STEM}](0002-{STEM}.md)"
    assert second["attributes"]["number"] == 2
    assert second["attributes"]["title"] == TITLE
    assert set(second["attributes"]) == {
        "number", "title", "status", "date", "decision-makers", "consulted", "informed",
    }  # fmt: skip
    assert f"# {TITLE}\n" in second["content"]
    assert "### Confirmation" in second["content"]


@pytest.mark.parametrize("format", ["bridge", "madr4", "nygard"])
def test_madrs_own_rules_have_nothing_to_say(
    folders: dict[str, Path], tmp_path: Path, format: Format
) -> None:
    hostile = filed(tmp_path / "hostile", format, project=HOSTILE["lines"] + HOSTILE["markup"])
    for number, folder in enumerate((folders[format] / "docs" / "decisions", hostile)):
        for record in folder.glob("*.md"):
            shutil.copyfile(record, tmp_path / f"{number}-{record.name}")
    done = tools.npm_tool(
        "markdownlint-cli2", "--config", tools.installed(RULES), "*.md", cwd=tmp_path
    )
    assert "4 file(s)" in done.stdout
    assert done.returncode == 0, done.stderr


def test_an_index_that_a_tool_made_does_not_disturb_us(folders: dict[str, Path]) -> None:
    folder = folders["bridge"] / "docs" / "decisions"
    tools.npm_tool("adr-log", "-d", ".", "-i", cwd=folder)
    entries = open_register(folder, folder, None).entries
    assert [entry.number for entry in entries] == [1, 2]
    assert dataclasses.asdict(entries[1])["status"] == "accepted"
    (folder / "index.md").unlink()
