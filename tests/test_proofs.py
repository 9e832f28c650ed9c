"""Proofs as evidence: they count as statements, and they contradict what is wrong."""

import datetime as dt

import pytest

from advisor.catalog import load_catalog
from advisor.decide.ratings import newest, rate
from advisor.model import Catalog, Focus, Statement
from advisor.proofs import in_force, mismatches, note, probe_program, with_proofs
from tests.proofs import DAY, proof

KNOWN = load_catalog()
LATER = DAY + dt.timedelta(days=1)
CELL = ("pytorch", "licence")


def catalog(*statements: Statement) -> Catalog:
    return KNOWN.model_copy(update={"statements": statements})


def stated(level: int, day: dt.date, **changed: object) -> Statement:
    given: dict[str, object] = {
        "framework": "pytorch",
        "criterion": "licence",
        "level": level,
        "date": day,
        "tier": "documented",
        "sources": ("S01",),
        "note": "as written",
    }
    return Statement.model_validate({**given, **changed})


def counting(known: Catalog, as_of: dt.date = LATER) -> Statement:
    return newest(known.statements, as_of)[CELL]


def test_a_proof_counts_as_a_probed_statement_of_its_day() -> None:
    found = counting(with_proofs(catalog(stated(1, DAY - dt.timedelta(days=3))), [proof()]))
    assert (found.level, found.tier, found.date) == (4, "probed", DAY)
    assert found.run == "2026-11-25-probes/pytorch.json"
    (source,) = found.sources
    assert with_proofs(KNOWN, [proof()]).source(source).date == "2026-11-25"


def test_it_does_not_count_before_its_day() -> None:
    known = with_proofs(catalog(stated(1, DAY - dt.timedelta(days=3))), [proof()])
    assert counting(known, DAY - dt.timedelta(days=1)).level == 1


@pytest.mark.parametrize(("day", "level"), [(DAY, 4), (LATER, 1)])
def test_of_the_same_day_the_proof_counts_and_a_newer_statement_does(
    day: dt.date, level: int
) -> None:
    assert counting(with_proofs(catalog(stated(1, day)), [proof()])).level == level


def test_the_newest_session_counts_wherever_it_was_read() -> None:
    sessions = [
        proof(level=level, session=f"20261125T{hour}0000Z")
        for level, hour in ((3, "09"), (2, "15"), (4, "12"))
    ]
    assert counting(with_proofs(catalog(), sessions)).level == 2


def test_it_reaches_the_ratings() -> None:
    rated = rate(with_proofs(KNOWN, [proof(level=3)]), (), Focus(), as_of=LATER)
    (found,) = [r for r in rated if (r.framework, r.criterion) == CELL]
    assert (found.tier, found.level, found.value) == ("probed", 3, 0.75)


def test_whose_quality_it_is_stays_as_it_was_written() -> None:
    inherited = stated(4, DAY - dt.timedelta(days=3), inherits="keras")
    assert counting(with_proofs(catalog(inherited), [proof()])).inherits == "keras"


@pytest.mark.parametrize(
    "useless",
    [proof(level=None), proof("no-such-criterion"), proof(framework="caffe")],
    ids=["failed", "criterion", "framework"],
)
def test_what_the_catalogue_cannot_use_is_left_out(useless: object) -> None:
    assert with_proofs(KNOWN, [useless]).statements == KNOWN.statements  # type: ignore[list-item]


def test_the_note_says_how_many_facts_hold_and_which_do_not() -> None:
    assert note(proof(facts={"hot": True, "sweet": True})) == "2 of 2 facts hold."
    some = note(proof(facts={"hot": True, "sweet": False, "strong": False}))
    assert some == "1 of 3 facts hold. Not shown: it is sweet; it is strong."


def test_level_two_has_its_caveats_in_the_note() -> None:
    assert counting(with_proofs(catalog(), [proof(level=2, facts={"hot": False})])).note


def test_a_proof_of_another_level_contradicts_what_is_written() -> None:
    old, new = stated(1, DAY - dt.timedelta(days=9)), stated(3, DAY - dt.timedelta(days=3))
    (found,) = mismatches(catalog(old, new), [proof()])
    assert (found.stated.level, found.proof.level) == (3, 4)


def test_a_proof_contradicts_an_earlier_proof_as_well() -> None:
    known = with_proofs(catalog(stated(3, DAY)), [proof(level=4)])
    found = mismatches(known, [proof(level=1, day=LATER)])
    assert [(m.stated.level, bool(m.stated.run)) for m in found] == [(3, False), (4, True)]


def test_where_statement_and_earlier_proof_agree_the_statement_is_named() -> None:
    known = with_proofs(catalog(stated(4, DAY)), [proof(level=4)])
    (found,) = mismatches(known, [proof(level=1, day=LATER)])
    assert found.stated.note == "as written"


def test_agreement_is_silent_and_so_is_what_did_not_pass() -> None:
    known = catalog(stated(4, DAY))
    assert mismatches(known, [proof(), proof(level=None), proof("safe-loading")]) == ()


def test_the_proof_in_force_is_the_newest_that_passed() -> None:
    older, newer = proof(level=3), proof(level=4, day=LATER)
    broken = proof(level=None, day=LATER + dt.timedelta(days=1))
    assert in_force([newer, broken, older]) == (newer,)


def test_the_program_of_a_probe_is_the_part_about_a_framework() -> None:
    program = probe_program("licence", "keras")
    assert program.startswith("def test_keras(")
    assert "pytorch" not in program
    assert probe_program("licence", "caffe") == ""
    assert probe_program("no-such-probe", "keras") == ""
