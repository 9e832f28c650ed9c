"""What measurements say about measuring, in words."""

import json
from pathlib import Path

from advisor.measure import BenchResult, preview
from advisor.render.bench import bench_text, plan_json, plan_text
from advisor.render.studies import aa_text, harness_text, sessions_json, sessions_text
from advisor.summarize import Agreement, compare_sessions
from tests.decide.small import CATALOG, CELLS, cell
from tests.measure.laboratories import choices


def agreement(estimator: str, tied: int) -> Agreement:
    return Agreement(estimator, 20, tied, 0.012, 0.05)  # type: ignore[arg-type]


def test_a_study_names_the_estimator_that_is_used_and_whether_it_holds() -> None:
    policy = CATALOG.policy
    text = aa_text([agreement("median", 19), agreement("minimum", 18)], policy)
    assert "| median (used) | 20 | 95 % | 1.2 % | 5.1 % |" in text
    assert "| minimum | 20 | 90 %" in text
    assert "uses median: 19 of 20 cells tie, which is what is asked for" in text
    assert "which is too few" in aa_text([agreement("median", 18)], policy)
    nothing = Agreement("median", 0, 0, float("nan"), float("nan"))
    assert "No cell speaks for median" in aa_text([nothing], policy)


AGAIN = tuple(
    cell(each.stack, each.value * 1.2, session="later", runs=("d", "e", "f")) for each in CELLS
)


def test_two_sessions_are_set_side_by_side() -> None:
    pairs = compare_sessions(CELLS, AGAIN)
    text = sessions_text(CATALOG, pairs, ("one", "two"))
    assert "one and two" in text
    assert "| `cnn` | train | step-seconds | `pytorch-eager` | × 1.20 (" in text
    assert "0 of 4 cells tie." in text
    assert "3 of 3 intervals overlap (100 %; at least 90 % should)" in text
    assert "two machines" not in text


def test_what_did_not_repeat_is_named() -> None:
    other = tuple(
        cell(each.stack, 0.3 if each.stack == "pytorch-eager" else each.value, session="later")
        for each in CELLS
    )
    text = sessions_text(CATALOG, compare_sessions(CELLS, other), ("one", "two"))
    assert "2 of 3 intervals overlap (67 %" in text
    assert "pytorch-eager to tensorflow-graph was 10.00" in text


def test_an_order_that_turned_round_is_named() -> None:
    slower = {"keras-tensorflow": 0.001, "pytorch-eager": 0.1}
    other = tuple(
        cell(each.stack, slower.get(each.stack, each.value), session="later", task=each.task)
        for each in CELLS
    )
    text = sessions_text(CATALOG, compare_sessions(CELLS, CELLS), ("one", "two"))
    assert "both sessions claim one for 3 of 3 ratios, and for 3 of them the same." in text
    text = sessions_text(CATALOG, compare_sessions(CELLS, other), ("one", "two"))
    assert "for 2 of them the same." in text
    assert "tensorflow-graph was ahead of keras-tensorflow, then behind" in text


def test_other_machines_are_compared_and_not_ranked() -> None:
    there = [cell(each.stack, each.value, session="later", machine="n") for each in CELLS]
    text = sessions_text(CATALOG, compare_sessions(CELLS, there), ("one", "two"))
    assert "They are of two machines, m and n: nobody is ranked by this." in text
    assert "should" not in text


def test_the_comparison_is_data_too() -> None:
    found = json.loads(json.dumps(sessions_json(CATALOG, compare_sessions(CELLS, AGAIN))))
    assert found["overlapping"] == len(found["ratios"]) == 3
    first = found["cells"][0]
    assert first.keys() >= {"stack", "task", "phase", "metric", "ratio", "low", "high", "tied"}


def test_the_harness_is_measured_against_the_shortest_step() -> None:
    call = cell("pytorch-eager", 20e-6, task="noop", phase="harness", metric="call-seconds")
    steps = cell("pytorch-eager", 5e-3, task="mlp"), cell("pytorch-eager", 0.1, task="cnn")
    text = harness_text([call, *steps])
    assert "| `pytorch-eager` | 20.0 µs | 5.00 ms | `mlp` | 0.4 % |" in text
    assert "too much" in harness_text([call, cell("pytorch-eager", 1e-3)])
    assert "not measured yet" in harness_text(CELLS)


def test_a_plan_says_how_long_how_many_and_what_is_left_out(tmp_path: Path) -> None:
    planned = preview(choices(tmp_path, phases=("train", "fit"), tasks=("mlp-mnist", "gpt-small")))
    brief, whole = plan_text(planned, whole=False), plan_text(planned, whole=True)
    assert brief.splitlines() == [whole.splitlines()[0]]
    assert brief.startswith("8 processes, about ")
    assert "agreement of the models" in whole
    assert "  pytorch-eager-fit-1.json  about " in whole
    assert "  2  an epoch is many steps" in whole


def test_a_plan_as_data_is_enough_to_start_every_process(tmp_path: Path) -> None:
    planned = preview(choices(tmp_path))
    found = json.loads(json.dumps(plan_json(planned)))
    one = found["replicates"][0]
    assert one["arguments"][:2] == ["-m", "pytest"]
    assert one["arguments"][-1] == f"--benchmark-json={one['out']}"
    assert json.loads(one["environment"]["ADVISOR_REPLICATE"])["session"] == found["session"]
    assert Path(found["laboratory"]) == tmp_path / "laboratory"
    assert one["timeout_seconds"] > one["expected_seconds"]
    assert found["left_out"] == []


def test_a_bench_says_what_it_cost_and_how_wide_its_intervals_are() -> None:
    result = BenchResult(Path("f"), ("a", "b"), {"c": "crashed"}, {}, 570.0)
    text = bench_text(CATALOG, CELLS, result)
    assert "2 finished, 1 failed, 0 refused by the gate, in 10 min: f" in text
    assert "Times are known within 2.0 % in half of the cells" in text
    assert "3 of 3 claim an order, and 0 would gain from more processes" in text
    assert "Ratios" not in bench_text(CATALOG, (), result)
