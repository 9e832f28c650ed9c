"""Run files for tests: as the laboratory writes them, with made-up times."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from advisor.model import unit_of
from advisor.runs import task_sources

#: The digest of a task that nobody has.
NO_SOURCE = "sha256:0123456789abcdef"

MACHINE = {
    "cpu": "Intel(R) Xeon(R) Processor @ 2.80GHz",
    "architecture": "x86_64",
    "cores": 2,
    "memory_gib": 24,
    "system": "Linux 6.1",
    "governor": "unknown",
    "python": "3.11.7",
    "device": "cpu",
    "dtype": "float32",
}
FRAMEWORKS = {
    "keras-tensorflow": "keras",
    "tensorflow-graph": "tensorflow",
    "pytorch-eager": "pytorch",
}
SESSION = "20261122T115000Z"


def benchmark(
    stack: str,
    data: Sequence[float],
    *,
    task: str = "mlp-mnist",
    phase: str = "train",
    metric: str = "step-seconds",
    batch: int | None = 64,
    **details: Any,
) -> dict[str, Any]:
    """One entry of `benchmarks`, with a few of pytest-benchmark's other keys.

    A task that the laboratory has is measured as it is today.
    """
    return {
        "name": f"test_{phase}",
        "group": None,
        "extra_info": {
            "stack": stack,
            "framework": FRAMEWORKS[stack],
            "task": task,
            "phase": phase,
            "metric": metric,
            "unit": unit_of(metric),
            "batch": batch,
            "source": task_sources().get(task, NO_SOURCE),
            "compile_seconds": None,
            **details,
        },
        "stats": {"data": list(data), "rounds": len(data)},
    }


def content(
    stack: str = "pytorch-eager",
    replicate: int = 0,
    *,
    benchmarks: Sequence[Mapping[str, Any]] | None = None,
    session: str = SESSION,
    machine: Mapping[str, Any] = MACHINE,
    versions: Mapping[str, str] | None = None,
    outcomes: Sequence[Mapping[str, str]] | None = None,
    **block: Any,
) -> dict[str, Any]:
    """A whole run file; without `benchmarks` it holds one training step of three rounds.

    `block` adds keys to our own block.
    """
    if benchmarks is None:
        benchmarks = [benchmark(stack, [0.0020, 0.0021, 0.0022])]
    measured = [
        {key: entry["extra_info"][key] for key in ("task", "phase", "metric")}
        for entry in benchmarks
    ]
    passed = [{**names, "outcome": "passed", "reason": ""} for names in measured]
    return {
        "machine_info": {"cpu": {"brand_raw": machine["cpu"]}},
        "commit_info": {"id": "0" * 40, "time": None, "dirty": False},
        "version": "5.3.1",
        "benchmarks": list(benchmarks),
        "advisor": {
            "format": 1,
            "stack": stack,
            "framework": FRAMEWORKS[stack],
            "replicate": replicate,
            "session": session,
            "machine": dict(machine),
            "versions": dict({"torch": "2.13.0"} if versions is None else versions),
            "flags": {"threads": 2},
            "load": {"load": 0.1, "steal": 0.0, "waited_seconds": 0.0, "busy": False},
            "ceiling": {"matmul_flops_per_second": 1e11, "copy_bytes_per_second": 1e10},
            "outcomes": list(passed if outcomes is None else outcomes),
            **block,
        },
    }


def proof(
    criterion: str = "licence",
    framework: str = "pytorch",
    *,
    level: int | None = 4,
    outcome: str = "passed",
    facts: Mapping[str, bool] | None = None,
    **changed: Any,
) -> dict[str, Any]:
    """One proof; `facts` maps names to whether they hold."""
    return {
        "probe": criterion,
        "framework": framework,
        "criterion": criterion,
        "level": level,
        "outcome": outcome,
        "reason": "",
        "seconds": 0.5,
        "facts": [
            {"name": name, "says": f"it is {name}", "holds": holds, "detail": f"seen {name}"}
            for name, holds in ({"permissive": True} if facts is None else facts).items()
        ],
        "claims": ["ov-all-03"],
        "source": "sha256:0123456789abcdef",
        "log": "looked at",
        **changed,
    }


def proven(*proofs: Mapping[str, Any], framework: str = "pytorch", **given: Any) -> dict[str, Any]:
    """A whole run file of `advisor probe`."""
    stack = {name: id for id, name in FRAMEWORKS.items()}[framework]
    made = content(stack, benchmarks=[], **given)
    made["advisor"]["proofs"] = list(proofs)
    return made


def written(path: Path, value: object) -> Path:
    """Write `value` as JSON to `path`, making its folder."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(value), encoding="utf-8")
    return path


def process_file(
    folder: Path, stack: str, replicate: int, value: float, **given: Mapping[str, Any] | str
) -> Path:
    """Write a run file whose training step took `value` seconds, give or take a little."""
    noise = (0.99, 1.0, 1.0, 1.02, 1.1)
    entry = benchmark(stack, [value * factor for factor in noise])
    path = folder / f"{stack}-train-{replicate}.json"
    return written(path, content(stack, replicate, benchmarks=[entry], **given))
