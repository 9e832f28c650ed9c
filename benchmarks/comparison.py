"""The rule of the gate: when are two implementations of a task the same model? NumPy alone.

Distances are relative L2, |a - b| / |b|: of the outputs and the loss, of the gradient of each
weight, and of all weights after ten steps, taken as one vector; what training moves without a
gradient is a second such vector. Of several distances the worst counts. Outputs and gradients are
those of inference, where no example touches another; how a model trains, the ten steps show.
Gradients get more room, because rounding flips a few ties of max pooling and a few signs before a
ReLU, each flip a small jump. Measured: 1.4e-6 at most on noise, and 4.6e-4 on photographs, whose
flat areas are full of ties; hence the gate runs on noise. A gradient may be zero by construction,
and then is nothing but rounding: the bias of an attention's keys shifts all scores of a query
alike. So none counts as smaller than a ten-thousandth of all gradients together.

The file that lies closest to all others is the reference, so that with three files a single wrong
model stands out as the one that is far away.
"""

import json
import math
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median

import numpy as np
from numpy.typing import NDArray

from benchmarks.errors import LaboratoryError

__all__ = ["LIMITS", "Finding", "Record", "compare", "read", "table"]

Values = NDArray[np.float32]
#: The largest relative L2 distance that still counts as agreement, per quantity.
LIMITS = {"forward": 1e-5, "gradient": 1e-4, "weights": 1e-5}
#: The share of all gradients below which one weight's gradient is rounding.
LEAST_GRADIENT = 1e-4


@dataclass(frozen=True)
class Record:
    """What one stack computed for one task from the shared weights and data.

    `digest` identifies the data; `arrays` holds "forward", "gradient/<weight>", and after ten SGD
    steps "weights/<weight>" and "state/<name>".
    """

    stack: str
    task: str
    data: str
    digest: str
    loss: float
    arrays: dict[str, Values]

    def parameters(self) -> int:
        """The number of trainable values."""
        return sum(values.size for name, values in self.arrays.items() if "weights/" in name)

    def save(self, path: Path) -> None:
        """Write it as one .npz file."""
        about = {key: getattr(self, key) for key in ("stack", "task", "data", "digest", "loss")}
        np.savez(path, allow_pickle=False, about=np.array(json.dumps(about)), **self.arrays)


@dataclass(frozen=True)
class Finding:
    """How far one stack is from the reference stack of its task, and whether it passes."""

    task: str
    stack: str
    reference: str
    forward: float
    gradient: float
    weights: float
    parameters: int
    reasons: tuple[str, ...]

    @property
    def passed(self) -> bool:
        """Whether nothing speaks against it."""
        return not self.reasons

    def as_dict(self) -> dict[str, object]:
        """Plain values for JSON."""
        return {**asdict(self), "passed": self.passed}


def read(path: Path) -> Record:
    """A record from its .npz file; LaboratoryError if it is not one."""
    try:
        with np.load(path) as file:
            about = json.loads(str(file["about"]))
            return Record(**about, arrays={name: file[name] for name in file if name != "about"})
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise LaboratoryError(
            str(path),
            f"it is no agreement file ({type(error).__name__})",
            cure="Write it with `python -m benchmarks.agreement --stack S --task T --out FILE`",
        ) from error


def compare(records: Sequence[Record]) -> list[Finding]:
    """A finding for each record, task by task, against the most central record of the task."""
    findings = []
    for task in dict.fromkeys(record.task for record in records):
        rivals = [record for record in records if record.task == task]
        reference = _most_central(rivals)
        findings += [_finding(record, reference) for record in rivals]
    return findings


def table(findings: Iterable[Finding]) -> str:
    """The findings as lines of text."""
    head = f"{'task':<16} {'stack':<22} {'forward':>9} {'gradient':>9} {'10 steps':>9}"
    lines = [f"{head} {'parameters':>11}  verdict"]
    for each in findings:
        verdict = "agrees" if each.passed else "; ".join(each.reasons)
        verdict += " (reference)" if each.stack == each.reference else ""
        lines.append(
            f"{each.task:<16} {each.stack:<22} {each.forward:>9.1e} {each.gradient:>9.1e}"
            f" {each.weights:>9.1e} {each.parameters:>11,}  {verdict}"
        )
    return "\n".join(lines)


def _most_central(records: Sequence[Record]) -> Record:
    def remoteness(record: Record) -> float:
        # The median over the others: a single wrong model must not make everybody remote.
        return median(max(_distances(record, other).values()) for other in records)

    return min(records, key=remoteness)


def _finding(record: Record, reference: Record) -> Finding:
    distances = _distances(record, reference)
    reasons = [
        f"{name} differs by {distance:.1e} (limit {LIMITS[name]:.0e})"
        for name, distance in distances.items()
        if distance > LIMITS[name]
    ]
    if record.digest != reference.digest:
        reasons.append(f"other data ({record.data}) than {reference.stack} ({reference.data})")
    if record.parameters() != reference.parameters():
        reasons.append(f"{record.parameters()} parameters instead of {reference.parameters()}")
    return Finding(
        task=record.task,
        stack=record.stack,
        reference=reference.stack,
        parameters=record.parameters(),
        reasons=tuple(reasons),
        **distances,
    )


def _distances(record: Record, other: Record) -> dict[str, float]:
    if record.arrays.keys() != other.arrays.keys():
        return dict.fromkeys(LIMITS, float("inf"))
    pairs = {name: (values, other.arrays[name]) for name, values in record.arrays.items()}
    gradients = [pair for name, pair in pairs.items() if name.startswith("gradient/")]
    weights = [pair for name, pair in pairs.items() if name.startswith("weights/")]
    state = [pair for name, pair in pairs.items() if name.startswith("state/")]
    losses = (np.array(record.loss, np.float32), np.array(other.loss, np.float32))
    least = LEAST_GRADIENT * _size(reference for _, reference in gradients)
    return {
        "forward": max(relative_distance([each]) for each in (pairs["forward"], losses)),
        "gradient": max(relative_distance([pair], least=least) for pair in gradients),
        "weights": max(relative_distance(each) for each in (weights, state) if each),
    }


def relative_distance(pairs: Sequence[tuple[Values, Values]], *, least: float = 0.0) -> float:
    """|a - b| / |b| in L2 over all pairs (a, b) as one vector, with |b| of `least` or more.

    Infinite if shapes differ or a value is not finite.
    """
    if any(values.shape != reference.shape for values, reference in pairs):
        return float("inf")
    if not all(np.isfinite(values).all() for pair in pairs for values in pair):
        return float("inf")
    distance = _size(values.astype(np.float64) - reference for values, reference in pairs)
    size = max(least, _size(reference for _, reference in pairs))
    return distance / size if size else distance


def _size(arrays: Iterable[NDArray[np.floating]]) -> float:
    """The L2 norm of all arrays as one vector."""
    return math.hypot(*(float(np.linalg.norm(each.astype(np.float64))) for each in arrays))
