"""A decision -> what each section of a report shows, sorted and joined, before any words.

    Decision, Catalog, Runs --> Page --> templates/report (HTML, Markdown), render/report (JSON)

Every document of a decision is made from the same Page, so they cannot say different things.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from advisor.ask.flow import relevant
from advisor.decide.sway import sways
from advisor.model import (
    NOT_SURE,
    Catalog,
    Choice,
    Criterion,
    Decision,
    FlipKind,
    Framework,
    Group,
    Movement,
    Question,
    Ranked,
    Rating,
    Requirement,
    RuledOut,
    Source,
    Stack,
    Start,
    Sway,
)
from advisor.render.changes import Change, Opening, changes, openings
from advisor.render.panels import Measured, measured
from advisor.render.record import Provenance, embedded_record, json_text
from advisor.runs import Runs

__all__ = [
    "Answered",
    "Argument",
    "Demand",
    "Exhibit",
    "Moved",
    "Page",
    "Place",
    "Risk",
    "Share",
    "Swing",
    "make_page",
]

#: A difference in contribution that no reader would notice: not worth an argument of its own.
FAINT = 0.002
#: So many changes of a kind are shown at once; a reader opens the larger ones.
SHOWN = 3


@dataclass(frozen=True)
class Place:
    """A framework's standing; `ranked` is None where a must-have rules it out."""

    framework: Framework
    ranked: Ranked | None
    ruled_out: tuple[RuledOut, ...]


@dataclass(frozen=True)
class Share:
    """A framework's part in a row of contributions."""

    framework: Framework
    value: float
    contribution: float
    rating: Rating


@dataclass(frozen=True)
class Argument:
    """A criterion with weight; `difference` is the leader's contribution minus the rival's."""

    criterion: Criterion
    weight: float
    difference: float
    shares: tuple[Share, ...]


@dataclass(frozen=True)
class Demand:
    """A must-have, who asked for it, and each framework's rating and whether it meets it."""

    anchor: str
    requirement: Requirement
    criterion: Criterion
    question: Question
    choice: Choice
    outcomes: tuple[tuple[Framework, Rating, bool], ...]


@dataclass(frozen=True)
class Exhibit:
    """All that is known on one criterion."""

    criterion: Criterion
    weight: float
    ratings: tuple[tuple[Framework, Rating], ...]


@dataclass(frozen=True)
class Risk:
    """A rating that carries weight and may well be wrong."""

    framework: Framework
    criterion: Criterion
    weight: float
    rating: Rating


@dataclass(frozen=True)
class Answered:
    """A question that was relevant; no choices mean "not sure"."""

    question: Question
    choices: tuple[Choice, ...]


@dataclass(frozen=True)
class Moved:
    """A movement of the evidence with its nouns looked up."""

    movement: Movement
    criterion: Criterion
    framework: Framework


@dataclass(frozen=True)
class Swing:
    """How far something uncertain moves the lead: a rating if `framework` is given, or a weight.

    `leaders` are who leads at the low and at the high end; `tier` is that of the rating.
    """

    sway: Sway
    criterion: Criterion
    framework: Framework | None
    leaders: tuple[Framework, Framework]
    rating: Rating | None


#: Changes by kind.
Kinds = tuple[tuple[FlipKind, tuple[Change, ...]], ...]


@dataclass(frozen=True)
class Page:
    """The context of the templates: everything that a report shows, in the order it is shown."""

    decision: Decision
    catalog: Catalog
    winner: Framework | None
    rival: Framework | None
    lead: float
    places: tuple[Place, ...]
    stack: Stack | None
    start: Start | None
    arguments: tuple[Argument, ...]
    speaks_for: tuple[Argument, ...]
    speaks_against: tuple[Argument, ...]
    caveats: tuple[Risk, ...]
    demands: tuple[Demand, ...]
    measured: Measured
    unmeasured: tuple[Criterion, ...]
    swings: tuple[Swing, ...]
    openings: tuple[Opening, ...]
    flipped: tuple[Change, ...]
    changes: Kinds
    larger_changes: Kinds
    moved: tuple[Moved, ...]
    uncertain: tuple[Risk, ...]
    inherited: tuple[Risk, ...]
    answered: tuple[Answered, ...]
    exhibits: tuple[tuple[Group, tuple[Exhibit, ...]], ...]
    sources: tuple[Source, ...]
    provenance: Provenance
    record: str


def make_page(
    decision: Decision, catalog: Catalog, provenance: Provenance, runs: Sequence[Runs] = ()
) -> Page:
    """The page of a decision; `runs` tell the machines and versions behind its cells."""
    winner = catalog.framework(decision.winner) if decision.winner else None
    rival = catalog.framework(decision.ranking[1].framework) if len(decision.ranking) > 1 else None
    arguments = tuple(_arguments(decision, catalog, rival.id if rival else None))
    risks = tuple(_risks(decision, catalog))
    flipped = tuple(changes(decision, catalog))
    return Page(
        decision=decision,
        catalog=catalog,
        winner=winner,
        rival=rival,
        lead=decision.ranking[0].score - decision.ranking[1].score if rival else 0.0,
        places=tuple(_places(decision, catalog)),
        stack=catalog.stack(decision.stack.stack) if decision.stack else None,
        start=_start(decision, catalog, winner),
        arguments=arguments,
        speaks_for=tuple(a for a in arguments if a.difference > FAINT),
        speaks_against=tuple(a for a in arguments if a.difference < -FAINT),
        caveats=tuple(risk for risk in risks if _is_caveat(decision, risk)),
        demands=tuple(_demands(decision, catalog)),
        measured=measured(decision, catalog, runs),
        unmeasured=tuple(catalog.criterion(id) for id in decision.unmeasured),
        swings=tuple(_swings(decision, catalog)),
        openings=tuple(openings(decision, catalog)),
        flipped=flipped,
        changes=_by_kind(flipped, slice(SHOWN)),
        larger_changes=_by_kind(flipped, slice(SHOWN, None)),
        moved=tuple(_moved(decision, catalog)),
        uncertain=tuple(risk for risk in risks if _is_uncertain(risk)),
        inherited=tuple(risk for risk in risks if _inherits(risk)),
        answered=tuple(_answered(decision, catalog)),
        exhibits=tuple(_exhibits(decision, catalog)),
        sources=tuple(_sources(decision, catalog)),
        provenance=provenance,
        record=json_text(embedded_record(decision, catalog, provenance)),
    )


def _start(decision: Decision, catalog: Catalog, winner: Framework | None) -> Start | None:
    """How to start with the stack to run, or else with the framework."""
    if winner is None:
        return None
    wanted = decision.stack.stack if decision.stack else winner.default_stack
    usual = Start(id=winner.default_stack, install=winner.install, code=winner.quick_start)
    return next((start for start in catalog.starts if start.id == wanted), usual)


def _places(decision: Decision, catalog: Catalog) -> Iterator[Place]:
    """Those that are ranked, best first, then those that are ruled out."""
    for row in decision.ranking:
        yield Place(catalog.framework(row.framework), row, ())
    for framework in catalog.frameworks:
        missed = tuple(out for out in decision.ruled_out if out.framework == framework.id)
        if missed:
            yield Place(framework, None, missed)


def _arguments(decision: Decision, catalog: Catalog, rival: str | None) -> Iterator[Argument]:
    """Strongest first: by how much they part leader and rival, or by weight where there is none."""
    rows: dict[str, list[Share]] = defaultdict(list)
    weights: dict[str, float] = {}
    for part in decision.contributions:
        framework = catalog.framework(part.framework)
        rating = decision.rating(part.framework, part.criterion)
        rows[part.criterion].append(Share(framework, part.value, part.contribution, rating))
        weights[part.criterion] = part.weight
    found = [
        Argument(
            catalog.criterion(id), weights[id], _difference(decision, shares, rival), tuple(shares)
        )
        for id, shares in rows.items()
    ]
    yield from sorted(found, key=lambda a: (-abs(a.difference), -a.weight, a.criterion.id))


def _difference(decision: Decision, shares: Iterable[Share], rival: str | None) -> float:
    given = {share.framework.id: share.contribution for share in shares}
    return given[decision.ranking[0].framework] - (given[rival] if rival else 0.0)


def _demands(decision: Decision, catalog: Catalog) -> Iterator[Demand]:
    missed = {(out.framework, out.requirement) for out in decision.ruled_out}
    wanted = dict.fromkeys(
        (*decision.needs.requirements, *(o.requirement for o in decision.ruled_out))
    )
    seen: Counter[str] = Counter()
    for requirement in wanted:
        anchor = f"must-have-{requirement.criterion}"
        seen[anchor] += 1
        question = catalog.question(requirement.question)
        choice = question.choice(requirement.choice)
        if choice is None:
            raise KeyError(requirement.choice)
        outcomes = tuple(
            (
                framework,
                decision.rating(framework.id, requirement.criterion),
                (framework.id, requirement) not in missed,
            )
            for framework in catalog.frameworks
        )
        criterion = catalog.criterion(requirement.criterion)
        anchor += f"-{seen[anchor]}" if seen[anchor] > 1 else ""
        yield Demand(anchor, requirement, criterion, question, choice, outcomes)


def _risks(decision: Decision, catalog: Catalog) -> Iterator[Risk]:
    """Every rating that carries weight, the heaviest first."""
    parts = sorted(decision.contributions, key=lambda p: (-p.weight, p.criterion, p.framework))
    for part in parts:
        rating = decision.rating(part.framework, part.criterion)
        framework, criterion = catalog.framework(part.framework), catalog.criterion(part.criterion)
        yield Risk(framework, criterion, part.weight, rating)


def _is_uncertain(risk: Risk) -> bool:
    return risk.rating.stale or risk.rating.tier in ("judged", "unknown")


def _inherits(risk: Risk) -> bool:
    return risk.rating.statement is not None and risk.rating.statement.inherits is not None


def _is_caveat(decision: Decision, risk: Risk) -> bool:
    """The leader is at most usable here, and the answers made it matter."""
    level = risk.rating.level
    return risk.framework.id == decision.winner and level is not None and level <= 2


def _swings(decision: Decision, catalog: Catalog) -> Iterator[Swing]:
    for sway in sways(decision, catalog.policy):
        *framework, criterion = sway.subject
        yield Swing(
            sway,
            catalog.criterion(criterion),
            catalog.framework(framework[0]) if framework else None,
            (catalog.framework(sway.low_leader), catalog.framework(sway.high_leader)),
            decision.rating(framework[0], criterion) if framework else None,
        )


def _by_kind(flipped: tuple[Change, ...], part: slice) -> Kinds:
    """This part of each kind's changes, without the kinds that have none there."""
    kinds = groupby(flipped, key=lambda change: change.flip.kind)
    parts = ((kind, tuple(found)[part]) for kind, found in kinds)
    return tuple((kind, found) for kind, found in parts if found)


def _moved(decision: Decision, catalog: Catalog) -> Iterator[Moved]:
    for movement in decision.before.moved if decision.before else ():
        criterion = catalog.criterion(movement.criterion)
        yield Moved(movement, criterion, catalog.framework(movement.framework))


def _answered(decision: Decision, catalog: Catalog) -> Iterator[Answered]:
    given = decision.answers.given
    asked = relevant(catalog.questions, given)
    for question in catalog.questions:
        if question.id in given or question in asked:
            chosen = [id for id in given.get(question.id, ()) if id != NOT_SURE]
            found = (question.choice(id) for id in chosen)
            yield Answered(question, tuple(choice for choice in found if choice))


def _exhibits(decision: Decision, catalog: Catalog) -> Iterator[tuple[Group, tuple[Exhibit, ...]]]:
    """By group in the catalogue's order; within a group the heaviest criterion first."""
    weights = {part.criterion: part.weight for part in decision.contributions}
    used = dict.fromkeys(rating.criterion for rating in decision.ratings)
    for group in catalog.groups:
        found = [
            Exhibit(catalog.criterion(id), weights.get(id, 0.0), _ratings(decision, catalog, id))
            for id in used
            if catalog.criterion(id).group == group.id
        ]
        if found:
            yield group, tuple(sorted(found, key=lambda e: (-e.weight, e.criterion.id)))


def _ratings(
    decision: Decision, catalog: Catalog, criterion: str
) -> tuple[tuple[Framework, Rating], ...]:
    return tuple(
        (framework, decision.rating(framework.id, criterion)) for framework in catalog.frameworks
    )


def _sources(decision: Decision, catalog: Catalog) -> Iterator[Source]:
    """Those that the shown statements name, in the catalogue's order."""
    moved = decision.before.moved if decision.before else ()
    used = [*decision.ratings, *(move.rating for move in decision.plan.migration)]
    shown = [*used, *(m.before for m in moved), *(m.after for m in moved)]
    named = {id for rating in shown if rating.statement for id in rating.statement.sources}
    named |= {id for hand_over in decision.plan.hybrid for id in hand_over.bridge.sources}
    yield from (source for source in catalog.sources if source.id in named)
