"""Proofs as evidence: what probes found out, beside what people have written.

    written statement  --- proved or refuted by ---  proof
           |                                           |
           +------- the newest of both counts ---------+

A proof counts as a statement of tier "probed" on the day of its session. Where it contradicts the
written statement, that is a mismatch: one of the two is wrong, on this machine at least.
"""

import ast
import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from advisor.model import Catalog, Proof, Source, Statement
from advisor.resources import laboratory

__all__ = [
    "Mismatch",
    "in_force",
    "mismatches",
    "note",
    "probe_digest",
    "probe_file",
    "probe_program",
    "with_proofs",
]


@dataclass(frozen=True)
class Mismatch:
    """A statement and a proof that give different levels for the same cell."""

    stated: Statement
    proof: Proof


def with_proofs(catalog: Catalog, proofs: Iterable[Proof]) -> Catalog:
    """The catalogue in which proofs stand as statements, before what was written the same day.

    Proofs about frameworks or criteria that the catalogue does not know are left out.
    """
    known = {(f.id, c.id) for f in catalog.frameworks for c in catalog.criteria}
    usable = [p for p in proofs if p.level is not None and (p.framework, p.criterion) in known]
    usable.sort(key=lambda proof: proof.session, reverse=True)
    return catalog.model_copy(
        update={
            "statements": (*(_statement(catalog, p) for p in usable), *catalog.statements),
            "sources": (*catalog.sources, *_sources(usable)),
        }
    )


def note(proof: Proof) -> str:
    """What the facts amount to: how many hold, and what does not."""
    failing = [fact.says for fact in proof.facts if not fact.holds]
    counted = f"{len(proof.facts) - len(failing)} of {len(proof.facts)} facts hold"
    return f"{counted}. Not shown: {'; '.join(failing)}." if failing else f"{counted}."


def in_force(proofs: Iterable[Proof]) -> tuple[Proof, ...]:
    """The newest proof of each probe and framework that did not fail."""
    newest: dict[tuple[str, str], Proof] = {}
    for proof in sorted(proofs, key=lambda proof: proof.session):
        if proof.outcome == "passed":
            newest[proof.probe, proof.framework] = proof
    return tuple(newest.values())


def mismatches(catalog: Catalog, proofs: Iterable[Proof]) -> tuple[Mismatch, ...]:
    """Where a proof gives another level than the newest statement in `catalog` about its cell.

    What is written and what was proven before are both held against the proof; where these agree
    with each other, only the written one is named.
    """
    found = []
    for proof in proofs:
        if proof.level is not None:
            by_level = {stated.level: stated for stated in reversed(_newest(catalog, proof))}
            found += [Mismatch(by_level[n], proof) for n in sorted(by_level) if n != proof.level]
    return tuple(found)


def probe_file(probe: str) -> Path:
    """Where the program of a probe stands; the file need not exist."""
    name = f"test_{probe.replace('-', '_')}.py"
    return laboratory() / "benchmarks" / "probes" / name


def probe_digest(probe: str) -> str | None:
    """What `Proof.source` is for the program as it stands, or None if there is none any more."""
    file = probe_file(probe)
    if not file.is_file():
        return None
    return "sha256:" + hashlib.sha256(file.read_bytes()).hexdigest()[:16]


def probe_program(probe: str, framework: str) -> str:
    """The part of the probe's program that is about one framework, "" if there is none."""
    file = probe_file(probe)
    if not file.is_file():
        return ""
    text = file.read_text(encoding="utf-8")
    for node in ast.parse(text).body:
        if isinstance(node, ast.FunctionDef) and node.name == f"test_{framework}":
            return ast.get_source_segment(text, node) or ""
    return ""


def _newest(catalog: Catalog, proof: Proof) -> list[Statement]:
    """The newest written statement about the proof's cell, and then the newest proven one."""
    about = (proof.framework, proof.criterion)
    found: dict[bool, Statement] = {}
    for statement in catalog.statements:
        proven = bool(statement.run)
        if (statement.framework, statement.criterion) == about and (
            proven not in found or found[proven].date < statement.date
        ):
            found[proven] = statement
    return [found[proven] for proven in sorted(found)]


def _statement(catalog: Catalog, proof: Proof) -> Statement:
    """The proof as a statement; whose quality it really is stays as it was written."""
    assert proof.level is not None
    written = [each for each in _newest(catalog, proof) if not each.run]
    return Statement(
        framework=proof.framework,
        criterion=proof.criterion,
        level=proof.level,
        date=proof.date,
        tier="probed",
        sources=(_source_id(proof),),
        note=note(proof),
        inherits=written[0].inherits if written else None,
        run=proof.run,
    )


def _sources(proofs: Iterable[Proof]) -> tuple[Source, ...]:
    """One source for each session of probes."""
    sessions = {_source_id(proof): proof for proof in proofs}
    return tuple(
        Source(
            id=id,
            title=f"Our probes, run on {proof.machine}",
            date=proof.date.isoformat(),
            kind="primary, executed",
            supports="Facts established by running code, with the program and its log.",
        )
        for id, proof in sorted(sessions.items())
    )


def _source_id(proof: Proof) -> str:
    return f"probes-{proof.session}"
