"""The decision over the life of a project: which framework when, how to run it, what moving costs.

    phases     the same answers with each stage of a project    the winner and how firmly it leads
    hybrid     two phases with different firm winners           joined by a probed bridge
    stack      the winner's fastest way to run                  from what was measured for the user
    migration  what the team uses today, for each candidate     by statements and bridges

Fewer draws than the decision's are enough beside it (`Policy.plan_draws`), but for the stage that
was answered, whose numbers are the decision's own. Who leads is the central score's matter and the
same as if that stage had been answered.
"""

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from datetime import date
from itertools import combinations
from typing import Final

from advisor.decide.flips import Situation
from advisor.decide.needs import derive_needs
from advisor.decide.robustness import judge, rank
from advisor.decide.score import acceptability
from advisor.model import (
    Bridge,
    Catalog,
    Cell,
    HandOver,
    Migration,
    MoveCost,
    Plan,
    Policy,
    ProjectPhase,
    Ranked,
    Ratio,
    StackChoice,
    Verdict,
)
from advisor.summarize import ratios

__all__ = ["FIRM", "STAGES", "USUAL", "choose_stack", "make_plan"]

#: The question that tells the stage of a project, and the stages that a product passes through.
STAGE: Final = "stage"
STAGES: Final = ("prototype", "research", "production")

#: What a stack is chosen by where nobody said what should be fast.
USUAL: Final = ("step-seconds",)

#: How much has to change, by the level of what can stay.
COSTS: Final[tuple[MoveCost, ...]] = ("all", "most", "part", "little", "nothing")

#: The verdicts with which a winner leads.
FIRM: Final[tuple[Verdict, ...]] = ("clear", "lean")


def make_plan(
    situation: Situation,
    ranking: tuple[Ranked, ...],
    verdict: Verdict,
    *,
    cells: Sequence[Cell],
    as_of: date,
) -> Plan:
    """The plan of a decided situation; `ranking` and `verdict` are the decision's own.

    `cells` are those that speak for the user.
    """
    phases = tuple(_phases(situation, ranking, verdict))
    bridges = [bridge for bridge in situation.catalog.bridges if bridge.date <= as_of]
    winner, catalog = ranking[0].framework if ranking else None, situation.catalog
    named = situation.needs.focus.metrics or USUAL
    return Plan(
        phases=phases,
        hybrid=tuple(_hand_overs(phases, bridges)),
        stack=choose_stack(catalog, winner, cells, named) if winner else None,
        stacks=tuple(choose_stack(catalog, winner, cells, (metric,)) for metric in named if winner),
        migration=tuple(_migrations(situation, bridges)),
    )


def _phases(
    situation: Situation, ranking: tuple[Ranked, ...], verdict: Verdict
) -> Iterator[ProjectPhase]:
    known = {question.id: question for question in situation.catalog.questions}
    answered = situation.answers.given.get(STAGE)
    for stage in STAGES if STAGE in known else ():
        if answered == (stage,):
            yield _phase(stage, ranking, verdict, own=True)
        elif known[STAGE].choice(stage) is not None:
            yield _phase(stage, *_decided(situation, stage))


def _decided(situation: Situation, stage: str) -> tuple[tuple[Ranked, ...], Verdict]:
    """Ranking and verdict as if the project were at this stage."""
    catalog, answers = situation.catalog, situation.answers
    matrix = situation.answered(STAGE, (stage,))
    policy = _with_fewer_draws(catalog.policy)
    ranking = rank(matrix, acceptability(matrix, policy)) if matrix.frameworks else ()
    needs = derive_needs(catalog, replace(answers, given={**answers.given, STAGE: (stage,)}))
    return ranking, judge(ranking, needs, policy)


def _with_fewer_draws(policy: Policy) -> Policy:
    return policy.model_copy(update={"draws": min(policy.draws, policy.plan_draws)})


def _phase(
    stage: str, ranking: tuple[Ranked, ...], verdict: Verdict, *, own: bool = False
) -> ProjectPhase:
    if not ranking:
        return ProjectPhase(stage, None, verdict, 0.0, 0.0, own)
    best = ranking[0]
    lead = best.score - ranking[1].score if len(ranking) > 1 else 1.0
    return ProjectPhase(stage, best.framework, verdict, lead, best.first_rank, own)


def _hand_overs(phases: tuple[ProjectPhase, ...], bridges: list[Bridge]) -> Iterator[HandOver]:
    """Every two phases that firmly want different frameworks and are joined by a probed bridge.

    A project at a known stage is only interested in what leads to that stage or away from it.
    """
    located = any(phase.own for phase in phases)
    for earlier, later in combinations(phases, 2):
        concerned = earlier.own or later.own or not located
        if concerned and earlier.verdict in FIRM and later.verdict in FIRM:
            for bridge in bridges:
                if bridge.tier == "probed" and _joins(bridge, earlier, later):
                    yield HandOver(earlier.stage, later.stage, bridge)


def _joins(bridge: Bridge, earlier: ProjectPhase, later: ProjectPhase) -> bool:
    return (bridge.from_, bridge.to) == (earlier.winner, later.winner)


def _migrations(situation: Situation, bridges: list[Bridge]) -> Iterator[Migration]:
    """For each framework in use and each candidate: what is said of existing code, and the ways."""
    estates = {criterion.estate: criterion.id for criterion in situation.catalog.criteria}
    for today in situation.needs.uses:
        for framework in situation.catalog.frameworks if today in estates else ():
            rating = situation.ratings[framework.id, estates[today]]
            cost = "unknown" if rating.level is None else COSTS[rating.level]
            ways = tuple(b for b in bridges if (b.from_, b.to) == (today, framework.id))
            yield Migration(today, framework.id, cost, rating, ways)


def choose_stack(
    catalog: Catalog, framework: str, cells: Sequence[Cell], metrics: Sequence[str]
) -> StackChoice:
    """The framework's fastest stack in all that is named, or its default where nothing decides.

    Another stack than the default is named only when it is ahead in every metric on every task that
    was measured, tied nowhere, and computes in the default's precision: a default is what the
    documentation explains, and fewer bits are a choice of their own.
    """
    default = catalog.framework(framework).default_stack
    compared = _stack_ratios(catalog.peers(default), cells, metrics)
    firsts = {min(found, key=lambda ratio: (ratio.value, ratio.stack)) for found in compared}
    ahead = {first.stack for first in firsts}
    shown = tuple(ratio for found in compared for ratio in found if len(found) > 1)
    if len(ahead) == 1 and not any(map(_is_open, compared)):
        return StackChoice(ahead.pop(), True, shown, tuple(metrics))
    return StackChoice(default, False, shown, tuple(metrics))


def _stack_ratios(
    stacks: Collection[str], cells: Sequence[Cell], metrics: Sequence[str]
) -> list[tuple[Ratio, ...]]:
    """The stacks against each other, in order of metrics and of tasks in each."""
    places: dict[tuple[int, str], list[Cell]] = defaultdict(list)
    for cell in cells:
        if cell.stack in stacks and cell.metric in metrics:
            places[metrics.index(cell.metric), cell.task].append(cell)
    return [ratios(found) for _, found in sorted(places.items())]


def _is_open(found: tuple[Ratio, ...]) -> bool:
    """Whether nobody was beaten for certain: one stack stands alone, or several are tied."""
    return len(found) == 1 or sum(ratio.tied for ratio in found) > 1
