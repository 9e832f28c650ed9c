"""Answers -> needs: points per criterion, must-haves, and what the measurements must speak for.

A question left open still says that its criteria might matter: it gives them the average points of
its choices, kept apart from the user's own, because only the latter support a firm verdict.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping

from advisor.decide.ahp import group_shares, scaled_by_groups
from advisor.model import (
    NOT_SURE,
    Answers,
    Catalog,
    Choice,
    Focus,
    Needs,
    Question,
    Requirement,
)

__all__ = ["asked", "derive_needs"]

Settled = tuple[tuple[Question, Choice], ...]


def derive_needs(catalog: Catalog, answers: Answers) -> Needs:
    """What `answers` ask of a framework.

    Answers to questions that the other answers make irrelevant have no effect. Where groups were
    compared, their points are divided as that says.
    """
    settled = tuple(_settled(catalog.questions, answers))
    focus = Focus()
    for _, choice in settled:
        focus = focus.joined(choice.focus)
    needs = Needs(
        own=_points((choice.weighs, 1.0) for _, choice in settled),
        open=_points(_open_points(catalog.questions, answers)),
        core={c.id: float(c.core) for c in catalog.criteria if c.core},
        requirements=_requirements(settled, catalog),
        focus=focus,
        uses=_uses(settled),
    )
    if not answers.groups:
        return needs
    return scaled_by_groups(needs, catalog, dict(group_shares(answers.groups)))


def _settled(
    questions: tuple[Question, ...], answers: Answers
) -> Iterator[tuple[Question, Choice]]:
    """Each relevant question with each choice that was really made."""
    for question in asked(questions, answers, {"yes"}):
        for id in answers.given.get(question.id, ()):
            choice = question.choice(id)
            if choice is not None:
                yield question, choice


def asked(
    questions: tuple[Question, ...], answers: Answers, relevance: set[str]
) -> Iterator[Question]:
    """The questions of the wanted relevance; an irrelevant one's answers do not count further."""
    counted: dict[str, tuple[str, ...]] = {}
    for question in questions:
        found = question.relevance(counted)
        # An irrelevant question is settled: nothing that depends on it can come up any more.
        counted[question.id] = () if found == "no" else answers.given.get(question.id, (NOT_SURE,))
        if found in relevance:
            yield question


def _open_points(
    questions: tuple[Question, ...], answers: Answers
) -> Iterator[tuple[Mapping[str, int], float]]:
    """The average over its choices for every question that is or may become relevant."""
    for question in asked(questions, answers, {"yes", "open"}):
        if answers.given.get(question.id, (NOT_SURE,)) == (NOT_SURE,):
            for choice in question.choices:
                yield choice.weighs, 1.0 / len(question.choices)


def _points(parts: Iterable[tuple[Mapping[str, int], float]]) -> dict[str, float]:
    total: dict[str, float] = defaultdict(float)
    for weighs, share in parts:
        for criterion, points in weighs.items():
            total[criterion] += points * share
    return dict(sorted(total.items()))


def _uses(settled: Settled) -> tuple[str, ...]:
    """The frameworks that the team uses today, in order of the choices."""
    return tuple(choice.uses for _, choice in settled if choice.uses)


def _requirements(settled: Settled, catalog: Catalog) -> tuple[Requirement, ...]:
    """The strictest requirement per criterion, in the order in which they were answered."""
    strictest: dict[str, Requirement] = {}
    used = set(_uses(settled))
    estates = [criterion.id for criterion in catalog.criteria if criterion.estate in used]
    for question, choice in settled:
        kept = dict.fromkeys(estates, choice.keeps) if choice.keeps else {}
        for criterion, level in {**choice.requires, **kept}.items():
            known = strictest.get(criterion)
            if known is None or level > known.level:
                strictest[criterion] = Requirement(criterion, level, question.id, choice.id)
    return tuple(strictest.values())
