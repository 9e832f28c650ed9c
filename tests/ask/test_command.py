"""`advisor ask` and `advisor advise` as a person runs them: real processes in a real terminal."""

import re
import shlex
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pexpect  # type: ignore[import-untyped]
import pytest

from tests.ask.test_fronts import (
    CTRL_C,
    DOWN,
    ENTER,
    ROOT,
    SPACE,
    UP,
    Start,
    environment,
    replies,
)

EXAMPLES = ROOT / "examples"

#: Python 3.12 warns of any fork beside threads; the child here executes another program at once.
pytestmark = pytest.mark.filterwarnings("ignore:.*multi-threaded.*:DeprecationWarning")


@pytest.fixture
def advisor(tmp_path: Path) -> Iterator[Start]:
    """Starts `advisor ...` in a pseudo-terminal of 80 by 24, in an empty folder."""
    children = []

    def started(*arguments: str, **extra: str) -> Any:
        mine = {"PYTHONPATH": str(ROOT), "ADVISOR_RESULTS": str(tmp_path / "no-runs-of-my-own")}
        child = pexpect.spawn(
            sys.executable,
            ["-m", "advisor", *arguments],
            env=environment(**mine, **extra),
            cwd=tmp_path,
            encoding="utf-8",
            timeout=60,
            dimensions=(24, 80),
        )
        child.delaybeforesend = None
        children.append(child)
        return child

    yield started
    for child in children:
        child.close(force=True)


def ended(child: Any) -> tuple[int, str]:
    """The exit status, and the rest of what was said without escapes."""
    said = re.sub(r"\x1b\[[0-9;?]*[a-zA-Z]", "", child.read())
    child.close()
    return child.exitstatus, said


def answers(folder: Path) -> dict[str, Any]:
    given: dict[str, Any] = tomllib.loads((folder / "answers.toml").read_text())["answers"]
    return given


def complete(folder: Path, example: str) -> None:
    text = (EXAMPLES / f"{example}.answers.toml").read_text(encoding="utf-8")
    (folder / "answers.toml").write_text(text, encoding="utf-8")


def test_answering_going_back_stopping_and_going_on(advisor: Start, tmp_path: Path) -> None:
    child = advisor("ask")
    child.expect_exact("At most 19 questions, about five minutes.")
    replies(
        child,
        ("What is the project called?", "Churn" + ENTER),
        ("Question 1 of 15", DOWN + ENTER),
        ("Question 2 of 15", SPACE + DOWN + SPACE + ENTER),
        ("Question 3 of 15", "b"),
        ("Question 2 of 15", SPACE + ENTER),
        ("Question 3 of 15", CTRL_C),
    )
    status, said = ended(child)
    assert status == 130
    assert "Your answers are in answers.toml; the same command goes on from there." in said
    assert answers(tmp_path) == {"stage": "prototype", "workload": ["images"]}

    child = advisor("ask")
    child.expect_exact("Going on with answers.toml: 2 answered, 13 open.")
    replies(child, ("Question 3 of 15", ENTER), ("Question 4 of 15", "r"))
    replies(child, ("Go on with 12 open questions", DOWN + ENTER))
    status, said = ended(child)
    assert (status, answers(tmp_path)["architecture"]) == (0, "ready-made")
    assert "Next: advisor report answers.toml" in said


def test_reviewing_and_changing_one_answer_asks_only_what_follows(
    advisor: Start, tmp_path: Path
) -> None:
    complete(tmp_path, "quick-prototype")
    child = advisor("ask")
    child.expect_exact("answers.toml is complete: change what you like, then finish.")
    replies(
        child,
        ("Choose an answer to change it.", DOWN + ENTER),
        ("Question 1 of 15", DOWN * 2 + ENTER),
        ("How are models retrained", DOWN + ENTER),
        ("Choose an answer to change it.", ENTER),
    )
    assert ended(child)[0] == 0
    changed = answers(tmp_path)
    assert (changed["stage"], changed["pipelines"]) == ("production", "scheduled")
    assert changed["workload"] == ["images"]
    assert "# Newcomers who want to know" in (tmp_path / "answers.toml").read_text()


def test_a_review_longer_than_the_screen_shows_that_there_is_more(
    advisor: Start, tmp_path: Path
) -> None:
    complete(tmp_path, "fraud-detection")
    child = advisor("ask")
    child.expect_exact("▼")
    child.send(DOWN * 18)
    child.expect_exact("▲")


def test_plain_answers_in_the_real_questionnaire(advisor: Start, tmp_path: Path) -> None:
    child = advisor("ask", "--plain")
    replies(
        child,
        ("leave it out:", "\n"),
        ("Question 1 of 15", "1\n"),
        ("Question 2 of 15", "r\n"),
        ("Enter goes on", "f\n"),
    )
    assert ended(child)[0] == 0
    assert answers(tmp_path) == {"stage": "learning"}


def test_with_defaults_nothing_is_asked(advisor: Start, tmp_path: Path) -> None:
    status, said = ended(advisor("ask", "--set", "stage=learning", "--defaults"))
    assert status == 0
    assert "Question" not in said
    given = answers(tmp_path)
    assert (given["stage"], given["workload"]) == ("learning", ["not-sure"])


def test_in_continuous_integration_the_missing_answers_and_the_command_are_named(
    advisor: Start, tmp_path: Path
) -> None:
    given = ("-o", "own.toml", "--project", "Who leaves?", "--set", "stage=learning")
    status, said = ended(advisor("ask", *given, CI="true"))
    assert status == 2
    assert "CI is set" in said
    assert "answers are missing: workload, architecture" in said.replace("\r\n", " ")
    assert "What is the project" not in said
    command = re.search(r"`advisor (ask [^`]*)`", said)
    assert command
    status, said = ended(advisor(*shlex.split(command[1]), CI="true"))
    assert status == 0
    written = (tmp_path / "own.toml").read_text()
    assert 'project = "Who leaves?"' in written
    assert 'stage = "learning"' in written


def test_groups_that_were_compared_are_kept_and_count(advisor: Start, tmp_path: Path) -> None:
    complete(tmp_path, "quick-prototype")
    child = advisor("ask", "--groups")
    replies(
        child,
        ("Choose an answer to change it.", ENTER),
        ("weigh against each other?", DOWN + SPACE + DOWN + SPACE + ENTER),
        ("Pair 1 of 1", UP * 2 + ENTER),
        ("Take these weights", ENTER),
    )
    assert ended(child)[0] == 0
    written = (tmp_path / "answers.toml").read_text()
    assert "# Newcomers who want to know" in written
    assert tomllib.loads(written)["groups"] == {"ease-of-use": {"performance": 5}}
    status, said = ended(advisor("decide", "answers.toml", "--as-of", "2026-11-22"))
    assert status == 0
    assert "You compared groups: Ease of use and learning 83 %" in said.replace("\r\n", " ")


def test_nobody_compares_groups_in_continuous_integration(advisor: Start, tmp_path: Path) -> None:
    complete(tmp_path, "quick-prototype")
    status, said = ended(advisor("ask", "--groups", CI="true"))
    assert status == 2
    assert "CI is set" in said
    assert "deployment = { performance = 3 }" in said.replace("\r\n", " ")


def test_advise_asks_and_ends_with_the_report(advisor: Start, tmp_path: Path) -> None:
    complete(tmp_path, "quick-prototype")
    child = advisor("advise")
    replies(child, ("Choose an answer to change it.", ENTER))
    status, said = ended(child)
    assert status == 0
    assert said.rstrip().endswith("Report: report.html")
    assert "Keras" in said
    html = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert html.lower().startswith("<!doctype html>")
