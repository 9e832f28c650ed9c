"""What `advisor probe` does around the processes: which it starts, and what becomes of them."""

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from advisor.errors import MeasureError
from advisor.measure import Event
from advisor.measure.probe import ProbeChoices, probe, probed_criteria
from advisor.runs import read_runs
from tests.runfiles import proof, proven

ROOT = Path(__file__).resolve().parents[2]

#: A script that plays pytest: it does what behaviour.json says for a framework.
PYTEST = """
import json, os, pathlib, sys, time

given = sys.argv[1:]
framework = given[given.index("--framework") + 1]
(out,) = [word[13:] for word in given if word.startswith("--proof-json=")]
with open("calls.txt", "a") as calls:
    calls.write(" ".join(given[given.index("--framework") + 1:-1]) + "\\\\n")
does = json.loads(pathlib.Path("behaviour.json").read_text())[framework]
if does == "crashes":
    os.abort()
if does == "stops":
    sys.exit("no such device in " + os.getcwd())
if does == "hangs":
    pathlib.Path("hanging.txt").touch()
    time.sleep(60)
context = json.loads(os.environ["ADVISOR_REPLICATE"])
does["advisor"].update(session=context["session"], machine=context["machine"])
pathlib.Path(out).write_text(json.dumps(does))
"""


def choices(tmp_path: Path, behaviour: dict[str, object], **changed: object) -> ProbeChoices:
    lab = tmp_path / "laboratory"
    (lab / "benchmarks/probes").mkdir(parents=True)
    (lab / "benchmarks/probes/test_safe_loading.py").touch()
    (lab / "benchmarks/probes/test_licence.py").touch()
    (lab / "pytest.py").write_text(PYTEST.replace("\\\\n", "\\n"))
    (lab / "behaviour.json").write_text(json.dumps(behaviour))
    given: dict[str, object] = {
        "frameworks": tuple(behaviour),
        "out": tmp_path / "results",
        "laboratory": lab,
        "lock": tmp_path / "lock",
    }
    return ProbeChoices(**{**given, **changed})  # type: ignore[arg-type]


TORCH = proven(proof())
KERAS = proven(proof(framework="keras"), framework="keras")


def test_each_framework_has_a_process_and_a_run_file(tmp_path: Path) -> None:
    heard: list[Event] = []
    result = probe(choices(tmp_path, {"keras": KERAS, "pytorch": TORCH}), progress=heard.append)
    assert not result.failed
    assert {(p.framework, p.level) for p in result.proofs} == {("keras", 4), ("pytorch", 4)}
    assert sorted(path.name for path in result.folder.iterdir()) == ["keras.json", "pytorch.json"]
    assert read_runs(tmp_path / "results").proofs == result.proofs
    assert len({proof.session for proof in result.proofs}) == 1
    assert (tmp_path / "laboratory/calls.txt").read_text().split() == ["keras", "pytorch"]
    assert [(event.done, event.total) for event in heard] == [(0, 2), (1, 2), (2, 2)]
    assert not (tmp_path / "lock").exists()


def test_the_folder_says_day_machine_and_that_these_are_proofs(tmp_path: Path) -> None:
    asked = choices(tmp_path, {"pytorch": TORCH})
    first, second = probe(asked), probe(asked)
    machine = first.proofs[0].machine
    assert first.folder.name == f"{first.proofs[0].date}-{machine}-probes"
    assert second.folder.name == f"{first.folder.name}-2"


def test_criteria_that_were_chosen_reach_the_laboratory(tmp_path: Path) -> None:
    probe(choices(tmp_path, {"pytorch": TORCH}, criteria=("licence", "safe-loading")))
    called = (tmp_path / "laboratory/calls.txt").read_text()
    assert called.split() == ["pytorch", "--criterion", "licence", "--criterion", "safe-loading"]


@pytest.mark.parametrize(
    ("does", "reason"),
    [
        ("crashes", "crashed: SIGABRT"),
        ("stops", "ended with status 1: no such device in laboratory"),
        ("hangs", "no result after 1 s"),
    ],
)
def test_a_framework_that_fails_does_not_stop_the_others(
    tmp_path: Path, does: str, reason: str
) -> None:
    asked = choices(tmp_path, {"keras": does, "pytorch": TORCH}, timeout_seconds=1.0)
    heard: list[Event] = []
    result = probe(asked, progress=heard.append)
    assert list(result.failed) == ["keras"]
    assert reason in result.failed["keras"]
    assert [proof.framework for proof in result.proofs] == ["pytorch"]
    assert reason in heard[-1].failure


def test_unknown_names_are_all_told_and_nothing_is_started(tmp_path: Path) -> None:
    asked = choices(tmp_path, {"pytorch": TORCH}, criteria=("tea",), frameworks=("caffe",))
    with pytest.raises(MeasureError) as caught:
        probe(asked)
    told = str(caught.value)
    assert '--criterion: the laboratory has no probe for "tea". Choose from: licence' in told
    assert '--framework: the laboratory has no "caffe"' in told
    assert not (tmp_path / "results").exists()


def test_a_framework_that_is_not_installed_is_told_with_the_cure(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        "advisor.measure.probe.MODULES", {"pytorch": (("no_such_module",), "torch")}
    )
    with pytest.raises(MeasureError, match=r"no_such_module not installed.*advisor\[torch\]"):
        probe(choices(tmp_path, {"pytorch": TORCH}))


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "results").touch()
    with pytest.raises(MeasureError, match="cannot be made"):
        probe(choices(tmp_path, {"pytorch": TORCH}))


def test_the_laboratory_is_asked_for_its_criteria(tmp_path: Path) -> None:
    choices(tmp_path, {"pytorch": TORCH})
    assert probed_criteria(tmp_path / "laboratory") == ("licence", "safe-loading")
    assert "step-debugging" in probed_criteria()


def test_an_interruption_ends_the_probe_and_says_what_is_kept(tmp_path: Path) -> None:
    choices(tmp_path, {"pytorch": "hangs"})
    code = (
        "import pathlib\n"
        "from advisor.measure.probe import ProbeChoices, probe\n"
        f"here = pathlib.Path({str(tmp_path)!r})\n"
        "probe(ProbeChoices(frameworks=('pytorch',), out=here / 'results',"
        " laboratory=here / 'laboratory', lock=here / 'lock'))\n"
    )
    running = subprocess.Popen(
        [sys.executable, "-c", code],
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    for _ in range(600):
        if (tmp_path / "laboratory/hanging.txt").exists():
            break
        time.sleep(0.05)
    running.terminate()
    _, said = running.communicate(timeout=30)
    assert "advisor probe: interrupted" in said
    assert not list((tmp_path / "results").rglob("*.json"))
    assert not (tmp_path / "lock").exists()
