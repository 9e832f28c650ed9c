"""What matters most: how far each uncertain thing, alone, can move the leader's lead.

    weight  a criterion's points, over the whole width that the draws give them
    rating  what a framework is worth on a criterion: a level off by one, a measurement anywhere in
            its interval, the unknown anywhere at all

These are ends, not chances: a level is off by one only as often as its tier says. The draws, which
move everything at once, say how often the lead really goes; this says what it hangs on.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Final, NamedTuple

from advisor.model import Decision, Needs, Policy, Rating, Sway, SwayKind

__all__ = ["sways"]

#: Leads nearer to each other than this are equal but for rounding.
ROUNDING: Final = 1e-12

#: Framework -> criterion -> value.
Values = Mapping[str, Mapping[str, float]]


class _Standing(NamedTuple):
    """The decided problem: normalised weights, values, and who leads."""

    weights: Mapping[str, float]
    values: Values
    leader: str

    @property
    def now(self) -> "_End":
        """The lead as it stands."""
        return _lead(self.weights, self.values, self)


class _End(NamedTuple):
    """The old leader's lead at one end, and who leads there."""

    lead: float
    leader: str


def sways(decision: Decision, policy: Policy) -> tuple[Sway, ...]:
    """Every weight and rating that can move the lead, widest first; nothing without a rival."""
    if len(decision.ranking) < 2:
        return ()
    standing = _standing(decision)
    found = [*_weight_sways(decision, standing, policy), *_rating_sways(decision, standing)]
    moving = [sway for sway in found if sway.high - sway.low > ROUNDING]
    return tuple(sorted(moving, key=_order))


def _order(sway: Sway) -> tuple[float, str, tuple[str, ...]]:
    """Widest first; what is equally wide but for rounding comes by name."""
    return -round(sway.high - sway.low, 9), sway.kind, sway.subject


def _standing(decision: Decision) -> _Standing:
    weights = {part.criterion: part.weight for part in decision.contributions}
    values: dict[str, dict[str, float]] = {}
    for part in decision.contributions:
        values.setdefault(part.framework, {})[part.criterion] = part.value
    return _Standing(weights, values, decision.ranking[0].framework)


def _weight_sways(decision: Decision, standing: _Standing, policy: Policy) -> Iterator[Sway]:
    for criterion, weight in standing.weights.items():
        ends = [
            _lead({**standing.weights, criterion: weight * factor}, standing.values, standing)
            for factor in _factors(decision.needs, criterion, policy)
        ]
        yield _sway("weight", (criterion,), [*ends, standing.now])


def _factors(needs: Needs, criterion: str, policy: Policy) -> tuple[float, float]:
    """The least and the most that the draws multiply a criterion's points by."""
    settled = needs.own.get(criterion, 0.0) + needs.core.get(criterion, 0.0)
    open = needs.open.get(criterion, 0.0)
    points = settled + open
    if not points:
        return 1.0, 1.0
    own, wide = settled / policy.spread_mean, open / policy.open_spread_mean
    least = own / policy.spread + wide / policy.open_spread
    most = own * policy.spread + wide * policy.open_spread
    return least / points, most / points


def _rating_sways(decision: Decision, standing: _Standing) -> Iterator[Sway]:
    moved: dict[tuple[str, str], list[Rating]] = {}
    for framework in standing.values:
        for criterion in standing.weights:
            rating = decision.rating(framework, criterion)
            owner = _owner(rating, standing.values.keys())
            moved.setdefault((owner, criterion), []).append(rating)
    for subject, ratings in moved.items():
        ends = [
            _lead(standing.weights, _with(standing.values, ratings, end), standing)
            for end in ("low", "high")
        ]
        yield _sway("rating", subject, [*ends, standing.now])


def _owner(rating: Rating, candidates: Collection[str]) -> str:
    """Whose quality it is: what is inherited errs together with what it was inherited from."""
    inherited = rating.statement.inherits if rating.statement else None
    return inherited if inherited and inherited in candidates else rating.framework


def _with(values: Values, ratings: Iterable[Rating], end: str) -> Values:
    """`values` with these ratings at the low or high end of what they may be."""
    changed = {framework: dict(row) for framework, row in values.items()}
    for rating in ratings:
        changed[rating.framework][rating.criterion] = getattr(rating, end)
    return changed


def _lead(weights: Mapping[str, float], values: Values, standing: _Standing) -> _End:
    """Today's leader's lead over the best of the others, and who then leads."""
    total = _added(weights.values())
    scores = {
        framework: _added(weights[id] * value for id, value in row.items()) / total
        for framework, row in values.items()
    }
    others = {framework: s for framework, s in scores.items() if framework != standing.leader}
    best = max(others, key=lambda framework: (others[framework], framework))
    lead = scores[standing.leader] - others[best]
    return _End(lead, standing.leader if lead >= 0 else best)


def _added(values: Iterable[float]) -> float:
    """From left to right: from Python 3.12 on `sum` compensates, and the order could change."""
    total = 0.0
    for value in values:
        total = total + value
    return total


def _sway(kind: SwayKind, subject: tuple[str, ...], ends: Iterable[_End]) -> Sway:
    """From the lowest lead to the highest: the ends, and the lead as it stands.

    Both ends can be on one side of it, where the next best is another framework at each end.
    """
    low, *_, high = sorted(ends)
    return Sway(kind, subject, low.lead, high.lead, low.leader, high.leader)
