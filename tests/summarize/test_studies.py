"""Twins must tie, and two sessions must agree about ratios."""

import math
from dataclasses import replace

import numpy as np
import pytest

from advisor.summarize import compare_sessions, repeats, study, summarize
from tests.summarize import synthetic
from tests.summarize.synthetic import cell


def twins(noise: float, *, factor: float = 1.0) -> synthetic.Runs:
    """Forty cells with five processes each, run twice; the second twin takes `factor` times."""
    rng = np.random.default_rng(11)
    halves = []
    for twin in (0, 1):
        between = rng.normal(0, noise, (40, 5, 1))
        # Interruptions only ever add time, so the fastest sample is the calmest.
        within = rng.exponential(0.2, (40, 5, 50))
        samples = np.exp(between + within) * (factor if twin else 1.0)
        halves.append(synthetic.runs(samples, twin=twin))
    return synthetic.joined(halves)


def test_twins_tie_and_the_calmest_estimator_differs_least() -> None:
    found = {each.estimator: each for each in study(twins(0.001))}
    assert all(each.cells == 40 and each.tied >= 38 for each in found.values() if each.cells)
    assert found["minimum"].ninetieth < found["tenth"].ninetieth < found["median"].ninetieth
    assert found["median"].median < found["median"].ninetieth


def test_a_study_can_fail() -> None:
    found = {each.estimator: each for each in study(twins(0.001, factor=1.5))}
    assert found["median"].tied == 0
    assert found["minimum"].median == pytest.approx(math.log(1.5), rel=0.05)


def test_processor_time_counts_only_where_it_was_taken() -> None:
    runs = twins(0.01)
    assert {each.estimator: each.cells for each in study(runs)}["cpu-time"] == 0
    rows = runs.measurements.copy()
    rows["details"] = [{"cpu_seconds": 2.0} for _ in range(len(rows))]
    found = {each.estimator: each for each in study(replace(runs, measurements=rows))}
    assert (found["cpu-time"].cells, found["cpu-time"].median) == (40, 0.0)


def test_two_sessions_are_compared_cell_by_cell() -> None:
    first = cell("a", (1.0, 1.01, 1.02)), cell("b", (2.0, 2.01, 2.02))
    second = (
        cell("a", (1.1, 1.11, 1.12), session="b"),
        cell("b", (1.0, 1.01, 1.02), session="b"),
        cell("c", (1.0, 1.0, 1.0), session="b"),
        cell("a", (0.9, 0.9, 0.9), session="b", metric="accuracy"),
    )
    pairs = compare_sessions(first, second)
    assert [pair.second.stack for pair in pairs] == ["a", "b"]
    assert [round(pair.ratio.value, 2) for pair in pairs] == [1.1, 0.5]
    assert not pairs[1].ratio.tied
    (repeat,) = repeats(pairs)
    assert (repeat.to, repeat.first.stack, repeat.second.stack) == ("a", "b", "b")
    assert repeat.first.value == pytest.approx(2.0, rel=0.01)
    assert repeat.second.value == pytest.approx(0.9, rel=0.02)
    assert not repeat.overlaps
    assert not replace(repeat, first=repeat.second, second=repeat.first).overlaps
    assert (repeat.ordered, repeat.agrees) == (True, False)
    tied = replace(repeat.second, tied=True)
    assert not replace(repeat, second=tied).ordered
    assert repeats(pairs[:1]) == ()


def test_ratios_of_the_same_thing_overlap_nearly_always() -> None:
    """Both intervals hold the truth in 95 of 100 cases, so they meet at least as often."""
    rng, halves = np.random.default_rng(4), []
    for session in ("20261122T115000Z", "20261122T125000Z"):
        drift = rng.normal(0, 0.3, (200, 5, 1))
        parts = [
            synthetic.runs(
                factor * np.exp(drift + rng.normal(0, 0.05, (200, 5, 20))),
                stack=stack,
                session=session,
            )
            for stack, factor in (("a-one", 1.0), ("b-two", 1.3))
        ]
        halves.append(summarize(synthetic.joined(parts)))
    found = repeats(compare_sessions(*halves))
    assert len(found) == 200
    assert sum(each.overlaps for each in found) >= 190
