"""The parts of documents that a command made; `python -m tests.readme` makes them again.

A part stands between `<!-- made by: COMMAND -->` and `<!-- end -->`: what COMMAND prints,
as a block of code or, where it is Markdown, as it is. The date in COMMAND becomes that of the
newest evidence.
"""

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

from tests.clock import NEWEST

ROOT = Path(__file__).resolve().parents[1]
README = ROOT / "README.md"
DOCUMENTS = (README, ROOT / "docs" / "measurements.md")
PART = re.compile(
    r"(<!-- made by: (?P<command>[^\n]+) -->\n)(?P<text>.*?)(<!-- end -->)", re.DOTALL
)


def remade(text: str) -> str:
    """`text` with every such part as its command prints it now."""
    return PART.sub(lambda part: part[1] + _printed(part["command"]) + part[4], text)


def dated(text: str) -> str:
    """`text` with every such command asking for the newest evidence."""
    return re.sub(r"(<!-- made by: .* --as-of )[\d-]+", rf"\g<1>{NEWEST}", text)


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
    for document in DOCUMENTS:
        text = dated(document.read_text(encoding="utf-8"))
        document.write_text(remade(text), encoding="utf-8")
