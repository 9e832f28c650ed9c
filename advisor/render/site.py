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
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any

from jinja2 import Environment

from advisor.ask.flow import choices_of, loners, relevant
from advisor.catalog import evidence_record
from advisor.laboratory import TaskSource
from advisor.model import Catalog, Cell
from advisor.render import downloads
from advisor.render.assets import assets, script, style
from advisor.render.benchmarks import benchmark_pages, cells_script
from advisor.render.browser import browser_data
from advisor.render.charts.explorer import page_bundle, picture
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
from advisor.runs import Runs

__all__ = ["REPOSITORY", "Files", "site"]

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

#: Served for whatever is missing, so it may stand at any address.
MISSING = "404.html"

#: Content by path; a path stands for the content of a file, to be copied.
Files = dict[str, bytes | Path]


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
    return _Site(
        catalog=catalog,
        decided=tuple(cell for cell in cells if cell.date <= as_of and _sound(cell)),
        shown=tuple(it for it in (cells if measured is None else measured) if it.date <= as_of),
        runs=tuple(runs),
        as_of=as_of,
        version=version,
        sources=tuple(tasks),
        examples=tuple(examples),
        base_url=base_url.rstrip("/"),
        repository=repository.rstrip("/"),
    ).files()


def _sound(cell: Cell) -> bool:
    """Whether a cell can be reckoned with; a page still shows one that is not finite."""
    numbers = (cell.value, cell.low, cell.high, *cell.process_values)
    return all(math.isfinite(number) and number > 0 for number in numbers)


@dataclass(frozen=True, kw_only=True)
class _Site:
    """All that goes into the site, and the views of it that several pages share."""

    catalog: Catalog
    decided: tuple[Cell, ...]
    shown: tuple[Cell, ...]
    runs: tuple[Runs, ...]
    as_of: date
    version: str
    sources: tuple[TaskSource, ...]
    examples: tuple[Example, ...]
    base_url: str
    repository: str

    @cached_property
    def placed(self) -> downloads.RunAddress:
        """Where the run files lie."""
        return downloads.addresses(self.runs, as_of=self.as_of)

    @cached_property
    def machines(self) -> tuple[Machine, ...]:
        """The machines, the newest first."""
        return machines(
            self.catalog, self.shown, runs=self.runs, as_of=self.as_of, placed=self.placed
        )

    @cached_property
    def sections(self) -> tuple[Section, ...]:
        """The feature matrix."""
        proofs = [proof for read in self.runs for proof in read.proofs]
        return sections(self.catalog, self.machines, as_of=self.as_of, proofs=proofs)

    @cached_property
    def tasks(self) -> tuple[TaskView, ...]:
        """The tasks of the laboratory."""
        return task_views(self.catalog, self.sources)

    @cached_property
    def tables(self) -> tuple[downloads.Table, ...]:
        """The evidence as tables."""
        return downloads.tables(self.catalog, list(filter(_sound, self.shown)))

    @cached_property
    def archives(self) -> tuple[downloads.Archive, ...]:
        """The run files of each machine."""
        return downloads.archives(self.runs, self.placed)

    @cached_property
    def shared(self) -> dict[str, Any]:
        """What every template may use."""
        return {
            "catalog": self.catalog,
            "as_of": self.as_of,
            "version": self.version,
            "base_url": self.base_url,
            "repository": self.repository,
            "navigation": NAVIGATION,
            "machines": self.machines,
            "sections": self.sections,
            "tasks": self.tasks,
            "known_tasks": {task.id for task in self.tasks},
            "examples": self.examples,
            "evidence": state(self.sections, self.shown),
            "bundle_kilobytes": len(gzip.compress(page_bundle(), mtime=0)) // 1000,
        }

    def files(self) -> Files:
        """Everything by path: pages, what lies beside them, downloads and what pages load."""
        templates = environment({"highlighted": highlighted})
        pages = list(self.pages())
        return {
            **{page.path: self.rendered(page, templates) for page in pages},
            **self.scripts(),
            **self.texts(pages, templates),
            **self.cards(pages, templates),
            **dict(downloads.files(self.tables, self.archives, runs=self.runs, placed=self.placed)),
            **{
                f"examples/{name}": file
                for example in self.examples
                for name, file in example.files.items()
            },
            **assets(),
        }

    def pages(self) -> Iterator[SitePage]:
        """Every page, before it is rendered."""
        yield _start(self.catalog)
        yield SitePage("compare.html", "compare.html", "compare")
        yield from criterion_pages(self.catalog, self.sections, self.placed)
        yield from benchmark_pages(self.catalog, self.machines)
        yield from framework_pages(self.catalog, self.sections, self.machines, as_of=self.as_of)
        yield SitePage("tasks.html", "tasks.html", "tasks")
        yield from task_pages(self.catalog, self.tasks, self.machines)
        yield from self.single_pages()

    def single_pages(self) -> Iterator[SitePage]:
        """The pages that are one of their kind."""
        for name, context in {
            "claims": {"chapters": chapters(self.catalog.claims)},
            "examples": {},
            "method": self.about_the_method(),
            "data": self.about_the_data(),
        }.items():
            yield SitePage(f"{name}.html", f"{name}.html", name, context=context)
        cite = {"sources": cited(self.catalog)}
        yield SitePage("sources.html", "sources.html", "data", context=cite)
        yield SitePage(MISSING, MISSING, "start", context={"style": style()})

    def about_the_method(self) -> dict[str, Any]:
        """What only the page of the method shows."""
        core = [criterion for criterion in self.catalog.criteria if criterion.core]
        return {"core": core, "devices": sorted({machine.device for machine in self.machines})}

    def about_the_data(self) -> dict[str, Any]:
        """What only the page of the downloads shows."""
        known = {machine.slug: machine for machine in self.machines}
        return {
            "tables": self.tables,
            "archives": [(it, known.get(it.machine)) for it in self.archives],
            "digest": evidence_record(self.catalog, self.as_of, self.shown),
        }

    def rendered(self, page: SitePage, templates: Environment) -> bytes:
        """A page as bytes; that for missing pages is served from anywhere, so its root is full."""
        full = bool(self.base_url) and page.path == MISSING
        own = {
            "page": page.path,
            "root": f"{self.base_url}/" if full else page.root,
            "section": page.section,
            "card": f"cards/{page.card}.png",
        }
        return _text(templates, page.template, {**self.shared, **page.context, **own})

    def scripts(self) -> dict[str, bytes]:
        """The data that scripts compute with."""
        decided = browser_data(self.catalog, self.decided, as_of=self.as_of)
        return {
            "data.js": script("advisorData", decided),
            "matrix.js": script("advisorMatrix", matrix_data(self.sections)),
            **{
                f"{machine.folder}/cells.js": script("advisorCells", cells_script(machine))
                for machine in self.machines
            },
        }

    def texts(self, pages: Sequence[SitePage], templates: Environment) -> dict[str, bytes]:
        """The feed, and the sitemap where the full address is known."""
        history = changes(self.catalog, self.machines, self.shown, as_of=self.as_of)
        feed = _text(templates, "feed.xml", {**self.shared, "changes": history})
        if not self.base_url:
            return {"feed.xml": feed}
        listed = sorted(page.path for page in pages if page.path != MISSING)
        sitemap = _text(templates, "sitemap.xml", {**self.shared, "addresses": listed})
        return {"feed.xml": feed, "sitemap.xml": sitemap}

    def cards(self, pages: Sequence[SitePage], templates: Environment) -> dict[str, bytes]:
        """The picture for each card that a page names, where anybody could be shown it."""
        names = sorted({page.card for page in pages}) if self.base_url else ()
        return {
            f"cards/{name}.png": picture(
                _text(templates, "card.svg", {**self.shared, "card": name}).decode()
            )
            for name in names
        }


def _start(catalog: Catalog) -> SitePage:
    """The start page, which holds the first question from the first frame on."""
    first = catalog.questions[0]
    alone = loners(first)
    context = {
        "asked": len(relevant(catalog.questions, {})),
        "choices": [(choice, choice in alone) for choice in choices_of(first)],
    }
    return SitePage("index.html", "index.html", "start", context=context)


def _text(templates: Environment, template: str, context: Mapping[str, Any]) -> bytes:
    return templates.get_template(f"site/{template}").render(context).encode()
