"""One child process, waited for asleep, and gone with all of its own children afterwards."""

import contextlib
import os
import re
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

__all__ = ["Ended", "run_child", "stoppable"]

#: What a user may have set for their own tests must not change a measurement.
FOREIGN = ("PYTEST_ADDOPTS", "PYTEST_PLUGINS", "PYTEST_DISABLE_PLUGIN_AUTOLOAD")

#: The end of a process's output that is looked at for a reason.
TAIL_BYTES = 4000
REASON_CHARACTERS = 300


@dataclass(frozen=True)
class Ended:
    """How a process ended; `status` is negative for a signal, as `subprocess` has it."""

    status: int
    timed_out: bool
    seconds: float
    output: str
    last_words: str

    @property
    def reason(self) -> str:
        """Why it did not succeed, in one line without a path of this machine."""
        if self.timed_out:
            return f"no result after {self.seconds:.0f} s"
        if self.status == -signal.SIGKILL:
            return "killed (SIGKILL), as the system does when memory runs out"
        if self.status < 0:
            return f"crashed: {signal.Signals(-self.status).name}"
        return f"ended with status {self.status}: {self.last_words or 'it said nothing'}"


def run_child(
    arguments: Sequence[str],
    *,
    folder: Path,
    timeout_seconds: float,
    environment: Mapping[str, str] | None = None,
) -> Ended:
    """Run `arguments` with this Python in `folder` until it ends or the time is up.

    An interruption ends the child before it goes on its way.
    """
    with tempfile.TemporaryFile() as output, tempfile.TemporaryFile() as errors:
        start = time.monotonic()
        child = subprocess.Popen(
            [sys.executable, *arguments],
            cwd=folder,
            env=_environment(environment or {}),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=errors,
            start_new_session=True,
        )
        timed_out = _wait(child, timeout_seconds)
        return Ended(
            status=child.returncode,
            timed_out=timed_out,
            seconds=time.monotonic() - start,
            output=_text(output),
            last_words=_last_words(_text(errors) or _text(output), folder),
        )


def _environment(given: Mapping[str, str]) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if name not in FOREIGN}
    return {**kept, **given}


def _wait(child: subprocess.Popen[bytes], timeout_seconds: float) -> bool:
    """Wait for the end; True if the time ran out.

    A timer kills and the wait blocks: `wait(timeout=...)` would wake up twenty times a second
    beside the measurement.
    """
    late = threading.Event()

    def give_up() -> None:
        late.set()
        _kill_group(child.pid)

    timer = threading.Timer(timeout_seconds, give_up)
    timer.start()
    try:
        child.wait()
    finally:
        timer.cancel()
        _kill_group(child.pid)
        child.wait()
    return late.is_set()


def _kill_group(group: int) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(group, signal.SIGKILL)


def _text(stream: IO[bytes]) -> str:
    stream.seek(0)
    return stream.read().decode(errors="replace")


def _last_words(text: str, folder: Path) -> str:
    """The last line that says something, without colours, and with folders made anonymous."""
    lines = [line.strip() for line in text[-TAIL_BYTES:].splitlines() if line.strip(" =\t")]
    last = re.sub(r"\x1b\[[0-9;]*m", "", lines[-1]) if lines else ""
    for private, shown in ((folder, "laboratory"), (Path.home(), "~")):
        last = last.replace(str(private), shown)
    return last[:REASON_CHARACTERS]


@contextlib.contextmanager
def stoppable() -> Iterator[None]:
    """Treat a request to terminate like Ctrl-C, so that no child is left behind."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGTERM, _interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _interrupt(*_: object) -> None:
    raise KeyboardInterrupt
