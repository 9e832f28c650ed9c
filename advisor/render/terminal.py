"""The verdict in a few lines of plain text."""

from collections.abc import Iterable
from typing import Any

from advisor.model import Catalog, Comparison, Contribution, Decision
from advisor.render.changes import Opening, changes, openings
from advisor.render.environment import environment

__all__ = ["comparison_summary", "rendered", "summary"]

#: How many reasons for and against the lines name.
REASONS = 4


def summary(decision: Decision, catalog: Catalog) -> str:
    """What `advisor decide` prints: verdict, ranking, must-haves, the strongest reasons."""
    leads = list(_leads(decision))
    return rendered(
        "terminal/verdict.txt",
        catalog,
        decision=decision,
        rival=decision.ranking[1].framework if len(decision.ranking) > 1 else None,
        pro=[lead for lead in leads if lead[1] > 0][:REASONS],
        con=[lead for lead in reversed(leads) if lead[1] < 0][:REASONS],
        opening=_foremost(openings(decision, catalog)),
        flipped=next(changes(decision, catalog), None),
    )


def comparison_summary(comparison: Comparison, catalog: Catalog) -> str:
    """What `advisor decide --compare` prints: both verdicts, and what moved between them."""
    shown = {movement.framework for movement in comparison.moved}
    return rendered(
        "terminal/comparison.txt",
        catalog,
        **vars(comparison),
        rival=next(iter(sorted(shown - {comparison.after.winner})), None),
        total=sum(movement.effect for movement in comparison.moved),
    )


def rendered(template: str, catalog: Catalog, **context: Any) -> str:
    """A template for the terminal, with the catalogue and the names of the frameworks in it."""
    names = {framework.id: framework.name for framework in catalog.frameworks}
    found = environment().overlay(autoescape=False).get_template(template)
    text = found.render(catalog=catalog, names=names, **context).rstrip("\n")
    # A terminal may have neither glyph, and shows a box for them.
    return text.translate({0x202F: " ", 0xA0: " "})


def _foremost(found: Iterable[Opening]) -> Opening | None:
    """The first question, since answering costs nothing; otherwise whatever is most telling."""
    ordered = sorted(found, key=lambda opening: opening.question is None)
    return ordered[0] if ordered else None


def _leads(decision: Decision) -> Iterable[tuple[str, float]]:
    """(criterion, lead of the winner over the runner-up in score points), largest lead first."""
    if len(decision.ranking) < 2:
        return []
    first, second = decision.ranking[0].framework, decision.ranking[1].framework
    own = _by_criterion(decision.contributions, first)
    other = _by_criterion(decision.contributions, second)
    leads = [(criterion, own[criterion] - other[criterion]) for criterion in own]
    return sorted(leads, key=lambda lead: (-lead[1], lead[0]))


def _by_criterion(parts: Iterable[Contribution], framework: str) -> dict[str, float]:
    return {part.criterion: part.contribution for part in parts if part.framework == framework}
