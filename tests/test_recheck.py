"""A recorded decision is checked again: what moved, whether it holds, and the exit code."""

import dataclasses
import json
import shutil
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import pytest

from advisor import __version__
from advisor.decide import decide
from advisor.errors import RecordError
from advisor.evidence import Evidence
from advisor.filing import Material, file_anew
from advisor.model import Answers, Catalog, Statement
from advisor.publish import write_file, write_files
from advisor.recheck import OUTCOMES, Outcome, Recheck, recheck, recheck_all, worst
from advisor.recorded import find_recorded, read_recorded
from advisor.register import Register
from advisor.render.rechecks import annotations, rechecks_json, rechecks_text
from advisor.render.record import Provenance
from advisor.render.report import report
from tests.decide.small import CATALOG, TODAY, statement
from tests.inprocess import advisor
from tests.test_cli import EXAMPLES

#: A policy under which the small catalogue's answers give a lean, if barely.
POLICY = CATALOG.policy.model_copy(update={"draws": 400, "lean": 0.59})
SMALL = CATALOG.model_copy(update={"policy": POLICY})
THEN = TODAY
NOW = TODAY + timedelta(days=100)
LATER = TODAY + timedelta(days=400)
PROVENANCE = Provenance("advisor report a.toml", __version__)
ANSWERS = Answers({"purpose": ("product",), "phone": ("no",)}, project="Phones <b>")
PROTOTYPE = EXAMPLES / "quick-prototype.answers.toml"

EvidenceOf = Callable[[date], Evidence]


def knowing(*added: Statement, catalog: Catalog = SMALL) -> EvidenceOf:
    """Evidence with these statements more."""
    grown = catalog.model_copy(update={"statements": (*catalog.statements, *added)})
    return lambda _: Evidence(grown, (), ())


def recorded(folder: Path, *, answers: Answers = ANSWERS, catalog: Catalog = SMALL) -> Path:
    """A record of what is decided on `THEN`, with its report beside it."""
    decision = decide(catalog, (), answers, as_of=THEN)
    made = Material(decision, catalog, (), PROVENANCE, b"format = 1\n")
    filed = file_anew(made, Register(folder, "bridge", ()), status="accepted")
    write_files(filed.files)
    return filed.record


def checked(path: Path, evidence: EvidenceOf, *, as_of: date = NOW) -> Recheck:
    return recheck(read_recorded(path), evidence, as_of=as_of)


def test_nothing_new_is_the_same(tmp_path: Path) -> None:
    found = checked(recorded(tmp_path), knowing())
    assert (found.outcome, found.stale, found.changed) == ("same", (), ())
    assert found.comparison
    assert found.comparison.moved == ()


def test_on_the_day_itself_there_is_nothing_to_compare(tmp_path: Path) -> None:
    found = checked(recorded(tmp_path), knowing(), as_of=THEN)
    assert (found.outcome, found.comparison) == ("same", None)


def test_other_evidence_flips_it_and_says_what_moved(tmp_path: Path) -> None:
    news = [
        statement("pytorch", "mobile", 0, NOW - timedelta(days=1)),
        statement("keras", "mobile", 4, NOW - timedelta(days=1)),
    ]
    path = recorded(tmp_path)
    winner = read_recorded(path).record.winner
    found = checked(path, knowing(*news))
    assert winner == "pytorch"
    assert found.now
    assert (found.outcome, found.now.winner) == ("flipped", "keras")
    assert found.comparison
    moved = {(m.framework, m.criterion) for m in found.comparison.moved}
    assert moved == {("pytorch", "mobile"), ("keras", "mobile")}
    text = rechecks_text([found], SMALL, version=__version__)
    assert "flipped: Pytorch was chosen, and now Keras leads" in text
    assert "Pytorch, Mobile: leading, probed 2026-11-01 (S1) -> absent, probed" in text


def test_a_must_have_that_is_missed_now_flips_it(tmp_path: Path) -> None:
    answers = Answers({"purpose": ("product",), "phone": ("must",)})
    path = recorded(tmp_path, answers=answers)
    lost = statement("pytorch", "mobile", 1, NOW - timedelta(days=1))
    found = checked(path, knowing(lost))
    assert found.now
    assert (found.outcome, found.now.winner) == ("flipped", None)
    text = rechecks_text([found], SMALL, version=__version__)
    assert "now no framework meets the must-haves" in text
    assert "Pytorch no longer meets" in text


def test_the_same_leader_with_too_small_a_lead_is_too_close(tmp_path: Path) -> None:
    path = recorded(tmp_path)
    assert read_recorded(path).record.verdict == "lean"
    found = checked(path, knowing(statement("keras", "kept", 4, NOW - timedelta(days=1))))
    assert found.now
    assert (found.now.winner, found.now.verdict) == ("pytorch", "too-close")
    assert (found.outcome, found.changed) == ("too-close", ())


def test_evidence_past_its_review_age_is_stale_and_named(tmp_path: Path) -> None:
    policy = SMALL.policy.model_copy(update={"lean": 0.2})
    easy = SMALL.model_copy(update={"policy": policy})
    found = checked(recorded(tmp_path, catalog=easy), knowing(catalog=easy), as_of=LATER)
    assert found.outcome == "stale"
    named = {(rating.framework, rating.criterion) for rating in found.stale}
    assert ("pytorch", "mobile") in named
    assert all(rating.stale for rating in found.stale)
    text = rechecks_text([found], SMALL, version=__version__)
    assert "evidence that has gone stale" in text
    assert "Pytorch, Mobile" in text


def test_what_was_stale_when_recorded_is_no_news(tmp_path: Path) -> None:
    """The same record made when it was stale already."""
    decision = decide(SMALL, (), ANSWERS, as_of=LATER)
    write_file(tmp_path / "r.html", report(decision, SMALL, PROVENANCE))
    found = checked(tmp_path / "r.html", knowing(), as_of=LATER + timedelta(days=30))
    assert (found.outcome, found.stale) == ("same", ())


def test_a_closed_record_is_not_decided_again(tmp_path: Path) -> None:
    path = recorded(tmp_path)
    path.write_text(path.read_text().replace("* Status: accepted", "* Status: rejected"))
    found = checked(path, knowing(statement("keras", "mobile", 4, NOW)))
    assert (found.outcome, found.now) == ("closed", None)
    assert 'closed ("rejected")' in rechecks_text([found], SMALL, version=__version__)


def test_changed_knowledge_is_told_from_changed_evidence(tmp_path: Path) -> None:
    path = recorded(tmp_path)
    other = SMALL.model_copy(update={"statements": SMALL.statements[1:]})
    assert checked(path, knowing(catalog=other)).changed == ("evidence",)
    policy = SMALL.policy.model_copy(update={"margin": 0.9})
    strict = SMALL.model_copy(update={"policy": policy})
    found = checked(path, knowing(catalog=strict))
    assert found.changed == ("evidence", "result")
    assert "no longer gives the recorded result" in rechecks_text(
        [found], SMALL, version=__version__
    )


def test_a_record_of_a_later_day_cannot_be_checked(tmp_path: Path) -> None:
    with pytest.raises(RecordError, match="--as-of"):
        checked(recorded(tmp_path), knowing(), as_of=THEN - timedelta(days=1))


def test_answers_that_are_no_longer_asked_are_named(tmp_path: Path) -> None:
    fewer = SMALL.model_copy(update={"questions": SMALL.questions[:1]})
    checks, problems = recheck_all([recorded(tmp_path)], knowing(catalog=fewer), as_of=NOW)
    assert checks == []
    assert "phone" in str(problems[0])


def test_the_worst_outcome_counts() -> None:
    assert worst([]) == "same"
    order: list[Outcome] = ["closed", "same", "stale", "too-close", "flipped"]
    assert worst(order) == "flipped"
    assert worst(order[:3]) == "stale"
    assert set(order) == set(OUTCOMES)


# Finding them.


def test_a_folder_is_searched_and_a_record_counts_once_with_its_report(tmp_path: Path) -> None:
    record = recorded(tmp_path / "docs" / "decisions")
    decision = decide(SMALL, (), ANSWERS, as_of=THEN)
    for format in ("html", "md", "json"):
        text = report(decision, SMALL, PROVENANCE, format=format)
        write_file(tmp_path / "reports" / f"r.{format}", text)
    for place in (".git", "node_modules", ".hidden"):
        recorded(tmp_path / place)
    (tmp_path / "README.md").write_text("# Not a decision\n")
    (tmp_path / "package.json").write_text('{"record": 1}')
    (tmp_path / "latin.md").write_bytes(b"caf\xe9")
    (tmp_path / "link.md").symlink_to(tmp_path / "nowhere.md")
    found, problems = find_recorded([tmp_path])
    names = [each.path.relative_to(tmp_path).as_posix() for each in found]
    assert names == [
        record.relative_to(tmp_path).as_posix(),
        "reports/r.html",
        "reports/r.json",
        "reports/r.md",
    ]
    assert [each.kind for each in found] == ["adr", "html", "json", "md"]
    assert [problem.where for problem in problems] == [str(tmp_path / "latin.md")]


def test_what_is_named_must_hold_a_decision(tmp_path: Path) -> None:
    (tmp_path / "README.md").write_text("# Not a decision\n")
    (tmp_path / "empty").mkdir()
    paths = [tmp_path / "README.md", tmp_path / "none.md", tmp_path / "empty"]
    found, problems = find_recorded(paths)
    assert found == []
    assert [problem.where for problem in problems] == list(map(str, paths))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('"as_of": "2026-11-22"', '"as_of": "soon"'),
        ('"as_of": "2026-11-22"', '"as_of": 20261122'),
        ('"verdict": ', '"verdict": "great", "other": '),
        ('"format": 1', '"format": 2'),
        ('"winner": ', '"winner": 1, "loser": '),
    ],
)
def test_a_broken_record_is_named_and_the_others_are_checked(
    tmp_path: Path, old: str, new: str
) -> None:
    recorded(tmp_path / "good")
    bad = recorded(tmp_path / "bad")
    assert old in bad.read_text()
    bad.write_text(bad.read_text().replace(old, new, 1))
    next((tmp_path / "bad").glob("*.report.html")).unlink()
    checks, problems = recheck_all([tmp_path], knowing(), as_of=NOW)
    assert [check.outcome for check in checks] == ["same"]
    assert [problem.where for problem in problems] == [str(bad)]


# For programs.


def test_the_json_says_all_of_it(tmp_path: Path) -> None:
    news = statement("pytorch", "mobile", 0, NOW - timedelta(days=1))
    found = checked(recorded(tmp_path), knowing(news), as_of=LATER)
    record = json.loads(json.dumps(rechecks_json([found], [])))
    assert record["outcome"] == "flipped"
    (check,) = record["checks"]
    assert check["recorded"]["winner"] == "pytorch"
    assert check["now"]["winner"] != "pytorch"
    assert {"framework", "criterion", "before", "after", "effect"} <= check["moved"][0].keys()
    assert check["stale"]
    assert check["changed"] == []


def test_an_annotation_cannot_be_broken_out_of(tmp_path: Path) -> None:
    path = recorded(tmp_path).rename(tmp_path / "a,b:c%0A\n::error::x.md")
    news = statement("pytorch", "mobile", 0, NOW - timedelta(days=1))
    found = checked(path, knowing(news))
    (line,) = annotations([found], [], SMALL)
    assert line.startswith("::error file=")
    assert "\n" not in line
    assert "a%2Cb%3Ac%250A%0A%3A%3Aerror%3A%3Ax.md,title=Framework decision::flipped" in line
    warned = dataclasses.replace(found, outcome="stale")
    assert next(iter(annotations([warned], [], SMALL))).startswith("::warning ")
    same = dataclasses.replace(found, outcome="same")
    assert list(annotations([same], [], SMALL)) == []


# The command.


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("project")
    shutil.copyfile(PROTOTYPE, folder / "answers.toml")
    done = advisor("adr", "answers.toml", "--as-of", "2026-11-22", cwd=folder)
    assert done.returncode == 0, done.stderr
    return folder


def test_exit_0_while_it_holds(project: Path) -> None:
    done = advisor("check", "--as-of", "2026-12-24", cwd=project)
    assert done.returncode == 0, done.stderr
    assert "the same: Keras still leads" in done.stdout


def test_exit_2_when_evidence_is_stale_unless_that_is_fine(project: Path) -> None:
    late = ("--as-of", "2027-12-24")
    done = advisor("check", "docs/decisions", *late, cwd=project, GITHUB_ACTIONS="true")
    assert done.returncode == 2, done.stderr
    assert "Past its review age" in done.stdout
    assert "\n::warning file=docs/decisions/0001-" in done.stdout
    assert advisor("check", "--stale-ok", *late, cwd=project).returncode == 0


def test_exit_1_when_it_flipped(project: Path, tmp_path: Path) -> None:
    """The article's own advice for a large product, on the evidence of later."""
    answers = EXAMPLES / "large-production.answers.toml"
    advisor("report", answers, "--as-of", "2025-04-30", "-o", tmp_path / "r.html")
    done = advisor(
        "check", tmp_path / "r.html", "--as-of", "2026-11-22", "--json", GITHUB_ACTIONS="true"
    )
    assert done.returncode == 1, done.stderr
    record = json.loads(done.stdout)
    assert record["outcome"] == "flipped"
    assert record["checks"][0]["recorded"]["winner"] == "tensorflow"
    assert len(record["checks"][0]["moved"]) > 5
    assert done.stderr.startswith("::error file=")
    assert advisor("check", tmp_path / "r.html", "--stale-ok").returncode == 1


@pytest.mark.parametrize(
    "arguments",
    [["none.md"], ["answers.toml"], ["--as-of", "soon"], ["--nonsense"], ["--as-of", "2020-01-01"]],
)
def test_exit_3_for_everything_else(project: Path, arguments: list[str]) -> None:
    done = advisor("check", *arguments, cwd=project)
    assert done.returncode == 3, done.stdout
    assert done.stderr
    assert "Traceback" not in done.stderr


def test_nothing_is_written_by_a_check(project: Path) -> None:
    before = {path: path.stat().st_mtime_ns for path in project.rglob("*")}
    advisor("check", cwd=project)
    assert {path: path.stat().st_mtime_ns for path in project.rglob("*")} == before
