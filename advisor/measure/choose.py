"""From what a person asked for to what will be measured."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from advisor.errors import MeasureError, Problem
from advisor.measure.choices import Choices
from advisor.measure.fingerprint import DEVICES
from advisor.measure.plan import AA, FULL, PHASES, QUICK, STANDARD, Profile
from advisor.model import Catalog, Stack
from advisor.resources import laboratory
from advisor.runs import bundled_results, own_results

__all__ = ["Wish", "choose", "measurable_tasks", "own_studies"]


@dataclass(frozen=True, kw_only=True)
class Wish:
    """What a person asked for, as it was written; nothing is the default of everything."""

    stacks: Sequence[str] = ()
    tasks: Sequence[str] = ()
    phases: Sequence[str] = ()
    device: str = "cpu"
    quick: bool = False
    full: bool = False
    study: bool = False
    replicates: int | None = None
    budget_minutes: float | None = None
    out: Path | None = None
    resume: bool = False


def choose(catalog: Catalog, wish: Wish) -> Choices:
    """The choices for a measurement; nothing named means the default stacks and everything else.

    Raises MeasureError with every name that the laboratory does not know, and with every wish that
    contradicts another.
    """
    if problems := [*_unknown_names(catalog, wish), *_contradictions(wish)]:
        raise MeasureError(problems)
    profile = _profile(wish)
    return Choices(
        catalog=catalog,
        stacks=_stacks(catalog, wish),
        tasks=tuple(dict.fromkeys(wish.tasks or measurable_tasks())),
        phases=tuple(phase for phase in PHASES if phase in (wish.phases or profile.phases)),
        profile=replace(profile, replicates=wish.replicates or profile.replicates),
        complete=bool(wish.tasks),
        study=wish.study,
        device=wish.device,
        budget_seconds=wish.budget_minutes and 60 * wish.budget_minutes,
        out=wish.out or (own_studies() if wish.study else own_results()),
        resume=wish.resume,
    )


def own_studies() -> Path:
    """Where the user's own A/A studies are kept: beside the results, and never among them."""
    return own_results().with_name("studies") / "aa"


def measurable_tasks() -> tuple[str, ...]:
    """The ids of the tasks that the laboratory holds, in alphabetical order."""
    specs = (laboratory() / "benchmarks" / "tasks").glob("*/spec.py")
    return tuple(sorted(spec.parent.name.replace("_", "-") for spec in specs))


def _profile(wish: Wish) -> Profile:
    chosen = QUICK if wish.quick else FULL if wish.full else AA if wish.study else STANDARD
    options = () if wish.device == "cpu" else ("--device", wish.device)
    return replace(chosen, arguments=(*chosen.arguments, *options))


def _stacks(catalog: Catalog, wish: Wish) -> tuple[Stack, ...]:
    if wish.stacks:
        return tuple(catalog.stack(id) for id in dict.fromkeys(wish.stacks))
    return catalog.stacks if wish.full else catalog.default_stacks


def _unknown_names(catalog: Catalog, wish: Wish) -> Iterator[Problem]:
    yield from _unknown("--stack", wish.stacks, [stack.id for stack in catalog.stacks])
    yield from _unknown("--task", wish.tasks, measurable_tasks())
    yield from _unknown("--phase", wish.phases, PHASES)
    yield from _unknown("--device", [wish.device], tuple(DEVICES))


def _unknown(option: str, given: Iterable[str], known: Sequence[str]) -> Iterator[Problem]:
    for name in given:
        if name not in known:
            cure = f"Choose from: {', '.join(known)}"
            yield Problem(option, f'the laboratory has no "{name}"', cure)


def _contradictions(wish: Wish) -> Iterator[Problem]:
    if wish.quick and wish.full:
        yield Problem("--quick", "it cannot be --full as well", "Leave one of the two out")
    if wish.study and wish.budget_minutes:
        what = "a study has no end that a budget could wait for"
        yield Problem("--budget", what, "Say --replicates instead")
    evidence = (own_results().resolve(), bundled_results().resolve())
    if wish.study and wish.out and any(map(wish.out.resolve().is_relative_to, evidence)):
        what = "a study would lie among the evidence"
        yield Problem("--out", what, f"Choose another folder, such as {own_studies()}")
