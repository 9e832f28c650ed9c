"""Vectors for the browser twin: problems from fixed seeds, and what Python makes of them.

A problem is plain JSON; doubles survive JSON exactly, since both sides write the shortest digits
that give the same double back. An answer is compared by the 64 bits of each number in it.
"""

import struct
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date, timedelta
from itertools import combinations
from random import Random
from typing import Any

import numpy as np

from advisor.catalog import load_catalog
from advisor.decide import decide
from advisor.decide.needs import derive_needs
from advisor.decide.robustness import judge, rank
from advisor.decide.score import (
    Matrix,
    Uniform,
    _drawn_groups,
    _drawn_scores,
    _drawn_spacing,
    acceptability,
    central_scores,
    central_weights,
    fnv1a,
    mix,
)
from advisor.model import (
    NOT_SURE,
    Answers,
    Catalog,
    Cell,
    Choice,
    Judgement,
    Needs,
    Policy,
    Question,
    Rating,
    Stack,
)
from advisor.render.browser import browser_data
from advisor.render.record import decision_json
from tests.decide import small, test_plan
from tests.decide.problems import POLICY, STATED, measured, stated, unknown

TODAY = date(2026, 11, 22)
ARTICLE = date(2025, 4, 30)
WORDS, KERNELS, DECISIONS = 40, 160, 90
#: Machines that were measured in fewer phases than others; those speak for the rest.
UNMEASURED = {("b", "predict"), ("c", "predict")}
#: Name, device and age of the made-up machines, in days from the article's date. Of two of one day
#: the later session counts, which is not that of the last name.
MACHINES = (
    ("a", "cpu", 400),
    ("b", "cpu", 500),
    ("c", "nvidia", 300),
    ("d", "phone", 450),
    ("e", "cpu", -20),
    ("f", "nvidia", 300),
)
STACKS = ("keras-tensorflow", "keras-jax", "tensorflow-graph", "pytorch-eager", "pytorch-compile")
POINTS = (1.0, 2.0, 4.0, 8.0, 0.1, 1 / 3, 8 / 7)

#: The parts of a decision's record that the browser comes to by itself.
TWINNED = (
    "verdict",
    "winner",
    "ranking",
    "tie",
    "unmet",
    "own_share",
    "groups",
    "ruled_out",
    "doubts",
    "rescues",
    "contributions",
    "stack",
    "unmeasured",
    "flips",
    "settles",
    "plan",
    "checks",
    "before",
    "as_of",
    "evidence_digest",
)

#: So fast a rival that beside it the others look alike: without it they change places.
FAR_AHEAD = (
    small.cell("tensorflow-graph", 0.001),
    small.cell("pytorch-eager", 0.020),
    small.cell("keras-tensorflow", 0.100),
)

#: Questions that depend on one that depends on another, and on two at once.
CHAINED = (
    Question(
        id="store",
        text="In which store?",
        why="It sets the rules.",
        when={"phone": ("must",)},
        choices=(
            Choice(id="one", text="One", weighs={"mobile": 4}, requires={"mobile": 1}),
            Choice(id="all", text="All", weighs={"simple": 1, "kept": 2}, requires={"kept": 4}),
            Choice(id="none", text="None", weighs={"fast": 8}),
        ),
    ),
    Question(
        id="rules",
        text="By whose rules?",
        why="They differ.",
        when={"store": ("one", "all"), "device": ("cpu",)},
        multiple=True,
        choices=(
            Choice(id="theirs", text="Theirs", weighs={"kept": 4}, requires={"mobile": 3}),
            Choice(id="ours", text="Ours", weighs={"simple": 4}),
        ),
    ),
)


@dataclass(frozen=True)
class Situation:
    """Evidence to decide on."""

    catalog: Catalog
    cells: tuple[Cell, ...]
    as_of: date


def exact(value: Any) -> Any:
    """`value` with every number as the 16 hexadecimal digits of its double."""
    if isinstance(value, bool) or value is None or isinstance(value, str):
        return value
    if isinstance(value, int | float | np.integer | np.floating):
        return struct.pack(">d", float(value)).hex()
    if isinstance(value, Mapping):
        return {key: exact(inner) for key, inner in value.items()}
    assert isinstance(value, Iterable), value
    return [exact(inner) for inner in value]


def problems() -> tuple[dict[str, Any], Any]:
    """The problems as JSON types, and the answers that Python gives to them."""
    situations = _situations()
    asked = [
        (place, given, _judged(situations[place].catalog, Random(8000 + number)))
        for number, (place, given) in enumerate(_asked(situations, DECISIONS))
    ]
    data = [browser_data(s.catalog, s.cells, as_of=s.as_of) for s in situations]
    hashed = [_word(Random(number)) for number in range(WORDS)]
    drawn = [_problem(Random(1000 + number)) for number in range(KERNELS)]
    vectors = {
        "words": hashed,
        "kernels": [_shipped(*problem) for problem in drawn],
        "data": data,
        "decisions": [
            {"data": place, "given": given, "judged": [asdict(judgement) for judgement in judged]}
            for place, given, judged in asked
        ],
    }
    answers = {
        "words": [_hashed(**word) for word in hashed],
        "kernels": [_decided(*problem) for problem in drawn],
        "decisions": [
            _decision(situations[place], given, judged) for place, given, judged in asked
        ],
    }
    return vectors, exact(answers)


def full_problem(draws: int = 20_000) -> dict[str, Any]:
    """The real catalogue's largest problem, for timing: nothing answered, all criteria open."""
    catalog = load_catalog()
    needs = derive_needs(catalog, Answers({}))
    random = Random(7)
    groups = {criterion.id: criterion.group for criterion in catalog.criteria}
    criteria = tuple(sorted({**needs.open, **needs.core}))
    matrix = Matrix(
        frameworks=("keras", "pytorch", "tensorflow"),
        criteria=criteria,
        groups=tuple(groups[id] for id in criteria),
        settled=tuple(needs.core.get(id, 0.0) for id in criteria),
        open=tuple(needs.open.get(id, 0.0) for id in criteria),
        ratings=tuple(
            tuple(_rating(random, f, id) for id in criteria)
            for f in ("keras", "pytorch", "tensorflow")
        ),
    )
    policy = catalog.policy.model_copy(update={"draws": draws})
    return _shipped(matrix, policy, 0.0)


def _word(random: Random) -> dict[str, Any]:
    letters = "abcdefghijklmnopqrstuvwxyz0123456789-/"
    name = "".join(random.choice(letters) for _ in range(random.randrange(30)))
    seed = random.choice([0, 1, 20250430, 2**31 - 1, 2**31, 2**32 - 1, random.randrange(2**32)])
    return {"name": name, "seed": seed, "draws": 50}


def _hashed(*, name: str, seed: int, draws: int) -> dict[str, Any]:
    return {
        "fnv1a": fnv1a(name),
        "mix": mix(np.array([seed], dtype=np.uint32))[0],
        "column": Uniform(seed, draws)(name),
    }


def _rating(random: Random, framework: str, criterion: str) -> Rating:
    kind = random.choice(["stated", "stated", "stated", "inherited", "measured", "unknown"])
    if kind == "unknown":
        return unknown(framework, criterion)
    if kind == "measured":
        return measured(framework, criterion, random.random(), random.random() * 0.3)
    rating = stated(framework, criterion, random.randrange(5), random.choice(STATED))
    if kind == "stated":
        return rating
    inherits = small.statement(framework, criterion, 3, inherits="keras")
    return replace(rating, statement=inherits)


def _problem(random: Random) -> tuple[Matrix, Policy, float]:
    """A matrix with ties, gaps and criteria without weight, and constants beside the usual ones."""
    frameworks = tuple(f"framework-{n}" for n in range(random.choice([1, 2, 3, 3, 3, 4, 5])))
    criteria = tuple(f"criterion-{number:02}" for number in range(random.randint(1, 14)))
    musts = [
        (f"must-{number}", random.randint(1, 4)) for number in range(random.choice([0, 0, 1, 3]))
    ]
    rows = [[_rating(random, f, c) for c in criteria] for f in frameworks]
    for row, framework in zip(rows, frameworks, strict=True):
        if random.random() < 0.2:
            row[:] = [replace(rating, framework=framework) for rating in rows[0]]
    matrix = Matrix(
        frameworks=frameworks,
        criteria=criteria,
        groups=tuple(f"group-{random.randrange(9)}" for _ in criteria),
        settled=(random.choice(POINTS), *_weights(random, len(criteria) - 1)),
        open=_weights(random, len(criteria)),
        ratings=tuple(map(tuple, rows)),
        demands=tuple(
            tuple((_rating(random, f, c), least) for c, least in musts) for f in frameworks
        ),
    )
    constants = {
        "draws": random.choice([1, 64, 150]),
        "seed": random.choice([0, 20250430, 2**32 - 1, random.randrange(2**32)]),
        "margin": random.choice([0.0, 0.03, 0.1]),
        "spread": random.choice([1.0, 2.0, 3.7]),
        "open_spread": random.choice([1.0, 8.0]),
    }
    return matrix, POLICY.model_copy(update=constants), random.choice([0.0, 0.5, 1.0])


def _weights(random: Random, count: int) -> tuple[float, ...]:
    return tuple(random.choice([0.0, *POINTS]) for _ in range(count))


def _shipped(matrix: Matrix, policy: Policy, share: float) -> dict[str, Any]:
    rows = [[_plain(rating) for rating in row] for row in matrix.ratings]
    names = ("frameworks", "criteria", "groups", "settled", "open")
    demands = [[[_plain(rating), least] for rating, least in row] for row in matrix.demands]
    lists = {name: list(getattr(matrix, name)) for name in names}
    return {
        "matrix": {**lists, "ratings": rows, "demands": demands},
        "policy": policy.model_dump(mode="json"),
        "share": share,
    }


def _plain(rating: Rating) -> dict[str, Any]:
    kept = ("framework", "criterion", "tier", "level", "value", "low", "high")
    inherits = rating.statement.inherits if rating.statement else None
    return {**{key: getattr(rating, key) for key in kept}, "inherits": inherits}


def _decided(matrix: Matrix, policy: Policy, share: float) -> dict[str, Any]:
    uniform = Uniform(policy.seed, policy.draws)
    counts = acceptability(matrix, policy)
    ranking = rank(matrix, counts)
    groups = _drawn_groups(tuple(sorted(set(matrix.groups))), uniform, policy.draws)
    return {
        "weights": central_weights(matrix),
        "scores": central_scores(matrix),
        "groups": sorted(groups.items()),
        "spacing": _drawn_spacing(uniform),
        "drawn": _drawn_scores(matrix, policy),
        "wins": counts.wins,
        "ties": counts.ties,
        "unmet": counts.unmet,
        "ranks": counts.ranks,
        "ranking": [vars(row) for row in ranking],
        "verdict": judge(ranking, _needs_with(share), policy),
    }


def _needs_with(share: float) -> Needs:
    """Needs of which the user's own answers have that share."""
    focus = small.Focus()
    return Needs(own={"a": share}, open={"b": 1 - share}, core={}, requirements=(), focus=focus)


def _situations() -> list[Situation]:
    """The real catalogue and the small one, measured and not, on several dates."""
    real = load_catalog()
    quick = real.model_copy(update={"policy": real.policy.model_copy(update={"draws": 100})})
    cells = tuple(_cells(quick, Random(42)))
    hopeless = small.CATALOG.model_copy(
        update={
            "statements": tuple(
                s.model_copy(update={"level": 1}) if s.criterion == "mobile" else s
                for s in small.CATALOG.statements
            )
        }
    )
    few = small.CATALOG.policy.model_copy(update={"draws": 100})
    changes = {"policy": few, "questions": (*small.CATALOG.questions, *CHAINED)}
    known = [c.model_copy(update=changes) for c in (small.CATALOG, hopeless)]
    fewer = few.model_copy(update={"plan_draws": 40})
    bridges = (test_plan.bridge(), test_plan.bridge(id="by-hand", tier="documented"))
    graded = small.GRADED.model_copy(update={"policy": few})
    staged = test_plan.catalog(*bridges).model_copy(update={"policy": fewer})
    return [
        Situation(quick, cells, TODAY),
        Situation(quick, (), TODAY),
        Situation(quick, cells, ARTICLE),
        Situation(quick, cells, TODAY + timedelta(days=500)),
        Situation(known[0], small.CELLS, small.TODAY),
        Situation(known[0], small.CELLS, small.NEW + timedelta(days=400)),
        Situation(staged, (), small.TODAY),
        Situation(small.CATALOG.model_copy(update={"policy": few}), FAR_AHEAD, small.TODAY),
        Situation(graded, (*small.CELLS, *small.GRADES), small.TODAY),
        Situation(known[1], small.CELLS, small.TODAY),
        Situation(real, cells, TODAY),
    ]


def _cells(catalog: Catalog, random: Random) -> Iterator[Cell]:
    """Machines of several devices, old and new, with gaps that differ between them."""
    tasks = sorted({task for workload in catalog.workloads[:5] for task in workload.tasks})
    places = sorted({(c.measure.phase, c.measure.metric) for c in catalog.criteria if c.measure})
    stacks = [stack for stack in catalog.stacks if stack.id in STACKS]
    for machine, device, days in MACHINES:
        for stack in stacks:
            for phase, metric in places:
                for task in tasks if (machine, phase) not in UNMEASURED else ():
                    cell = _cell(stack, task, phase, metric, random)
                    if random.random() < 0.95:
                        when = ARTICLE + timedelta(days=days)
                        yield replace(
                            cell,
                            machine=machine,
                            device=device,
                            date=when,
                            session=f"session-{ord('z') - ord(machine)}",
                        )


def _cell(stack: Stack, task: str, phase: str, metric: str, random: Random) -> Cell:
    middle = 0.01 * 3 ** random.random()
    values = tuple(middle * (0.9 + 0.2 * random.random()) for _ in range(3))
    return Cell(
        stack=stack.id,
        framework=stack.framework,
        task=task,
        phase=phase,
        metric=metric,
        value=sorted(values)[1],
        unit="s",
        low=min(values) * 0.9,
        high=max(values) * 1.1,
        processes=3,
        stable=random.random() < 0.9,
        machine="",
        device="",
        date=ARTICLE,
        runs=("a", "b", "c"),
        process_values=values,
        replicates=(0, 1, 2),
    )


def _asked(
    situations: Sequence[Situation], count: int
) -> Iterator[tuple[int, dict[str, list[str]]]]:
    """Which situation, and the answers given in it; a few with the full number of draws."""
    yield len(situations) - 2, {"purpose": ["product"], "phone": ["must"]}
    yield len(situations) - 3, {"purpose": ["prototype"], "device": ["cpu"]}
    yield len(situations) - 4, {"purpose": ["prototype"], "device": ["cpu"]}
    yield len(situations) - 5, {"stage": ["prototype"], "today": ["tensorflow"]}
    yield len(situations) - 5, {"today": ["tensorflow", "pytorch"]}
    for number in range(count):
        random = Random(5000 + number)
        place = len(situations) - 1 if number % 30 == 7 else number % (len(situations) - 1)
        yield place, _given(situations[place].catalog.questions, random)


def _given(questions: Sequence[Question], random: Random) -> dict[str, list[str]]:
    """Answers of any kind: some missing, some open, some to questions that are not relevant."""
    missing, given = random.choice([0.0, 0.1, 0.9]), {}
    for question in questions:
        ids = [choice.id for choice in question.choices]
        kind = random.random()
        if kind < missing:
            continue
        if kind > 0.85:
            given[question.id] = [NOT_SURE]
        else:
            given[question.id] = random.sample(ids, _count(question, random))
    return given


def _count(question: Question, random: Random) -> int:
    return random.randint(1, min(3, len(question.choices))) if question.multiple else 1


def _judged(catalog: Catalog, random: Random) -> tuple[Judgement, ...]:
    """Nothing, or every two of some groups, which agree or contradict each other."""
    ids = [group.id for group in catalog.groups]
    if random.random() < 0.6 or len(ids) < 2:
        return ()
    named = random.sample(ids, random.randint(2, min(5, len(ids))))
    weights = {id: random.choice([1.0, 3.0, 9.0]) for id in named}
    agree = random.random() < 0.5
    return tuple(
        Judgement(one, other, min(9.0, weights[one] / weights[other]) if agree else drawn)
        for one, other in combinations(sorted(named, key=lambda one: -weights[one]), 2)
        for drawn in [random.choice([1.0, 3.0, 7.0, 1.0 + 8.0 * random.random()])]
    )


def _decision(
    situation: Situation, given: dict[str, list[str]], judged: tuple[Judgement, ...]
) -> dict[str, Any]:
    chosen = {question: tuple(ids) for question, ids in given.items()}
    answers = Answers(chosen, groups=judged)
    found = decide(situation.catalog, situation.cells, answers, as_of=situation.as_of)
    record = decision_json(found, situation.catalog)
    return {
        "needs": {
            "own": found.needs.own.items(),
            "open": found.needs.open.items(),
            "core": found.needs.core.items(),
            "requirements": [asdict(requirement) for requirement in found.needs.requirements],
            "focus": found.needs.focus.model_dump(),
            "uses": found.needs.uses,
        },
        "decision": twinned(record),
    }


def twinned(record: Mapping[str, Any], *, digest: bool = True) -> dict[str, Any]:
    """What the browser has of a record: no factor of a measured time, since that needs a power.

    Without `digest` that of the evidence, which tells the number of draws, is left out.
    """
    kept = {key: record[key] for key in TWINNED if digest or key != "evidence_digest"}
    return {**kept, "flips": [_without_power(flip) for flip in record["flips"]]}


def _without_power(flip: Mapping[str, Any]) -> Mapping[str, Any]:
    if flip["kind"] != "measurement":
        return flip
    return {**flip, "change": {**flip["change"], "factor": None}}
