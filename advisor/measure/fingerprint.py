"""What must be equal before two measurements may be compared.

Nothing that points at a person: no host name, no user, no path. People will publish these files.
"""

import os
import platform
import re
import subprocess
from pathlib import Path

import psutil

__all__ = ["DEVICES", "fingerprint"]

CPU_FACTS = Path("/proc/cpuinfo")
GOVERNOR = Path("/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor")
GIB = 2**30


#: The class of device that the questionnaire asks for, by what the frameworks call it.
DEVICES = {"cpu": "cpu", "cuda": "nvidia"}


def fingerprint(device: str = "cpu") -> dict[str, str | int]:
    """The facts of this machine that a time depends on, as they go into a run file.

    `device` is what is measured on, one of DEVICES. `cores` are those that this process may use;
    what cannot be found out is "unknown".
    """
    return {
        "cpu": _cpu(),
        "architecture": platform.machine() or "unknown",
        "cores": _cores(),
        "memory_gib": max(1, round(psutil.virtual_memory().total / GIB)),
        "system": _system(),
        "governor": _read(GOVERNOR).strip() or "unknown",
        "python": platform.python_version(),
        "device": DEVICES[device],
        "dtype": "float32",
    }


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""


def _cpu() -> str:
    named = re.search(r"^model name\s*:\s*(.+)$", _read(CPU_FACTS), re.MULTILINE)
    if named:
        return named.group(1).strip()
    if platform.system() == "Darwin":
        return _apple_cpu()
    return platform.processor() or "unknown"


def _apple_cpu() -> str:
    answer = subprocess.run(
        ["/usr/sbin/sysctl", "-n", "machdep.cpu.brand_string"],
        capture_output=True,
        text=True,
        check=False,
    )
    return answer.stdout.strip() or "unknown"


def _cores() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _system() -> str:
    """The system with the first two numbers of its release, such as "Linux 6.1"."""
    numbers = re.match(r"\d+(\.\d+)?", platform.release())
    return f"{platform.system()} {numbers.group() if numbers else ''}".strip()
