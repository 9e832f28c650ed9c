"""What became of recorded decisions: lines for people, JSON for programs, annotations for GitHub.

An annotation is a line that a workflow's runner reads: `::warning file=F,title=T::message`. What
comes from files is escaped in it, so that a name cannot become a command.
"""

from collections.abc import Iterable, Iterator
from typing import Any

from advisor.errors import Problem
from advisor.model import Catalog
from advisor.recheck import Outcome, Recheck, worst
from advisor.render.environment import environment
from advisor.render.record import FORMAT, moved_json, rating_json
from advisor.render.terminal import plain

__all__ = ["annotations", "rechecks_json", "rechecks_text"]

#: So many movements and stale ratings are listed; `--json` has all of them.
MOST = 6

#: What GitHub shows for an outcome; the others are not worth a mark.
MARKS: dict[Outcome, str] = {"flipped": "error", "too-close": "warning", "stale": "warning"}


def rechecks_text(checks: Iterable[Recheck], catalog: Catalog, *, version: str) -> str:
    """A few lines for each, parted by blank lines; `version` is ours."""
    templates = environment().overlay(autoescape=False)
    template = templates.get_template("terminal/recheck.txt")
    names = _names(catalog)
    parts = [
        template.render(
            path=check.recorded.path,
            headline=_headline(check, names),
            record=check.recorded.record,
            now=check.now,
            comparison=check.comparison,
            stale=check.stale,
            changed=check.changed,
            names=names,
            catalog=catalog,
            most=MOST,
            version=version,
        )
        for check in checks
    ]
    return plain("\n".join(parts))


def annotations(
    checks: Iterable[Recheck], problems: Iterable[Problem], catalog: Catalog
) -> Iterator[str]:
    """One line for each decision that no longer stands, and for each file that is broken."""
    names = _names(catalog)
    for check in checks:
        if check.outcome in MARKS:
            file = _property(str(check.recorded.path))
            message = _escaped(_headline(check, names))
            yield f"::{MARKS[check.outcome]} file={file},title=Framework decision::{message}"
    for problem in problems:
        yield f"::error title=Framework decision::{_escaped(str(problem))}"


def rechecks_json(checks: Iterable[Recheck], problems: Iterable[Problem]) -> dict[str, Any]:
    """All of it as JSON types; `outcome` is the worst of them."""
    listed = list(checks)
    return {
        "format": FORMAT,
        "outcome": worst(check.outcome for check in listed),
        "checks": [_check(check) for check in listed],
        "problems": [dict(vars(problem)) for problem in problems],
    }


def _check(check: Recheck) -> dict[str, Any]:
    record, now = check.recorded.record, check.now
    moved = moved_json(check.comparison) if check.comparison else {"moved": [], "turned": []}
    return {
        "path": check.recorded.path.as_posix(),
        "kind": check.recorded.kind,
        "outcome": check.outcome,
        "recorded": {
            "as_of": record.as_of,
            "winner": record.winner,
            "verdict": record.verdict,
            "scores": record.scores,
            "version": record.version,
            "evidence_digest": record.evidence_digest,
        },
        "now": {
            "as_of": now.as_of.isoformat(),
            "winner": now.winner,
            "verdict": now.verdict,
            "scores": {row.framework: row.score for row in now.ranking},
            "evidence_digest": now.evidence_digest,
        }
        if now
        else None,
        **moved,
        "stale": [rating_json(rating) for rating in check.stale],
        "changed": list(check.changed),
    }


def _names(catalog: Catalog) -> dict[str | None, str]:
    return {framework.id: framework.name for framework in catalog.frameworks}


def _headline(check: Recheck, names: dict[str | None, str]) -> str:
    macros = environment().overlay(autoescape=False).get_template("terminal/headlines.txt").module
    return str(macros.headline(check, names))  # type: ignore[attr-defined]


def _escaped(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _escaped(text).replace(":", "%3A").replace(",", "%2C")
