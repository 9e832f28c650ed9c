"""A stack that is missing somewhere is seen to be missing."""

from advisor.model import Coverage
from advisor.summarize import coverage
from tests.summarize.synthetic import cell


def test_coverage_counts_the_tasks_that_anybody_has() -> None:
    cells = [cell("a", (1.0,), task="x"), cell("a", (1.0,), task="y"), cell("b", (1.0,), task="y")]
    assert coverage(cells) == (Coverage("a", ("x", "y"), ()), Coverage("b", ("y",), ("x",)))


def test_a_stack_that_failed_everywhere_does_not_vanish() -> None:
    found = coverage([cell("a", (1.0,), task="x")], wanted=[("c", "x"), ("c", "z")])
    assert found == (Coverage("a", ("x",), ("z",)), Coverage("c", (), ("x", "z")))
    assert coverage([]) == ()
