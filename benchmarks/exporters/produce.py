"""Export a task's model from a stack; started by trial.py.

    python -m benchmarks.exporters.produce --stack S --task T --format F --threads N --folder D

Leaves in the folder: artefact/, examples.npz (what the artefact is given, and the framework's own
outputs for it), and produced.json.
"""

import argparse
import sys
import time
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks import tasks
from benchmarks.errors import RefusedError
from benchmarks.exporters.reporting import report
from benchmarks.stacks import STACKS, open_stack

__all__ = ["EXAMPLES"]

#: How many examples the artefact must compute as the framework does, one at a time.
EXAMPLES = 8


def main() -> int:
    """Export, and report."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--stack", required=True)
    parser.add_argument("--task", required=True)
    parser.add_argument("--format", required=True)
    parser.add_argument("--threads", required=True, type=int)
    parser.add_argument("--folder", required=True, type=Path)
    given = parser.parse_args()
    report(given.folder / "produced.json", lambda: _produce(given))
    return 0


def _produce(given: argparse.Namespace) -> dict[str, Any]:
    stack, task = open_stack(given.stack, given.threads), tasks.task(given.task)
    exporter = import_module(f"benchmarks.exporters.{STACKS[given.stack].framework}")
    trainer = stack.trainer(task, "adam")
    trainer.load(task.reference_weights())
    batch = task.examples("synthetic").batch(EXAMPLES)
    inputs, expected = exporter.inputs(trainer, batch), trainer.forward(trainer.put(batch))
    if not np.isfinite(expected).all():
        raise RefusedError("the model's own outputs are not finite")
    arrays = {f"input_{place}": each for place, each in enumerate(inputs)}
    np.savez(given.folder / "examples.npz", allow_pickle=False, expected=expected, **arrays)
    artefact = given.folder / "artefact"
    artefact.mkdir()
    start = time.perf_counter()
    # One example: what a phone, a browser or a request asks for, in the plainest form of each.
    path = exporter.EXPORTS[given.format](trainer, tuple(each[:1] for each in inputs), artefact)
    return {
        "seconds": time.perf_counter() - start,
        "bytes": sum(each.stat().st_size for each in artefact.rglob("*") if each.is_file()),
        "file": path.relative_to(given.folder).as_posix(),
        "versions": stack.versions(),
        "flags": stack.flags(),
    }


if __name__ == "__main__":
    sys.exit(main())
