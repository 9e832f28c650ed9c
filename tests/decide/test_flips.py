"""What is reported as a flip flips, through the whole of `decide`, and nothing smaller does."""

import math
from collections.abc import Mapping
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from advisor.catalog import load_catalog
from advisor.decide import decide
from advisor.decide.flips import (
    MOST,
    Lead,
    Ratings,
    Situation,
    _shifted_values,
    _unclipped,
    find_flips,
    first,
    leader,
)
from advisor.decide.ratings import rate
from advisor.decide.score import Matrix, central_scores
from advisor.model import (
    NOT_SURE,
    Answers,
    Catalog,
    Cell,
    Criterion,
    Decision,
    Flip,
    Focus,
    Needs,
    Question,
    Rating,
    Statement,
)
from tests.decide.houses import needs_of, with_draws
from tests.decide.problems import FRAMEWORKS, POLICY, matrices, measured, stated
from tests.decide.small import (
    CATALOG,
    CELLS,
    GRADED,
    GRADES,
    TODAY,
    answers,
    cell,
    statement,
)

KNOWN = load_catalog()
REAL = KNOWN.model_copy(update={"policy": KNOWN.policy.model_copy(update={"draws": 10})})
#: Where two are equal but for rounding, the order of the sums decides who leads.
ROUNDING = 1e-12

PHASES = {criterion.measure for criterion in REAL.criteria if criterion.measure}


# The change that a flip stands for, made where a person would make it.


def applied(
    flip: Flip, catalog: Catalog, cells: tuple[Cell, ...], given: Answers, as_of: date = TODAY
) -> Decision:
    if flip.kind == "answer":
        (question,) = flip.subject
        assert isinstance(flip.after, tuple)
        given = replace(given, given={**given.given, question: flip.after})
    elif flip.kind == "requirement":
        catalog = without_requirement(catalog, *flip.subject)
    elif flip.kind in ("weight", "group"):
        ids = {c.id for c in catalog.criteria if flip.subject[0] in (c.id, c.group)}
        assert flip.factor is not None
        catalog = reweighed(catalog, ids, flip.factor)
    elif flip.kind == "cell":
        assert isinstance(flip.after, float)
        catalog = restated(catalog, *flip.subject, level=int(flip.after), when=as_of)
    else:
        assert flip.factor is not None
        cells = retimed(catalog, cells, *flip.subject, factor=flip.factor)
    return decide(catalog, cells, given, as_of=as_of)


class Fractional(Criterion):
    """A criterion whose core weight need not be a whole number."""

    core: float = 0.0  # type: ignore[assignment]


def without_requirement(catalog: Catalog, criterion: str) -> Catalog:
    estate = catalog.criterion(criterion).estate
    free = with_choices(
        catalog,
        lambda choice: {"requires": {c: n for c, n in choice.requires.items() if c != criterion}},
    )
    # Existing code is asked for by what is in use, so nothing is in use any more.
    return with_choices(
        free, lambda choice: {"uses": None if choice.uses == estate else choice.uses}
    )


def reweighed(catalog: Catalog, ids: set[str], factor: float) -> Catalog:
    def scaled(points: Mapping[str, float]) -> dict[str, float]:
        return {c: p * factor if c in ids else p for c, p in points.items()}

    criteria = tuple(
        Fractional(**{**vars(c), "core": c.core * factor}) if c.id in ids else c
        for c in catalog.criteria
    )
    catalog = with_choices(catalog, lambda choice: {"weighs": scaled(choice.weighs)})
    return catalog.model_copy(update={"criteria": criteria})


def with_choices(catalog: Catalog, change: object) -> Catalog:
    questions = tuple(
        q.model_copy(
            update={"choices": tuple(c.model_copy(update=change(c)) for c in q.choices)}  # type: ignore[operator]
        )
        for q in catalog.questions
    )
    return catalog.model_copy(update={"questions": questions})


def restated(
    catalog: Catalog, framework: str, criterion: str, *, level: int, when: date
) -> Catalog:
    others = (s for s in catalog.statements if (s.framework, s.criterion) != (framework, criterion))
    said = Statement(
        framework=framework,
        criterion=criterion,
        level=level,
        date=when,
        tier="judged",
        sources=(),
        note="as supposed",
    )
    return catalog.model_copy(update={"statements": (*others, said)})


def retimed(
    catalog: Catalog, cells: tuple[Cell, ...], framework: str, criterion: str, *, factor: float
) -> tuple[Cell, ...]:
    measure = catalog.criterion(criterion).measure
    assert measure is not None
    return tuple(
        slower(c, factor)
        if (c.framework, c.phase, c.metric) == (framework, measure.phase, measure.metric)
        else c
        for c in cells
    )


def slower(known: Cell, factor: float) -> Cell:
    return replace(
        known,
        value=known.value * factor,
        low=known.low * factor,
        high=known.high * factor,
        process_values=tuple(value * factor for value in known.process_values),
    )


# Random needs on the real catalogue.


@st.composite
def timings(draw: st.DrawFn) -> tuple[Cell, ...]:
    """Cells of all three on some tasks, on the CPU; often close, sometimes far apart."""
    tasks = draw(st.lists(st.sampled_from(["mlp-mnist", "cnn-cifar", "gpt-small"]), unique=True))
    stacks = ("keras-tensorflow", "tensorflow-graph", "pytorch-eager")
    seconds = st.floats(-1.5, 0.0).map(lambda power: 10.0**power)
    return tuple(
        cell(stack, draw(seconds), task=task, phase=measure.phase, metric=measure.metric)
        for task in tasks
        for measure in sorted(PHASES, key=str)
        for stack in stacks
    )


@given(needs_of(REAL), timings(), st.booleans())
@settings(max_examples=10, deadline=None)
def test_each_flip_flips_the_whole_decision(
    wanted: Answers, cells: tuple[Cell, ...], on_cpu: bool
) -> None:
    if on_cpu:
        wanted = replace(wanted, given={**wanted.given, "training-device": ("cpu",)})
    decision = decide(REAL, cells, wanted, as_of=TODAY)
    for flip in decision.flips:
        after = applied(flip, REAL, cells, wanted)
        assert after.winner == flip.new_winner != decision.winner or flip.lead < ROUNDING, flip
        assert lead_of(after) == pytest.approx(flip.lead, abs=1e-9)


def lead_of(decision: Decision) -> float:
    ranking = decision.ranking
    return ranking[0].score - ranking[1].score if len(ranking) > 1 else 1.0


@given(needs_of(REAL), timings())
@settings(max_examples=8, deadline=None)
def test_the_order_of_the_input_does_not_matter(wanted: Answers, cells: tuple[Cell, ...]) -> None:
    shuffled = REAL.model_copy(
        update={
            "frameworks": REAL.frameworks[::-1],
            "criteria": REAL.criteria[::-1],
            "statements": REAL.statements[::-1],
        }
    )
    one = decide(REAL, cells, wanted, as_of=TODAY)
    two = decide(shuffled, cells[::-1], wanted, as_of=TODAY)
    assert one.flips == two.flips
    assert one.settles == two.settles


# Against brute force, on problems small enough to try everything.


def situation(matrix: Matrix, needs: Needs | None = None) -> Situation:
    """A problem that stands for itself: no questions behind it, must-haves as given."""
    needs = needs or Needs({}, {}, {}, (), Focus())

    def pose(needs: Needs, ratings: Ratings) -> Matrix:
        kept = tuple(f for f in matrix.frameworks if not misses(f, needs, ratings))
        rows = tuple(tuple(ratings[f, c] for c in matrix.criteria) for f in kept)
        return replace(matrix, frameworks=kept, ratings=rows)

    ratings = {(r.framework, r.criterion): r for row in matrix.ratings for r in row}
    catalog = CATALOG.model_copy(update={"questions": ()})
    return Situation(
        catalog, Answers({}), needs, ratings, pose(needs, ratings), pose, lambda *_: matrix
    )


def misses(framework: str, needs: Needs, ratings: Ratings) -> bool:
    levels = [(ratings[framework, must.criterion].level, must.level) for must in needs.requirements]
    return any(level is not None and level < least for level, least in levels)


def found(matrix: Matrix, kind: str) -> list[Flip]:
    return [flip for flip in find_flips(situation(matrix)) if flip.kind == kind]


def led(matrix: Matrix) -> Lead:
    lead = leader(matrix)
    assert lead is not None
    return lead


def scaled(matrix: Matrix, names: tuple[str, ...], name: str, factor: float) -> Matrix:
    def times(points: tuple[float, ...]) -> tuple[float, ...]:
        return tuple(p * factor if n == name else p for n, p in zip(names, points, strict=True))

    return replace(matrix, settled=times(matrix.settled), open=times(matrix.open))


FACTORS = [
    factor for step in range(1, 81) for factor in (16.0 ** (step / 80), 16.0 ** (-step / 80))
] + [0.0]


def brute_weights(matrix: Matrix, names: tuple[str, ...]) -> dict[str, float]:
    """Per name the size of the first factor of a grid that flips by more than rounding."""
    now, sizes = led(matrix).framework, {}
    for name in sorted(set(names)):
        for factor in FACTORS:
            if factor == 0.0 and set(names) == {name}:
                continue
            new = led(scaled(matrix, names, name, factor))
            if new.framework != now and new.lead > 1e-6:
                sizes[name] = weight_size(factor)
                break
    return sizes


def weight_size(factor: float) -> float:
    return math.inf if factor == 0.0 else max(factor, 1.0 / factor)


@given(matrices(), st.sampled_from(["weight", "group"]))
@settings(max_examples=150, deadline=None)
def test_no_smaller_change_of_a_weight_flips(matrix: Matrix, kind: str) -> None:
    names = matrix.criteria if kind == "weight" else matrix.groups
    flips = found(matrix, kind)
    sizes = {}
    for flip in flips:
        (name,) = flip.subject
        assert flip.factor is not None
        sizes[name] = weight_size(flip.factor)
        assert led(scaled(matrix, names, name, flip.factor)) == (flip.new_winner, flip.lead)
        if flip.factor:
            towards_one = 1 - 1e-5 if flip.factor > 1 else 1 + 1e-5
            inside = flip.factor * towards_one if abs(flip.factor - 1) > 1e-4 else 1.0
            nearer = led(scaled(matrix, names, name, inside))
            assert nearer.framework == led(matrix).framework or nearer.lead < ROUNDING
    assert list(sizes.values()) == sorted(sizes.values())
    for name, size in brute_weights(matrix, names).items():
        if name in sizes:
            assert sizes[name] <= size * 1.00001
        else:
            assert len(flips) == MOST
            assert size >= list(sizes.values())[-1] * 0.99999


@given(matrices())
@settings(max_examples=150, deadline=None)
def test_no_smaller_change_of_a_cell_flips(matrix: Matrix) -> None:
    expected = sorted(brute_cells(matrix).values())
    flips = found(matrix, "cell")
    assert [abs((2 if f.before is None else f.before) - f.after) for f in flips] == expected[:MOST]
    for flip in flips:
        changed = relevelled(matrix, flip.subject, int(flip.after))  # type: ignore[arg-type]
        assert led(changed) == (flip.new_winner, flip.lead)


def brute_cells(matrix: Matrix) -> dict[tuple[str, str], int]:
    now, sizes = led(matrix).framework, {}
    for row in matrix.ratings:
        for rating in row:
            subject, base = (rating.framework, rating.criterion), rating.level
            base = 2 if base is None else base
            flipping = [
                abs(level - base)
                for level in range(5)
                if rating.tier != "measured"
                and led(relevelled(matrix, subject, level)).framework != now
            ]
            if flipping:
                sizes[subject] = min(flipping)
    return sizes


def relevelled(matrix: Matrix, subject: tuple[str, ...], level: int) -> Matrix:
    def changed(rating: Rating) -> Rating:
        here = (rating.framework, rating.criterion) == subject
        return stated(*subject, level) if here else rating  # type: ignore[arg-type]

    return replace(matrix, ratings=tuple(tuple(map(changed, row)) for row in matrix.ratings))


SPEEDS = st.lists(st.floats(-1.5, 0.0), min_size=3, max_size=3)


@given(st.lists(SPEEDS, min_size=1, max_size=2), st.sampled_from(["prototype", "product"]))
@settings(max_examples=10, deadline=None)
def test_no_smaller_change_of_a_measurement_flips(powers: list[list[float]], aim: str) -> None:
    catalog = with_draws(CATALOG, 10)
    stacks = ("keras-tensorflow", "tensorflow-graph", "pytorch-eager")
    cells = tuple(
        cell(stack, 10.0**power, task=f"task-{number}")
        for number, row in enumerate(powers)
        for stack, power in zip(stacks, row, strict=True)
    )
    wanted = answers(purpose=aim, device="cpu")
    decision = decide(catalog, cells, wanted, as_of=TODAY)
    reported = {f.subject[0]: f for f in decision.flips if f.kind == "measurement"}
    for framework in FRAMEWORKS:
        sign = 1.0 if framework == decision.winner else -1.0
        for step in range(1, 26):
            factor = 10.0 ** (sign * step / 25)
            moved = retimed(catalog, cells, framework, "fast", factor=factor)
            after = decide(catalog, moved, wanted, as_of=TODAY)
            if after.winner != decision.winner and lead_of(after) > 1e-6:
                assert framework in reported
                assert weight_size(reported[framework].factor or 0.0) <= weight_size(factor) * 1.001
                break
    for flip in reported.values():
        assert applied(flip, catalog, cells, wanted).winner == flip.new_winner != decision.winner
        assert flip.factor is not None
        inside = flip.factor * (1 - 1e-4 if flip.factor > 1 else 1 + 1e-4)
        moved = retimed(catalog, cells, *flip.subject, factor=inside)
        if abs(flip.factor - 1) > 1e-3:
            assert decide(catalog, moved, wanted, as_of=TODAY).winner == decision.winner


@given(needs_of(CATALOG))
@settings(max_examples=20, deadline=None)
def test_every_single_answer_that_flips_is_reported(wanted: Answers) -> None:
    catalog = with_draws(CATALOG, 10)
    decision = decide(catalog, (), wanted, as_of=TODAY)
    flips = {(f.subject[0], f.after): f.new_winner for f in decision.flips if f.kind == "answer"}
    expected = {}
    for question in catalog.questions:
        for ids in single_answers(question):
            before = wanted.given.get(question.id, (NOT_SURE,))
            if question.multiple and len(set(ids) ^ (set(before) - {NOT_SURE})) > 1:
                continue
            changed = replace(wanted, given={**wanted.given, question.id: ids})
            winner = decide(catalog, (), changed, as_of=TODAY).winner
            if winner not in (decision.winner, None):
                expected[question.id, ids] = winner
    assert flips == expected


def single_answers(question: Question) -> list[tuple[str, ...]]:
    ids = [choice.id for choice in question.choices]
    both = [tuple(ids)] if question.multiple else []
    return [(NOT_SURE,), *((id,) for id in ids), *both]


@given(matrices(frameworks=("keras",)))
@settings(max_examples=20, deadline=None)
def test_a_single_survivor_cannot_be_overtaken(matrix: Matrix) -> None:
    assert find_flips(situation(matrix)) == ()


# By hand.


def test_a_must_have_that_decides_is_a_flip() -> None:
    wanted = answers(purpose="prototype", phone="must")
    assert all(f.kind != "requirement" for f in decide(CATALOG, (), wanted, as_of=TODAY).flips)
    strict = restated(CATALOG, "keras", "simple", level=4, when=TODAY)
    strict = restated(strict, "keras", "kept", level=4, when=TODAY)
    strict = strict.model_copy(
        update={"statements": (*strict.statements, statement("keras", "fast", 4))}
    )
    wanted = answers(purpose="product", phone="must")
    eager = restated(strict, "pytorch", "kept", level=0, when=TODAY)
    eager = reweighed(eager, {"mobile"}, 0.01)
    decision = decide(eager, (), wanted, as_of=TODAY)
    assert [row.framework for row in decision.ranking] == ["pytorch"]
    (flip,) = [flip for flip in decision.flips if flip.kind == "requirement"]
    assert (flip.subject, flip.before, flip.after) == (("mobile",), 4.0, None)
    assert flip.new_winner == "keras"
    raised = [f for f in decision.flips if f.kind == "cell" and f.subject == ("keras", "mobile")]
    assert [(f.before, f.after, f.new_winner) for f in raised] == [(3.0, 4.0, "keras")]


def test_where_nobody_leads_there_is_nothing_to_flip() -> None:
    none = CATALOG
    for framework in FRAMEWORKS:
        none = restated(none, framework, "mobile", level=1, when=TODAY)
    decision = decide(none, (), answers(purpose="product", phone="must"), as_of=TODAY)
    assert (decision.winner, decision.flips, decision.settles) == (None, (), ())


def test_a_weight_flips_at_the_factor_that_a_person_would_reckon() -> None:
    matrix = Matrix(
        ("keras", "pytorch"),
        ("x", "y"),
        ("a", "b"),
        (4.0, 2.0),
        (0.0, 0.0),
        (
            (stated("keras", "x", 4), stated("keras", "y", 0)),
            (stated("pytorch", "x", 2), stated("pytorch", "y", 3)),
        ),
    )
    # 4 points at half the scale against 2 points at three quarters of it: 2 against 1.5.
    by_name = {flip.subject[0]: flip for flip in found(matrix, "weight")}
    assert by_name["x"].factor == pytest.approx(0.75, abs=1e-5)
    assert by_name["y"].factor == pytest.approx(4 / 3, abs=1e-5)
    assert (by_name["y"].before, by_name["y"].after) == (2.0, pytest.approx(8 / 3, abs=1e-5))
    assert {flip.new_winner for flip in by_name.values()} == {"pytorch"}


def test_a_measurement_flips_at_the_factor_that_a_person_would_reckon() -> None:
    # Only speed counts, so whoever is fastest leads: tensorflow at 10 ms before keras at 20 ms.
    catalog = reweighed(CATALOG, {"simple", "mobile", "kept"}, 0.0)
    decision = decide(catalog, CELLS, answers(purpose="prototype", device="cpu"), as_of=TODAY)
    assert decision.winner == "tensorflow"
    flips = {f.subject[0]: f for f in decision.flips if f.kind == "measurement"}
    assert flips["tensorflow"].factor == pytest.approx(2.0, rel=1e-5)
    assert flips["keras"].factor == pytest.approx(0.5, rel=1e-5)
    assert flips["tensorflow"].new_winner == flips["keras"].new_winner == "keras"
    assert flips["tensorflow"].after == pytest.approx(1 - math.log10(2), abs=1e-5)
    assert "pytorch" not in flips or flips["pytorch"].factor == pytest.approx(0.1, rel=1e-5)


def test_a_share_flips_at_the_points_that_a_person_would_reckon() -> None:
    # Only being right counts: PyTorch is 7 points behind Keras, TensorFlow 1 point.
    catalog = reweighed(GRADED, {"simple", "mobile", "kept", "fast"}, 0.0)
    cells = (*CELLS, *GRADES)
    decision = decide(catalog, cells, answers(purpose="prototype", device="cpu"), as_of=TODAY)
    assert decision.winner == "keras"
    flips = {f.subject[0]: f for f in decision.flips if f.kind == "measurement"}
    assert {flip.factor for flip in flips.values()} == {None}
    moved = {f: (flip.after - flip.before) / 10 for f, flip in flips.items()}  # type: ignore[operator]
    assert moved == pytest.approx({"keras": -0.01, "tensorflow": 0.01, "pytorch": 0.07}, abs=1e-5)


def test_times_that_are_not_shifted_keep_their_values_even_beside_unsteady_ones() -> None:
    unsteady = replace(CELLS[0], value=0.005, stable=False)
    found = rate(CATALOG, (unsteady, *CELLS[1:]), Focus(devices=("cpu",)), as_of=TODAY)
    ratings = {(rating.framework, rating.criterion): rating for rating in found}
    scale = _unclipped(ratings, "fast", POLICY)
    assert scale["keras"][0] == 1.0
    for framework, value in _shifted_values(scale, "pytorch", 0.0).items():
        assert value == pytest.approx(ratings[framework, "fast"].value)


def test_the_first_of_equals_leads_by_nothing() -> None:
    assert first(("keras", "pytorch"), [0.5, 0.5]) == ("keras", 0.0)
    assert first(("keras", "pytorch"), [0.2, 0.5]) == ("pytorch", 0.3)
    assert first(("keras",), [0.2]) == ("keras", 1.0)


@given(matrices())
@settings(max_examples=60, deadline=None)
def test_the_leader_is_the_first_of_the_ranking(matrix: Matrix) -> None:
    scores = dict(zip(matrix.frameworks, central_scores(matrix), strict=True))
    assert led(matrix).framework == min(scores, key=lambda name: (-scores[name], name))


def test_a_measurement_made_by_hand_without_ratios_is_left_alone() -> None:
    matrix = Matrix(
        ("keras", "pytorch"),
        ("x",),
        ("a",),
        (1.0,),
        (0.0,),
        ((measured("keras", "x", 0.6),), (measured("pytorch", "x", 0.5),)),
    )
    assert found(matrix, "measurement") == []
