"""The day that tests take for today, that of the newest evidence; and what a piece of work costs.

Unlike the calendar the day moves only when evidence does, and then every test moves with it.
"""

import datetime as dt
import time
from collections.abc import Callable
from pathlib import Path

__all__ = ["EPOCH", "NEWEST", "cpu_seconds"]

RESULTS = Path(__file__).resolve().parents[1] / "benchmarks" / "results"

#: The name of a session's folder begins with its date.
NEWEST = max(
    dt.date.fromisoformat(folder.name[:10]) for folder in RESULTS.iterdir() if folder.is_dir()
)

#: The same as SOURCE_DATE_EPOCH: seconds since 1970, at midnight UTC.
EPOCH = str(int(dt.datetime.combine(NEWEST, dt.time(), dt.UTC).timestamp()))


def cpu_seconds(work: Callable[[], object], repeats: int = 5) -> float:
    """The least processor time of several calls: other programs on the machine do not count."""
    taken = []
    for _ in range(repeats):
        start = time.process_time()
        work()
        taken.append(time.process_time() - start)
    return min(taken)
