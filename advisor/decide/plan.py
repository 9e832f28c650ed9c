"""The decision over the life of a project: which framework when, how to run it, what moving costs.

    phases     the same answers with each stage of a project    the winner and how firmly it leads
    hybrid     two phases with different firm winners           joined by a probed bridge
    stack      the winner's fastest way to train                from what was measured for the user
    migration  what the team uses today, for each candidate     from the statements on existing code

Fewer draws than the decision's are enough beside it (`Policy.plan_draws`), but for the stage that
was answered, whose numbers are the decision's own. Who leads is the central score's matter and the
same as if that stage had been answered.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
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

__all__ = ["FIRM", "STAGES", "choose_stack", "make_plan"]

#: The question that tells the stage of a project, and the stages that a product passes through.
STAGE: Final = "stage"
STAGES: Final = ("prototype", "research", "production")

#: The question that tells what is in use; where it names a framework, this criterion says how much
#: of that framework's code can stay.
IN_USE: Final = "today"
ESTATE: Final = "{}-estate"

#: How much has to change, by the level of what can stay.
COSTS: Final[tuple[MoveCost, ...]] = ("all", "most", "part", "little", "nothing")

#: The verdicts with which a winner leads.
FIRM: Final[tuple[Verdict, ...]] = ("clear", "lean")


def make_plan(
    situation: Situation,
    ranking: tuple[Ranked, ...],
    verdict: Verdict,
    *,
    stack: StackChoice | None,
    as_of: date,
) -> Plan:
    """The plan of a decided situation; `ranking` and `verdict` are the decision's own."""
    phases = tuple(_phases(situation, ranking, verdict))
    bridges = [bridge for bridge in situation.catalog.bridges if bridge.date <= as_of]
    return Plan(phases, tuple(_hand_overs(phases, bridges)), stack, tuple(_migrations(situation)))


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


def _migrations(situation: Situation) -> Iterator[Migration]:
    """For each framework in use and each candidate: what the statement on existing code says."""
    frameworks = [framework.id for framework in situation.catalog.frameworks]
    for today in situation.answers.given.get(IN_USE, ()):
        for framework in frameworks if today in frameworks else ():
            rating = situation.ratings.get((framework, ESTATE.format(today)))
            if rating is not None:
                cost = "unknown" if rating.level is None else COSTS[rating.level]
                yield Migration(today, framework, cost, rating)


def choose_stack(catalog: Catalog, framework: str, cells: Sequence[Cell]) -> StackChoice:
    """The framework's fastest stack on every task measured, or its default where nothing decides.

    Another stack than the default is named only when it is ahead on all tasks and tied on none:
    a default is what the documentation explains.
    """
    default = catalog.framework(framework).default_stack
    compared = _training_ratios(framework, cells)
    firsts = {
        min(found, key=lambda ratio: (ratio.value, ratio.stack)) for found in compared.values()
    }
    ahead = {first.stack for first in firsts}
    shown = tuple(ratio for found in compared.values() for ratio in found)
    if len(ahead) == 1 and not any(_ties(found) for found in compared.values()):
        return StackChoice(ahead.pop(), True, shown)
    return StackChoice(default, False, shown)


def _training_ratios(framework: str, cells: Sequence[Cell]) -> dict[str, tuple[Ratio, ...]]:
    by_task: dict[str, list[Cell]] = defaultdict(list)
    for cell in cells:
        if cell.framework == framework and (cell.phase, cell.metric) == ("train", "step-seconds"):
            by_task[cell.task].append(cell)
    return {task: ratios(found) for task, found in sorted(by_task.items()) if len(found) > 1}


def _ties(found: tuple[Ratio, ...]) -> bool:
    return sum(ratio.tied for ratio in found) > 1
