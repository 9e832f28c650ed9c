"""The report for programs: everything that the page shows, as JSON types."""

from typing import Any

from advisor.model import Source
from advisor.render.page import Answered, Demand, Exhibit, Page, Swing
from advisor.render.panels import Machine, Measured, Panel, RunSet, Timing
from advisor.render.quantity import Quantity
from advisor.render.record import decision_json, embedded_record, rating_json

__all__ = ["page_json"]


def page_json(page: Page) -> dict[str, Any]:
    """The decision's record, and what a report adds to it.

    `record` is what rebuilds the report; times are in the unit named beside them.
    """
    winner, decision, catalog = page.winner, page.decision, page.catalog
    return {
        **decision_json(decision, catalog),
        "record": embedded_record(decision, catalog, page.provenance),
        "lead": page.lead,
        "install": page.start.install if page.start else None,
        "quick_start": page.start.code.strip("\n") if page.start else None,
        "documentation": winner.documentation if winner else None,
        "must_haves": [_demand(demand) for demand in page.demands],
        "measurements": _measured(page.measured),
        "sways": [_sway(swing) for swing in page.swings],
        "answered": [_answered(answered) for answered in page.answered],
        "criteria": [_exhibit(exhibit) for _, found in page.exhibits for exhibit in found],
        "sources": [_source(source) for source in page.sources],
    }


def _demand(demand: Demand) -> dict[str, Any]:
    return {
        "criterion": demand.criterion.id,
        "level": demand.requirement.level,
        "question": demand.question.id,
        "choice": demand.choice.id,
        "outcomes": [
            {"framework": framework.id, "level": rating.level, "met": met}
            for framework, rating, met in demand.outcomes
        ],
    }


def _measured(measured: Measured) -> dict[str, Any]:
    panels = (*measured.drawn, *(line.panel for line in measured.listed))
    return {
        "panels": [_panel(panel) for panel in panels],
        "run_sets": {run_set.anchor: _run_set(run_set) for run_set in measured.run_sets},
        "machines": [_machine(machine) for machine in measured.machines],
    }


def _panel(panel: Panel) -> dict[str, Any]:
    return {
        "task": panel.task,
        "phase": panel.phase,
        "metric": panel.metric,
        "unit": panel.unit,
        "stacks": [_timing(timing) for timing in panel.timings],
    }


def _timing(timing: Timing) -> dict[str, Any]:
    value, low, high = timing.scaled
    cell = timing.cell
    return {
        "stack": cell.stack,
        "framework": cell.framework,
        "value": value,
        "low": low,
        "high": high,
        "stable": cell.stable,
        "processes": cell.processes,
        "date": cell.date.isoformat(),
        "machine": cell.machine,
        "tuned": timing.tuned,
        "best": timing.best,
        "tied": timing.tied,
        "behind": _texts(timing.behind),
        "runs": timing.runs,
    }


def _texts(quantity: Quantity | None) -> dict[str, str] | None:
    if quantity is None:
        return None
    return {"value": quantity.value, "low": quantity.low, "high": quantity.high}


def _run_set(run_set: RunSet) -> dict[str, Any]:
    return {
        "stack": run_set.stack,
        "phases": list(run_set.phases),
        "files": list(run_set.runs),
    }


def _machine(machine: Machine) -> dict[str, Any]:
    return {
        "name": machine.name,
        "phases": list(machine.phases),
        "facts": dict(machine.facts),
        "versions": dict(machine.versions),
        "dates": list(machine.dates),
    }


def _sway(swing: Swing) -> dict[str, Any]:
    sway = swing.sway
    return {
        "kind": sway.kind,
        "subject": list(sway.subject),
        "low": sway.low,
        "high": sway.high,
        "leaders": [leader.id for leader in swing.leaders],
    }


def _answered(answered: Answered) -> dict[str, Any]:
    return {
        "question": answered.question.text,
        "answers": [choice.text for choice in answered.choices],
    }


def _exhibit(exhibit: Exhibit) -> dict[str, Any]:
    return {
        "criterion": exhibit.criterion.id,
        "name": exhibit.criterion.name,
        "weight": exhibit.weight,
        "ratings": [rating_json(rating) for _, rating in exhibit.ratings],
    }


def _source(source: Source) -> dict[str, Any]:
    return source.model_dump(mode="json")
