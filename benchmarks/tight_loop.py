"""Are our models strawmen? A stack's step against loops that know nothing of the laboratory.

    python -m benchmarks.tight_loop --stack pytorch-eager --task mlp-mnist [--task T] [--json]

In one process, blocks of our steps alternate with blocks of a hand-written loop over the same
model, and then with the framework's published example of the same network where there is one.
Neighbouring blocks are compared, so that a slow minute hits both. Exits 0 if no ratio is above its
limit for certain, 1 if one is, 2 if the stack cannot be measured.
"""

import argparse
import json
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from math import ceil

import numpy as np

from benchmarks import machine, tasks
from benchmarks.errors import LaboratoryError, RefusedError
from benchmarks.stacks import STACKS, open_stack
from benchmarks.stacks.protocol import DeviceBatch, Stack, Trainer
from benchmarks.tasks.task import Batch
from benchmarks.tight import LIMITS, Block, loops

__all__ = ["Ratio", "main", "ratio"]

BLOCK_SECONDS = 0.3
LEAST_STEPS, MOST_STEPS = 4, 400
RESAMPLES = 2000


@dataclass(frozen=True)
class Ratio:
    """How many times as long our step takes, with the 95 % interval over pairs of blocks."""

    stack: str
    task: str
    against: str
    value: float
    low: float
    high: float
    limit: float
    pairs: int
    steps: int

    @property
    def words(self) -> str:
        """The verdict: beyond the limit only if the whole interval is."""
        if self.low > self.limit:
            return "beyond"
        return "within" if self.high <= self.limit else "undecided"

    def line(self) -> str:
        """For people."""
        return (
            f"{self.task:<16} {self.stack:<18} {self.against:<10} {self.value:5.3f}"
            f" ({self.low:5.3f} to {self.high:5.3f}), limit {self.limit:4.2f}: {self.words};"
            f" {self.pairs} pairs of {self.steps} steps"
        )


def ratio(ours: Sequence[float], theirs: Sequence[float]) -> tuple[float, float, float]:
    """The median ratio of paired times, and the ends of its bootstrap interval."""
    ratios = np.asarray(ours) / np.asarray(theirs)
    draws = np.random.default_rng(0).choice(ratios, (RESAMPLES, len(ratios)))
    low, high = np.quantile(np.median(draws, axis=1), (0.025, 0.975))
    return float(np.median(ratios)), float(low), float(high)


def alternate(ours: Block, theirs: Block, pairs: int) -> tuple[list[float], list[float]]:
    """The seconds of each block; who goes first changes from pair to pair."""
    seconds: dict[Block, list[float]] = {ours: [], theirs: []}
    for number in range(pairs):
        for block in (ours, theirs) if number % 2 else (theirs, ours):
            seconds[block].append(_seconds(block))
    return seconds[ours], seconds[theirs]


def _seconds(block: Callable[[], object]) -> float:
    start = time.perf_counter()
    block()
    return time.perf_counter() - start


def measure(stack: Stack, task_id: str, *, pairs: int, steps: int | None) -> list[Ratio]:
    """Our step against each loop that is written for the stack and task."""
    task = tasks.task(task_id)
    trainer, examples = stack.trainer(task, "adam"), task.examples("synthetic")
    trainer.load(task.reference_weights())
    count = steps or _enough(trainer, trainer.put(examples.batch(task.train_batch)))
    batches = [examples.batch(task.train_batch, number) for number in range(count)]
    on_device = [trainer.put(batch) for batch in batches]

    def ours() -> None:
        for batch in on_device:
            trainer.step(batch)

    found = []
    for against, theirs in _rivals(stack.id, trainer, batches, on_device):
        alternate(ours, theirs, 1)
        interval = ratio(*alternate(ours, theirs, pairs))
        found.append(Ratio(stack.id, task_id, against, *interval, LIMITS[against], pairs, count))
    return found


def _rivals(
    stack_id: str, trainer: Trainer, batches: Sequence[Batch], on_device: Sequence[DeviceBatch]
) -> Iterator[tuple[str, Block]]:
    """The tight loop, and the published one where there is one for this task."""
    written = loops(stack_id)
    yield "tight", written.tight(trainer, on_device)
    with suppress(RefusedError):
        yield "published", written.published(trainer, batches)


def _enough(trainer: Trainer, batch: DeviceBatch) -> int:
    """Steps for a block that is long against the clock and short against a slow minute."""
    step_seconds = min(_seconds(lambda: trainer.step(batch)) for _ in range(4))
    return min(MOST_STEPS, max(LEAST_STEPS, ceil(BLOCK_SECONDS / step_seconds)))


def _arguments(given: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser("benchmarks.tight_loop")
    parser.add_argument("--stack", required=True, choices=sorted(STACKS))
    parser.add_argument("--task", action="append", choices=tasks.task_ids(), help="else all")
    parser.add_argument("--threads", type=int, default=machine.usable_cores())
    parser.add_argument("--pairs", type=int, default=30, help="pairs of blocks")
    parser.add_argument("--steps", type=int, help="steps of a block; else as many as take 0.3 s")
    parser.add_argument("--json", action="store_true")
    return parser.parse_args(given)


def main(arguments: Sequence[str]) -> int:
    """Run the command; the exit status."""
    given = _arguments(arguments)
    found = []
    try:
        stack = open_stack(given.stack, given.threads)
        for task_id in given.task or tasks.task_ids():
            found += measure(stack, task_id, pairs=given.pairs, steps=given.steps)
    except (LaboratoryError, RefusedError) as error:
        print(error, file=sys.stderr)  # noqa: T201
        return 2
    as_json = json.dumps([asdict(each) | {"verdict": each.words} for each in found], indent=2)
    print(as_json if given.json else "\n".join(each.line() for each in found))  # noqa: T201
    return 1 if any(each.words == "beyond" for each in found) else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
