"""The gate that asks whether a task is the same model in every framework.

    python -m benchmarks.agreement --stack pytorch-eager --task mlp-mnist --out a.npz
    python -m benchmarks.agreement compare a.npz b.npz c.npz [--json]

The first form computes outputs, loss, gradients and the weights and state after ten SGD steps from
shared weights and data, in a process that loads one framework; it exits 3 if the stack refuses the
task. The second loads none; it prints a table and exits 0 if all agree, 1 if not, 2 if a file
cannot be read.
"""

import argparse
import hashlib
import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from benchmarks import comparison, tasks
from benchmarks.errors import LaboratoryError, RefusedError
from benchmarks.stacks import DEVICES, STACKS, open_stack
from benchmarks.stacks.protocol import Device
from benchmarks.tasks import data
from benchmarks.tasks.task import Batch

__all__ = ["main", "record"]

STEPS = 10


def record(
    stack_id: str, task_id: str, *, threads: int, choice: str, device: Device = "cpu"
) -> comparison.Record:
    """What the stack computes for the task; `choice` is "auto", "real" or "synthetic".

    RefusedError if the stack cannot do the task.
    """
    stack, task = open_stack(stack_id, threads, device), tasks.task(task_id)
    examples = task.examples(choice)
    batches = [examples.batch(task.train_batch, number) for number in range(STEPS)]
    trainer = stack.trainer(task, "sgd")
    trainer.load(task.gate_weights())
    on_device = [trainer.put(batch) for batch in batches]
    loss, gradients = trainer.gradients(on_device[0])
    arrays = {"forward": trainer.forward(on_device[0]).astype("float32")}
    arrays |= {f"gradient/{name}": values for name, values in gradients.items()}
    for batch in on_device:
        trainer.step(batch)
    arrays |= {f"weights/{name}": values for name, values in trainer.weights().items()}
    arrays |= {f"state/{name}": values for name, values in trainer.state().items()}
    return comparison.Record(
        stack=stack_id,
        task=task_id,
        data=examples.name,
        digest=_digest(batches),
        loss=loss,
        arrays=arrays,
        dtype=str(stack.flags()["dtype"]),
        flops=trainer.flops(on_device[0]),
        flops_note=task.flops_note,
    )


def _digest(batches: Sequence[Batch]) -> str:
    digest = hashlib.sha256()
    for batch in batches:
        for array in (*batch.inputs, batch.targets):
            digest.update(array.tobytes())
    return digest.hexdigest()[:16]


def _compare(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser("benchmarks.agreement compare")
    parser.add_argument("files", nargs="+", type=Path)
    parser.add_argument("--json", action="store_true", help="print the findings as JSON")
    given = parser.parse_args(arguments)
    findings = comparison.compare([comparison.read(path) for path in given.files])
    as_json = json.dumps([each.as_dict() for each in findings], indent=2)
    print(as_json if given.json else comparison.table(findings))  # noqa: T201
    return 0 if all(each.passed for each in findings) else 1


def _record(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser("benchmarks.agreement")
    parser.add_argument("--stack", required=True, choices=sorted(STACKS))
    parser.add_argument("--task", required=True, choices=tasks.task_ids())
    parser.add_argument("--out", required=True, type=Path, help="the .npz file to write")
    parser.add_argument("--threads", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--device", choices=DEVICES, default="cpu")
    parser.add_argument("--data", choices=data.CHOICES, default="synthetic")
    given = parser.parse_args(arguments)
    found = record(
        given.stack,
        given.task,
        threads=given.threads,
        choice=given.data,
        device=given.device,
    )
    found.save(given.out)
    return 0


def main(arguments: Sequence[str]) -> int:
    """Run the command; the exit status."""
    try:
        if arguments[:1] == ["compare"]:
            return _compare(arguments[1:])
        return _record(arguments)
    except LaboratoryError as error:
        print(error, file=sys.stderr)  # noqa: T201
        return 2
    except RefusedError as refusal:
        print(refusal, file=sys.stderr)  # noqa: T201
        return 3


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
