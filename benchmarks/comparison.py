"""The rule of the gate: when are two implementations of a task the same model? NumPy alone.

Distances are relative L2, |a - b| / |b|: of the outputs, of the gradient of each weight (the worst
counts), and of all weights after ten steps, taken as one vector; what training moves without a
gradient is a second such vector, and the worse counts. Outputs and gradients are those of
inference, where no example touches another; how a model trains, the ten steps show. Gradients get
more room, because rounding flips a few ties of max pooling and a few signs before a ReLU, each flip
a small jump.
Measured: 1.4e-6 at most on noise, and 4.6e-4 on photographs, whose flat areas are full of ties;
hence the gate runs on noise.

The file that lies closest to all others is the reference, so that with three files a single wrong
model stands out as the one that is far away.

A stack that computes in bfloat16 rounds to eight significant bits, so it is held to wider limits
and is a reference only where there is nothing else. Measured at most: 1.1e-2 for outputs, 7.8e-3
after ten steps, and 7.8e-1 for a gradient, because TensorFlow sums that of a bias over all places
of an image in bfloat16, and small terms are lost. What such limits cannot tell from rounding, the
float32 stack of the same file shows: a bfloat16 stack runs that very model under a policy.
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median, mode

import numpy as np
from numpy.typing import NDArray

from benchmarks.errors import LaboratoryError

__all__ = ["LIMITS", "Finding", "Record", "compare", "read", "table"]

Values = NDArray[np.float32]
#: The largest relative L2 distance that still counts as agreement, per quantity, by what a stack
#: computes in.
LIMITS = {
    "float32": {"forward": 1e-5, "gradient": 1e-4, "weights": 1e-5},
    "bfloat16": {"forward": 3e-2, "gradient": 9e-1, "weights": 2e-2},
}


@dataclass(frozen=True)
class Record:
    """What one stack computed for one task from the shared weights and data.

    `digest` identifies the data; `arrays` holds "forward", "gradient/<weight>", and after ten SGD
    steps "weights/<weight>" and "state/<name>". `dtype` is what it computed in. `flops` are the
    operations of a forward pass by the framework's own counter, None where it cannot count them,
    and `flops_note` is the task's reason why stacks may count differently.
    """

    stack: str
    task: str
    data: str
    digest: str
    loss: float
    arrays: dict[str, Values]
    dtype: str = "float32"
    flops: int | None = None
    flops_note: str = ""

    def parameters(self) -> int:
        """The number of trainable values."""
        return sum(values.size for name, values in self.arrays.items() if "weights/" in name)

    def save(self, path: Path) -> None:
        """Write it as one .npz file."""
        about = {key: value for key, value in vars(self).items() if key != "arrays"}
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
    flops: int | None
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
        exact = [record for record in rivals if record.dtype == "float32"]
        reference = _most_central(exact or rivals)
        findings += [_finding(record, reference, _usual_flops(rivals)) for record in rivals]
    return findings


def table(findings: Iterable[Finding]) -> str:
    """The findings as lines of text."""
    head = f"{'task':<16} {'stack':<22} {'forward':>9} {'gradient':>9} {'10 steps':>9}"
    lines = [f"{head} {'parameters':>11} {'operations':>14}  verdict"]
    for each in findings:
        verdict = "agrees" if each.passed else "; ".join(each.reasons)
        verdict += " (reference)" if each.stack == each.reference else ""
        lines.append(
            f"{each.task:<16} {each.stack:<22} {each.forward:>9.1e} {each.gradient:>9.1e}"
            f" {each.weights:>9.1e} {each.parameters:>11,} {_counted(each.flops):>14}  {verdict}"
        )
    return "\n".join(lines)


def _counted(flops: int | None) -> str:
    return "not counted" if flops is None else f"{flops:,}"


def _usual_flops(records: Sequence[Record]) -> int | None:
    """What most of those who can count have counted."""
    counts = [record.flops for record in records if record.flops is not None]
    return mode(counts) if counts else None


def _most_central(records: Sequence[Record]) -> Record:
    def remoteness(record: Record) -> float:
        # The median over the others: a single wrong model must not make everybody remote.
        return median(max(_distances(record, other).values()) for other in records)

    return min(records, key=remoteness)


def _finding(record: Record, reference: Record, usual_flops: int | None) -> Finding:
    distances, limits = _distances(record, reference), LIMITS[record.dtype]
    reasons = [
        f"{name} differs by {distance:.1e} (limit {limits[name]:.0e})"
        for name, distance in distances.items()
        if distance > limits[name]
    ]
    if record.digest != reference.digest:
        reasons.append(f"other data ({record.data}) than {reference.stack} ({reference.data})")
    if record.parameters() != reference.parameters():
        reasons.append(f"{record.parameters()} parameters instead of {reference.parameters()}")
    if record.flops not in (None, usual_flops) and not record.flops_note:
        reasons.append(f"{record.flops} operations instead of {usual_flops}")
    return Finding(
        task=record.task,
        stack=record.stack,
        reference=reference.stack,
        parameters=record.parameters(),
        flops=record.flops,
        reasons=tuple(reasons),
        **distances,
    )


def _distances(record: Record, other: Record) -> dict[str, float]:
    if record.arrays.keys() != other.arrays.keys():
        return dict.fromkeys(LIMITS["float32"], float("inf"))
    pairs = {name: (values, other.arrays[name]) for name, values in record.arrays.items()}
    gradients = [pair for name, pair in pairs.items() if name.startswith("gradient/")]
    weights = [pair for name, pair in pairs.items() if name.startswith("weights/")]
    state = [pair for name, pair in pairs.items() if name.startswith("state/")]
    return {
        "forward": relative_distance([pairs["forward"]]),
        "gradient": max(relative_distance([pair]) for pair in gradients),
        "weights": max(relative_distance(each) for each in (weights, state) if each),
    }


def relative_distance(pairs: Sequence[tuple[Values, Values]]) -> float:
    """|a - b| / |b| in L2 over all pairs (a, b) as one vector.

    Infinite if shapes differ or a value is not finite.
    """
    if any(values.shape != reference.shape for values, reference in pairs):
        return float("inf")
    if not all(np.isfinite(values).all() for pair in pairs for values in pair):
        return float("inf")
    one = np.concatenate([values.ravel().astype(np.float64) for values, _ in pairs])
    other = np.concatenate([reference.ravel().astype(np.float64) for _, reference in pairs])
    size, distance = float(np.linalg.norm(other)), float(np.linalg.norm(one - other))
    return distance / size if size else distance
