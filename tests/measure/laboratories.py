"""Small laboratories that behave as told: a script that plays pytest, and one that plays the gate.

A laboratory is a folder. `python -m pytest` started in it finds its own `pytest.py` first.
"""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

from advisor.catalog import load_catalog
from advisor.measure import Choices, Profile

PYTEST = """
import json, os, pathlib, signal, sys, time

given = sys.argv[1:]
def option(name):
    return [given[i + 1] for i, word in enumerate(given) if word == name]
(out,) = [word[17:] for word in given if word.startswith("--benchmark-json=")]
out = pathlib.Path(out)
stack, tasks = option("--stack")[0], option("--task")
phases = [word[16:-3] for word in given if word.startswith("benchmarks/test_")]
context = json.loads(os.environ["ADVISOR_REPLICATE"])
name = f"{stack}-{'-'.join(phases)}-{context['replicate']}"
if "twin" in context:
    name += f"-twin-{context['twin']}"
with open("calls.txt", "a") as calls:
    calls.write(f"{name} {','.join(tasks)}\\n")
does = json.loads(pathlib.Path("behaviour.json").read_text()).get(name, "passes")
if does == "crashes":
    os.abort()
if does == "stops":
    sys.exit("no such device in " + os.getcwd())
if does == "hangs":
    pathlib.Path("hanging.txt").write_text(str(os.getpid()))
    time.sleep(60)
framework = {"pytorch-eager": "pytorch", "keras-tensorflow": "keras"}[stack]
METRICS = {"startup": ["startup-seconds"], "train": ["step-seconds"],
           "predict": ["latency-seconds", "batch-seconds"], "fit": ["epoch-seconds"]}
times = json.loads(pathlib.Path("times.json").read_text())
def data(replicate):
    seconds = times.get(stack, [0.01])
    return [seconds[replicate % len(seconds)] * (1 + n / 1000) for n in range(3)]
cells = [(t, p, m) for t in tasks for p in phases for m in METRICS[p]]
failed = does == "fails"
content = {
    "benchmarks": [] if failed else [
        {"extra_info": {"stack": stack, "framework": framework, "task": t, "phase": p, "metric": m,
                        "unit": "s", "batch": 1, "source": "sha256:0123456789abcdef",
                        "compile_seconds": None},
         "stats": {"data": data(context["replicate"])}} for t, p, m in cells],
    "advisor": {
        "format": 1, "stack": stack, "framework": framework, **context,
        "versions": {"x": "1"}, "flags": {}, "ceiling": {},
        "outcomes": [{"task": t, "phase": p, "metric": m,
                      "outcome": "failed" if failed else "passed",
                      "reason": "ValueError: too large" if failed else ""} for t, p, m in cells]},
}
text = json.dumps(content)
out.write_text(text[: len(text) // 2] if does == "truncates" else text)
sys.exit(1 if failed else 0)
"""

GATE = """
import json, os, pathlib, sys

given = sys.argv[1:]
told = json.loads(pathlib.Path("gate.json").read_text())
if given[0] == "compare":
    names = [pathlib.Path(word).stem for word in given[1:] if word.endswith(".npz")]
    bad = [name for name in names if name in told["disagrees"]]
    why = ["forward differs by 3e-2"]
    print(json.dumps([
        {"stack": name.split(".")[0], "task": name.split(".")[1], "reference": "pytorch-eager",
         "reasons": why if name in bad else []} for name in names]))
    sys.exit(1 if bad else 0)
def options(name):
    return [given[i + 1] for i, word in enumerate(given) if word == name]
(stack,), (threads,), (into,) = map(options, ("--stack", "--threads", "--into"))
assert int(threads) > 0
with open("gates.txt", "a") as gates:
    gates.write(f"{stack} {','.join(options('--task'))}\\n")
absences = []
for task in options("--task"):
    name = f"{stack}.{task}"
    if name in told["dies"]:
        os.abort()
    if name in told["breaks"]:
        absences.append({"task": task, "outcome": "refused",
                         "reason": "mnist.npz: the file is missing. Put it into the cache"})
    else:
        (pathlib.Path(into) / f"{name}.npz").write_text("computed")
print("a framework says hello")
print(json.dumps(absences))
"""

CATALOG = load_catalog()
PYTORCH, KERAS = (
    CATALOG.stack(id).model_copy(update={"modules": ()})
    for id in ("pytorch-eager", "keras-tensorflow")
)


def laboratory(
    folder: Path,
    behaviour: Mapping[str, str] | None = None,
    *,
    breaks: tuple[str, ...] = (),
    dies: tuple[str, ...] = (),
    disagrees: tuple[str, ...] = (),
    times: Mapping[str, Sequence[float]] | None = None,
) -> Path:
    """Make or change a laboratory; `behaviour` maps a run file's stem to what its process does.

    `breaks`, `dies` and `disagrees` name "stack.task" pairs of the gate; `times` gives each stack
    its seconds, replicate by replicate.
    """
    (folder / "benchmarks").mkdir(parents=True, exist_ok=True)
    (folder / "pytest.py").write_text(PYTEST)
    (folder / "benchmarks" / "__init__.py").touch()
    (folder / "benchmarks" / "agreement.py").write_text(GATE)
    (folder / "behaviour.json").write_text(json.dumps(dict(behaviour or {})))
    (folder / "times.json").write_text(json.dumps(dict(times or {})))
    gate = {"breaks": breaks, "dies": dies, "disagrees": disagrees}
    (folder / "gate.json").write_text(json.dumps(gate))
    return folder


def calls(folder: Path, file: str = "calls.txt") -> list[str]:
    """What the laboratory's pytest was asked for, in order: "stack-phases-replicate tasks"."""
    path = folder / file
    return path.read_text().splitlines() if path.is_file() else []


def quiet() -> tuple[float, float]:
    return 0.0, 0.0


def choices(tmp_path: Path, **changed: object) -> Choices:
    """Two stacks, one task, two rounds of training, in the laboratory below `tmp_path`."""
    given: dict[str, object] = {
        "catalog": CATALOG,
        "stacks": (PYTORCH, KERAS),
        "tasks": ("mlp-mnist",),
        "phases": ("train",),
        "profile": Profile(replicates=2, wait_seconds=0),
        "out": tmp_path / "results",
        "laboratory": tmp_path / "laboratory",
        "lock": tmp_path / "lock",
        "look": quiet,
    }
    return Choices(**{**given, **changed})  # type: ignore[arg-type]
