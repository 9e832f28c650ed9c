"""A recorded decision against today's evidence: whether it still holds, and what has moved.

    same       the same framework leads, as firmly as it has to
    flipped    another framework leads now, or none is left
    too-close  the same one leads, but by too little to rely on; when recorded it was firmer
    stale      nothing else is wrong, but evidence has passed its review age since
    closed     an ADR that was superseded, deprecated or rejected: nobody relies on it

The record is compared with what is decided now on the recorded answers. What moved between the two
comes from deciding on the evidence as of both days; where that does not give the recorded result
any more, the method or the knowledge has changed too, and the recheck says so.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Final, Literal, get_args

from advisor.catalog import evidence_record
from advisor.decide import decide
from advisor.decide.compare import compare
from advisor.decide.decision import EvidenceAt
from advisor.errors import Problem, RecordError
from advisor.evidence import Evidence
from advisor.model import Comparison, Decision, Rating
from advisor.recorded import Recorded, find_recorded

__all__ = ["OUTCOMES", "Changed", "Outcome", "Recheck", "recheck", "recheck_all", "worst"]

Outcome = Literal["same", "closed", "stale", "too-close", "flipped"]

#: From what is best to what is worst.
OUTCOMES: Final[tuple[Outcome, ...]] = get_args(Outcome)

#: What else than the evidence's date can differ between a record and this program.
Changed = Literal["runs", "evidence", "result"]


@dataclass(frozen=True)
class Recheck:
    """What became of a recorded decision.

    `now` is today's decision; `comparison` is None where both days are the same. `stale` are the
    ratings that carry weight or are must-haves and have passed their review age since. `changed`
    says why the comparison may not tell everything.
    """

    recorded: Recorded
    outcome: Outcome
    now: Decision | None
    comparison: Comparison | None = None
    stale: tuple[Rating, ...] = ()
    changed: tuple[Changed, ...] = ()


def recheck(recorded: Recorded, evidence_at: Callable[[date], Evidence], *, as_of: date) -> Recheck:
    """Decide on the recorded answers as of `as_of`; `evidence_at` gathers evidence as of a date.

    RecordError where the record is of a later day, or today's questionnaire lacks its answers.
    """
    if recorded.entry is not None and recorded.entry.closed:
        return Recheck(recorded, "closed", None)
    then = recorded.record.date
    if then > as_of:
        cure = f"Check it as of {then} or later (--as-of)"
        raise RecordError(Problem(str(recorded.path), f"was decided later than {as_of}", cure))
    after, before = evidence_at(as_of), evidence_at(then)
    answers = recorded.answers(after.catalog)
    if then == as_of:
        now = decide(after.catalog, after.cells, answers, as_of=as_of)
        changed = tuple(_changed(recorded, before, now))
        return Recheck(recorded, _outcome(recorded, now, ()), now, changed=changed)
    comparison = compare(
        after.catalog, answers, EvidenceAt(then, before.cells), EvidenceAt(as_of, after.cells)
    )
    stale = tuple(_gone_stale(comparison))
    return Recheck(
        recorded,
        _outcome(recorded, comparison.after, stale),
        comparison.after,
        comparison,
        stale,
        tuple(_changed(recorded, before, comparison.before)),
    )


def recheck_all(
    paths: Iterable[Path], evidence_at: Callable[[date], Evidence], *, as_of: date
) -> tuple[list[Recheck], list[Problem]]:
    """Every decision recorded in files and below folders, and what could not be checked."""
    recorded, problems = find_recorded(paths)
    checks = []
    for each in recorded:
        try:
            checks.append(recheck(each, evidence_at, as_of=as_of))
        except RecordError as error:
            problems.extend(error.problems)
    return checks, problems


def worst(outcomes: Iterable[Outcome]) -> Outcome:
    """The outcome that a reader must know of first; "same" if there is none."""
    return max(outcomes, key=OUTCOMES.index, default="same")


def _outcome(recorded: Recorded, now: Decision, stale: tuple[Rating, ...]) -> Outcome:
    record = recorded.record
    if now.winner != record.winner:
        return "flipped"
    if now.verdict == "too-close" and record.verdict != "too-close":
        return "too-close"
    return "stale" if stale else "same"


def _gone_stale(comparison: Comparison) -> Iterator[Rating]:
    """Ratings that count and were in date then; the heaviest criterion first."""
    after = comparison.after
    weights = {part.criterion: part.weight for part in after.contributions}
    required = {requirement.criterion for requirement in after.needs.requirements}
    counting = [
        rating
        for rating in after.ratings
        if rating.stale and (weights.get(rating.criterion) or rating.criterion in required)
    ]
    for rating in sorted(counting, key=lambda r: (-weights.get(r.criterion, 0.0), r.criterion)):
        if not comparison.before.rating(rating.framework, rating.criterion).stale:
            yield rating


def _changed(recorded: Recorded, before: Evidence, then: Decision) -> Iterator[Changed]:
    """Whether the evidence of that day is the one recorded, and still gives that result."""
    record = recorded.record
    cells = [cell for cell in before.cells if cell.date <= record.date]
    if record.evidence_digest != evidence_record(before.catalog, record.date, cells):
        yield "runs" if record.own_runs != before.own else "evidence"
    if (then.winner, then.verdict) != (record.winner, record.verdict):
        yield "result"
