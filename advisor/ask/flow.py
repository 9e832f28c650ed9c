"""The questionnaire as a pure state machine: no terminal, no file, no clock.

    resume ──> question ──next──> question ──next──> REVIEW ──finish──> FINISHED
                  │  ^               │                │  ^
                  └back              └──── review ────┘  │
                  ^                                      │
                  └───────────── change one answer ──────┘

A state is frozen and every act returns a new one, so a front end only shows a state, collects a
reply and moves on. Wherever a person is, the answers refer to relevant questions only; what a
change made irrelevant is dropped, and the state says so in `dropped`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from itertools import pairwise

from advisor.model import NOT_SURE, Choice, Question

__all__ = [
    "FINISHED",
    "REVIEW",
    "Flow",
    "canonical",
    "choices_of",
    "is_relevant",
    "loners",
    "relevant",
    "resume",
    "unanswered",
]

#: Positions besides the ids of questions; an id cannot contain a colon.
REVIEW = ":review"
FINISHED = ":finished"

Given = Mapping[str, tuple[str, ...]]


def is_relevant(question: Question, given: Given) -> bool:
    """Whether the earlier answers call for `question` now; what is merely open is not asked."""
    return question.relevance(given) == "yes"


def relevant(questions: Iterable[Question], given: Given) -> tuple[Question, ...]:
    """The questions to ask, in order; an answer to an irrelevant one calls for nothing."""
    kept: list[Question] = []
    counted: dict[str, tuple[str, ...]] = {}
    for question in questions:
        if is_relevant(question, counted):
            kept.append(question)
            if question.id in given:
                counted[question.id] = given[question.id]
    return tuple(kept)


def unanswered(questions: Iterable[Question], given: Given) -> tuple[Question, ...]:
    """The relevant questions without an answer, in order."""
    return tuple(question for question in relevant(questions, given) if question.id not in given)


def choices_of(question: Question) -> tuple[Choice, ...]:
    """What can be answered, in order: the choices written down, and "Not sure" after them."""
    if question.choice(NOT_SURE):
        return question.choices
    return (*question.choices, Choice(id=NOT_SURE, text="Not sure", exclusive=True))


def loners(question: Question) -> tuple[Choice, ...]:
    """The choices that exclude all others: "not sure", "none" and their kind."""
    choices = choices_of(question)
    return tuple(choice for choice in choices if choice.exclusive or choice.id == NOT_SURE)


def canonical(question: Question, chosen: Iterable[str]) -> tuple[str, ...]:
    """The chosen ids without repeats and in the questionnaire's order.

    ValueError if there is none, one is unknown, one that excludes the others stands beside them,
    or there are several where the question takes one.
    """
    wanted = set(chosen)
    ids = tuple(choice.id for choice in choices_of(question) if choice.id in wanted)
    alone = not question.multiple or any(loner.id in wanted for loner in loners(question))
    if not ids or len(ids) < len(wanted) or (alone and len(ids) > 1):
        raise ValueError(f"{sorted(wanted)} is no answer to {question.id!r}")
    return ids


@dataclass(frozen=True)
class Flow:
    """Where a person is in the questionnaire and what they answered so far.

    `at` is the id of a question, REVIEW or FINISHED. `trail` is the way back. `ahead` are answered
    questions that going back left behind and that going on visits again. `dropped` are the
    questions whose answers the last act removed because they became irrelevant.
    """

    questions: tuple[Question, ...]
    given: dict[str, tuple[str, ...]]
    at: str
    trail: tuple[str, ...] = ()
    ahead: frozenset[str] = frozenset()
    dropped: tuple[str, ...] = ()

    @property
    def relevant(self) -> tuple[Question, ...]:
        """The questions that the answers so far make relevant, in order."""
        return relevant(self.questions, self.given)

    @property
    def unanswered(self) -> tuple[Question, ...]:
        """The relevant questions that have no answer yet, in order."""
        return unanswered(self.questions, self.given)

    @property
    def question(self) -> Question:
        """The question to ask now; LookupError at the review and after the end."""
        for question in self.questions:
            if question.id == self.at:
                return question
        raise LookupError(f"no question is asked at {self.at!r}")

    @property
    def reviewing(self) -> bool:
        """Whether all answers are shown for a last look."""
        return self.at == REVIEW

    @property
    def finished(self) -> bool:
        """Whether there is nothing left to show."""
        return self.at == FINISHED

    @property
    def progress(self) -> tuple[int, int]:
        """The number of the current question, from 1, and how many there are."""
        ids = [question.id for question in self.relevant]
        return ids.index(self.question.id) + 1, len(ids)

    def answer(self, chosen: Iterable[str]) -> Flow:
        """Record the answer to the current question and stay there.

        ValueError if `chosen` is no answer to it.
        """
        question = self.question
        given = {**self.given, question.id: canonical(question, chosen)}
        kept, dropped = _split(self.questions, given)
        shown = {question.id for question in relevant(self.questions, kept)}
        stops = [stop for stop in (*self.trail, self.at) if stop in shown or stop == REVIEW]
        # Where a question in between fell away, the same stop may stand twice in a row.
        trail = tuple(stop for stop, following in pairwise(stops) if stop != following)
        return replace(self, given=kept, trail=trail, ahead=self.ahead & shown, dropped=dropped)

    def next(self) -> Flow:
        """Go to the earliest question that is open or was left behind, else to the review.

        ValueError while the current question has no answer.
        """
        if self.finished:
            return self
        if not self.reviewing and self.at not in self.given:
            raise ValueError(f"{self.at!r} is not answered yet")
        return self._to(self._upcoming(), ahead=self.ahead)

    def back(self) -> Flow:
        """Undo the last move; at the very beginning, stay."""
        if not self.trail:
            return self
        *trail, at = self.trail
        left = {self.at} & {question.id for question in self.questions}
        ahead = frozenset() if at == REVIEW else (self.ahead | left) - {at}
        return replace(self, at=at, trail=tuple(trail), ahead=ahead)

    def review(self) -> Flow:
        """Look at all answers now, wherever that leaves the questions."""
        return self if self.reviewing else self._to(REVIEW, ahead=frozenset())

    def change(self, id: str) -> Flow:
        """Go from the review to one question; afterwards only what became open is asked.

        ValueError anywhere else, or if the question is not relevant.
        """
        if not self.reviewing or id not in {question.id for question in self.relevant}:
            raise ValueError(f"{id!r} cannot be changed here")
        return self._to(id, ahead=frozenset())

    def finish(self) -> Flow:
        """End after the review; questions still open count as "not sure". ValueError elsewhere."""
        if not self.reviewing:
            raise ValueError("answers are reviewed before the end")
        return self._to(FINISHED, ahead=frozenset())

    def _upcoming(self) -> str:
        for question in self.relevant:
            if question.id in self.ahead or question.id not in self.given:
                return question.id
        return FINISHED if self.reviewing else REVIEW

    def _to(self, at: str, *, ahead: frozenset[str]) -> Flow:
        return replace(self, at=at, trail=(*self.trail, self.at), ahead=ahead - {at})


def resume(questions: Iterable[Question], given: Given | None = None) -> Flow:
    """Start where `given` stops: at the first open question, or at the review if none is.

    ValueError if `given` holds something that is no answer to its question.
    """
    questions = tuple(questions)
    kept, dropped = _split(questions, given or {})
    asked = [question.id for question in relevant(questions, kept)]
    at = next((id for id in asked if id not in kept), REVIEW)
    before = asked if at == REVIEW else asked[: asked.index(at)]
    return Flow(questions, kept, at, trail=tuple(before), dropped=dropped)


def _split(
    questions: tuple[Question, ...], given: Given
) -> tuple[dict[str, tuple[str, ...]], tuple[str, ...]]:
    """The answers to relevant questions in the questionnaire's order, and the ids of the others."""
    kept = {
        question.id: canonical(question, given[question.id])
        for question in relevant(questions, given)
        if question.id in given
    }
    return kept, tuple(id for id in given if id not in kept)
