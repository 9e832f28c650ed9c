"""The GitHub Action and the pre-commit hook do what `advisor check` says, wherever they run."""

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from advisor.cli import app
from tests.clock import EPOCH
from tests.inprocess import advisor
from tests.test_cli import EXAMPLES, ROOT

ACTION: dict[str, Any] = yaml.safe_load((ROOT / "action.yml").read_text())
HOOKS: list[dict[str, Any]] = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text())
LAST: dict[str, Any] = ACTION["runs"]["steps"][-1]


@pytest.fixture(scope="module")
def reports(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One decision that the article's evidence gives and today's turns, and one that it keeps."""
    folder = tmp_path_factory.mktemp("reports")
    for name in ("large-production", "quick-prototype"):
        answers = EXAMPLES / f"{name}.answers.toml"
        out = folder / f"{name}, it is.html"
        assert advisor("report", answers, "--as-of", "2025-04-30", "-o", out).returncode == 0
    return folder


def ran(
    step: dict[str, Any], folder: Path, runner: Path, **inputs: str
) -> tuple[subprocess.CompletedProcess[str], str]:
    """A step of the action as a runner runs it: its script in bash, inputs in the environment."""
    tool = runner / "advisor" / "bin" / "advisor"
    tool.parent.mkdir(parents=True, exist_ok=True)
    tool.write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} -m advisor "$@"\n')
    tool.chmod(0o755)
    given = {name: values.get("default", "") for name, values in ACTION["inputs"].items()}
    given |= {name.replace("_", "-"): value for name, value in inputs.items()}
    environment = {
        key: re.sub(r"\$\{\{ inputs\.([\w-]+) \}\}", lambda name: given[name[1]], value)
        for key, value in step["env"].items()
    }
    output = runner / "output"
    output.write_text("")
    done = subprocess.run(
        ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step["run"]],
        cwd=folder,
        env={
            **os.environ,
            **environment,
            "PYTHONPATH": str(ROOT),
            "ADVISOR_RESULTS": str(runner / "none"),
            "SOURCE_DATE_EPOCH": EPOCH,
            "RUNNER_TEMP": str(runner),
            "GITHUB_OUTPUT": str(output),
            "GITHUB_ACTIONS": "true",
        },
        capture_output=True,
        text=True,
        check=False,
    )
    return done, output.read_text()


def test_the_action_fails_on_a_flip_and_marks_it(reports: Path, tmp_path: Path) -> None:
    done, output = ran(LAST, reports, tmp_path, paths="quick-prototype, it is.html\n.\n")
    assert (done.returncode, output) == (1, "outcome=flipped\n"), done.stderr
    assert "::error file=large-production%2C it is.html" in done.stdout
    assert done.stdout.count("quick-prototype, it is.html:") == 1


def test_the_action_lets_stale_evidence_pass_unless_told(reports: Path, tmp_path: Path) -> None:
    kept = {"paths": "quick-prototype, it is.html", "as_of": "2028-01-01"}
    done, output = ran(LAST, reports, tmp_path, **kept)
    assert (done.returncode, output) == (0, "outcome=doubtful\n"), done.stderr
    assert "::warning file=quick-prototype%2C it is.html" in done.stdout
    done, _ = ran(LAST, reports, tmp_path, **kept, fail_on="stale")
    assert done.returncode == 2


@pytest.mark.parametrize("paths", ["none.html", "--help", "$(touch pwned)", '"; touch pwned; "'])
def test_an_input_is_a_path_and_never_a_command(reports: Path, tmp_path: Path, paths: str) -> None:
    done, output = ran(LAST, reports, tmp_path, paths=paths)
    assert (done.returncode, output) == (3, "outcome=failed\n")
    assert not (reports / "pwned").exists()
    assert "::error title=Framework decision::" in done.stdout


def test_inputs_reach_scripts_only_through_the_environment() -> None:
    for step in ACTION["runs"]["steps"]:
        assert "${{" not in step.get("run", "")


def test_every_action_used_is_pinned_to_a_commit() -> None:
    workflows = [ROOT / "action.yml", *(ROOT / ".github" / "workflows").glob("*.yml")]
    for file in workflows:
        for used in re.findall(r"uses: (\S+)", file.read_text()):
            assert re.fullmatch(r"[\w/-]+@[0-9a-f]{40}|\./.*", used), f"{file.name}: {used}"


def test_the_hook_runs_a_command_that_exists() -> None:
    (hook,) = HOOKS
    known = {command.name or command.callback.__name__ for command in app.registered_commands}
    tool, command, *options = shlex.split(hook["entry"])
    assert (tool, command) == ("advisor", "check")
    assert command in known
    assert options == ["--stale-ok"]
    assert (hook["language"], hook["pass_filenames"]) == ("python", False)


def test_the_hook_finds_the_folder_of_the_records_by_itself(tmp_path: Path) -> None:
    answers = EXAMPLES / "quick-prototype.answers.toml"
    advisor("adr", answers, cwd=tmp_path)
    done = advisor(*shlex.split(HOOKS[0]["entry"])[1:], cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "Keras still leads" in done.stdout
