"""The evidence that a command works on: knowledge, and the measurements that count.

Someone's own measurements replace the bundled ones for every class of device that they cover: a
decision for this machine should rest on this machine.
"""

import os
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path

from advisor.catalog import load_catalog
from advisor.claims import rulings, with_rulings
from advisor.errors import AnswersError, Problem, RunError
from advisor.model import Catalog, Cell, Erratum, Proof, Ruling
from advisor.proofs import in_force, with_proofs
from advisor.runs import Runs, bundled_results, own_results, read_runs, task_sources
from advisor.summarize import summarize

__all__ = [
    "Evidence",
    "cells_of",
    "chosen_cells",
    "gather",
    "parse_date",
    "parse_two_dates",
    "session_cells",
    "today",
]


@dataclass(frozen=True)
class Evidence:
    """Knowledge, cells that count, and the runs they come from.

    `measured` are all cells, also those that others take the place of in a decision. The catalogue
    holds what probes proved as statements, beside what was written, and its claims have the
    verdicts that `rulings` gave them.
    """

    catalog: Catalog
    cells: tuple[Cell, ...]
    runs: tuple[Runs, ...]
    measured: tuple[Cell, ...] = ()
    rulings: tuple[Ruling, ...] = ()

    @property
    def own(self) -> bool:
        """Whether measurements of the user's own are among the cells that count."""
        return any(cell.own for cell in self.cells)

    @property
    def proofs(self) -> tuple[Proof, ...]:
        """What probes found out, in all of the runs."""
        return tuple(proof for found in self.runs for proof in found.proofs)


def gather(results: Sequence[Path], as_of: date) -> Evidence:
    """Knowledge and the measurements until `as_of`.

    `results` names folders of run files to use instead of one's own.

    Raises KnowledgeError or RunError with everything that is wrong.
    """
    catalog = load_catalog()
    own = [read_runs(*results)] if results else _runs_in(own_results())
    bundled = _runs_in(bundled_results())
    mine = tuple(replace(cell, own=True) for cell in _cells(catalog, own, as_of))
    theirs = _cells(catalog, bundled, as_of)
    covered = {cell.device for cell in mine}
    cells = mine + tuple(cell for cell in theirs if cell.device not in covered)
    runs = (*own, *bundled)
    proofs = [proof for found in runs for proof in found.proofs]
    ruled = rulings(catalog, cells, in_force(proofs), as_of=as_of)
    catalog = with_rulings(with_proofs(catalog, proofs), ruled)
    return Evidence(catalog, cells, runs, _newest((*theirs, *mine)), ruled)


def _newest(cells: Iterable[Cell]) -> tuple[Cell, ...]:
    """One cell per measurement: of several that two folders give, the one of the newest session."""
    found: dict[tuple[str, ...], Cell] = {}
    for cell in cells:
        key = (cell.machine, cell.stack, cell.task, cell.phase, cell.metric)
        if key not in found or found[key].session <= cell.session:
            found[key] = cell
    return tuple(found.values())


def _runs_in(folder: Path) -> list[Runs]:
    """The runs below a default folder, which need not exist."""
    return [read_runs(folder)] if folder.is_dir() and any(folder.rglob("*.json")) else []


def _cells(catalog: Catalog, runs: Sequence[Runs], as_of: date) -> tuple[Cell, ...]:
    return tuple(cell for found in runs for cell in cells_of(catalog, found, as_of=as_of))


def cells_of(catalog: Catalog, runs: Runs, *, as_of: date | None = None) -> tuple[Cell, ...]:
    """The cells of some runs, by the method that the catalog writes down."""
    cells = summarize(
        runs,
        metrics=catalog.metrics,
        estimator=catalog.policy.estimator,
        unstable=catalog.policy.unstable,
        as_of=as_of,
        sources=task_sources(),
    )
    return tuple(_corrected(cell, catalog.errata) for cell in cells)


def _corrected(cell: Cell, errata: Iterable[Erratum]) -> Cell:
    """`cell` without the details that are known to be wrong, whatever the date of the decision."""
    wrong = {detail for erratum in errata if erratum.covers(cell) for detail in erratum.details}
    if not wrong:
        return cell
    detail = {name: value for name, value in cell.detail.items() if name not in wrong}
    paid = () if "compile_seconds" in wrong else cell.compile_seconds
    return replace(cell, detail=detail, compile_seconds=paid)


def chosen_cells(cells: Sequence[Cell], **chosen: Collection[str] | None) -> tuple[Cell, ...]:
    """The cells whose attributes are among the chosen, such as `task=["mlp-mnist"]`.

    Nothing chosen of an attribute means all. RunError naming the first choice that fits nothing.
    """
    found = tuple(cells)
    for attribute, wanted in chosen.items():
        known = sorted({getattr(cell, attribute) for cell in found})
        for name in sorted(set(wanted or ()) - set(known)):
            cure = f"There are: {', '.join(known)}." if known else "Measure with `advisor bench`."
            raise RunError(Problem(f"--{attribute}", f'nothing was measured for "{name}"', cure))
        found = tuple(cell for cell in found if not wanted or getattr(cell, attribute) in wanted)
    return found


def session_cells(catalog: Catalog, name: str) -> tuple[Cell, ...]:
    """The cells of one session: `name` is its folder, or a folder of one's own or bundled results.

    RunError if there is no such folder, or if it holds several machines.
    """
    places = (Path(name), own_results() / name, bundled_results() / name)
    folder = next((place for place in places if place.is_dir()), Path(name))
    cells = cells_of(catalog, read_runs(folder))
    machines = sorted({cell.machine for cell in cells})
    if len(machines) > 1:
        cure = "Name the folder of one session."
        raise RunError(Problem(name, f"there are {len(machines)} machines in it", cure))
    return cells


def today() -> date:
    """The date to decide as of: SOURCE_DATE_EPOCH where it is set, otherwise the calendar's."""
    epoch = os.environ.get("SOURCE_DATE_EPOCH")
    if epoch is None:
        return datetime.now(tz=UTC).date()
    try:
        return datetime.fromtimestamp(int(epoch), tz=UTC).date()
    except (ValueError, OverflowError, OSError) as error:
        cure = "Give seconds since 1970 or unset it."
        raise AnswersError(Problem("SOURCE_DATE_EPOCH", f'"{epoch}" is no time', cure)) from error


def parse_date(text: str, option: str) -> date:
    """The date written as YYYY-MM-DD; AnswersError naming `option` otherwise."""
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        cure = "Write it as YYYY-MM-DD, for example 2025-04-30."
        raise AnswersError(Problem(option, f'"{text}" is no date', cure)) from error


def parse_two_dates(texts: tuple[str, str], option: str, *, as_of: str | None) -> tuple[date, date]:
    """The two dates of `option`, the earlier one first; AnswersError if they are not.

    `as_of` is what stands beside it as --as-of, which would be a third date.
    """
    first, last = (parse_date(text, option) for text in texts)
    if first >= last:
        cure = f"Give the earlier date first, for example {option} 2025-04-30 2026-11-22."
        raise AnswersError(Problem(option, f"{first} is not before {last}", cure))
    if as_of is not None:
        cure = "Leave one of the two options out."
        raise AnswersError(Problem("--as-of", f"{option} has its own dates", cure))
    return first, last
