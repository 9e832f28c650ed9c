"""The tasks as a table in Markdown: `python -m benchmarks.tasks`. README.md shows it."""

import sys
from collections.abc import Iterator

from benchmarks import tasks
from benchmarks.tasks.task import Array, Task

HEAD = "| task | model and data | one example | parameters | batch | learning |"


def lines() -> Iterator[str]:
    """The table's lines; the numbers are those of the specs."""
    yield HEAD
    yield "|---|---|---|--:|--:|---|"
    yield from map(_line, map(tasks.task, tasks.task_ids()))


def _line(task: Task) -> str:
    inputs = " and ".join(map(_shape, task.examples("synthetic").inputs))
    learning = "-"
    if task.learning:
        learning = f"{task.learning.epochs} passes, target {task.learning.target:.1%}"
    columns = (f"`{task.id}`", task.title, inputs, f"{task.parameters():,}", task.train_batch)
    return f"| {' | '.join(map(str, columns))} | {learning} |"


def _shape(inputs: Array) -> str:
    shape = " × ".join(map(str, inputs.shape[1:])) or "1"
    return f"{shape} {inputs.dtype}"


if __name__ == "__main__":
    sys.stdout.writelines(f"{line}\n" for line in lines())
