"""A page per framework: how to run it, where it stands alone, what was measured and claimed."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from advisor.model import Catalog, Framework
from advisor.render.ledger import tally
from advisor.render.matrix import Entry, Row, Section
from advisor.render.measurements import Machine, Part, Ranking
from advisor.render.site_page import SitePage

__all__ = ["Result", "framework_pages"]


@dataclass(frozen=True)
class Result:
    """How a default stack did in one metric: on how many tasks nothing is surely better.

    `worst` is where it is farthest behind, None where it is nowhere.
    """

    name: str
    href: str
    best: int
    tasks: int
    worst: Ranking | None


def framework_pages(
    catalog: Catalog, sections: Sequence[Section], machines: Sequence[Machine], *, as_of: date
) -> Iterator[SitePage]:
    """The pages in the catalogue's order; the measurements are those of the newest machine."""
    rows = [row for section in sections for row in section.rows]
    machine = machines[0] if machines else None
    for framework in catalog.frameworks:
        id = framework.id
        claims = [claim for claim in catalog.claims if claim.framework == id]
        yield SitePage(
            path=f"frameworks/{id}.html",
            template="framework.html",
            card=id,
            context={
                "framework": framework,
                "stacks": [stack for stack in catalog.stacks if stack.framework == id],
                "strong": _alone(rows, framework, highest=True),
                "weak": _alone(rows, framework, highest=False),
                "machine": machine,
                "results": _results(framework, machine),
                "bridges": [
                    bridge
                    for bridge in catalog.bridges
                    if id in (bridge.from_, bridge.to) and bridge.date <= as_of
                ],
                "claimed": claims,
                "verdicts": tally(claims),
            },
        )


def _alone(rows: Sequence[Row], framework: Framework, *, highest: bool) -> list[Entry]:
    """Where the framework alone has the highest, or the lowest, level of all."""
    return [entry for row in rows if (entry := _outlier(row, highest)) and _of(entry, framework)]


def _of(entry: Entry, framework: Framework) -> bool:
    return entry.framework.id == framework.id


def _outlier(row: Row, highest: bool) -> Entry | None:
    """The one entry whose level is beyond all others, if all are known."""
    levels = {entry.framework.id: entry.current.level for entry in row.entries if entry.current}
    if len(levels) < len(row.entries):
        return None
    extreme = (max if highest else min)(levels.values())
    found = [entry for entry in row.entries if levels[entry.framework.id] == extreme]
    return found[0] if len(found) == 1 else None


def _results(framework: Framework, machine: Machine | None) -> list[Result]:
    parts = machine.parts if machine else ()
    return [result for part in parts if (result := _result(part, framework.default_stack))]


def _result(part: Part, stack: str) -> Result | None:
    rows = (part.row(stack, task.name) for task in part.defaults)
    rankings = [row.ranking for row in rows if row and row.ranking]
    if not rankings:
        return None
    behind = [ranking for ranking in rankings if not ranking.best]
    return Result(
        name=part.metric.name,
        href=part.href,
        best=sum(ranking.best or ranking.tied for ranking in rankings),
        tasks=len(rankings),
        worst=max(behind, key=lambda ranking: ranking.behind.value, default=None),
    )
