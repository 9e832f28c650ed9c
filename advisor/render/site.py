"""The static site: catalogue, cells and runs -> every file by its path from the site's root.

    index.html                        what it is, the questionnaire, how well things are known
    compare.html, criteria/           the feature matrix, and all evidence for each criterion
    benchmarks.html, benchmarks/      the machines, and what each showed in each phase
    frameworks/, tasks.html, tasks/   a page per framework and per task
    claims.html, examples.html, method.html, sources.html, data.html, 404.html
    feed.xml, sitemap.xml, cards/     for readers, crawlers and those who share a link
    data/                             all evidence as files, the run files among them
    style.css, *.js                   the style, and the scripts, all classic ones
    data.js, matrix.js, specs.js      what scripts compute with; a page loads what it needs

Everything is gathered first, then rendered; nothing is written here, and words live in
templates/site. What needs a full address (canonical links, the sitemap, the pictures of cards)
comes only with a `base_url`.
"""

import gzip
import json
import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from jinja2 import Environment

from advisor.ask.flow import choices_of, loners, relevant
from advisor.catalog import evidence_record
from advisor.laboratory import TaskSource
from advisor.model import Catalog, Cell
from advisor.render import downloads
from advisor.render.benchmarks import benchmark_pages, cells_script
from advisor.render.browser import browser_data
from advisor.render.charts.explorer import chart_specs, page_bundle, picture
from advisor.render.code import highlighted
from advisor.render.criteria import criterion_pages, matrix_data
from advisor.render.environment import environment
from advisor.render.examples import Example
from advisor.render.feed import changes
from advisor.render.frameworks import framework_pages
from advisor.render.ledger import chapters, cited
from advisor.render.matrix import Section, sections, state
from advisor.render.measurements import Machine, machines
from advisor.render.rosetta import TaskView, task_pages, task_views
from advisor.render.site_page import SitePage
from advisor.resources import resource
from advisor.runs import Runs

__all__ = ["REPOSITORY", "SCRIPTS", "Files", "site"]

#: Where the source code is, and where a level can be disputed.
REPOSITORY = "https://github.com/advisor/advisor"

#: The pages in the head of every page. "Start" would be a name that says nothing of a link.
NAVIGATION = (
    ("index.html", "Choose"),
    ("compare.html", "Compare"),
    ("benchmarks.html", "Benchmarks"),
    ("tasks.html", "Tasks"),
    ("claims.html", "Claims"),
    ("examples.html", "Examples"),
    ("method.html", "Method"),
    ("data.html", "Data"),
)

#: Classic scripts, since modules do not load from file://.
SCRIPTS = (
    "load.js", "filter.js", "compare.js", "charts.js", "score.js", "flow.js", "result.js", "ask.js",
)  # fmt: skip

#: Content by path; a path stands for the content of a file, to be copied.
Files = dict[str, bytes | Path]


@dataclass(frozen=True)
class _Gathered:
    """All that the pages show, before any of them is rendered."""

    catalog: Catalog
    as_of: date
    base_url: str
    machines: tuple[Machine, ...]
    sections: tuple[Section, ...]
    tasks: tuple[TaskView, ...]
    examples: tuple[Example, ...]
    cells: tuple[Cell, ...]
    runs: tuple[Runs, ...]
    placed: downloads.RunAddress
    tables: tuple[downloads.Table, ...]
    archives: tuple[downloads.Archive, ...]


def site(
    catalog: Catalog,
    cells: Sequence[Cell],
    runs: Sequence[Runs],
    *,
    as_of: date,
    version: str,
    measured: Sequence[Cell] | None = None,
    tasks: Sequence[TaskSource] = (),
    examples: Sequence[Example] = (),
    base_url: str = "",
    repository: str = REPOSITORY,
) -> Files:
    """Every file of the site by its path relative to the site's root.

    `cells` are the summaries that a decision rests on, `measured` all that is shown (the same
    unless given), `runs` what they come from: what failed, fingerprints, versions, run files.
    Nothing later than `as_of` is shown. The same arguments give the same bytes. `base_url` is where
    the site will be published.
    """
    shown = [cell for cell in (cells if measured is None else measured) if cell.date <= as_of]
    found = _gather(catalog, shown, runs, as_of, tasks, examples, base_url.rstrip("/"))
    shared = {**_shared(found), "version": version, "repository": repository.rstrip("/")}
    templates = environment({"highlighted": highlighted})
    pages = list(_pages(found))
    decided = [cell for cell in cells if cell.date <= as_of and _sound(cell)]
    return {
        **{page.path: _rendered(templates, page, shared) for page in pages},
        **_beside(found, templates, pages, shared),
        **_cards(templates, pages, shared),
        **dict(downloads.files(found.tables, found.archives, found.runs, found.placed)),
        **_assets(),
        "data.js": _script("advisorData", browser_data(catalog, decided, as_of=as_of)),
    }


def _gather(
    catalog: Catalog,
    shown: Sequence[Cell],
    runs: Sequence[Runs],
    as_of: date,
    tasks: Sequence[TaskSource],
    examples: Sequence[Example],
    base_url: str,
) -> _Gathered:
    placed = downloads.addresses(runs, as_of=as_of)
    measured = machines(catalog, shown, runs=runs, as_of=as_of, placed=placed)
    sound = [cell for cell in shown if _sound(cell)]
    return _Gathered(
        catalog=catalog,
        as_of=as_of,
        base_url=base_url,
        machines=measured,
        sections=sections(
            catalog,
            measured,
            as_of=as_of,
            proofs=[proof for read in runs for proof in read.proofs],
        ),
        tasks=task_views(catalog, tasks),
        examples=tuple(examples),
        cells=tuple(shown),
        runs=tuple(runs),
        placed=placed,
        tables=downloads.tables(catalog, sound),
        archives=downloads.archives(runs, placed),
    )


def _shared(found: _Gathered) -> dict[str, Any]:
    """What every template may use."""
    return {
        "catalog": found.catalog,
        "as_of": found.as_of,
        "base_url": found.base_url,
        "navigation": NAVIGATION,
        "machines": found.machines,
        "sections": found.sections,
        "tasks": found.tasks,
        "known_tasks": {task.id for task in found.tasks},
        "examples": found.examples,
        "evidence": state(found.sections, found.cells),
        "bundle_kilobytes": len(gzip.compress(page_bundle(), mtime=0)) // 1000,
    }


def _pages(found: _Gathered) -> Iterator[SitePage]:
    yield _start(found.catalog)
    yield SitePage("compare.html", "compare.html", "compare")
    yield from criterion_pages(found.catalog, found.sections, found.placed)
    yield from benchmark_pages(found.catalog, found.machines)
    yield from framework_pages(found.catalog, found.sections, found.machines, as_of=found.as_of)
    yield SitePage("tasks.html", "tasks.html", "tasks")
    yield from task_pages(found.catalog, found.tasks, found.machines)
    yield from _single_pages(found)


def _start(catalog: Catalog) -> SitePage:
    """The start page, which holds the first question from the first frame on."""
    first = catalog.questions[0]
    alone = loners(first)
    context = {
        "asked": len(relevant(catalog.questions, {})),
        "choices": [(choice, choice in alone) for choice in choices_of(first)],
    }
    return SitePage("index.html", "index.html", "start", context=context)


def _single_pages(found: _Gathered) -> Iterator[SitePage]:
    catalog = found.catalog
    known = {machine.slug: machine for machine in found.machines}
    core = [criterion for criterion in catalog.criteria if criterion.core]
    devices = sorted({machine.device for machine in found.machines})
    archives = [(it, known[it.machine]) for it in found.archives if it.machine in known]
    digest = evidence_record(catalog, found.as_of, found.cells)
    yield SitePage(
        "claims.html", "claims.html", "claims", context={"chapters": chapters(catalog.claims)}
    )
    yield SitePage("examples.html", "examples.html", "examples")
    yield SitePage(
        "method.html", "method.html", "method", context={"core": core, "devices": devices}
    )
    yield SitePage("sources.html", "sources.html", "data", context={"sources": cited(catalog)})
    yield SitePage(
        "data.html", "data.html", "data",
        context={"tables": found.tables, "archives": archives, "digest": digest},
    )  # fmt: skip
    yield SitePage("404.html", "404.html", "start", context={"style": _style().decode()})


def _rendered(templates: Environment, page: SitePage, shared: Mapping[str, Any]) -> bytes:
    """A page as bytes; the one for missing pages is served from anywhere, so its root is full."""
    base_url = shared["base_url"]
    root = f"{base_url}/" if base_url and page.path == "404.html" else page.root
    context = {**shared, **page.context, "page": page.path, "root": root}
    context |= {
        "section": page.section,
        "canonical": page.canonical,
        "card": f"cards/{page.card}.png",
    }
    return templates.get_template(f"site/{page.template}").render(context).encode()


def _beside(
    found: _Gathered, templates: Environment, pages: Sequence[SitePage], shared: Mapping[str, Any]
) -> Files:
    """What belongs to the pages: feed, sitemap, data for their scripts, files of the examples."""
    history = changes(found.catalog, found.machines, found.cells, as_of=found.as_of)
    made: Files = {
        "feed.xml": _text(templates, "feed.xml", {**shared, "changes": history}),
        "matrix.js": _script("advisorMatrix", matrix_data(found.sections)),
        "specs.js": _script("advisorSpecs", chart_specs()),
    }
    for machine in found.machines:
        made[f"{machine.folder}/cells.js"] = _script("advisorCells", cells_script(machine))
    for example in found.examples:
        made |= {f"examples/{file.name}": file.read_bytes() for file in example.files}
    if found.base_url:
        listed = [page.path for page in pages if page.path != "404.html" and not page.canonical]
        context = {**shared, "addresses": sorted(listed)}
        made["sitemap.xml"] = _text(templates, "sitemap.xml", context)
    return made


def _text(templates: Environment, template: str, context: Mapping[str, Any]) -> bytes:
    return templates.get_template(f"site/{template}").render(context).encode()


def _cards(
    templates: Environment, pages: Sequence[SitePage], shared: Mapping[str, Any]
) -> dict[str, bytes]:
    """The picture for each card that a page names, where anybody could be shown it."""
    if not shared["base_url"]:
        return {}
    drawing = templates.get_template("site/card.svg")
    names = sorted({page.card for page in pages})
    return {
        f"cards/{name}.png": picture(drawing.render({**shared, "card": name})) for name in names
    }


def _style() -> bytes:
    """The palette that the report uses too, and the site's own style, without words and layout.

    Every page waits for it, so comments and line ends stay in the sources.
    """
    palette = resource("templates") / "_macros" / "palette.css"
    parts = (palette, resource("site") / "style.css")
    css = "".join(part.read_text(encoding="utf-8") for part in parts)
    css = re.sub(r"/\*.*?\*/", "", css, flags=re.DOTALL)
    return re.sub(r"(?<=[{};,])\s+|\s+(?=[{}])", "", css).strip().encode()


def _assets() -> dict[str, bytes]:
    """What is the same whatever the evidence."""
    home = resource("site")
    return {
        **{name: (home / name).read_bytes() for name in SCRIPTS},
        "style.css": _style(),
        "vendor/vega.js": page_bundle(),
        "vendor/licences.txt": (home / "vega-licences.txt").read_bytes(),
    }


def _script(name: str, data: Mapping[str, Any]) -> bytes:
    """`data` as a script that sets a constant, as short as can be and safe to stand in a page."""
    text = json.dumps(data, sort_keys=True, allow_nan=False, separators=(",", ":"))
    text = text.replace("</", "<\\/")
    return f"const {name} = {text};\n".encode("ascii")


def _sound(cell: Cell) -> bool:
    """Whether a cell can be reckoned with; a page still shows one that is not finite."""
    numbers = (cell.value, cell.low, cell.high, *cell.process_values)
    return all(math.isfinite(number) and number > 0 for number in numbers)
