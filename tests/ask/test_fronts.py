"""Both fronts in a real pseudo-terminal, and the refusal where there is none."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pexpect  # type: ignore[import-untyped]
import pytest
from prompt_toolkit.application import create_app_session
from prompt_toolkit.input import create_pipe_input
from prompt_toolkit.output import DummyOutput

from advisor.ask.answers import read_answers
from advisor.ask.flow import resume
from advisor.ask.terminal import ACCENT, Terminal
from tests.ask.questionnaires import SMALL

ROOT = Path(__file__).resolve().parents[2]
DRIVER = ["-m", "tests.ask.driver"]
UP, DOWN, ENTER, SPACE, CTRL_C, CTRL_D = "\x1b[A", "\x1b[B", "\r", " ", "\x03", "\x04"

#: Python 3.12 warns of any fork beside threads; the child here executes another program at once.
pytestmark = pytest.mark.filterwarnings("ignore:.*multi-threaded.*:DeprecationWarning")

Start = Callable[..., Any]


def environment(**extra: str) -> dict[str, str]:
    """Ours without what would change the front, with a capable terminal."""
    kept = {key: value for key, value in os.environ.items() if key not in {"CI", "NO_COLOR"}}
    return {**kept, "TERM": "xterm-256color", "PROMPT_TOOLKIT_NO_CPR": "1", **extra}


@pytest.fixture
def start() -> Iterator[Start]:
    """Starts the driver in a pseudo-terminal; ends whatever a failed test left running."""
    children = []

    def started(*arguments: str | Path, rows: int = 30, **extra: str) -> Any:
        child = pexpect.spawn(
            sys.executable,
            [*DRIVER, *map(str, arguments)],
            env=environment(**extra),
            cwd=ROOT,
            encoding="utf-8",
            timeout=20,
            dimensions=(rows, 100),
        )
        child.delaybeforesend = None
        children.append(child)
        return child

    yield started
    for child in children:
        child.close(force=True)


def result(child: Any, word: str = "RESULT", status: int = 0) -> dict[str, Any]:
    child.expect(rf"{word} ({{.*}})")
    found: dict[str, Any] = json.loads(child.match[1])
    child.expect(pexpect.EOF)
    child.close()
    assert child.exitstatus == status
    return found


def replies(child: Any, *pairs: tuple[str, str]) -> None:
    """Wait for each text, then type; nobody stops within the moment in which a prompt appears."""
    for text, keys in pairs:
        child.expect_exact(text)
        if keys.startswith(CTRL_C):
            time.sleep(0.3)
        child.send(keys)


def lines(*pairs: tuple[str, str]) -> list[tuple[str, str]]:
    return [(text, f"{line}\n") for text, line in pairs]


class TestPlain:
    ALL = (("leave it out:", "Churn"), ("Question 1 of 3", "2"), ("Question 2 of 3", "1, 3"))

    def test_answers_come_out(self, start: Start) -> None:
        child = start("--plain")
        replies(child, *lines(*self.ALL, ("Question 3 of 3", "3"), ("Enter or f finishes", "")))
        assert result(child) == {
            "project": "Churn",
            "purpose": ["prototype"],
            "targets": ["server", "browser"],
            "team": ["not-sure"],
        }

    def test_why_hint_and_back(self, start: Start) -> None:
        child = start("--plain")
        replies(
            child,
            *lines(
                ("leave it out:", ""),
                ("Question 1 of 3", "?"),
                ("A prototype can live with what a product cannot.", "7"),
                ("one number from 1 to 4", "1 2"),
                ("one number from 1 to 4", "1"),
                ("Question 2 of 3", "1 4"),
                ("Nowhere yet and Not sure stand alone", "b"),
                ("Your answer now: Learning. Enter keeps it.", ""),
                ("Question 2 of 3", "2"),
                ("Question 3 of 4: Which phones?", "b"),
                ("Your answer now: Phones", "1"),
                ("Question 3 of 3: How well", "1"),
                ("Enter or f finishes", "f"),
            ),
        )
        assert result(child)["targets"] == ["server"]

    def test_review_in_the_middle_changes_one_answer_and_goes_on(self, start: Start) -> None:
        child = start("--plain")
        replies(
            child,
            *lines(
                *self.ALL,
                ("Question 3 of 3", "r"),
                ("How well does the team know Python? not answered yet", "1"),
                ("Question 1 of 3", "3"),
                ("Question 3 of 3", "1"),
                ("A product that stays", "99"),
                ("one number from 1 to 3", ""),
            ),
        )
        assert result(child)["purpose"] == ["production"]

    def test_stopping_carries_the_answers_and_resuming_asks_only_the_rest(
        self, start: Start, tmp_path: Path
    ) -> None:
        file = tmp_path / "answers.toml"
        child = start("--plain", "--save", file)
        replies(child, *lines(*self.ALL), ("Question 3 of 3", CTRL_C))
        given = {"purpose": ["prototype"], "targets": ["server", "browser"]}
        assert result(child, "INTERRUPTED", 130) == given
        child = start("--plain", "--given", file)
        replies(child, *lines(("Question 3 of 3", "2"), ("Enter or f finishes", "")))
        assert result(child) == {"project": "Churn", **given, "team": ["strong"]}

    def test_the_end_of_input_stops_like_ctrl_c(self, start: Start) -> None:
        child = start("--plain")
        replies(child, *lines(*self.ALL), ("Question 3 of 3", CTRL_D))
        assert result(child, "INTERRUPTED", 130)["purpose"] == ["prototype"]

    @pytest.mark.parametrize("extra", [{"NO_COLOR": "1"}, {"TERM": "dumb"}])
    def test_it_is_chosen_for_simple_terminals_and_uses_no_escapes(
        self, start: Start, extra: dict[str, str]
    ) -> None:
        child = start(**extra)
        replies(child, *lines(("leave it out:", "")))
        child.expect_exact("4. Not sure")
        assert "\x1b" not in child.before

    def test_groups_are_compared_and_what_is_at_odds_can_be_changed(
        self, start: Start, tmp_path: Path
    ) -> None:
        child = start("--plain", "--groups", "--given", complete(tmp_path))
        replies(
            child,
            *lines(
                ("Enter or f finishes", ""),
                ("l leave it", "1"),
                ("Please type 2 to 5 numbers", "1 2 3"),
                ("Pair 1 of 3: Speed or Ease of use?", "1"),
                ("Pair 2 of 3: Speed or Where it runs?", "b"),
                ("1. Speed matters far more (your answer now)", ""),
                ("Pair 2 of 3", "9"),
                ("Pair 3 of 3: Ease of use or Where it runs?", "1"),
                ("The judgements contradict each other", "c"),
                ("(your answer now)", "9"),
                ("contradict each other", ""),
            ),
        )
        judged = {tuple(sorted(pair)): times for *pair, times in result(child)["groups"]}
        assert judged.keys() == {("ease", "speed"), ("reach", "speed"), ("ease", "reach")}

    def test_groups_can_be_left_alone(self, start: Start, tmp_path: Path) -> None:
        child = start("--plain", "--groups", "--given", complete(tmp_path))
        replies(child, *lines(("Enter or f finishes", ""), ("l leave it", "1,2"), ("Pair 1", "5")))
        replies(child, *lines(("agree well enough", "l")))
        assert result(child)["groups"] == []


def complete(folder: Path) -> Path:
    """A file in which nothing is left to ask but the groups."""
    file = folder / "answers.toml"
    text = "format = 1\n[answers]\npurpose = 'learning'\ntargets = 'server'\nteam = 'strong'\n"
    file.write_text(text, encoding="utf-8")
    return file


class TestTerminal:
    def test_groups_are_compared(self, start: Start, tmp_path: Path) -> None:
        child = start("--groups", "--given", complete(tmp_path))
        replies(
            child,
            ("Finish", ENTER),
            ("weigh against each other?", SPACE + ENTER),
            ("Mark 2 to 5 with the space bar.", DOWN + SPACE + ENTER),
            ("Pair 1 of 1", UP + ENTER),
        )
        child.expect_exact("Speed 75%, Ease of use 25%.")
        replies(child, ("Take these weights", "b"), ("Pair 1 of 1", UP + ENTER))
        child.expect_exact("Speed 83%, Ease of use 17%.")
        replies(child, ("Take these weights", ENTER))
        assert result(child)["groups"] == [["speed", "ease", 5.0]]

    def test_answers_come_out(self, start: Start) -> None:
        child = start()
        replies(
            child,
            ("What is the project called?", "Churn" + ENTER),
            ("Question 1 of 3", DOWN + ENTER),
            ("Question 2 of 3", SPACE + DOWN + SPACE + ENTER),
            ("Question 3 of 4", DOWN + ENTER),
            ("Question 4 of 4", DOWN + DOWN + ENTER),
            ("Finish", ENTER),
        )
        assert result(child) == {
            "project": "Churn",
            "purpose": ["prototype"],
            "targets": ["server", "mobile"],
            "phone": ["ios"],
            "team": ["not-sure"],
        }

    def test_why_help_and_faults_are_shown(self, start: Start) -> None:
        child = start()
        replies(child, ("called?", ENTER))
        child.expect_exact("A prototype can live with what a product cannot.")
        replies(
            child,
            ("Courses, theses, first steps.", ENTER),
            ("Question 2 of 3", ENTER),
            ("Mark at least one", SPACE + ENTER),
            ("Question 3 of 3", ENTER),
            ("Finish", ENTER),
        )
        assert result(child)["targets"] == ["server"]

    def test_a_choice_that_stands_alone_takes_the_other_marks_away(self, start: Start) -> None:
        child = start()
        replies(
            child,
            ("called?", ENTER),
            ("Question 1 of 3", ENTER),
            ("Question 2 of 3", SPACE + DOWN * 3 + SPACE),
            ("● Nowhere yet", ENTER),
            ("Question 3 of 3", "b"),
            ("Question 2 of 3", DOWN + SPACE + ENTER),
            ("Question 3 of 4", CTRL_C),
        )
        assert result(child, "INTERRUPTED", 130)["targets"] == ["mobile"]

    def test_back_keeps_what_was_marked(self, start: Start) -> None:
        child = start()
        replies(
            child,
            ("called?", ENTER),
            ("Question 1 of 3", DOWN + ENTER),
            ("Question 2 of 3", DOWN + DOWN + SPACE + ENTER),
            ("Question 3 of 3", "b"),
            ("Question 2 of 3", "\x1b[D"),
            ("Question 1 of 3", ENTER),
            ("Question 2 of 3", ENTER),
            ("Question 3 of 3", ENTER),
            ("Finish", ENTER),
        )
        found = result(child)
        assert (found["purpose"], found["targets"]) == (["prototype"], ["browser"])

    def test_review_changes_one_answer_and_says_what_fell_away(
        self, start: Start, tmp_path: Path
    ) -> None:
        file = tmp_path / "answers.toml"
        file.write_text("format = 1\n[answers]\npurpose = 'learning'\ntargets = 'mobile'\n")
        child = start("--given", file)
        replies(
            child,
            ("Question 3 of 4", ENTER),
            ("Question 4 of 4", "r"),
            ("Go on with 1 open question", DOWN * 3 + ENTER),
            ("Question 2 of 4", DOWN * 4 + SPACE + ENTER),
        )
        child.expect_exact("No longer asked, and the answer taken out: Which phones?")
        replies(child, ("Question 3 of 3", ENTER), ("Finish", ENTER))
        assert result(child) == {
            "project": "",
            "purpose": ["learning"],
            "targets": ["not-sure"],
            "team": ["beginner"],
        }

    def test_stopping_carries_the_answers_and_every_answer_was_saved(
        self, start: Start, tmp_path: Path
    ) -> None:
        file = tmp_path / "answers.toml"
        child = start("--save", file)
        replies(
            child,
            ("called?", ENTER),
            ("Question 1 of 3", ENTER),
            ("Question 2 of 3", SPACE + ENTER),
            ("Question 3 of 3", CTRL_C),
        )
        given = {"purpose": ["learning"], "targets": ["server"]}
        assert result(child, "INTERRUPTED", 130) == given
        assert read_answers(file, SMALL).given == {key: tuple(ids) for key, ids in given.items()}
        child = start("--given", file)
        replies(child, ("Question 3 of 3", ENTER), ("Finish", CTRL_C))
        assert result(child, "INTERRUPTED", 130)["team"] == ["beginner"]

    def test_a_kill_loses_nothing(self, start: Start, tmp_path: Path) -> None:
        file = tmp_path / "answers.toml"
        child = start("--save", file)
        replies(child, ("called?", ENTER), ("Question 1 of 3", ENTER))
        child.expect_exact("Question 2 of 3")
        child.close(force=True)
        assert read_answers(file, SMALL).given == {"purpose": ("learning",)}

    def test_a_low_window_still_shows_the_choice_under_the_pointer(self, start: Start) -> None:
        child = start(rows=8)
        replies(child, ("called?", ENTER), ("Question 1 of 3", DOWN * 3))
        child.expect_exact("Not sure")

    def test_the_next_question_comes_at_once(self) -> None:
        """From the key to the end of the list, in processor time: a busy machine is no failure."""
        flow, waits = resume(SMALL.questions), []
        with create_pipe_input() as keys, create_app_session(keys, DummyOutput()):
            front = Terminal()
            for _ in range(8):
                keys.send_text(ENTER)
                begun = time.process_time()
                assert front.question(flow) == ("learning",)
                waits.append(time.process_time() - begun)
        assert min(waits) < 0.05


def contrast(colour: str, other: float) -> float:
    """WCAG contrast of a colour with a grey of the given relative luminance."""
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [((part + 0.055) / 1.055) ** 2.4 for part in parts]
    own = sum(share * part for share, part in zip((0.2126, 0.7152, 0.0722), linear, strict=True))
    lighter, darker = max(own, other), min(own, other)
    return float((lighter + 0.05) / (darker + 0.05))


@pytest.mark.parametrize("background", [0.0, 1.0])
def test_the_accent_reads_on_black_and_on_white(background: float) -> None:
    assert contrast(ACCENT, background) >= 4.5


def refused(**extra: str) -> str:
    done = subprocess.run(
        [sys.executable, *DRIVER],
        env=environment(**extra),
        cwd=ROOT,
        input="1\n1\n1\n",
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    return done.stdout


def test_nobody_is_asked_through_a_pipe() -> None:
    said = refused()
    assert "standard input is no terminal, and answers are missing: purpose, targets, team" in said
    assert "`advisor ask --set purpose=learning --set targets=server --set team=beginner`" in said
    assert "Choose one or more of server, mobile, browser, none-yet, not-sure" in said


def test_nobody_is_asked_in_continuous_integration(start: Start) -> None:
    child = start(CI="true")
    child.expect_exact("REFUSED questionnaire: CI is set")
    assert "Question 1" not in child.read()


def test_without_a_terminal_complete_answers_pass(tmp_path: Path) -> None:
    file = tmp_path / "answers.toml"
    file.write_text(
        "format = 1\n[answers]\npurpose = 'learning'\ntargets = 'server'\nteam = 'not-sure'\n"
    )
    done = subprocess.run(
        [sys.executable, *DRIVER, "--given", file],
        env=environment(),
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.startswith("RESULT")


def test_answers_are_read_without_loading_a_front() -> None:
    program = (
        "import sys, advisor.ask.answers; "
        "print({'questionary', 'prompt_toolkit', 'pandas', 'altair'} & set(sys.modules))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout == "set()\n"
