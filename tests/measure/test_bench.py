import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from advisor.errors import MeasureError, RunError
from advisor.measure import Event, Profile, bench, preview
from advisor.measure.enough import undecided
from advisor.measure.progress import ignore
from advisor.measure.work import Work
from advisor.runs import read_runs
from tests.measure.laboratories import CATALOG, KERAS, PYTORCH, calls, choices, laboratory
from tests.runfiles import benchmark, content, written

ROOT = Path(__file__).resolve().parents[2]


def files(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.rglob("*") if path.is_file())


def test_every_replicate_becomes_a_run_file_that_can_be_read(tmp_path: Path) -> None:
    lab = laboratory(tmp_path / "laboratory")
    heard: list[Event] = []
    result = bench(choices(tmp_path), progress=heard.append)
    assert len(result.finished) == 4
    assert not result.failed
    assert not result.refused
    runs = read_runs(tmp_path / "results")
    assert len(runs.samples) == 12
    assert result.folder.name.endswith(next(iter(runs.machines)))
    assert [call.split()[0] for call in calls(lab)] == [
        "pytorch-eager-train-0",
        "keras-tensorflow-train-0",
        "keras-tensorflow-train-1",
        "pytorch-eager-train-1",
    ]
    assert not (tmp_path / "lock").exists()
    assert files(result.folder) == sorted(result.finished)
    assert (heard[-1].done, heard[-1].total, heard[-1].seconds_left) == (4, 4, 0.0)


@pytest.mark.parametrize(
    ("does", "reason"),
    [
        ("crashes", "crashed: SIGABRT"),
        ("hangs", "no result after 2 s"),
        ("truncates", "left no readable run file"),
        ("stops", "ended with status 1: no such device in laboratory"),
        ("fails", "mlp-mnist train step-seconds: ValueError: too large"),
    ],
)
def test_a_failure_is_a_run_file_with_its_reason(tmp_path: Path, does: str, reason: str) -> None:
    laboratory(tmp_path / "laboratory", {"pytorch-eager-train-0": does})
    heard: list[Event] = []
    result = bench(choices(tmp_path, timeout_seconds=2.0), progress=heard.append)
    assert list(result.failed) == ["pytorch-eager-train-0.json"]
    assert reason in result.failed["pytorch-eager-train-0.json"]
    assert len(result.finished) == 3
    outcomes = read_runs(result.folder).outcomes
    (failed,) = outcomes[outcomes["outcome"] == "failed"].to_dict("records")
    assert failed["run"].endswith("pytorch-eager-train-0.json")
    assert failed["reason"] in reason or reason in failed["reason"]
    assert str(tmp_path) not in failed["reason"]
    assert any(reason in event.failure for event in heard)
    assert all(name.endswith(".json") for name in files(result.folder))


def test_resume_does_only_what_is_missing_in_the_same_session(tmp_path: Path) -> None:
    lab = laboratory(tmp_path / "laboratory")
    first = bench(choices(tmp_path))
    lost = first.folder / "keras-tensorflow-train-1.json"
    lost.unlink()
    kept = {path: path.stat().st_mtime_ns for path in first.folder.iterdir()}
    before = len(calls(lab))
    planned = preview(choices(tmp_path, resume=True))
    assert [each.out for each in planned.replicates] == [lost]
    again = bench(choices(tmp_path, resume=True))
    assert again.folder == first.folder
    assert again.finished == (lost.name,)
    assert [call.split()[0] for call in calls(lab)[before:]] == ["keras-tensorflow-train-1"]
    assert {path: path.stat().st_mtime_ns for path in kept} == kept
    assert read_runs(first.folder).samples["session"].nunique() == 1
    assert bench(choices(tmp_path, resume=True)).finished == ()


def test_a_second_session_of_a_day_gets_its_own_folder(tmp_path: Path) -> None:
    laboratory(tmp_path / "laboratory")
    first, second = (bench(choices(tmp_path, stacks=(PYTORCH,))) for _ in range(2))
    assert first.folder != second.folder
    assert second.folder.name == f"{first.folder.name}-2"


def test_the_folder_may_be_given_relative_to_where_the_user_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    laboratory(tmp_path / "laboratory")
    monkeypatch.chdir(tmp_path)
    result = bench(choices(tmp_path, out=Path("results"), stacks=(PYTORCH,)))
    assert not result.failed
    assert result.folder.parent == tmp_path / "results"


def test_nothing_to_resume_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(MeasureError, match="no session of this machine to resume"):
        bench(choices(tmp_path, resume=True))


@pytest.mark.parametrize("request_to_stop", [signal.SIGINT, signal.SIGTERM])
def test_an_interruption_keeps_what_is_finished(
    tmp_path: Path, request_to_stop: signal.Signals
) -> None:
    lab = laboratory(tmp_path / "laboratory", {"keras-tensorflow-train-0": "hangs"})
    script = (
        "import sys, pathlib\n"
        "from advisor.errors import MeasureError\n"
        "from advisor.measure import bench\n"
        "from tests.measure.laboratories import choices\n"
        "try:\n"
        "    bench(choices(pathlib.Path(sys.argv[1])))\n"
        "except MeasureError as error:\n"
        "    sys.exit(str(error))\n"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", script, str(tmp_path)], cwd=ROOT, stderr=subprocess.PIPE, text=True
    )
    hanging = awaited(lab / "hanging.txt")
    process.send_signal(request_to_stop)
    _, said = process.communicate(timeout=20)
    assert process.returncode == 1
    assert "interrupted; the 1 run files that were finished are kept" in said
    assert "advisor bench --resume --out" in said
    assert not psutil.pid_exists(hanging)
    assert not (tmp_path / "lock").exists()
    assert files(tmp_path / "results") == ["pytorch-eager-train-0.json"]
    laboratory(lab)
    assert len(bench(choices(tmp_path, resume=True)).finished) == 3
    assert len(read_runs(tmp_path / "results").samples) == 12


def awaited(path: Path) -> int:
    """The number in a file that will appear soon."""
    for _ in range(200):
        if path.is_file() and (text := path.read_text()):
            return int(text)
        time.sleep(0.1)
    raise AssertionError(f"{path} never appeared")


def test_a_second_measurement_is_refused(tmp_path: Path) -> None:
    lab = laboratory(tmp_path / "laboratory")
    second: list[MeasureError] = []

    def try_another(event: Event) -> None:
        if not second:
            with pytest.raises(MeasureError) as caught:
                bench(choices(tmp_path))
            second.append(caught.value)

    bench(choices(tmp_path), progress=try_another)
    assert "another `advisor bench` is running on this machine" in str(second[0])
    assert f"process {os.getpid()}" in str(second[0])
    assert len(calls(lab)) == 4


def test_the_lock_of_a_dead_process_is_taken_over(tmp_path: Path) -> None:
    laboratory(tmp_path / "laboratory")
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    for stale in (f"{ended.pid} 1.00", f"{os.getpid()} 1.00", ""):
        (tmp_path / "lock").write_text(stale)
        assert bench(choices(tmp_path)).finished
        assert not (tmp_path / "lock").exists()


def test_disagreeing_models_are_not_timed_by_anybody(tmp_path: Path) -> None:
    lab = laboratory(tmp_path / "laboratory", disagrees=("keras-tensorflow.cnn-cifar",))
    result = bench(choices(tmp_path, tasks=("mlp-mnist", "cnn-cifar")))
    assert set(result.refused) == {
        ("pytorch-eager", "cnn-cifar"),
        ("keras-tensorflow", "cnn-cifar"),
    }
    assert all(call.endswith(" mlp-mnist") for call in calls(lab))
    outcomes = read_runs(result.folder).outcomes
    refused = outcomes[outcomes["outcome"] == "refused"]
    assert set(refused["task"]) == {"cnn-cifar"}
    assert refused["reason"].str.contains("forward differs by 3e-2").all()
    assert set(refused["stack"]) == {"pytorch-eager", "keras-tensorflow"}


def test_a_stack_that_cannot_be_checked_is_refused_alone(tmp_path: Path) -> None:
    lab = laboratory(tmp_path / "laboratory", breaks=("keras-tensorflow.mlp-mnist",))
    result = bench(choices(tmp_path))
    assert list(result.refused) == [("keras-tensorflow", "mlp-mnist")]
    assert "Put it into the cache" in result.refused["keras-tensorflow", "mlp-mnist"]
    assert all(call.startswith("pytorch-eager") for call in calls(lab))


def test_a_missing_framework_names_the_extra_before_anything_starts(tmp_path: Path) -> None:
    stacks = (
        PYTORCH.model_copy(update={"modules": ("no_such_torch",)}),
        KERAS.model_copy(update={"modules": ("no_such_keras", "json")}),
    )
    with pytest.raises(MeasureError) as caught:
        bench(choices(tmp_path, stacks=stacks))
    message = str(caught.value)
    assert 'no_such_torch not installed. Install with `pip install "advisor[torch]"`' in message
    assert "advisor[keras]" in message
    assert not (tmp_path / "results").exists()


def test_an_unwritable_folder_is_one_clear_error(tmp_path: Path) -> None:
    laboratory(tmp_path / "laboratory")
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(MeasureError, match="cannot be made") as caught:
        bench(choices(tmp_path, out=tmp_path / "file"))
    assert "Choose another --out" in str(caught.value)
    assert not (tmp_path / "lock").exists()


def test_a_preview_starts_and_writes_nothing(tmp_path: Path) -> None:
    lab = laboratory(tmp_path / "laboratory")
    before = files(tmp_path)
    planned = preview(choices(tmp_path))
    assert len(planned.replicates) == 4
    assert planned.seconds > 0
    assert files(tmp_path) == before
    assert not calls(lab)


def test_a_busy_machine_is_marked(tmp_path: Path) -> None:
    laboratory(tmp_path / "laboratory")
    result = bench(choices(tmp_path, stacks=(KERAS,), look=lambda: (0.9, 0.3)))
    processes = read_runs(result.folder).processes
    assert processes["busy"].all()
    assert set(processes["steal"]) == {0.3}


def test_a_users_pytest_options_do_not_reach_the_laboratory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    laboratory(tmp_path / "laboratory")
    script = tmp_path / "laboratory" / "pytest.py"
    script.write_text("import os; assert 'PYTEST_ADDOPTS' not in os.environ\n" + script.read_text())
    monkeypatch.setenv("PYTEST_ADDOPTS", "-x")
    assert not bench(choices(tmp_path, stacks=(PYTORCH,))).failed


def test_run_files_say_nothing_about_the_user(tmp_path: Path) -> None:
    laboratory(tmp_path / "laboratory", {"pytorch-eager-train-0": "crashes"})
    result = bench(choices(tmp_path))
    text = (result.folder / "pytorch-eager-train-0.json").read_text()
    assert os.uname().nodename not in text
    assert str(tmp_path) not in text
    assert json.loads(text)["advisor"]["machine"]["cores"] > 0


def test_the_gate_takes_one_process_per_stack(tmp_path: Path) -> None:
    lab = laboratory(tmp_path / "laboratory")
    bench(choices(tmp_path, tasks=("mlp-mnist", "cnn-cifar")))
    assert calls(lab, "gates.txt") == [
        "pytorch-eager mlp-mnist,cnn-cifar",
        "keras-tensorflow mlp-mnist,cnn-cifar",
    ]


def test_a_gate_that_dies_takes_one_task_with_it_and_goes_on(tmp_path: Path) -> None:
    lab = laboratory(tmp_path / "laboratory", dies=("pytorch-eager.cnn-cifar",))
    result = bench(choices(tmp_path, tasks=("mlp-mnist", "cnn-cifar", "resnet-cifar")))
    assert calls(lab, "gates.txt")[:2] == [
        "pytorch-eager mlp-mnist,cnn-cifar,resnet-cifar",
        "pytorch-eager resnet-cifar",
    ]
    assert list(result.refused) == [("pytorch-eager", "cnn-cifar")]
    assert "crashed: SIGABRT" in result.refused["pytorch-eager", "cnn-cifar"]


def test_what_is_left_out_is_recorded_with_its_reason(tmp_path: Path) -> None:
    laboratory(tmp_path / "laboratory")
    result = bench(choices(tmp_path, phases=("train", "fit"), tasks=("mlp-mnist", "gpt-small")))
    outcomes = read_runs(result.folder).outcomes
    missing = outcomes[outcomes["outcome"] == "missing"]
    assert set(missing["stack"]) == {"pytorch-eager", "keras-tensorflow"}
    assert set(missing["task"]) == {"gpt-small"}
    assert set(missing["metric"]) == {"epoch-seconds"}
    assert missing["reason"].str.contains("loader and loop").all()
    everything = bench(choices(tmp_path, phases=("fit",), tasks=("gpt-small",), complete=True))
    assert not (read_runs(everything.folder).outcomes["outcome"] == "missing").any()


def test_a_study_runs_everything_twice(tmp_path: Path) -> None:
    lab = laboratory(tmp_path / "laboratory")
    result = bench(choices(tmp_path, study=True, phases=("train", "fit"), tasks=("gpt-small",)))
    assert len(result.finished) == 8
    assert [call.split()[0] for call in calls(lab)][:3] == [
        "pytorch-eager-train-0-twin-0",
        "pytorch-eager-train-0-twin-1",
        "keras-tensorflow-train-0-twin-0",
    ]
    runs = read_runs(result.folder, study=True)
    assert sorted(runs.processes["twin"]) == [0] * 4 + [1] * 4
    with pytest.raises(RunError, match="half of an A/A study"):
        read_runs(result.folder)


def test_a_study_is_resumed_as_a_study(tmp_path: Path) -> None:
    laboratory(tmp_path / "laboratory")
    first = bench(choices(tmp_path, study=True, stacks=(PYTORCH,)))
    (first.folder / "pytorch-eager-train-1-twin-0.json").unlink()
    again = bench(choices(tmp_path, study=True, stacks=(PYTORCH,), resume=True))
    assert again.finished == ("pytorch-eager-train-1-twin-0.json",)
    with pytest.raises(MeasureError, match="no session of this machine to resume"):
        bench(choices(tmp_path, resume=True))


NOISY = {"pytorch-eager": (1.0, 1.3, 0.9, 1.2), "keras-tensorflow": (1.1, 1.0, 1.2, 0.9)}
CALM = {"pytorch-eager": (1.0, 1.01), "keras-tensorflow": (2.0, 2.01)}


def budget(tmp_path: Path, seconds: float, times: dict[str, tuple[float, ...]]) -> list[str]:
    lab = laboratory(tmp_path / "laboratory", times=times)
    profile = Profile(replicates=3, wait_seconds=0)
    bench(choices(tmp_path, profile=profile, budget_seconds=seconds))
    return calls(lab)


def test_rounds_are_added_until_the_budget_is_spent(tmp_path: Path) -> None:
    start = time.monotonic()
    asked = budget(tmp_path, 6.0, NOISY)
    assert len(asked) > 8
    assert time.monotonic() - start < 12
    assert asked[6:8] == ["keras-tensorflow-train-3 mlp-mnist", "pytorch-eager-train-3 mlp-mnist"]


def test_what_is_decided_needs_no_further_round(tmp_path: Path) -> None:
    assert len(budget(tmp_path, 60.0, CALM)) == 6


def test_a_budget_never_cuts_the_planned_rounds(tmp_path: Path) -> None:
    assert len(budget(tmp_path, 0.01, NOISY)) == 6


@pytest.mark.parametrize(("seconds", "added"), [(30.0, None), (1000.0, 2)])
def test_a_round_that_would_not_end_in_time_is_not_begun(
    tmp_path: Path, seconds: float, added: int | None
) -> None:
    """After processes that took 100 seconds each, two more need 200."""
    laboratory(tmp_path / "laboratory", times=NOISY)
    profile = Profile(replicates=3, wait_seconds=0)
    folder = bench(choices(tmp_path, profile=profile)).folder
    wish = choices(tmp_path, profile=profile, budget_seconds=seconds)
    plan, session = wish.plan(folder), preview(wish).session
    work = Work(wish, session, ignore, time.monotonic())
    work.remaining.await_too(plan.round(2))
    for replicate in plan.round(2):
        work.remaining.ended(replicate, 100.0)
    found = work.added(plan, 3)
    assert (found if found is None else len(found)) == added


def test_only_what_is_open_is_measured_again(tmp_path: Path) -> None:
    folder = tmp_path / "s"
    for replicate in range(3):
        for stack in ("pytorch-eager", "keras-tensorflow", "tensorflow-graph"):
            pace = {"pytorch-eager": 1.0, "keras-tensorflow": 1.0 + replicate / 5}.get(stack, 3.0)
            entries = [
                benchmark(stack, [pace], task="mlp-mnist"),
                benchmark(stack, [0.01 if stack == "pytorch-eager" else 0.05], task="cnn-cifar"),
            ]
            name = f"{stack}-{replicate}.json"
            written(folder / name, content(stack, replicate, benchmarks=entries))
    assert undecided(CATALOG, folder) == {
        ("pytorch-eager", "mlp-mnist", "train"),
        ("keras-tensorflow", "mlp-mnist", "train"),
    }
