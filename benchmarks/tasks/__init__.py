"""The tasks, found by their folders: `mlp-mnist` lives in `mlp_mnist/`.

A folder holds `spec.py` with a `TASK` and one model file per framework. Nothing is imported until
it is asked for, so listing the tasks costs nothing and loads no framework.
"""

import hashlib
from importlib import import_module
from pathlib import Path
from typing import Any

from benchmarks.tasks.task import Task

__all__ = ["model", "source_digest", "task", "task_ids"]

FOLDER = Path(__file__).resolve().parent
#: Modules beside the task folders that are part of what is timed.
SHARED = ("tensorflow_optimizers.py",)


def task_ids() -> tuple[str, ...]:
    """The ids of all tasks, sorted."""
    return tuple(sorted(spec.parent.name.replace("_", "-") for spec in FOLDER.glob("*/spec.py")))


def task(task_id: str) -> Task:
    """The framework-free description of a task; KeyError if there is none."""
    found: Task = import_module(f"{_package(task_id)}.spec").TASK
    return found


def model(task_id: str, framework: str) -> Any:
    """The module that writes the task's model in `framework`; this imports the framework."""
    return import_module(f"{_package(task_id)}.{framework}")


def source_digest(task_id: str) -> str:
    """A digest of the files that define a task: when it changes, old results are stale."""
    digest = hashlib.sha256()
    files = sorted((FOLDER / _folder(task_id)).glob("*.py"))
    for file in [*files, *(FOLDER / name for name in SHARED)]:
        digest.update(f"{file.name}\n".encode())
        digest.update(file.read_text(encoding="utf-8").encode())
    return f"sha256:{digest.hexdigest()[:16]}"


def _folder(task_id: str) -> str:
    if task_id not in task_ids():
        raise KeyError(task_id)
    return task_id.replace("-", "_")


def _package(task_id: str) -> str:
    return f"{__name__}.{_folder(task_id)}"
