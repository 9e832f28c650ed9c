"""How one cell is timed: the first call apart, the warm-up apart, then a fixed number of rounds.

What is not a time of this process's clock is observed: accuracies, bytes, times of other processes.
"""

import time
from collections.abc import Callable, Sequence
from typing import Any, Literal

__all__ = ["observe", "sample"]


def sample(
    benchmark: Any,
    act: Callable[[], object],
    *,
    rounds: int,
    warmup: int,
    traces: Callable[[], int] = lambda: 0,
) -> None:
    """Time `rounds` calls of `act`, which returns only after its work is done.

    AssertionError if `traces`, the count of traced or compiled functions, grows after the first
    call: then some samples are compilations.

    Puts beside the samples, in seconds: `first_call_seconds`; `compile_seconds`, by how much that
    call was longer than the median one; `cpu_seconds`, the processor time of all threads per call.
    """
    start = time.perf_counter()
    act()
    first = time.perf_counter() - start
    traces_at_first = traces()
    for _ in range(warmup):
        act()
    cpu_start = time.process_time()
    benchmark.pedantic(act, rounds=rounds, iterations=1)
    cpu = time.process_time() - cpu_start
    assert traces() == traces_at_first, f"traced again: {traces_at_first} became {traces()}"
    benchmark.extra_info["warmup_calls"] = warmup
    if benchmark.stats is not None:
        benchmark.extra_info["first_call_seconds"] = first
        benchmark.extra_info["compile_seconds"] = max(0.0, first - benchmark.stats.stats.median)
        benchmark.extra_info["cpu_seconds"] = cpu / rounds


def observe(
    benchmark: Any, metric: str, *, unit: Literal["s", "bytes", "share"], values: Sequence[float]
) -> None:
    """Put samples of `metric` beside those of the clock; for the suite's own metric they count."""
    observations = benchmark.extra_info.setdefault("observations", {})
    observations[metric] = {"unit": unit, "values": list(values)}
