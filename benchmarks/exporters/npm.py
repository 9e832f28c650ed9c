"""What runs models in a browser comes from npm, as archives with pinned checksums.

    python -m benchmarks.exporters.npm [PACKAGE ...]       # fetch; all of them if none is named

They lie in the folder that the environment variable ADVISOR_NPM names, else in the user's cache
folder. A measuring process never downloads anything, and nothing is unpacked.
"""

import hashlib
import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import platformdirs

from benchmarks.errors import LaboratoryError, MissingError

__all__ = ["PACKAGES", "Package", "fetch", "locate"]

VARIABLE = "ADVISOR_NPM"


@dataclass(frozen=True)
class Package:
    """A package of npm: `file` is the archive that `npm pack` writes."""

    name: str
    version: str
    file: str
    sha256: str


PACKAGES = {
    each.name: each
    for each in (
        Package(
            "onnxruntime-web",
            "1.30.0",
            "onnxruntime-web-1.30.0.tgz",
            "d2228df7e4616bc3348bf504ee888f3bec43789a273f0a63f3e68d203ce3bf71",
        ),
        Package(
            "@tensorflow/tfjs",
            "4.22.0",
            "tensorflow-tfjs-4.22.0.tgz",
            "56505c191e24116787477b3bb5bb1cc0cf1c2bdce8112b9c402a8a2d31cf2f00",
        ),
    )
}


def folder() -> Path:
    """Where the archives lie; it need not exist."""
    named = os.environ.get(VARIABLE)
    return Path(named) if named else platformdirs.user_cache_path("advisor") / "npm"


def locate(name: str) -> Path:
    """The archive of a package; MissingError if absent, LaboratoryError if it is another file."""
    package = PACKAGES[name]
    path = folder() / package.file
    if not path.is_file():
        raise MissingError(f"{name} is not here: python -m benchmarks.exporters.npm {name}")
    with path.open("rb") as file:
        found = hashlib.file_digest(file, "sha256").hexdigest()
    if found != package.sha256:
        raise LaboratoryError(
            str(path),
            f"its SHA-256 is {found}, and {package.sha256} is expected",
            cure="Delete the file and fetch it again",
        )
    return path


def fetch(name: str) -> Path:
    """The archive of a package, packed by npm if it is not here; LaboratoryError if that fails."""
    package = PACKAGES[name]
    if not (folder() / package.file).is_file():
        folder().mkdir(parents=True, exist_ok=True)
        command = ["npm", "pack", "--silent", f"{name}@{package.version}"]
        try:
            subprocess.run(command, cwd=folder(), check=True, capture_output=True, text=True)
        except (OSError, subprocess.CalledProcessError) as error:
            raise LaboratoryError(
                " ".join(command), f"it failed ({error})", cure="Install npm, or connect it"
            ) from error
    return locate(name)


def main(names: Sequence[str]) -> int:
    """Fetch what is named; 0 if all is there, else 2."""
    try:
        for name in names or tuple(PACKAGES):
            print(fetch(name))  # noqa: T201
    except (KeyError, LaboratoryError) as error:
        print(error, file=sys.stderr)  # noqa: T201
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
