import datetime as dt
import time
from pathlib import Path

import numpy as np
import pytest
from scipy import stats

from advisor.model import Cell, Ratio
from advisor.runs import Runs, read_runs
from advisor.summarize import _interval, ratios, student, summarize
from tests.runfiles import benchmark, content, process_file, written


def cell(
    stack: str,
    values: tuple[float, ...],
    *,
    stable: bool = True,
    session: str = "a",
    replicates: tuple[int, ...] | None = None,
    task: str = "mlp-mnist",
) -> Cell:
    value = float(np.median(values))
    return Cell(
        stack=stack,
        framework=stack.split("-")[0],
        task=task,
        phase="train",
        metric="step-seconds",
        value=value,
        unit="s",
        low=min(values),
        high=max(values),
        processes=len(values),
        stable=stable,
        machine="m",
        device="cpu",
        date=dt.date(2026, 11, 22),
        runs=(),
        process_values=values,
        replicates=replicates or tuple(range(len(values))),
        session=session,
    )


def by_stack(*cells: Cell) -> dict[str, Ratio]:
    return {ratio.stack: ratio for ratio in ratios(cells)}


def five_processes(folder: Path, stack: str, values: tuple[float, ...]) -> Runs:
    for replicate, value in enumerate(values):
        process_file(folder, stack, replicate, value)
    return read_runs(folder)


def test_a_cell_is_the_median_of_process_medians(tmp_path: Path) -> None:
    runs = five_processes(tmp_path / "s", "pytorch-eager", (1.00, 1.02, 1.04, 1.01, 1.03))
    (found,) = summarize(runs)
    assert found.value == pytest.approx(1.02)
    assert found.low < 1.01 < 1.03 < found.high
    assert found.process_values == pytest.approx((1.00, 1.02, 1.04, 1.01, 1.03))
    assert found.replicates == (0, 1, 2, 3, 4)
    assert found.runs[2] == "s/pytorch-eager-train-2.json"
    assert found.stable
    assert found.processes == 5
    assert found.detail == pytest.approx({"spread": 0.04 / 1.02, "batch": 64})
    assert (found.stack, found.framework, found.unit) == ("pytorch-eager", "pytorch", "s")


def test_the_interval_is_students_on_logarithms(tmp_path: Path) -> None:
    values = (1.00, 1.02, 1.04, 1.01, 1.03)
    (found,) = summarize(five_processes(tmp_path, "pytorch-eager", values))
    logs = np.log(values)
    expected = stats.t.interval(0.95, 4, loc=logs.mean(), scale=stats.sem(logs))
    assert (found.low, found.high) == pytest.approx(tuple(np.exp(expected)), rel=1e-4)


def test_one_process_is_never_stable_nor_certain(tmp_path: Path) -> None:
    process_file(tmp_path, "pytorch-eager", 0, 1.0)
    (found,) = summarize(read_runs(tmp_path))
    assert not found.stable
    assert (found.low, found.high) == (0.5, 2.0)


def test_two_processes_are_not_enough_to_be_stable(tmp_path: Path) -> None:
    (found,) = summarize(five_processes(tmp_path, "pytorch-eager", (1.0, 1.001)))
    assert not found.stable


def test_spread_decides_on_stability(tmp_path: Path) -> None:
    runs = five_processes(tmp_path, "pytorch-eager", (1.0, 1.0, 1.0, 1.0, 1.14))
    assert summarize(runs)[0].stable
    assert not summarize(runs, unstable=0.13)[0].stable


def test_latency_has_percentiles_of_processes(tmp_path: Path) -> None:
    data = np.linspace(1, 2, 101)
    for replicate, factor in enumerate((1.0, 1.1, 3.0)):
        entry = benchmark(
            "pytorch-eager", list(data * factor), phase="predict", metric="latency-seconds", batch=1
        )
        written(tmp_path / f"{replicate}.json", content(replicate=replicate, benchmarks=[entry]))
    (found,) = summarize(read_runs(tmp_path))
    expected = {"p50": 1.5 * 1.1, "p95": 1.95 * 1.1, "p99": 1.99 * 1.1}
    assert {name: found.detail[name] for name in expected} == pytest.approx(expected)


def test_parts_timed_apart_are_medians_over_processes(tmp_path: Path) -> None:
    for replicate, seconds in enumerate((1.0, 2.0, 9.0)):
        entry = benchmark("pytorch-eager", [seconds * 2], phase="startup", import_seconds=seconds)
        written(tmp_path / f"{replicate}.json", content(replicate=replicate, benchmarks=[entry]))
    (found,) = summarize(read_runs(tmp_path))
    assert found.detail["import_seconds"] == 2.0


def test_the_newest_session_counts_and_nothing_is_pooled(tmp_path: Path) -> None:
    for day, value in (("20261120", 1.0), ("20261122", 2.0), ("20261121", 3.0)):
        for replicate in range(3):
            process_file(
                tmp_path / day, "pytorch-eager", replicate, value, session=f"{day}T115000Z"
            )
    process_file(tmp_path / "20261120", "keras-tensorflow", 0, 4.0, session="20261120T115000Z")
    runs = read_runs(tmp_path)
    cells = {found.stack: found for found in summarize(runs)}
    assert cells["pytorch-eager"].process_values == (2.0, 2.0, 2.0)
    assert cells["pytorch-eager"].session == "20261122T115000Z"
    assert cells["keras-tensorflow"].value == 4.0
    (earlier,) = [
        found
        for found in summarize(runs, as_of=dt.date(2026, 11, 21))
        if found.stack == "pytorch-eager"
    ]
    assert earlier.value == 3.0
    assert summarize(runs, as_of=dt.date(2025, 4, 30)) == ()


def test_runs_without_samples_have_no_cells(tmp_path: Path) -> None:
    written(tmp_path / "a.json", content(benchmarks=[], versions={}))
    assert summarize(read_runs(tmp_path)) == ()


def test_hundreds_of_cells_take_well_under_a_second(tmp_path: Path) -> None:
    for replicate in range(5):
        for stack in ("pytorch-eager", "keras-tensorflow", "tensorflow-graph"):
            entries = [
                benchmark(stack, [1.0 + replicate / 100] * 30, task=f"task-{number}")
                for number in range(70)
            ]
            written(
                tmp_path / f"{stack}-{replicate}.json",
                content(stack, replicate, benchmarks=entries),
            )
    runs = read_runs(tmp_path)
    start = time.process_time()
    cells = summarize(runs)
    assert len(cells) == 210
    assert time.process_time() - start < 1.0
    assert cells == summarize(runs)


@pytest.mark.parametrize("processes", [3, 5, 7, 10])
def test_intervals_hold_the_truth_95_times_in_100(processes: int) -> None:
    """Log-normal processes of known median, and the ratio of two that share part of their noise."""
    rng = np.random.default_rng(20261122)
    trials, truth, held, held_ratio = 2000, 0.02, 0, 0
    for _ in range(trials):
        shared = rng.normal(0, 0.02, processes)
        mine, theirs = shared + rng.normal(0, 0.02, (2, processes))
        fast = cell("fast-a", tuple(truth * np.exp(mine)))
        slow = cell("slow-b", tuple(truth * 1.5 * np.exp(theirs)))
        found = by_stack(fast, slow)["slow-b"]
        held_ratio += found.low <= 1.5 <= found.high
        low, high = interval(fast.process_values)
        held += low <= truth <= high
    assert 0.93 <= held / trials <= 0.97
    assert 0.93 <= held_ratio / trials <= 0.97


def interval(values: tuple[float, ...]) -> tuple[float, float]:
    array = np.array(values)
    return _interval(array, float(np.median(array)))


@pytest.mark.parametrize("copies", ["ab", "abc"])
@pytest.mark.parametrize("noise", [0.01, 0.03, 0.1, 0.3])
def test_copies_of_one_stack_tie_in_95_of_100(noise: float, copies: str) -> None:
    rng = np.random.default_rng(7)
    tied = 0
    for _ in range(2000):
        times = np.exp(rng.normal(0, noise, (len(copies), 5)))
        cells = [
            cell(name, tuple(map(float, row))) for name, row in zip(copies, times, strict=True)
        ]
        tied += all(ratio.tied for ratio in ratios(cells))
    # Two copies under much noise miss in exactly 5 of 100: allow the trial's own error (2 sd).
    assert tied >= 1900 - 20


def test_pairing_sees_through_noise_that_neighbours_share() -> None:
    shared = np.array([1.0, 1.3, 0.9, 1.1, 1.2])
    fast, slow = tuple(shared), tuple(1.2 * shared * [1.0, 1.01, 0.99, 1.0, 1.0])
    paired = by_stack(cell("a", fast), cell("b", slow))["b"]
    assert paired.value == pytest.approx(1.2, rel=0.01)
    assert not paired.tied
    assert paired.high - paired.low < 0.05
    apart = by_stack(cell("a", fast), cell("b", slow, session="b"))["b"]
    assert apart.tied
    assert apart.high - apart.low > 0.3


def test_pairs_follow_the_index_and_not_the_position() -> None:
    fast = cell("a", (1.0, 1.5, 1.2, 1.1), replicates=(0, 1, 2, 3))
    slow = cell("b", (2.2, 2.4, 3.0, 2.0), replicates=(3, 2, 1, 0))
    found = by_stack(fast, slow)["b"]
    assert (found.low, found.high) == pytest.approx((2.0, 2.0))


def test_unpaired_ratios_agree_with_welch() -> None:
    fast, slow = (1.0, 1.02, 1.04, 1.01, 1.03), (1.5, 1.7, 1.6, 1.55)
    found = by_stack(cell("a", fast), cell("b", slow, session="other"))["b"]
    welch = stats.ttest_ind(np.log(slow), np.log(fast), equal_var=False).confidence_interval(0.95)
    assert (found.low, found.high) == pytest.approx(
        (np.exp(welch.low), np.exp(welch.high)), rel=1e-3
    )


def test_a_small_certain_difference_is_a_tie_and_a_larger_one_is_not() -> None:
    fast = cell("a", (1.0, 1.0, 1.0, 1.0, 1.0))
    near = cell("b", (1.03, 1.03, 1.03, 1.03, 1.03))
    far = cell("c", (1.06, 1.06, 1.06, 1.06, 1.06))
    found = by_stack(fast, near, far)
    assert (found["a"].tied, found["b"].tied, found["c"].tied) == (True, True, False)
    assert [ratio.stack for ratio in ratios([far, near, fast])] == ["a", "b", "c"]
    assert not ratios([fast, near], tie=0.02)[1].tied
    assert not by_stack(fast, far)["a"].tied


def test_unstable_times_can_have_a_certain_order() -> None:
    drift = np.array([1.0, 1.4, 0.8, 1.2, 1.0])
    fast, slow = cell("a", tuple(drift), stable=False), cell("b", tuple(3 * drift), stable=False)
    found = by_stack(fast, slow)
    assert (found["b"].value, found["b"].tied) == (pytest.approx(3.0), False)
    assert not found["a"].tied


def test_too_few_processes_have_no_order() -> None:
    found = by_stack(cell("a", (1.0, 1.0), stable=False), cell("b", (9.0, 9.0), stable=False))
    assert found["a"].tied
    assert found["b"].tied


def test_a_lone_process_gives_a_wide_ratio() -> None:
    lone = cell("b", (2.0,), stable=False)
    found = by_stack(cell("a", (1.0, 1.0, 1.0, 1.0)), lone)["b"]
    assert found.tied
    assert found.low <= found.value <= found.high


def test_only_like_cells_are_compared() -> None:
    with pytest.raises(ValueError, match="different measurements"):
        ratios([cell("a", (1.0,)), cell("b", (1.0,), task="cnn-cifar")])
    with pytest.raises(ValueError, match="twice"):
        ratios([cell("a", (1.0,)), cell("a", (1.0,))])
    assert ratios([]) == ()


@pytest.mark.parametrize("miss", [0.05, 0.05 / 3, 0.05 / 36])
def test_quantiles_agree_with_scipy(miss: float) -> None:
    for freedom in (1, 2, 2.7, 4, 6.3, 9, 17.2, 29.9, 30, 45, 1000):
        assert student(freedom, miss) == pytest.approx(stats.t.isf(miss / 2, freedom), rel=4e-3)
    assert student(1.5, miss) >= stats.t.isf(miss / 2, 1.5)
