"""The evidence that a command works on: knowledge, and the measurements that count.

Someone's own measurements replace the bundled ones for every class of device that they cover: a
decision for this machine should rest on this machine.
"""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

from advisor.catalog import load_catalog
from advisor.claims import rulings, with_rulings
from advisor.errors import AnswersError, Problem
from advisor.model import Catalog, Cell, Proof, Ruling
from advisor.proofs import in_force, with_proofs
from advisor.runs import Runs, bundled_results, own_results, read_runs
from advisor.summarize import summarize

__all__ = ["Evidence", "gather", "parse_date", "parse_two_dates", "today"]


@dataclass(frozen=True)
class Evidence:
    """Knowledge, cells that count, and the runs they come from.

    The catalogue holds what probes proved as statements, beside what was written, and its claims
    have the verdicts that `rulings` gave them.
    """

    catalog: Catalog
    cells: tuple[Cell, ...]
    runs: tuple[Runs, ...]
    rulings: tuple[Ruling, ...] = ()

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
    mine = _cells(catalog, own, as_of)
    covered = {cell.device for cell in mine}
    rest = tuple(cell for cell in _cells(catalog, bundled, as_of) if cell.device not in covered)
    runs = (*own, *bundled)
    proofs = [proof for found in runs for proof in found.proofs]
    ruled = rulings(catalog, mine + rest, in_force(proofs), as_of=as_of)
    catalog = with_rulings(with_proofs(catalog, proofs), ruled)
    return Evidence(catalog, mine + rest, runs, ruled)


def _runs_in(folder: Path) -> list[Runs]:
    """The runs below a default folder, which need not exist."""
    return [read_runs(folder)] if folder.is_dir() and any(folder.rglob("*.json")) else []


def _cells(catalog: Catalog, runs: Sequence[Runs], as_of: date) -> tuple[Cell, ...]:
    policy = catalog.policy
    return tuple(
        cell for found in runs for cell in summarize(found, unstable=policy.unstable, as_of=as_of)
    )


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
