"""Claims and evidence -> rulings: which verdict the rules of a claim lead to.

A rule is met, not met, or open while something that it asks about is not probed or measured. Rules
are tried in their order. An open one leaves the whole claim open: a later rule may not win because
an earlier one could not be tried.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date

from advisor.model import (
    Catalog,
    Cell,
    CellNeed,
    Claim,
    ClaimRule,
    Fact,
    FactNeed,
    Proof,
    Ratio,
    Ruling,
)
from advisor.summarize import ratios

__all__ = ["rulings", "with_rulings"]

#: On fewer tasks than this nothing is said of "most tasks".
LEAST_TASKS = 3

#: Shares such as accuracy that are this close count as equal.
SAME_SHARE = 0.01


def rulings(
    catalog: Catalog, cells: Iterable[Cell], proofs: Iterable[Proof], *, as_of: date
) -> tuple[Ruling, ...]:
    """One for every claim that has rules, on the evidence not later than `as_of`."""
    proven = {(p.framework, p.probe): p for p in proofs if p.date <= as_of}
    known = [cell for cell in cells if cell.date <= as_of]
    court = _Court(proven, _by_machine(known), catalog.policy.tie)
    return tuple(court.rule(claim) for claim in catalog.claims if claim.rules)


def with_rulings(catalog: Catalog, found: Iterable[Ruling]) -> Catalog:
    """The catalogue whose claims have the verdicts and reasons that they were given."""
    by_claim = {ruling.claim: ruling for ruling in found}
    return catalog.model_copy(
        update={"claims": tuple(_ruled(claim, by_claim.get(claim.id)) for claim in catalog.claims)}
    )


def _ruled(claim: Claim, ruling: Ruling | None) -> Claim:
    if ruling is None:
        return claim
    return claim.model_copy(update={"verdict": ruling.verdict, "reason": ruling.reason})


def _by_machine(cells: Iterable[Cell]) -> list[list[Cell]]:
    """The cells of each machine, the one that was measured last first."""
    machines: dict[str, list[Cell]] = {}
    for cell in cells:
        machines.setdefault(cell.machine, []).append(cell)
    return sorted(
        machines.values(), key=lambda found: max(cell.measured_at for cell in found), reverse=True
    )


@dataclass
class _Looked:
    """What was looked at on the way to a ruling."""

    facts: dict[tuple[str, str, str], tuple[Proof, Fact]] = field(default_factory=dict)
    cells: dict[tuple[str, ...], Cell] = field(default_factory=dict)
    missing: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class _Court:
    """The evidence, and how rules are tried on it."""

    proofs: dict[tuple[str, str], Proof]
    machines: list[list[Cell]]
    tie: float

    def rule(self, claim: Claim) -> Ruling:
        """The first rule that is met decides, unless one before it is open."""
        looked = _Looked()
        for rule in claim.rules:
            met = self._met(rule, looked)
            if looked.missing:
                break
            if met:
                return _ruling(claim, rule, looked)
        return _ruling(claim, None, looked)

    def _met(self, rule: ClaimRule, looked: _Looked) -> bool:
        """Whether everything is as the rule wants it; all of it is looked at."""
        facts = [self._fact(need, looked) for need in rule.facts]
        cells = [self._compared(need, looked) for need in rule.cells]
        return all(facts) and all(cells)

    def _fact(self, need: FactNeed, looked: _Looked) -> bool:
        proof = self.proofs.get((need.framework, need.probe))
        fact = proof.fact(need.fact) if proof else None
        if proof is None or fact is None:
            looked.missing.append(f"{need.framework} {need.probe} {need.fact}")
            return False
        looked.facts[need.framework, need.probe, need.fact] = (proof, fact)
        return fact.holds == need.holds

    def _compared(self, need: CellNeed, looked: _Looked) -> bool:
        """On the newest machine that has what the comparison needs."""
        for cells in self.machines:
            pairs = _pairs(need, cells)
            if pairs is not None:
                looked.cells.update({_name(cell): cell for pair in pairs for cell in pair})
                return _holds(need, pairs, self.tie)
        looked.missing.append(f"{need.phase} {need.metric} of {', '.join(need.left + need.right)}")
        return False


def _ruling(claim: Claim, rule: ClaimRule | None, looked: _Looked) -> Ruling:
    return Ruling(
        claim=claim.id,
        verdict=rule.verdict if rule else "unverifiable",
        reason=rule.reason or claim.reason if rule else claim.reason,
        facts=tuple(looked.facts.values()),
        cells=tuple(looked.cells.values()),
        missing=tuple(dict.fromkeys(looked.missing)),
    )


def _name(cell: Cell) -> tuple[str, ...]:
    return cell.machine, cell.stack, cell.task, cell.phase, cell.metric


Pair = tuple[Cell, ...]


def _pairs(need: CellNeed, cells: Iterable[Cell]) -> list[Pair] | None:
    """For every task the fastest cell of the left and of the right.

    None while a stack that is named was not measured at all, or too few tasks have both sides.
    """
    wanted = [cell for cell in cells if (cell.phase, cell.metric) == (need.phase, need.metric)]
    if {*need.left, *need.right} - {cell.stack for cell in wanted}:
        return None
    tasks = need.tasks or tuple(sorted({cell.task for cell in wanted}))
    found = [_pair(need, [cell for cell in wanted if cell.task == task]) for task in tasks]
    pairs = [pair for pair in found if pair]
    enough = len(pairs) == len(need.tasks) if need.tasks else len(pairs) >= LEAST_TASKS
    return pairs if enough else None


def _pair(need: CellNeed, cells: Sequence[Cell]) -> Pair | None:
    """The fastest of each side on one task, which may refuse some of its stacks; None if all."""
    sides = [side for side in (need.left, need.right) if side]
    by_stack = {cell.stack: cell for cell in cells}
    measured = [[by_stack[stack] for stack in side if stack in by_stack] for side in sides]
    if not all(measured):
        return None
    return tuple(min(side, key=lambda cell: (cell.value, cell.stack)) for side in measured)


def _holds(need: CellNeed, pairs: Sequence[Pair], tie: float) -> bool:
    if need.relation == "grows":
        (_, high, _), (low, _, _) = (_relative(pairs[place], tie) for place in (0, -1))
        return low > high
    relation: Callable[[Pair], bool] = {
        "equal": _equal,
        "above": lambda pair: pair[0].value > (need.limit or 0),
        "within": lambda pair: pair[0].value <= (need.limit or 1) * pair[1].value,
    }.get(need.relation) or (lambda pair: _related(need, *_relative(pair, tie)))
    return sum(map(relation, pairs)) >= need.share * len(pairs)


def _relative(pair: Pair, tie: float) -> tuple[float, float, bool]:
    """How many times as long left takes as right: low, high, and whether no order is claimed."""
    left, right = pair
    if left.stack == right.stack:
        return 1.0, 1.0, True
    by_stack: dict[str, Ratio] = {ratio.stack: ratio for ratio in ratios(pair, tie=tie)}
    mine, other = by_stack[left.stack], by_stack[right.stack]
    if mine.value == 1.0:
        return 1 / other.high, 1 / other.low, other.tied
    return mine.low, mine.high, mine.tied


def _related(need: CellNeed, low: float, high: float, tied: bool) -> bool:
    slower = not tied and low > 1
    faster = not tied and high < 1
    return {
        "differs": slower or faster,
        "faster": faster,
        "slower": slower,
        "not-slower": not slower,
    }[need.relation]


def _equal(pair: Pair) -> bool:
    left, right = pair
    meet = left.low <= right.high and right.low <= left.high
    return meet or abs(left.value - right.value) <= SAME_SHARE
