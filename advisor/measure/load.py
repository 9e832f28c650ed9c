"""Is anybody else using the machine? Wait until not, then measure; or mark that somebody was.

The share of time in which the cores worked is taken over one second, instead of the system's load
average, which still remembers the process that we ended a moment ago. Steal is the share in which
another virtual machine had our core.
"""

import time
from collections.abc import Callable
from dataclasses import asdict, dataclass

import psutil

__all__ = ["Load", "Look", "look", "wait_until_quiet"]

#: Above these shares of the cores' time the machine counts as busy.
BUSY_LOAD = 0.10
BUSY_STEAL = 0.02

LOOK_SECONDS = 1.0

#: Looks at the machine for a second: (share of time at work, share stolen).
Look = Callable[[], tuple[float, float]]


@dataclass(frozen=True)
class Load:
    """What was met before a process started: shares from 0 to 1, and how long was waited."""

    load: float
    steal: float
    waited_seconds: float
    busy: bool

    def as_dict(self) -> dict[str, float | bool]:
        """As it goes into a run file."""
        return asdict(self)


def look() -> tuple[float, float]:
    """Look at all cores for a second, asleep."""
    shares = psutil.cpu_times_percent(interval=LOOK_SECONDS)
    steal = getattr(shares, "steal", 0.0) / 100
    idle = (shares.idle + getattr(shares, "iowait", 0.0)) / 100
    return max(0.0, 1 - idle - steal), steal


def wait_until_quiet(limit_seconds: float, *, look: Look = look) -> Load:
    """Wait until the machine is quiet, at most `limit_seconds`; then `busy` says that it is not."""
    start = time.monotonic()
    while True:
        load, steal = look()
        busy = load > BUSY_LOAD or steal > BUSY_STEAL
        waited = time.monotonic() - start
        if not busy or waited >= limit_seconds:
            return Load(round(load, 3), round(steal, 3), round(waited, 1), busy)
