"""What both fronts share: the talk between a flow and whoever shows it.

A front shows one state and returns one reply; the conversation alone moves the flow, so going back,
reviewing and saving cannot differ between the two.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import Enum
from itertools import combinations
from typing import Protocol

from advisor.ask.flow import Flow, choices_of, loners
from advisor.model import Answers, Group, Judgement, Question, Weighing

__all__ = [
    "FEWEST",
    "MOST",
    "RANGE",
    "STRENGTHS",
    "Front",
    "Interrupted",
    "Move",
    "Pair",
    "alone_text",
    "answer_text",
    "compare",
    "converse",
    "dropped_text",
    "open_text",
    "pair_text",
    "weighing_text",
]

#: Called with the flow after every answer.
Record = Callable[[Flow], None]

#: What judgements on groups say together.
Weigh = Callable[[Sequence[Judgement]], Weighing]

#: So many groups can be compared: two at least, and five are ten pairs.
FEWEST, MOST = 2, 5
RANGE = f"{FEWEST} to {MOST}"

#: Saaty's scale in words: how many times as much the first of two groups matters.
STRENGTHS: tuple[tuple[float, str], ...] = (
    (9.0, "{} matters far more"),
    (7.0, "{} matters much more"),
    (5.0, "{} matters more"),
    (3.0, "{} matters a little more"),
)


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
    LEAVE = "leave"


@dataclass(frozen=True)
class Pair:
    """Two groups to compare, what was said of them before, and how far one is.

    `before` is how many times as much the first matters as the second, below 1 for less; None if
    nothing was said yet. `number` counts from 1 to `count`.
    """

    first: Group
    second: Group
    before: float | None
    number: int
    count: int


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

    def groups(self, groups: Sequence[Group], chosen: Sequence[str]) -> tuple[str, ...] | Move:
        """Ask which groups to compare: ids, or LEAVE to compare none."""
        ...

    def pair(self, pair: Pair) -> float | Move:
        """Ask how many times as much the first matters as the second, or BACK."""
        ...

    def weighing(self, lines: Sequence[str], at_odds: bool) -> Move:
        """Show what came out: FINISH, BACK, REVIEW (the judgement at odds), or LEAVE."""
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


def compare(
    groups: Sequence[Group], front: Front, known: Sequence[Judgement], weigh: Weigh
) -> tuple[Judgement, ...]:
    """Ask which groups to compare and every pair of them; nothing if the person leaves that."""
    said = {(one.more, one.less): one.times for one in known}
    said |= {(one.less, one.more): 1.0 / one.times for one in known}
    named = [group.id for group in groups if any(group.id in pair for pair in said)]
    while True:
        chosen = front.groups(groups, named)
        if isinstance(chosen, Move):
            return ()
        named = list(chosen)
        pairs = list(combinations([group for group in groups if group.id in named], 2))
        reply = _compared(pairs, front, said, weigh)
        if reply is Move.LEAVE:
            return ()
        if reply is Move.FINISH:
            return _judged(pairs, said)


Pairs = list[tuple[Group, Group]]
Said = dict[tuple[str, str], float]


def _compared(pairs: Pairs, front: Front, said: Said, weigh: Weigh) -> Move:
    """Ask every pair, then show what they say together; BACK leads to the choice of groups."""
    place = 0
    while place >= 0:
        if place < len(pairs):
            place = _asked_pair(pairs, place, front, said)
            continue
        weighing = weigh(_judged(pairs, said))
        names = {group.id: group.name for pair in pairs for group in pair}
        reply = front.weighing(weighing_text(weighing, names), not weighing.acceptable)
        if reply in (Move.FINISH, Move.LEAVE):
            return reply
        place = len(pairs) - 1
        if reply is Move.REVIEW and weighing.revisit:
            odd = {weighing.revisit.first, weighing.revisit.second}
            place = [{one.id, other.id} for one, other in pairs].index(odd)
            _asked_pair(pairs, place, front, said)
            place = len(pairs)
    return Move.BACK


def _asked_pair(pairs: Pairs, place: int, front: Front, said: Said) -> int:
    """Ask one pair; where to go from there."""
    first, second = pairs[place]
    before = said.get((first.id, second.id))
    reply = front.pair(Pair(first, second, before, place + 1, len(pairs)))
    if isinstance(reply, Move):
        return place - 1
    said[first.id, second.id] = reply
    return place + 1


def _judged(pairs: Pairs, said: Said) -> tuple[Judgement, ...]:
    """The judgements, each with the group first that matters more."""
    found = []
    for first, second in pairs:
        times = said[first.id, second.id]
        if times >= 1.0:
            found.append(Judgement(first.id, second.id, times))
        else:
            found.append(Judgement(second.id, first.id, float(round(1.0 / times, 9))))
    return tuple(found)


def pair_text(pair: Pair) -> list[tuple[float, str]]:
    """Every judgement that can be made on a pair, in words."""
    more = [(times, text.format(pair.first.name)) for times, text in STRENGTHS]
    less = [(1.0 / times, text.format(pair.second.name)) for times, text in reversed(STRENGTHS)]
    return [*more, (1.0, "Both matter the same"), *less]


def weighing_text(weighing: Weighing, names: dict[str, str]) -> list[str]:
    """What judgements on groups say together, and whether they agree."""
    shares = ", ".join(f"{names[group]} {share:.0%}" for group, share in weighing.shares)
    lines = [f"Of what these groups weigh together: {shares}."]
    ratio = f"consistency ratio {weighing.ratio:.2f}"
    if weighing.acceptable or weighing.revisit is None:
        return [*lines, f"The judgements agree well enough ({ratio}, up to 0.10 is fine)."]
    odd = weighing.revisit
    stated = _said(odd.first, odd.second, odd.stated, names)
    implied = _said(odd.first, odd.second, odd.implied, names)
    return [
        *lines,
        f"The judgements contradict each other ({ratio}; up to 0.10 is fine).",
        f"Most at odds: you said that {stated}; the others say that {implied}.",
    ]


def _said(first: str, second: str, times: float, names: dict[str, str]) -> str:
    if times < 1.0:
        first, second, times = second, first, 1.0 / times
    return f"{names[first]} matters {times:.2g} times as much as {names[second]}"


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
