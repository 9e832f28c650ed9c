"""A fresh interpreter on its way to the first training step; started by test_startup.py.

    python -m benchmarks.startup --stack pytorch-eager --task mlp-mnist --threads 2

Prints one line of JSON when the step is done: seconds per part, versions, flags. The batch is
synthetic and is made between the parts, so that no disk and no decompression is timed.
"""

import time

BEGIN = time.perf_counter()

import argparse  # noqa: E402  (the clock starts before anything else is imported)
import json  # noqa: E402
import sys  # noqa: E402


def main() -> int:
    """Import, build, step, report."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--stack", required=True)
    parser.add_argument("--task", required=True)
    parser.add_argument("--threads", required=True, type=int)
    parser.add_argument("--device", default="cpu")
    given = parser.parse_args()

    from benchmarks import stacks, tasks  # importing is what is timed

    stack = stacks.open_stack(given.stack, given.threads, given.device)
    imported = time.perf_counter()
    task = tasks.task(given.task)
    trainer = stack.trainer(task, "adam")
    built = time.perf_counter()
    batch = trainer.put(task.examples("synthetic").batch(task.train_batch))
    ready = time.perf_counter()
    trainer.step(batch)
    stepped = time.perf_counter()
    report = {
        "import_seconds": imported - BEGIN,
        "build_seconds": built - imported,
        "first_step_seconds": stepped - ready,
        "versions": stack.versions(),
        "flags": stack.flags(),
    }
    # The parent stops its clock at the end of this line.
    print(json.dumps(report), flush=True)  # noqa: T201
    return 0


if __name__ == "__main__":
    sys.exit(main())
