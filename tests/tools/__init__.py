"""Outside tools that read our pages and records in tests; `python -m tests.tools` installs them.

From npm, pinned in package-lock.json and kept in `.tools` at the top of the checkout: axe-core,
html-validate, markdownlint-cli2 with MADR's own rules, log4brains, adr-log, and Backstage's reader
of MADR 4; and, pinned by the laboratory, what runs exported models in a browser. From Debian:
adr-tools. What is missing is an error that names the cure, never a skip.
"""

import hashlib
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
FOLDER = HERE.parents[1] / ".tools"
MODULES = FOLDER / "node_modules"
ARCHIVES = FOLDER / "npm"
CURE = "run `python -m tests.tools`"

#: What npm needs to know, and what decides whether an installation is current.
FILES = ("package.json", "package-lock.json", ".npmrc")
STAMP = FOLDER / "installed"


def read_by(reader: str, folder: Path) -> Any:
    """What one of the readers of readers.cjs makes of the records in `folder`."""
    return json.loads(run("node", HERE / "readers.cjs", reader, folder, cwd=folder).stdout)


def npm_tool(name: str, *arguments: object, cwd: Path) -> subprocess.CompletedProcess[str]:
    """A command of an npm package, whatever its exit code."""
    return run(installed(MODULES / ".bin" / name), *arguments, cwd=cwd, check=False)


def installed(path: Path) -> Path:
    """`path` below `.tools`; a RuntimeError that names the cure where it is missing."""
    if not path.exists():
        raise RuntimeError(f"{path.name} is not installed: {CURE}")
    return path


def debian_tool(name: str) -> Path:
    """The path of a command that Debian brings; RuntimeError where it is missing."""
    found = shutil.which(name)
    if found is None:
        raise RuntimeError(f"{name} is not installed: {CURE}")
    return Path(found)


def browser_runtimes() -> Path:
    """The folder with the archives of what runs exported models in a browser."""
    return installed(ARCHIVES)


def run(*command: object, cwd: Path, check: bool = True) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        list(map(str, command)),
        cwd=cwd,
        env={**os.environ, "NODE_PATH": str(MODULES), "NO_COLOR": "1"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=120,
        check=check,
    )


def digest() -> str:
    content = b"".join((HERE / name).read_bytes() for name in FILES)
    return hashlib.sha256(content).hexdigest()


def install() -> None:
    """Everything that is not installed yet, or differs from what is pinned."""
    if not STAMP.exists() or STAMP.read_text() != digest():
        _install_from_npm()
    if shutil.which("adr") is None:
        _install_from_debian("adr-tools")
    if not ARCHIVES.exists():
        _fetch_browser_runtimes()


def _install_from_npm() -> None:
    if shutil.which("npm") is None:
        raise RuntimeError("the tests need Node 20 or newer with npm: install it (nodejs.org)")
    FOLDER.mkdir(exist_ok=True)
    for name in FILES:
        shutil.copyfile(HERE / name, FOLDER / name)
    subprocess.run(["npm", "ci", "--loglevel=error"], cwd=FOLDER, check=True)
    STAMP.write_text(digest())


def _fetch_browser_runtimes() -> None:
    part = ARCHIVES.with_name("npm.part")
    environment = {**os.environ, "ADVISOR_NPM": str(part)}
    command = [sys.executable, "-m", "benchmarks.exporters.npm", "onnxruntime-web"]
    subprocess.run(command, cwd=HERE.parents[1], env=environment, check=True)
    part.rename(ARCHIVES)


def _install_from_debian(package: str) -> None:
    if shutil.which("apt-get") is None:
        raise RuntimeError(f"the tests need {package}: install it (brew install {package})")
    root = [] if os.geteuid() == 0 else ["sudo", "-n"]
    subprocess.run([*root, "apt-get", "update", "-qq"], check=True)
    subprocess.run([*root, "apt-get", "install", "-y", "-qq", package], check=True)
