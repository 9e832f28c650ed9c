"""Asking: one questionnaire, two fronts, and a refusal where nobody can answer.

`flow` knows where a person is, `answers` reads and writes files, `conversation` moves the one by
the replies of a front: `terminal` (lists and arrow keys) or `plain` (numbered lines, for screen
readers and simple terminals). This module picks the front and is all that others need to call.
"""

from __future__ import annotations

import os
import shlex
import sys
from collections.abc import Callable, Mapping
from dataclasses import replace

from advisor.ask.answers import Merged, merged, questionnaire_digest, resumed, saver
from advisor.ask.conversation import Front, Interrupted, Weigh, compare, converse
from advisor.ask.flow import Flow, choices_of, is_relevant, resume, unanswered
from advisor.errors import InteractionError, Problem
from advisor.model import Answers, Catalog

__all__ = ["Interrupted", "Merged", "ask", "merged", "obstacle", "opening", "resumed", "saver"]

Save = Callable[[Answers], None]


def ask(
    catalog: Catalog,
    *,
    given: Answers | None = None,
    plain: bool = False,
    save: Save | None = None,
    command: str = "advisor ask",
    weigh: Weigh | None = None,
) -> Answers:
    """Ask what `given` leaves open, review, and return all answers.

    `save` is called with the answers so far after each one; `command` is what a refusal tells
    people to run. With `weigh`, which says what comparisons amount to, groups of criteria are
    compared in the end. Raises Interrupted (a KeyboardInterrupt that carries the answers so far)
    when the person stops, and InteractionError when something is open but standard input or output
    is no terminal or `CI` is set.
    """
    given = given or Answers({})
    digest = questionnaire_digest(catalog)
    reason = obstacle()
    if reason and unanswered(catalog.questions, given.given):
        raise InteractionError(_refusal(catalog, given, reason, command))
    if reason and weigh:
        raise InteractionError(_no_comparing(reason))
    flow = resume(catalog.questions, given.given)
    if reason:
        return replace(given, given=flow.given, questionnaire=digest)
    sitting = _Sitting(flow, replace(given, questionnaire=digest), save)
    return sitting.held(_front(plain, os.environ), catalog, weigh)


def obstacle() -> str:
    """Why nobody can be asked here, or ""."""
    if os.environ.get("CI", "").lower() not in {"", "0", "false"}:
        return "CI is set, so nobody is there to answer"
    for name, stream in (("input", sys.stdin), ("output", sys.stdout)):
        if stream is None or not stream.isatty():
            return f"standard {name} is no terminal"
    return ""


def opening(catalog: Catalog, given: Answers, kept_in: str) -> str:
    """What a person should know before the first question; `kept_in` names the answers file."""
    if not given.given:
        return (
            f"At most {len(catalog.questions)} questions, about five minutes. Not sure is always "
            f"an answer.\nEach answer is kept in {kept_in} at once, so you can stop at any time."
        )
    missing = len(unanswered(catalog.questions, given.given))
    if missing:
        return f"Going on with {kept_in}: {len(given.given)} answered, {missing} open."
    return f"{kept_in} is complete: change what you like, then finish."


class _Sitting:
    """One person answering: keeps the latest answers, so that stopping loses none of them."""

    def __init__(self, flow: Flow, given: Answers, save: Save | None) -> None:
        self.flow, self.given, self.save = flow, given, save

    @property
    def answers(self) -> Answers:
        return replace(self.given, given=self.flow.given)

    def held(self, front: Front, catalog: Catalog, weigh: Weigh | None) -> Answers:
        try:
            if not self.given.project and not self.flow.given:
                self.given = replace(self.given, project=front.project())
            self.flow = converse(self.flow, front, record=self.record)
            if weigh:
                judged = compare(catalog.groups, front, self.given.groups, weigh)
                self.given = replace(self.given, groups=judged)
        except (KeyboardInterrupt, EOFError):
            raise Interrupted(self.answers) from None
        return self.answers

    def record(self, flow: Flow) -> None:
        self.flow = flow
        if self.save:
            self.save(self.answers)


def _front(plain: bool, environment: Mapping[str, str]) -> Front:
    if plain or environment.get("NO_COLOR") or environment.get("TERM", "dumb") == "dumb":
        from advisor.ask.plain import Plain

        return Plain()
    from advisor.ask.terminal import Terminal

    return Terminal()


def _refusal(catalog: Catalog, given: Answers, reason: str, command: str) -> list[Problem]:
    """What is missing, the command that gives it, and each missing question with its choices."""
    missing = unanswered(catalog.questions, given.given)
    ids = ", ".join(question.id for question in missing)
    cure = (
        f"Give them on the command line, such as `{_complete(command, catalog, given)}`, or write "
        "them to a file and run `advisor decide FILE`; --defaults answers not-sure to all"
    )
    first = Problem("questionnaire", f"{reason}, and answers are missing: {ids}", cure)
    return [
        first,
        *(
            Problem(
                question.id,
                f'not answered: "{question.text}"',
                f"{'Choose one or more' if question.multiple else 'Choose one'} of "
                + ", ".join(choice.id for choice in choices_of(question)),
            )
            for question in missing
        ),
    ]


def _no_comparing(reason: str) -> Problem:
    cure = (
        "Write a table into the answers file, such as [groups] and below it "
        "deployment = { performance = 3 }, every two groups once"
    )
    return Problem("--groups", f"{reason}, so no groups can be compared", cure)


def _complete(command: str, catalog: Catalog, given: Answers) -> str:
    """A command that runs as it stands: what is given, and the first choice for what is not."""
    complete: dict[str, tuple[str, ...]] = {}
    for question in catalog.questions:
        if is_relevant(question, complete):
            complete[question.id] = given.given.get(question.id, (question.choices[0].id,))
    sets = [f"--set {id}={','.join(chosen)}" for id, chosen in complete.items()]
    project = [f"--project {shlex.quote(given.project)}"] if given.project else []
    return " ".join([command, *project, *sets])
