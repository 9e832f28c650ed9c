"""Filing a decision: the files, their numbers, superseding both ways, and what is never touched."""

import json
import re
import shutil
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from advisor.errors import RecordError
from advisor.filing import Material, file_again, file_anew, format_named
from advisor.model import Catalog, Decision
from advisor.publish import write_files
from advisor.recorded import find_recorded
from advisor.register import FORMATS, Format, Register, block_of, open_register
from advisor.render.adr import slug, title
from advisor.render.page import make_page
from tests.inprocess import advisor
from tests.render import handmade
from tests.render.test_adr import later
from tests.render.test_report import HOSTILE, named
from tests.test_cli import EXAMPLES, complaint


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    return handmade.make_catalog()


@pytest.fixture(scope="module")
def decision() -> Decision:
    return handmade.make_decisions()["clear"]


def material(decision: Decision, catalog: Catalog, answers: bytes = b"format = 1\n") -> Material:
    return Material(decision, catalog, (), handmade.PROVENANCE, answers)


def register(folder: Path, format: Format | None = None) -> Register:
    return open_register(folder, folder, format)


def tree(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def test_a_record_comes_with_its_report_and_its_answers(
    decision: Decision, catalog: Catalog, tmp_path: Path
) -> None:
    answers = b"# mine\r\nformat = 1\n"
    filed = file_anew(material(decision, catalog, answers), register(tmp_path), status="proposed")
    write_files(filed.files)
    stem = "0001-use-pytorch-for-herbarium-a-plant-finder-for-phones"
    assert list(tree(tmp_path)) == [f"{stem}.answers.toml", f"{stem}.md", f"{stem}.report.html"]
    assert filed.record == tmp_path / f"{stem}.md"
    assert (tmp_path / f"{stem}.answers.toml").read_bytes() == answers
    assert (tmp_path / f"{stem}.report.html").read_text() == handmade.make_page(decision, catalog)


@pytest.mark.parametrize("format", FORMATS)
def test_superseding_goes_both_ways(
    decision: Decision, catalog: Catalog, tmp_path: Path, format: Format
) -> None:
    for number in (1, 2):
        supersedes = number - 1 or None
        filed = file_anew(
            material(decision, catalog),
            register(tmp_path, format),
            status="accepted",
            supersedes=supersedes,
        )
        write_files(filed.files)
    old, new = register(tmp_path).entries
    assert new.path.name in old.path.read_text()
    assert old.path.name in new.path.read_text()
    assert (old.closed, new.closed) == (True, False)
    assert new.format == format
    with pytest.raises(RecordError, match=r"[Ss]uperseded by"):
        file_anew(material(decision, catalog), register(tmp_path), status="accepted", supersedes=1)


def test_an_update_writes_the_same_files_and_keeps_edits(
    decision: Decision, catalog: Catalog, tmp_path: Path
) -> None:
    write_files(file_anew(material(decision, catalog), register(tmp_path), status="draft").files)
    (record,) = tmp_path.glob("*.md")
    record.write_text(record.read_text().replace("* Deciders:", "* Deciders: Ada") + "\nMine.\n")
    before = set(tree(tmp_path))
    page = later(material(decision, catalog).page)
    filed = file_again(material(page.decision, catalog), register(tmp_path), 1)
    write_files(filed.files)
    text = record.read_text()
    assert set(tree(tmp_path)) == before
    assert "* Deciders: Ada\n* Date: 2027-05-01\n" in text
    assert text.endswith("\nMine.\n")
    block = block_of(text)
    assert block
    assert block["as_of"] == "2027-05-01"


def test_where_pyadr_is_used_only_records_have_a_number(
    decision: Decision, catalog: Catalog, tmp_path: Path
) -> None:
    """It takes every file that starts with four digits for a record, whatever it ends in."""
    (tmp_path / ".adr").write_text("[adr]\nrecords-dir = log\n")
    for again in (False, True):
        opened = open_register(tmp_path, None, None)
        made = material(decision, catalog)
        filed = file_again(made, opened, 1) if again else file_anew(made, opened, status="draft")
        write_files(filed.files)
    names = [path.name for path in (tmp_path / "log").glob("[0-9][0-9][0-9][0-9]-*")]
    assert names == [filed.record.name]
    assert len(list((tmp_path / "log" / "evidence").iterdir())) == 2
    stem = filed.record.stem
    text = filed.record.read_text()
    assert f"(evidence/{stem}.report.html)" in text
    assert f"(evidence/{stem}.answers.toml)" in text
    found, problems = find_recorded([tmp_path])
    assert ([each.kind for each in found], problems) == (["adr"], [])


def test_what_somebody_wrote_into_the_comment_leads_nowhere_else(
    decision: Decision, catalog: Catalog, tmp_path: Path
) -> None:
    folder = tmp_path / "records"
    write_files(file_anew(material(decision, catalog), register(folder), status="draft").files)
    (record,) = folder.glob("*.md")
    text = record.read_text().replace('"evidence": ""', '"evidence": "../elsewhere"')
    record.write_text(text)
    filed = file_again(material(decision, catalog), register(folder), 1)
    assert {path.parent for path in filed.files} == {folder}


def test_another_choice_is_another_record(
    decision: Decision, catalog: Catalog, tmp_path: Path
) -> None:
    write_files(file_anew(material(decision, catalog), register(tmp_path), status="draft").files)
    (record,) = tmp_path.glob("*.md")
    record.write_text(record.read_text().replace('"winner": "pytorch"', '"winner": "keras"'))
    with pytest.raises(RecordError, match="--supersedes 1"):
        file_again(material(decision, catalog), register(tmp_path), 1)


def test_somebody_elses_record_is_not_updated(
    decision: Decision, catalog: Catalog, tmp_path: Path
) -> None:
    (tmp_path / "0001-theirs.md").write_text("# Theirs\n\n* Status: accepted\n")
    with pytest.raises(RecordError, match="not made here"):
        file_again(material(decision, catalog), register(tmp_path), 1)


def test_a_report_that_is_not_ours_is_not_replaced_by_an_update(
    decision: Decision, catalog: Catalog, tmp_path: Path
) -> None:
    write_files(file_anew(material(decision, catalog), register(tmp_path), status="draft").files)
    (report,) = tmp_path.glob("*.report.html")
    report.write_text("<p>mine</p>")
    with pytest.raises(RecordError, match="not made here"):
        file_again(material(decision, catalog), register(tmp_path), 1)
    assert report.read_text() == "<p>mine</p>"


@pytest.mark.parametrize("ending", [".md", ".report.html", ".answers.toml"])
@pytest.mark.parametrize("kind", ["file", "link"])
def test_a_new_record_replaces_nothing_and_follows_no_link(
    decision: Decision, catalog: Catalog, tmp_path: Path, ending: str, kind: str
) -> None:
    folder = tmp_path / "records"
    folder.mkdir()
    stem = "0001-use-pytorch-for-herbarium-a-plant-finder-for-phones"
    there, secret = folder / f"{stem}{ending}", tmp_path / "secret"
    if kind == "file":
        there.write_text("mine")
    else:
        there.symlink_to(secret)
    start = Register(folder, "bridge", ())
    with pytest.raises(RecordError, match="there already"):
        file_anew(material(decision, catalog), start, status="proposed")
    assert not secret.exists()


@pytest.mark.parametrize("kind", HOSTILE)
def test_a_hostile_name_stays_in_its_folder(
    decision: Decision, catalog: Catalog, tmp_path: Path, kind: str
) -> None:
    folder = tmp_path / "records"
    name = f"../../{HOSTILE[kind]}/..\\..\\x"
    filed = file_anew(material(named(decision, name), catalog), register(folder), status="proposed")
    write_files(filed.files)
    assert {path.parent for path in filed.files} == {folder}
    assert [path.name for path in tmp_path.iterdir()] == ["records"]
    assert len(tree(folder)) == 3


@given(st.text(max_size=300))
@settings(max_examples=100, deadline=None)
def test_no_title_leaves_its_folder(project: str) -> None:
    decision = named(handmade.make_decisions()["bare"], project)
    made = make_page(decision, handmade.make_catalog(), handmade.PROVENANCE)
    stem = f"0001-{slug(title(made))}"
    assert (Path("records") / f"{stem}.md").parent == Path("records")
    assert re.fullmatch(r"0001-use-pytorch[a-z0-9-]*", stem)


def test_a_status_that_cannot_be_and_a_format_that_is_none(
    decision: Decision, catalog: Catalog, tmp_path: Path
) -> None:
    with pytest.raises(RecordError, match="draft, proposed"):
        file_anew(material(decision, catalog), register(tmp_path), status="superseded")
    with pytest.raises(RecordError, match="auto, bridge, madr4, nygard"):
        format_named("madr")
    assert format_named("auto") is None


# The command.


@pytest.fixture
def project(tmp_path: Path) -> Path:
    shutil.copyfile(EXAMPLES / "quick-prototype.answers.toml", tmp_path / "answers.toml")
    return tmp_path


def test_the_command_files_updates_and_supersedes(project: Path) -> None:
    done = advisor("adr", "answers.toml", cwd=project)
    assert done.returncode == 0, done.stderr
    record = project / done.stdout.split("\n")[0]
    assert record.parent == project / "docs" / "decisions"
    assert f"{record.name.removesuffix('.md')}.report.html" in done.stdout
    edited = record.read_text().replace("Chosen option", "So: Chosen option")
    record.write_text(edited.replace("* Status: proposed", "* Status: accepted"))
    done = advisor("adr", "answers.toml", "--update", "1", "--as-of", "2027-02-01", cwd=project)
    assert done.returncode == 0, done.stderr
    assert "So: Chosen option" in record.read_text()
    assert "* Status: accepted\n* Deciders:\n* Date: 2027-02-01\n" in record.read_text()
    done = advisor("adr", "answers.toml", "--supersedes", "1", "--status", "accepted", cwd=project)
    assert done.returncode == 0, done.stderr
    assert "* Status: superseded by [0002-" in record.read_text()
    assert len(tree(project / "docs")) == 6


@pytest.mark.parametrize(
    ("arguments", "parts"),
    [
        (["--format", "madr"], ["--format", "bridge"]),
        (["--status", "great"], ["--status", "proposed"]),
        (["--update", "1"], ["no record 1", "none"]),
        (["--supersedes", "4"], ["no record 4"]),
        (["--dir", "answers.toml"], ["answers.toml", "folder"]),
    ],
)
def test_a_refused_command_leaves_nothing(
    project: Path, arguments: list[str], parts: list[str]
) -> None:
    complaint(advisor("adr", "answers.toml", *arguments, cwd=project), *parts)
    assert list(tree(project)) == ["answers.toml"]


def test_a_folder_that_cannot_be_written_is_named_and_nothing_is_left(project: Path) -> None:
    (project / "docs").write_text("a file where a folder is needed")
    complaint(advisor("adr", "answers.toml", "--dir", "docs/adr", cwd=project), "docs")
    assert sorted(tree(project)) == ["answers.toml", "docs"]


def test_a_write_that_fails_half_way_undoes_the_rest(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "old").write_text("old")
    rename = Path.replace
    calls: list[Path] = []

    def third_fails(source: Path, target: Path) -> Path:
        calls.append(target)
        if len(calls) == 3:
            raise OSError(28, "No space left on device")
        return rename(source, target)

    monkeypatch.setattr(Path, "replace", third_fails)
    with pytest.raises(Exception, match="No space left"):
        write_files({tmp_path / "old": "new", tmp_path / "a": "a", tmp_path / "b": "b"})
    assert tree(tmp_path) == {"old": b"old"}


def test_the_report_beside_a_record_is_the_one_that_the_command_in_it_makes(
    project: Path,
) -> None:
    advisor("adr", "answers.toml", cwd=project)
    (report,) = (project / "docs" / "decisions").glob("*.report.html")
    done = advisor("verify", report, cwd=project)
    assert done.returncode == 0, done.stdout + done.stderr
    done = advisor("rebuild", report, cwd=project)
    assert done.stdout == report.read_text()
    assert json.loads(advisor("check", "--json", cwd=project).stdout)["outcome"] == "same"


@pytest.mark.parametrize("kind", ["markup", "template", "comment", "right-to-left", "emoji"])
def test_a_hostile_project_is_only_text_from_answers_to_check(tmp_path: Path, kind: str) -> None:
    name = json.dumps(HOSTILE[kind], ensure_ascii=False)
    (tmp_path / "a.toml").write_text(
        f'format = 1\nproject = {name}\n[answers]\nstage = "prototype"'
    )
    done = advisor("adr", "a.toml", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    (page,) = (tmp_path / "docs" / "decisions").glob("*.report.html")
    assert "<script" not in page.read_text()
    assert len(tree(tmp_path)) == 4
    done = advisor("check", cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("project", ['"' + "x" * 10_000 + '"', '""', '"\\n"', "7"])
def test_a_project_that_is_no_name_is_refused_and_nothing_written(
    tmp_path: Path, project: str
) -> None:
    answers = tmp_path / "a.toml"
    answers.write_text(f'format = 1\nproject = {project}\n[answers]\nstage = "prototype"\n')
    for command in ("adr", "report"):
        complaint(advisor(command, "a.toml", cwd=tmp_path), "a.toml", "project")
    assert list(tree(tmp_path)) == ["a.toml"]
