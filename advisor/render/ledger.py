"""Claims -> the ledger: the sections of the article in its own order, with their tallies."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from advisor.model import Catalog, Claim, Source

__all__ = ["VERDICTS", "Chapter", "Cited", "chapters", "cited", "tally"]

Verdict = Literal["confirmed", "outdated", "refuted", "misleading", "unverifiable"]

#: From what holds to what cannot be told.
VERDICTS: tuple[Verdict, ...] = (
    "confirmed", "outdated", "refuted", "misleading", "unverifiable",
)  # fmt: skip


@dataclass(frozen=True)
class Chapter:
    """One section of the article and its claims."""

    name: str
    claims: tuple[Claim, ...]

    @property
    def id(self) -> str:
        """Its name in an address."""
        return "-".join(self.name.lower().split())

    def count(self, verdict: str) -> int:
        """How many of its claims got a verdict."""
        return sum(claim.verdict == verdict for claim in self.claims)


@dataclass(frozen=True)
class Cited:
    """A source, and how many statements and claims cite it."""

    source: Source
    statements: int
    claims: int


def chapters(claims: Iterable[Claim]) -> tuple[Chapter, ...]:
    """The sections in order of their first claim."""
    found: dict[str, list[Claim]] = {}
    for claim in claims:
        found.setdefault(claim.section, []).append(claim)
    return tuple(Chapter(name, tuple(inside)) for name, inside in found.items())


def tally(claims: Iterable[Claim]) -> tuple[tuple[str, int], ...]:
    """How many claims got each verdict, without those that none got."""
    counted = Counter(claim.verdict for claim in claims)
    return tuple((verdict, counted[verdict]) for verdict in VERDICTS if counted[verdict])


def cited(catalog: Catalog) -> tuple[Cited, ...]:
    """Every source, in the catalogue's order."""
    statements = Counter(id for statement in catalog.statements for id in statement.sources)
    claims = Counter(id for claim in catalog.claims for id in claim.sources)
    return tuple(Cited(it, statements[it.id], claims[it.id]) for it in catalog.sources)
