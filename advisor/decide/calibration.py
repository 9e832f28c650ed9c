"""How often a verdict is right, over simulated worlds whose truth we know.

    needs    answers at random, from few to many, and people whose answers hang together
    verdict  what the advisor says of them on today's evidence
    truth    what the evidence may really mean: levels off as their tiers say, measured values
             within their intervals, weights and spacing as uncertain as the method holds them
    right    the winner meets the must-haves there and is within the margin of the best that does

Nothing else than the model of uncertainty is tested here: that the verdicts keep what they promise
if the error rates in policy.toml are true. Truths have their own seeds, so none is a draw that the
verdict has seen.
"""

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final, Literal, get_args

import numpy as np

from advisor.catalog import evidence_record
from advisor.decide.decision import _by_key, _matrix, _outcome
from advisor.decide.needs import derive_needs
from advisor.decide.score import Matrix, _drawn_scores, central_scores, fnv1a
from advisor.model import Answers, Catalog, Cell, Choice, Needs, Policy, Question, Verdict

__all__ = [
    "MIXES",
    "TARGETS",
    "TRUTHS",
    "Calibration",
    "Mix",
    "Row",
    "World",
    "calibrate",
    "random_answers",
    "simulate",
]

Mix = Literal["few", "many", "persona"]
Random = np.random.Generator

MIXES: Final[tuple[Mix, ...]] = get_args(Mix)

#: How many of the questions put to them these people answer.
ANSWERED: Final[dict[Mix, float]] = {"few": 0.2, "many": 0.9, "persona": 0.8}

#: How often someone who may choose several things chooses a second one.
SECOND: Final = 0.3

#: A persona cares about so many groups of criteria.
CARES: Final = 2

#: Each world is looked at in so many possible truths.
TRUTHS: Final = 200

#: What a verdict promises: the share of truths in which its winner is right.
TARGETS: Final[dict[Verdict, float]] = {"clear": 0.95, "lean": 0.75}

SEED: Final = 20251122


@dataclass(frozen=True)
class World:
    """One random project: what the advisor says, and how often each framework would be right.

    `right` (framework -> 0 to 1) lets the true levels decide who meets the must-haves: where nobody
    does, everyone is wrong. `scores` are central, of all frameworks.
    """

    mix: Mix
    verdict: Verdict
    winner: str | None
    first_rank: float
    meets: float
    own_share: float
    right: dict[str, float]
    scores: dict[str, float]


@dataclass(frozen=True)
class Row:
    """What came out for some of the worlds; shares from 0 to 1.

    `right` is the mean over the worlds for the advisor's winner, with its standard error; `always`
    is the same for those who always name one framework.
    """

    worlds: int
    share: float
    right: float
    right_error: float
    always: dict[str, float]


@dataclass(frozen=True)
class Calibration:
    """Simulated worlds and what they were simulated from."""

    as_of: date
    evidence_digest: str
    policy: Policy
    frameworks: tuple[str, ...]
    worlds: tuple[World, ...]

    @property
    def leading(self) -> str:
        """The framework with the highest central score on average, the first id among equals."""
        mean = {f: _mean([world.scores[f] for world in self.worlds]) for f in self.frameworks}
        return min(mean, key=lambda framework: (-mean[framework], framework))

    def row(self, wanted: Callable[[World], bool]) -> Row:
        """The summary of the wanted worlds that have a winner."""
        chosen = [world for world in self.worlds if world.winner and wanted(world)]
        right = [world.right[world.winner] for world in chosen if world.winner]
        return Row(
            worlds=len(chosen),
            share=len(chosen) / len(self.worlds),
            right=_mean(right),
            right_error=_error(right),
            always={f: _mean([world.right[f] for world in chosen]) for f in self.frameworks},
        )

    def threshold(self, verdict: Verdict) -> float | None:
        """The least share of draws, in whole percent, from which on this verdict keeps its promise.

        For "clear", over the worlds in which only the share of draws stands in the way; for "lean",
        over those that are not clear under today's policy. None if no threshold does.
        """
        eligible = [world for world in self.worlds if self._eligible(world, verdict)]
        for percent in range(34, 101):
            chosen = [
                world.right[world.winner]
                for world in eligible
                if world.winner and world.first_rank * 100 >= percent
            ]
            if chosen and _mean(chosen) >= TARGETS[verdict]:
                return percent / 100
        return None

    def _eligible(self, world: World, verdict: Verdict) -> bool:
        """Whether the threshold of `verdict` is what separates this world from the others."""
        if verdict == "clear":
            return world.own_share >= self.policy.own_share and world.meets >= self.policy.sure
        return world.verdict != "clear"


def calibrate(
    catalog: Catalog, cells: Sequence[Cell], *, worlds: int, draws: int | None, as_of: date
) -> Calibration:
    """Simulate `worlds` random projects; `draws` per verdict, or as many as the policy says."""
    policy = catalog.policy.model_copy(update={"draws": draws or catalog.policy.draws})
    drawn = catalog.model_copy(update={"policy": policy})
    return Calibration(
        as_of=as_of,
        evidence_digest=evidence_record(catalog, as_of, [c for c in cells if c.date <= as_of]),
        policy=policy,
        frameworks=tuple(sorted(framework.id for framework in catalog.frameworks)),
        worlds=tuple(simulate(drawn, cells, worlds=worlds, as_of=as_of)),
    )


def simulate(
    catalog: Catalog, cells: Sequence[Cell], *, worlds: int, as_of: date
) -> Iterator[World]:
    """The worlds one after another, each mix in turn; a world depends on its number only."""
    for number in range(worlds):
        mix = MIXES[number % len(MIXES)]
        random = np.random.default_rng([SEED, number])
        needs = derive_needs(catalog, random_answers(catalog, mix, random))
        yield _world(catalog, cells, needs, (mix, number), as_of)


def _world(
    catalog: Catalog, cells: Sequence[Cell], needs: Needs, which: tuple[Mix, int], as_of: date
) -> World:
    mix, number = which
    now = _outcome(catalog, cells, needs, as_of)
    frameworks = tuple(sorted(framework.id for framework in catalog.frameworks))
    everyone = _matrix(catalog, needs, _by_key(now.ratings), frameworks)
    seed = fnv1a(f"truth/{number}")
    truth = catalog.policy.model_copy(update={"draws": TRUTHS, "seed": seed})
    return World(
        mix=mix,
        verdict=now.verdict,
        winner=now.winner,
        first_rank=now.ranking[0].first_rank if now.ranking else 0.0,
        meets=now.ranking[0].meets if now.ranking else 0.0,
        own_share=needs.own_share,
        right=dict(zip(frameworks, _right(everyone, truth), strict=True)),
        scores=dict(zip(frameworks, central_scores(everyone), strict=True)),
    )


def _right(matrix: Matrix, truth: Policy) -> list[float]:
    """Each framework's share of truths in which it meets the must-haves and is as good as best."""
    scores = np.array(_drawn_scores(matrix, truth))
    found = (scores >= 0.0) & (scores.max(axis=0) - scores < truth.margin)
    return [int(np.count_nonzero(row)) / truth.draws for row in found]


def random_answers(catalog: Catalog, mix: Mix, random: Random) -> Answers:
    """The answers of someone at random, to questions that the earlier answers call for.

    A persona cares about a few groups of criteria and takes the choices that weigh them most.
    """
    groups = sorted(group.id for group in catalog.groups)
    cares = set(random.choice(groups, size=min(CARES, len(groups)), replace=False).tolist())
    valued = {c.id for c in catalog.criteria if c.group in cares} if mix == "persona" else set()
    given: dict[str, tuple[str, ...]] = {}
    for question in catalog.questions:
        if question.relevance(given) == "yes" and random.random() < ANSWERED[mix]:
            given[question.id] = _chosen(question, valued, random)
    return Answers(given)


def _chosen(question: Question, valued: set[str], random: Random) -> tuple[str, ...]:
    """The choices with most points for what is valued; at random among equals."""

    def points(choice: Choice) -> int:
        return sum(points for criterion, points in choice.weighs.items() if criterion in valued)

    order = [question.choices[place] for place in random.permutation(len(question.choices))]
    first, *rest = sorted(order, key=points, reverse=True)
    also = [choice for choice in rest if not choice.exclusive]
    joins = question.multiple and not first.exclusive and random.random() < SECOND
    chosen = [first, *(also[:1] if joins else ())]
    return tuple(choice.id for choice in question.choices if choice in chosen)


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values) if values else 0.0


def _error(values: Sequence[float]) -> float:
    """The standard error of the mean."""
    if len(values) < 2:
        return 0.0
    mean = _mean(values)
    variance = sum((value - mean) ** 2 for value in values) / (len(values) - 1)
    return math.sqrt(variance / len(values))
