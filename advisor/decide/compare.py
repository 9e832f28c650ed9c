"""The same answers on two dates: both decisions, and what in the evidence moved the result.

    moved   statements and cells that changed the leader's lead, with by how much
    turned  must-haves that a framework misses on one date only

What counts is each date's own evidence: a measurement repeated later does not erase what was known
before.
"""

from collections.abc import Iterator

from advisor.decide.decision import EvidenceAt, decide
from advisor.model import (
    Answers,
    Catalog,
    Comparison,
    Decision,
    Requirement,
    RuledOut,
    Turned,
)

__all__ = ["compare"]


def compare(
    catalog: Catalog, answers: Answers, earlier: EvidenceAt, later: EvidenceAt
) -> Comparison:
    """Decide on both states of the evidence; ValueError unless `earlier` is the older one."""
    if earlier.as_of >= later.as_of:
        raise ValueError(f"{earlier.as_of} is not before {later.as_of}")
    before = decide(catalog, earlier.cells, answers, as_of=earlier.as_of)
    after = decide(catalog, later.cells, answers, as_of=later.as_of, since=earlier)
    moved = after.before.moved if after.before else ()
    return Comparison(before, after, moved, tuple(_turned(before, after)))


def _turned(before: Decision, after: Decision) -> Iterator[Turned]:
    missed_before, missed_after = _missed(before.ruled_out), _missed(after.ruled_out)
    for key in {**missed_before, **missed_after}:
        if (key in missed_before) != (key in missed_after):
            framework, requirement = key
            then = before.rating(framework, requirement.criterion)
            now = after.rating(framework, requirement.criterion)
            yield Turned(framework, requirement, then, now, met=key not in missed_after)


def _missed(ruled_out: tuple[RuledOut, ...]) -> dict[tuple[str, Requirement], RuledOut]:
    return {(entry.framework, entry.requirement): entry for entry in ruled_out}
