"""What must be equal before two measurements may be compared.

Nothing that points at a person: no host name, no user, no path. People will publish these files.
The laboratory finds out the same facts by other means (benchmarks/machine.py) for those who run it
by hand; a test holds the two together.
"""

import os
import platform
import re
import subprocess
from pathlib import Path

import psutil

from advisor.errors import MeasureError, Problem

__all__ = ["DEVICES", "describe_card", "fingerprint"]

#: The class of device that the questionnaire asks for, by what the frameworks call it.
DEVICES = {"cpu": "cpu", "cuda": "nvidia"}

CPU_FACTS = Path("/proc/cpuinfo")
GOVERNOR = Path("/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor")
GIB = 2**30
#: The instructions that decide how fast a product of matrices is, and in which precision.
INSTRUCTIONS = (
    *("avx2", "avx512f", "avx512_vnni", "avx512_bf16", "avx512_fp16"),
    *("amx_tile", "amx_bf16", "amx_int8"),
    *("asimd", "sve", "sve2", "bf16", "i8mm"),
)
CARD_FACTS = ("name", "driver_version", "compute_cap")


def fingerprint(device: str = "cpu") -> dict[str, str | int]:
    """The facts of this machine that a time depends on, as they go into a run file.

    `device` is what is measured on, one of DEVICES. `cores` are those that this process may use;
    what cannot be found out is "unknown". MeasureError if there is no card to describe.
    """
    return {
        "cpu": _cpu(),
        "architecture": platform.machine() or "unknown",
        "instructions": _instructions(),
        "cores": _cores(),
        "memory_gib": max(1, round(psutil.virtual_memory().total / GIB)),
        "system": _system(),
        "governor": _read(GOVERNOR).strip() or "unknown",
        "python": platform.python_version(),
        "device": DEVICES[device],
        "dtype": "float32",
        **(describe_card(_ask_driver()) if device == "cuda" else {}),
    }


def describe_card(line: str) -> dict[str, str | int]:
    """What the driver says of a card, as one line of values in the order of CARD_FACTS."""
    name, driver, capability = line.split(", ")
    return {"accelerator": name, "driver": driver, "compute_capability": capability}


def _ask_driver() -> str:
    """The line for the first card that the measuring processes may use."""
    chosen = os.environ.get("CUDA_VISIBLE_DEVICES", "0").split(",")[0]
    query = (f"--query-gpu={','.join(CARD_FACTS)}", "--format=csv,noheader,nounits")
    try:
        answer = subprocess.run(
            ["nvidia-smi", f"--id={chosen}", *query], capture_output=True, text=True, check=True
        )
    except (OSError, subprocess.CalledProcessError) as error:
        raise MeasureError(
            Problem(
                where="--device cuda",
                what="nvidia-smi finds no NVIDIA GPU here",
                cure="Install the driver, or measure with --device cpu",
            )
        ) from error
    return answer.stdout.strip()


def _instructions() -> str:
    listed = re.search(r"^(?:flags|Features)\s*:\s*(.+)$", _read(CPU_FACTS), re.MULTILINE)
    flags = listed.group(1).split() if listed else ()
    return " ".join(each for each in INSTRUCTIONS if each in flags) or "unknown"


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
