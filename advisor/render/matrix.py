"""Statements and measurements -> the feature matrix: group, criterion, framework.

Which statement is in force is decided in decide/ratings; here the older ones become its history.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from advisor.decide.ratings import is_stale, newest
from advisor.model import Catalog, Cell, Criterion, Framework, Group, Source, Statement
from advisor.render.measurements import Machine, Ranking

__all__ = [
    "Entry",
    "Row",
    "Section",
    "Speed",
    "State",
    "cited",
    "sections",
    "state",
]


@dataclass(frozen=True)
class Speed:
    """How a default stack did on the newest machine: task and ranking, and where to read more."""

    tasks: tuple[tuple[str, Ranking | None], ...]
    machine: str
    anchor: str


@dataclass(frozen=True)
class Entry:
    """What is known of one framework on one criterion: now, before, and by measurement."""

    framework: Framework
    current: Statement | None
    stale: bool
    history: tuple[Statement, ...]
    speed: Speed | None

    @property
    def standing(self) -> int | Literal["measured"] | None:
        """The level in force, "measured" where only measurements speak, None where nothing does."""
        if self.current:
            return self.current.level
        return "measured" if self.speed else None


@dataclass(frozen=True)
class Row:
    """One criterion with an entry per framework."""

    criterion: Criterion
    entries: tuple[Entry, ...]


@dataclass(frozen=True)
class Section:
    """One group of criteria."""

    group: Group
    rows: tuple[Row, ...]

    def standings(self, framework: str) -> list[int | Literal["measured"] | None]:
        """Where the framework stands on each criterion: its level, measured only, or None."""
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


def sections(catalog: Catalog, machines: Sequence[Machine], *, as_of: date) -> tuple[Section, ...]:
    """The matrix as of a date, groups and criteria in the catalogue's order."""
    known = [statement for statement in catalog.statements if statement.date <= as_of]
    current = newest(known, as_of)
    rows = [
        Row(
            criterion,
            tuple(
                Entry(
                    framework=framework,
                    current=(now := current.get((framework.id, criterion.id))),
                    stale=now is not None and is_stale(now, criterion, as_of),
                    history=_history(known, (framework.id, criterion.id), now=now),
                    speed=_speed(machines, criterion, stack=framework.default_stack),
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


def cited(catalog: Catalog, sections: Iterable[Section]) -> tuple[Source, ...]:
    """The sources that a shown statement cites, in the catalogue's order."""
    ids = {id for entry in _entries(sections) for it in _statements(entry) for id in it.sources}
    return tuple(source for source in catalog.sources if source.id in ids)


def state(sections: Sequence[Section], cells: Sequence[Cell]) -> State:
    """What the sections and the cells shown with them amount to."""
    entries = list(_entries(sections))
    current = [entry.current for entry in entries if entry.current]
    stated = [statement for entry in entries for statement in _statements(entry)]
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


def _entries(sections: Iterable[Section]) -> Iterable[Entry]:
    return (entry for section in sections for row in section.rows for entry in row.entries)


def _statements(entry: Entry) -> Iterable[Statement]:
    return (entry.current, *entry.history) if entry.current else ()


def _history(
    known: Iterable[Statement], about: tuple[str, str], *, now: Statement | None
) -> tuple[Statement, ...]:
    """What was said about a framework and criterion before the one in force, the latest first."""
    earlier = (it for it in known if (it.framework, it.criterion) == about and it is not now)
    return tuple(sorted(earlier, key=lambda statement: statement.date, reverse=True))


def _speed(machines: Iterable[Machine], criterion: Criterion, *, stack: str) -> Speed | None:
    """From the newest machine on which the stack was measured for this criterion."""
    for machine in machines:
        part = machine.part(criterion.measure)
        tasks = [
            (task.name, row.ranking)
            for task in (part.defaults if part else ())
            for row in task.rows
            if row.cell.stack == stack
        ]
        if part and tasks:
            return Speed(tuple(tasks), machine.name, part.id)
    return None
