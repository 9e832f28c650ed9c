"""The machine that measures: its fingerprint, its load, and what it can do at best.

The fingerprint says what a reader must know to compare two files, and nothing about whose machine
it is: no host name, no user, no path.
"""

import os
import platform
import time
from collections.abc import Callable
from pathlib import Path

import cpuinfo
import numpy as np
import psutil
from threadpoolctl import threadpool_limits

__all__ = ["ceiling", "fingerprint", "load", "usable_cores"]

GOVERNOR = Path("/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor")
MATRIX_SIDE = 1024
COPY_BYTES = 64 * 2**20


def usable_cores() -> int:
    """The processors that this process may run on."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def fingerprint() -> dict[str, object]:
    """What must be equal before two files are compared."""
    release = ".".join(platform.release().split(".")[:2])
    return {
        "cpu": cpuinfo.get_cpu_info().get("brand_raw", "unknown"),
        "architecture": platform.machine(),
        "cores": usable_cores(),
        "memory_gib": round(psutil.virtual_memory().total / 2**30),
        "system": f"{platform.system()} {release}",
        "governor": GOVERNOR.read_text().strip() if GOVERNOR.is_file() else "unknown",
        "python": platform.python_version(),
        "device": "cpu",
        "dtype": "float32",
    }


def load() -> dict[str, object]:
    """Load over the last minute, and the share of time that other machines took (0 to 1)."""
    average = os.getloadavg()[0]
    times = psutil.cpu_times_percent(interval=0.2)
    return {
        "load": round(average, 2),
        "steal": round(getattr(times, "steal", 0.0) / 100, 4),
        "waited_seconds": 0.0,
        "busy": average > usable_cores() / 2,
    }


def ceiling(threads: int) -> dict[str, float]:
    """Two speeds to read every step against, both through NumPy and the best of seven.

    A product of two 1024x1024 float32 matrices on `threads` threads, in operations per second, and
    a copy of 64 MiB by one thread, in bytes copied per second.
    """
    source = np.random.default_rng(0)
    left, right = source.random((2, MATRIX_SIDE, MATRIX_SIDE), dtype=np.float32)
    product = np.empty_like(left)
    origin, copy = np.ones((2, COPY_BYTES // 4), dtype=np.float32)
    with threadpool_limits(threads):
        matmul_seconds = _shortest(lambda: np.matmul(left, right, out=product))
        copy_seconds = _shortest(lambda: np.copyto(copy, origin))
    return {
        "matmul_flops_per_second": 2 * MATRIX_SIDE**3 / matmul_seconds,
        "copy_bytes_per_second": COPY_BYTES / copy_seconds,
    }


def _shortest(act: Callable[[], object]) -> float:
    seconds = []
    for _ in range(8):
        start = time.perf_counter()
        act()
        seconds.append(time.perf_counter() - start)
    return min(seconds[1:])
