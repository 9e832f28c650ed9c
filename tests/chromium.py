"""Finds the Chromium that the browser tests drive; `python -m tests.chromium` installs one.

Debian's package comes first, since it needs no download site of its own; elsewhere Playwright
brings its build.
"""

import os
import shutil
import subprocess
import sys

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")

#: A quiet browser: no sandbox (tests run as root in containers) and no calls home.
ARGUMENTS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


def find() -> str | None:
    """The path of an installed Chromium, or None."""
    for name in NAMES:
        if path := shutil.which(name):
            return path
    return _bundled()


def _bundled() -> str | None:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        path = playwright.chromium.executable_path
    return path if os.path.exists(path) else None  # noqa: PTH110


def path() -> str:
    """The path of a Chromium; a RuntimeError that names the cure where there is none."""
    found = find()
    if found is None:
        raise RuntimeError("no Chromium found: run `python -m tests.chromium` to install one")
    return found


def install() -> None:
    """Install a Chromium with the means of this machine."""
    if shutil.which("apt-get") and os.geteuid() == 0:
        subprocess.run(["apt-get", "update", "-qq"], check=True)
        subprocess.run(["apt-get", "install", "-y", "-qq", "chromium"], check=True)
    else:
        subprocess.run([sys.executable, "-m", "playwright", "install", "chromium"], check=True)


if __name__ == "__main__":
    if find() is None:
        sys.stdout.write("No Chromium here: installing one for the browser tests ...\n")
        install()
    path()
