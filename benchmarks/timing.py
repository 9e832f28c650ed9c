"""How one cell is timed: the first call apart, the warm-up apart, then a fixed number of rounds.

What is not a time of this process's clock is observed: accuracies, bytes, times of other processes.
"""

import math
import time
from collections.abc import Callable, Sequence
from typing import Any, Literal

__all__ = ["observe", "sample"]

#: However slow a call is, a process takes so many samples of it.
FEWEST_ROUNDS = 3


def sample(
    benchmark: Any,
    act: Callable[[], object],
    *,
    rounds: int,
    warmup: int,
    seconds: float = math.inf,
    traces: Callable[[], int] = lambda: 0,
) -> None:
    """Time `rounds` calls of `act`, which returns only after its work is done.

    Where the warm-up or the rounds would take longer than `seconds`, they are fewer, but never less
    than one call and three rounds. AssertionError if `traces`, the count of traced or compiled
    functions, grows after the first call: then some samples are compilations.

    Puts beside the samples, in seconds: `first_call_seconds`; `compile_seconds`, by how much that
    call was longer than the median one; `cpu_seconds`, the processor time of all threads per call.
    """
    start = time.perf_counter()
    act()
    first = time.perf_counter() - start
    traces_at_first = traces()
    calls, pace = _warm_up(act, warmup, seconds)
    affordable = int(min(rounds, seconds / (pace or first)))
    rounds = max(affordable, min(rounds, FEWEST_ROUNDS))
    cpu_start = time.process_time()
    benchmark.pedantic(act, rounds=rounds, iterations=1)
    cpu = time.process_time() - cpu_start
    assert traces() == traces_at_first, f"traced again: {traces_at_first} became {traces()}"
    benchmark.extra_info["warmup_calls"] = calls
    if benchmark.stats is not None:
        benchmark.extra_info["first_call_seconds"] = first
        benchmark.extra_info["compile_seconds"] = max(0.0, first - benchmark.stats.stats.median)
        benchmark.extra_info["cpu_seconds"] = cpu / rounds


def _warm_up(act: Callable[[], object], calls: int, seconds: float) -> tuple[int, float]:
    """Call until warm or until the time is up; how often, and how long the shortest call took."""
    begun = time.perf_counter()
    taken: list[float] = []
    while len(taken) < calls and (not taken or time.perf_counter() - begun < seconds):
        start = time.perf_counter()
        act()
        taken.append(time.perf_counter() - start)
    return len(taken), min(taken, default=0.0)


def observe(
    benchmark: Any, metric: str, *, unit: Literal["s", "bytes", "share"], values: Sequence[float]
) -> None:
    """Put samples of `metric` beside those of the clock; for the suite's own metric they count."""
    observations = benchmark.extra_info.setdefault("observations", {})
    observations[metric] = {"unit": unit, "values": list(values)}
