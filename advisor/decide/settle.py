"""What would settle a result that is not clear: what to answer, to measure, to look up first.

Everything that is still open is answered in thought with each of its possible answers; what counts
is by how much the leader's lead would change. All three kinds share this scale, so they can be
ranked together.

    question     each of its choices, as likely as the others
    measurement  each framework's possible levels, as likely as their tier says
    cell         the same, for one framework; where it would miss a must-have, it is out

Like the search for flips, this runs in a browser too: + - * /, comparisons, sums in order.
"""

from collections.abc import Iterable, Iterator, Sequence
from itertools import product
from typing import Final, NamedTuple

from advisor.decide.flips import Situation, first
from advisor.decide.needs import asked
from advisor.decide.score import LEVELS, Matrix, central_scores, central_weights
from advisor.model import NOT_SURE, Policy, Rating, Settle, SettleKind

__all__ = ["Standing", "find_settles", "standings"]

#: So many of a kind are reported: nobody settles more at once.
MOST: Final = 3


class _Possible(NamedTuple):
    """One way in which something open may turn out: who then leads, and the old leader's lead."""

    share: float
    winner: str | None
    lead: float


class Standing(NamedTuple):
    """A value that a rating may really have, how likely, and whether it misses a must-have."""

    value: float
    share: float
    missed: bool


class _Now(NamedTuple):
    """What stands: the situation, its weights and scores, who leads and by how much."""

    situation: Situation
    weights: list[float]
    scores: list[float]
    leader: str
    lead: float


def find_settles(situation: Situation, unmeasured: tuple[str, ...]) -> tuple[Settle, ...]:
    """What is open, most telling first; nothing where nobody is in the running.

    `unmeasured` are the criteria that carry weight and could be measured.
    """
    matrix = situation.matrix
    if not matrix.frameworks:
        return ()
    scores = central_scores(matrix)
    now = _Now(situation, central_weights(matrix), scores, *first(matrix.frameworks, scores))
    kinds = (
        _open_questions(now),
        _open_measurements(now, unmeasured),
        _open_cells(now, unmeasured),
    )
    kept = [settle for found in kinds for settle in sorted(found, key=_order)[:MOST]]
    return tuple(sorted(kept, key=_order))


def _order(settle: Settle) -> tuple[float, float, str, tuple[str, ...]]:
    return (-settle.expected, -settle.most, settle.kind, settle.subject)


def _open_questions(now: _Now) -> Iterator[Settle]:
    answers = now.situation.answers
    for question in asked(now.situation.catalog.questions, answers, {"yes"}):
        if answers.given.get(question.id, (NOT_SURE,)) != (NOT_SURE,):
            continue
        share = 1.0 / len(question.choices)
        possible = [
            _answered(now, share, now.situation.answered(question.id, (choice.id,)))
            for choice in question.choices
        ]
        yield from _settle("question", (question.id,), now, possible)


def _answered(now: _Now, share: float, matrix: Matrix) -> _Possible:
    return _left(now, share, matrix.frameworks, central_scores(matrix))


def _left(now: _Now, share: float, frameworks: Sequence[str], scores: Sequence[float]) -> _Possible:
    """Who leads of those that are left, if anyone is."""
    return _seen(now, share, frameworks, scores) if frameworks else _Possible(share, None, -1.0)


def _seen(now: _Now, share: float, frameworks: Sequence[str], scores: Sequence[float]) -> _Possible:
    """The leader's new lead: negative when others lead, -1 when ruled out, 1 when alone."""
    winner, lead = first(frameworks, scores)
    if winner != now.leader:
        best = scores[frameworks.index(winner)]
        there = now.leader in frameworks
        lead = scores[frameworks.index(now.leader)] - best if there else -1.0
    return _Possible(share, winner, lead)


def _open_measurements(now: _Now, unmeasured: tuple[str, ...]) -> Iterator[Settle]:
    matrix = now.situation.matrix
    for criterion in matrix.criteria:
        if criterion in unmeasured:
            everyone = tuple(matrix.frameworks)
            turnouts = _turnouts(now, criterion, everyone)
            yield from _settle("measurement", (criterion,), now, turnouts)


def _open_cells(now: _Now, unmeasured: tuple[str, ...]) -> Iterator[Settle]:
    situation = now.situation
    required = {must.criterion for must in situation.needs.requirements}
    for criterion in sorted(required | set(situation.matrix.criteria)):
        if criterion in unmeasured:
            continue
        for framework in situation.matrix.frameworks:
            turnouts = _turnouts(now, criterion, (framework,))
            yield from _settle("cell", (framework, criterion), now, turnouts)


def _turnouts(now: _Now, criterion: str, changed: tuple[str, ...]) -> Iterator[_Possible]:
    """Every combination of the values that these frameworks may have on one criterion."""
    frameworks, policy = now.situation.matrix.frameworks, now.situation.catalog.policy
    weight, least = _weight(now, criterion), _least(now, criterion)
    ratings = [now.situation.ratings[framework, criterion] for framework in changed]
    for turnout in product(*(standings(rating, policy, least) for rating in ratings)):
        after, share, out = dict(zip(frameworks, now.scores, strict=True)), 1.0, set()
        for framework, rating, standing in zip(changed, ratings, turnout, strict=True):
            after[framework] = after[framework] + weight * (standing.value - rating.value)
            share = share * standing.share
            out |= {framework} if standing.missed else set()
        left = [framework for framework in frameworks if framework not in out]
        yield _left(now, share, left, [after[framework] for framework in left])


def _weight(now: _Now, criterion: str) -> float:
    """The criterion's share of all weight; a must-have may have none."""
    criteria = now.situation.matrix.criteria
    return now.weights[criteria.index(criterion)] if criterion in criteria else 0.0


def _least(now: _Now, criterion: str) -> int:
    """The level that a must-have asks for; 0 if none does."""
    for must in now.situation.needs.requirements:
        if must.criterion == criterion:
            return must.level
    return 0


def standings(rating: Rating, policy: Policy, least: int) -> list[Standing]:
    """What a rating may really be; a measurement stands."""
    if rating.tier == "measured":
        return [Standing(rating.value, 1.0, missed=False)]
    if rating.level is None:
        return [_standing(level, 1.0 / LEVELS, least) for level in range(LEVELS)]
    error = policy.error[rating.tier]
    beside = [level for level in (rating.level - 1, rating.level + 1) if 0 <= level < LEVELS]
    wrong = [_standing(level, error / len(beside), least) for level in beside]
    return [_standing(rating.level, 1.0 - error, least), *wrong]


def _standing(level: int, share: float, least: int) -> Standing:
    return Standing(level / (LEVELS - 1), share, missed=level < least)


def _settle(
    kind: SettleKind, subject: tuple[str, ...], now: _Now, possible: Iterable[_Possible]
) -> Iterator[Settle]:
    """The summary of all turnouts, unless none of them moves the lead."""
    expected, most, winners = 0.0, 0.0, set()
    for share, winner, lead in possible:
        change = abs(lead - now.lead)
        expected = expected + share * change
        most = max(most, change)
        if winner is not None and winner != now.leader and share > 0.0:
            winners.add(winner)
    if expected > 0.0:
        yield Settle(kind, subject, expected, most, tuple(sorted(winners)))
