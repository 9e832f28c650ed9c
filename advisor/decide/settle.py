"""What would settle a result that is not clear: what to answer, to measure, to look up first.

Everything that is still open is answered in thought with each of its possible answers; what counts
is by how much the leader's lead would change. All three kinds share this scale, so they can be
ranked together.

    question     each of its choices, as likely as the others
    measurement  each framework's possible levels, as likely as their tier says
    cell         the same, for one framework

Like the search for flips, this runs in a browser too: + - * /, comparisons, sums in order.
"""

from collections.abc import Iterable, Iterator, Sequence
from itertools import product
from typing import Final, NamedTuple

from advisor.decide.flips import Situation, first
from advisor.decide.needs import asked
from advisor.decide.score import LEVELS, Matrix, central_scores, central_weights
from advisor.model import NOT_SURE, Policy, Rating, Settle, SettleKind

__all__ = ["find_settles"]

#: So many of a kind are reported: nobody settles more at once.
MOST: Final = 3


class _Possible(NamedTuple):
    """One way in which something open may turn out: who then leads, and the old leader's lead."""

    share: float
    winner: str | None
    lead: float


class _Now(NamedTuple):
    """What stands: the situation, its weights and scores, who leads and by how much."""

    situation: Situation
    weights: list[float]
    scores: list[float]
    leader: str
    lead: float


def find_settles(situation: Situation, unmeasured: tuple[str, ...]) -> tuple[Settle, ...]:
    """What is open, most telling first; nothing where fewer than two are in the running.

    `unmeasured` are the criteria that carry weight and could be measured.
    """
    matrix = situation.matrix
    if len(matrix.frameworks) < 2:
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
    if not matrix.frameworks:
        return _Possible(share, None, -1.0)
    return _seen(now, share, matrix.frameworks, central_scores(matrix))


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
    for place, criterion in enumerate(matrix.criteria):
        if criterion in unmeasured:
            everyone = tuple(range(len(matrix.frameworks)))
            yield from _settle("measurement", (criterion,), now, _turnouts(now, place, everyone))


def _open_cells(now: _Now, unmeasured: tuple[str, ...]) -> Iterator[Settle]:
    matrix = now.situation.matrix
    for place, criterion in enumerate(matrix.criteria):
        if criterion in unmeasured:
            continue
        for own, framework in enumerate(matrix.frameworks):
            yield from _settle("cell", (framework, criterion), now, _turnouts(now, place, (own,)))


def _turnouts(now: _Now, place: int, changed: tuple[int, ...]) -> Iterator[_Possible]:
    """Every combination of the values that these frameworks may have on one criterion."""
    matrix, policy = now.situation.matrix, now.situation.catalog.policy
    ratings = [matrix.ratings[own][place] for own in changed]
    for values in product(*(_values(rating, policy) for rating in ratings)):
        after, share = list(now.scores), 1.0
        for own, rating, (value, part) in zip(changed, ratings, values, strict=True):
            after[own] = after[own] + now.weights[place] * (value - rating.value)
            share = share * part
        yield _seen(now, share, matrix.frameworks, after)


def _values(rating: Rating, policy: Policy) -> list[tuple[float, float]]:
    """The values that a rating may really have and their shares; a measurement stands."""
    if rating.tier == "measured":
        return [(rating.value, 1.0)]
    if rating.level is None:
        return [(level / (LEVELS - 1), 1.0 / LEVELS) for level in range(LEVELS)]
    error = policy.error[rating.tier]
    beside = [level for level in (rating.level - 1, rating.level + 1) if 0 <= level < LEVELS]
    wrong = [(level / (LEVELS - 1), error / len(beside)) for level in beside]
    return [(rating.value, 1.0 - error), *wrong]


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
