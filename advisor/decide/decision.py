"""Putting the parts together: answers and evidence in, a Decision out."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cache, partial
from typing import NamedTuple

from advisor.catalog import evidence_record
from advisor.decide.ahp import weigh
from advisor.decide.checks import cross_check
from advisor.decide.flips import Ratings, Situation, find_flips
from advisor.decide.movement import movements
from advisor.decide.needs import derive_needs
from advisor.decide.plan import make_plan
from advisor.decide.ratings import rate, relevant_cells
from advisor.decide.robustness import judge, rank
from advisor.decide.score import Acceptability, Matrix, acceptability, central_weights
from advisor.decide.settle import find_settles, standings
from advisor.model import (
    Answers,
    Before,
    Catalog,
    Cell,
    Checks,
    Contribution,
    Decision,
    Doubt,
    Focus,
    Needs,
    Policy,
    Ranked,
    Rating,
    RuledOut,
    Verdict,
)

__all__ = ["EvidenceAt", "Outcome", "decide"]

#: The verdicts that leave something to settle.
UNSETTLED = ("too-close", "lean")


class EvidenceAt(NamedTuple):
    """A state of the evidence: what was said until a date, and the cells that counted then."""

    as_of: date
    cells: Sequence[Cell]


@dataclass(frozen=True)
class Outcome:
    """What one state of the evidence gives for given needs."""

    ratings: tuple[Rating, ...]
    matrix: Matrix
    counts: Acceptability | None
    ranking: tuple[Ranked, ...]
    ruled_out: tuple[RuledOut, ...]
    verdict: Verdict

    @property
    def winner(self) -> str | None:
        """The leader, or None when every framework misses a must-have."""
        return self.ranking[0].framework if self.ranking else None


def decide(
    catalog: Catalog,
    cells: Sequence[Cell],
    answers: Answers,
    *,
    as_of: date,
    since: EvidenceAt | None = None,
) -> Decision:
    """The decision that follows from `answers` and from the evidence not later than `as_of`.

    `since` is earlier evidence that it is compared with; by default the first layer and those
    of `cells` that were made until then.
    """
    since = since or EvidenceAt(catalog.policy.first_layer, cells)
    needs = derive_needs(catalog, answers)
    now = _outcome(catalog, cells, needs, as_of)
    spoken = relevant_cells(catalog, cells, needs.focus, as_of)
    unmeasured = _unmeasured(catalog, now.ratings, needs)
    situation = _situation(catalog, cells, answers, needs, now, as_of)
    plan = make_plan(situation, now.ranking, now.verdict, cells=spoken, as_of=as_of)
    return Decision(
        answers=answers,
        as_of=as_of,
        needs=needs,
        verdict=now.verdict,
        winner=now.winner,
        ranking=now.ranking,
        tie=now.counts.ties / now.counts.draws if now.counts else 0.0,
        unmet=now.counts.unmet / now.counts.draws if now.counts else 1.0,
        ruled_out=now.ruled_out,
        doubts=tuple(_doubts(now, needs, catalog.policy)),
        weighing=weigh(answers.groups) if answers.groups else None,
        rescues=_rescues(now),
        contributions=_contributions(now.matrix),
        ratings=_used(now.ratings, needs),
        cells=spoken,
        stack=plan.stack,
        unmeasured=unmeasured,
        before=_before(catalog, needs, now, since) if since.as_of < as_of else None,
        evidence_digest=evidence_record(catalog, as_of, [c for c in cells if c.date <= as_of]),
        flips=find_flips(situation),
        settles=find_settles(situation, unmeasured) if now.verdict in UNSETTLED else (),
        plan=plan,
        checks=_checks(catalog, cells, needs, now, as_of),
    )


def _outcome(catalog: Catalog, cells: Sequence[Cell], needs: Needs, as_of: date) -> Outcome:
    ratings = rate(catalog, cells, needs.focus, as_of=as_of)
    by_key = _by_key(ratings)
    matrix = _posed(catalog, needs, by_key)
    counts = acceptability(matrix, catalog.policy) if matrix.frameworks else None
    ranking = rank(matrix, counts) if counts else ()
    ruled_out = _ruled_out(catalog, needs, by_key)
    return Outcome(
        ratings, matrix, counts, ranking, ruled_out, judge(ranking, needs, catalog.policy)
    )


def _situation(
    catalog: Catalog,
    cells: Sequence[Cell],
    answers: Answers,
    needs: Needs,
    now: Outcome,
    as_of: date,
) -> Situation:
    """What was decided, with the ways to decide it again after a change."""
    evidence = _evidence(catalog, cells, as_of)
    pose = partial(_posed, catalog)

    @cache
    def answered(question: str, ids: tuple[str, ...]) -> Matrix:
        changed = derive_needs(catalog, replace(answers, given={**answers.given, question: ids}))
        return pose(changed, evidence(changed.focus))

    return Situation(catalog, answers, needs, _by_key(now.ratings), now.matrix, pose, answered)


def _evidence(catalog: Catalog, cells: Sequence[Cell], as_of: date) -> Callable[[Focus], Ratings]:
    """The ratings for a focus, reckoned once for all that the same measurements speak for."""
    known: dict[tuple[int, ...], Ratings] = {}

    def ratings(focus: Focus) -> Ratings:
        spoken = tuple(map(id, relevant_cells(catalog, cells, focus, as_of)))
        if spoken not in known:
            known[spoken] = _by_key(rate(catalog, cells, focus, as_of=as_of))
        return known[spoken]

    return ratings


def _by_key(ratings: tuple[Rating, ...]) -> Ratings:
    return {(rating.framework, rating.criterion): rating for rating in ratings}


def _posed(catalog: Catalog, needs: Needs, ratings: Ratings) -> Matrix:
    """The problem that the must-haves leave."""
    excluded = {entry.framework for entry in _ruled_out(catalog, needs, ratings)}
    candidates = tuple(sorted({f.id for f in catalog.frameworks} - excluded))
    return _matrix(catalog, needs, ratings, candidates)


def _ruled_out(
    catalog: Catalog, needs: Needs, ratings: Mapping[tuple[str, str], Rating]
) -> tuple[RuledOut, ...]:
    """Who misses which must-have. An unknown level rules nobody out: absence is not evidence."""
    return tuple(
        RuledOut(framework.id, requirement, rating)
        for framework in catalog.frameworks
        for requirement in needs.requirements
        if (rating := ratings[framework.id, requirement.criterion]).level is not None
        and rating.level < requirement.level
    )


def _matrix(
    catalog: Catalog,
    needs: Needs,
    ratings: Mapping[tuple[str, str], Rating],
    frameworks: tuple[str, ...],
) -> Matrix:
    """The problem in its canonical order, so that the order of the input cannot matter."""
    group = {criterion.id: criterion.group for criterion in catalog.criteria}
    weighed = {**needs.own, **needs.open, **needs.core}
    criteria = tuple(sorted(id for id, points in weighed.items() if points > 0))
    required = sorted((must.criterion, must.level) for must in needs.requirements)
    return Matrix(
        frameworks=frameworks,
        criteria=criteria,
        groups=tuple(group[id] for id in criteria),
        settled=tuple(needs.own.get(id, 0.0) + needs.core.get(id, 0.0) for id in criteria),
        open=tuple(needs.open.get(id, 0.0) for id in criteria),
        ratings=tuple(tuple(ratings[f, id] for id in criteria) for f in frameworks),
        demands=tuple(tuple((ratings[f, id], least) for id, least in required) for f in frameworks),
    )


def _contributions(matrix: Matrix) -> tuple[Contribution, ...]:
    weights = central_weights(matrix)
    return tuple(
        Contribution(framework, rating.criterion, weight, rating.value, weight * rating.value)
        for framework, row in zip(matrix.frameworks, matrix.ratings, strict=True)
        for weight, rating in zip(weights, row, strict=True)
    )


def _checks(
    catalog: Catalog, cells: Sequence[Cell], needs: Needs, now: Outcome, as_of: date
) -> Checks | None:
    """Second opinions; what is measured is compared anew with whoever is left."""

    def without(gone: str) -> Matrix:
        left = tuple(framework for framework in catalog.frameworks if framework.id != gone)
        fewer = catalog.model_copy(update={"frameworks": left})
        return _posed(fewer, needs, _by_key(rate(fewer, cells, needs.focus, as_of=as_of)))

    everyone = tuple(sorted(framework.id for framework in catalog.frameworks))
    return cross_check(now.matrix, everyone, without, margin=catalog.policy.margin)


def _doubts(now: Outcome, needs: Needs, policy: Policy) -> Iterator[Doubt]:
    """What the ranked frameworks may miss, for each must-have in the order of the ranking."""
    ratings = _by_key(now.ratings)
    for requirement in needs.requirements:
        for row in now.ranking:
            rating, share = ratings[row.framework, requirement.criterion], 0.0
            for standing in standings(rating, policy, requirement.level):
                share = share + (standing.share if standing.missed else 0.0)
            if share > 0.0:
                yield Doubt(row.framework, requirement, rating, share)


def _rescues(now: Outcome) -> tuple[RuledOut, ...]:
    """The misses that are their framework's only one, when nobody is left."""
    if now.ranking:
        return ()
    missed = [entry.framework for entry in now.ruled_out]
    return tuple(entry for entry in now.ruled_out if missed.count(entry.framework) == 1)


def _used(ratings: tuple[Rating, ...], needs: Needs) -> tuple[Rating, ...]:
    required = {requirement.criterion for requirement in needs.requirements}
    used = required | needs.own.keys() | needs.open.keys() | needs.core.keys()
    return tuple(rating for rating in ratings if rating.criterion in used)


def _unmeasured(catalog: Catalog, ratings: tuple[Rating, ...], needs: Needs) -> tuple[str, ...]:
    """Criteria that carry weight, could be measured, and are not for what the user named."""
    weighed = needs.own.keys() | needs.open.keys()
    measured = {rating.criterion for rating in ratings if rating.tier == "measured"}
    return tuple(
        criterion.id
        for criterion in catalog.criteria
        if criterion.measure and criterion.id in weighed and criterion.id not in measured
    )


def _before(catalog: Catalog, needs: Needs, now: Outcome, since: EvidenceAt) -> Before:
    """The same needs on earlier evidence, and which ratings moved the result since."""
    then = _outcome(catalog, since.cells, needs, since.as_of)
    moved = movements(now.matrix, then.ratings, now.winner, _rival(now, then))
    return Before(since.as_of, then.verdict, then.winner, then.ranking, moved, then.ruled_out)


def _rival(now: Outcome, then: Outcome) -> str | None:
    """Whom today's leader is compared with: the earlier leader, or else today's runner-up."""
    ranked = [row.framework for row in now.ranking]
    if then.winner != now.winner and then.winner in ranked:
        return then.winner
    return ranked[1] if len(ranked) > 1 else None
