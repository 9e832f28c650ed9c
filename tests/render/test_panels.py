"""Measurements as a report shows them: what is drawn, who is ranked, in which unit, whose runs."""

import dataclasses

import pytest

from advisor.model import Catalog, Cell, Decision
from advisor.render.panels import Measured, Timing, measured
from tests.render import handmade


@pytest.fixture(scope="module")
def decision(decisions: dict[str, Decision]) -> Decision:
    return decisions["lean"]


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    return handmade.make_catalog()


def cell(stack: str, framework: str, value: float, **more: object) -> Cell:
    facts = {
        "stack": stack,
        "framework": framework,
        "value": value,
        "low": value * 0.99,
        "high": value * 1.01,
        "process_values": tuple(value * spread for spread in (0.99, 1.0, 1.0, 1.0, 1.01)),
        "runs": tuple(f"session/{stack}-{number}.json" for number in range(5)),
        **more,
    }
    return dataclasses.replace(handmade.make_decisions()["lean"].cells[0], **facts)  # type: ignore[arg-type]


def shown(decision: Decision, catalog: Catalog, *cells: Cell) -> Measured:
    return measured(dataclasses.replace(decision, cells=cells), catalog, ())


def timings(found: Measured) -> dict[str, Timing]:
    (panel,) = found.drawn
    return {timing.cell.stack: timing for timing in panel.timings}


DEFAULTS = (
    cell("keras-tensorflow", "keras", 2.0),
    cell("tensorflow-graph", "tensorflow", 4.0),
    cell("pytorch-eager", "pytorch", 1.0),
)


def test_default_stacks_are_ranked_against_each_other(decision: Decision, catalog: Catalog) -> None:
    found = timings(shown(decision, catalog, *DEFAULTS))
    assert list(found) == ["pytorch-eager", "keras-tensorflow", "tensorflow-graph"]
    assert [timing.best for timing in found.values()] == [True, False, False]
    behind = found["keras-tensorflow"].behind
    assert behind
    assert behind.value.startswith("2.0")


def test_each_frameworks_best_tuned_stack_comes_after_them_and_ranks_nobody(
    decision: Decision, catalog: Catalog
) -> None:
    tuned = (
        cell("pytorch-channels-last", "pytorch", 0.5),
        cell("pytorch-compile", "pytorch", 0.8),
        cell("keras-torch", "keras", 3.0),
    )
    without, found = (timings(shown(decision, catalog, *DEFAULTS, *more)) for more in ((), tuned))
    assert list(found)[3:] == ["pytorch-channels-last", "keras-torch"]
    assert {stack: t.behind for stack, t in without.items()} == {
        stack: t.behind for stack, t in found.items() if not t.tuned
    }
    fast, slow = found["pytorch-channels-last"], found["keras-torch"]
    assert fast.behind
    assert slow.behind
    assert float(fast.behind.low) <= 0.5 <= float(fast.behind.high)
    assert float(slow.behind.value) == pytest.approx(3.0, abs=0.05)
    assert not fast.best
    assert fast.tuned


@pytest.mark.parametrize(
    ("unit", "value", "expected"),
    [
        ("s", 2.5, ("s", 2.5)),
        ("s", 0.0025, ("ms", 2.5)),
        ("s", 2.5e-5, ("µs", 25.0)),
        ("bytes", 2.5e9, ("GB", 2.5)),
        ("bytes", 2.5e7, ("MB", 25.0)),
        ("bytes", 900.0, ("B", 900.0)),
        ("share", 0.913, ("%", 91.3)),
        ("lines", 12.0, ("lines", 12.0)),
    ],
)
def test_a_panel_has_one_unit_that_suits_its_smallest_value(
    decision: Decision, catalog: Catalog, unit: str, value: float, expected: tuple[str, float]
) -> None:
    cells = [
        cell("pytorch-eager", "pytorch", value, unit=unit),
        cell("keras-tensorflow", "keras", value * 1.05, unit=unit),
    ]
    found = shown(decision, catalog, *cells)
    (panel,) = found.drawn
    first = timings(found)["pytorch-eager"]
    assert (panel.unit, first.scaled[0]) == (expected[0], pytest.approx(expected[1]))
    assert float(first.time.value) == pytest.approx(expected[1], rel=0.05)


def test_of_a_share_more_is_better_and_points_are_counted(
    decision: Decision, catalog: Catalog
) -> None:
    more = {"unit": "share", "better": "higher", "metric": "accuracy"}
    cells = (
        cell("pytorch-eager", "pytorch", 0.80, **more),
        cell("keras-tensorflow", "keras", 0.90, **more),
        cell("pytorch-compile", "pytorch", 0.95, **more),
    )
    found = timings(shown(decision, catalog, *cells))
    assert list(found) == ["keras-tensorflow", "pytorch-eager", "pytorch-compile"]
    points = {stack: float(t.behind.value) for stack, t in found.items() if t.behind}
    assert points == pytest.approx(
        {"keras-tensorflow": 0.0, "pytorch-eager": 10.0, "pytorch-compile": -5.0}, abs=0.1
    )
    assert found["keras-tensorflow"].best


def test_one_stack_alone_is_ranked_against_nobody(decision: Decision, catalog: Catalog) -> None:
    found = timings(shown(decision, catalog, DEFAULTS[0]))
    assert [timing.behind for timing in found.values()] == [None]


def test_what_carries_weight_is_drawn_before_anything_else(
    decision: Decision, catalog: Catalog
) -> None:
    metrics = [("train", "step-seconds"), ("predict", "latency-seconds")]
    light = [("export", f"format-{number}-seconds") for number in range(9)]
    cells = [
        dataclasses.replace(each, task=task, phase=phase, metric=metric)
        for task in ("a", "b")
        for phase, metric in (*light, *metrics)
        for each in DEFAULTS
    ]
    found = shown(decision, catalog, *cells)
    assert {(panel.phase, panel.metric) for panel in found.drawn} == set(metrics)
    assert len(found.drawn) == 4
    assert len(found.listed) == 18
    for line in found.listed:
        assert [timing.cell.stack if timing else None for _, timing in line.timings] == [
            "keras-tensorflow", "tensorflow-graph", "pytorch-eager",
        ]  # fmt: skip


def test_numbers_of_the_same_processes_share_their_run_files(
    decision: Decision, catalog: Catalog
) -> None:
    twice = [
        dataclasses.replace(each, phase=phase, metric=metric)
        for phase, metric in (("train", "step-seconds"), ("predict", "latency-seconds"))
        for each in DEFAULTS
    ]
    found = shown(decision, catalog, *twice)
    assert [(s.stack, s.phases) for s in found.run_sets] == [
        ("keras-tensorflow", ("train", "predict")),
        ("pytorch-eager", ("train", "predict")),
        ("tensorflow-graph", ("train", "predict")),
    ]
    anchors = {run_set.anchor for run_set in found.run_sets}
    assert {t.runs for panel in found.drawn for t in panel.timings} == anchors


def test_each_machine_says_which_phases_it_speaks_for(decision: Decision, catalog: Catalog) -> None:
    other = [
        dataclasses.replace(each, phase=phase, machine="other")
        for phase in ("predict", "fit")
        for each in DEFAULTS
    ]
    found = shown(decision, catalog, *DEFAULTS, *other)
    phases = {machine.name: machine.phases for machine in found.machines}
    assert phases == {DEFAULTS[0].machine: (DEFAULTS[0].phase,), "other": ("fit", "predict")}


def test_what_is_not_finite_is_left_out(decision: Decision, catalog: Catalog) -> None:
    odd = cell("keras-tensorflow", "keras", float("inf"))
    assert list(timings(shown(decision, catalog, odd, DEFAULTS[2]))) == ["pytorch-eager"]
    wide = dataclasses.replace(DEFAULTS[0], high=float("nan"))
    assert list(timings(shown(decision, catalog, wide, DEFAULTS[2]))) == ["pytorch-eager"]
