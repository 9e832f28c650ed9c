"""Load an exported model in its runtime and run it; started by trial.py.

    python -m benchmarks.exporters.serve --stack S --format F --threads N --folder D
        --file artefact/model.onnx --warmup 20 --rounds 200

Leaves in the folder: outputs.npz, for all of examples.npz, and served.json.
"""

import argparse
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.exporters.reporting import report
from benchmarks.exporters.runtimes import LOADERS, version
from benchmarks.tasks.task import Array


def main() -> int:
    """Serve, and report."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--stack", required=True)
    parser.add_argument("--format", required=True)
    parser.add_argument("--threads", required=True, type=int)
    parser.add_argument("--folder", required=True, type=Path)
    parser.add_argument("--file", required=True)
    parser.add_argument("--warmup", required=True, type=int)
    parser.add_argument("--rounds", required=True, type=int)
    given = parser.parse_args()
    report(given.folder / "served.json", lambda: _serve(given))
    return 0


def _serve(given: argparse.Namespace) -> dict[str, Any]:
    examples = _examples(given.folder / "examples.npz")
    start = time.perf_counter()
    with LOADERS[given.format](given.folder / given.file, given.stack, given.threads) as session:
        loaded = time.perf_counter() - start
        outputs = np.concatenate([session.run(session.put(each)) for each in examples])
        np.savez(given.folder / "outputs.npz", allow_pickle=False, outputs=outputs)
        latencies = session.latencies(
            session.put(examples[0]), warmup=given.warmup, rounds=given.rounds
        )
        return {
            "load_seconds": loaded,
            "latencies": latencies,
            "threads": session.threads,
            "runtime": version(given.format),
        }


def _examples(path: Path) -> list[tuple[Array, ...]]:
    """Single examples, each as a batch of one per input."""
    with np.load(path) as file:
        inputs = [file[name] for name in sorted(file) if name.startswith("input_")]
    return [tuple(each[[row]] for each in inputs) for row in range(len(inputs[0]))]


if __name__ == "__main__":
    sys.exit(main())
