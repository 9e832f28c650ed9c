"""What README.md and docs/measurements.md show is what the commands do."""

import re
from pathlib import Path

import pytest

from advisor.cli import app
from tests.readme import DOCUMENTS, PART, README, remade
from tests.screenshots import TERMINAL, terminal

ROOT = Path(__file__).resolve().parents[1]


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda document: document.name)
def test_what_a_command_printed_is_what_it_prints_today(document: Path) -> None:
    text = document.read_text(encoding="utf-8")
    assert PART.search(text)
    assert remade(text) == text, f"run `python -m tests.readme` and commit {document.name}"


def test_every_command_named_exists() -> None:
    known = {command.name or command.callback.__name__ for command in app.registered_commands}
    known |= {group.name for group in app.registered_groups}
    named = set(re.findall(r"`advisor ([a-z]+)", README.read_text(encoding="utf-8")))
    assert named <= known
    assert known <= named, "the README's table leaves out a command"


def test_every_make_target_named_exists() -> None:
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    named = set(re.findall(r"^\s*make ([a-z]+)|`make ([a-z]+)", README.read_text(), re.MULTILINE))
    assert {one or other for one, other in named} <= targets


def test_every_link_to_a_file_leads_somewhere() -> None:
    for document in ROOT.glob("*.md"):
        for target in re.findall(r"\]\(([^)#:]+)\)", document.read_text(encoding="utf-8")):
            assert (ROOT / target).exists(), f"{document.name}: {target}"


def test_ci_runs_the_very_test_command_of_the_readme() -> None:
    assert re.search(r"^    make test$", README.read_text(), re.MULTILINE)
    assert re.search(r"^make test$", (ROOT / ".ci" / "run").read_text(), re.MULTILINE)


def test_the_picture_of_the_terminal_is_what_the_command_prints_today() -> None:
    drawn = TERMINAL.read_text(encoding="utf-8")
    assert terminal() == drawn, "run `python -m tests.screenshots` and commit docs/images"
