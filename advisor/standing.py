"""What is known of each cell of the feature matrix, as of a date, and on what it rests.

A cell is a framework on a criterion. Where a criterion is measured and its default stack has been,
the measurement stands there: it has no level, since its value depends on the workload. Otherwise
the newest statement does, written or proven; otherwise nothing is known.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from difflib import get_close_matches
from typing import get_args

from advisor.decide.ratings import is_stale, newest
from advisor.errors import AnswersError, Problem
from advisor.model import Catalog, Cell, Criterion, Framework, Proof, Statement, Tier

__all__ = ["Standing", "chosen", "standings", "tally"]


@dataclass(frozen=True, kw_only=True)
class Standing:
    """What counts for a framework on a criterion, and what was said about it before.

    `cells` are the measurements in force; without them it is the `statement`, if there is one.
    `history` holds the statements that are not in force, the newest first; `proof` is the newest
    proof about the cell, in force or not.
    """

    framework: Framework
    criterion: Criterion
    statement: Statement | None
    history: tuple[Statement, ...]
    proof: Proof | None
    cells: tuple[Cell, ...]
    as_of: date

    @property
    def tier(self) -> Tier:
        """How it is known, as it was stated: being stale is said apart."""
        if self.cells:
            return "measured"
        return self.statement.tier if self.statement else "unknown"

    @property
    def level(self) -> int | None:
        """The level in force, None where only measurements speak or nothing is known."""
        return self.statement.level if self.statement else None

    @property
    def date(self) -> date | None:
        """When it was measured last, or stated."""
        if self.cells:
            return max(cell.date for cell in self.cells)
        return self.statement.date if self.statement else None

    @property
    def sources(self) -> tuple[str, ...]:
        """Run files where they speak themselves, otherwise the ids of sources."""
        if self.cells:
            return tuple(sorted({run for cell in self.cells for run in cell.runs}))
        if self.statement is None:
            return ()
        return (self.statement.run,) if self.statement.run else self.statement.sources

    @property
    def stale(self) -> bool:
        """Whether it is past the criterion's review age."""
        if self.statement:
            return is_stale(self.statement, self.criterion, self.as_of)
        return self.date is not None and (
            (self.as_of - self.date).days > self.criterion.review_days
        )


def standings(
    catalog: Catalog, cells: Iterable[Cell], proofs: Iterable[Proof], *, as_of: date
) -> tuple[Standing, ...]:
    """One for every framework on every criterion, ordered by criterion, then framework."""
    known = [statement for statement in catalog.statements if statement.date <= as_of]
    current = newest(known, as_of)
    made = [cell for cell in cells if cell.date <= as_of]
    proven = _newest_proofs(proofs, as_of)
    found = []
    for criterion in catalog.criteria:
        for framework in catalog.frameworks:
            about = (framework.id, criterion.id)
            speaking = _speaking(criterion, framework, made)
            statement = None if speaking else current.get(about)
            found.append(
                Standing(
                    framework=framework,
                    criterion=criterion,
                    statement=statement,
                    history=_history(known, about, statement),
                    proof=proven.get(about),
                    cells=speaking,
                    as_of=as_of,
                )
            )
    return tuple(found)


def chosen(
    found: Iterable[Standing], criterion: str, framework: str | None
) -> tuple[Standing, ...]:
    """Those about one criterion, of one framework or all; AnswersError for an unknown name."""
    every = list(found)
    criteria = list(dict.fromkeys(each.criterion.id for each in every))
    frameworks = list(dict.fromkeys(each.framework.id for each in every))
    problems = [*_unknown("CRITERION", criterion, criteria)]
    if framework is not None:
        problems += _unknown("FRAMEWORK", framework, frameworks)
    if problems:
        raise AnswersError(problems)
    return tuple(
        each
        for each in every
        if each.criterion.id == criterion and framework in (None, each.framework.id)
    )


def _unknown(where: str, given: str, known: list[str]) -> Iterator[Problem]:
    if given not in known:
        near = get_close_matches(given, known, n=3, cutoff=0.5) or known[:3]
        cure = f"Did you mean {' or '.join(near)}? `advisor evidence` lists all."
        yield Problem(where, f'there is no "{given}"', cure)


def tally(found: Sequence[Standing]) -> dict[Tier, int]:
    """How many cells rest on each tier, the surest first."""
    return {tier: sum(each.tier == tier for each in found) for tier in get_args(Tier)}


def _history(
    known: Iterable[Statement], about: tuple[str, str], now: Statement | None
) -> tuple[Statement, ...]:
    earlier = (s for s in known if (s.framework, s.criterion) == about and s is not now)
    return tuple(sorted(earlier, key=lambda statement: statement.date, reverse=True))


def _newest_proofs(proofs: Iterable[Proof], as_of: date) -> dict[tuple[str, str], Proof]:
    ordered = sorted(proofs, key=lambda proof: proof.session)
    return {(p.framework, p.criterion): p for p in ordered if p.date <= as_of}


def _speaking(
    criterion: Criterion, framework: Framework, cells: Iterable[Cell]
) -> tuple[Cell, ...]:
    """The cells of the framework's default stack that the criterion is measured by."""
    if criterion.measure is None:
        return ()
    wanted = (framework.default_stack, criterion.measure.phase, criterion.measure.metric)
    return tuple(cell for cell in cells if (cell.stack, cell.phase, cell.metric) == wanted)
