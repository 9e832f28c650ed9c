"""The static site: catalogue, cells and runs -> every file by its path from the site's root.

    index.html                        what it is, the questionnaire, how well things are known
    compare.html, criteria/<id>.html  the feature matrix, and all evidence for each criterion
    benchmarks.html                   machines; benchmarks/<machine>/<phase>.html what each showed
    frameworks/, tasks/               a page per framework and per task
    claims.html, examples.html, method.html, sources.html, data.html, 404.html
    feed.xml, sitemap.xml, cards/     for readers, crawlers and those who share a link
    data/                             all evidence as files, the run files among them
    style.css, *.js, icon.svg         the style and the scripts, all classic ones
    data.js, matrix.js                what scripts compute with, each loaded by a page that needs it

Everything is gathered first, then rendered; nothing is written here, and words live in
templates/site. What needs a full address (canonical links, the sitemap, the pictures of cards)
comes only with a `base_url`.
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
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
from advisor.render.browser import browser_data
from advisor.render.code import highlighted
from advisor.render.criteria import criterion_pages, matrix_data
from advisor.render.environment import environment
from advisor.render.examples import Example
from advisor.render.feed import changes
from advisor.render.figures import card, vega_bundle
from advisor.render.frameworks import framework_pages
from advisor.render.ledger import chapters, cited
from advisor.render.matrix import Section, sections, state
from advisor.render.measurements import Machine, machines
from advisor.render.record import json_text
from advisor.render.rosetta import TaskView, task_pages, task_views
from advisor.render.speeds import speed_pages
from advisor.resources import resource
from advisor.runs import Runs

__all__ = ["REPOSITORY", "Page", "site"]

#: Where the source code is, and where a level can be disputed.
REPOSITORY = "https://github.com/advisor/advisor"

#: The pages in the head of every page. "Start" would be a name that says nothing to a crawler.
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
