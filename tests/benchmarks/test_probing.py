"""The way of a probe: a process, its children, and the run file with its proofs."""

import json
import os
import shutil
import signal
import sys
from pathlib import Path
from typing import Any

import pytest

from advisor.proofs import probe_digest
from advisor.runs import read_run
from benchmarks.probes.child import Child, together
from benchmarks.probes.proof import foreign_modules, source_digest
from benchmarks.probes.rubric import ChildError
from tests.benchmarks.conftest import ROOT, Ended, python

FACTS = {"session": "20261125T150000Z", "machine": {"cpu": "Test CPU"}}

#: A probe in a module of its own, with something different for each framework.
PROBE = '''
"""Tea: is it good?

It is looked at.
"""
from benchmarks.probes.rubric import Row, Rubric

RUBRIC = Rubric(
    criterion="tea",
    facts={"hot": "it is hot", "sweet": "it is sweet"},
    rows=(Row(4, needs=("hot", "sweet")), Row(2, needs=("hot",))),
    claims=("ov-all-02",),
)

def test_keras(facts):
    print("in", __file__)
    facts.record("hot", True, "80 degrees")
    facts.record("sweet", False, "no sugar")

def test_tensorflow(facts):
    facts.record("hot", True, "")

def test_pytorch(facts):
    facts.need("no_such_package")
'''

BROKEN = PROBE.replace('facts.record("hot", True, "80 degrees")', "nonsense").replace(
    'criterion="tea"', 'criterion="coffee"'
)


def probe(out: Path, *arguments: str, folder: Path = ROOT) -> Ended:
    command = ("-m", "pytest", "-p", "no:anyio", "-c", "benchmarks/pytest.ini", "benchmarks/probes")
    json_file = f"--proof-json={out}"
    return python(
        *command, *arguments, json_file, folder=folder, ADVISOR_REPLICATE=json.dumps(FACTS)
    )


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A laboratory whose only probes are the ones above."""
    folder = tmp_path_factory.mktemp("lab")
    left_out = shutil.ignore_patterns("results", "__pycache__", "test_*.py")
    shutil.copytree(ROOT / "benchmarks", folder / "benchmarks", ignore=left_out)
    (folder / "benchmarks/probes/test_tea.py").write_text(PROBE, encoding="utf-8")
    (folder / "benchmarks/probes/test_coffee.py").write_text(BROKEN, encoding="utf-8")
    return folder


def proofs(out: Path) -> dict[str, dict[str, Any]]:
    found = json.loads(out.read_text(encoding="utf-8"))["advisor"]["proofs"]
    return {proof["criterion"]: proof for proof in found}


def test_a_probe_leaves_a_run_file_that_the_advisor_reads(lab: Path, tmp_path: Path) -> None:
    out = tmp_path / "keras.json"
    ended = probe(out, "--framework", "keras", "--criterion", "tea", folder=lab)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    run = read_run(out).content
    assert run.benchmarks == ()
    assert run.advisor.proofs is not None
    (found,) = run.advisor.proofs
    assert (found.probe, found.criterion, found.framework) == ("tea", "tea", "keras")
    assert (found.level, found.outcome, found.reason) == (2, "passed", "")
    assert [(fact.name, fact.says, fact.holds, fact.detail) for fact in found.facts] == [
        ("hot", "it is hot", True, "80 degrees"),
        ("sweet", "it is sweet", False, "no sugar"),
    ]
    assert found.claims == ("ov-all-02",)
    assert found.source == source_digest(lab / "benchmarks/probes/test_tea.py")
    assert run.advisor.session == FACTS["session"]
    assert run.advisor.versions["numpy"]


def test_a_log_is_kept_without_the_folders_of_this_machine(lab: Path, tmp_path: Path) -> None:
    out = tmp_path / "keras.json"
    probe(out, "--framework", "keras", "--criterion", "tea", folder=lab)
    log = proofs(out)["tea"]["log"]
    assert log.startswith("in ~")
    assert str(lab) not in out.read_text(encoding="utf-8")


def test_facts_that_were_not_established_fail_the_probe(lab: Path, tmp_path: Path) -> None:
    out = tmp_path / "tensorflow.json"
    probe(out, "--framework", "tensorflow", "--criterion", "tea", folder=lab)
    found = proofs(out)["tea"]
    assert (found["level"], found["outcome"]) == (None, "failed")
    assert found["reason"] == "not established: sweet"


def test_what_is_not_installed_is_not_probed_here(lab: Path, tmp_path: Path) -> None:
    out = tmp_path / "pytorch.json"
    ended = probe(out, "--framework", "pytorch", "--criterion", "tea", folder=lab)
    found = proofs(out)["tea"]
    assert ended.returncode == 0
    assert (found["level"], found["outcome"]) == (None, "missing")
    assert found["reason"] == "not installed here: no_such_package"


def test_a_probe_that_breaks_is_a_result_and_the_others_go_on(lab: Path, tmp_path: Path) -> None:
    out = tmp_path / "keras.json"
    ended = probe(out, "--framework", "keras", folder=lab)
    found = proofs(out)
    assert ended.returncode == 1
    assert (found["coffee"]["level"], found["coffee"]["outcome"]) == (None, "failed")
    assert found["coffee"]["reason"] == "NameError: name 'nonsense' is not defined"
    assert found["tea"]["outcome"] == "passed"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((), "say what to probe: --framework {keras,tensorflow,pytorch}"),
        (("--framework", "keras", "--criterion", "milk"), "no probe for milk"),
    ],
)
def test_wrong_use_is_said_and_leaves_nothing(
    arguments: tuple[str, ...], said: str, lab: Path, tmp_path: Path
) -> None:
    ended = probe(tmp_path / "none.json", *arguments, folder=lab)
    assert ended.returncode == 4
    assert said in ended.stdout + ended.stderr
    assert not (tmp_path / "none.json").exists()


def test_probes_are_no_part_of_measuring() -> None:
    arguments = ("-c", "benchmarks/pytest.ini", "benchmarks", "--stack", "pytorch-eager")
    ended = python("-m", "pytest", "-p", "no:anyio", *arguments, "--collect-only", "-q")
    assert ended.returncode == 0
    assert "probes" not in ended.stdout


def test_a_process_may_hold_its_own_framework_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("jax", "keras", "tensorflow", "torch"):
        monkeypatch.delitem(sys.modules, name, raising=False)
    monkeypatch.setitem(sys.modules, "torch", sys)
    assert foreign_modules("pytorch") == frozenset()
    assert foreign_modules("keras") == {"torch"}
    monkeypatch.setitem(sys.modules, "jax", sys)
    assert foreign_modules("pytorch") == {"jax"}
    assert foreign_modules("tensorflow") == {"torch"}


def test_the_advisor_and_the_laboratory_agree_on_the_digest_of_a_probe() -> None:
    file = ROOT / "benchmarks/probes/test_licence.py"
    assert probe_digest("licence") == source_digest(file)
    assert probe_digest("no-such-probe") is None


def answer(number: int) -> dict[str, Any]:
    return {"number": number + 1, "pid": os.getpid()}


def fail() -> None:
    raise ValueError("on purpose\nand more")


def chatter() -> str:
    print("to standard output")  # noqa: T201
    os.write(1, b"past Python's own output\n")
    return "done"


def crash() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def hang() -> None:
    signal.pause()


def find_json() -> bool:
    import colorsys

    return bool(colorsys)


def environment(name: str) -> str | None:
    return os.environ.get(name)


def test_a_child_answers_one_request_after_another() -> None:
    with Child(FLAVOUR="mint") as child:
        first, second = child.run(answer, 1), child.run(answer, 2)
        assert (first["number"], second["number"]) == (2, 3)
        assert first["pid"] == second["pid"] == child.process.pid != os.getpid()
        assert child.run(chatter) == "done"
        assert child.run(environment, "FLAVOUR") == "mint"
    assert child.process.returncode is not None


def test_a_child_tells_what_was_raised_and_lives_on() -> None:
    with Child() as child:
        with pytest.raises(ChildError, match=r"^ValueError: on purpose$"):
            child.run(fail)
        assert child.run(answer, 1)["number"] == 2


def test_a_crash_and_a_hang_are_told_too() -> None:
    with Child() as child, pytest.raises(ChildError, match="ended with status -9"):
        child.run(crash)
    with Child(timeout_seconds=1.0) as child, pytest.raises(ChildError, match="ended with status"):
        child.run(hang)


def test_what_is_hidden_cannot_be_imported() -> None:
    with (
        Child(hidden=["colorsys"]) as child,
        pytest.raises(ChildError, match="ModuleNotFoundError"),
    ):
        child.run(find_json)
    with Child() as child:
        assert child.run(find_json)


def ranked(rank: int, port: int) -> tuple[int, int]:
    if rank == 1 and environment("UNLUCKY"):
        raise ValueError("the second one broke")
    return rank, port


def test_two_workers_get_their_ranks_and_one_place_to_meet() -> None:
    (first, port), (second, same) = together(ranked)
    assert (first, second) == (0, 1)
    assert port == same > 1023


def test_a_worker_that_breaks_is_told() -> None:
    with pytest.raises(ChildError, match="the second one broke"):
        together(ranked, UNLUCKY="yes")
