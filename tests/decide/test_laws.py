"""Laws that hold for every decision, whatever the answers and the evidence.

Those of the kernel alone are in test_score.py, those of flips in test_flips.py.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import TypeVar

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from advisor.catalog import load_catalog
from advisor.decide import decide
from advisor.decide.decision import Outcome, _outcome
from advisor.decide.needs import derive_needs
from advisor.model import NOT_SURE, Answers, Catalog, Cell, Decision, Question
from tests.decide.small import CATALOG, CELLS, NEW, OLD, TODAY
from tests.decide.test_flips import needs_of, with_choices, with_draws

KNOWN = load_catalog()
REAL = with_draws(KNOWN, 40)
SMALL = with_draws(CATALOG, 40)

Thing = TypeVar("Thing")


def judged(catalog: Catalog, known: Answers, as_of: date = TODAY) -> Outcome:
    """Ranking and verdict without the search for flips, which is most of the work."""
    return _outcome(catalog, (), derive_needs(catalog, known), as_of)


def decided(catalog: Catalog, known: Answers, cells: Sequence[Cell] = ()) -> Decision:
    return decide(catalog, tuple(cells), known, as_of=TODAY)


# A must-have never helps whom it excludes.


@st.composite
def demands(draw: st.DrawFn) -> tuple[Answers, Catalog]:
    """Answers, and the real catalogue in which one given answer asks for one more must-have."""
    known = draw(needs_of(REAL))
    counted = [
        (question.id, choice)
        for question in REAL.questions
        for choice in known.given.get(question.id, ())
        if choice != NOT_SURE
    ]
    if not counted:
        known = Answers({"stage": ("research",)})
        counted = [("stage", "research")]
    asking, chosen = draw(st.sampled_from(counted))
    criterion = draw(st.sampled_from([criterion.id for criterion in REAL.criteria]))
    return known, demanding(REAL, asking, chosen, criterion, draw(st.integers(1, 4)))


def demanding(catalog: Catalog, question: str, choice: str, criterion: str, level: int) -> Catalog:
    """The catalogue in which a choice requires at least this level, or more if it already did."""
    asked = catalog.question(question)
    target = asked.choice(choice)
    assert target is not None
    requires = {**target.requires, criterion: max(level, target.requires.get(criterion, 0))}
    stricter = target.model_copy(update={"requires": requires})
    choices = tuple(stricter if one is target else one for one in asked.choices)
    changed = asked.model_copy(update={"choices": choices})
    questions = tuple(changed if one is asked else one for one in catalog.questions)
    return catalog.model_copy(update={"questions": questions})


@given(demands())
@settings(max_examples=200, deadline=None)
def test_a_must_have_never_helps_whom_it_excludes(posed: tuple[Answers, Catalog]) -> None:
    known, stricter = posed
    before, after = judged(REAL, known), judged(stricter, known)
    excluded = {entry.framework for entry in after.ruled_out}
    assert excluded >= {entry.framework for entry in before.ruled_out}
    ranked = {row.framework: row for row in after.ranking}
    assert not excluded & ranked.keys()
    assert after.winner not in excluded
    earlier = {row.framework: row for row in before.ranking}
    for framework, row in ranked.items():
        assert row.score == earlier[framework].score
        assert row.first_rank >= earlier[framework].first_rank


@given(needs_of(REAL))
@settings(max_examples=150, deadline=None)
def test_dropping_every_must_have_brings_all_back_and_changes_no_score(known: Answers) -> None:
    free = with_choices(REAL, lambda _: {"requires": {}})
    before, after = judged(REAL, known), judged(free, known)
    assert after.ruled_out == ()
    assert len(after.ranking) == len(REAL.frameworks)
    scores = {row.framework: row.score for row in after.ranking}
    for row in before.ranking:
        assert row.score == scores[row.framework]


# "Not sure" is no opinion.


@given(
    st.sets(st.sampled_from([question.id for question in KNOWN.questions])),
    st.dates(date(2025, 4, 30), date(2028, 12, 31)),
)
@settings(max_examples=100, deadline=None)
def test_not_sure_everywhere_is_at_most_lean(said: set[str], as_of: date) -> None:
    catalog = with_draws(KNOWN, 400)
    generous = catalog.policy.model_copy(update={"clear": 0.0})
    easily = catalog.model_copy(update={"policy": generous})
    assert judged(easily, Answers({}), as_of).verdict in ("lean", "too-close")
    found = judged(catalog, Answers(dict.fromkeys(said, (NOT_SURE,))), as_of)
    assert found.verdict in ("lean", "too-close")
    assert found.ranking == judged(catalog, Answers({}), as_of).ranking


@given(needs_of(REAL))
@settings(max_examples=150, deadline=None)
def test_without_weight_of_ones_own_nothing_is_clear(known: Answers) -> None:
    # Every draw would do: only the share of one's own stands between "lean" and "clear".
    generous = REAL.policy.model_copy(update={"clear": 0.0, "lean": 0.0})
    found = judged(REAL.model_copy(update={"policy": generous}), known)
    if found.winner is not None:
        own = derive_needs(REAL, known).own_share
        assert found.verdict == ("clear" if own >= generous.own_share else "lean")


@given(needs_of(REAL), st.data())
@settings(max_examples=300, deadline=None)
def test_answering_more_never_lowers_the_share_of_ones_own(
    known: Answers, data: st.DataObject
) -> None:
    left = [q for q in REAL.questions if known.given.get(q.id, (NOT_SURE,)) == (NOT_SURE,)]
    if not left:
        return
    question = data.draw(st.sampled_from(left))
    choice = data.draw(st.sampled_from(question.choices))
    more = Answers({**known.given, question.id: (choice.id,)})
    before, after = derive_needs(REAL, known).own_share, derive_needs(REAL, more).own_share
    assert after >= before - 1e-12


# The order of input is irrelevant.


def shuffled(draw: st.DrawFn, things: Sequence[Thing]) -> tuple[Thing, ...]:
    return tuple(draw(st.permutations(things)))


def in_order_of_need(questions: Sequence[Question]) -> tuple[Question, ...]:
    """These questions, each after those that decide whether it is asked."""
    placed: dict[str, Question] = {}
    while len(placed) < len(questions):
        for question in questions:
            if question.id not in placed and question.when.keys() <= placed.keys():
                placed[question.id] = question
                break
    return tuple(placed.values())


@st.composite
def reordered(draw: st.DrawFn, catalog: Catalog) -> Catalog:
    """The same knowledge, written down in another order; questions stay where they are."""
    lists = ("frameworks", "stacks", "groups", "criteria", "statements", "workloads")
    return catalog.model_copy(
        update={name: shuffled(draw, getattr(catalog, name)) for name in lists}
    )


@st.composite
def asked_otherwise(draw: st.DrawFn, catalog: Catalog) -> Catalog:
    """The same questions and choices in another order."""
    questions = tuple(
        question.model_copy(update={"choices": shuffled(draw, question.choices)})
        for question in shuffled(draw, catalog.questions)
    )
    return catalog.model_copy(update={"questions": in_order_of_need(questions)})


def verdict_of(decision: Decision) -> tuple[object, ...]:
    """What must be the same to the last bit."""
    return (
        decision.verdict,
        decision.winner,
        decision.ranking,
        decision.tie,
        decision.contributions,
        frozenset((out.framework, out.requirement.criterion) for out in decision.ruled_out),
        decision.checks,
    )


@given(needs_of(REAL), reordered(REAL))
@settings(max_examples=100, deadline=None)
def test_the_order_of_the_knowledge_is_irrelevant(known: Answers, other: Catalog) -> None:
    before, after = judged(REAL, known), judged(other, known)
    assert after.ranking == before.ranking
    assert (after.matrix, after.counts, after.verdict) == (
        before.matrix,
        before.counts,
        before.verdict,
    )
    assert set(after.ratings) == set(before.ratings)
    assert set(after.ruled_out) == set(before.ruled_out)


@given(needs_of(CATALOG), reordered(SMALL), st.permutations(CELLS))
@settings(max_examples=200, deadline=None)
def test_the_order_of_knowledge_and_measurements_is_irrelevant(
    known: Answers, other: Catalog, cells: list[Cell]
) -> None:
    assert verdict_of(decided(other, known, cells)) == verdict_of(decided(SMALL, known, CELLS))


@given(needs_of(REAL), asked_otherwise(REAL), st.randoms(use_true_random=False))
@settings(max_examples=150, deadline=None)
def test_the_order_of_questions_choices_and_answers_is_irrelevant(
    known: Answers, other: Catalog, random: object
) -> None:
    given_answers = list(known.given.items())
    random.shuffle(given_answers)  # type: ignore[attr-defined]
    before, after = judged(REAL, known), judged(other, Answers(dict(given_answers)))
    assert (after.verdict, after.winner) == (before.verdict, before.winner)
    # Averages over the choices are added in another order, and rounded otherwise.
    for old, new in zip(before.ranking, after.ranking, strict=True):
        assert new.framework == old.framework
        assert new.score == pytest.approx(old.score, abs=1e-12)
        assert new.first_rank == pytest.approx(old.first_rank, abs=1e-9)


# Better evidence for a framework never harms it.


@given(needs_of(REAL), st.data())
@settings(max_examples=150, deadline=None)
def test_a_better_statement_never_lowers_its_framework(known: Answers, data: st.DataObject) -> None:
    old = data.draw(st.sampled_from([s for s in REAL.statements if s.level < 4]))
    raised = {"level": old.level + 1, "note": old.note or "so it is"}
    better = REAL.model_copy(
        update={
            "statements": tuple(
                s.model_copy(update=raised) if s is old else s for s in REAL.statements
            )
        }
    )
    before, after = judged(REAL, known), judged(better, known)
    rows = {row.framework: row for row in before.ranking}
    now = {row.framework: row for row in after.ranking}
    assert rows.keys() <= now.keys()
    if old.framework in rows:
        assert now[old.framework].score >= rows[old.framework].score


@given(needs_of(CATALOG), st.integers(0, 3), st.floats(0.1, 1.0))
@settings(max_examples=150, deadline=None)
def test_a_faster_measurement_never_lowers_its_framework(
    known: Answers, place: int, factor: float
) -> None:
    known = replace(known, given={**known.given, "device": ("cpu",)})
    old = CELLS[place]
    faster = replace(
        old,
        value=old.value * factor,
        low=old.low * factor,
        high=old.high * factor,
        process_values=tuple(value * factor for value in old.process_values),
    )
    before = decided(SMALL, known, CELLS)
    after = decided(SMALL, known, (*CELLS[:place], faster, *CELLS[place + 1 :]))
    scores = {row.framework: row.score for row in before.ranking}
    for row in after.ranking:
        if row.framework == old.framework:
            assert row.score >= scores[row.framework] - 1e-12
        else:
            assert row.score <= scores[row.framework] + 1e-12


@given(needs_of(CATALOG), st.integers(0, 2000))
@settings(max_examples=150, deadline=None)
def test_what_will_be_known_later_changes_nothing_today(known: Answers, days: int) -> None:
    """A decision as of a date rests on that date's evidence alone."""
    when = OLD + timedelta(days=days)
    then = tuple(s for s in SMALL.statements if s.date <= when)
    past = SMALL.model_copy(update={"statements": then})
    cells = tuple(cell for cell in CELLS if cell.date <= when)
    with_future = decide(SMALL, CELLS, known, as_of=when)
    assert verdict_of(with_future) == verdict_of(decide(past, cells, known, as_of=when))
    assert when >= NEW or not with_future.cells
