"""The machine that measures: its fingerprint, its load, and what it can do at best.

The fingerprint says what a reader must know to compare two files, and nothing about whose machine
it is: no host name, no user, no path. What a stack may set by itself is no part of it: versions and
switches go beside it, per stack.
"""

import os
import platform
import subprocess
import time
from collections.abc import Callable, Collection
from pathlib import Path

import cpuinfo
import numpy as np
import psutil
from threadpoolctl import threadpool_limits

from benchmarks.errors import LaboratoryError

__all__ = ["CLASSES", "ceiling", "describe_card", "fingerprint", "load", "usable_cores"]

#: What a device is called in a fingerprint, as the advisor's questionnaire calls it.
CLASSES = {"cpu": "cpu", "cuda": "nvidia"}
#: The instructions that decide how fast a product of matrices is, and in which precision.
INSTRUCTIONS = (
    *("avx2", "avx512f", "avx512_vnni", "avx512_bf16", "avx512_fp16"),
    *("amx_tile", "amx_bf16", "amx_int8"),
    *("asimd", "sve", "sve2", "bf16", "i8mm"),
)

GOVERNOR = Path("/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor")
CARD_FACTS = ("name", "driver_version", "compute_cap")
MATRIX_SIDE = 1024
COPY_BYTES = 64 * 2**20


def usable_cores() -> int:
    """The processors that this process may run on."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def fingerprint(device: str = "cpu") -> dict[str, object]:
    """What must be equal before two files are compared; `device` is "cpu" or "cuda".

    `dtype` is that of data and weights, in every stack; what a stack computes in is its own flag.
    LaboratoryError if there is no card to describe.
    """
    release = ".".join(platform.release().split(".")[:2])
    cpu = cpuinfo.get_cpu_info()
    return {
        "cpu": cpu.get("brand_raw", "unknown"),
        "architecture": platform.machine(),
        "instructions": _instructions(cpu.get("flags", ())),
        "cores": usable_cores(),
        "memory_gib": round(psutil.virtual_memory().total / 2**30),
        "system": f"{platform.system()} {release}",
        "governor": GOVERNOR.read_text().strip() if GOVERNOR.is_file() else "unknown",
        "python": platform.python_version(),
        "device": CLASSES[device],
        "dtype": "float32",
        **(describe_card(_ask_driver()) if device == "cuda" else {}),
    }


def _instructions(flags: Collection[str]) -> str:
    return " ".join(each for each in INSTRUCTIONS if each in flags) or "unknown"


def describe_card(line: str) -> dict[str, object]:
    """What the driver says of a card, as one line of values in the order of CARD_FACTS."""
    name, driver, capability = line.split(", ")
    return {"accelerator": name, "driver": driver, "compute_capability": capability}


def _ask_driver() -> str:
    """The line for the first card that this process may use."""
    chosen = os.environ.get("CUDA_VISIBLE_DEVICES", "0").split(",")[0]
    query = (f"--query-gpu={','.join(CARD_FACTS)}", "--format=csv,noheader,nounits")
    try:
        answer = subprocess.run(
            ["nvidia-smi", f"--id={chosen}", *query], capture_output=True, text=True, check=True
        )
    except (OSError, subprocess.CalledProcessError) as error:
        raise LaboratoryError(
            "--device cuda",
            "nvidia-smi finds no NVIDIA GPU here",
            cure="Install the driver, or measure with --device cpu",
        ) from error
    return answer.stdout.strip()


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
