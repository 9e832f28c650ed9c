"""A report comes back byte for byte, an edit is found, and what cannot be told is not claimed."""

import json
import os
import re
import shutil
import subprocess
import sys
from datetime import date
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from advisor import __version__
from advisor.ask.answers import read_answers
from advisor.decide import decide
from advisor.errors import RecordError
from advisor.evidence import Evidence, gather
from advisor.publish import write_file
from advisor.rebuild import Finding, rebuild, verify
from advisor.recorded import read_recorded
from advisor.render.record import Provenance
from advisor.render.report import report
from advisor.render.seal import is_intact, sealed, sealed_json
from tests.clock import EPOCH, NEWEST
from tests.inprocess import advisor
from tests.runfiles import content, written
from tests.test_cli import EXAMPLES, ROOT, complaint

FORMATS = ["html", "md", "json"]
PROTOTYPE = EXAMPLES / "quick-prototype.answers.toml"


@pytest.fixture(scope="module", autouse=True)
def _only_bundled_runs() -> None:
    os.environ["ADVISOR_RESULTS"] = str(ROOT / "no-runs-of-my-own")


@cache
def evidence(when: date = NEWEST) -> Evidence:
    return gather((), when)


@cache
def made(format: str) -> str:
    answers = read_answers(PROTOTYPE, evidence().catalog)
    decision = decide(evidence().catalog, evidence().cells, answers, as_of=NEWEST)
    provenance = Provenance("advisor report a.toml", __version__)
    return report(decision, evidence().catalog, provenance, runs=evidence().runs, format=format)


@pytest.fixture
def reports(tmp_path: Path) -> dict[str, Path]:
    for format in FORMATS:
        write_file(tmp_path / f"r.{format}", made(format))
    return {format: tmp_path / f"r.{format}" for format in FORMATS}


def found(path: Path, *, version: str = __version__) -> Finding:
    return verify(path, evidence, version=version)


@pytest.mark.parametrize("format", FORMATS)
def test_a_report_comes_back_byte_for_byte(reports: dict[str, Path], format: str) -> None:
    recorded = read_recorded(reports[format])
    assert rebuild(recorded, evidence(), version=__version__) == made(format)
    assert found(reports[format]) == Finding("untouched")


@pytest.mark.parametrize(
    ("format", "old", "new", "section"),
    [
        ("html", "0.92</a>", "0.97</a>", "verdict"),
        ("html", "</main>", "<p>And so on.</p></main>", "provenance"),
        ("html", "&#34;winner&#34;: &#34;keras&#34;", "&#34;winner&#34;: &#34;pytorch&#34;", ""),
        ("md", "| Keras | 0.92 |", "| Keras | 0.97 |", "Choose Keras: the case is clear"),
        ("md", "# Choose Keras", "# Choose PyTorch", "Choose Keras: the case is clear"),
        ("json", '"verdict": "clear"', '"verdict": "lean"', "plan"),
    ],
)
def test_an_edit_is_found_and_shown(
    reports: dict[str, Path], format: str, old: str, new: str, section: str
) -> None:
    text = made(format)
    assert old in text
    reports[format].write_text(text.replace(old, new, 1))
    finding = found(reports[format])
    assert finding.outcome == "edited"
    assert finding.difference
    assert finding.difference.found != finding.difference.made
    if section:
        assert finding.difference.section == section


@given(st.data())
@settings(max_examples=15, deadline=None)
@pytest.mark.parametrize("format", FORMATS)
def test_no_edit_of_a_character_goes_unnoticed(
    tmp_path_factory: pytest.TempPathFactory, format: str, data: st.DataObject
) -> None:
    text = made(format)
    place = data.draw(st.integers(0, len(text) - 1))
    other = data.draw(st.sampled_from(["", "x", "0", " ", text[place] * 2]))
    edited = text[:place] + other + text[place + 1 :]
    if edited == text:
        return
    path = tmp_path_factory.mktemp("edited") / f"r.{format}"
    path.write_text(edited)
    assert found(path).outcome == "edited"


@pytest.mark.parametrize("format", FORMATS)
def test_a_broken_record_in_a_report_of_ours_is_an_edit(
    reports: dict[str, Path], format: str
) -> None:
    quote = "&#34;" if format == "html" else '"'
    key = f"{quote}answers_file{quote}:"
    assert key in made(format)
    reports[format].write_text(made(format).replace(key, key[:-1], 1))
    assert found(reports[format]).outcome == "edited"


def test_answers_that_cannot_be_are_an_edit_too(reports: dict[str, Path]) -> None:
    text = made("md")
    assert 'stage = \\"prototype\\"' in text
    reports["md"].write_text(text.replace('stage = \\"prototype\\"', 'stage = \\"x\\"', 1))
    finding = found(reports["md"])
    assert finding.outcome == "edited"
    assert "no such choice" in str(finding.reasons[0])


@pytest.mark.parametrize("format", FORMATS)
def test_another_version_or_other_evidence_cannot_tell(
    reports: dict[str, Path], format: str
) -> None:
    newer = found(reports[format], version="9.9.9")
    assert newer.outcome == "unknown"
    assert f"made by advisor {__version__}, and this is 9.9.9" in str(newer.reasons[0])
    other = verify(reports[format], without_a_statement, version=__version__)
    assert other.outcome == "unknown"
    assert "rests on the evidence sha256:" in str(other.reasons[0])
    with pytest.raises(RecordError, match="rests on the evidence"):
        rebuild(read_recorded(reports[format]), without_a_statement(NEWEST), version=__version__)


def without_a_statement(when: date) -> Evidence:
    known = evidence(when)
    fewer = known.catalog.model_copy(update={"statements": known.catalog.statements[1:]})
    return Evidence(fewer, known.cells, known.runs)


def test_another_questionnaire_cannot_tell(reports: dict[str, Path]) -> None:
    known = evidence()
    asked = known.catalog.model_copy(update={"questions": known.catalog.questions[:-1]})
    finding = verify(
        reports["html"], lambda _: Evidence(asked, known.cells, known.runs), version=__version__
    )
    assert finding.outcome == "unknown"
    assert "questionnaire" in str(finding.reasons[0])


@pytest.mark.parametrize("format", FORMATS)
def test_even_then_an_edit_breaks_the_seal(reports: dict[str, Path], format: str) -> None:
    reports[format].write_text(made(format).replace("Keras", "Xeras", 1))
    assert found(reports[format], version="9.9.9").outcome == "edited"


def test_later_evidence_takes_nothing_back(reports: dict[str, Path]) -> None:
    """A statement of a later day leaves the evidence as of the report's day as it was."""
    known = evidence()
    later = known.catalog.statements[-1].model_copy(update={"date": date(2027, 3, 1)})
    grown = known.catalog.model_copy(update={"statements": (*known.catalog.statements, later)})
    later_evidence = Evidence(grown, known.cells, known.runs)
    finding = verify(reports["html"], lambda _: later_evidence, version=__version__)
    assert finding == Finding("untouched")


def test_converted_line_ends_are_an_edit_and_said(reports: dict[str, Path]) -> None:
    reports["html"].write_bytes(made("html").replace("\n", "\r\n").encode())
    finding = found(reports["html"])
    assert finding.outcome == "edited"
    assert finding.difference
    assert finding.difference.found.endswith("\r")


def test_a_record_made_with_ones_own_runs_asks_for_them(tmp_path: Path) -> None:
    folder = tmp_path / "runs" / "2026-11-22-m"
    for index in range(3):
        for stack in ("keras-tensorflow", "tensorflow-graph", "pytorch-eager"):
            written(folder / f"{stack}-steps-{index}.json", content(stack, index))
    own = [tmp_path / "runs"]
    path = tmp_path / "r.html"
    command = ("report", PROTOTYPE, "--results", "runs", "--as-of", NEWEST, "-o", "r.html")
    assert advisor(*command, cwd=tmp_path).returncode == 0
    assert verify(path, lambda when: gather(own, when), version=__version__) == Finding("untouched")
    finding = found(path)
    assert finding.outcome == "unknown"
    assert "--results" in finding.reasons[0].cure
    assert f"--as-of {NEWEST} --results runs -o r.html" in path.read_text()


def test_the_seal_is_broken_by_anything() -> None:
    text = sealed("one\ntwo\n")
    assert is_intact(text)
    assert not is_intact(text.replace("two", "too"))
    assert not is_intact(f"{text}more\n")
    assert not is_intact("one\ntwo\n")
    content = sealed_json({"a": 1, "b": "sealed"})
    assert is_intact(content)
    assert not is_intact(content.replace("1", "2"))
    assert not is_intact(content + " ")


# The commands.


def test_the_commands_say_it_with_their_exit_codes(tmp_path: Path) -> None:
    advisor("report", PROTOTYPE, "-o", tmp_path / "r.html")
    done = advisor("rebuild", "r.html", "-o", "again.html", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "the same bytes" in done.stdout
    assert (tmp_path / "again.html").read_bytes() == (tmp_path / "r.html").read_bytes()
    done = advisor("verify", "r.html", cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert "untouched" in done.stdout
    edited = tmp_path / "edited.html"
    edited.write_text((tmp_path / "r.html").read_text().replace("Choose Keras", "Choose Rust", 1))
    done = advisor("verify", "edited.html", cwd=tmp_path)
    assert done.returncode == 1
    assert "edited" in done.stdout
    assert "Choose Rust" in done.stdout
    assert "Choose Keras" in done.stdout


@pytest.mark.parametrize("command", ["verify", "rebuild"])
def test_what_is_no_report_is_refused(tmp_path: Path, command: str) -> None:
    stranger = tmp_path / "page.html"
    stranger.write_text("<p>hello</p>")
    complaint(advisor(command, stranger), stranger, "no decision of ours")
    complaint(advisor(command, tmp_path / "none.html"), "none.html", "cannot be read")
    assert [path.name for path in tmp_path.iterdir()] == ["page.html"]


def test_a_format_follows_the_name_or_is_asked_for(tmp_path: Path) -> None:
    complaint(advisor("report", PROTOTYPE, "-o", "r.pdf", cwd=tmp_path), "r.pdf", ".html")
    complaint(
        advisor("report", PROTOTYPE, "-o", "r.md", "--format", "pdf", cwd=tmp_path), "html, md"
    )
    assert not list(tmp_path.iterdir())
    done = advisor("report", PROTOTYPE, "-o", "report", "--format", "json", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    record = json.loads((tmp_path / "report").read_text())
    assert record["record"]["command"].endswith("-o report --format json")
    assert record["winner"] == "keras"


def test_a_report_is_the_same_whatever_the_hash_seed_and_time_zone(tmp_path: Path) -> None:
    texts = set()
    for seed, zone in (("1", "UTC"), ("2", "Asia/Tokyo")):
        shutil.copyfile(PROTOTYPE, tmp_path / "a.toml")
        subprocess.run(
            [sys.executable, "-m", "advisor", "report", "a.toml", "-o", "r.html"],
            cwd=tmp_path,
            env={
                **os.environ,
                "PYTHONPATH": str(ROOT),
                "PYTHONHASHSEED": seed,
                "TZ": zone,
                "SOURCE_DATE_EPOCH": EPOCH,
            },
            check=True,
            capture_output=True,
        )
        texts.add((tmp_path / "r.html").read_bytes())
    assert len(texts) == 1


def test_where_a_report_was_made_is_not_in_it(tmp_path: Path) -> None:
    secret = tmp_path / "secret-folder"
    secret.mkdir()
    shutil.copyfile(PROTOTYPE, secret / "a.toml")
    advisor("report", secret / "a.toml", "-o", secret / "r.html")
    text = (secret / "r.html").read_text()
    assert not re.search(r"secret-folder|/tmp/|/home/|/root/", text)
    assert f"advisor report a.toml --as-of {NEWEST} -o r.html" in text
