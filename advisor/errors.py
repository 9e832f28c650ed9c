"""Everything that can go wrong, as one tree.

    AdvisorError            one or more problems; the command line prints them and exits 2
    ├── KnowledgeError      knowledge/*.toml does not hold together
    ├── AnswersError        an answers file or an answer given on the command line
    ├── RunError            a run file that is broken or may not be mixed with the others
    ├── MeasureError        a measurement cannot be started or continued
    ├── InteractionError    a question cannot be asked here
    ├── RecordError         a recorded decision cannot be read, rebuilt or filed
    └── OutputError         a result cannot be written

Deep code raises; only the command line prints and exits.
"""

from collections.abc import Iterable
from dataclasses import dataclass

__all__ = [
    "AdvisorError",
    "AnswersError",
    "InteractionError",
    "KnowledgeError",
    "MeasureError",
    "OutputError",
    "Problem",
    "RecordError",
    "RunError",
]


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong: where it is, what it is, and what to do about it."""

    where: str
    what: str
    cure: str

    def __str__(self) -> str:
        return f"{self.where}: {self.what.rstrip('.')}. {self.cure.rstrip('.')}."


class AdvisorError(Exception):
    """Problems for a person to solve; the program itself is fine."""

    def __init__(self, problems: Problem | Iterable[Problem]) -> None:
        self.problems = (problems,) if isinstance(problems, Problem) else tuple(problems)
        super().__init__("\n".join(map(str, self.problems)))


class KnowledgeError(AdvisorError):
    """The knowledge files contradict themselves or their schema."""


class AnswersError(AdvisorError):
    """An answer is unknown, incomplete or unreadable."""


class RunError(AdvisorError):
    """A run file is broken, or belongs to another machine than its neighbours."""


class MeasureError(AdvisorError):
    """A measurement cannot be made on this machine as it stands."""


class InteractionError(AdvisorError):
    """There is nobody to ask: no terminal, or a continuous-integration job."""


class RecordError(AdvisorError):
    """A report or an architecture decision record does not hold what is asked of it."""


class OutputError(AdvisorError):
    """A file or folder cannot be written."""
