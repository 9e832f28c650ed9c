"""A decision as an architecture decision record, in one of the formats of `register`.

    adr         page and filing -> the text of a new record
    updated     an older text of ours and a newer one -> ours brought up to date, theirs untouched
    superseded  the text of any record -> the same with a status that says what replaced it

A record is read and written by people, so everything but one comment is theirs to change. The
comment holds what `advisor check` needs and a fingerprint of every line that we wrote: on an update
a line that still has its fingerprint is ours to replace, any other stays as it is.
"""

import hashlib
import json
import re
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from difflib import SequenceMatcher
from typing import Final

from advisor.errors import Problem, RecordError
from advisor.model import Criterion, Framework, Rating
from advisor.register import BLOCK, BLOCK_START, Entry, Format, block_of
from advisor.render.environment import environment
from advisor.render.page import Argument, Demand, Page, Risk
from advisor.render.record import embedded_record, json_text
from advisor.render.report import figures, shortened

__all__ = [
    "STATUSES",
    "Filed",
    "Filing",
    "Option",
    "Trait",
    "Updated",
    "adr",
    "slug",
    "superseded",
    "title",
    "updated",
]

#: What a new record may be; "superseded" comes about by superseding.
STATUSES: Final = ("draft", "proposed", "accepted", "rejected", "deprecated")

#: Stands for the block's content while a record is made, and while lines are compared.
HOLE: Final = "(record)"
EMPTY_BLOCK: Final = f"{BLOCK_START}\n{HOLE}\n-->"

LONGEST_TITLE, LONGEST_SLUG = 80, 60
#: So many of each are named; the report has all of them.
DRIVERS, REASONS, CAVEATS = 6, 4, 3
#: From here on a value is a merit, up to there it is none.
GOOD, BAD = 0.75, 0.5


@dataclass(frozen=True)
class Filing:
    """How a decision is filed: what the register and the command line say about the record.

    `evidence` is the folder below the record's for report and answers, "" for the same.
    """

    format: Format
    number: int
    title: str
    status: str
    date: date
    stem: str
    evidence: str = ""
    supersedes: Entry | None = None


@dataclass(frozen=True)
class Trait:
    """A framework on a criterion that carries weight."""

    criterion: Criterion
    weight: float
    rating: Rating


@dataclass(frozen=True)
class Option:
    """A framework with its merits and faults, the heaviest first, and the must-haves it misses."""

    framework: Framework
    good: tuple[Trait, ...]
    bad: tuple[Trait, ...]
    missed: tuple[Demand, ...]


@dataclass(frozen=True)
class Filed:
    """The context of a record's template."""

    page: Page
    filing: Filing
    options: tuple[Option, ...]
    drivers: tuple[Argument, ...]
    gains: tuple[Argument, ...]
    losses: tuple[Argument, ...]
    caveats: tuple[Risk, ...]
    name: str
    report_name: str
    answers_name: str
    block: str = HOLE


@dataclass(frozen=True)
class Updated:
    """A record brought up to date, and the headings under which somebody's own words stayed."""

    text: str
    kept: tuple[str, ...]


def title(page: Page) -> str:
    """What the record is called: ASCII letters, digits and spaces, since some tools read no more.

    RecordError where every framework is ruled out, since nothing was decided.
    """
    if page.winner is None:
        cure = "Relax a must-have (`advisor report` says which would bring whom back)"
        raise RecordError(Problem("the decision", "no framework meets all must-haves", cure))
    named = f"Use {page.winner.name} for {page.decision.answers.project}"
    plain = unicodedata.normalize("NFKD", named).encode("ascii", "ignore").decode()
    words = re.findall(r"[A-Za-z0-9]+", plain)
    while len(" ".join(words)) > LONGEST_TITLE:
        words.pop()
    return " ".join(words if len(words) > 3 else words[:2])


def slug(title: str) -> str:
    """`title` for a file name: lower-case letters and digits, joined by hyphens."""
    return "-".join(title.lower().split())[:LONGEST_SLUG].rstrip("-")


def adr(page: Page, filing: Filing) -> str:
    """The text of a record: UTF-8, LF, each paragraph in one line."""
    text = _render(page, filing)
    record = embedded_record(page.decision, page.catalog, page.provenance)
    del record["answers"]  # said by "answers_file" too, and a record is short
    record |= {
        "number": filing.number,
        "title": filing.title,
        "status": filing.status,
        "evidence": filing.evidence,
        "supersedes": filing.supersedes.number if filing.supersedes else None,
        "lines": " ".join(_keys(text.split("\n"))),
    }
    content = _harmless(json_text(record).rstrip("\n"))
    return text.replace(EMPTY_BLOCK, f"{BLOCK_START}\n{content}\n-->", 1)


def updated(existing: str, new: str) -> Updated:
    """`existing` with the lines of `new` where it still has those that we wrote.

    Both are records of ours in the same format; RecordError if `existing` has lost its comment.
    """
    block = block_of(existing)
    if block is None:
        cure = "Restore the comment that starts with `<!-- advisor decision`, or file a new record"
        raise RecordError(Problem("the record", "its comment for programs is gone", cure))
    base = str(block.get("lines", "")).split(" ")
    lines, kept = _merged(base, _holed(existing), _holed(new))
    found = BLOCK.search(new)
    filled = "\n".join(lines).replace(EMPTY_BLOCK, found[0] if found else "", 1)
    return Updated(filled, tuple(dict.fromkeys(kept)))


def superseded(text: str, old: Entry, new: Filing) -> str:
    """`text` of the record `old` with a status that names `new`; nothing else changes.

    RecordError where no status can be found.
    """
    ends = "\r\n" if "\r\n" in text else "\n"
    plain = text.replace("\r\n", "\n")
    link = f"[{new.stem}]({new.stem}.md)"
    pattern, status = {
        "bridge": (r"^([*-] Status:).*$", rf"\1 superseded by {link}"),
        "madr4": (r"\A(---\n(?:.*\n)*?status:).*$", rf'\1 "superseded by {link}"'),
        "nygard": (
            r"^(## Status\n+)[^#\n].*$",
            rf"\1Superseded by [{new.number}. {new.title}]({new.stem}.md)",
        ),
    }[old.format]
    changed, count = re.subn(pattern, status, plain, count=1, flags=re.MULTILINE)
    if not count:
        cure = "Give it one, or leave --supersedes out and link the two by hand"
        raise RecordError(Problem(str(old.path), "has no status that could be changed", cure))
    return changed.replace("\n", ends)


def _render(page: Page, filing: Filing) -> str:
    filters: dict[str, Callable[..., str]] = {
        "figures": figures,
        "shortened": shortened,
        "yaml": _yaml,
    }
    template = environment(filters).get_template(f"adr/{filing.format}.md")
    text = template.render(filed=_filed(page, filing), filing=filing)
    # Narrow and fixed spaces are good print and bad Markdown: a tool may not know them.
    return text.translate({0x202F: " ", 0xA0: " "}).lstrip("\n")


def _yaml(text: str) -> str:
    return text if re.fullmatch(r"[A-Za-z]+", text) else json.dumps(text)


def _filed(page: Page, filing: Filing) -> Filed:
    heavy = sorted(page.arguments, key=lambda a: (-a.weight, a.criterion.id))
    losses = page.speaks_against[:REASONS]
    said = {argument.criterion for argument in losses}
    beside = f"{filing.evidence}/" if filing.evidence else ""
    return Filed(
        page=page,
        filing=filing,
        options=tuple(_option(page, place.framework) for place in page.places),
        drivers=tuple(heavy[:DRIVERS]),
        gains=page.speaks_for[:REASONS],
        losses=losses,
        caveats=tuple(c for c in page.caveats if c.criterion not in said)[:CAVEATS],
        name=f"{filing.stem}.md",
        report_name=f"{beside}{filing.stem}.report.html",
        answers_name=f"{beside}{filing.stem}.answers.toml",
    )


def _option(page: Page, framework: Framework) -> Option:
    traits = [
        Trait(argument.criterion, argument.weight, rating)
        for argument in sorted(page.arguments, key=lambda a: (-a.weight, a.criterion.id))
        for rating in [page.decision.rating(framework.id, argument.criterion.id)]
        if rating.tier != "unknown"
    ]
    return Option(
        framework,
        good=tuple(trait for trait in traits if trait.rating.value >= GOOD)[:REASONS],
        bad=tuple(trait for trait in traits if trait.rating.value <= BAD)[:CAVEATS],
        missed=tuple(
            demand
            for demand in page.demands
            for other, _, met in demand.outcomes
            if other == framework and not met
        ),
    )


def _harmless(text: str) -> str:
    """JSON in which nothing can end the comment around it: hyphens occur only inside strings."""
    return text.replace("--", "-\\u002d")


def _holed(text: str) -> list[str]:
    return BLOCK.sub(EMPTY_BLOCK, text, count=1).split("\n")


def _keys(lines: Sequence[str]) -> list[str]:
    """A fingerprint for each line; "-" for a blank one, so that no gaps stand between them."""
    return [
        hashlib.sha256(line.encode()).hexdigest()[:8] if line.strip() else "-" for line in lines
    ]


def _merged(base: list[str], mine: list[str], new: list[str]) -> tuple[list[str], list[str]]:
    """Three-way: `base` are the fingerprints of what we wrote, `mine` has been edited since.

    Also the headings under which an edit kept us from writing.
    """
    lines: list[str] = []
    kept: list[str] = []
    for old, edited, fresh, common in _chunks(base, mine, new):
        chosen, conflict = _resolved(old, edited, fresh)
        lines += chosen
        if conflict:
            headings = (line for line in reversed(lines) if line.startswith("#"))
            kept.append(next(headings, "").lstrip("# "))
        lines += common
    return lines, kept


def _chunks(
    base: list[str], mine: list[str], new: list[str]
) -> Iterator[tuple[list[str], list[str], list[str], list[str]]]:
    """What differs between two lines that all three have, and the second of these lines."""
    to_mine, to_new = _matches(base, _keys(mine)), _matches(base, _keys(new))
    at_base = at_mine = at_new = 0
    for place in sorted(to_mine.keys() & to_new.keys()):
        mine_place, new_place = to_mine[place], to_new[place]
        common = [new[new_place]]
        yield base[at_base:place], mine[at_mine:mine_place], new[at_new:new_place], common
        at_base, at_mine, at_new = place + 1, mine_place + 1, new_place + 1
    yield base[at_base:], mine[at_mine:], new[at_new:], []


def _matches(base: list[str], keys: list[str]) -> dict[int, int]:
    blocks = SequenceMatcher(None, base, keys, autojunk=False).get_matching_blocks()
    return {a + step: b + step for a, b, size in blocks for step in range(size)}


def _resolved(old: list[str], edited: list[str], fresh: list[str]) -> tuple[list[str], bool]:
    """The lines to write, and whether an edit had to win over something new."""
    mine, new = _keys(edited), _keys(fresh)
    if mine == old:
        return fresh, False
    if new in (old, mine):
        return edited, False
    if len(old) == len(edited) == len(fresh) and len(old) > 1:
        pairs = [_resolved([o], [e], [f]) for o, e, f in zip(old, edited, fresh, strict=True)]
        return [line for lines, _ in pairs for line in lines], any(c for _, c in pairs)
    ours = _matches(old, mine)
    if len(ours) == len(old):
        first = min(ours.values(), default=0)
        added = [line for place, line in enumerate(edited) if place not in ours.values()]
        return [*edited[:first], *fresh, *added[first:]], False
    return edited, True
