"""What the browser needs to decide by itself: questions, constants and ratings as plain values.

    questions, criteria, workloads, policy    as they are written in the knowledge
    now, before                               the evidence as of a date and as of the first layer:
        ratings     what the statements say: tier after staleness, level, value, interval
        measured    which machine was measured when, in which phase, on which task
        speeds      values of default stacks by machine and task, for the criteria that are measured
        stacks      ratios between the stacks of one framework by machine, metric and task
    bridges                                   ways from framework to framework, known by the date

Whatever needs a logarithm, a quantile or a calendar is computed here, once and for each task, so
that site/score.js only picks and averages and comes to the same bits. What is keyed and kept in
order travels as a list of pairs, since the keys of a JSON object have no order.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from advisor.ask.answers import questionnaire_digest
from advisor.catalog import evidence_record
from advisor.decide.plan import USUAL
from advisor.decide.ratings import Gap, compared, rate, unclipped, worth
from advisor.model import (
    CHECKING,
    Catalog,
    Cell,
    Choice,
    Criterion,
    Difference,
    Focus,
    Policy,
    Question,
    Rating,
    unit_of,
)
from advisor.summarize import ratios

__all__ = ["FORMAT", "browser_data"]

#: 1 (2026-11): the first form.
FORMAT = 1

#: What a page decides on or shows of these nouns.
FRAMEWORK = ("id", "name", "default_stack", "install", "quick_start")
STACK = ("id", "framework", "backend", "mode", "summary")


def browser_data(catalog: Catalog, cells: Sequence[Cell], *, as_of: date) -> dict[str, Any]:
    """Everything that site/score.js decides on, as JSON types.

    `cells` later than `as_of` are left out. "before" is null where `as_of` is not later than the
    first layer of evidence. Values are on the 0 to 1 scale; ratios have no unit.
    """
    shown = [cell for cell in cells if cell.date <= as_of]
    first = catalog.policy.first_layer
    return {
        "format": FORMAT,
        "as_of": as_of.isoformat(),
        "evidence_digest": evidence_record(catalog, as_of, shown),
        "questionnaire": questionnaire_digest(catalog),
        "policy": catalog.policy.model_dump(mode="json"),
        "frameworks": [_named(framework, *FRAMEWORK) for framework in catalog.frameworks],
        "stacks": [_named(stack, *STACK) for stack in catalog.stacks],
        "groups": [_named(group, "id", "name") for group in catalog.groups],
        "criteria": [_criterion(criterion) for criterion in catalog.criteria],
        "bridges": [
            bridge.model_dump(mode="json", by_alias=True)
            for bridge in catalog.bridges
            if bridge.date <= as_of
        ],
        "workloads": [_named(w, "id", "name", "tasks") for w in catalog.workloads],
        "questions": [_question(question) for question in catalog.questions],
        "now": _layer(catalog, shown, as_of),
        "before": _layer(catalog, shown, first) if as_of > first else None,
    }


def _named(noun: object, *fields: str) -> dict[str, Any]:
    return {field: _plain(getattr(noun, field)) for field in fields}


def _plain(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value


def _criterion(criterion: Criterion) -> dict[str, Any]:
    measure = criterion.measure
    return {
        **_named(criterion, "id", "name", "group", "core", "estate"),
        "measure": {**measure.model_dump(), "unit": unit_of(measure.metric)} if measure else None,
    }


def _question(question: Question) -> dict[str, Any]:
    return {
        **_named(question, "id", "text", "why", "multiple"),
        "when": _pairs(question.when),
        "choices": [_choice(choice) for choice in question.choices],
    }


def _choice(choice: Choice) -> dict[str, Any]:
    return {
        **_named(choice, "id", "text", "help", "exclusive", "uses", "keeps"),
        "weighs": _pairs(choice.weighs),
        "requires": _pairs(choice.requires),
        "focus": _named(choice.focus, *Focus.model_fields),
    }


def _pairs(mapping: Mapping[str, Any]) -> list[list[Any]]:
    return [[key, _plain(value)] for key, value in mapping.items()]


def _layer(catalog: Catalog, cells: Sequence[Cell], as_of: date) -> dict[str, Any]:
    """The evidence not later than `as_of`."""
    known = _eligible([cell for cell in cells if _tells(cell, as_of)])
    return {
        "as_of": as_of.isoformat(),
        "ratings": [_rating(rating) for rating in rate(catalog, (), Focus(), as_of=as_of)],
        "measured": _measured(known),
        "speeds": list(_speeds(catalog, known)),
        "stacks": list(_stacks(catalog, known)),
    }


def _tells(cell: Cell, as_of: date) -> bool:
    return cell.date <= as_of and not cell.stale and cell.phase not in CHECKING


def _eligible(cells: Sequence[Cell]) -> list[Cell]:
    """The cells of machines that can be chosen: of all that fit, the one measured last counts."""
    latest: dict[tuple[str, str, str], tuple[date, str, str]] = {}
    for cell in cells:
        place, found = (cell.device, cell.phase, cell.task), cell.measured_at
        latest[place] = max(latest.get(place, found), found)
    machines = {machine for _, _, machine in latest.values()}
    return [cell for cell in cells if cell.machine in machines]


def _rating(rating: Rating) -> dict[str, Any]:
    """A rating under the keys of a decision's record, and whose quality it really is."""
    statement = rating.statement
    return {
        **_named(rating, "framework", "criterion", "tier", "level", "value", "low", "high"),
        "stale": rating.stale,
        "date": statement.date.isoformat() if statement else None,
        "sources": list(statement.sources) if statement else [],
        "note": statement.note if statement else "",
        "ratios": [],
        "differences": [],
        "inherits": statement.inherits if statement else None,
    }


def _measured(cells: Sequence[Cell]) -> list[dict[str, str]]:
    """What there is a measurement of: it decides which machine speaks for the user."""
    found = {(c.date.isoformat(), c.session, c.machine, c.device, c.phase, c.task) for c in cells}
    keys = ("date", "session", "machine", "device", "phase", "task")
    return [dict(zip(keys, facts, strict=True)) for facts in sorted(found)]


def _speeds(catalog: Catalog, cells: Sequence[Cell]) -> Iterator[dict[str, Any]]:
    """The value of each framework's default stack by machine, phase, metric and task, sorted.

    `apart` are the central values as if one framework had never been measured.
    """
    wanted = {(c.measure.phase, c.measure.metric) for c in catalog.criteria if c.measure}
    default = {framework.default_stack for framework in catalog.frameworks}
    fitting = [c for c in cells if c.stack in default and (c.phase, c.metric) in wanted]
    for place, found in _by_place(fitting):
        apart = [[gone.framework, _apart(catalog, found, gone)] for gone in found]
        yield {**place, "values": _values(catalog, found), "apart": apart}


def _values(catalog: Catalog, cells: list[Cell]) -> list[dict[str, Any]]:
    return [_value(gap, catalog.policy) for gap in compared(cells, catalog.policy)]


def _apart(catalog: Catalog, cells: list[Cell], gone: Cell) -> list[dict[str, Any]]:
    left = [cell for cell in cells if cell is not gone]
    found = _values(catalog, left)
    return [{key: value[key] for key in ("framework", "value")} for value in found]


def _value(gap: Gap, policy: Policy) -> dict[str, Any]:
    return {
        "framework": gap.framework,
        "value": worth(gap, gap.value, policy),
        "low": worth(gap, gap.high, policy),
        "high": worth(gap, gap.low, policy),
        "gap": dict(vars(gap)),
        "differs": isinstance(gap, Difference),
        "unclipped": unclipped(gap, gap.value, policy),
    }


def _stacks(catalog: Catalog, cells: Sequence[Cell]) -> Iterator[dict[str, Any]]:
    """What a framework's stack is chosen by: its default and peers by machine, metric and task."""
    choices = (choice for question in catalog.questions for choice in question.choices)
    wanted = set(USUAL).union(*(choice.focus.metrics for choice in choices))
    fitting = [cell for cell in cells if cell.metric in wanted]
    for framework in sorted(catalog.frameworks, key=lambda framework: framework.id):
        peers = catalog.peers(framework.default_stack)
        for place, found in _by_place([cell for cell in fitting if cell.stack in peers]):
            against = [dict(vars(ratio)) for ratio in ratios(found)]
            yield {"framework": framework.id, **place, "ratios": against}


def _by_place(cells: Sequence[Cell]) -> Iterator[tuple[dict[str, str], list[Cell]]]:
    """Cells that can be compared; a machine's fingerprint names its device, so it has but one."""
    places: dict[tuple[str, ...], list[Cell]] = defaultdict(list)
    for cell in cells:
        places[cell.machine, cell.device, cell.phase, cell.metric, cell.task].append(cell)
    keys = ("machine", "device", "phase", "metric", "task")
    for facts, found in sorted(places.items(), key=lambda item: item[0]):
        yield dict(zip(keys, facts, strict=True)), found
