"""Fit: one epoch end to end, with the framework's own loader and loop."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from benchmarks import loops
from benchmarks.conftest import Bench
from benchmarks.runfile import RunFile
from benchmarks.stacks.protocol import Trainer
from benchmarks.timing import sample

#: The timed epochs; the first, in which compilers are at work, comes before them.
EPOCHS = 3
#: An epoch ends at whichever comes first, so that the slowest task takes seconds and not minutes.
MOST_EXAMPLES = 6_400
MOST_STEPS = 100


@pytest.mark.cell(phase="fit", metric="epoch-seconds")
def test_epoch(
    benchmark: Any,
    bench: Bench,
    fresh: Trainer,
    run_file: RunFile,
    describe: Callable[[int, str], None],
) -> None:
    size = bench.task.train_batch
    describe(size, bench.examples.name)
    count = size * min(MOST_STEPS, MOST_EXAMPLES // size)
    # A set with fewer examples goes round again, so that an epoch is the same work on any data.
    places = np.arange(count) % len(bench.examples.targets)
    examples = loops.select(bench.examples, places)
    loop = loops.open_loop(run_file.framework)
    loader = loop.loader(fresh, examples, batch=size, shuffle=True)
    benchmark.extra_info["examples"] = count
    sample(
        benchmark,
        lambda: loop.run_epoch(fresh, loader),
        rounds=EPOCHS,
        warmup=0,
        traces=fresh.traces,
    )
