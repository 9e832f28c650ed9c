"""Example projects -> what the evidence decides for each, then and now.

examples/<name>.answers.toml              what the project answers; its first comment says what
it is, and which claims of the article it stands for
examples/decisions/<number>-<title>.*     the record and the report of a decision, with the
answers that it was made on
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import takewhile
from pathlib import Path

from advisor.ask.answers import read_answers
from advisor.decide import decide
from advisor.model import NOT_SURE, Answers, Catalog, Cell, Decision

__all__ = ["ANSWERS", "Example", "read_examples"]

ANSWERS = ".answers.toml"

#: Where a comment names claims: "(use-tf-03: TensorFlow)".
NAMED = re.compile(r"\s*\([a-z]+-[a-z]+-\d+[^)]*\)")


@dataclass(frozen=True)
class Example:
    """A project, what it is in words, and its decision.

    `claims` are those of the article that it stands for; `files` all that is about it, by path from
    the folder of examples.
    """

    id: str
    about: str
    claims: tuple[str, ...]
    decision: Decision
    files: dict[str, Path]

    @property
    def title(self) -> str:
        """What the project is called."""
        return self.decision.answers.project or self.id

    @property
    def href(self) -> str:
        """The address that gives these answers to the questionnaire in the page."""
        return f"index.html#{_fragment(self.decision.answers)}"


def read_examples(
    folder: Path, catalog: Catalog, cells: Sequence[Cell], *, as_of: date
) -> tuple[Example, ...]:
    """Every example in `folder`, decided as of a date; AnswersError if one cannot be read."""
    decided = _decisions(folder / "decisions", catalog)
    return tuple(
        _example(path, catalog, cells=cells, as_of=as_of, decided=decided)
        for path in sorted(folder.glob(f"*{ANSWERS}"))
    )


def _decisions(folder: Path, catalog: Catalog) -> dict[str, list[Path]]:
    """The files of each recorded decision, by the project that it was made for."""
    return {
        read_answers(path, catalog).project: sorted(
            folder.glob(f"{path.name.removesuffix(ANSWERS)}.*")
        )
        for path in sorted(folder.glob(f"*{ANSWERS}"))
    }


def _example(
    path: Path,
    catalog: Catalog,
    *,
    cells: Sequence[Cell],
    as_of: date,
    decided: dict[str, list[Path]],
) -> Example:
    comment = " ".join(_first_comment(path))
    answers = read_answers(path, catalog)
    found = [path, *decided.get(answers.project, ())]
    return Example(
        id=path.name.removesuffix(ANSWERS),
        about=NAMED.sub("", comment),
        claims=tuple(claim.id for claim in catalog.claims if claim.id in comment),
        decision=decide(catalog, cells, answers, as_of=as_of),
        files={file.relative_to(path.parent).as_posix(): file for file in found},
    )


def _first_comment(path: Path) -> Iterator[str]:
    lines = path.read_text(encoding="utf-8").splitlines()
    for line in takewhile(lambda line: line.startswith("#"), lines):
        yield line.removeprefix("#").strip()


def _fragment(answers: Answers) -> str:
    """The fragment that site/flow.js restores; whole ids, which it takes as well as short ones."""
    given = {id: chosen for id, chosen in answers.given.items() if chosen != (NOT_SURE,)}
    judged = ",".join(f"{one.more}.{one.less}.{one.times:g}" for one in answers.groups)
    return "/".join(
        [
            "result",
            *(f"{id}={','.join(chosen)}" for id, chosen in given.items()),
            *([f"groups={judged}"] if judged else []),
        ]
    )
