"""The smallest changes that make another framework lead: what a decision hangs on.

    answer       every other answer to every question that was asked
    requirement  every must-have, dropped
    weight       one criterion's points, multiplied         closed form
    group        the points of one group, multiplied        closed form
    measurement  one framework better or worse, everywhere   stepped, then halved
    cell         one level, up or down                      tried out

Whatever the search proposes is applied, and only what then really makes another framework lead is
reported. The leader is the one by central score among those that meet the must-haves.

A browser repeats this search and finds the same bits: only + - * / and comparisons occur, sums run
from left to right. What needs a logarithm or a power, values on the way in and the factor of a
measured time on the way out, is kept apart.
"""

import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final, NamedTuple

from advisor.decide.needs import asked
from advisor.decide.ratings import unclipped
from advisor.decide.score import LEVELS, Matrix, central_scores, central_weights
from advisor.model import (
    NOT_SURE,
    Answers,
    Catalog,
    Choice,
    Flip,
    FlipKind,
    Needs,
    Policy,
    Question,
    Rating,
)

__all__ = ["Lead", "Ratings", "Situation", "find_flips", "first", "leader"]

Ratings = Mapping[tuple[str, str], Rating]

#: So many flips of a kind are reported: more would not be read.
MOST: Final = 6

#: A weight that must grow more than this is another need. Below 1/16 it is as good as left out.
FACTOR_LIMIT: Final = 16.0

#: A flip stands this much beyond the point where both are level, so that rounding cannot undo it.
NUDGE: Final = 1.0 / 1048576.0

#: A measured shift is looked for in so many steps over the whole scale, then halved so often.
STEPS: Final = 32
HALVINGS: Final = 24

#: The value of an unknown level is that of the middle one.
MIDDLE: Final = (LEVELS - 1) // 2


@dataclass(frozen=True)
class Situation:
    """A decided problem and the ways to pose it again after a change.

    `pose` applies the must-haves of needs to ratings and gives the problem that is left.
    `answered` does the whole way from one changed answer: question and chosen ids.
    """

    catalog: Catalog
    answers: Answers
    needs: Needs
    ratings: Ratings
    matrix: Matrix
    pose: Callable[[Needs, Ratings], Matrix]
    answered: Callable[[str, tuple[str, ...]], Matrix]


class Lead(NamedTuple):
    """Who leads, and by how much over the next; by 1, the whole scale, if no other is left."""

    framework: str
    lead: float


class _Sized(NamedTuple):
    """A flip and how large its change is on the scale of its kind."""

    size: float
    flip: Flip


def find_flips(situation: Situation) -> tuple[Flip, ...]:
    """Each kind's smallest flips, ordered by kind and size; none where nobody leads."""
    now = leader(situation.matrix)
    if now is None:
        return ()
    kinds = (
        _answer_flips(situation, now.framework),
        _requirement_flips(situation, now.framework),
        _criterion_flips(situation.matrix, now.framework),
        _group_flips(situation.matrix, now.framework),
        _measurement_flips(situation, now.framework),
        _cell_flips(situation, now.framework),
    )
    return tuple(flip for found in kinds for flip in _smallest(found))


def leader(matrix: Matrix) -> Lead | None:
    """Who leads by central score, the first id among equals; None if everyone is ruled out."""
    return first(matrix.frameworks, central_scores(matrix)) if matrix.frameworks else None


def first(frameworks: Sequence[str], scores: Sequence[float]) -> Lead:
    """The leader among frameworks in order of id with these scores."""
    best = 0
    for place in range(1, len(scores)):
        if scores[place] > scores[best]:
            best = place
    lead = 1.0
    for place, score in enumerate(scores):
        if place != best and scores[best] - score < lead:
            lead = scores[best] - score
    return Lead(frameworks[best], lead)


def _smallest(found: Iterable[_Sized]) -> Iterator[Flip]:
    """The smallest changes first; of equal ones the one that tips the balance least."""
    return (sized.flip for sized in sorted(found, key=_order)[:MOST])


def _order(sized: _Sized) -> tuple[float, float, tuple[str, ...], tuple[str, ...]]:
    flip = sized.flip
    ids = flip.after if isinstance(flip.after, tuple) else ()
    return sized.size, flip.lead, flip.subject, ids


def _answer_flips(situation: Situation, winner: str) -> Iterator[_Sized]:
    given = situation.answers.given
    for question in asked(situation.catalog.questions, situation.answers, {"yes"}):
        before = given.get(question.id, (NOT_SURE,))
        for after in _other_answers(question, before):
            new = leader(situation.answered(question.id, after))
            if new is not None and new.framework != winner:
                yield _Sized(0.0, Flip("answer", (question.id,), before, after, *new))


def _other_answers(question: Question, before: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    """Everything one step away: another choice, one more, one less, and "not sure"."""
    chosen = set(before) - {NOT_SURE}
    for choice in question.choices:
        after = _toggled(question, chosen, choice)
        if after and after != chosen:
            yield tuple(choice.id for choice in question.choices if choice.id in after)
    if chosen:
        yield (NOT_SURE,)


def _toggled(question: Question, chosen: set[str], choice: Choice) -> set[str]:
    """`chosen` after one mark more or less; what excludes others does so here too."""
    if not question.multiple:
        return {choice.id}
    if choice.id in chosen:
        return chosen - {choice.id}
    if choice.exclusive:
        return {choice.id}
    return {id for id in chosen if id not in _alone(question)} | {choice.id}


def _alone(question: Question) -> set[str]:
    return {choice.id for choice in question.choices if choice.exclusive}


def _requirement_flips(situation: Situation, winner: str) -> Iterator[_Sized]:
    required = situation.needs.requirements
    for dropped in required:
        left = tuple(kept for kept in required if kept is not dropped)
        new = leader(situation.pose(replace(situation.needs, requirements=left), situation.ratings))
        if new is not None and new.framework != winner:
            subject, level = (dropped.criterion,), float(dropped.level)
            yield _Sized(0.0, Flip("requirement", subject, level, None, *new))


def _criterion_flips(matrix: Matrix, winner: str) -> Iterator[_Sized]:
    for place, criterion in enumerate(matrix.criteria):
        yield from _weight_flip(matrix, winner, "weight", criterion, (place,))


def _group_flips(matrix: Matrix, winner: str) -> Iterator[_Sized]:
    for group in sorted(set(matrix.groups)):
        places = tuple(place for place, of in enumerate(matrix.groups) if of == group)
        yield from _weight_flip(matrix, winner, "group", group, places)


def _weight_flip(
    matrix: Matrix, winner: str, kind: FlipKind, subject: str, places: tuple[int, ...]
) -> Iterator[_Sized]:
    """The factor nearest to 1 by which these points must be multiplied, if there is one."""
    before = 0.0
    for place in places:
        before = before + (matrix.settled[place] + matrix.open[place])
    for size, factor in sorted(_level_factors(matrix, winner, places)):
        if factor == 0.0 and len(places) == len(matrix.criteria):
            continue  # Without any weight there is nothing left to decide on.
        new = leader(_reweighed(matrix, places, factor))
        if new is not None and new.framework != winner:
            yield _Sized(size, Flip(kind, (subject,), before, before * factor, *new, factor=factor))
            return


def _level_factors(
    matrix: Matrix, winner: str, places: tuple[int, ...]
) -> Iterator[tuple[float, float]]:
    """Size and factor just beyond which each rival draws level.

    The distance of two scores is linear in the factor f: distance + (f - 1) * part = 0.
    """
    leading = matrix.ratings[matrix.frameworks.index(winner)]
    for row in matrix.ratings:
        distance, part = 0.0, 0.0
        for place, (ahead, behind) in enumerate(zip(leading, row, strict=True)):
            points = matrix.settled[place] + matrix.open[place]
            lead = points * (ahead.value - behind.value)
            distance = distance + lead
            part = part + (lead if place in places else 0.0)
        if part != 0.0:
            yield from _beyond(1.0 - distance / part, grows=part < 0.0)


def _beyond(level: float, *, grows: bool) -> Iterator[tuple[float, float]]:
    if grows and level * (1.0 + NUDGE) <= FACTOR_LIMIT:
        yield level * (1.0 + NUDGE), level * (1.0 + NUDGE)
    elif not grows:
        factor = level * (1.0 - NUDGE)
        yield (1.0 / factor, factor) if factor * FACTOR_LIMIT >= 1.0 else (math.inf, 0.0)


def _reweighed(matrix: Matrix, places: tuple[int, ...], factor: float) -> Matrix:
    def scaled(points: tuple[float, ...]) -> tuple[float, ...]:
        return tuple(p * factor if place in places else p for place, p in enumerate(points))

    return replace(matrix, settled=scaled(matrix.settled), open=scaled(matrix.open))


def _measurement_flips(situation: Situation, winner: str) -> Iterator[_Sized]:
    """The leader worse, or a rival better, in everything measured for one criterion."""
    policy = situation.catalog.policy
    for place, criterion in enumerate(situation.matrix.criteria):
        scale = _unclipped(situation.ratings, criterion, policy)
        for framework in situation.matrix.frameworks:
            if framework not in scale:
                continue
            sign = -1.0 if framework == winner else 1.0
            shifted = _shifting(situation.matrix, place, scale, framework, sign)
            size = _least_shift(shifted, winner)
            if size is not None:
                rating = situation.ratings[framework, criterion]
                subject, after = (framework, criterion), rating.value + sign * size
                factor = policy.worst_ratio ** (-sign * size) if rating.ratios else None
                new = shifted(size)
                yield _Sized(
                    size, Flip("measurement", subject, rating.value, after, *new, factor=factor)
                )


def _unclipped(ratings: Ratings, criterion: str, policy: Policy) -> dict[str, tuple[float, ...]]:
    """Per measured framework its value on each task, below 0 where it is beyond the worst.

    The only step of the search with a logarithm: in a browser it arrives as data.
    """
    return {
        framework: tuple(unclipped(gap, gap.value, policy) for gap in gaps)
        for (framework, of), rating in sorted(ratings.items())
        if of == criterion and (gaps := rating.ratios or rating.differences)
    }


def _shifting(
    matrix: Matrix, place: int, scale: dict[str, tuple[float, ...]], framework: str, sign: float
) -> Callable[[float], Lead]:
    """Who leads once `framework` is so much better (sign 1) or worse (sign -1) on the scale."""
    weight = central_weights(matrix)[place]
    scores = central_scores(matrix)
    rest = [
        score - weight * row[place].value for score, row in zip(scores, matrix.ratings, strict=True)
    ]
    old = [row[place].value for row in matrix.ratings]

    def shifted(size: float) -> Lead:
        new = _shifted_values(scale, framework, sign * size)
        values = [new.get(f, value) for f, value in zip(matrix.frameworks, old, strict=True)]
        after = [r + weight * value for r, value in zip(rest, values, strict=True)]
        return first(matrix.frameworks, after)

    return shifted


def _shifted_values(
    scale: dict[str, tuple[float, ...]], framework: str, shift: float
) -> dict[str, float]:
    """Everyone's value after one framework's measurements changed: the best is at 1 again."""
    totals = dict.fromkeys(scale, 0.0)
    tasks = len(scale[framework])
    for task in range(tasks):
        best = -math.inf
        for other, values in scale.items():
            moved = values[task] + (shift if other == framework else 0.0)
            # Above 1 stand only those whose times were too unsteady to be the measure of others.
            if values[task] <= 1.0 and moved > best:
                best = moved
        for other, values in scale.items():
            moved = values[task] + (shift if other == framework else 0.0)
            totals[other] = totals[other] + min(1.0, max(0.0, moved - best + 1.0))
    return {other: total / tasks for other, total in totals.items()}


def _least_shift(shifted: Callable[[float], Lead], winner: str) -> float | None:
    """The smallest shift, up to the whole scale, with which another leads.

    The scores run in straight pieces; the first step that flips is found, then halved.
    """
    for step in range(1, STEPS + 1):
        high = step / STEPS
        if shifted(high).framework != winner:
            low = (step - 1) / STEPS
            for _ in range(HALVINGS):
                middle = (low + high) * 0.5
                if shifted(middle).framework != winner:
                    high = middle
                else:
                    low = middle
            nudged = high + NUDGE
            return nudged if shifted(nudged).framework != winner else high
    return None


def _cell_flips(situation: Situation, winner: str) -> Iterator[_Sized]:
    required = {requirement.criterion for requirement in situation.needs.requirements}
    weighed = {criterion: place for place, criterion in enumerate(situation.matrix.criteria)}
    relevel = _relevelling(situation, weighed)
    for (framework, criterion), rating in sorted(situation.ratings.items()):
        if rating.tier == "measured" or not (criterion in required or criterion in weighed):
            continue
        base = MIDDLE if rating.level is None else rating.level
        for level in sorted(range(LEVELS), key=lambda to: (abs(to - base), to)):
            if level == rating.level:
                continue
            new = relevel(rating, level, criterion in required)
            if new is not None and new.framework != winner:
                before = None if rating.level is None else float(rating.level)
                flip = Flip("cell", (framework, criterion), before, float(level), *new)
                yield _Sized(float(abs(level - base)), flip)
                break


def _relevelling(
    situation: Situation, weighed: dict[str, int]
) -> Callable[[Rating, int, bool], Lead | None]:
    """Who leads once a rating has another level: posed anew only where a must-have may turn."""
    matrix = situation.matrix
    weights, scores = central_weights(matrix), central_scores(matrix)

    def leads(rating: Rating, level: int, required: bool) -> Lead | None:
        value = level / (LEVELS - 1)
        key = (rating.framework, rating.criterion)
        if required:
            changed = {**situation.ratings, key: replace(rating, level=level, value=value)}
            return leader(situation.pose(situation.needs, changed))
        if rating.framework not in matrix.frameworks:
            return None
        own, place, score = matrix.frameworks.index(rating.framework), weighed[key[1]], 0.0
        for at, (weight, other) in enumerate(zip(weights, matrix.ratings[own], strict=True)):
            score = score + weight * (value if at == place else other.value)
        return first(matrix.frameworks, [*scores[:own], score, *scores[own + 1 :]])

    return leads
