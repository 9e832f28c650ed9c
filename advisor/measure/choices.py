"""What a measurement is asked to be, with every name already known to be right."""

import itertools
from dataclasses import dataclass, field
from pathlib import Path

from advisor.measure.gate import Refusals
from advisor.measure.load import Look, look
from advisor.measure.lock import default_lock
from advisor.measure.plan import PHASES, STANDARD, Plan, Profile
from advisor.model import Catalog, Stack
from advisor.resources import laboratory as own_laboratory
from advisor.runs import own_results

__all__ = ["Choices"]


@dataclass(frozen=True, kw_only=True)
class Choices:
    """What to measure and where; everything after `tasks` has a sensible default.

    `complete` measures what the catalog would leave out. `out` is the folder that will hold the
    session's folder. In a `study` every process has a twin. `budget_seconds` is for rounds beyond
    those of the profile. `look` tells how busy the machine is.
    """

    catalog: Catalog
    stacks: tuple[Stack, ...]
    tasks: tuple[str, ...]
    phases: tuple[str, ...] = PHASES
    profile: Profile = STANDARD
    complete: bool = False
    study: bool = False
    device: str = "cpu"
    budget_seconds: float | None = None
    out: Path = field(default_factory=own_results)
    resume: bool = False
    laboratory: Path = field(default_factory=own_laboratory)
    lock: Path = field(default_factory=default_lock)
    timeout_seconds: float | None = None
    look: Look = look

    def plan(self, folder: Path, refused: Refusals | None = None) -> Plan:
        """What each round holds, without the pairs of stack and task that are `refused`."""
        return Plan(
            stacks=self.stacks,
            tasks=self.tasks,
            phases=self.phases,
            profile=self.profile,
            folder=folder,
            metrics=self.catalog.metrics,
            wanted=lambda stack, task, phase: (
                (stack.id, task) not in (refused or {}) and not self.omitted(stack, task, phase)
            ),
            study=self.study,
        )

    def omitted(self, stack: Stack, task: str, phase: str) -> str:
        """Why the catalog leaves this measurement out, or "" if it is wanted."""
        default = stack.id in {each.id for each in self.catalog.default_stacks}
        reasons = (
            omission.reason
            for omission in self.catalog.omissions
            if omission.covers(stack, task, phase, default=default)
        )
        return "" if self.complete else next(reasons, "")

    def left_out(self, stack: Stack) -> dict[tuple[str, str], str]:
        """Reasons by task and phase for all that the stack does not measure."""
        asked = itertools.product(self.tasks, self.phases)
        reasons = {(task, phase): self.omitted(stack, task, phase) for task, phase in asked}
        return {place: reason for place, reason in reasons.items() if reason}
