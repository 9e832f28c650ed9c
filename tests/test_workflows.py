"""The workflows ask for little, pin what they use, and call what a person would call."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
PINNED = re.compile(r"[\w-]+/[\w-]+(/[\w-]+)*@[0-9a-f]{40} # v\d+\.\d+\.\d+|\./.*")


@pytest.mark.parametrize("workflow", WORKFLOWS, ids=lambda path: path.name)
def test_every_action_is_pinned_to_a_commit_and_says_its_version(workflow: Path) -> None:
    used = re.findall(r"uses: (.*)", workflow.read_text())
    assert used
    assert [action for action in used if not PINNED.fullmatch(action)] == []


@pytest.mark.parametrize("workflow", WORKFLOWS, ids=lambda path: path.name)
def test_rights_are_named_and_never_written_to_the_code(workflow: Path) -> None:
    text = workflow.read_text()
    assert re.search(r"^permissions:", text, re.MULTILINE)
    assert "contents: write" not in text
    assert "write-all" not in text


def test_only_the_job_that_publishes_may_write_pages() -> None:
    text = (ROOT / ".github" / "workflows" / "pages.yml").read_text()
    build, publish = text.split("  publish:\n")
    assert "write" not in build
    assert re.findall(r"(\S+): write", publish) == ["pages", "id-token"]


def test_pages_are_built_by_the_make_target_of_the_readme() -> None:
    text = (ROOT / ".github" / "workflows" / "pages.yml").read_text()
    assert "make site" in text
    assert re.search(r"^site:", (ROOT / "Makefile").read_text(), re.MULTILINE)
