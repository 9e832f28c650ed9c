"""A fresh interpreter on its way to the first training step; started by children.py.

    python -m benchmarks.startup --stack pytorch-eager --task mlp-mnist --threads 2 [--steps 20]

Prints one line of JSON when the steps are done: seconds per part, memory after the import and at
its peak while training, versions, flags. The batch is synthetic and is made between the parts, so
that no disk and no decompression is timed, and no data set is counted.
"""

import time

BEGIN = time.perf_counter()

import argparse  # noqa: E402  (the clock starts before anything else is imported)
import json  # noqa: E402
import sys  # noqa: E402
from typing import Any  # noqa: E402


def main() -> int:
    """Import, build, step, report."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--stack", required=True)
    parser.add_argument("--task", required=True)
    parser.add_argument("--threads", required=True, type=int)
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--steps", type=int, default=1)
    report = _report(parser.parse_args())
    # The parent stops its clock at the end of this line.
    print(json.dumps(report), flush=True)  # noqa: T201
    return 0


def _report(given: argparse.Namespace) -> dict[str, Any]:
    from benchmarks import errors, memory, stacks, tasks  # importing is what is timed

    stack = stacks.open_stack(given.stack, given.threads, given.device)
    imported, import_bytes = time.perf_counter(), memory.resident_bytes()
    task = tasks.task(given.task)
    try:
        trainer = stack.trainer(task, "adam")
    except errors.RefusedError as refusal:
        return {"refused": str(refusal)}
    built = time.perf_counter()
    batch = trainer.put(task.examples("synthetic").batch(task.train_batch))
    memory.forget_peak()
    ready = time.perf_counter()
    trainer.step(batch)
    stepped = time.perf_counter()
    for _ in range(given.steps - 1):
        trainer.step(batch)
    return {
        "import_seconds": imported - BEGIN,
        "build_seconds": built - imported,
        "first_step_seconds": stepped - ready,
        "import_bytes": import_bytes,
        "peak_bytes": memory.peak_bytes(),
        "peak_device_bytes": stack.runtime.peak_device_bytes(),
        "versions": stack.versions(),
        "flags": stack.flags(),
    }


if __name__ == "__main__":
    sys.exit(main())
