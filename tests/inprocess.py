"""The command line without a process of its own, for tests that call it many times.

`advisor` here does what tests.test_cli.advisor does, except that libraries are loaded already.
"""

import contextlib
import io
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from advisor.cli import app
from advisor.errors import AdvisorError
from tests.clock import EPOCH
from tests.test_cli import ROOT


def advisor(
    *arguments: object, cwd: Path = ROOT, **environment: str
) -> subprocess.CompletedProcess[str]:
    """`advisor ...` as a person would call it in `cwd`."""
    words = list(map(str, arguments))
    out, err = io.StringIO(), io.StringIO()
    code = 0
    with (
        _environment(cwd, environment),
        contextlib.chdir(cwd),
        contextlib.redirect_stdout(out),
        contextlib.redirect_stderr(err),
    ):
        try:
            app(words)
        except SystemExit as end:
            code = int(end.code or 0)
        except AdvisorError as error:
            code = 2
            for problem in error.problems:
                sys.stderr.write(f"advisor: {problem}\n")
    return subprocess.CompletedProcess(words, code, out.getvalue(), err.getvalue())


@contextlib.contextmanager
def _environment(cwd: Path, more: dict[str, str]) -> Iterator[None]:
    """What tests.test_cli sets, and nothing else of ours."""
    old = dict(os.environ)
    for key in [key for key in old if key.startswith("ADVISOR_")]:
        del os.environ[key]
    os.environ.pop("GITHUB_ACTIONS", None)
    os.environ.update(
        ADVISOR_RESULTS=str(cwd / "no-runs-of-my-own"), SOURCE_DATE_EPOCH=EPOCH, **more
    )
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(old)
