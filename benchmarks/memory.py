"""How much memory this process holds, as the kernel counts it: resident bytes.

Read from /proc, which only Linux has. `getrusage` would do without, but its peak is inherited from
whoever started the process, and that may have been a larger one.
"""

from pathlib import Path

__all__ = ["forget_peak", "peak_bytes", "resident_bytes"]

STATUS = Path("/proc/self/status")
FORGET = Path("/proc/self/clear_refs")


def resident_bytes() -> int | None:
    """What is resident now; None where the kernel does not say."""
    return _status("VmRSS")


def peak_bytes() -> int | None:
    """The most that was resident since the start or the last `forget_peak`."""
    return _status("VmHWM")


def forget_peak() -> None:
    """Let the peak be what is resident now: importing has peaks that say nothing of the work."""
    if FORGET.exists():
        FORGET.write_text("5")


def _status(key: str) -> int | None:
    if not STATUS.exists():
        return None
    lines = (line.split() for line in STATUS.read_text().splitlines())
    return next(1024 * int(words[1]) for words in lines if words[:1] == [f"{key}:"])
