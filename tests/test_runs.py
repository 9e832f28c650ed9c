import datetime as dt
import json
import os
import re
import shutil
import time
from pathlib import Path
from typing import Any

import pytest

from advisor import runs
from advisor.errors import Problem, RunError
from advisor.resources import laboratory
from advisor.runs import machine_slug, own_results, read_runs, task_sources
from benchmarks import tasks
from tests.clock import cpu_seconds
from tests.runfiles import (
    MACHINE,
    SESSION,
    benchmark,
    content,
    process_file,
    proof,
    proven,
    written,
)


def read_problems(*folders: Path) -> tuple[Problem, ...]:
    with pytest.raises(RunError) as caught:
        read_runs(*folders)
    assert all(problem.cure for problem in caught.value.problems)
    return caught.value.problems


def told(*folders: Path) -> str:
    return "\n".join(map(str, read_problems(*folders)))


def test_every_sample_is_a_row_that_knows_its_origin(tmp_path: Path) -> None:
    process_file(tmp_path / "s", "pytorch-eager", 0, 0.002)
    process_file(tmp_path / "s", "keras-tensorflow", 3, 0.003)
    read = read_runs(tmp_path)
    assert len(read.samples) == 10
    row = read.samples[read.samples["stack"] == "keras-tensorflow"].iloc[1].to_dict()
    assert row == {
        "session": SESSION,
        "machine": machine_slug(MACHINE),
        "device": "cpu",
        "stack": "keras-tensorflow",
        "framework": "keras",
        "task": "mlp-mnist",
        "phase": "train",
        "metric": "step-seconds",
        "unit": "s",
        "batch": 64,
        "replicate": 3,
        "run": "s/keras-tensorflow-train-3.json",
        "date": dt.date(2026, 11, 22),
        "twin": -1,
        "value": 0.003,
        "source": task_sources()["mlp-mnist"],
    }
    assert read.versions[SESSION, "pytorch-eager"] == {"torch": "2.13.0"}
    assert list(read.machines) == [row["machine"]]
    assert not read.processes["busy"].any()


def test_session_folder_and_root_give_the_same_names(tmp_path: Path) -> None:
    process_file(tmp_path / "s", "pytorch-eager", 0, 0.002)
    root, session = read_runs(tmp_path), read_runs(tmp_path / "s")
    assert set(root.samples["run"]) == set(session.samples["run"])
    assert root.digest == session.digest


def test_parts_timed_apart_and_outcomes_are_kept(tmp_path: Path) -> None:
    entry = benchmark("pytorch-eager", [1.5], phase="startup", import_seconds=1.25, batch=None)
    written(tmp_path / "s" / "a.json", content(benchmarks=[entry]))
    crash = {
        "task": "cnn-cifar",
        "phase": "train",
        "metric": "step-seconds",
        "outcome": "failed",
        "reason": "killed by signal 9",
    }
    written(
        tmp_path / "s" / "b.json",
        content(replicate=1, benchmarks=[], outcomes=[crash], versions={}),
    )
    read = read_runs(tmp_path)
    assert read.details[["name", "value"]].to_numpy().tolist() == [["import_seconds", 1.25]]
    assert sorted(read.outcomes["outcome"]) == ["failed", "passed"]
    assert "killed by signal 9" in set(read.outcomes["reason"])
    assert len(read.versions) == 1


def learned(**observations: Any) -> dict[str, Any]:
    entry = benchmark(
        "pytorch-eager",
        [60.0],
        phase="learn",
        metric="learn-seconds",
        observations=observations,
        cpu_seconds=100.0,
        max_difference=1e-6,
        curve=[0.1, 0.5],
        best=True,
    )
    return content(benchmarks=[entry])


def test_observations_become_samples_of_their_own_metrics(tmp_path: Path) -> None:
    accuracy = {"unit": "share", "values": [0.0, 0.5, 1.0]}
    written(tmp_path / "a.json", learned(accuracy=accuracy))
    read = read_runs(tmp_path)
    found = read.samples.groupby(["metric", "unit"])["value"].apply(list).to_dict()
    assert found == {("accuracy", "share"): [0.0, 0.5, 1.0], ("learn-seconds", "s"): [60.0]}
    named = read.details.groupby("metric")["name"].apply(set).to_dict()
    assert named == {
        "accuracy": {"max_difference"},
        "learn-seconds": {"cpu_seconds", "max_difference"},
    }


def test_an_observed_metric_replaces_the_clock(tmp_path: Path) -> None:
    seconds = {"unit": "s", "values": [41.0]}
    written(tmp_path / "a.json", learned(**{"learn-seconds": seconds}))
    assert read_runs(tmp_path).samples["value"].tolist() == [41.0]


@pytest.mark.parametrize(
    ("metric", "unit", "values", "expected"),
    [
        ("accuracy", "share", [1.01], "a share lies between 0 and 1"),
        ("accuracy", "share", [float("nan")], "observations.accuracy.values.0"),
        ("accuracy", "share", [-0.1], "but it is -0.1"),
        ("accuracy", "share", [], "observations.accuracy.values"),
        ("accuracy", "s", [1.0], 'accuracy is given in "s", not in "share"'),
        ("peak-bytes", "bytes", [0], "no time and no size is 0"),
        ("peak-bytes", "furlongs", [1.0], "observations.peak-bytes.unit"),
        ("peak-bytes", "bytes", ["many"], "observations.peak-bytes.values.0"),
        ("Peak Bytes", "bytes", [1.0], "observations.Peak Bytes"),
    ],
)
def test_an_impossible_observation_is_named(
    tmp_path: Path, metric: str, unit: str, values: list[object], expected: str
) -> None:
    written(tmp_path / "a.json", learned(**{metric: {"unit": unit, "values": values}}))
    assert expected in told(tmp_path)


def test_an_observation_may_not_be_measured_a_second_time(tmp_path: Path) -> None:
    accuracy = {"unit": "share", "values": [0.5]}
    entry = learned(accuracy=accuracy)["benchmarks"][0]
    again = benchmark("pytorch-eager", [1.0], phase="learn", metric="accuracy", unit="share")
    written(tmp_path / "a.json", content(benchmarks=[entry, again]))
    assert "mlp-mnist learn accuracy was measured twice" in told(tmp_path)


def test_twins_are_a_study_and_no_evidence(tmp_path: Path) -> None:
    for twin in (0, 1):
        written(tmp_path / "aa" / f"{twin}.json", content(twin=twin))
    process_file(tmp_path / "s", "pytorch-eager", 0, 0.002)
    assert read_runs(tmp_path / "aa", study=True).samples["twin"].unique().tolist() == [0, 1]
    (problem,) = read_problems(tmp_path)
    assert "half of an A/A study, no evidence" in problem.what
    with pytest.raises(RunError, match="no part of an A/A study"):
        read_runs(tmp_path, study=True)


def test_a_third_twin_is_refused(tmp_path: Path) -> None:
    written(tmp_path / "a.json", content(twin=2))
    assert "[advisor.twin]" in told(tmp_path)


def test_the_digest_of_a_task_is_the_laboratorys(tmp_path: Path) -> None:
    found = task_sources()
    assert set(found) == set(tasks.task_ids())
    assert found == {task: tasks.source_digest(task) for task in found}
    copy = shutil.copytree(laboratory() / "benchmarks" / "tasks", tmp_path / "tasks")
    assert task_sources(copy) == found
    for file in ("mlp_mnist/keras.py", "tensorflow_optimizers.py"):
        (copy / file).write_text((copy / file).read_text() + "\n# changed\n")
        task_sources.cache_clear()
        changed = {task for task, digest in task_sources(copy).items() if digest != found[task]}
        assert changed == ({"mlp-mnist"} if "mlp" in file else set(found))


def test_digest_depends_on_content_and_not_on_place(tmp_path: Path) -> None:
    for name in ("one", "two"):
        process_file(tmp_path / name / "s", "pytorch-eager", 0, 0.002)
    before = read_runs(tmp_path / "one")
    assert read_runs(tmp_path / "two").digest == before.digest
    assert re.fullmatch("[0-9a-f]{64}", before.digest)
    process_file(tmp_path / "two" / "s", "pytorch-eager", 0, 0.0021)
    assert read_runs(tmp_path / "two").digest != before.digest


def test_the_same_file_in_two_places_counts_once(tmp_path: Path) -> None:
    for name in ("one", "two"):
        process_file(tmp_path / name / "s", "pytorch-eager", 0, 0.002)
    once, twice = read_runs(tmp_path / "one"), read_runs(tmp_path / "one", tmp_path / "two")
    assert len(twice.samples) == len(once.samples)
    assert twice.digest == once.digest


def test_reading_changes_nothing(tmp_path: Path) -> None:
    path = process_file(tmp_path / "s", "pytorch-eager", 0, 0.002)
    before = (path.read_bytes(), path.stat().st_mtime_ns, sorted(tmp_path.rglob("*")))
    read_runs(tmp_path)
    assert (path.read_bytes(), path.stat().st_mtime_ns, sorted(tmp_path.rglob("*"))) == before


def test_truncated_file_names_file_and_line(tmp_path: Path) -> None:
    text = json.dumps(content(), indent=2)
    cut = text[: len(text) // 2]
    path = tmp_path / "s" / "cut.json"
    path.parent.mkdir()
    path.write_text(cut)
    message = told(tmp_path)
    assert f"{path} line {len(cut.splitlines())}: the file is cut off" in message


@pytest.mark.parametrize("raw", [b"", b"\xff\xfe\x00", b"[" * 100_000, b"{]"])
def test_what_is_not_json_is_an_error(tmp_path: Path, raw: bytes) -> None:
    (tmp_path / "a.json").write_bytes(raw)
    assert f"{tmp_path / 'a.json'} line 1" in told(tmp_path)


def changed(value: dict[str, Any], key: str, new: object) -> dict[str, Any]:
    """`value` with what stands at the dotted key replaced, or removed where `new` is None."""
    *parents, last = [int(part) if part.isdigit() else part for part in key.split(".")]
    place: Any = value
    for parent in parents:
        place = place[parent]
    if new is None:
        del place[last]
    else:
        place[last] = new
    return value


@pytest.mark.parametrize(
    ("key", "new", "expected"),
    [
        ("advisor", None, "[advisor]: this is not a run file"),
        ("advisor.stack", None, "[advisor.stack]: this key is missing"),
        ("advisor.machine.cores", "two", "[advisor.machine.cores]"),
        ("advisor.machine.memory_gib", None, "[advisor.machine.memory_gib]: this key is missing"),
        ("advisor.machine.gpus", ["a"], "[advisor.machine.gpus"),
        ("advisor.load.busy", "no", "[advisor.load.busy]"),
        ("advisor.session", "today", "[advisor.session]"),
        ("advisor.session", "20261399T115000Z", "[advisor.session]: 20261399T115000Z is not a"),
        ("advisor.format", 2, "Update advisor"),
        ("advisor.format", 0, "format 0 is not format 1"),
        ("advisor.outcomes.0.outcome", "skipped", "[advisor.outcomes.0.outcome]"),
        ("benchmarks", None, "[benchmarks]: this key is missing"),
        ("benchmarks.0.stats.data", [], "[benchmarks.0.stats.data]"),
        ("benchmarks.0.stats.data.1", 0, "[benchmarks.0.stats.data.1]"),
        ("benchmarks.0.stats.data.1", -0.5, "but it is -0.5"),
        ("benchmarks.0.stats.data.2", float("nan"), "[benchmarks.0.stats.data.2]"),
        ("benchmarks.0.stats.data.0", float("inf"), "[benchmarks.0.stats.data.0]"),
        ("benchmarks.0.stats.data.0", "1.5", "[benchmarks.0.stats.data.0]"),
        ("benchmarks.0.extra_info.task", "CNN cifar", "[benchmarks.0.extra_info.task]"),
        ("benchmarks.0.extra_info.stack", "keras-tensorflow", "in a process of pytorch-eager"),
    ],
)
def test_a_wrong_key_is_named(tmp_path: Path, key: str, new: object, expected: str) -> None:
    path = written(tmp_path / "s" / "a.json", changed(content(), key, new))
    message = told(tmp_path)
    assert expected in message
    assert str(path) in message


def test_many_bad_samples_are_one_problem(tmp_path: Path) -> None:
    entry = benchmark("pytorch-eager", [-1.0] * 50)
    written(tmp_path / "a.json", content(benchmarks=[entry]))
    assert len(told(tmp_path).splitlines()) == 1


def test_a_measurement_may_stand_in_a_file_only_once(tmp_path: Path) -> None:
    entry = benchmark("pytorch-eager", [1.0])
    written(tmp_path / "a.json", content(benchmarks=[entry, entry]))
    assert "mlp-mnist train step-seconds was measured twice" in told(tmp_path)


def test_all_problems_of_all_files_are_reported_together(tmp_path: Path) -> None:
    (tmp_path / "cut.json").write_text("{")
    written(tmp_path / "key.json", changed(content(), "advisor.framework", None))
    process_file(tmp_path, "pytorch-eager", 1, 0.002)
    process_file(tmp_path, "pytorch-eager", 2, 0.002)
    process_file(tmp_path, "pytorch-eager", 3, 0.002, machine={**MACHINE, "cores": 64})
    message = told(tmp_path, tmp_path / "nowhere")
    for part in ("cut.json", "key.json", "train-3.json [advisor.machine.cores]", "nowhere"):
        assert part in message


def test_a_run_from_another_machine_is_named_with_key_values_and_cure(tmp_path: Path) -> None:
    other = {**MACHINE, "cores": 64}
    stray = process_file(tmp_path / "s", "pytorch-eager", 0, 0.002, machine=other)
    for replicate in (1, 2):
        process_file(tmp_path / "s", "pytorch-eager", replicate, 0.002)
    (problem,) = read_problems(tmp_path)
    assert problem.where == f"{stray} [advisor.machine.cores]"
    assert problem.what == "a run from another machine: 64, but 2 in pytorch-eager-train-1.json"
    assert problem.cure == "Move the file to a session folder of its own"


def test_two_machines_in_two_session_folders_are_fine(tmp_path: Path) -> None:
    process_file(tmp_path / "a", "pytorch-eager", 0, 0.002)
    process_file(tmp_path / "b", "pytorch-eager", 0, 0.002, machine={**MACHINE, "cores": 64})
    assert len(read_runs(tmp_path).machines) == 2


def test_two_versions_of_a_stack_in_a_session_folder_are_refused(tmp_path: Path) -> None:
    process_file(tmp_path, "pytorch-eager", 0, 0.002)
    later = process_file(tmp_path, "pytorch-eager", 1, 0.002, versions={"torch": "2.14.0"})
    process_file(tmp_path, "keras-tensorflow", 0, 0.002, versions={"torch": "1.0"})
    message = told(tmp_path)
    assert f"{later} [advisor.versions.torch]: pytorch-eager ran with 2.14.0" in message
    assert "keras" not in message


def test_two_different_files_cannot_be_one_replicate(tmp_path: Path) -> None:
    process_file(tmp_path / "s", "pytorch-eager", 0, 0.002)
    entry = benchmark("pytorch-eager", [1.0])
    written(tmp_path / "s" / "copy.json", content(benchmarks=[entry]))
    assert "replicate 0 of mlp-mnist train step-seconds stands in" in told(tmp_path)


def test_a_file_too_large_is_refused_unread(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = process_file(tmp_path, "pytorch-eager", 0, 0.002)
    monkeypatch.setattr(runs, "LARGEST_FILE_BYTES", path.stat().st_size - 1)
    assert "too many for a run file" in told(tmp_path)


def test_200_megabytes_are_refused_before_they_are_read(tmp_path: Path) -> None:
    with (tmp_path / "large.json").open("wb") as file:
        file.truncate(200_000_000)
    start = time.process_time()
    assert "large.json: 200 MB are too many for a run file" in told(tmp_path)
    assert time.process_time() - start < 0.2


def test_other_things_than_files_are_refused(tmp_path: Path) -> None:
    (tmp_path / "folder.json").mkdir()
    os.mkfifo(tmp_path / "pipe.json")
    assert "pipe.json: this is no ordinary file" in told(tmp_path)


def test_a_link_that_leads_out_is_refused(tmp_path: Path) -> None:
    outside = process_file(tmp_path / "outside", "pytorch-eager", 0, 0.002)
    process_file(tmp_path / "results" / "s", "pytorch-eager", 1, 0.002)
    (tmp_path / "results" / "s" / "file.json").symlink_to(outside)
    (tmp_path / "results" / "folder").symlink_to(outside.parent)
    message = told(tmp_path / "results")
    assert message.count("leads out of the results folder") == 2


def test_a_link_inside_counts_its_file_once(tmp_path: Path) -> None:
    path = process_file(tmp_path / "s", "pytorch-eager", 0, 0.002)
    (tmp_path / "s" / "zz.json").symlink_to(path)
    assert set(read_runs(tmp_path).samples["run"]) == {"s/pytorch-eager-train-0.json"}


def test_missing_and_empty_folders_are_errors(tmp_path: Path) -> None:
    assert "there is no such folder" in told(tmp_path / "nowhere")
    (tmp_path / "notes.txt").write_text("no run")
    assert "there is no run file in this folder" in told(tmp_path)


def test_an_unreadable_file_is_an_error(tmp_path: Path) -> None:
    process_file(tmp_path, "pytorch-eager", 0, 0.002)
    (tmp_path / "gone.json").symlink_to(tmp_path / "nothing")
    assert "gone.json: cannot be read: No such file" in told(tmp_path)


def test_own_results_can_be_moved(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("ADVISOR_RESULTS", raising=False)
    assert own_results().parts[-2:] == ("advisor", "results")
    monkeypatch.setenv("ADVISOR_RESULTS", str(tmp_path))
    assert own_results() == tmp_path


def test_slug_is_safe_and_follows_the_whole_fingerprint() -> None:
    slug = machine_slug(MACHINE)
    assert re.fullmatch(r"intel-xeon-2-cores-[0-9a-f]{6}", slug)
    assert machine_slug({**MACHINE, "python": "3.12.1"}) != slug
    assert machine_slug(dict(reversed(MACHINE.items()))) == slug
    odd = machine_slug({**MACHINE, "cpu": "../../ «Ünïcode»" + "x" * 99})
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", odd)
    assert len(odd) < 60


def test_twice_the_machines_take_about_twice_the_time(tmp_path: Path) -> None:
    """2.9 times would be quadratic in part. What is counted is the processor's time."""
    times = []
    for machines in (100, 200):
        folder = tmp_path / str(machines)
        for number in range(machines):
            machine = {**MACHINE, "cpu": f"Processor {number}"}
            for replicate in range(3):
                process_file(
                    folder / f"m{number}", "pytorch-eager", replicate, 0.1, machine=machine
                )
        assert len(read_runs(folder).machines) == machines
        times.append(cpu_seconds(lambda folder=folder: read_runs(folder), repeats=3))  # type: ignore[misc]
    assert times[1] < 2.9 * times[0] + 0.1


def test_proofs_are_read_with_their_origin_and_measure_nothing(tmp_path: Path) -> None:
    written(tmp_path / "2026-probes" / "pytorch.json", proven(proof(facts={"a": True, "b": False})))
    read = read_runs(tmp_path)
    (found,) = read.proofs
    assert (found.probe, found.framework, found.level, found.outcome) == (
        *("licence", "pytorch", 4, "passed"),
    )
    assert [(fact.name, fact.holds) for fact in found.facts] == [("a", True), ("b", False)]
    assert found.fact("b") is found.facts[1]
    assert found.fact("c") is None
    assert (found.date, found.session) == (dt.date(2026, 11, 22), SESSION)
    assert (found.run, found.machine) == ("2026-probes/pytorch.json", machine_slug(MACHINE))
    assert found.versions == {"torch": "2.13.0"}
    assert read.samples.empty
    assert read.outcomes.empty
    assert read.processes.empty
    assert not read.machines
    assert not read.versions


def test_proofs_come_in_the_order_of_their_sessions(tmp_path: Path) -> None:
    for day in ("20261130", "20261123", "20261127"):
        file = proven(proof(), session=f"{day}T120000Z")
        written(tmp_path / f"{day}-probes" / "pytorch.json", file)
    days = [found.date.day for found in read_runs(tmp_path).proofs]
    assert days == [23, 27, 30]


@pytest.mark.parametrize(
    ("file", "said"),
    [
        (proven(proof(level=5)), "[advisor.proofs.0.level]: input should be less than or equal to"),
        (proven(proof(level=None)), "level None does not go with the outcome passed"),
        (proven(proof(outcome="missing")), "level 4 does not go with the outcome missing"),
        (proven(proof(outcome="maybe")), "'passed', 'failed' or 'missing', but it is 'maybe'"),
        (proven(proof(), proof()), "licence was probed more than once"),
        (proven(proof(framework="keras")), "keras was probed in a process of pytorch"),
        (proven(proof(source="sha1:00")), "[advisor.proofs.0.source]"),
        (proven({"probe": "licence"}), "this key is missing"),
    ],
)
def test_a_proof_that_cannot_be_is_refused(file: dict[str, Any], said: str, tmp_path: Path) -> None:
    written(tmp_path / "s" / "pytorch.json", file)
    assert said in told(tmp_path)


def test_proofs_do_not_stand_beside_timings(tmp_path: Path) -> None:
    file = content()
    file["advisor"]["proofs"] = [proof()]
    written(tmp_path / "s" / "pytorch.json", file)
    assert "proofs stand beside timings. Probe again with `advisor probe`" in told(tmp_path)
