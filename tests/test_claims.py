"""The claims of the 2025 article: all carried over, each with a verdict that can be looked into."""

import re
from collections import Counter
from typing import Literal, get_args

import pytest

from advisor.catalog import load_catalog
from advisor.model import Catalog, Claim

#: The stated tally. A verdict that changes changes it here, in the same commit as its reason.
VERDICTS = {"confirmed": 56, "outdated": 32, "refuted": 6, "misleading": 19, "unverifiable": 25}
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
def catalog() -> Catalog:
    return load_catalog()


@pytest.fixture(scope="module")
def claims(catalog: Catalog) -> tuple[Claim, ...]:
    return catalog.claims


def allowed(field: Literal["verdict", "decided_by"]) -> set[str]:
    return set(get_args(Claim.model_fields[field].annotation))


def test_every_claim_of_the_article_is_there_once(claims: tuple[Claim, ...]) -> None:
    assert len(claims) == 138
    repeated = [id for id, times in Counter(claim.id for claim in claims).items() if times > 1]
    assert repeated == []


def test_the_tally_by_verdict_is_the_stated_one(claims: tuple[Claim, ...]) -> None:
    assert Counter(claim.verdict for claim in claims) == VERDICTS
    assert set(VERDICTS) == allowed("verdict")


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
    told = {
        c.id: [len(SENTENCE_END.findall(t)) for t in (c.claim, c.test, c.reason)] for c in claims
    }
    assert {id: n for id, n in told.items() if n[:2] != [1, 1] or n[2] not in (1, 2)} == {}


def test_no_two_claims_say_the_same(claims: tuple[Claim, ...]) -> None:
    said = Counter(claim.claim for claim in claims)
    assert [text for text, times in said.items() if times > 1] == []


def test_statements_name_only_claims_that_exist(catalog: Catalog) -> None:
    named = {id for statement in catalog.statements for id in CLAIM_ID.findall(statement.note)}
    assert len(named) > 90
    assert named - {claim.id for claim in catalog.claims} == set()
