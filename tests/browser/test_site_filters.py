"""Filters, earlier dates and charts: what they show, and that an address restores each view."""

import re
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from advisor.catalog import load_catalog
from advisor.render.site import site
from tests import sites
from tests.pages import matrix_row
from tests.sites import content, written

MACHINE = next(iter(sites.runs().machines))
ROWS = "#matrix tbody tr:visible"
LEVELS = ["absent", "weak", "with caveats", "good", "leading"]

Opened = Callable[..., AbstractContextManager[Page]]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return written(sites.whole(), tmp_path_factory.mktemp("site"))


@pytest.fixture(scope="module")
def opened(browser: Browser, folder: Path) -> Opened:
    @contextmanager
    def open_page(name: str, **options: Any) -> Iterator[Page]:
        context = browser.new_context(offline=True, **options)
        page = context.new_page()
        faults: list[str] = []
        page.on("console", lambda message: faults.append(message.text))
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.on("requestfailed", lambda request: faults.append(request.url))
        page.goto(f"{folder.as_uri()}/{name}")
        yield page
        context.close()
        assert faults == []

    return open_page


def control(page: Page, name: str) -> Locator:
    """A control of the filters or of the chart."""
    return page.locator(f'.filters [name="{name}"]')


def shown(page: Page) -> list[str]:
    return page.locator(ROWS).evaluate_all("rows => rows.map(row => row.id)")


def test_the_matrix_is_filtered_and_its_address_restores_the_view(
    opened: Opened, folder: Path
) -> None:
    with opened("compare.html") as page:
        everything = shown(page)
        control(page, "q").fill("phones")
        assert 0 < len(shown(page)) < 5
        control(page, "q").fill("")
        control(page, "group").select_option("deployment")
        control(page, "differs").check()
        found = shown(page)
        assert 0 < len(found) < len(everything)
        assert page.inner_text("output") == f"{len(found)} of {len(everything)} criteria"
        assert not page.locator("#group-security").is_visible()
        address = page.url
        page.get_by_role("button", name="Show all").click()
        expect(page.locator(ROWS)).to_have_count(len(everything))
        assert "=" not in page.url
    with opened(f"compare.html{address.partition('compare.html')[2]}") as page:
        assert shown(page) == found


def test_differences_are_those_of_the_frameworks_that_are_shown(opened: Opened) -> None:
    with opened("compare.html") as page:
        control(page, "differs").check()
        of_three = shown(page)
        page.get_by_label("without TensorFlow").check()
        of_two = shown(page)
        assert len(of_two) < len(of_three)
        assert not page.locator("th.tensorflow").first.is_visible()
        levels = page.locator(ROWS).evaluate_all(
            "rows => rows.map(row => ['keras', 'pytorch'].map(id => "
            "row.querySelector(`td.${id} .level`).className))"
        )
        assert all(one != other for one, other in levels)


@pytest.mark.parametrize("on", ["2025-04-30", "2025-12-24", "2026-11-21"])
def test_an_earlier_date_shows_what_a_build_of_that_date_shows(on: str, opened: Opened) -> None:
    catalog = load_catalog()
    then = site(catalog, [], [], as_of=date.fromisoformat(on), version="1")
    with opened("compare.html") as page:
        control(page, "as-of").fill(on)
        expect(page.locator("#as-of-day")).to_have_text(on)
        for criterion in catalog.criteria:
            cells = page.locator(f"#criterion-{criterion.id} td").all_text_contents()
            expected = matrix_row(content(then, "compare.html"), criterion.id)
            for cell, wanted in zip(cells, expected, strict=True):
                assert plain(cell) == plain(wanted.replace("Not measured yet", "Not known"))
        page.get_by_role("button", name="Show all").click()
        expect(page.locator("#as-of-day")).to_have_text("22 November 2026")
        assert page.locator("#criterion-api-range td").first.inner_text().startswith("Good")


def plain(text: str) -> str:
    """The text without what only separates."""
    return "".join(text.replace("·", "").split())


def test_stale_marks_follow_the_date(opened: Opened) -> None:
    with opened("compare.html#as-of=2026-11-21&stale=yes") as page:
        page.wait_for_function("document.getElementById('as-of-day').textContent === '2026-11-21'")
        rows = shown(page)
        assert rows
        assert page.locator(f"{ROWS} .warning").count() >= len(rows)


def test_a_plain_fragment_still_leads_to_its_place(opened: Opened) -> None:
    with opened("compare.html#criterion-mobile-and-edge") as page:
        page.wait_for_function("scrollY > 1000")
        top = page.locator("#criterion-mobile-and-edge").evaluate(
            "it => it.getBoundingClientRect().top"
        )
        assert -50 < top < 900


def test_claims_are_found_by_verdict_framework_and_words(opened: Opened) -> None:
    claims = load_catalog().claims
    wanted = [it.id for it in claims if (it.framework, it.verdict) == ("keras", "outdated")]
    with opened("claims.html#framework=keras&verdict=outdated") as page:
        ids = page.locator(".claim:visible").evaluate_all("them => them.map(it => it.id)")
        assert ids == wanted
        control(page, "q").fill("no such words at all")
        assert page.locator(".claim:visible").count() == 0
        assert page.locator(".chapter:visible").count() == 0


def test_benchmarks_are_narrowed_to_a_workload_and_kind_of_stack(opened: Opened) -> None:
    with opened(f"benchmarks/{MACHINE}/train.html") as page:
        control(page, "workload").select_option("image-classification")
        heads = page.locator(".cells .task:visible").all_inner_texts()
        assert set(heads) == {"cnn-cifar"}
        control(page, "stacks").select_option("tuned")
        captions = page.locator(".cells caption:visible").all_inner_texts()
        assert all("tuned" in caption for caption in captions)
        assert "workload=image-classification&stacks=tuned" in page.url


def test_the_chart_is_drawn_on_demand_by_vega_without_eval(opened: Opened) -> None:
    with opened(f"benchmarks/{MACHINE}/predict.html") as page:
        assert "unsafe-eval" not in page.content()
        assert page.evaluate("typeof vegaEmbed") == "undefined"
        page.get_by_role("button", name="Make it interactive").click()
        page.wait_for_selector(".picture svg")
        marks = page.locator(".picture path[aria-roledescription=point]")
        assert marks.count() == 6  # two tasks, three default stacks
        marks.nth(1).hover()
        expect(page.locator("#vg-tooltip-element")).to_be_visible()
        assert "× " in page.inner_text("#vg-tooltip-element")
        control(page, "as").select_option("values")
        control(page, "metric").select_option("batch-seconds")
        control(page, "workload").select_option("classic")
        expect(marks).to_have_count(3)
        address = page.url.partition("predict.html")[2]
    with opened(f"benchmarks/{MACHINE}/predict.html{address}") as page:
        page.wait_for_selector(".picture svg")
        expect(page.locator(".picture path[aria-roledescription=point]")).to_have_count(3)
        assert control(page, "metric").input_value() == "batch-seconds"


def test_two_criteria_are_set_against_each_other(opened: Opened) -> None:
    with opened(f"benchmarks/{MACHINE}/trade-offs.html") as page:
        page.get_by_role("button", name="Draw the chart").click()
        page.wait_for_selector(".picture svg")
        assert control(page, "x").input_value() == "step-seconds"
        assert control(page, "y").input_value() == "peak-memory-bytes"
        points = page.locator(".picture path[aria-roledescription=point]")
        assert points.count() == 4  # all stacks: nothing is ranked here
        control(page, "y").select_option("accuracy")
        expect(page.locator(".explorer .small")).to_contain_text("Accuracy")
        assert re.search("MB|%", page.locator(".picture").inner_text())
        assert "chart-y=accuracy" in page.url


def test_an_example_opens_in_the_questionnaire_with_its_verdict(opened: Opened) -> None:
    with opened("examples.html") as page:
        said = page.locator(".example dd").nth(1).inner_text()
        page.get_by_role("link", name="Open in the questionnaire").first.click()
        page.wait_for_selector("#result-heading")
        heading = page.inner_text("#result-heading")
        framework = re.split(",| ", said)[0]
        assert framework in heading or "close" in said
