"""Round after round, one process at a time, and how long the rest will take."""

import time
from collections import defaultdict
from collections.abc import Iterable, Sequence
from statistics import mean

from advisor.measure.choices import Choices
from advisor.measure.enough import undecided
from advisor.measure.launch import Session, launch
from advisor.measure.load import wait_until_quiet
from advisor.measure.plan import Plan, Replicate
from advisor.measure.progress import Event, Listener

__all__ = ["Remaining", "Work", "waiting_among"]

#: So many rounds and no more, however large the budget.
MOST_ROUNDS = 50


def waiting_among(replicates: Iterable[Replicate]) -> list[Replicate]:
    """Those that have no run file yet."""
    return [replicate for replicate in replicates if not replicate.out.exists()]


class Work:
    """Processes run one at a time, round after round.

    `finished` and `failed` are the names of their files, the latter with reasons; `remaining` knows
    how long the others will take.
    """

    def __init__(
        self, choices: Choices, session: Session, progress: Listener, start: float
    ) -> None:
        self._choices, self._session, self._progress = choices, session, progress
        budget = choices.budget_seconds
        self._deadline = None if budget is None else start + budget
        self.remaining = Remaining(())
        self._failure = ""
        self.finished: list[str] = []
        self.failed: dict[str, str] = {}

    def do(self, plan: Plan) -> None:
        """Run what is missing of the planned rounds, then what the budget has room for."""
        self._run(waiting_among(plan.rounds(self._choices.profile.replicates)))
        for index in range(self._choices.profile.replicates, MOST_ROUNDS):
            added = self.added(plan, index)
            if added is None:
                break
            self._run(added)
        done = len(self.finished) + len(self.failed)
        if done:
            self._progress(Event("done", done, done, 0.0, self._failure))

    def added(self, plan: Plan, index: int) -> list[Replicate] | None:
        """The processes of one more round; None if nothing is open, or no time is left for it."""
        if self._deadline is None or time.monotonic() >= self._deadline:
            return None
        still_open = undecided(self._choices.catalog, plan.folder)
        replicates = plan.round(
            index,
            lambda stack, task, phase: (
                (stack.id, task, phase) in still_open and plan.wanted(stack, task, phase)
            ),
        )
        waiting = waiting_among(replicates)
        spent = self.remaining.expected(waiting)
        if not replicates or time.monotonic() + spent > self._deadline:
            return None
        return waiting

    def _run(self, waiting: Sequence[Replicate]) -> None:
        self.remaining.await_too(waiting)
        total = len(self.finished) + len(self.failed) + len(waiting)
        for replicate in waiting:
            done = len(self.finished) + len(self.failed)
            seconds = self.remaining.seconds
            self._progress(Event(replicate.title, done, total, seconds, self._failure))
            self._launch(replicate)

    def _launch(self, replicate: Replicate) -> None:
        start = time.monotonic()
        load = wait_until_quiet(self._choices.profile.wait_seconds, look=self._choices.look)
        timeout = self._choices.timeout_seconds
        failure = launch(replicate, self._session, load, timeout_seconds=timeout)
        self.remaining.ended(replicate, time.monotonic() - start)
        if failure:
            self.failed[replicate.out.name] = failure
        else:
            self.finished.append(replicate.out.name)
        self._failure = f"{replicate.title}: {failure}" if failure else ""


class Remaining:
    """How long the processes that have not ended will take, learnt from those that have."""

    def __init__(self, replicates: Sequence[Replicate]) -> None:
        self._waiting = list(replicates)
        self._paces: defaultdict[tuple[str, str], list[float]] = defaultdict(list)

    def await_too(self, replicates: Iterable[Replicate]) -> None:
        """Wait for these as well."""
        self._waiting += replicates

    def ended(self, replicate: Replicate, seconds: float) -> None:
        """Learn that a replicate took so long."""
        self._waiting.remove(replicate)
        pace = seconds / replicate.expected_seconds
        self._paces[replicate.stack, replicate.group].append(pace)

    @property
    def seconds(self) -> float:
        """The estimate for all that wait."""
        return self.expected(self._waiting)

    def expected(self, replicates: Iterable[Replicate]) -> float:
        """The estimate for these."""
        return sum(each.expected_seconds * self._pace(each) for each in replicates)

    def _pace(self, replicate: Replicate) -> float:
        """How much longer than guessed: by the same stack and phases, or by the same phases."""
        same = self._paces.get((replicate.stack, replicate.group))
        alike = [
            pace
            for (_, group), paces in self._paces.items()
            for pace in paces
            if group == replicate.group
        ]
        return mean(same or alike or [1.0])
