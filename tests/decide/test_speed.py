"""How long a decision takes: in milliseconds, and as a ratio that means the same anywhere."""

import sys
from pathlib import Path

import numpy as np
import pytest

from advisor.ask.answers import read_answers
from advisor.decide import decide
from advisor.decide.score import _drawn_weights
from advisor.model import Answers
from tests.clock import cpu_seconds
from tests.test_examples import bundled, newest

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"

#: Seen: 6 to 32 times. Two decisions are made, on the newest and on the oldest evidence.
BOUND = 60.0

#: Seconds of a processor for a decision with all draws and all flips; seen: 0.05 to 0.23.
PROMISED = 0.5


def drawn() -> object:
    """What any method with 20,000 draws over 60 criteria has to do at least.

    No vector instruction speeds this up, so that a wide processor does not shrink the measure.
    """
    return np.random.default_rng(1).standard_exponential((60, 20_000))


def test_a_decision_costs_a_few_times_its_random_numbers(
    capsys: pytest.CaptureFixture[str],
) -> None:
    known, today = bundled(newest()), newest()
    assert known.catalog.policy.draws == 20_000
    problems = {
        path.name.removesuffix(".answers.toml"): read_answers(path, known.catalog)
        for path in sorted(EXAMPLES.glob("*.answers.toml"))
    }
    problems["nothing answered"] = Answers({})
    baseline = cpu_seconds(drawn)

    def decided(answers: Answers) -> None:
        _drawn_weights.cache_clear()
        decide(known.catalog, known.cells, answers, as_of=today)

    for name, answers in problems.items():
        seconds = cpu_seconds(lambda a=answers: decided(a))  # type: ignore[misc]
        ratio = seconds / baseline
        with capsys.disabled():
            sys.stdout.write(f"\n{name}: {seconds * 1e3:.0f} ms, {ratio:.1f} times the baseline")
        assert ratio < BOUND
        assert seconds < PROMISED
