"""What `advisor probe` does: it runs the probes of one framework after another.

Each framework has a process of its own, which holds no other, and leaves one run file.
"""

import datetime as dt
import importlib.util
import json
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from advisor.errors import MeasureError, Problem, RunError
from advisor.measure.child import run_child, stoppable
from advisor.measure.fingerprint import fingerprint
from advisor.measure.lock import default_lock, locked
from advisor.measure.progress import Event, Listener, ignore
from advisor.model import Proof
from advisor.resources import laboratory as own_laboratory
from advisor.runs import machine_slug, own_results, read_run, read_runs

__all__ = ["ProbeChoices", "ProbeResult", "probe", "probed_criteria"]

#: What a framework's probes import, and the extra that installs it.
MODULES = {
    "keras": (("keras", "tensorflow"), "keras"),
    "tensorflow": (("tensorflow",), "tensorflow"),
    "pytorch": (("torch",), "torch"),
}
LABORATORY_MODULES = ("pytest", "pytest_benchmark", "psutil", "threadpoolctl")

#: pytest's exit status when every test passed, and when some failed.
FINISHED = (0, 1)


@dataclass(frozen=True, kw_only=True)
class ProbeChoices:
    """What to probe and where; no criterion named means all of them.

    `out` is the folder that will hold the session's folder.
    """

    frameworks: tuple[str, ...]
    criteria: tuple[str, ...] = ()
    out: Path = field(default_factory=own_results)
    laboratory: Path = field(default_factory=own_laboratory)
    lock: Path = field(default_factory=default_lock)
    timeout_seconds: float = 900
    expected_seconds: float = 120


@dataclass(frozen=True)
class ProbeResult:
    """The session's folder, what was found out, and which frameworks' processes gave nothing."""

    folder: Path
    proofs: tuple[Proof, ...]
    failed: Mapping[str, str]
    seconds: float


def probe(choices: ProbeChoices, *, progress: Listener = ignore) -> ProbeResult:
    """Run the probes; `progress` hears of every framework.

    Raises MeasureError if a framework or a probe is missing, if a measurement is running, if the
    folder cannot be written, or after an interruption (SIGINT, SIGTERM).
    """
    start = time.monotonic()
    if problems := [*_absent(choices), *_unknown(choices)]:
        raise MeasureError(problems)
    machine, now = fingerprint(), dt.datetime.now(dt.UTC)
    folder = _folder(choices.out.resolve(), f"{now:%Y-%m-%d}-{machine_slug(machine)}-probes")
    context = {"session": f"{now:%Y%m%dT%H%M%SZ}", "machine": machine}
    failed: dict[str, str] = {}
    with locked(choices.lock), stoppable():
        try:
            for done, framework in enumerate(choices.frameworks):
                progress(_event(choices, done, f"probing {framework}", failed))
                if reason := _run(choices, framework, folder, json.dumps(context)):
                    failed[framework] = reason
            progress(_event(choices, len(choices.frameworks), "done", failed))
        except KeyboardInterrupt:
            raise _interrupted(folder) from None
    proofs = read_runs(folder).proofs if any(folder.glob("*.json")) else ()
    return ProbeResult(folder, proofs, failed, time.monotonic() - start)


def probed_criteria(laboratory: Path | None = None) -> tuple[str, ...]:
    """The criteria that the laboratory has a probe for, in alphabetical order."""
    probes = ((laboratory or own_laboratory()) / "benchmarks" / "probes").glob("test_*.py")
    return tuple(sorted(each.stem.removeprefix("test_").replace("_", "-") for each in probes))


def _run(choices: ProbeChoices, framework: str, folder: Path, context: str) -> str:
    """Probe one framework; "" or why there is no run file."""
    out = folder / f"{framework}.json"
    chosen = [word for id in choices.criteria for word in ("--criterion", id)]
    options = ["-c", "benchmarks/pytest.ini", "-p", "no:cacheprovider", "-p", "no:anyio"]
    ended = run_child(
        ["-m", "pytest", *options, "benchmarks/probes", "--framework", framework, *chosen,
         f"--proof-json={out}"],
        folder=choices.laboratory,
        environment={"ADVISOR_REPLICATE": context},
        timeout_seconds=choices.timeout_seconds,
    )  # fmt: skip
    try:
        read_run(out)
    except RunError:
        out.unlink(missing_ok=True)
        return ended.reason
    return "" if ended.status in FINISHED else ended.reason


def _event(choices: ProbeChoices, done: int, text: str, failed: Mapping[str, str]) -> Event:
    total = len(choices.frameworks)
    left = (total - done) * choices.expected_seconds
    failure = "; ".join(f"{framework}: {reason}" for framework, reason in failed.items())
    return Event(text, done, total, left, failure if done == total else "")


def _absent(choices: ProbeChoices) -> Iterator[Problem]:
    """A problem for everything that has to be installed first."""
    wanted = {"bench": LABORATORY_MODULES}
    for framework in choices.frameworks:
        modules, extra = MODULES.get(framework, ((), "bench"))
        wanted[extra] = (*wanted.get(extra, ()), *modules)
    for extra, modules in wanted.items():
        absent = [name for name in modules if importlib.util.find_spec(name) is None]
        if absent:
            cure = f'Install with `pip install "advisor[{extra}]"`, or choose with --framework'
            yield Problem("advisor probe", f"{' and '.join(absent)} not installed", cure)


def _unknown(choices: ProbeChoices) -> Iterator[Problem]:
    known = probed_criteria(choices.laboratory)
    for id in choices.criteria:
        if id not in known:
            cure = f"Choose from: {', '.join(known)}"
            yield Problem("--criterion", f'the laboratory has no probe for "{id}"', cure)
    for id in choices.frameworks:
        if id not in MODULES:
            cure = f"Choose from: {', '.join(MODULES)}"
            yield Problem("--framework", f'the laboratory has no "{id}"', cure)


def _folder(out: Path, name: str) -> Path:
    """A new folder below `out`; MeasureError if it cannot be made."""
    number, folder = 1, out / name
    while folder.exists():
        number += 1
        folder = out / f"{name}-{number}"
    try:
        folder.mkdir(parents=True)
    except OSError as error:
        problem = Problem(str(folder), f"cannot be made: {error.strerror}", "Choose another --out")
        raise MeasureError(problem) from error
    return folder


def _interrupted(folder: Path) -> MeasureError:
    kept: Sequence[Path] = list(folder.glob("*.json"))
    if not kept:
        with suppress(OSError):
            folder.rmdir()
    what = f"interrupted; {len(kept)} run files are kept" if kept else "interrupted"
    return MeasureError(Problem("advisor probe", what, "Start again; a framework takes minutes"))
