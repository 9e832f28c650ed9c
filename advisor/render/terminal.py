"""The verdict in a few lines of plain text."""

from collections.abc import Iterable
from typing import Any

from advisor.model import Catalog, Comparison, Contribution, Decision
from advisor.render.changes import Opening, changes, openings
from advisor.render.environment import environment

__all__ = ["comparison_summary", "plain", "rendered", "summary"]

#: How many movements a comparison names; the others are added up.
MOST_MOVED = 12

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
        machines=_machines(decision),
        flipped=next(changes(decision, catalog), None),
    )


def comparison_summary(comparison: Comparison, catalog: Catalog) -> str:
    """What `advisor decide --compare` prints: both verdicts, and what moved between them."""
    shown = {movement.framework for movement in comparison.moved}
    return rendered(
        "terminal/comparison.txt",
        catalog,
        **vars(comparison),
        most=MOST_MOVED,
        rival=next(iter(sorted(shown - {comparison.after.winner})), None),
        total=sum(movement.effect for movement in comparison.moved),
    )


def rendered(template: str, catalog: Catalog, **context: Any) -> str:
    """A template for the terminal, with the catalogue and the names of the frameworks in it."""
    names = {framework.id: framework.name for framework in catalog.frameworks}
    found = environment().overlay(autoescape=False).get_template(template)
    return plain(found.render(catalog=catalog, names=names, **context).rstrip("\n"))


def plain(text: str) -> str:
    """`text` without the narrow and fixed spaces that a terminal may show as boxes."""
    return text.translate({0x202F: " ", 0xA0: " "})


def _machines(decision: Decision) -> list[str]:
    """The machines whose measurements count, and whose they are."""
    whose = {True: "your own runs", False: "our runs"}
    found = sorted({(cell.machine, cell.own) for cell in decision.cells})
    return [f"{machine} ({whose[own]})" for machine, own in found]


def _foremost(found: Iterable[Opening]) -> Opening | None:
    """A must-have in doubt where nothing tells more, else a question, since answering is free."""
    ordered = list(found)
    if ordered and ordered[0].required:
        return ordered[0]
    ordered.sort(key=lambda opening: opening.question is None)
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
