"""The questionnaire as numbered lines: for screen readers, simple terminals and `NO_COLOR`.

Nothing is redrawn and nothing is coloured; every line is read once, from top to bottom.
"""

from __future__ import annotations

import re
import shutil
import sys
import textwrap
from collections.abc import Sequence

from advisor.ask.answers import project_name
from advisor.ask.conversation import (
    FEWEST,
    MOST,
    RANGE,
    Move,
    Pair,
    alone_text,
    answer_text,
    open_text,
    pair_text,
)
from advisor.ask.flow import Flow, canonical, choices_of
from advisor.errors import AnswersError
from advisor.model import Choice, Group, Question

__all__ = ["Plain"]


class Plain:
    """A front of `print` and `input`."""

    def project(self) -> str:
        """The project's name, or "" if the person presses Enter."""
        while raw := input("\nName of the project, or Enter to leave it out: "):
            try:
                return project_name(raw, "project")
            except AnswersError as error:
                _say(f"{error.problems[0].what}. {error.problems[0].cure}.")
        return ""

    def question(self, flow: Flow) -> tuple[str, ...] | Move:
        """Ask `flow.question` by numbers; Enter keeps an answer that is there already."""
        question, chosen = flow.question, flow.given.get(flow.at, ())
        number, count = flow.progress
        _say(f"\nQuestion {number} of {count}: {question.text}")
        for place, choice in enumerate(choices_of(question), start=1):
            _say(_folded(f"  {place}. ", _with_help(choice)))
        if chosen:
            _say(f"Your answer now: {answer_text(question, chosen)}. Enter keeps it.")
        what = "Numbers, separated by commas" if question.multiple else "Number"
        back = "b back, " if flow.trail else ""
        prompt = f"{what}; ? why we ask, {back}r review: "
        while True:
            line = input(prompt).strip().lower()
            if line == "?":
                _say(f"Why we ask: {question.why}")
            elif (reply := _reply(line, question, chosen)) is not None:
                return reply
            else:
                _say(_hint(question))

    def review(self, flow: Flow) -> str | Move:
        """Show every answer; a number changes one, Enter goes on or finishes."""
        questions = flow.relevant
        _say("\nReview. Your answers:")
        for place, question in enumerate(questions, start=1):
            _say(f"  {place}. {question.text} {_given_text(flow, question)}")
        moves = {"b": Move.BACK, "f": Move.FINISH, "": Move.FINISH}
        onward = "Enter or f finishes"
        if flow.unanswered:
            moves |= {"": Move.ONWARD}
            onward = f"Enter goes on with {open_text(flow)}, f finishes and counts them as not sure"
        while True:
            line = input(f"Number to change an answer; {onward}, b back: ").strip().lower()
            if line in moves:
                return moves[line]
            if len(places := _places(line, len(questions))) == 1:
                return questions[places[0]].id
            _say(f"Please type one number from 1 to {len(questions)}, or a letter named above.")

    def groups(self, groups: Sequence[Group], chosen: Sequence[str]) -> tuple[str, ...] | Move:
        """Ask which groups to compare, by numbers; Enter keeps those of before."""
        _say(f"\nWhich groups of criteria do you want to weigh against each other? ({RANGE})")
        for place, group in enumerate(groups, start=1):
            _say(f"  {place}. {group.name}{' (chosen)' if group.id in chosen else ''}")
        keep = "; Enter keeps those chosen" if chosen else ""
        while True:
            line = input(f"Numbers, separated by commas{keep}, l leave it: ").strip().lower()
            if line == "l":
                return Move.LEAVE
            if not line and chosen:
                return tuple(chosen)
            places = sorted(set(_places(line, len(groups))))
            if FEWEST <= len(places) <= MOST:
                return tuple(groups[place].id for place in places)
            _say(f"Please type {FEWEST} to {MOST} numbers from 1 to {len(groups)}.")

    def pair(self, pair: Pair) -> float | Move:
        """Ask one comparison by its number; Enter keeps that of before."""
        _say(f"\nPair {pair.number} of {pair.count}: {pair.first.name} or {pair.second.name}?")
        rows = pair_text(pair)
        for place, (times, text) in enumerate(rows, start=1):
            _say(f"  {place}. {text}{' (your answer now)' if times == pair.before else ''}")
        keep = "; Enter keeps your answer" if pair.before is not None else ""
        while True:
            line = input(f"Number{keep}, b back: ").strip().lower()
            if line == "b":
                return Move.BACK
            if not line and pair.before is not None:
                return pair.before
            if len(places := _places(line, len(rows))) == 1:
                return rows[places[0]][0]
            _say(f"Please type one number from 1 to {len(rows)}.")

    def weighing(self, lines: Sequence[str], at_odds: bool) -> Move:
        """Show what came out; Enter takes it."""
        _say("")
        for line in lines:
            _say(_folded("", line))
        moves = {"": Move.FINISH, "b": Move.BACK, "l": Move.LEAVE}
        change = ""
        if at_odds:
            moves["c"], change = Move.REVIEW, "c changes the judgement at odds, "
        while True:
            prompt = f"Enter takes these weights, {change}b back, l leaves the groups alone: "
            reply = moves.get(input(prompt).strip().lower())
            if reply is not None:
                return reply

    def note(self, text: str) -> None:
        """Print a sentence."""
        _say(text)


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def _with_help(choice: Choice) -> str:
    return f"{choice.text} ({choice.help.rstrip('.')})" if choice.help else choice.text


def _folded(head: str, text: str) -> str:
    """`head` and `text`, broken between words where the screen ends."""
    width = max(shutil.get_terminal_size().columns, 40)
    return textwrap.fill(text, width, initial_indent=head, subsequent_indent=" " * len(head))


def _given_text(flow: Flow, question: Question) -> str:
    return answer_text(question, flow.given.get(question.id, ()))


def _reply(line: str, question: Question, chosen: tuple[str, ...]) -> tuple[str, ...] | Move | None:
    """What a typed line means, or None if it means nothing here."""
    if line in {"b", "r"}:
        return Move.BACK if line == "b" else Move.REVIEW
    if not line:
        return chosen or None
    choices = choices_of(question)
    try:
        return canonical(question, (choices[place].id for place in _places(line, len(choices))))
    except ValueError:
        return None


def _places(line: str, count: int) -> list[int]:
    """The places, from 0, that the numbers in a line stand for; none if any number is wrong."""
    words = re.split(r"[,\s]+", line.strip(", "))
    numbers = [int(word) for word in words if re.fullmatch(r"[0-9]{1,3}", word)]
    fitting = len(numbers) == len(words) and all(1 <= number <= count for number in numbers)
    return [number - 1 for number in numbers] if fitting else []


def _hint(question: Question) -> str:
    count = len(choices_of(question))
    if question.multiple:
        return f"Please type one or more numbers from 1 to {count}; {alone_text(question)}."
    return f"Please type one number from 1 to {count}."
