import io
import os

import pytest
from rich.console import Console

from advisor.measure.fingerprint import fingerprint
from advisor.measure.load import look, wait_until_quiet
from advisor.measure.progress import Event, shown, time_left
from advisor.runs import Machine, machine_slug


def test_the_fingerprint_is_what_a_run_file_needs_and_stays_the_same() -> None:
    facts = fingerprint()
    Machine.model_validate(facts)
    assert facts == fingerprint()
    assert facts["cores"] == len(os.sched_getaffinity(0))
    assert os.uname().nodename not in map(str, facts.values())
    assert machine_slug(facts)


def test_looking_at_the_machine_gives_shares() -> None:
    load, steal = look()
    assert 0 <= load <= 1
    assert 0 <= steal <= 1


def test_waiting_ends_when_the_machine_is_quiet() -> None:
    seen = iter([(0.9, 0.0), (0.05, 0.5), (0.01, 0.0)])
    found = wait_until_quiet(60, look=lambda: next(seen))
    assert (found.load, found.steal, found.busy) == (0.01, 0.0, False)
    assert next(seen, None) is None


def test_waiting_ends_at_the_limit_and_says_so() -> None:
    found = wait_until_quiet(0, look=lambda: (0.5, 0.0))
    assert found.busy
    assert found.load == 0.5


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0, "0 s"), (89, "89 s"), (90, "2 min"), (3540, "59 min"), (7500, "2 h 05 min")],
)
def test_time_left_is_rounded(seconds: float, text: str) -> None:
    assert time_left(seconds) == text


@pytest.mark.parametrize("terminal", [True, False])
def test_progress_is_shown_with_failures(terminal: bool) -> None:
    out = io.StringIO()
    console = Console(file=out, force_terminal=terminal, width=100)
    with shown(console) as progress:
        progress(Event("pytorch-eager train, replicate 0", 0, 4, 120.0))
        progress(Event("keras-tensorflow train, replicate 0", 1, 4, 90.0, "killed [SIGKILL]"))
    assert "killed [SIGKILL]" in out.getvalue()
    assert "1/4" in out.getvalue()
    assert "2 min left" in out.getvalue()
