"""The verdict in a few lines of plain text."""

from collections.abc import Iterable

from advisor.model import Catalog, Contribution, Decision
from advisor.render.environment import environment

__all__ = ["summary"]

#: How many reasons for and against the lines name.
REASONS = 4


def summary(decision: Decision, catalog: Catalog) -> str:
    """What `advisor decide` prints: verdict, ranking, must-haves, the strongest reasons."""
    template = environment().overlay(autoescape=False).get_template("terminal/verdict.txt")
    leads = list(_leads(decision))
    return template.render(
        decision=decision,
        catalog=catalog,
        names={framework.id: framework.name for framework in catalog.frameworks},
        rival=decision.ranking[1].framework if len(decision.ranking) > 1 else None,
        pro=[lead for lead in leads if lead[1] > 0][:REASONS],
        con=[lead for lead in reversed(leads) if lead[1] < 0][:REASONS],
    ).rstrip("\n")


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
