"""Lighthouse's marks for the site's main pages; `python -m tests.lighthouse` prints the medians.

The command builds the site of the committed evidence, serves it without compression under a path,
audits each page five times and ends with 1 unless every median is 100. Performance is measured on a
simulated slow phone, so it needs a machine that does nothing else.
"""

import json
import statistics
import sys
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.chromium import path as chromium
from tests.serving import static_server
from tests.tools import MODULES, installed, run

CATEGORIES = ("performance", "accessibility", "best-practices", "seo")
PAGES = ("index.html", "compare.html", "benchmarks.html", "tasks/cnn-cifar.html")
RUNS = 5
FULL = 100


@dataclass(frozen=True)
class Audit:
    """The mark of each category, 0 to 100, and what else than speed cost points."""

    marks: dict[str, int]
    lost: tuple[str, ...]


def audited(address: str) -> Audit:
    """One audit of a page."""
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "report.json"
        run(
            installed(MODULES / ".bin" / "lighthouse"),
            address,
            "--quiet",
            "--output=json",
            f"--output-path={out}",
            f"--only-categories={','.join(CATEGORIES)}",
            "--chrome-flags=--headless --no-sandbox --disable-gpu",
            f"--chrome-path={chromium()}",
            cwd=Path(folder),
        )
        report = json.loads(out.read_text())
    found = report["categories"]
    marks = {name: round(FULL * (found[name]["score"] or 0)) for name in CATEGORIES}
    return Audit(marks, tuple(_lost(report)))


def _lost(report: dict[str, Any]) -> Iterator[str]:
    for name in CATEGORIES[1:]:
        for part in report["categories"][name]["auditRefs"]:
            audit = report["audits"][part["id"]]
            if part["weight"] and audit["score"] is not None and audit["score"] < 1:
                yield f"{audit['id']}: {json.dumps(audit.get('details', {}))[:600]}"


def medians(address: str) -> dict[str, float]:
    """Each category's median over RUNS audits."""
    marks = [audited(address).marks for _ in range(RUNS)]
    return {name: statistics.median(mark[name] for mark in marks) for name in CATEGORIES}


def _line(page: str, marks: Mapping[str, float]) -> str:
    return f"{page:24}" + "".join(f"{marks[name]:>16.0f}" for name in CATEGORIES)


def main() -> int:
    with tempfile.TemporaryDirectory() as folder:
        site = Path(folder) / "under" / "here"
        run(sys.executable, "-m", "advisor", "site", "-o", site, cwd=Path.cwd())
        sys.stdout.write(f"{'':24}" + "".join(f"{name:>16}" for name in CATEGORIES) + "\n")
        found = []
        with static_server(Path(folder)) as address:
            for page in PAGES:
                found.append(medians(f"{address}under/here/{page}"))
                sys.stdout.write(_line(page, found[-1]) + "\n")
                sys.stdout.flush()
    return int(any(mark < FULL for marks in found for mark in marks.values()))


if __name__ == "__main__":
    sys.exit(main())
