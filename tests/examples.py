"""The recorded decisions in examples/decisions; `python -m tests.examples` makes them again.

What they say follows from the answers and from the newest evidence in the repository, so they are
made anew whenever either changes, as `advisor adr` would make them in a fresh folder.
"""

import sys
import tempfile
from collections.abc import Iterator
from datetime import date
from pathlib import Path

from advisor import __version__
from advisor.filing import file_anew, material
from advisor.publish import write_files
from advisor.register import open_register
from advisor.render.record import Provenance
from tests.test_examples import EXAMPLES, bundled, decided, newest

FOLDER = EXAMPLES / "decisions"

#: Six projects that want different things, in the order of their records.
PROJECTS = (
    "churn-model",
    "fraud-detection",
    "cancer-imaging",
    "predictive-maintenance",
    "quality-control-vision",
    "mobile-production",
)


def made() -> dict[str, bytes]:
    """Every file of the folder by its name."""
    with tempfile.TemporaryDirectory() as folder:
        for project in PROJECTS:
            _file(project, Path(folder), newest())
        return {path.name: path.read_bytes() for path in sorted(Path(folder).iterdir())}


def _file(project: str, folder: Path, when: date) -> None:
    answers_file = EXAMPLES / f"{project}.answers.toml"
    known, decision = bundled(when), decided(project, when)
    provenance = Provenance(f"advisor report {answers_file.name} --as-of {when}", __version__)
    register = open_register(folder, folder, "bridge")
    filed_as = material(decision, known, provenance, answers_file)
    write_files(file_anew(filed_as, register, status="proposed").files)


def differing() -> Iterator[str]:
    """The names of the files that are missing, left over or not what would be made now."""
    there = {path.name: path.read_bytes() for path in FOLDER.glob("*")}
    expected = made()
    for name in sorted(there.keys() | expected.keys()):
        if there.get(name) != expected.get(name):
            yield name


if __name__ == "__main__":
    files = made()
    for stale in FOLDER.glob("*"):
        stale.unlink()
    write_files({FOLDER / name: content for name, content in files.items()})
    sys.stdout.write("".join(f"{name}\n" for name in files))
