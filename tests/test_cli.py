"""The command line as a person meets it: real processes, real files, exit codes and messages."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.clock import EPOCH, NEWEST
from tests.runfiles import MACHINE, content, written

ROOT = Path(__file__).resolve().parents[1]
EXAMPLES = ROOT / "examples"
PROTOTYPE = EXAMPLES / "quick-prototype.answers.toml"


def advisor(
    *arguments: object, cwd: Path = ROOT, **environment: str
) -> subprocess.CompletedProcess[str]:
    """`advisor ...` in a process of its own, without a terminal."""
    inherited = {key: value for key, value in os.environ.items() if not key.startswith("ADVISOR_")}
    return subprocess.run(
        [sys.executable, "-m", "advisor", *map(str, arguments)],
        cwd=cwd,
        env={
            **inherited,
            "PYTHONPATH": str(ROOT),
            "ADVISOR_RESULTS": str(cwd / "no-runs-of-my-own"),
            "SOURCE_DATE_EPOCH": EPOCH,
            **environment,
        },
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def complaint(done: subprocess.CompletedProcess[str], *parts: object) -> str:
    """The message of a command that refused: exit code 2, nothing on standard output, no trace."""
    assert done.returncode == 2, done.stderr
    assert done.stdout == ""
    assert "Traceback" not in done.stderr
    for part in parts:
        assert str(part) in done.stderr, done.stderr
    return done.stderr


@pytest.mark.parametrize(
    ("example", "winner"),
    [
        ("quick-prototype", "keras"),
        ("mobile-production", "tensorflow"),
        ("novel-research", "pytorch"),
    ],
)
def test_the_evidence_of_the_article_gives_the_advice_of_the_article(
    example: str, winner: str
) -> None:
    done = advisor(
        "decide", EXAMPLES / f"{example}.answers.toml", "--as-of", "2025-04-30", "--json"
    )
    decision = json.loads(done.stdout)
    assert (done.returncode, decision["winner"]) == (0, winner)
    assert decision["verdict"] in ("clear", "lean")
    assert decision["as_of"] == "2025-04-30"


def test_decide_as_json_has_what_programs_rely_on() -> None:
    decision = json.loads(advisor("decide", PROTOTYPE, "--json").stdout)
    assert decision["verdict"] in ("clear", "lean", "too-close")
    first = decision["ranking"][0]
    assert first["framework"] == decision["winner"]
    assert {"framework", "score", "first_rank"} <= first.keys()
    parts = [
        p["contribution"] for p in decision["contributions"] if p["framework"] == first["framework"]
    ]
    assert sum(parts) == pytest.approx(first["score"])
    assert decision["ruled_out"] == []
    assert decision["stack"]
    assert decision["as_of"] == NEWEST.isoformat()
    assert decision["evidence_digest"].startswith("sha256:")


def test_a_framework_that_is_ruled_out_comes_with_requirement_and_evidence(tmp_path: Path) -> None:
    answers = tmp_path / "windows.toml"
    answers.write_text('format = 1\n[answers]\noperating-system = ["windows-gpu"]\n')
    (entry,) = json.loads(advisor("decide", answers, "--json").stdout)["ruled_out"]
    assert entry["framework"] == "tensorflow"
    assert entry["requirement"]
    assert entry["evidence"]


def test_decide_says_the_verdict_in_a_few_lines() -> None:
    done = advisor("decide", PROTOTYPE)
    assert done.returncode == 0
    assert "Keras" in done.stdout
    assert len(done.stdout.splitlines()) < 40


def test_report_and_site_are_written_where_asked(tmp_path: Path) -> None:
    done = advisor("report", PROTOTYPE, "-o", tmp_path / "deep" / "report.html")
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "deep" / "report.html").read_text().lower().startswith("<!doctype html>")
    done = advisor("site", "-o", tmp_path / "site")
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "site" / "index.html").is_file()


def test_advise_without_a_terminal_says_that_it_decides_on_an_example(tmp_path: Path) -> None:
    done = advisor("advise", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "example" in done.stdout
    assert "report.html" in done.stdout
    assert (tmp_path / "report.html").is_file()


def test_ask_without_a_terminal_names_what_is_missing_and_how_to_give_it(tmp_path: Path) -> None:
    message = complaint(advisor("ask", cwd=tmp_path), "stage", "--set")
    assert "advisor ask --set stage=" in message
    assert not list(tmp_path.iterdir())


def test_ask_takes_answers_from_the_command_line(tmp_path: Path) -> None:
    done = advisor("ask", "--set", "stage=prototype", "--defaults", "--project", "P", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    decision = json.loads(advisor("decide", "answers.toml", "--json", cwd=tmp_path).stdout)
    assert decision["answers"]["stage"] == ["prototype"]
    assert decision["project"] == "P"


def test_an_unknown_answer_names_file_key_and_the_nearest(tmp_path: Path) -> None:
    answers = tmp_path / "a.toml"
    answers.write_text('format = 1\n[answers]\nstage = "prototyp"\nworklod = "images"\n')
    for command in ("decide", "report"):
        done = advisor(command, answers, cwd=tmp_path)
        complaint(done, answers, "stage", "prototype", "worklod", "workload")
    assert [path.name for path in tmp_path.iterdir()] == ["a.toml"]


def test_broken_toml_names_file_and_line(tmp_path: Path) -> None:
    answers = tmp_path / "a.toml"
    answers.write_text('format = 1\n[answers\nstage = "prototype"\n')
    complaint(advisor("decide", answers), answers, "line 2")


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    complaint(advisor("decide", tmp_path / "none.toml"), tmp_path / "none.toml")


def test_a_truncated_run_file_is_named(tmp_path: Path) -> None:
    run = written(tmp_path / "2026-11-22-m" / "pytorch-eager-steps-0.json", content())
    run.write_text(run.read_text()[:-200])
    complaint(advisor("decide", PROTOTYPE, "--results", tmp_path), run.name)


def test_a_run_from_another_machine_is_named_with_the_key_that_differs(tmp_path: Path) -> None:
    folder = tmp_path / "2026-11-22-m"
    written(folder / "pytorch-eager-steps-0.json", content(replicate=0))
    written(folder / "pytorch-eager-steps-1.json", content(replicate=1))
    written(
        folder / "pytorch-eager-steps-2.json",
        content(replicate=2, machine={**MACHINE, "cores": 96}),
    )
    complaint(
        advisor("report", PROTOTYPE, "--results", tmp_path, "-o", tmp_path / "r.html"),
        "pytorch-eager-steps-2.json",
        "cores",
        "96",
    )
    assert not (tmp_path / "r.html").exists()


def test_a_bad_date_is_named() -> None:
    complaint(advisor("decide", PROTOTYPE, "--as-of", "30.4.2025"), "--as-of", "30.4.2025")
    complaint(advisor("decide", PROTOTYPE, SOURCE_DATE_EPOCH="soon"), "SOURCE_DATE_EPOCH", "soon")


def test_an_output_that_cannot_be_written_is_named_and_nothing_is_left(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("mine")
    done = advisor("report", PROTOTYPE, "-o", blocked / "report.html")
    complaint(done, blocked)
    complaint(advisor("site", "-o", blocked), blocked)
    assert blocked.read_text() == "mine"
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_a_folder_that_is_not_a_site_is_never_replaced(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("mine")
    complaint(advisor("site", "-o", tmp_path), tmp_path)
    assert (tmp_path / "thesis.txt").read_text() == "mine"


def test_ones_own_runs_replace_the_bundled_ones(tmp_path: Path) -> None:
    folder = tmp_path / "runs" / "2026-11-22-m"
    for index in range(3):
        for stack in ("keras-tensorflow", "tensorflow-graph", "pytorch-eager"):
            written(folder / f"{stack}-steps-{index}.json", content(stack, index))
    answers = tmp_path / "answers.toml"
    answers.write_text("format = 1\n[answers]\ntraining-device = 'cpu'\nspeed = 'training'\n")
    one = json.loads(advisor("decide", answers, "--json").stdout)
    two = json.loads(advisor("decide", answers, "--json", "--results", tmp_path / "runs").stdout)
    assert one["evidence_digest"] != two["evidence_digest"]
    assert {machine["own"] for machine in one["evidence"]["machines"]} == {False}
    assert [machine["own"] for machine in two["evidence"]["machines"]] == [True]
    assert set(two["evidence"]["runs"]).isdisjoint(one["evidence"]["runs"])
    said = advisor("decide", answers, "--results", tmp_path / "runs").stdout
    assert f"Measured on {two['evidence']['machines'][0]['machine']} (your own runs)." in said
    assert "(our runs)" in advisor("decide", answers).stdout


def test_results_of_a_read_only_folder_are_only_read(tmp_path: Path) -> None:
    folder = tmp_path / "2026-11-22-m"
    for index in range(3):
        written(folder / f"pytorch-eager-steps-{index}.json", content(replicate=index))
    before = {path: path.read_bytes() for path in folder.iterdir()}
    advisor("decide", PROTOTYPE, "--results", tmp_path)
    assert {path: path.read_bytes() for path in folder.iterdir()} == before
    shutil.rmtree(folder)
