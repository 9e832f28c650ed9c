"""A decision as one document: HTML to mail and to keep, Markdown for wikis, JSON for programs.

    Decision, Catalog --> Page (what each section shows, sorted and joined) --> templates/report

The page needs nothing but itself: no script, no request, no font. Words live in the templates;
here is only what they speak about. The same inputs give the same bytes, and each document carries
what it was made from and a seal.
"""

import html
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Final

from advisor.errors import OutputError, Problem
from advisor.model import Catalog, Decision, Framework
from advisor.render import charts
from advisor.render.environment import environment, percent
from advisor.render.page import Argument, Demand, Page, Swing, make_page
from advisor.render.panels import Panel, Timing
from advisor.render.record import Provenance
from advisor.render.report_json import page_json
from advisor.render.seal import sealed, sealed_json
from advisor.runs import Runs

__all__ = ["FORMATS", "document", "figures", "format_of", "report", "shortened"]

#: Marks that turn the direction of what follows them.
DIRECTION = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")


def report(
    decision: Decision,
    catalog: Catalog,
    provenance: Provenance,
    *,
    runs: Sequence[Runs] = (),
    format: str = "html",
) -> str:
    """The sealed report in one of `FORMATS`; the HTML has at most 500 KB.

    `runs` tell the machines and versions behind the cells.
    """
    return document(make_page(decision, catalog, provenance, runs), format)


def document(page: Page, format: str) -> str:
    """The sealed report of a page in one of `FORMATS`."""
    return FORMATS[format](page)


def _html(page: Page) -> str:
    return sealed(_render("report/report.html", page))


def _markdown(page: Page) -> str:
    return sealed(_render("report/report.md", page))


def _json(page: Page) -> str:
    return sealed_json(page_json(page))


#: How a page is written, by the name of the format.
FORMATS: Final[dict[str, Callable[[Page], str]]] = {
    "html": _html,
    "md": _markdown,
    "json": _json,
}


#: What a file's name may end in, and the format that it then has.
SUFFIXES: Final = {
    ".html": "html",
    ".htm": "html",
    ".md": "md",
    ".markdown": "md",
    ".json": "json",
}


def format_of(path: Path, named: str | None) -> str:
    """The format called `named`, or else what the name of `path` says.

    OutputError where either says nothing.
    """
    known = ", ".join(FORMATS)
    if named is not None:
        if named in FORMATS:
            return named
        raise OutputError(Problem("--format", f'"{named}" is no format', f"Use one of {known}"))
    if found := SUFFIXES.get(path.suffix.lower()):
        return found
    cure = f"Let it end in .html, .md or .json, or give --format ({known})"
    raise OutputError(Problem(str(path), "the name does not say which format is wanted", cure))


def _render(template: str, page: Page) -> str:
    templates = environment(
        {
            "figures": figures,
            "shortened": shortened,
            "title_text": _title_text,
            "disc_rows": _disc_rows,
            "place_rows": _place_rows,
            "interval_rows": _interval_rows,
            "span_rows": _span_rows,
            "level_rows": _level_rows,
        }
    )
    return templates.get_template(template).render(page=page, charts=charts)


def _disc_rows(arguments: Iterable[Argument]) -> list[charts.DiscRow]:
    return [
        charts.DiscRow(
            argument.criterion.name,
            argument.weight,
            tuple(
                charts.Disc(share.framework.id, share.framework.name[:1], share.contribution)
                for share in argument.shares
            ),
        )
        for argument in arguments
    ]


def _place_rows(
    page: Page, leading: str, nobody: str, places: Sequence[str]
) -> list[charts.ShareRow]:
    """Who leads noticeably, then each framework's places; the words come from the template."""
    ranked = [(place.framework, place.ranked) for place in page.places if place.ranked]
    leads = [_lead_segment(framework, row.first_rank) for framework, row in ranked]
    tie = percent(page.decision.tie)
    leads.insert(1, charts.Segment(page.decision.tie, (f"{nobody} {tie}", tie), None))
    rows = [charts.ShareRow(leading, "", tuple(leads))]
    for framework, row in ranked:
        segments = tuple(
            charts.Segment(share, (f"{place} {percent(share)}", place), framework.id, shade)
            for share, place, shade in zip(row.ranks, places, charts.SHADES, strict=False)
        )
        rows.append(charts.ShareRow(framework.name, "", segments))
    return rows


def _lead_segment(framework: Framework, share: float) -> charts.Segment:
    text = percent(share)
    return charts.Segment(share, (f"{framework.name} {text}", text), framework.id)


def _interval_rows(panel: Panel, words: Mapping[str, str]) -> list[charts.IntervalRow]:
    return [
        charts.IntervalRow(
            label=f"{timing.cell.stack}, {words['tuned']}" if timing.tuned else timing.cell.stack,
            framework=timing.cell.framework,
            value=timing.scaled[0],
            low=timing.scaled[1],
            high=timing.scaled[2],
            text=_timing_text(timing, panel, words),
            faint=not timing.cell.stable,
        )
        for timing in panel.timings
    ]


def _timing_text(timing: Timing, panel: Panel, words: Mapping[str, str]) -> str:
    value = f"{timing.time.value}\N{NO-BREAK SPACE}{panel.unit}"
    remark = _remark(timing, panel, words)
    return f"{value} · {remark}" if remark else value


def _remark(timing: Timing, panel: Panel, words: Mapping[str, str]) -> str:
    if timing.behind is None:
        return ""
    if timing.tied:
        return words["tied"]
    if timing.best:
        return words["best"]
    if panel.shares:
        return f"{figures(-float(timing.behind.value), 1)}\N{NO-BREAK SPACE}{words['points']}"
    return f"\N{MULTIPLICATION SIGN}\N{NO-BREAK SPACE}{timing.behind.value}"


def _span_rows(
    swings: Iterable[Swing], subject: Callable[[Swing], str], to: str
) -> list[charts.SpanRow]:
    """Ranges of the lead; the part below zero belongs to whoever leads there."""
    rows = []
    for swing in swings:
        low, high, (under, over) = swing.sway.low, swing.sway.high, swing.leaders
        parts = [(low, min(high, 0.0), under), (max(low, 0.0), high, over)]
        rows.append(
            charts.SpanRow(
                label=html.unescape(subject(swing)),
                remark=f"{figures(low)} {to} {figures(high)}",
                parts=tuple(charts.Part(a, b, who.id) for a, b, who in parts if b > a),
            )
        )
    return rows


def _level_rows(
    demands: Iterable[Demand], met: str, missed: str, unknown: str
) -> list[charts.LevelRow]:
    return [
        charts.LevelRow(
            demand.criterion.name,
            "",
            demand.requirement.level,
            tuple(
                charts.LevelMark(
                    framework.id,
                    rating.level,
                    missed if not holds else unknown if rating.level is None else met,
                )
                for framework, rating, holds in demand.outcomes
            ),
        )
        for demand in demands
    ]


def shortened(text: str, longest: int) -> str:
    """`text` in one line of at most `longest` characters."""
    line = " ".join(text.split())
    return (
        line if len(line) <= longest else line[: longest - 1].rstrip() + "\N{HORIZONTAL ELLIPSIS}"
    )


def _title_text(text: str) -> str:
    """For a window's title, where no element can keep the direction of text from leaking."""
    return shortened(DIRECTION.sub("", text), 80)


def figures(value: float, digits: int = 2) -> str:
    """A score or share of a score; minus signs as typographers write them."""
    return f"{value:.{digits}f}".replace("-", "\N{MINUS SIGN}")
