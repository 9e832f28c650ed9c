"""The claims of the 2025 article: all carried over, each with a verdict that can be looked into."""

import re
from collections import Counter
from typing import Literal, get_args

import pytest

from advisor.evidence import Evidence, gather
from advisor.model import Catalog, Claim
from tests.clock import NEWEST

#: The stated tally. A verdict that changes changes it here, in the same commit as its reason. What
#: is decided by measuring follows from the cells, and is none of this list's business.
VERDICTS = {
    "probe": {"confirmed": 30, "outdated": 17, "refuted": 4, "misleading": 5, "unverifiable": 1},
    "source": {"confirmed": 19, "outdated": 13, "refuted": 1, "misleading": 6, "unverifiable": 17},
}
DECIDED_BY = {"measured": 25, "probe": 57, "source": 56}
STALE_AT_PUBLICATION = 13

#: An id tells section and framework: "arch-tf-04" is the fourth on TensorFlow's architecture.
SECTIONS = {
    "ov": ("Overview", 6),
    "arch": ("Architecture", 31),
    "ease": ("Ease of use", 12),
    "perf": ("Performance", 17),
    "dbg": ("Debugging", 15),
    "com": ("Community", 14),
    "dep": ("Deployment", 14),
    "use": ("Use cases", 10),
    "bench": ("Benchmarks", 8),
    "choose": ("Choosing", 11),
}
FRAMEWORKS = {"all": "all", "keras": "keras", "tf": "tensorflow", "torch": "pytorch"}
CLAIM_ID = re.compile(rf"\b(?:{'|'.join(SECTIONS)})-(?:{'|'.join(FRAMEWORKS)})-\d\d\b")
SENTENCE_END = re.compile(r"[.?!](?=\s|$)")


@pytest.fixture(scope="module")
def evidence() -> Evidence:
    return gather((), NEWEST)


@pytest.fixture(scope="module")
def catalog(evidence: Evidence) -> Catalog:
    """With the verdicts that follow from the evidence that is shipped."""
    return evidence.catalog


@pytest.fixture(scope="module")
def claims(catalog: Catalog) -> tuple[Claim, ...]:
    return catalog.claims


def allowed(field: Literal["verdict", "decided_by"]) -> set[str]:
    return set(get_args(Claim.model_fields[field].annotation))


def test_every_claim_of_the_article_is_there_once(claims: tuple[Claim, ...]) -> None:
    assert len(claims) == 138
    repeated = [id for id, times in Counter(claim.id for claim in claims).items() if times > 1]
    assert repeated == []


@pytest.mark.parametrize("kind", ["probe", "source"])
def test_the_tally_by_verdict_is_the_stated_one(kind: str, claims: tuple[Claim, ...]) -> None:
    assert Counter(c.verdict for c in claims if c.decided_by == kind) == VERDICTS[kind]
    assert set(VERDICTS[kind]) == allowed("verdict")


def test_every_claim_that_a_probe_can_decide_is_decided(evidence: Evidence) -> None:
    probed = {claim.id for claim in evidence.catalog.claims if claim.decided_by == "probe"}
    assert [r.claim for r in evidence.rulings if r.claim in probed and r.missing] == []
    assert all(ruling.facts for ruling in evidence.rulings if ruling.claim in probed)


def test_a_claim_that_no_program_decides_says_why(claims: tuple[Claim, ...]) -> None:
    unprobed = {claim.id for claim in claims if claim.unprobed}
    assert unprobed == {"arch-tf-09", "com-tf-03", "com-torch-04"}


def test_what_is_measured_follows_from_cells_or_is_open(evidence: Evidence) -> None:
    measured = {claim.id for claim in evidence.catalog.claims if claim.decided_by == "measured"}
    rulings = [ruling for ruling in evidence.rulings if ruling.claim in measured]
    assert len(rulings) == len(measured)
    assert all(r.verdict == "unverifiable" for r in rulings if r.missing)
    assert all(r.cells or r.facts for r in rulings if not r.missing)


def test_a_rule_that_comes_last_is_met_in_any_case_or_leaves_the_claim_unverifiable(
    claims: tuple[Claim, ...],
) -> None:
    """A rule after one that asks for nothing could never be tried."""
    for claim in claims:
        for rule in claim.rules[:-1]:
            assert rule.facts or rule.cells, claim.id


def test_a_rule_of_another_verdict_has_a_reason_of_its_own(claims: tuple[Claim, ...]) -> None:
    bare = [c.id for c in claims if len(c.rules) > 1 and not all(r.reason for r in c.rules)]
    assert bare == []


def test_the_tally_by_what_decides_is_the_stated_one(claims: tuple[Claim, ...]) -> None:
    assert Counter(claim.decided_by for claim in claims) == DECIDED_BY
    assert set(DECIDED_BY) == allowed("decided_by")


def test_what_was_stale_on_the_articles_own_day_does_not_hold_now(
    claims: tuple[Claim, ...],
) -> None:
    stale = [claim for claim in claims if claim.stale_at_publication]
    assert len(stale) == STALE_AT_PUBLICATION
    assert [c.id for c in stale if c.verdict not in ("outdated", "refuted")] == []


def test_no_verdict_rests_on_nothing(claims: tuple[Claim, ...]) -> None:
    unsupported = [
        claim.id
        for claim in claims
        if claim.verdict != "unverifiable" and claim.decided_by == "source" and not claim.sources
    ]
    assert unsupported == []


def test_no_claim_is_its_own_evidence(claims: tuple[Claim, ...]) -> None:
    assert [claim.id for claim in claims if "carmatec-2025" in claim.sources] == []


def test_an_id_tells_section_and_framework(claims: tuple[Claim, ...]) -> None:
    told = {claim.id: claim.id.split("-") for claim in claims}
    expected = {id: (SECTIONS[area][0], FRAMEWORKS[who]) for id, (area, who, _) in told.items()}
    assert {claim.id: (claim.section, claim.framework) for claim in claims} == expected


def test_the_claims_stand_section_by_section(claims: tuple[Claim, ...]) -> None:
    order = list(dict.fromkeys(claim.section for claim in claims))
    assert order == [name for name, _ in SECTIONS.values()]
    assert Counter(claim.section for claim in claims) == dict(SECTIONS.values())


def test_claims_are_told_in_few_sentences(claims: tuple[Claim, ...]) -> None:
    once = {c.id: [len(SENTENCE_END.findall(t)) for t in (c.claim, c.test)] for c in claims}
    assert {id: n for id, n in once.items() if n != [1, 1]} == {}
    reasons = {(c.id, n): t for c in claims for n, t in enumerate(_reasons(c))}
    assert {id for id, t in reasons.items() if len(SENTENCE_END.findall(t)) not in (1, 2)} == set()


def _reasons(claim: Claim) -> list[str]:
    return [claim.reason, *(rule.reason for rule in claim.rules if rule.reason)]


def test_no_two_claims_say_the_same(claims: tuple[Claim, ...]) -> None:
    said = Counter(claim.claim for claim in claims)
    assert [text for text, times in said.items() if times > 1] == []


def test_statements_name_only_claims_that_exist(catalog: Catalog) -> None:
    named = {id for statement in catalog.statements for id in CLAIM_ID.findall(statement.note)}
    assert len(named) > 90
    assert named - {claim.id for claim in catalog.claims} == set()
