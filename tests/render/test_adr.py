"""Decision records: the facts of each format, what an update may touch, what superseding writes."""

import dataclasses
import re
from datetime import date
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from advisor.errors import RecordError
from advisor.model import Catalog, Decision
from advisor.register import Entry, Format, block_of, front_matter, read_entry
from advisor.render.adr import Filing, adr, slug, superseded, title, updated
from advisor.render.page import Page, make_page
from tests.render import handmade
from tests.render.test_report import HOSTILE, named

FORMATS: list[Format] = ["bridge", "madr4", "nygard"]
OLD = Entry(
    Path("0001-use-x.md"), 1, "Use X [v2]", "accepted", "bridge", ours=False
)  # a title in which a link could go wrong

LINK = "[0003-use-pytorch-for-herbarium](0003-use-pytorch-for-herbarium.md)"

COMMENT = re.compile(r"<!-- advisor decision\n.*?\n-->", re.DOTALL)

#: MADR 2.1.2's sections, in the order that the tools which parse it rely on.
BRIDGE = [
    "## Context and Problem Statement", "## Decision Drivers", "## Considered Options",
    "## Decision Outcome", "### Positive Consequences", "### Negative Consequences",
    "## Pros and Cons of the Options", "### PyTorch", "### TensorFlow", "### Keras", "## Links",
]  # fmt: skip
MADR4 = [
    "## Context and Problem Statement", "## Decision Drivers", "## Considered Options",
    "## Decision Outcome", "### Consequences", "### Confirmation",
    "## Pros and Cons of the Options", "### PyTorch", "### TensorFlow", "### Keras",
    "## More Information",
]  # fmt: skip
NYGARD = ["## Status", "## Context", "## Decision", "## Consequences"]


@pytest.fixture(scope="module")
def page(decisions: dict[str, Decision], catalog: Catalog) -> Page:
    return make_page(decisions["clear"], catalog, handmade.PROVENANCE)


def filing(format: Format = "bridge", **more: object) -> Filing:
    facts = {
        "format": format,
        "number": 3,
        "title": "Use PyTorch for Herbarium",
        "status": "proposed",
        "date": date(2026, 11, 22),
        "stem": "0003-use-pytorch-for-herbarium",
        **more,
    }
    return Filing(**facts)  # type: ignore[arg-type]


def headings(text: str) -> list[str]:
    return [line for line in text.split("\n") if line.startswith("##")]


def test_the_head_of_a_bridge_is_what_five_tools_read(page: Page) -> None:
    text = adr(page, filing())
    assert text.split("\n")[:6] == [
        "# Use PyTorch for Herbarium",
        "",
        "* Status: proposed",
        "* Deciders:",
        "* Date: 2026-11-22",
        "",
    ]
    assert "## Status" not in text
    assert "Tags:" not in text
    assert headings(text) == BRIDGE
    assert not text.startswith("\ufeff")
    assert "\r" not in text
    assert text.endswith("\n")
    assert not text.endswith("\n\n")


def test_a_bridge_names_its_option_exactly_as_it_lists_it(page: Page) -> None:
    text = adr(page, filing())
    options = re.findall(r"^\* (\w+)$", section(text, "Considered Options"), re.MULTILINE)
    assert options == ["PyTorch", "TensorFlow", "Keras"]
    (chosen,) = re.findall(r'^Chosen option: "(\w+)", because .+\.$', text, re.MULTILINE)
    assert chosen in options
    pros = section(text, "Pros and Cons of the Options")
    bullets = [line for line in pros.split("\n") if line and not line.startswith("#")]
    assert bullets
    assert all(line.startswith(("* Good, because ", "* Bad, because ")) for line in bullets)
    assert "* Bad, because it misses the must-have Mobile and edge deployment" in bullets


def test_nothing_of_a_bridge_stands_after_its_links_and_the_data_is_in_the_context(
    page: Page,
) -> None:
    text = adr(page, filing(supersedes=OLD))
    links = text.rpartition("## Links\n")[2].strip().split("\n")
    assert links == [
        "* Reasons and evidence: [report](0003-use-pytorch-for-herbarium.report.html)",
        "* Supersedes [0001-use-x](0001-use-x.md)",
    ]
    assert "<!-- advisor decision" in section(text, "Context and Problem Statement")


def test_madr4_has_its_facts_in_front_matter(page: Page) -> None:
    text = adr(page, filing("madr4"))
    assert list(front_matter(text) or {}) == [
        "number", "title", "status", "date", "decision-makers", "consulted", "informed",
    ]  # fmt: skip
    assert headings(text) == MADR4
    assert "`advisor check 0003-use-pytorch-for-herbarium.md`" in section(text, "Confirmation")


def test_nygard_has_the_number_in_the_title_and_the_status_as_a_section(page: Page) -> None:
    text = adr(page, filing("nygard", supersedes=OLD, status="accepted"))
    assert text.startswith("# 3. Use PyTorch for Herbarium\n\nDate: 2026-11-22\n\n## Status\n\n")
    assert headings(text) == NYGARD
    assert section(text, "Status").strip().split("\n\n") == [
        "Accepted",
        "Supersedes [1. Use X \\[v2\\]](0001-use-x.md)",
    ]


@pytest.mark.parametrize("format", FORMATS)
@pytest.mark.parametrize("verdict", ["clear", "lean", "too-close", "bare"])
def test_every_paragraph_is_one_line_of_plain_spaces(
    decisions: dict[str, Decision], catalog: Catalog, format: Format, verdict: str
) -> None:
    page = make_page(decisions[verdict], catalog, handmade.PROVENANCE)
    text = adr(page, filing(format))
    assert not set("\u202f\u00a0\t") & set(text)
    assert "\n\n\n" not in text
    assert not [line for line in text.split("\n") if line != line.rstrip()]
    strength = {"clear": "the case is clear", "too-close": "too close to call", "lean": "a lean"}
    assert strength.get(verdict, "a lean") in text


@pytest.mark.parametrize("format", FORMATS)
def test_the_comment_holds_what_a_check_needs(page: Page, format: Format) -> None:
    block = block_of(adr(page, filing(format)))
    assert block
    assert block["winner"] == "pytorch"
    assert block["as_of"] == "2026-11-22"
    assert block["evidence_digest"] == page.decision.evidence_digest
    assert block["number"] == 3


@pytest.mark.parametrize("format", FORMATS)
@pytest.mark.parametrize("kind", HOSTILE)
def test_a_hostile_name_is_text_and_ends_no_comment(
    decisions: dict[str, Decision], catalog: Catalog, kind: str, format: Format
) -> None:
    hostile = f"{HOSTILE[kind]}\n-->\n# Heading\n* Status: accepted"
    page = make_page(named(decisions["clear"], hostile), catalog, handmade.PROVENANCE)
    text = adr(page, filing(format, title=title(page)))
    block = block_of(text)
    assert block
    assert block["project"] == hostile
    assert text.count("-->") == (2 if format == "madr4" else 1)
    assert read_entry(Path("0003-x.md"), text).status.lower() == "proposed"
    assert "<script>" not in COMMENT.sub("", text)
    assert [line for line in text.split("\n") if line.startswith("# ")] == [
        f"# 3. {title(page)}" if format == "nygard" else f"# {title(page)}"
    ]


@pytest.mark.parametrize("kind", HOSTILE)
def test_a_title_is_ascii_words_and_a_slug_is_a_plain_file_name(
    decisions: dict[str, Decision], catalog: Catalog, kind: str
) -> None:
    page = make_page(named(decisions["clear"], HOSTILE[kind]), catalog, handmade.PROVENANCE)
    assert re.fullmatch(r"[A-Za-z0-9]+( [A-Za-z0-9]+)*", title(page))
    assert title(page).startswith("Use PyTorch")
    assert len(title(page)) <= 80
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", slug(title(page)))
    assert len(slug(title(page))) <= 60


@pytest.mark.parametrize(
    ("project", "expected"),
    [
        ("Café: Müller & Söhne", "Use PyTorch for Cafe Muller Sohne"),
        ("", "Use PyTorch"),
        ("مشروع", "Use PyTorch"),
        ("../../etc/passwd", "Use PyTorch for etc passwd"),
    ],
)
def test_titles(
    decisions: dict[str, Decision], catalog: Catalog, project: str, expected: str
) -> None:
    page = make_page(named(decisions["clear"], project), catalog, handmade.PROVENANCE)
    assert title(page) == expected


def test_nothing_decided_is_nothing_to_record(
    decisions: dict[str, Decision], catalog: Catalog
) -> None:
    with pytest.raises(RecordError, match="no framework meets"):
        title(make_page(decisions["none"], catalog, handmade.PROVENANCE))


# An update.


def later(page: Page) -> Page:
    """The same choice on other evidence: another date, other scores, fewer arguments."""
    ranking = tuple(
        dataclasses.replace(row, score=row.score * 0.9, first_rank=row.first_rank * 0.9)
        for row in page.decision.ranking
    )
    decision = dataclasses.replace(page.decision, as_of=date(2027, 5, 1), ranking=ranking)
    fewer = page.speaks_for[1:]
    return dataclasses.replace(page, decision=decision, speaks_for=fewer)


@pytest.mark.parametrize("format", FORMATS)
def test_an_update_of_what_nobody_touched_is_the_new_record(page: Page, format: Format) -> None:
    old = adr(page, filing(format))
    new = adr(later(page), filing(format, date=date(2027, 5, 1)))
    assert old != new
    assert updated(old, new) == updated(new, new)
    assert updated(old, new).text == new
    assert updated(old, new).kept == ()


@pytest.mark.parametrize("format", FORMATS)
def test_an_update_keeps_what_people_wrote_and_brings_the_rest_up_to_date(
    page: Page, format: Format
) -> None:
    old = adr(page, filing(format))
    edited = {
        "bridge": old.replace("* Status: proposed", "* Status: accepted").replace(
            "* Deciders:", "* Deciders: Ada, Bob"
        ),
        "madr4": old.replace("status: proposed", "status: accepted").replace(
            "decision-makers:", "decision-makers: Ada, Bob"
        ),
        "nygard": old.replace("Proposed", "Accepted by Ada, Bob"),
    }[format]
    edited = edited.replace("## Decision Drivers", "We thought long.\n\n## Decision Drivers")
    edited += "\nAda: revisit in spring.\n"
    new = adr(later(page), filing(format, date=date(2027, 5, 1)))
    found = updated(edited, new)
    assert "ccepted" in found.text
    assert "Ada, Bob" in found.text
    assert "Ada: revisit in spring." in found.text
    assert ("We thought long." in found.text) == (format != "nygard")
    assert "2027-05-01" in found.text
    assert "2026-11-22" not in COMMENT.sub("", found.text)
    assert block_of(found.text) == block_of(new)
    assert found.kept == ()


def test_where_both_changed_the_same_line_the_person_wins_and_is_told(page: Page) -> None:
    old = adr(page, filing())
    edited = old.replace("because it scores", "because Ada likes it, and it scores")
    found = updated(edited, adr(later(page), filing()))
    assert "because Ada likes it" in found.text
    assert found.kept == ("Decision Outcome",)


def test_a_line_that_a_person_took_out_stays_out(page: Page) -> None:
    old = adr(page, filing())
    (line,) = re.findall(r"^\* Must: .*$", old, re.MULTILINE)
    found = updated(old.replace(f"{line}\n", ""), adr(later(page), filing()))
    assert line not in found.text


def test_without_its_comment_a_record_cannot_be_updated(page: Page) -> None:
    text = adr(page, filing())
    with pytest.raises(RecordError, match="comment"):
        updated(COMMENT.sub("", text), text)


@cache
def ready_page() -> Page:
    decision = handmade.make_decisions()["clear"]
    return make_page(decision, handmade.make_catalog(), handmade.PROVENANCE)


@given(st.data())
@settings(max_examples=40, deadline=None)
def test_no_word_of_a_person_is_ever_lost(data: st.DataObject) -> None:
    """Lines put in anywhere outside the comment, in any number, survive any update."""
    page = ready_page()
    format = data.draw(st.sampled_from(FORMATS))
    lines = adr(page, filing(format)).split("\n")
    start = lines.index("<!-- advisor decision")
    end = lines.index("-->")
    places = st.sampled_from([n for n in range(len(lines)) if not start < n <= end])
    for number in range(data.draw(st.integers(1, 5))):
        lines.insert(data.draw(places), f"Words number {number}.")
        start, end = lines.index("<!-- advisor decision"), lines.index("-->")
        places = st.sampled_from([n for n in range(len(lines)) if not start < n <= end])
    edited = "\n".join(lines)
    new = adr(later(page), filing(format, date=date(2027, 5, 1)))
    found = updated(edited, new)
    for line in lines:
        if line.startswith("Words number"):
            assert found.text.count(line) == edited.count(line)
    assert block_of(found.text) == block_of(new)
    again = updated(found.text, new)
    assert again.text == found.text


# Superseding.


@pytest.mark.parametrize("ends", ["\n", "\r\n"])
@pytest.mark.parametrize(
    ("format", "text", "status"),
    [
        (
            "bridge",
            "# Use X\n\n* Status: accepted\n* Deciders: Ada\n\n* Status: of the art\n",
            f"* Status: superseded by {LINK}",
        ),
        (
            "madr4",
            "---\nnumber: 1\nstatus: accepted\n---\n\n# Use X\n\nstatus: of the art\n",
            f'status: "superseded by {LINK}"',
        ),
        (
            "nygard",
            "# 1. Use X\n\n## Status\n\nAccepted\n\nAmends [2. Y](0002-y.md)\n\n## Context\n",
            "Superseded by [3. Use PyTorch for Herbarium](0003-use-pytorch-for-herbarium.md)",
        ),
    ],
)
def test_superseding_changes_one_line_of_the_older_record(
    format: Format, text: str, status: str, ends: str
) -> None:
    text = text.replace("\n", ends)
    entry = dataclasses.replace(OLD, format=format)
    changed = superseded(text, entry, filing(format))
    before, after = text.split(ends), changed.split(ends)
    assert [new for old, new in zip(before, after, strict=True) if old != new] == [status]


def test_a_record_without_a_status_cannot_be_superseded() -> None:
    with pytest.raises(RecordError, match="no status"):
        superseded("# Notes\n", OLD, filing())


def section(text: str, heading: str) -> str:
    after = re.split(rf"^#+ {re.escape(heading)}$", text, flags=re.MULTILINE)[1]
    return re.split(r"^## ", after, flags=re.MULTILINE)[0].lstrip("\n")
