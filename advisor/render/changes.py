"""Flips and what would settle a result, with their nouns looked up, for whoever puts them in words.

The words stand in templates/_macros/changes.html, once for page, Markdown and terminal.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from advisor.model import (
    NOT_SURE,
    Catalog,
    Choice,
    Criterion,
    Decision,
    Flip,
    Framework,
    Group,
    Question,
    Settle,
)

__all__ = ["Change", "Opening", "changes", "openings"]


@dataclass(frozen=True)
class Change:
    """A flip. What it is about is filled in by its kind, the rest stays empty.

    `before` and `after` are the answers; `shares` are the parts of the whole weight that a
    criterion or a group has before and after, 0 to 1; `points` is by how many percentage points a
    measured share moves.
    """

    flip: Flip
    winner: Framework
    question: Question | None = None
    before: tuple[Choice, ...] = ()
    after: tuple[Choice, ...] = ()
    group: Group | None = None
    criterion: Criterion | None = None
    framework: Framework | None = None
    shares: tuple[float, float] | None = None
    points: float | None = None


@dataclass(frozen=True)
class Opening:
    """Something open that could settle a result, and who might then lead.

    `required` marks a must-have that the framework may really miss.
    """

    settle: Settle
    winners: tuple[Framework, ...]
    question: Question | None = None
    criterion: Criterion | None = None
    framework: Framework | None = None
    required: bool = False


def changes(decision: Decision, catalog: Catalog) -> Iterator[Change]:
    """The flips in their order."""
    weights = {part.criterion: part.weight for part in decision.contributions}
    for flip in decision.flips:
        winner = catalog.framework(flip.new_winner)
        if flip.kind == "answer":
            question = catalog.question(flip.subject[0])
            before, after = (_chosen(question, ids) for ids in (flip.before, flip.after))
            yield Change(flip, winner, question, before, after)
        elif flip.kind == "group":
            (id,) = flip.subject
            inside = [weights[c.id] for c in catalog.criteria if c.group == id and c.id in weights]
            shares = _shares(sum(inside), flip.factor)
            yield Change(flip, winner, group=catalog.group(id), shares=shares)
        else:
            *framework, criterion = flip.subject
            yield Change(
                flip,
                winner,
                criterion=catalog.criterion(criterion),
                framework=catalog.framework(framework[0]) if framework else None,
                shares=_shares(weights[criterion], flip.factor) if flip.kind == "weight" else None,
                points=_points(flip, catalog),
            )


def _chosen(question: Question, ids: object) -> tuple[Choice, ...]:
    """The choices in words; none stands for "not sure"."""
    chosen = ids if isinstance(ids, tuple) else ()
    return tuple(choice for id in chosen if id != NOT_SURE and (choice := question.choice(id)))


def _shares(share: float, factor: float | None) -> tuple[float, float]:
    """A part of the whole before and after it is multiplied and the rest is left alone."""
    grown = share * (1.0 if factor is None else factor)
    return share, grown / (1.0 - share + grown)


def _points(flip: Flip, catalog: Catalog) -> float | None:
    """By how many percentage points a share moves, where the flip is about one."""
    before, after = flip.before, flip.after
    if flip.kind != "measurement" or flip.factor is not None:
        return None
    assert isinstance(before, float)
    assert isinstance(after, float)
    return (after - before) * catalog.policy.worst_difference * 100


def openings(decision: Decision, catalog: Catalog) -> Iterator[Opening]:
    """What would settle the result, most telling first."""
    doubted = {(doubt.framework, doubt.requirement.criterion) for doubt in decision.doubts}
    for settle in decision.settles:
        winners = tuple(catalog.framework(id) for id in settle.winners)
        if settle.kind == "question":
            yield Opening(settle, winners, question=catalog.question(settle.subject[0]))
        else:
            *framework, criterion = settle.subject
            named = catalog.framework(framework[0]) if framework else None
            found, required = catalog.criterion(criterion), settle.subject in doubted
            yield Opening(settle, winners, criterion=found, framework=named, required=required)
