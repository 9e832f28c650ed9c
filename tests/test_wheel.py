"""The wheel, unpacked outside the checkout, is a whole tool: templates, site, examples, suites."""

import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]


def run(*command: object, cwd: Path, **environment: str) -> str:
    done = subprocess.run(
        list(map(str, command)),
        cwd=cwd,
        env={**os.environ, **environment},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built through the source distribution, so that neither loses a folder."""
    out = tmp_path_factory.mktemp("dist")
    run(sys.executable, "-m", "build", "--no-isolation", "--outdir", out, ROOT, cwd=out)
    (found,) = out.glob("*.whl")
    return found


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that holds the unpacked wheel and nothing of the checkout."""
    folder = tmp_path_factory.mktemp("installed")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder)
    return folder


def test_the_wheel_carries_what_the_package_reads(installed: Path) -> None:
    package = installed / "advisor"
    for name in (
        "knowledge/criteria.toml",
        "_templates/report",
        "_templates/site",
        "_site/style.css",
        "_examples/quick-prototype.answers.toml",
        "_templates/adr",
        "_laboratory/benchmarks/conftest.py",
        "_laboratory/benchmarks/results",
    ):
        assert (package / name).exists(), name
    assert not (installed / "tests").exists()


def test_the_installed_tool_decides_reports_and_builds_the_site_like_the_checkout(
    installed: Path, tmp_path: Path
) -> None:
    epoch = {"SOURCE_DATE_EPOCH": "1795305600", "ADVISOR_RESULTS": str(tmp_path / "none")}
    answers = installed / "advisor" / "_examples" / "mobile-production.answers.toml"
    made: dict[Path, dict[str, bytes]] = {}
    command = (sys.executable, "-m", "advisor")
    for path in (installed, ROOT):
        out = tmp_path / path.name
        environment = {**epoch, "PYTHONPATH": str(path)}
        where = run(
            sys.executable,
            "-c",
            "import advisor; print(advisor.__file__)",
            cwd=tmp_path,
            **environment,
        )
        assert where.startswith(str(path))
        decision = run(*command, "decide", answers, "--json", cwd=tmp_path, **environment)
        assert json.loads(decision)["winner"]
        for name in ("report.html", "report.md", "report.json"):
            run(*command, "report", answers, "-o", out / name, cwd=tmp_path, **environment)
        run(*command, "adr", answers, "--dir", out / "records", cwd=tmp_path, **environment)
        run(*command, "site", "-o", out / "site", cwd=tmp_path, **environment)
        files = {
            file.relative_to(out).as_posix(): file.read_bytes()
            for file in out.rglob("*")
            if file.is_file()
        }
        made[path] = {**files, "decision": decision.encode()}
    assert made[installed] == made[ROOT]
    for path in (installed, ROOT):
        there, other = tmp_path / path.name, {installed: ROOT, ROOT: installed}[path]
        elsewhere = {**epoch, "PYTHONPATH": str(other), "PYTHONHASHSEED": "7"}
        said = run(*command, "verify", there / "report.html", cwd=tmp_path, **elsewhere)
        assert "untouched" in said
        run(*command, "check", there / "records", cwd=tmp_path, **elsewhere)
