"""Interpreters that hold one framework and nothing else, and report one line of JSON.

The parent, which holds no framework, keeps the clock; a child says what it did meanwhile.
"""

import json
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmarks.errors import RefusedError

__all__ = ["FOLDER", "Children"]

FOLDER = Path(__file__).resolve().parent.parent


class Children:
    """Interpreters started one after the other on `benchmarks.startup`, and their reports."""

    def __init__(self, arguments: Sequence[str]) -> None:
        self.command = [sys.executable, "-m", "benchmarks.startup", *arguments]
        self.reports: list[dict[str, Any]] = []

    def start(self) -> None:
        """Start one, and return as soon as it reports; RefusedError if it refuses the task."""
        with tempfile.TemporaryFile("w+") as errors:
            self.child = subprocess.Popen(
                self.command, cwd=FOLDER, stdout=subprocess.PIPE, stderr=errors, text=True
            )
            assert self.child.stdout is not None
            line = self.child.stdout.readline()
            if not line:
                self.child.wait()
                errors.seek(0)
                lines = errors.read().strip().splitlines()
                raise ChildProcessError(lines[-1] if lines else "the interpreter ended silently")
            report = json.loads(line)
        if reason := report.get("refused"):
            self.end()
            raise RefusedError(reason)
        self.reports.append(report)

    def end(self) -> None:
        """Wait for the child to leave, off the clock."""
        self.child.communicate()
