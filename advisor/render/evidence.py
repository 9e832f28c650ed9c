"""The evidence in plain text and as plain data: cells, their history and what proves them."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, get_args

from advisor.model import Catalog, Claim, ClaimVerdict, Proof, Ruling
from advisor.proofs import Mismatch, note, probe_program
from advisor.render.terminal import rendered
from advisor.standing import Standing, tally

__all__ = [
    "cell_text",
    "claim_text",
    "claims_text",
    "evidence_json",
    "matrix_text",
    "probes_text",
]


def matrix_text(found: Sequence[Standing], catalog: Catalog, *, stale_only: bool = False) -> str:
    """Every cell in a table: its level and how it is known; or those past their review age."""
    shown = [each for each in found if each.stale] if stale_only else list(found)
    return rendered(
        "terminal/evidence.txt",
        catalog,
        rows=_by_criterion(found, keep={each.criterion.id for each in shown}),
        tally=tally(found),
        total=len(found),
        stale=sum(each.stale for each in found),
        stale_only=stale_only,
    )


def cell_text(found: Iterable[Standing], catalog: Catalog, *, full: bool) -> str:
    """What is known of some cells and on what it rests; `full` adds the probe's code and log."""
    return rendered(
        "terminal/cell.txt",
        catalog,
        standings=list(found),
        full=full,
        sources={source.id: source for source in catalog.sources},
        program=probe_program,
    )


def probes_text(
    proofs: Sequence[Proof],
    wrong: Sequence[Mismatch],
    catalog: Catalog,
    *,
    failed: Mapping[str, str],
    seconds: float,
    folder: str,
) -> str:
    """What `advisor probe` found: a table of levels, then every mismatch with both its sides."""
    by_cell = {(proof.criterion, proof.framework): proof for proof in proofs}
    return rendered(
        "terminal/probes.txt",
        catalog,
        criteria=sorted({proof.criterion for proof in proofs}),
        frameworks=[f for f in catalog.frameworks if any(p.framework == f.id for p in proofs)],
        proofs=by_cell,
        wrong=wrong,
        odd={(each.proof.criterion, each.proof.framework): each for each in wrong},
        broken=[proof for proof in proofs if proof.outcome == "failed"],
        missing=[proof for proof in proofs if proof.outcome == "missing"],
        failed=failed,
        note=note,
        seconds=seconds,
        folder=folder,
    )


def claims_text(catalog: Catalog, rulings: Sequence[Ruling]) -> str:
    """The claims by verdict and by what decides, and which of them are open."""
    counted = Counter((claim.verdict, claim.decided_by) for claim in catalog.claims)
    tally: Counter[tuple[str, str]] = Counter()
    for (verdict, kind), count in counted.items():
        for key in ((verdict, kind), (verdict, "all"), ("all", kind)):
            tally[key] += count
    return rendered(
        "terminal/claims.txt",
        catalog,
        tally=tally,
        verdicts=get_args(ClaimVerdict),
        open=[ruling for ruling in rulings if ruling.missing],
    )


def claim_text(claim: Claim, rulings: Iterable[Ruling], catalog: Catalog) -> str:
    """One claim: its verdict, the facts and measurements behind it, and how to test it."""
    return rendered(
        "terminal/claim.txt",
        catalog,
        claim=claim,
        ruling=next((ruling for ruling in rulings if ruling.claim == claim.id), None),
        sources={source.id: source for source in catalog.sources},
    )


def evidence_json(found: Iterable[Standing], catalog: Catalog) -> dict[str, Any]:
    """Criteria, cells and claims as JSON types."""
    return {
        "criteria": [{"id": each.id, "group": each.group} for each in catalog.criteria],
        "cells": [_cell(standing) for standing in found],
        "claims": [
            {"id": claim.id, "verdict": claim.verdict, "decided_by": claim.decided_by}
            for claim in catalog.claims
        ],
    }


def _cell(standing: Standing) -> dict[str, Any]:
    return {
        "criterion": standing.criterion.id,
        "framework": standing.framework.id,
        "level": standing.level,
        "tier": standing.tier,
        "date": standing.date.isoformat() if standing.date else None,
        "source": " ".join(standing.sources),
        "stale": standing.stale,
    }


def _by_criterion(found: Iterable[Standing], keep: set[str]) -> dict[str, list[Standing]]:
    rows: dict[str, list[Standing]] = {}
    for each in found:
        if each.criterion.id in keep:
            rows.setdefault(each.criterion.id, []).append(each)
    return rows
