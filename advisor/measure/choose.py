"""From what a person asked for to what will be measured."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path

from advisor.errors import MeasureError, Problem
from advisor.measure.bench import MODULES, Choices
from advisor.measure.plan import FULL, PHASES, QUICK
from advisor.model import Catalog
from advisor.resources import laboratory
from advisor.runs import own_results

__all__ = ["choose", "measurable_stacks", "measurable_tasks"]


def choose(
    catalog: Catalog,
    *,
    stacks: Sequence[str] = (),
    tasks: Sequence[str] = (),
    phases: Sequence[str] = (),
    replicates: int | None = None,
    quick: bool = False,
    resume: bool = False,
    out: Path | None = None,
) -> Choices:
    """The choices for a measurement; nothing named means the default stacks and everything else.

    Raises MeasureError with every name that the laboratory does not know.
    """
    default = [framework.default_stack for framework in catalog.frameworks]
    known = [stack.id for stack in catalog.stacks if stack.id in measurable_stacks()]
    problems = [
        *_unknown("--stack", stacks, known),
        *_unknown("--task", tasks, measurable_tasks()),
        *_unknown("--phase", phases, PHASES),
    ]
    if problems:
        raise MeasureError(problems)
    profile = QUICK if quick else FULL
    return Choices(
        stacks=tuple(catalog.stack(id) for id in dict.fromkeys(stacks or default)),
        tasks=tuple(dict.fromkeys(tasks or measurable_tasks())),
        phases=tuple(phase for phase in PHASES if phase in (phases or PHASES)),
        profile=replace(profile, replicates=replicates) if replicates else profile,
        out=out or own_results(),
        resume=resume,
    )


def measurable_tasks() -> tuple[str, ...]:
    """The ids of the tasks that the laboratory holds, in alphabetical order."""
    specs = (laboratory() / "benchmarks" / "tasks").glob("*/spec.py")
    return tuple(sorted(spec.parent.name.replace("_", "-") for spec in specs))


def measurable_stacks() -> tuple[str, ...]:
    """The ids of the stacks that can be measured."""
    return tuple(MODULES)


def _unknown(option: str, given: Iterable[str], known: Sequence[str]) -> list[Problem]:
    cure = f"Choose from: {', '.join(known)}"
    return [
        Problem(option, f'the laboratory has no "{name}"', cure)
        for name in given
        if name not in known
    ]
