"""Groups of criteria compared in pairs, as a table of an answers file.

    [groups]
    deployment = { performance = 3, hardware = 5 }
    performance = { hardware = 2 }

Deployment matters 3 times as much as performance: 1 is the same, 9 the most. Every two groups that
are named must be compared once, the one that matters more first.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations
from typing import Any

from advisor.ask.complaints import kind, nearest, shown
from advisor.errors import Problem
from advisor.model import Catalog, Judgement

__all__ = ["MOST", "groups_lines", "judgements", "without_comment"]

#: What stands above the table in a file that we write.
COMMENT = "# How many times as much one group of criteria matters as another, from 1 to 9."

#: Nobody matters more than this many times as much as another (Saaty's scale).
MOST = 9


def judgements(
    table: object, catalog: Catalog, where: str
) -> tuple[tuple[Judgement, ...], list[Problem]]:
    """What a [groups] table says, in the order of the groups, and all that is wrong with it."""
    if not isinstance(table, dict):
        cure = "Write [groups] and below it, such as deployment = { performance = 3 }"
        return (), [Problem(f"{where} [groups]", f"this is {kind(table)}, not a table", cure)]
    if not table:
        return (), []
    found: dict[frozenset[str], Judgement] = {}
    problems: list[Problem] = []
    for more, less, times in _entries(table):
        place = f"{where} [groups.{shown(more)}{f'.{shown(less)}' if less else ''}]"
        faults = list(_faults(more, less, times, catalog, place))
        if not faults and frozenset((more, less)) in found:
            cure = "Keep the line that says how many times as much the first matters"
            faults = [Problem(place, "these two are compared twice", cure)]
        problems += faults
        if not faults:
            found[frozenset((more, less))] = Judgement(more, less, float(times))
    problems += [] if problems else _missing(found, catalog, where)
    order = {group.id: place for place, group in enumerate(catalog.groups)}
    judged = sorted(found.values(), key=lambda one: (order[one.more], order[one.less]))
    return ((), problems) if problems else (tuple(judged), [])


def _entries(table: Mapping[str, Any]) -> Iterator[tuple[str, str, Any]]:
    """Each group, what it is compared with, and how; "" where what follows is no table."""
    for more, row in table.items():
        for less, times in row.items() if isinstance(row, dict) else [("", row)]:
            yield more, less, times


def _faults(more: str, less: str, times: object, catalog: Catalog, where: str) -> Iterator[Problem]:
    known = [group.id for group in catalog.groups]
    for group in (more, less) if less else (more,):
        if group not in known:
            yield Problem(where, f"no such group: {shown(group)}", nearest(group, known))
    if not less:
        cure = "Write what it matters more than, such as { performance = 3 }"
        yield Problem(where, f"this is {kind(times)}, not a table", cure)
    elif more == less:
        yield Problem(where, "a group is compared with itself", "Take it out")
    elif isinstance(times, bool) or not isinstance(times, int | float):
        yield Problem(where, f"this is {kind(times)}, not a number", f"Write 1 to {MOST}")
    elif not 1 <= times <= MOST:
        cure = f"Write 1 to {MOST}; for less than 1, name the other group first"
        yield Problem(where, f"{shown(times)} is not from 1 to {MOST}", cure)


def _missing(
    found: Mapping[frozenset[str], Judgement], catalog: Catalog, where: str
) -> Iterator[Problem]:
    named = {group for pair in found for group in pair}
    for one, other in combinations([group.id for group in catalog.groups if group.id in named], 2):
        if frozenset((one, other)) not in found:
            what = f"{one} and {other} have not been compared"
            cure = f"Add {one} = {{ {other} = 1 }} with how many times as much it matters"
            yield Problem(f"{where} [groups]", what, cure)


def groups_lines(judged: Sequence[Judgement]) -> list[str]:
    """The table as lines with its comment; nothing where nothing was compared."""
    if not judged:
        return []
    rows: dict[str, list[str]] = {}
    for one in judged:
        rows.setdefault(one.more, []).append(f"{one.less} = {one.times:g}")
    return [
        "",
        COMMENT,
        "[groups]",
        *(f"{more} = {{ {', '.join(row)} }}" for more, row in rows.items()),
    ]


def without_comment(text: str) -> str:
    """`text` without the comment that stands above the table."""
    return text.replace(f"{COMMENT}\n", "")
