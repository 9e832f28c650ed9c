"""What is known of each cell, and the state of the evidence that is shipped."""

import datetime as dt

import pytest

from advisor.audit import audited, problems
from advisor.catalog import load_catalog
from advisor.errors import AnswersError, KnowledgeError
from advisor.evidence import Evidence, gather
from advisor.model import Cell, Statement
from advisor.proofs import with_proofs
from advisor.standing import Standing, chosen, standings, tally
from tests.decide.small import cell as small_cell
from tests.proofs import DAY, proof

KNOWN = load_catalog()
TODAY = dt.date(2026, 11, 25)


@pytest.fixture(scope="module")
def shipped() -> Evidence:
    return gather((), TODAY)


def about(found: tuple[Standing, ...], criterion: str, framework: str) -> Standing:
    (one,) = chosen(found, criterion, framework)
    return one


def timed(stack: str = "pytorch-eager", framework: str = "pytorch") -> Cell:
    made = small_cell(stack, 0.01)
    return Cell(**{**vars(made), "framework": framework, "date": dt.date(2026, 11, 22)})


def test_there_is_one_for_every_framework_on_every_criterion() -> None:
    found = standings(KNOWN, (), (), as_of=TODAY)
    assert len(found) == len(KNOWN.criteria) * len(KNOWN.frameworks)


def test_a_statement_stands_where_nothing_is_measured() -> None:
    found = about(standings(KNOWN, (), (), as_of=TODAY), "installation", "tensorflow")
    assert (found.tier, found.level, found.date) == ("probed", 1, dt.date(2026, 11, 22))
    assert found.sources == ("S01", "S13", "S48")
    assert not found.stale
    assert [statement.date for statement in found.history] == sorted(
        (statement.date for statement in found.history), reverse=True
    )


def test_a_measurement_stands_without_a_level_before_any_statement() -> None:
    found = about(standings(KNOWN, [timed()], (), as_of=TODAY), "training-speed", "pytorch")
    assert (found.tier, found.level) == ("measured", None)
    assert found.cells
    assert found.statement is None
    assert found.date == dt.date(2026, 11, 22)
    assert found.sources == tuple(sorted(found.cells[0].runs))
    assert found.history, "what was said before stays to be seen"


def test_another_stack_or_a_later_day_measures_nothing() -> None:
    other = standings(KNOWN, [timed("pytorch-compile")], (), as_of=TODAY)
    early = standings(KNOWN, [timed()], (), as_of=dt.date(2026, 11, 21))
    for found in (other, early):
        assert about(found, "training-speed", "pytorch").cells == ()


def test_a_proof_stands_with_its_run_file_as_source() -> None:
    known = with_proofs(KNOWN, [proof()])
    found = about(standings(known, (), [proof()], as_of=TODAY), "licence", "pytorch")
    assert (found.tier, found.level, found.sources) == (
        *("probed", 4, ("2026-11-25-probes/pytorch.json",)),
    )
    assert found.proof == proof()


def test_an_old_statement_and_an_old_measurement_are_stale() -> None:
    late = TODAY + dt.timedelta(days=2000)
    assert all(each.stale for each in standings(KNOWN, [timed()], (), as_of=late) if each.date)


def test_what_nobody_speaks_of_is_unknown() -> None:
    empty = KNOWN.model_copy(update={"statements": ()})
    found = about(standings(empty, (), (), as_of=TODAY), "licence", "pytorch")
    assert (found.tier, found.level, found.date, found.sources) == ("unknown", None, None, ())
    assert not found.stale


def test_an_unknown_name_is_told_with_what_is_near() -> None:
    found = standings(KNOWN, (), (), as_of=TODAY)
    with pytest.raises(AnswersError, match="Did you mean licence"):
        chosen(found, "license", None)
    with pytest.raises(AnswersError) as caught:
        chosen(found, "license", "torch")
    assert [problem.where for problem in caught.value.problems] == ["CRITERION", "FRAMEWORK"]


def test_the_evidence_that_is_shipped_is_broad_proven_and_sourced(shipped: Evidence) -> None:
    found = standings(shipped.catalog, shipped.cells, shipped.proofs, as_of=TODAY)
    counted = tally(found)
    assert len(shipped.catalog.criteria) >= 60
    assert counted["probed"] + counted["measured"] >= 90
    assert counted["judged"] < len(found) / 10
    known = [each for each in found if each.tier != "unknown"]
    assert all(each.date and each.sources for each in known)
    unmeasured = {each.criterion.id for each in found if each.tier == "unknown"}
    assert all(shipped.catalog.criterion(id).measure for id in unmeasured)


def test_every_probed_criterion_has_a_proof_for_each_framework(shipped: Evidence) -> None:
    found = standings(shipped.catalog, shipped.cells, shipped.proofs, as_of=TODAY)
    probed = [each for each in found if each.criterion.known_by == "probed"]
    assert [(e.criterion.id, e.framework.id) for e in probed if e.proof is None] == []
    assert all(each.proof.outcome == "passed" for each in probed if each.proof)


def test_the_evidence_that_is_shipped_holds_together(shipped: Evidence) -> None:
    found = standings(shipped.catalog, shipped.cells, shipped.proofs, as_of=TODAY)
    assert audited(shipped.catalog, found, shipped.proofs).endswith("no problem.")


def test_every_kind_of_fault_is_found_at_once() -> None:
    written = KNOWN.model_copy(
        update={
            "statements": (
                *(s for s in KNOWN.statements if s.criterion not in ("browser", "licence")),
                Statement(
                    framework="pytorch",
                    criterion="licence",
                    level=1,
                    date=DAY,
                    tier="judged",
                    sources=(),
                    note="no source",
                ),
            )
        }
    )
    proofs = [
        proof(claims=("no-such-claim",)),
        proof("no-such-criterion"),
    ]
    found = standings(written, (), proofs, as_of=TODAY)
    told = "\n".join(map(str, problems(written, found, proofs)))
    for part in (
        "browser/keras: nothing is known of it",
        "licence/pytorch: it names no source",
        'there is no criterion "no-such-criterion"',
        'licence names "no-such-claim", which is no claim',
        "licence of pytorch was proved by another version of its probe",
        "no-such-criterion of pytorch was proved by another version of its probe, which is gone",
        "licence/pytorch: level 1 is written (2026-11-25, ), and level 4 is proved",
    ):
        assert part in told
    with pytest.raises(KnowledgeError):
        audited(written, found, proofs)
