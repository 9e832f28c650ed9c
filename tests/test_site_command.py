"""`advisor site` as a person meets it: what it writes, refuses, and leaves alone."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from advisor.runs import bundled_results, read_runs
from tests import sites
from tests.test_cli import advisor, complaint


def tree(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


def edited(change: Callable[[dict[str, Any]], object]) -> Callable[[Path], object]:
    """Something that changes the first run file of a session."""

    def edit(session: Path) -> None:
        path = min(session.glob("*.json"))
        content = json.loads(path.read_text())
        change(content)
        path.write_text(json.dumps(content))

    return edit


def huge(session: Path) -> None:
    with (session / "huge.json").open("wb") as file:
        file.truncate(200_000_000)


BAD: dict[str, tuple[Callable[[Path], object], str]] = {
    "a NaN": (
        edited(lambda it: it["benchmarks"][0]["stats"].update(data=[float("nan")])),
        "a finite number",
    ),
    "a name that climbs": (
        edited(lambda it: it["benchmarks"][0]["extra_info"].update(task="../../etc/passwd")),
        "task",
    ),
    "another schema": (
        lambda session: (session / "other.json").write_text('{"machine_info": {}}'),
        "other.json",
    ),
    "200 MB": (huge, "too many for a run file"),
    "a link that leads out": (
        lambda session: (session / "link.json").symlink_to("/etc/hostname"),
        "leads out",
    ),
}


@pytest.fixture
def old(tmp_path: Path) -> Path:
    """A site that was built before."""
    site = tmp_path / "site"
    site.mkdir()
    (site / ".advisor-site").write_text("")
    (site / "index.html").write_text("the old one")
    return site


@pytest.mark.parametrize("fault", BAD)
def test_a_bad_results_folder_is_refused_and_the_old_site_stays(
    fault: str, old: Path, tmp_path: Path
) -> None:
    spoil, named = BAD[fault]
    folder = sites.write_runs(tmp_path / "results", processes=1)
    spoil(folder / "2026-11-22-xeon")
    before = tree(old)
    done = advisor("site", "-o", old, "--results", folder, cwd=tmp_path)
    complaint(done, named)
    assert tree(old) == before
    assert sorted(path.name for path in tmp_path.iterdir()) == ["results", "site"]


def test_a_folder_that_is_not_ours_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "precious.txt").write_text("precious")
    complaint(advisor("site", "-o", tmp_path, cwd=tmp_path), "not made here", "Name a new")
    assert (tmp_path / "precious.txt").read_text() == "precious"


def test_several_folders_with_strange_names_become_one_harmless_site(tmp_path: Path) -> None:
    mine = sites.write_runs(tmp_path / "mine", processes=3)
    theirs = sites.write_runs(
        tmp_path / "theirs", processes=3, machine=sites.machine(cpu="Another", cores=8)
    )
    session = theirs / "2026-11-22-xeon"
    strange = session.with_name('<img src=x onerror="alert(1)"> & "quotes" %2e%2e #')
    session.rename(strange)
    first = min(strange.glob("*.json"))
    first.rename(strange / "<script>alert(1)</script> ..json".replace("/", "_"))
    out = tmp_path / "site"
    both = ("--results", mine, "--results", theirs)
    done = advisor("site", "-o", out, *both, "--base-url", "https://example.org/x/", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "Without --base-url" not in done.stdout
    made = tree(out)
    assert b"https://example.org/x/compare.html" in made["sitemap.xml"]
    assert [name for name in made if not re.fullmatch(r"[A-Za-z0-9._/-]+", name)] == []
    ours = read_runs(bundled_results()).machines
    machines = {name.split("/")[1] for name in made if name.startswith("benchmarks/")}
    assert set(ours) < machines
    assert len(machines) == len(ours) + 2
    assert made["benchmarks.html"].count(b">yours<") == 2
    pages = [content for name, content in made.items() if name.endswith(".html")]
    assert not any(b"<img" in page or b"<script>" in page for page in pages)
    copies = [name for name in made if "/runs/" in name and name.endswith(".json")]
    originals = [path.read_bytes() for home in (mine, theirs) for path in home.rglob("*.json")]
    assert {made[name] for name in copies} >= set(originals)


def test_the_same_results_twice_are_the_same_machine(tmp_path: Path) -> None:
    bundled = Path(__file__).parents[1] / "benchmarks" / "results"
    out = tmp_path / "site"
    done = advisor("site", "-o", out, "--results", bundled, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "Without --base-url" in done.stdout
    machines = {path.parent.name for path in out.glob("benchmarks/*/*.html")}
    assert len(machines) == len(list(out.glob("data/runs/*.zip")))
