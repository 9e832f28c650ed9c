"""Facts, and the rubric by which they become a level.

A rubric is data: it names the facts that a probe has to establish and says which of them a level
needs. More facts never give a lower level, since rows only ever ask for facts that hold.
"""

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib.util import find_spec

import pytest

from benchmarks.errors import LaboratoryError
from benchmarks.runfile import first_line

__all__ = ["ChildError", "Fact", "Facts", "Row", "Rubric", "Trial", "cause"]

#: What a wrong probe raises rather than a framework that cannot do something.
BUGS = (NameError, SyntaxError, LaboratoryError)

#: How Keras begins when it passes on what a layer raised.
WRAPPING = "Exception encountered when calling"


class ChildError(Exception):
    """What went wrong in a child process: the framework's words, or how the process ended."""


@dataclass(frozen=True)
class Fact:
    """Something that was established: `says` is what is true if it `holds`."""

    name: str
    says: str
    holds: bool
    detail: str


@dataclass(frozen=True)
class Row:
    """A level, and what it needs: all facts in `needs`, and at least `some` of those in `of`."""

    level: int
    needs: tuple[str, ...] = ()
    some: int = 0
    of: tuple[str, ...] = ()

    def met(self, holding: frozenset[str]) -> bool:
        """Whether the facts that hold are enough for this level."""
        return holding.issuperset(self.needs) and len(holding.intersection(self.of)) >= self.some


@dataclass(frozen=True, kw_only=True)
class Rubric:
    """Which facts about a criterion give which level.

    `facts` maps the name of each fact to what is true if it holds; every framework's probe has to
    establish all of them. `asides` are facts that claims or bridges rest on, that not every
    framework has to answer, and that no level may need. `rows` stand from the best level to the
    worst; the first one that is met counts, otherwise `floor`. `claims` are the article's claims
    that these facts help to decide.
    """

    criterion: str
    facts: Mapping[str, str]
    rows: tuple[Row, ...]
    floor: int = 0
    asides: Mapping[str, str] = field(default_factory=dict)
    claims: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        levels = [row.level for row in self.rows] + [self.floor]
        if levels != sorted(set(levels), reverse=True):
            raise self._wrong("levels have to fall from row to row", "Reorder the rows")
        unknown = {name for row in self.rows for name in (*row.needs, *row.of)} - {*self.facts}
        if unknown:
            named = ", ".join(sorted(unknown))
            raise self._wrong(f"a row needs {named}", "Name it among the facts")
        if repeated := {*self.facts} & {*self.asides}:
            raise self._wrong(f"{', '.join(sorted(repeated))} stands twice", "Keep one")

    def level(self, holding: frozenset[str]) -> int:
        """The level that the facts in `holding` give."""
        return next((row.level for row in self.rows if row.met(holding)), self.floor)

    def _wrong(self, what: str, cure: str) -> LaboratoryError:
        return LaboratoryError(f"rubric of {self.criterion}", what, cure=cure)


@dataclass
class Trial:
    """What is being tried: a `detail` may be told that will stand beside the fact."""

    detail: str = ""

    def tell(self, detail: str) -> None:
        """Say what was seen, in one short line."""
        self.detail = detail


def cause(error: Exception) -> str:
    """What an exception says, in one line: the cause rather than the wrapping around it."""
    text = re.sub(r"\x1b\[[0-9;]*m", "", str(error))
    lines = [line.strip() for line in text.splitlines() if line.strip()] or [""]
    if lines[0].startswith("in user code"):  # AutoGraph: a whole trace, and the cause at its end
        said = lines[-1]
    else:
        said = next((line for line in lines if not line.startswith(WRAPPING)), lines[0])
    asserted = isinstance(error, AssertionError | ChildError)
    return first_line(said if asserted else f"{type(error).__name__}: {said}")


class Facts:
    """What one probe has established so far for one framework."""

    def __init__(self, rubric: Rubric) -> None:
        self.rubric = rubric
        self.established: dict[str, Fact] = {}

    def record(self, name: str, holds: bool, detail: str) -> None:
        """Establish the fact called `name`; LaboratoryError if it is unknown or was known."""
        says = {**self.rubric.facts, **self.rubric.asides}.get(name)
        if says is None or name in self.established:
            what = "was established before" if says else "is not a fact of this rubric"
            raise LaboratoryError(f"fact {name}", f"it {what}", cure="Correct the probe")
        self.established[name] = Fact(name, says, bool(holds), first_line(detail))

    @contextmanager
    def trying(self, name: str) -> Iterator[Trial]:
        """The fact holds if the block runs to its end; an exception is why it does not.

        A mistake in the probe itself, such as an unknown name, is no fact and goes on its way.
        """
        trial = Trial()
        try:
            yield trial
        except BUGS:
            raise
        except Exception as error:  # whatever a framework raises is what we want to know
            self.record(name, False, cause(error))
        else:
            self.record(name, True, trial.detail)

    @staticmethod
    def need(*modules: str) -> None:
        """Stop here, as "not probed here", if an optional module is not installed."""
        absent = [module for module in modules if find_spec(module) is None]
        if absent:
            pytest.skip(f"not installed here: {', '.join(absent)}")

    @property
    def holding(self) -> frozenset[str]:
        """The names of the facts that hold."""
        return frozenset(name for name, fact in self.established.items() if fact.holds)

    @property
    def missing(self) -> tuple[str, ...]:
        """Facts of the rubric that have not been established."""
        return tuple(name for name in self.rubric.facts if name not in self.established)
