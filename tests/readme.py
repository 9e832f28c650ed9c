"""The parts of README.md that a command made; `python -m tests.readme` makes them again.

A part stands between `<!-- made by: COMMAND -->` and `<!-- end -->`: what COMMAND prints,
as a block of code or, where it is Markdown, as it is.
"""

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
README = ROOT / "README.md"
PART = re.compile(
    r"(<!-- made by: (?P<command>[^\n]+) -->\n)(?P<text>.*?)(<!-- end -->)", re.DOTALL
)


def remade(text: str) -> str:
    """`text` with every such part as its command prints it now."""
    return PART.sub(lambda part: part[1] + _printed(part["command"]) + part[4], text)


def _printed(command: str) -> str:
    words = shlex.split(command)
    assert words[0] == "advisor", command
    done = subprocess.run(
        [sys.executable, "-m", *words],
        cwd=ROOT,
        env={**os.environ, "ADVISOR_RESULTS": str(ROOT / "no-runs-of-my-own")},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=True,
    )
    shown = done.stdout.strip("\n")
    if "results" in words:
        return f"\n{shown}\n\n"
    return f"\n```text\n$ {command}\n{shown}\n```\n\n"


if __name__ == "__main__":
    README.write_text(remade(README.read_text(encoding="utf-8")), encoding="utf-8")
