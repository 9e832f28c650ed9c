"""One replicate: start its process, and leave one whole run file behind, whatever happens.

The laboratory writes to a hidden name beside the target. Only a file that can be read as a run is
given its own name; a crash, a hang or half a file becomes a run file without samples that says so.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from advisor.errors import MeasureError, Problem, RunError
from advisor.measure.child import run_child
from advisor.measure.load import Load
from advisor.measure.plan import Replicate
from advisor.runs import FORMAT, read_run

__all__ = ["NOT_STARTED", "Session", "launch", "write_without_samples"]

#: pytest's exit status when every test passed, and when some failed; anything else is no result.
FINISHED = (0, 1)

#: The load of a process that was never started.
NOT_STARTED = Load(load=0.0, steal=0.0, waited_seconds=0.0, busy=False)

#: What the laboratory copies into the run file, as one line of JSON.
VARIABLE = "ADVISOR_REPLICATE"


@dataclass(frozen=True, kw_only=True)
class Session:
    """What all processes of one `advisor bench` share; `laboratory` is the folder they run in."""

    id: str
    machine: Mapping[str, str | int]
    laboratory: Path

    def environment(self, replicate: Replicate, load: Load | None = None) -> dict[str, str]:
        """What a process finds in its environment; without `load` it looks for itself."""
        twin = {} if replicate.twin is None else {"twin": replicate.twin}
        known = {"load": load.as_dict()} if load else {}
        facts = {"replicate": replicate.index, "session": self.id, "machine": dict(self.machine)}
        return {VARIABLE: json.dumps({**facts, **twin, **known})}


def launch(
    replicate: Replicate, session: Session, load: Load, *, timeout_seconds: float | None = None
) -> str:
    """Run one replicate to its end; "" or why (part of) it failed. Its run file then exists."""
    part = replicate.out.with_name(f".{replicate.out.name}.part")
    try:
        ended = run_child(
            (*replicate.arguments, f"--benchmark-json={part}", _storage(replicate)),
            folder=session.laboratory,
            environment=session.environment(replicate, load),
            timeout_seconds=timeout_seconds or replicate.timeout_seconds,
        )
        failure = "" if ended.status in FINISHED and not ended.timed_out else ended.reason
        failed = "" if failure else _failed_outcomes(part)
        if failed is None:
            failure = f"left no readable run file; {ended.reason}"
        if failure:
            reasons = {(task, phase): failure for task, phase, _ in replicate.measurements}
            write_without_samples(replicate, session, load, outcome="failed", reasons=reasons)
        else:
            part.replace(replicate.out)
        return failure or failed or ""
    finally:
        part.unlink(missing_ok=True)


def _storage(replicate: Replicate) -> str:
    """Keep pytest-benchmark from making a folder of its own in the laboratory: this one exists."""
    return f"--benchmark-storage=file://{replicate.out.parent}"


def _failed_outcomes(part: Path) -> str | None:
    """What failed within a whole run file, "" if nothing; None if the file is not whole."""
    try:
        outcomes = read_run(part).content.advisor.outcomes
    except RunError:
        return None
    return "; ".join(
        f"{each.task} {each.phase} {each.metric}: {each.reason}"
        for each in outcomes
        if each.outcome == "failed"
    )


def write_without_samples(
    replicate: Replicate,
    session: Session,
    load: Load,
    *,
    outcome: Literal["failed", "refused", "missing"],
    reasons: Mapping[tuple[str, str], str],
) -> None:
    """Write the run file of a replicate that has no samples; `reasons` are by task and phase."""
    outcomes = [
        {
            "task": task,
            "phase": phase,
            "metric": metric,
            "outcome": outcome,
            "reason": reasons[task, phase],
        }
        for task, phase, metric in replicate.measurements
        if (task, phase) in reasons
    ]
    _write_whole(replicate.out, _content(replicate, session, load, outcomes))


def _content(
    replicate: Replicate, session: Session, load: Load, outcomes: Iterable[Mapping[str, str]]
) -> dict[str, Any]:
    return {
        "benchmarks": [],
        "advisor": {
            "format": FORMAT,
            "stack": replicate.stack,
            "framework": replicate.framework,
            "replicate": replicate.index,
            "session": session.id,
            "machine": dict(session.machine),
            "versions": {},
            "flags": {},
            "load": load.as_dict(),
            "outcomes": list(outcomes),
            **({} if replicate.twin is None else {"twin": replicate.twin}),
        },
    }


def _write_whole(path: Path, content: Mapping[str, Any]) -> None:
    part = path.with_name(f".{path.name}.part")
    try:
        part.write_text(
            json.dumps(content, separators=(",", ":"), sort_keys=True) + "\n", encoding="utf-8"
        )
        part.replace(path)
    except OSError as error:
        raise MeasureError(
            Problem(str(path), f"cannot be written: {error.strerror}", "Choose another --out")
        ) from error
