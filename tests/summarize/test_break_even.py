"""When a compiled stack has caught up, on numbers that can be checked by hand."""

import math

import numpy as np
import pytest

from advisor.model import BreakEven, Cell
from advisor.summarize import break_evens
from tests.summarize.synthetic import cell

EAGER = cell("pytorch-eager", (0.10, 0.11, 0.12, 0.10), compile_seconds=(0.5, 0.4, 0.6, 0.5))


def compiled(steps: tuple[float, ...], paid: tuple[float, ...], session: str = "a") -> Cell:
    return cell("pytorch-compile", steps, compile_seconds=paid, session=session)


def found(*cells: Cell) -> tuple[BreakEven, ...]:
    return break_evens(cells, ["pytorch-eager"])


def test_what_was_paid_is_divided_by_what_a_step_saves() -> None:
    saving = tuple(value - 0.05 for value in EAGER.process_values)
    (one,) = found(EAGER, compiled(saving, (20.5, 20.4, 20.6, 20.5)))
    assert (one.stack, one.against) == ("pytorch-compile", "pytorch-eager")
    assert one.compile_seconds == pytest.approx(20.0)
    assert one.saved_seconds == pytest.approx(0.05)
    assert (one.low, one.steps, one.high) == pytest.approx((400, 400, 400))


def test_a_slower_step_never_pays() -> None:
    slower = tuple(value + 0.05 for value in EAGER.process_values)
    (one,) = found(EAGER, compiled(slower, (20.0, 20.0, 20.0, 20.0)))
    assert (one.low, one.steps, one.high) == (math.inf, math.inf, math.inf)


def test_a_doubtful_saving_may_never_pay() -> None:
    (one,) = found(EAGER, compiled((0.09, 0.12, 0.10, 0.10), (20.0, 20.0, 20.0, 20.0)))
    assert math.isfinite(one.steps)
    assert math.isfinite(one.low)
    assert one.high == math.inf


def test_nothing_is_said_without_pairs_or_without_a_price() -> None:
    saving, paid = (0.05, 0.06, 0.07, 0.05), (20.0, 20.0, 20.0, 20.0)
    assert found(EAGER, compiled(saving, paid, session="other")) == ()
    assert found(EAGER, compiled(saving, ())) == ()
    assert found(EAGER, compiled(saving, (0.1, 0.1, 0.1, 0.1))) == ()
    assert found(compiled(saving, paid)) == ()
    assert found(EAGER, cell("keras-jax", saving, compile_seconds=paid)) == ()


def test_the_interval_holds_the_truth() -> None:
    rng, held, trials = np.random.default_rng(5), 0, 1000
    for _ in range(trials):
        drift, noise = rng.normal(0, 0.02, 5), rng.normal(0, 0.004, (2, 5))
        eager = 0.1 + drift + noise[0]
        start = cell("pytorch-eager", tuple(eager), compile_seconds=(0.5,) * 5)
        fast = compiled(tuple(eager - 0.03 + noise[1]), tuple(20.5 + rng.normal(0, 2, 5)))
        (one,) = found(start, fast)
        held += one.low <= 20 / 0.03 <= one.high
    assert 0.95 <= held / trials <= 1.0
