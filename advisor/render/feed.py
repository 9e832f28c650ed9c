"""The evidence -> its changes, newest first: what a reader of the feed learns.

One change per date and criterion of the statements, and one per machine and date of measuring.
"""

import uuid
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from advisor.model import Catalog, Cell, Criterion, Framework, Statement
from advisor.render.measurements import Machine

__all__ = ["MOST", "Change", "Moved", "changes"]

#: Who has not looked for so long reads the comparison itself.
MOST = 60


@dataclass(frozen=True)
class Moved:
    """A new level of a framework, and the one before, None where there was none."""

    framework: Framework
    before: int | None
    after: int
    note: str


@dataclass(frozen=True)
class Change:
    """Something that changed on a date: levels of a criterion, or cells of a machine."""

    date: date
    href: str
    criterion: Criterion | None = None
    moved: tuple[Moved, ...] = ()
    machine: Machine | None = None
    cells: int = 0

    @property
    def id(self) -> str:
        """An address of no place that stays the same as long as the change is about the same."""
        return uuid.uuid5(uuid.NAMESPACE_URL, f"advisor/{self.date}/{self.href}").urn


def changes(
    catalog: Catalog, machines: Sequence[Machine], cells: Iterable[Cell], *, as_of: date
) -> tuple[Change, ...]:
    """The newest changes up to `as_of`, at most MOST."""
    measured = _measured(machines, [cell for cell in cells if cell.date <= as_of])
    found = [*measured, *_stated(catalog, as_of)]
    return tuple(sorted(found, key=lambda it: (-it.date.toordinal(), it.href))[:MOST])


def _stated(catalog: Catalog, as_of: date) -> Iterator[Change]:
    groups: dict[tuple[date, str], list[Moved]] = defaultdict(list)
    last: dict[tuple[str, str], Statement] = {}
    for statement in sorted(catalog.statements, key=lambda it: it.date):
        if statement.date > as_of:
            continue
        about = (statement.framework, statement.criterion)
        before = last[about].level if about in last else None
        framework = catalog.framework(statement.framework)
        moved = Moved(framework, before, statement.level, statement.note)
        groups[statement.date, statement.criterion].append(moved)
        last[about] = statement
    for (day, id), found in groups.items():
        yield Change(day, f"criteria/{id}.html", catalog.criterion(id), tuple(found))


def _measured(machines: Iterable[Machine], cells: Iterable[Cell]) -> Iterator[Change]:
    known = {machine.slug: machine for machine in machines}
    counted: dict[tuple[date, str], int] = defaultdict(int)
    for cell in cells:
        counted[cell.date, cell.machine] += 1
    for (day, slug), count in counted.items():
        yield Change(day, known[slug].href, machine=known[slug], cells=count)
