"""A decision as one document: HTML to mail and to keep, Markdown for wikis, JSON for programs.

    Decision, Catalog --> Page (what each section shows, sorted and joined) --> templates/report

The page needs nothing but itself: no script, no request, no font. Words live in the templates;
here is only what they speak about. The same inputs give the same bytes.
"""

import math
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from advisor.ask.flow import relevant
from advisor.model import (
    NOT_SURE,
    Catalog,
    Cell,
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
    Ratio,
    Requirement,
    RuledOut,
    Source,
    Stack,
)
from advisor.render import charts
from advisor.render.changes import Change, Opening, changes, openings
from advisor.render.environment import environment, percent
from advisor.render.quantity import Quantity, quantity
from advisor.render.record import decision_json, embedded_record, json_text
from advisor.runs import Runs
from advisor.summarize import ratios

__all__ = [
    "Answered",
    "Argument",
    "Demand",
    "Exhibit",
    "Machine",
    "Moved",
    "Page",
    "Panel",
    "Place",
    "Risk",
    "Share",
    "Timing",
    "report",
    "report_json",
    "report_markdown",
]

#: A difference in contribution that no reader would notice: not worth an argument of its own.
FAINT = 0.002
#: So many changes of a kind are shown at once; a reader opens the larger ones.
SHOWN = 3
#: Marks that turn the direction of what follows them.
DIRECTION = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")


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
class Timing:
    """One stack in a panel; the texts are in the panel's unit."""

    cell: Cell
    time: Quantity
    ratio: Ratio | None
    ratio_text: Quantity | None
    best: bool


@dataclass(frozen=True)
class Panel:
    """Stacks side by side on one task, phase and metric of one machine; `scale` times seconds."""

    id: str
    task: str
    phase: str
    metric: str
    unit: str
    scale: float
    timings: tuple[Timing, ...]


@dataclass(frozen=True)
class Machine:
    """Where measurements come from: its fingerprint, the versions used, and when."""

    name: str
    facts: tuple[tuple[str, str], ...]
    versions: tuple[tuple[str, str], ...]
    dates: tuple[str, ...]


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
    arguments: tuple[Argument, ...]
    speaks_for: tuple[Argument, ...]
    speaks_against: tuple[Argument, ...]
    caveats: tuple[Risk, ...]
    demands: tuple[Demand, ...]
    panels: tuple[Panel, ...]
    unmeasured: tuple[Criterion, ...]
    machines: tuple[Machine, ...]
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
    record: str
    command: str
    version: str
    generated: str


def report(
    decision: Decision,
    catalog: Catalog,
    *,
    command: str,
    version: str,
    generated: str = "",
    runs: Sequence[Runs] = (),
) -> str:
    """The report as one HTML document of at most 500 KB.

    `command` rebuilds it, `version` is ours, `generated` the date it stands for (by
    default the as-of date, never the clock).
    `runs` tell the machines and versions behind the cells.
    """
    page = _page(decision, catalog, runs, command=command, version=version, generated=generated)
    return _render("report/report.html", page)


def report_markdown(
    decision: Decision,
    catalog: Catalog,
    *,
    command: str,
    version: str,
    generated: str = "",
    runs: Sequence[Runs] = (),
) -> str:
    """The same content as Markdown for wikis, without the charts."""
    page = _page(decision, catalog, runs, command=command, version=version, generated=generated)
    return _render("report/report.md", page)


def report_json(decision: Decision, catalog: Catalog) -> str:
    """The decision as JSON text with sorted keys."""
    return json_text(decision_json(decision, catalog))


def _render(template: str, page: Page) -> str:
    templates = environment(
        {
            "figures": _figures,
            "shortened": _shortened,
            "title_text": _title_text,
            "disc_rows": _disc_rows,
            "place_rows": _place_rows,
            "interval_rows": _interval_rows,
        }
    )
    return templates.get_template(template).render(page=page, charts=charts)


def _disc_rows(arguments: Iterable[Argument]) -> list[charts.DiscRow]:
    return [
        charts.DiscRow(
            argument.criterion.name,
            argument.weight,
            tuple(
                charts.Disc(share.framework.id, share.framework.name[:1], share.contribution)
                for share in argument.shares
            ),
        )
        for argument in arguments
    ]


def _place_rows(
    page: Page, leading: str, nobody: str, places: Sequence[str]
) -> list[charts.ShareRow]:
    """Who leads noticeably, then each framework's places; the words come from the template."""
    ranked = [(place.framework, place.ranked) for place in page.places if place.ranked]
    leads = [_lead_segment(framework, row.first_rank) for framework, row in ranked]
    tie = percent(page.decision.tie)
    leads.insert(1, charts.Segment(page.decision.tie, (f"{nobody} {tie}", tie), None))
    rows = [charts.ShareRow(leading, "", tuple(leads))]
    for framework, row in ranked:
        segments = tuple(
            charts.Segment(share, (f"{place} {percent(share)}", place), framework.id, shade)
            for share, place, shade in zip(row.ranks, places, charts.SHADES, strict=False)
        )
        rows.append(charts.ShareRow(framework.name, "", segments))
    return rows


def _lead_segment(framework: Framework, share: float) -> charts.Segment:
    text = percent(share)
    return charts.Segment(share, (f"{framework.name} {text}", text), framework.id)


def _interval_rows(panel: Panel, fastest: str, tied: str) -> list[charts.IntervalRow]:
    return [
        charts.IntervalRow(
            label=timing.cell.stack,
            framework=timing.cell.framework,
            value=timing.cell.value * panel.scale,
            low=timing.cell.low * panel.scale,
            high=timing.cell.high * panel.scale,
            text=_timing_text(timing, panel.unit, _remark(timing, fastest, tied)),
            faint=not timing.cell.stable,
        )
        for timing in panel.timings
    ]


def _timing_text(timing: Timing, unit: str, remark: str) -> str:
    time = f"{timing.time.value}\N{NO-BREAK SPACE}{unit}"
    return f"{time} · {remark}" if remark else time


def _remark(timing: Timing, fastest: str, tied: str) -> str:
    if timing.ratio is None or timing.ratio_text is None:
        return ""
    if timing.ratio.tied:
        return tied
    return (
        fastest
        if timing.best
        else f"\N{MULTIPLICATION SIGN}\N{NO-BREAK SPACE}{timing.ratio_text.value}"
    )


def _shortened(text: str, longest: int) -> str:
    line = " ".join(text.split())
    return (
        line if len(line) <= longest else line[: longest - 1].rstrip() + "\N{HORIZONTAL ELLIPSIS}"
    )


def _title_text(text: str) -> str:
    """For a window's title, where no element can keep the direction of text from leaking."""
    return _shortened(DIRECTION.sub("", text), 80)


def _figures(value: float, digits: int = 2) -> str:
    """A score or share of a score; minus signs as typographers write them."""
    return f"{value:.{digits}f}".replace("-", "\N{MINUS SIGN}")


def _page(
    decision: Decision,
    catalog: Catalog,
    runs: Sequence[Runs],
    *,
    command: str,
    version: str,
    generated: str,
) -> Page:
    winner = catalog.framework(decision.winner) if decision.winner else None
    rival = catalog.framework(decision.ranking[1].framework) if len(decision.ranking) > 1 else None
    arguments = tuple(_arguments(decision, catalog, rival.id if rival else None))
    generated = generated or decision.as_of.isoformat()
    flipped = tuple(changes(decision, catalog))
    record = embedded_record(decision, command=command, version=version, generated=generated)
    return Page(
        decision=decision,
        catalog=catalog,
        winner=winner,
        rival=rival,
        lead=decision.ranking[0].score - decision.ranking[1].score if rival else 0.0,
        places=tuple(_places(decision, catalog)),
        stack=catalog.stack(decision.stack.stack) if decision.stack else None,
        arguments=arguments,
        speaks_for=tuple(a for a in arguments if a.difference > FAINT),
        speaks_against=tuple(a for a in arguments if a.difference < -FAINT),
        caveats=tuple(risk for risk in _risks(decision, catalog) if _is_caveat(decision, risk)),
        demands=tuple(_demands(decision, catalog)),
        panels=tuple(_panels(decision, catalog)),
        unmeasured=tuple(catalog.criterion(id) for id in decision.unmeasured),
        machines=tuple(_machines(decision, runs)),
        openings=tuple(openings(decision, catalog)),
        flipped=flipped,
        changes=_by_kind(flipped, slice(SHOWN)),
        larger_changes=_by_kind(flipped, slice(SHOWN, None)),
        moved=tuple(_moved(decision, catalog)),
        uncertain=tuple(risk for risk in _risks(decision, catalog) if _is_uncertain(risk)),
        inherited=tuple(risk for risk in _risks(decision, catalog) if _inherits(risk)),
        answered=tuple(_answered(decision, catalog)),
        exhibits=tuple(_exhibits(decision, catalog)),
        sources=tuple(_sources(decision, catalog)),
        record=json_text(record),
        command=command,
        version=version,
        generated=generated,
    )


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


def _panels(decision: Decision, catalog: Catalog) -> Iterator[Panel]:
    groups: dict[tuple[str, str, str], list[Cell]] = defaultdict(list)
    for cell in decision.cells:
        groups[cell.task, cell.phase, cell.metric].append(cell)
    for (task, phase, metric), cells in sorted(
        groups.items(), key=lambda item: _panel_order(item[0])
    ):
        scale, unit = (1.0, "s") if min(cell.value for cell in cells) >= 1 else (1000.0, "ms")
        timings = tuple(_timings(cells, catalog.policy.tie, scale, unit))
        if timings:
            id = f"{task}-{phase}-{metric}"
            yield Panel(id, task, phase, metric, unit, scale, timings)


def _panel_order(key: tuple[str, str, str]) -> tuple[str, int, bool, str]:
    task, phase, metric = key
    order = ("train", "fit", "predict", "startup")
    batched = metric.startswith("batch")
    return task, order.index(phase) if phase in order else len(order), batched, metric


def _timings(cells: Sequence[Cell], tie: float, scale: float, unit: str) -> Iterator[Timing]:
    """Fastest first. A time that is not a finite number cannot be drawn and is left out."""
    drawn = [cell for cell in cells if math.isfinite(cell.value)]
    by_ratio = len(drawn) > 1 and drawn[0].unit != "share"
    compared = {ratio.stack: ratio for ratio in ratios(drawn, tie=tie)} if by_ratio else {}
    ordered = sorted(drawn, key=lambda cell: (cell.value, cell.stack))
    for cell in ordered:
        time = quantity(cell.value * scale, cell.low * scale, cell.high * scale, unit)
        if time is None:
            continue
        ratio = compared.get(cell.stack)
        text = quantity(ratio.value, ratio.low, ratio.high, "") if ratio else None
        yield Timing(cell, time, ratio, text, cell is ordered[0])


def _machines(decision: Decision, runs: Sequence[Runs]) -> Iterator[Machine]:
    by_name: dict[str, list[Cell]] = defaultdict(list)
    for cell in decision.cells:
        by_name[cell.machine].append(cell)
    for name, cells in sorted(by_name.items()):
        facts = next((found.machines[name] for found in runs if name in found.machines), {})
        yield Machine(
            name=name,
            facts=tuple((key, str(value)) for key, value in facts.items()),
            versions=tuple(_versions(name, {cell.stack for cell in cells}, runs)),
            dates=tuple(sorted({cell.date.isoformat() for cell in cells})),
        )


def _versions(machine: str, stacks: set[str], runs: Sequence[Runs]) -> Iterator[tuple[str, str]]:
    """Package and versions, over the sessions that measured these stacks on this machine."""
    found: dict[str, set[str]] = defaultdict(set)
    for read in runs:
        for session, stack in _sessions(read, machine, stacks):
            for package, version in read.versions.get((session, stack), {}).items():
                found[package].add(version)
    for package, versions in sorted(found.items()):
        yield package, ", ".join(sorted(versions))


def _sessions(read: Runs, machine: str, stacks: set[str]) -> set[tuple[str, str]]:
    columns = (read.processes[key] for key in ("session", "machine", "stack"))
    return {
        (str(session), str(stack))
        for session, name, stack in zip(*columns, strict=True)
        if name == machine and stack in stacks
    }


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
