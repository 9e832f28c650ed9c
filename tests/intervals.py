"""How often do intervals hold the truth? `python -m tests.intervals` prints it, method by method.

A synthetic measurement has processes that differ and samples that differ within each, on
logarithms with a standard deviation of 0.05 both. Three kinds of noise between processes:

even       normal: as often too fast as too slow
one-sided  exponential with mean 0.1: neighbours only ever add time; the truth is the mean
disturbed  even, but one process in ten takes 1.3 to 2 times as long; the truth is the undisturbed

A hierarchical bootstrap draws processes and then samples within each; a plain one draws process
values alone. "width" is the median width of the interval in logarithms.
"""

import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import stats

Array = NDArray[np.floating[Any]]
Interval = tuple[Array, Array]

SAMPLES = 20
NOISE = 0.05
RESAMPLES = 400
ENDS = (0.025, 0.975)
#: The mean of what the one-sided noise adds.
ADDED = 0.1


@dataclass(frozen=True)
class World:
    """Logarithms of samples, (trials, processes, samples), and the true logarithm."""

    samples: Array
    truth: float

    @property
    def values(self) -> Array:
        """One logarithm for each process."""
        return np.median(self.samples, axis=2)


def world(noise: str, trials: int, processes: int, rng: np.random.Generator) -> World:
    """Synthetic measurements of one kind of noise."""
    between = rng.normal(0, NOISE, (trials, processes))
    if noise == "one-sided":
        between = rng.exponential(ADDED, (trials, processes))
    if noise == "disturbed":
        hit = rng.random((trials, processes)) < 0.1
        between = between + hit * np.log(rng.uniform(1.3, 2.0, (trials, processes)))
    samples = between[..., None] + rng.normal(0, NOISE, (trials, processes, SAMPLES))
    return World(samples, ADDED if noise == "one-sided" else 0.0)


def student(found: World, rng: np.random.Generator) -> Interval:
    values, count = found.values, found.values.shape[1]
    reach = stats.t.isf(ENDS[0], count - 1) * values.std(axis=1, ddof=1) / np.sqrt(count)
    return values.mean(axis=1) - reach, values.mean(axis=1) + reach


def percentile_of_medians(found: World, rng: np.random.Generator) -> Interval:
    low, high = np.quantile(np.median(_drawn(found, rng), axis=2), ENDS, axis=1)
    return low, high


def percentile_of_means(found: World, rng: np.random.Generator) -> Interval:
    low, high = np.quantile(_drawn(found, rng).mean(axis=2), ENDS, axis=1)
    return low, high


def bias_corrected(found: World, rng: np.random.Generator) -> Interval:
    """BCa: Efron, Better bootstrap confidence intervals, JASA 82 (1987)."""
    values, count = found.values, found.values.shape[1]
    means = np.sort(_drawn(found, rng).mean(axis=2), axis=1)
    below = (means < values.mean(axis=1)[:, None]).mean(axis=1)
    bias = stats.norm.ppf(np.clip(below, 1 / RESAMPLES, 1 - 1 / RESAMPLES))
    without = (values.sum(axis=1)[:, None] - values) / (count - 1)
    apart = without.mean(axis=1)[:, None] - without
    skew = (apart**3).sum(axis=1) / (6 * (apart**2).sum(axis=1) ** 1.5)
    found_at = []
    for end in stats.norm.ppf(ENDS):
        level = stats.norm.cdf(bias + (bias + end) / (1 - skew * (bias + end)))
        found_at.append(np.clip((level * RESAMPLES).astype(int), 0, RESAMPLES - 1))
    low, high = (np.take_along_axis(means, at[:, None], axis=1)[:, 0] for at in found_at)
    return low, high


def bootstrap_t(found: World, rng: np.random.Generator) -> Interval:
    return _studentised(found, _drawn(found, rng))


def hierarchical_t(found: World, rng: np.random.Generator) -> Interval:
    return _studentised(found, _drawn_twice(found, rng))


def _studentised(found: World, drawn: Array) -> Interval:
    values, count = found.values, found.values.shape[1]
    centre, error = values.mean(axis=1), values.std(axis=1, ddof=1) / np.sqrt(count)
    with np.errstate(all="ignore"):
        apart = drawn.mean(axis=2) - centre[:, None]
        quotients = apart / (drawn.std(axis=2, ddof=1) / np.sqrt(count))
    quotients[~np.isfinite(quotients)] = np.nan
    low, high = np.nanquantile(quotients, ENDS, axis=1)
    return centre - high * error, centre - low * error


def _drawn(found: World, rng: np.random.Generator) -> Array:
    trials, count = found.values.shape
    picked = rng.integers(0, count, (trials, RESAMPLES, count))
    return found.values[np.arange(trials)[:, None, None], picked]


def _drawn_twice(found: World, rng: np.random.Generator) -> Array:
    trials, count, _ = found.samples.shape
    processes = rng.integers(0, count, (trials, RESAMPLES, count, 1))
    samples = rng.integers(0, SAMPLES, (trials, RESAMPLES, count, SAMPLES))
    drawn = found.samples[np.arange(trials)[:, None, None, None], processes, samples]
    return np.median(drawn, axis=3)


METHODS: dict[str, Callable[[World, np.random.Generator], Interval]] = {
    "percentile, medians": percentile_of_medians,
    "percentile, means": percentile_of_means,
    "BCa": bias_corrected,
    "bootstrap-t": bootstrap_t,
    "hierarchical bootstrap-t": hierarchical_t,
    "Student": student,
}


def coverage(
    method: str, noise: str, processes: int, *, trials: int, seed: int = 20261122
) -> tuple[float, float]:
    """The share of trials whose interval holds the truth, and the median width."""
    rng = np.random.default_rng(seed)
    held, widths = [], []
    for _ in range(-(-trials // 100)):
        found = world(noise, 100, processes, rng)
        low, high = METHODS[method](found, rng)
        held.append((low <= found.truth) & (found.truth <= high))
        widths.append(high - low)
    return float(np.mean(held)), float(np.median(widths))


def _table(trials: int) -> Iterator[str]:
    counts = (3, 5, 7, 10)
    yield f"{'':36}{''.join(f'{count:>14}' for count in counts)}  processes"
    for noise in ("even", "one-sided", "disturbed"):
        for method in METHODS:
            found = [coverage(method, noise, count, trials=trials) for count in counts]
            shown = "".join(f"{held:>7.1%} {width:6.2f}" for held, width in found)
            yield f"{noise:11}{method:25}{shown}"


if __name__ == "__main__":
    for line in _table(trials=2000):
        sys.stdout.write(f"{line}\n")
        sys.stdout.flush()
