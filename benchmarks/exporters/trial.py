"""One trial: export a model, run it in its real runtime, compare what both compute.

Each half is a process of its own. So the runtime is alone with the artefact, as it will be in use,
and a converter that crashes or hangs is a result like any other.
"""

import json
import os
import signal
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.children import FOLDER
from benchmarks.comparison import relative_distance
from benchmarks.errors import MissingError, RefusedError
from benchmarks.tasks.task import Rounds

__all__ = ["LIMIT", "ExportError", "Trial", "attempt"]

#: The largest relative L2 distance between the outputs of the artefact and of the framework. Other
#: kernels sum in another order, which moves float32 by 1e-6 or so; bfloat16 moves it by 1e-3.
LIMIT = 1e-4
#: For each half; the longest seen, an LSTM of 80 steps through ExecuTorch, takes about a minute.
MOST_SECONDS = 300


class ExportError(Exception):
    """The model could not be exported, loaded or run, or it computes something else."""


@dataclass(frozen=True)
class Trial:
    """An artefact that computes what its framework does.

    `latencies` are seconds for a batch of one in the runtime; `relative` is the L2 distance of all
    outputs, `largest` the largest difference of a single one. `threads` is what the runtime says.
    """

    export_seconds: float
    bytes: int
    load_seconds: float
    latencies: tuple[float, ...]
    relative: float
    largest: float
    runtime: str
    threads: dict[str, int]
    versions: dict[str, str]
    flags: dict[str, Any]


def attempt(stack_id: str, task_id: str, format: str, *, threads: int, rounds: Rounds) -> Trial:
    """Export and serve; ExportError, RefusedError or MissingError if there is no such artefact."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        common = {"stack": stack_id, "format": format, "threads": threads, "folder": folder}
        produced = _child("produce", folder / "produced.json", common | {"task": task_id})
        timing = {"warmup": rounds.warmup, "rounds": rounds.latency}
        served = _child(
            "serve", folder / "served.json", common | timing | {"file": produced["file"]}
        )
        relative, largest = _compare(folder)
    if relative > LIMIT:
        raise ExportError(
            f"the outputs differ: relative L2 {relative:.1e} (limit {LIMIT:.0e}),"
            f" the largest by {largest:.1e}"
        )
    return Trial(
        export_seconds=produced["seconds"],
        bytes=produced["bytes"],
        load_seconds=served["load_seconds"],
        latencies=tuple(served["latencies"]),
        relative=relative,
        largest=largest,
        runtime=served["runtime"],
        threads=served["threads"],
        versions=produced["versions"],
        flags=produced["flags"],
    )


def _child(module: str, answer: Path, options: dict[str, Any]) -> dict[str, Any]:
    """What a child wrote into `answer`; its result as an error if it has no more to say."""
    command = [sys.executable, "-m", f"benchmarks.exporters.{module}"]
    command += [f"--{name}={value}" for name, value in options.items()]
    # Compilers keep what they made; each process of a measurement starts without.
    caches = {"TORCHINDUCTOR_CACHE_DIR": str(answer.parent / "inductor")}
    try:
        ended = subprocess.run(
            command,
            cwd=FOLDER,
            env=os.environ | caches,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=MOST_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise ExportError(f"{module}: no end after {MOST_SECONDS} seconds") from None
    if not answer.is_file():
        raise ExportError(f"{module}: {_last_words(ended)}")
    said: dict[str, Any] = json.loads(answer.read_text(encoding="utf-8"))
    errors = {"refused": RefusedError, "missing": MissingError, "failed": ExportError}
    if "outcome" in said:
        raise errors[said["outcome"]](said["reason"])
    return said


def _last_words(ended: subprocess.CompletedProcess[str]) -> str:
    if ended.returncode < 0:
        return f"ended by {signal.Signals(-ended.returncode).name}"
    lines = ended.stderr.strip().splitlines()
    return lines[-1] if lines else f"exit status {ended.returncode}, without a word"


def _compare(folder: Path) -> tuple[float, float]:
    """Relative L2 distance and largest single difference; infinite if the shapes differ."""
    with np.load(folder / "examples.npz") as examples, np.load(folder / "outputs.npz") as outputs:
        expected, found = examples["expected"], outputs["outputs"]
    if expected.shape != found.shape:
        return float("inf"), float("inf")
    return relative_distance([(found, expected)]), float(np.abs(found - expected).max())
