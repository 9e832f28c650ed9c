"""The matrix -> a page per criterion with all that is behind its cells, and the matrix as data."""

from collections.abc import Iterator, Sequence
from typing import Any

from advisor.laboratory import probe_source
from advisor.model import Catalog, Statement
from advisor.render.downloads import RunAddress
from advisor.render.matrix import Entry, Section, wanted
from advisor.render.site_page import SitePage

__all__ = ["criterion_pages", "matrix_data"]


def criterion_pages(
    catalog: Catalog, sections: Sequence[Section], placed: RunAddress
) -> Iterator[SitePage]:
    """One page per criterion, each with its neighbours in the matrix.

    `placed` says where the run files lie that proofs come from.
    """
    rows = [(section.group, row) for section in sections for row in section.rows]
    criteria = [None, *(row.criterion for _, row in rows), None]
    for place, (group, row) in enumerate(rows):
        id = row.criterion.id
        yield SitePage(
            path=f"criteria/{id}.html",
            template="criterion.html",
            card="compare",
            section="compare.html",
            context={
                "row": row,
                "group": group,
                "probe": probe_source(id),
                "proof_files": {
                    entry.framework.id: placed.get((it.machine, it.session, it.run), "")
                    for entry in row.entries
                    if (it := entry.proof)
                },
                "wanted": wanted(catalog, id),
                "claims": [claim for claim in catalog.claims if claim.criterion == id],
                "before": criteria[place],
                "after": criteria[place + 2],
            },
        )


def matrix_data(sections: Sequence[Section]) -> dict[str, Any]:
    """What site/compare.js shows the matrix of an earlier date with.

    By criterion: its review age in days and, by framework, the statements from the newest to the
    oldest and the date of what was measured (null where nothing was).
    """
    return {
        row.criterion.id: {
            "review_days": row.criterion.review_days,
            "frameworks": {entry.framework.id: _entry(entry) for entry in row.entries},
        }
        for section in sections
        for row in section.rows
    }


def _entry(entry: Entry) -> dict[str, Any]:
    stated = ([entry.current] if entry.current else []) + list(entry.history)
    return {
        "statements": [_statement(statement) for statement in stated],
        "measured": entry.speed.date.isoformat() if entry.speed else None,
    }


def _statement(statement: Statement) -> dict[str, Any]:
    shown = {"date", "level", "tier", "note", "sources", "inherits"}
    return statement.model_dump(mode="json", include=shown)
