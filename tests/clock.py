"""The day that tests take for today: that of the newest evidence that is shipped.

Unlike the calendar it moves only when evidence does, and then every test moves with it.
"""

import datetime as dt
from pathlib import Path

__all__ = ["EPOCH", "NEWEST"]

RESULTS = Path(__file__).resolve().parents[1] / "benchmarks" / "results"

#: The name of a session's folder begins with its date.
NEWEST = max(
    dt.date.fromisoformat(folder.name[:10]) for folder in RESULTS.iterdir() if folder.is_dir()
)

#: The same as SOURCE_DATE_EPOCH: seconds since 1970, at midnight UTC.
EPOCH = str(int(dt.datetime.combine(NEWEST, dt.time(), dt.UTC).timestamp()))
