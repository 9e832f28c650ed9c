"""Random decision problems, for property tests.

A problem is built from one number, since building it piece by piece would take longer than the
thousands of decisions that a law is tried on. Small numbers make small problems, so a failure
shrinks.
"""

import os
from collections.abc import Callable
from random import Random
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st

from advisor.decide.score import Matrix
from advisor.model import Policy, Rating, Tier

POLICY = Policy(
    error={"measured": 0.0, "probed": 0.1, "documented": 0.25, "judged": 0.5, "unknown": 1.0},
    draws=2000,
    seed=20261122,
    margin=0.03,
    clear=0.8,
    lean=0.6,
    own_share=0.5,
    spread=2.0,
    open_spread=8.0,
    worst_ratio=10.0,
    tie=0.05,
    unstable=0.15,
    first_layer="2025-04-30",
)

FRAMEWORKS = ("keras", "pytorch", "tensorflow")
STATED: tuple[Tier, ...] = ("probed", "documented", "judged")


def stated(framework: str, criterion: str, level: int, tier: Tier = "documented") -> Rating:
    """A rating as a statement of that level gives it."""
    low, high = max(0, level - 1) / 4, min(4, level + 1) / 4
    return Rating(framework, criterion, tier, level, level / 4, low, high)


def measured(framework: str, criterion: str, value: float, width: float = 0.0) -> Rating:
    """A rating as a measurement gives it."""
    low, high = max(0.0, value - width), min(1.0, value + width)
    return Rating(framework, criterion, "measured", None, value, low, high)


def unknown(framework: str, criterion: str) -> Rating:
    """Nothing is known."""
    return Rating(framework, criterion, "unknown", None, 0.5, 0.0, 1.0)


#: How many times as many problems as usual a law is tried on.
THOROUGH = int(os.environ.get("ADVISOR_THOROUGH", "1"))

#: Laws that hold in every single draw need few of them.
FEW = POLICY.model_copy(update={"draws": 100})

SEEDS = st.integers(0, 2**48 - 1)


def problems(count: int) -> Callable[[Any], Any]:
    """How many problems a law is tried on."""
    return settings(max_examples=count * THOROUGH, deadline=None)


def matrices(frameworks: tuple[str, ...] = FRAMEWORKS) -> st.SearchStrategy[Matrix]:
    """Any problem of one to eight criteria in one to three groups, some of them must-haves."""
    return SEEDS.map(lambda seed: _matrix(frameworks, _size(seed), Random(seed)))


def _size(seed: int) -> int:
    return 1 + seed.bit_length() // 7


def _matrix(frameworks: tuple[str, ...], largest: int, random: Random) -> Matrix:
    criteria = tuple(f"criterion-{number}" for number in range(random.randint(1, largest)))
    musts = random.sample(range(len(criteria)), min(random.choice([0, 0, 1, 2]), len(criteria)))
    demands = tuple((place, random.randint(1, 4)) for place in musts)
    rows = tuple(tuple(_rating(f, c, random) for c in criteria) for f in frameworks)
    return Matrix(
        frameworks=frameworks,
        criteria=criteria,
        groups=tuple(random.choice("abc") for _ in criteria),
        settled=tuple(random.choice([1.0, 2.0, 4.0, 8.0]) for _ in criteria),
        open=tuple(random.choice([0.0, 0.5, 2.0]) for _ in criteria),
        ratings=rows,
        demands=demanded(rows, demands),
    )


def demanded(
    rows: tuple[tuple[Rating, ...], ...], demands: tuple[tuple[int, int], ...]
) -> tuple[tuple[tuple[Rating, int], ...], ...]:
    """Must-haves on criteria of the matrix, by place, with their least levels."""
    return tuple(tuple((row[place], least) for place, least in demands) for row in rows)


def _rating(framework: str, criterion: str, random: Random) -> Rating:
    """Any rating that evidence can give."""
    kind = random.choice(["stated", "stated", "stated", "measured", "unknown"])
    if kind == "unknown":
        return unknown(framework, criterion)
    if kind == "measured":
        value = random.choice([0.0, 1.0, random.random(), random.random()])
        return measured(framework, criterion, value, random.choice([0.0, random.random() * 0.3]))
    return stated(framework, criterion, random.randint(0, 4), random.choice(STATED))
