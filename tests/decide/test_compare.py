"""The same answers on two dates, and what moved the result between them."""

import json
import re
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from advisor.catalog import load_catalog
from advisor.decide import decide
from advisor.decide.compare import compare
from advisor.decide.decision import EvidenceAt
from advisor.model import Answers, Comparison
from tests.decide.houses import needs_of
from tests.decide.small import CATALOG, CELLS, NEW, OLD, TODAY, answers, cell
from tests.test_cli import EXAMPLES, advisor, complaint

KNOWN = load_catalog()
REAL = KNOWN.model_copy(update={"policy": KNOWN.policy.model_copy(update={"draws": 10})})
DATES = [date(2025, 1, 1), OLD, date(2025, 9, 1), date(2026, 6, 1), TODAY, date(2028, 1, 1)]


def compared(given: Answers, earlier: date = OLD, later: date = TODAY) -> Comparison:
    return compare(CATALOG, given, EvidenceAt(earlier, CELLS), EvidenceAt(later, CELLS))


def test_both_decisions_are_those_of_their_dates() -> None:
    given = answers(purpose="product", device="cpu")
    found = compared(given)
    assert found.before == decide(CATALOG, CELLS, given, as_of=OLD)
    assert found.after == decide(CATALOG, CELLS, given, as_of=TODAY)
    assert (found.before.winner, found.after.winner) == ("tensorflow", "keras")


@settings(max_examples=25, deadline=None)
@given(needs_of(REAL), st.lists(st.sampled_from(DATES), min_size=2, max_size=2, unique=True))
def test_the_effects_add_up_between_any_two_dates(given: Answers, dates: list[date]) -> None:
    first, last = sorted(dates)
    found = compare(REAL, given, EvidenceAt(first, ()), EvidenceAt(last, ()))
    now = {row.framework: row.score for row in found.after.ranking}
    then = scores(found)
    rivals = {movement.framework for movement in found.moved} - {found.after.winner}
    assert len(rivals) <= 1
    for rival in rivals:
        leader = found.after.winner
        assert leader is not None
        change = (now[leader] - now[rival]) - (then[leader] - then[rival])
        assert sum(movement.effect for movement in found.moved) == pytest.approx(change)


def scores(found: Comparison) -> dict[str, float]:
    """Everyone's earlier score, also of those who were ruled out, with the weights of both."""
    weights = {part.criterion: part.weight for part in found.after.contributions}
    return {
        framework.id: sum(
            weight * found.before.rating(framework.id, criterion).value
            for criterion, weight in weights.items()
        )
        for framework in REAL.frameworks
    }


def test_a_must_have_that_turned_is_told_with_both_ratings() -> None:
    found = compared(answers(purpose="product", phone="must"))
    turned = {entry.framework: entry for entry in found.turned}
    assert {id: entry.met for id, entry in turned.items()} == {
        "pytorch": True,
        "keras": False,
        "tensorflow": False,
    }
    assert (turned["pytorch"].before.level, turned["pytorch"].after.level) == (1, 4)
    assert compared(answers(purpose="product", phone="must"), NEW).turned == ()


def test_each_date_has_its_own_measurements() -> None:
    given = answers(device="cpu")
    slow = (cell("keras-tensorflow", 0.5), *CELLS[1:])
    found = compare(
        CATALOG, given, EvidenceAt(NEW, slow), EvidenceAt(NEW + timedelta(days=1), CELLS)
    )
    assert found.before.cells == slow
    assert found.after.cells == CELLS
    assert {(m.criterion, m.before.tier, m.after.tier) for m in found.moved} == {
        ("fast", "measured", "measured")
    }


@pytest.mark.parametrize("days", [0, 1])
def test_time_does_not_run_backwards(days: int) -> None:
    with pytest.raises(ValueError, match="is not before"):
        compared(answers(), TODAY + timedelta(days=days), TODAY)


def test_the_command_says_what_moved_in_words() -> None:
    example = EXAMPLES / "mobile-production.answers.toml"
    done = advisor("decide", example, "--compare", "2025-04-30", "2026-11-22")
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    assert any(line.startswith("  2025-04-30  ") and "TensorFlow" in line for line in lines)
    assert any(line.startswith("  2026-11-22  ") for line in lines)
    effects = [float(line.split()[0]) for line in lines if line.startswith(("    +", "    -"))]
    *parts, rest, total = effects
    assert len(parts) == 12
    assert parts == sorted(parts, key=abs, reverse=True)
    assert sum(parts) + rest == pytest.approx(total, abs=0.001 * len(effects))
    assert re.search(r"[0-9]+ smaller ones", done.stdout)
    assert "(carmatec-2025) -> " in done.stdout


def test_the_command_says_the_same_as_json() -> None:
    example = EXAMPLES / "mobile-production.answers.toml"
    done = advisor("decide", example, "--compare", "2025-04-30", "2026-11-22", "--json")
    record = json.loads(done.stdout)
    alone = json.loads(advisor("decide", example, "--as-of", "2025-04-30", "--json").stdout)
    assert record["before"] == alone
    assert record["after"]["before"]["as_of"] == "2025-04-30"
    assert record["after"]["before"]["moved"] == record["moved"]
    assert {"framework", "criterion", "before", "after", "effect"} == record["moved"][0].keys()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["2026-11-22", "2025-04-30"], "is not before"),
        (["2026-11-22", "2026-11-22"], "is not before"),
        (["2026-11-22", "yesterday"], '"yesterday" is no date'),
        (["2025-04-30", "2026-11-22", "--as-of", "2026-01-01"], "--as-of"),
    ],
)
def test_dates_that_cannot_be_compared_are_refused(arguments: list[str], said: str) -> None:
    example = EXAMPLES / "mobile-production.answers.toml"
    complaint(advisor("decide", example, "--compare", *arguments), said)
