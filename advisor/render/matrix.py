"""Statements and measurements -> the feature matrix: group, criterion, framework.

Which statement is in force is decided in decide/ratings; here the older ones become its history.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import chain
from typing import Literal

from advisor.decide.ratings import is_stale, newest
from advisor.model import (
    Catalog,
    Cell,
    Choice,
    Criterion,
    Framework,
    Group,
    Proof,
    Question,
    Statement,
)
from advisor.render.measurements import Machine, Ranking

__all__ = [
    "Entry",
    "Row",
    "Section",
    "Speed",
    "State",
    "Wanted",
    "sections",
    "state",
    "wanted",
]

#: The level in force, "measured" where only measurements speak, None where nothing does.
Standing = int | Literal["measured"] | None


@dataclass(frozen=True)
class Speed:
    """How a default stack did on the newest machine: task and ranking, and where to read more."""

    tasks: tuple[tuple[str, Ranking | None], ...]
    machine: str
    date: date
    href: str

    @property
    def best(self) -> int:
        """On how many tasks nothing is surely better."""
        return sum(1 for _, it in self.tasks if it and (it.best or it.tied))

    @property
    def worst(self) -> Ranking | None:
        """Where it is farthest behind, None where it is the best everywhere."""
        behind = [it for _, it in self.tasks if it and not it.best]
        return max(behind, key=lambda it: it.behind.value, default=None)


@dataclass(frozen=True)
class Entry:
    """What is known of one framework on one criterion: now, before, and by measurement.

    `proof` is the newest one about it, whether it is in force or not.
    """

    framework: Framework
    criterion: Criterion
    current: Statement | None
    stale: bool
    history: tuple[Statement, ...]
    speed: Speed | None
    proof: Proof | None

    @property
    def href(self) -> str:
        """Where all evidence for it stands."""
        return f"criteria/{self.criterion.id}.html#{self.framework.id}"

    @property
    def standing(self) -> Standing:
        """Where the framework stands on the criterion."""
        if self.current:
            return self.current.level
        return "measured" if self.speed else None

    @property
    def tiers(self) -> tuple[str, ...]:
        """What it rests on."""
        found = ("measured",) if self.speed else ()
        stated = (self.current.tier,) if self.current else ()
        return found + stated or ("unknown",)


@dataclass(frozen=True)
class Row:
    """One criterion with an entry per framework."""

    criterion: Criterion
    entries: tuple[Entry, ...]

    @property
    def tiers(self) -> tuple[str, ...]:
        """What its entries rest on, sorted."""
        return tuple(sorted(set(chain.from_iterable(entry.tiers for entry in self.entries))))

    @property
    def stale(self) -> bool:
        """Whether an entry is past its review age."""
        return any(entry.stale for entry in self.entries)


@dataclass(frozen=True)
class Section:
    """One group of criteria."""

    group: Group
    rows: tuple[Row, ...]

    def standings(self, framework: str) -> list[Standing]:
        """Where the framework stands on each criterion."""
        return [
            entry.standing
            for row in self.rows
            for entry in row.entries
            if entry.framework.id == framework
        ]


@dataclass(frozen=True)
class State:
    """The state of the evidence in a few numbers; `tiers` counts the statements in force."""

    criteria: int
    groups: int
    statements: int
    superseded: int
    tiers: Mapping[str, int]
    unknown: int
    stale: int
    cells: int
    machines: int
    newest: date | None


@dataclass(frozen=True)
class Wanted:
    """An answer that asks for a criterion: by points of weight, as a must-have, or both."""

    question: Question
    choice: Choice
    points: int
    level: int | None


def sections(
    catalog: Catalog,
    machines: Sequence[Machine],
    *,
    as_of: date,
    proofs: Iterable[Proof] = (),
) -> tuple[Section, ...]:
    """The matrix as of a date, groups and criteria in the catalogue's order."""
    proven = _newest_proofs(proofs, as_of)
    known: dict[tuple[str, str], list[Statement]] = {}
    for statement in catalog.statements:
        if statement.date <= as_of:
            known.setdefault((statement.framework, statement.criterion), []).append(statement)
    current = newest(chain.from_iterable(known.values()), as_of)
    rows = [
        Row(
            criterion,
            tuple(
                Entry(
                    framework=framework,
                    criterion=criterion,
                    current=(now := current.get((framework.id, criterion.id))),
                    stale=now is not None and is_stale(now, criterion, as_of),
                    history=_history(known.get((framework.id, criterion.id), ()), now),
                    speed=_speed(machines, criterion, stack=framework.default_stack),
                    proof=proven.get((framework.id, criterion.id)),
                )
                for framework in catalog.frameworks
            ),
        )
        for criterion in catalog.criteria
    ]
    return tuple(
        Section(group, tuple(row for row in rows if row.criterion.group == group.id))
        for group in catalog.groups
    )


def state(sections: Sequence[Section], cells: Sequence[Cell]) -> State:
    """What the sections and the cells shown with them amount to."""
    entries = [entry for section in sections for row in section.rows for entry in row.entries]
    current = [entry.current for entry in entries if entry.current]
    stated = [*current, *chain.from_iterable(entry.history for entry in entries)]
    dates = [*(it.date for it in stated), *(cell.date for cell in cells)]
    return State(
        criteria=sum(len(section.rows) for section in sections),
        groups=len(sections),
        statements=len(stated),
        superseded=len(stated) - len(current),
        tiers=Counter(statement.tier for statement in current),
        unknown=sum(entry.standing is None for entry in entries),
        stale=sum(entry.stale for entry in entries),
        cells=len(cells),
        machines=len({cell.machine for cell in cells}),
        newest=max(dates, default=None),
    )


def wanted(catalog: Catalog, criterion: str) -> tuple[Wanted, ...]:
    """The answers that weigh or require a criterion, in the questionnaire's order."""
    return tuple(
        Wanted(question, choice, choice.weighs.get(criterion, 0), choice.requires.get(criterion))
        for question in catalog.questions
        for choice in question.choices
        if criterion in choice.weighs or criterion in choice.requires
    )


def _newest_proofs(proofs: Iterable[Proof], as_of: date) -> dict[tuple[str, str], Proof]:
    ordered = sorted(proofs, key=lambda proof: proof.session)
    return {(it.framework, it.criterion): it for it in ordered if it.date <= as_of}


def _history(known: Iterable[Statement], now: Statement | None) -> tuple[Statement, ...]:
    """What was said about a framework and criterion before the one in force, the latest first."""
    earlier = (statement for statement in known if statement is not now)
    return tuple(sorted(earlier, key=lambda statement: statement.date, reverse=True))


def _speed(machines: Iterable[Machine], criterion: Criterion, *, stack: str) -> Speed | None:
    """From the newest machine on which the stack was measured for this criterion."""
    for machine in machines if criterion.measure else ():
        part = machine.part(criterion.measure)
        tasks = [
            (task.name, row.ranking)
            for task in (part.defaults if part else ())
            for row in task.rows
            if row.cell.stack == stack
        ]
        if part and tasks:
            return Speed(tuple(tasks), machine.name, machine.newest, part.href)
    return None
