"""Sites for tests, built once: real and made-up knowledge over made-up measurements."""

import datetime as dt
import json
import tempfile
from functools import cache
from pathlib import Path
from typing import Any

from advisor.catalog import load_catalog
from advisor.evidence import cells_of
from advisor.laboratory import read_tasks
from advisor.model import Catalog, Cell, Statement
from advisor.render.examples import read_examples
from advisor.render.site import Files, site
from advisor.resources import resource
from advisor.runs import Runs, read_runs
from tests.render import handmade

TODAY = dt.date(2026, 11, 22)
ARTICLE = dt.date(2025, 4, 30)
HOSTILE = "<script>alert(1)</script>\" onload='x' {{ 7 * 7 }} &amp; ]]>"
BASE_URL = "https://example.org/advisor"
PROCESSES = 5

#: Seconds of a training step by stack and framework.
SECONDS = {
    ("keras-tensorflow", "keras"): 0.052,
    ("tensorflow-graph", "tensorflow"): 0.041,
    ("pytorch-eager", "pytorch"): 0.0415,
    ("pytorch-compile", "pytorch"): 0.037,
}
#: What of it each measurement takes, by phase and metric.
PHASES = {
    ("startup", "startup-seconds"): 90.0,
    ("train", "step-seconds"): 1.0,
    ("predict", "latency-seconds"): 0.02,
    ("predict", "batch-seconds"): 0.4,
}
#: Observed beside the clock: unit, and the value for a stack that takes no time at all.
OBSERVED = {
    "learn": {"accuracy": ("share", 0.97), "learn-seconds": ("s", 20.0)},
    "memory": {"peak-memory-bytes": ("bytes", 2.0e9), "import-memory-bytes": ("bytes", 3.0e8)},
    "export": {"onnx-latency-seconds": ("s", 0.0009), "onnx-bytes": ("bytes", 2.2e6)},
}
TASKS = (("cnn-cifar", 1.0), ("mlp-mnist", 0.13))


def stated(
    framework: str, criterion: str, level: int, date: dt.date = TODAY, **changes: Any
) -> Statement:
    facts = {"tier": "probed", "sources": ("S48",), "note": "With one more step.", **changes}
    return Statement(framework=framework, criterion=criterion, level=level, date=date, **facts)


STATEMENTS = (
    stated("keras", "control-flow", 3, inherits="tensorflow"),
    stated(
        "keras", "control-flow", 1, ARTICLE, note="As the article has it.", sources=("article",)
    ),
    stated("tensorflow", "control-flow", 2, note=HOSTILE),
    stated("pytorch", "control-flow", 4, sources=("S12", "S48")),
    stated("keras", "first-steps", 4, ARTICLE, tier="judged", sources=()),
    stated("tensorflow", "mobile", 0, tier="documented"),
    stated("pytorch", "mobile", 3, dt.date(2027, 1, 1), note="Not said yet."),
)


def run_file(stack: str, framework: str, replicate: int, **changes: Any) -> dict[str, Any]:
    """A run file of one process that measured two tasks in all phases, and lost a third."""
    outcomes = [
        {"task": task, "phase": phase, "metric": metric, "outcome": "passed", "reason": ""}
        for phase, metric in PHASES
        for task, _ in TASKS
    ]
    if stack == "tensorflow-graph":
        lost = {"task": "lstm-sentiment", "outcome": "refused", "reason": f"differs {HOSTILE}"}
        outcomes += [{**outcome, **lost} for outcome in outcomes[2:3]]
    return {
        "advisor": {
            "format": 1,
            "stack": stack,
            "framework": framework,
            "replicate": replicate,
            "session": "20261122T115000Z",
            "machine": machine(),
            "versions": {framework: "2.13.0+cpu", "numpy": "2.4.1"},
            "load": {"load": 0.1, "steal": 0.0, "waited_seconds": 0.0, "busy": False},
            "outcomes": outcomes,
            **changes,
        },
        "benchmarks": [*_timed(stack, framework, replicate), *_observed(stack, framework)],
    }


def machine(**changes: Any) -> dict[str, Any]:
    return {
        "cpu": f"Xeon {HOSTILE}",
        "architecture": "x86_64",
        "cores": 2,
        "memory_gib": 24,
        "system": "Linux 6.1",
        "governor": "unknown",
        "python": "3.11.7",
        "device": "cpu",
        "dtype": "float32",
        **changes,
    }


def _info(stack: str, framework: str, task: str, phase: str, metric: str, unit: str) -> Any:
    return {
        "stack": stack,
        "framework": framework,
        "task": task,
        "phase": phase,
        "metric": metric,
        "unit": unit,
        "batch": 64,
        "source": "sha256:0123456789abcdef",
        "compile_seconds": 2.5 if stack == "pytorch-compile" else 0.05,
    }


def _timed(stack: str, framework: str, replicate: int) -> list[dict[str, Any]]:
    found = []
    for (phase, metric), share in PHASES.items():
        for task, part in TASKS:
            middle = SECONDS[stack, framework] * share * part * (1 + 0.01 * (replicate % 3))
            info = _info(stack, framework, task, phase, metric, "s")
            found.append({"extra_info": info, "stats": {"data": [middle, middle * 1.01]}})
    return found


def _observed(stack: str, framework: str) -> list[dict[str, Any]]:
    slow = SECONDS[stack, framework]
    found = []
    for phase, metrics in OBSERVED.items():
        first, (unit, _) = next(iter(metrics.items()))
        info = _info(stack, framework, "mlp-mnist", phase, first, unit)
        info["observations"] = {
            metric: {"unit": unit, "values": [value - slow if unit == "share" else value * slow]}
            for metric, (unit, value) in metrics.items()
        }
        found.append({"extra_info": info, "stats": {"data": [slow]}})
    return found


def write_runs(folder: Path, processes: int = PROCESSES, **changes: Any) -> Path:
    """A session folder below `folder`, which is returned."""
    home = folder / "2026-11-22-xeon"
    home.mkdir(parents=True)
    for stack, framework in SECONDS:
        for replicate in range(processes):
            content = run_file(stack, framework, replicate, **changes)
            (home / f"{stack}-{replicate}.json").write_text(json.dumps(content))
    return folder


@cache
def results() -> Path:
    return write_runs(Path(tempfile.mkdtemp(prefix="advisor-results-")))


@cache
def runs() -> Runs:
    return read_runs(results())


@cache
def cells() -> tuple[Cell, ...]:
    return cells_of(load_catalog(), runs())


@cache
def known() -> Catalog:
    """A small catalogue with a few statements, one of them hostile, and the real metrics."""
    real = load_catalog()
    made = handmade.make_catalog()
    return made.model_copy(update={"statements": STATEMENTS, "metrics": real.metrics})


@cache
def small() -> Files:
    """The site of the small catalogue."""
    return site(known(), cells(), [runs()], as_of=TODAY, version="0.1.0")


@cache
def whole() -> Files:
    """The site as it is published, but for the measurements."""
    catalog = load_catalog()
    examples = read_examples(resource("examples"), catalog, cells(), as_of=TODAY)
    return site(
        catalog,
        cells(),
        [runs()],
        as_of=TODAY,
        version="0.1.0",
        tasks=read_tasks(),
        examples=examples[:3],
        base_url=BASE_URL,
    )


def written(files: Files, folder: Path) -> Path:
    """The files below `folder`, which is returned."""
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.read_bytes())
    return folder


def content(files: Files, name: str) -> bytes:
    found = files[name]
    return found if isinstance(found, bytes) else found.read_bytes()
