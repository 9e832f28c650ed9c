"""Whether the evidence holds together: what `advisor evidence check` looks at.

Knowledge files are checked one by one when they are read (catalog) and run files as well (runs).
Here they are held against each other: cells that nothing speaks for, proofs made by a program that
has changed since, and proofs that contradict what is written.
"""

from collections.abc import Iterable, Iterator, Sequence

from advisor.catalog import altered_statements
from advisor.errors import KnowledgeError, Problem
from advisor.model import Catalog, Proof
from advisor.proofs import Mismatch, in_force, mismatches, probe_digest
from advisor.standing import Standing

__all__ = ["audited", "problems"]

PROBE_AGAIN = "Run `advisor probe` again and keep its run files"


def audited(catalog: Catalog, found: Sequence[Standing], proofs: Sequence[Proof]) -> str:
    """One line on how much was checked; KnowledgeError with every problem."""
    if wrong := list(problems(catalog, found, proofs)):
        raise KnowledgeError(wrong)
    written = sum(not statement.run for statement in catalog.statements)
    return (
        f"{len(found)} cells, {written} statements, {len(in_force(proofs))} proofs in force, "
        f"{len(catalog.claims)} claims, {len(catalog.sources)} sources: no problem."
    )


def problems(
    catalog: Catalog, found: Iterable[Standing], proofs: Iterable[Proof]
) -> Iterator[Problem]:
    """Everything that does not hold together, each with its place and its cure."""
    yield from altered_statements()
    yield from _silent(found)
    current = in_force(proofs)
    yield from _strangers(catalog, current)
    yield from _outdated(current)
    written = [statement for statement in catalog.statements if not statement.run]
    spoken = catalog.model_copy(update={"statements": tuple(written)})
    yield from map(_contradiction, mismatches(spoken, current))


def _silent(found: Iterable[Standing]) -> Iterator[Problem]:
    """Cells that nothing is known of, and cells without a source."""
    for each in found:
        where = f"{each.criterion.id}/{each.framework.id}"
        if each.tier == "unknown" and each.criterion.measure is None:
            yield Problem(where, "nothing is known of it", "Write a statement, or probe it")
        elif each.tier != "unknown" and not each.sources:
            yield Problem(where, "it names no source", "Add a statement that names one")


def _strangers(catalog: Catalog, proofs: Iterable[Proof]) -> Iterator[Problem]:
    criteria = {criterion.id for criterion in catalog.criteria}
    claims = {claim.id for claim in catalog.claims}
    for proof in proofs:
        if proof.criterion not in criteria:
            yield Problem(proof.run, f'there is no criterion "{proof.criterion}"', "Add it")
        for claim in sorted({*proof.claims} - claims):
            yield Problem(proof.run, f'{proof.probe} names "{claim}", which is no claim', "Add it")


def _outdated(proofs: Iterable[Proof]) -> Iterator[Problem]:
    for proof in proofs:
        now = probe_digest(proof.probe)
        if now != proof.source:
            what = f"{proof.probe} of {proof.framework} was proved by another version of its probe"
            yield Problem(proof.run, what if now else f"{what}, which is gone", PROBE_AGAIN)


def _contradiction(found: Mismatch) -> Problem:
    stated, proof = found.stated, found.proof
    return Problem(
        where=f"{proof.criterion}/{proof.framework}",
        what=f"level {stated.level} is written ({stated.date}, {', '.join(stated.sources)}), and"
        f" level {proof.level} is proved ({proof.date}, {proof.run})",
        cure="Write a newer statement, or mend the probe",
    )
