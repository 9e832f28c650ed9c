"""One measurement at a time on a machine: two would measure each other."""

import contextlib
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psutil

from advisor.errors import MeasureError, Problem

__all__ = ["default_lock", "locked"]


def default_lock() -> Path:
    """The lock file that all users of this machine share."""
    return Path(tempfile.gettempdir()) / "advisor-bench.lock"


@contextlib.contextmanager
def locked(path: Path) -> Iterator[None]:
    """Hold the lock at `path`; MeasureError while another living process holds it.

    The lock of a process that is dead is taken over.
    """
    _take(path)
    try:
        yield
    finally:
        path.unlink(missing_ok=True)


def _take(path: Path) -> None:
    for _ in range(2):
        try:
            handle = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o644)
        except FileExistsError:
            if holder := _living_holder(path):
                raise MeasureError(_occupied(path, holder)) from None
            path.unlink(missing_ok=True)
        else:
            os.write(handle, _mark(os.getpid()).encode())
            os.close(handle)
            return
    raise MeasureError(_occupied(path, "another process"))


def _mark(pid: int) -> str:
    """A process for good: its number may be given again, but not with the same time of birth."""
    return f"{pid} {psutil.Process(pid).create_time():.2f}"


def _living_holder(path: Path) -> str:
    """The process that holds the lock, or "" if it is dead or the file says nothing."""
    try:
        said = path.read_text(encoding="utf-8").strip()
        pid = int(said.split()[0])
        return f"process {pid}" if _mark(pid) == said else ""
    except (OSError, ValueError, IndexError, psutil.Error):
        return ""


def _occupied(path: Path, holder: str) -> Problem:
    return Problem(
        where=str(path),
        what=f"another `advisor bench` is running on this machine ({holder})",
        cure="Wait until it has ended: two measurements would disturb each other",
    )
