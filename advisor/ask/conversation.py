"""What both fronts share: the talk between a flow and whoever shows it.

A front shows one state and returns one reply; the conversation alone moves the flow, so going back,
reviewing and saving cannot differ between the two.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum
from typing import Protocol

from advisor.ask.flow import Flow, choices_of, loners
from advisor.model import Answers, Question

__all__ = [
    "Front",
    "Interrupted",
    "Move",
    "alone_text",
    "answer_text",
    "converse",
    "dropped_text",
    "open_text",
]

#: Called with the flow after every answer.
Record = Callable[[Flow], None]


class Interrupted(KeyboardInterrupt):
    """A person stopped in the middle; `answers` is what they had given by then."""

    def __init__(self, answers: Answers) -> None:
        super().__init__("interrupted")
        self.answers = answers


class Move(Enum):
    """A reply that is no answer."""

    BACK = "back"
    REVIEW = "review"
    ONWARD = "onward"
    FINISH = "finish"


class Front(Protocol):
    """Shows a state and collects one reply; Ctrl-C and the end of input are raised as they come."""

    def project(self) -> str:
        """The project's name, clean, or "" if the person leaves it out."""
        ...

    def question(self, flow: Flow) -> tuple[str, ...] | Move:
        """Ask `flow.question`: the ids chosen, BACK or REVIEW."""
        ...

    def review(self, flow: Flow) -> str | Move:
        """Show all answers: the question to change, BACK, ONWARD or FINISH."""
        ...

    def note(self, text: str) -> None:
        """Show a sentence between two questions."""
        ...


def converse(flow: Flow, front: Front, *, record: Record) -> Flow:
    """Ask until the flow is finished; `record` gets every state with a new answer."""
    while not flow.finished:
        flow = _reviewed(flow, front) if flow.reviewing else _asked(flow, front, record)
    return flow


def _asked(flow: Flow, front: Front, record: Record) -> Flow:
    reply = front.question(flow)
    if reply is Move.BACK:
        return flow.back()
    if isinstance(reply, Move):
        return flow.review()
    flow = flow.answer(reply)
    record(flow)
    if flow.dropped:
        front.note(dropped_text(flow))
    return flow.next()


def _reviewed(flow: Flow, front: Front) -> Flow:
    reply = front.review(flow)
    if isinstance(reply, str):
        return flow.change(reply)
    if reply is Move.BACK:
        return flow.back()
    return flow.next() if reply is Move.ONWARD else flow.finish()


def answer_text(question: Question, chosen: tuple[str, ...]) -> str:
    """The chosen answers in words, or that there is none."""
    texts = [choice.text for choice in choices_of(question) if choice.id in chosen]
    return "; ".join(texts) or "not answered yet"


def alone_text(question: Question) -> str:
    """Which choices stand alone, in words."""
    *others, last = (loner.text for loner in loners(question))
    names = f"{', '.join(others)} and {last}" if others else last
    return f"{names} {'stand' if others else 'stands'} alone"


def dropped_text(flow: Flow) -> str:
    """Which questions the last answer took away."""
    gone = set(flow.dropped)
    texts = " / ".join(question.text for question in flow.questions if question.id in gone)
    return f"No longer asked, and the answer taken out: {texts}"


def open_text(flow: Flow) -> str:
    """How many questions are open, in words."""
    count = len(flow.unanswered)
    return "1 open question" if count == 1 else f"{count} open questions"
