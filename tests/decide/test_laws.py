"""Laws that hold for every decision, whatever the answers and the evidence.

Those of the kernel alone are in test_score.py, those of flips in test_flips.py. Each is tried on
thousands of random catalogues and answers; ADVISOR_THOROUGH=10 takes ten times as many.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from random import Random
from typing import TypeVar

import pytest
from hypothesis import given
from hypothesis import strategies as st

from advisor.decide import decide
from advisor.decide.decision import Outcome, _outcome
from advisor.decide.needs import derive_needs
from advisor.model import NOT_SURE, Answers, Catalog, Cell, Decision, Question
from tests.decide.houses import KNOWN, SMALL, Posed, needs_of, posed
from tests.decide.problems import SEEDS, problems
from tests.decide.small import CELLS, NEW, OLD, TODAY
from tests.decide.test_flips import with_choices

Thing = TypeVar("Thing")


def judged(catalog: Catalog, known: Answers, as_of: date = TODAY) -> Outcome:
    """Ranking and verdict without the search for flips, which is most of the work."""
    return _outcome(catalog, (), derive_needs(catalog, known), as_of)


def decided(catalog: Catalog, known: Answers, cells: Sequence[Cell] = ()) -> Decision:
    return decide(catalog, tuple(cells), known, as_of=TODAY)


# A must-have never helps whom it excludes.


def stricter(problem: Posed) -> tuple[Answers, Catalog]:
    """Answers, and the catalogue in which one given answer asks for one more must-have."""
    catalog, known, random = problem.catalog, problem.answers, problem.random
    counted = [
        (question.id, choice)
        for question in catalog.questions
        for choice in known.given.get(question.id, ())
        if choice != NOT_SURE
    ]
    if not counted:
        first = catalog.questions[0]
        counted = [(first.id, first.choices[0].id)]
        known = Answers({first.id: (first.choices[0].id,)})
    asking, chosen = random.choice(counted)
    criterion = random.choice(catalog.criteria).id
    return known, demanding(catalog, asking, chosen, criterion, random.randint(1, 4))


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


@given(posed())
@problems(2000)
def test_a_must_have_never_helps_whom_it_excludes(problem: Posed) -> None:
    known, catalog = stricter(problem)
    before, after = judged(problem.catalog, known), judged(catalog, known)
    excluded = {entry.framework for entry in after.ruled_out}
    assert excluded >= {entry.framework for entry in before.ruled_out}
    ranked = {row.framework: row for row in after.ranking}
    assert not excluded & ranked.keys()
    assert after.winner not in excluded
    earlier = {row.framework: row for row in before.ranking}
    for framework, row in ranked.items():
        assert row.score == earlier[framework].score
        # Nor does anybody meet in more draws what is asked for beside what was asked for.
        assert row.meets <= earlier[framework].meets


@given(posed())
@problems(2000)
def test_dropping_every_must_have_brings_all_back_and_changes_no_score(problem: Posed) -> None:
    free = with_choices(problem.catalog, lambda _: {"requires": {}, "keeps": None})
    before, after = judged(problem.catalog, problem.answers), judged(free, problem.answers)
    assert after.ruled_out == ()
    assert {row.meets for row in after.ranking} == {1.0}
    assert len(after.ranking) == len(problem.catalog.frameworks)
    scores = {row.framework: row.score for row in after.ranking}
    for row in before.ranking:
        assert row.score == scores[row.framework]


# "Not sure" is no opinion.


@given(posed(), st.dates(date(2025, 4, 30), date(2028, 12, 31)))
@problems(2000)
def test_not_sure_everywhere_is_at_most_lean(problem: Posed, as_of: date) -> None:
    said = [question.id for question in problem.catalog.questions if problem.random.random() < 0.5]
    generous = problem.catalog.policy.model_copy(update={"clear": 0.0})
    easily = problem.catalog.model_copy(update={"policy": generous})
    nothing = judged(easily, Answers({}), as_of)
    found = judged(easily, Answers(dict.fromkeys(said, (NOT_SURE,))), as_of)
    assert {nothing.verdict, found.verdict} <= {"lean", "too-close"}
    assert found.ranking == nothing.ranking


def test_not_sure_everywhere_is_at_most_lean_in_all_draws() -> None:
    assert judged(KNOWN, Answers({})).verdict in ("lean", "too-close")


@given(posed())
@problems(1000)
def test_without_weight_of_ones_own_nothing_is_clear(problem: Posed) -> None:
    # Every draw would do: only the share of one's own stands between "lean" and "clear".
    easy = {"clear": 0.0, "lean": 0.0, "sure": 0.0}
    generous = problem.catalog.policy.model_copy(update=easy)
    found = judged(problem.catalog.model_copy(update={"policy": generous}), problem.answers)
    if found.winner is not None:
        own = derive_needs(problem.catalog, problem.answers).own_share
        assert found.verdict == ("clear" if own >= generous.own_share else "lean")


@given(needs_of(KNOWN), SEEDS)
@problems(3000)
def test_answering_more_never_lowers_the_share_of_ones_own(known: Answers, seed: int) -> None:
    left = [q for q in KNOWN.questions if known.given.get(q.id, (NOT_SURE,)) == (NOT_SURE,)]
    if not left:
        return
    question = Random(seed).choice(left)
    choice = Random(seed).choice(question.choices)
    more = Answers({**known.given, question.id: (choice.id,)})
    before, after = derive_needs(KNOWN, known).own_share, derive_needs(KNOWN, more).own_share
    assert after >= before - 1e-12


# The order of input is irrelevant.


def shuffled(things: Sequence[Thing], random: Random) -> tuple[Thing, ...]:
    return tuple(random.sample(things, len(things)))


def in_order_of_need(questions: Sequence[Question]) -> tuple[Question, ...]:
    """These questions, each after those that decide whether it is asked."""
    placed: dict[str, Question] = {}
    while len(placed) < len(questions):
        for question in questions:
            if question.id not in placed and question.when.keys() <= placed.keys():
                placed[question.id] = question
                break
    return tuple(placed.values())


def reordered(catalog: Catalog, random: Random) -> Catalog:
    """The same knowledge, written down in another order; questions stay where they are."""
    lists = ("frameworks", "stacks", "groups", "criteria", "statements", "workloads")
    return catalog.model_copy(
        update={name: shuffled(getattr(catalog, name), random) for name in lists}
    )


def asked_otherwise(catalog: Catalog, random: Random) -> Catalog:
    """The same questions and choices in another order."""
    questions = tuple(
        question.model_copy(update={"choices": shuffled(question.choices, random)})
        for question in shuffled(catalog.questions, random)
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


@given(posed())
@problems(2000)
def test_the_order_of_the_knowledge_is_irrelevant(problem: Posed) -> None:
    before = judged(problem.catalog, problem.answers)
    after = judged(reordered(problem.catalog, problem.random), problem.answers)
    assert after.ranking == before.ranking
    assert (after.matrix, after.counts, after.verdict) == (
        before.matrix,
        before.counts,
        before.verdict,
    )
    assert set(after.ratings) == set(before.ratings)
    assert set(after.ruled_out) == set(before.ruled_out)


@given(needs_of(SMALL), SEEDS)
@problems(400)
def test_the_order_of_knowledge_and_measurements_is_irrelevant(known: Answers, seed: int) -> None:
    other, cells = reordered(SMALL, Random(seed)), shuffled(CELLS, Random(seed))
    assert verdict_of(decided(other, known, cells)) == verdict_of(decided(SMALL, known, CELLS))


@given(posed())
@problems(2000)
def test_the_order_of_questions_choices_and_answers_is_irrelevant(problem: Posed) -> None:
    mixed = Answers(dict(shuffled(list(problem.answers.given.items()), problem.random)))
    before = judged(problem.catalog, problem.answers)
    after = judged(asked_otherwise(problem.catalog, problem.random), mixed)
    # Averages over the choices are added in another order, and rounded otherwise: equals may swap.
    rows = {row.framework: row for row in after.ranking}
    assert rows.keys() == {row.framework for row in before.ranking}
    for old in before.ranking:
        assert rows[old.framework].score == pytest.approx(old.score, abs=1e-12)
        assert rows[old.framework].first_rank == pytest.approx(old.first_rank, abs=1e-9)


# Better evidence for a framework never harms it.


@given(posed())
@problems(2000)
def test_a_better_statement_never_lowers_its_framework(problem: Posed) -> None:
    catalog = problem.catalog
    old = problem.random.choice([s for s in catalog.statements if s.level < 4])
    raised = {"level": old.level + 1, "note": old.note or "so it is"}
    statements = tuple(s.model_copy(update=raised) if s is old else s for s in catalog.statements)
    better = catalog.model_copy(update={"statements": statements})
    before, after = judged(catalog, problem.answers), judged(better, problem.answers)
    rows = {row.framework: row for row in before.ranking}
    now = {row.framework: row for row in after.ranking}
    assert rows.keys() <= now.keys()
    if old.framework in rows:
        assert now[old.framework].score >= rows[old.framework].score
        assert now[old.framework].meets >= rows[old.framework].meets


@given(needs_of(SMALL), st.integers(0, 3), st.floats(0.1, 1.0))
@problems(400)
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


@given(needs_of(SMALL), st.integers(0, 2000))
@problems(400)
def test_what_will_be_known_later_changes_nothing_today(known: Answers, days: int) -> None:
    """A decision as of a date rests on that date's evidence alone."""
    when = OLD + timedelta(days=days)
    then = tuple(s for s in SMALL.statements if s.date <= when)
    past = SMALL.model_copy(update={"statements": then})
    cells = tuple(cell for cell in CELLS if cell.date <= when)
    with_future = decide(SMALL, CELLS, known, as_of=when)
    assert verdict_of(with_future) == verdict_of(decide(past, cells, known, as_of=when))
    assert when >= NEW or not with_future.cells
