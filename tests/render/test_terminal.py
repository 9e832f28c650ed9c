"""The verdict in a few lines: what is asked for first, and what would turn it."""

from dataclasses import replace

import pytest

from advisor.model import Catalog, Comparison, Decision
from advisor.render.terminal import comparison_summary, summary


def test_one_line_says_the_smallest_flip(decisions: dict[str, Decision], catalog: Catalog) -> None:
    (line,) = [x for x in summary(decisions["lean"], catalog).splitlines() if "one change" in x]
    assert line == (
        "  It would be Keras after one change: What stage is the project in? "
        "from “On its way to production” to “A prototype”."
    )
    assert "one change" not in summary(decisions["clear"], catalog)


def test_where_it_is_not_clear_one_line_says_what_to_answer_first(
    decisions: dict[str, Decision], catalog: Catalog
) -> None:
    asked = "First to settle: Answer “How well does the team know Python?”."
    assert asked in summary(decisions["too-close"], catalog)
    measured = "First to settle: Measure “Latency of one prediction” on your machine."
    assert measured in summary(decisions["lean"], catalog)
    assert "First to settle" not in summary(decisions["clear"], catalog)


def test_a_question_is_asked_before_anything_is_measured(
    decisions: dict[str, Decision], catalog: Catalog
) -> None:
    decision = decisions["too-close"]
    turned = replace(decision, settles=decision.settles[::-1])
    assert "First to settle: Answer" in summary(turned, catalog)


@pytest.mark.parametrize("name", ["clear", "lean", "too-close", "none", "bare"])
def test_a_summary_is_short_and_plain(
    decisions: dict[str, Decision], catalog: Catalog, name: str
) -> None:
    text = summary(decisions[name], catalog)
    assert len(text.splitlines()) < 40
    assert not set("\u202f\u00a0") & set(text)


def test_a_comparison_of_two_that_agree_says_that_nothing_moved(
    decisions: dict[str, Decision], catalog: Catalog
) -> None:
    same = Comparison(decisions["lean"], decisions["lean"], (), ())
    assert "Nothing that carries weight has moved" in comparison_summary(same, catalog)
    none = Comparison(decisions["none"], decisions["none"], (), ())
    assert "none meets the must-haves" in comparison_summary(none, catalog)
