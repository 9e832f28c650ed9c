"""The report: complete, honest, safe with hostile text, and readable wherever it is opened."""

import dataclasses
import hashlib
import html
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import html5lib
import pandas as pd
import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Request

from advisor.model import Answers, Catalog, Decision, Start
from advisor.render.record import Provenance, embedded_record
from advisor.render.report import report
from advisor.runs import Runs
from tests import tools
from tests.render import handmade

HTML = "{http://www.w3.org/1999/xhtml}"
POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"
VARIANTS = ["clear", "lean", "too-close", "none", "bare"]
HOSTILE = {
    "markup": "</title><script>alert(1)</script><img src=x onerror=alert(2)>",
    "template": "{{ 7 * 7 }}{% raw %}",
    "comment": "--><!--<pre id=advisor-record>{}</pre>",
    "right-to-left": "\u202eمشروع \u2066evil",
    "emoji": "🌿👩🏽\u200d🔬",
    "controls": "a\x00b\x07c\x85d\ufffe",
    "long": "x" * 10_000,
    "lines": "one\r\ntwo\n\n# three | four",
}


def parsed(page: str) -> ElementTree.Element:
    """The page's tree; a ParseError where HTML's own parser would have to repair it."""
    return html5lib.HTMLParser(strict=True).parse(page)


def text(element: ElementTree.Element) -> str:
    return " ".join("".join(element.itertext()).split())


def by_id(tree: ElementTree.Element, id: str) -> ElementTree.Element:
    return next(element for element in tree.iter() if element.get("id") == id)


@pytest.mark.parametrize("name", VARIANTS)
def test_a_page_is_valid_and_its_links_lead_somewhere(pages: dict[str, str], name: str) -> None:
    tree = parsed(pages[name])
    ids = [element.get("id") for element in tree.iter() if element.get("id")]
    assert len(ids) == len(set(ids))
    links = [element.get("href") or "" for element in tree.iter(f"{HTML}a")]
    assert {link[1:] for link in links if link.startswith("#")} <= set(ids)
    assert all(link.startswith(("#", "https://")) for link in links)


@pytest.mark.parametrize("name", VARIANTS)
def test_a_page_needs_nothing_but_itself(pages: dict[str, str], name: str) -> None:
    page = pages[name]
    tree = parsed(page)
    assert len(page.encode()) < 500_000
    assert not list(tree.iter(f"{HTML}script"))
    assert not [element for element in tree.iter() if element.get("src")]
    assert [e.get("href") for e in tree.iter(f"{HTML}link")] == ["data:,"]
    assert not re.search(r"@import|@font-face|url\((?!#)", page)
    assert POLICY in [element.get("content") for element in tree.iter(f"{HTML}meta")]


def test_sections_come_in_the_order_of_an_argument(pages: dict[str, str]) -> None:
    sections = re.findall(r'<(?:header|section) id="([\w-]+)"', pages["clear"])
    assert sections == [
        "verdict", "start", "why", "against", "must-haves", "measurements", "changes", "plan",
        "moved", "risks", "answers", "evidence", "method", "provenance",
    ]  # fmt: skip


@pytest.mark.parametrize("name", VARIANTS)
def test_the_contents_list_every_section(pages: dict[str, str], name: str) -> None:
    sections = re.findall(r'<(?:header|section) id="([\w-]+)"', pages[name])
    (contents,) = parsed(pages[name]).iter(f"{HTML}nav")
    assert [(a.get("href") or "")[1:] for a in contents.iter(f"{HTML}a")] == sections


@pytest.mark.parametrize(
    ("name", "headline", "strength"),
    [
        ("clear", "Choose PyTorch: the case is clear.", "87"),
        ("lean", "Lean towards PyTorch.", "not beyond doubt"),
        ("too-close", "Too close to call between PyTorch and Keras.", "in 31"),
        ("none", "No framework meets all of your must-haves.", "Each of the 3"),
        ("bare", "Lean towards PyTorch.", "comes from your own answers"),
    ],
)
def test_the_verdict_is_one_sentence_with_its_strength(
    pages: dict[str, str], name: str, headline: str, strength: str
) -> None:
    tree = parsed(pages[name])
    assert [text(element) for element in tree.iter(f"{HTML}h1")] == [headline]
    assert strength in text(by_id(tree, "verdict"))
    assert text(next(tree.iter(f"{HTML}title"))).endswith(headline)


def test_it_says_what_to_install_and_how_to_start(pages: dict[str, str], catalog: Catalog) -> None:
    section = by_id(parsed(pages["clear"]), "start")
    blocks = ["".join(element.itertext()) for element in section.iter(f"{HTML}pre")]
    winner = catalog.framework("pytorch")
    assert blocks == [winner.install, winner.quick_start.strip()]
    assert "pytorch-channels-last" in text(section)
    assert "1.38 times as long" in text(section)


def test_a_stack_that_is_no_default_has_its_own_start(
    decisions: dict[str, Decision], catalog: Catalog
) -> None:
    start = Start(id="pytorch-channels-last", install="pip install torch", code="\nimport torch\n")
    known = catalog.model_copy(update={"starts": (start,)})
    section = by_id(parsed(handmade.make_page(decisions["clear"], known)), "start")
    blocks = ["".join(element.itertext()) for element in section.iter(f"{HTML}pre")]
    assert blocks == ["pip install torch", "import torch"]


def test_nobody_left_means_nothing_to_install_but_a_way_back(pages: dict[str, str]) -> None:
    tree = parsed(pages["none"])
    assert not [element for element in tree.iter() if element.get("id") in ("start", "why")]
    assert "TensorFlow would be back" in text(by_id(tree, "must-haves"))


def test_who_was_ruled_out_and_by_what(pages: dict[str, str]) -> None:
    tree = parsed(pages["clear"])
    row = text(by_id(tree, "must-have-mobile"))
    assert row.index("missed") < row.index("with caveats") < row.index("met")
    assert "On phones" in row
    assert "misses Mobile and edge deployment" in text(by_id(tree, "verdict"))


def test_reasons_come_strongest_first_and_those_against_it_too(pages: dict[str, str]) -> None:
    tree = parsed(pages["clear"])
    pro, con = (amounts(by_id(tree, id)) for id in ("why", "against"))
    assert pro == sorted(pro, reverse=True)
    assert con == sorted(con)
    assert pro[-1] > 0 > con[-1]


def test_contributions_add_up_to_the_scores(decisions: dict[str, Decision]) -> None:
    for name in ("clear", "lean", "too-close"):
        record = json.loads(as_json(decisions[name], handmade.make_catalog()))
        for row in record["ranking"]:
            parts = [p for p in record["contributions"] if p["framework"] == row["framework"]]
            assert sum(part["contribution"] for part in parts) == pytest.approx(row["score"])


def test_measurements_show_interval_ratio_and_tie(pages: dict[str, str]) -> None:
    panel = text(by_id(parsed(pages["clear"]), "panel-cnn-cifar-train-step-seconds"))
    assert "41.4 ms · tied" in panel
    assert "42.7 ms · tied" in panel
    assert "40.2 to 43.5" in panel


def test_machines_and_versions_come_from_the_runs_behind_the_cells(
    decisions: dict[str, Decision], catalog: Catalog
) -> None:
    chosen = [cell for cell in decisions["clear"].cells if cell.stack == "pytorch-eager"]
    cells = tuple(
        dataclasses.replace(cell, session=session)
        for cell, session in zip(chosen, ("first", "second"), strict=False)
    )
    decision = dataclasses.replace(decisions["clear"], cells=cells)
    page = report(decision, catalog, handmade.PROVENANCE, runs=[runs()])
    section = text(by_id(parsed(page), "measurements"))
    assert "processorXeon <b>" in section
    assert "versionsnumpy 2.4.0, torch 2.12.0, 2.13.0" in section
    assert "jax" not in section


@pytest.mark.parametrize("name", ["too-close", "bare"])
def test_where_nothing_was_measured_it_says_so_and_how_to(pages: dict[str, str], name: str) -> None:
    section = text(by_id(parsed(pages[name]), "measurements"))
    assert "No measurement speaks for this project" in section
    assert "advisor bench" in section
    assert "Training speed" in section


def test_it_names_the_device_that_was_measured_and_not_the_one_that_trains(
    decisions: dict[str, Decision], catalog: Catalog
) -> None:
    clear = decisions["clear"]
    focus = clear.needs.focus.model_copy(update={"devices": ("nvidia",), "serving": ("cpu",)})
    needs = dataclasses.replace(clear.needs, focus=focus)
    page = report(dataclasses.replace(clear, needs=needs), catalog, handmade.PROVENANCE)
    section = text(by_id(parsed(page), "measurements"))
    assert {cell.device for cell in clear.cells} == {"cpu"}
    assert "measured on a processor (CPU)" in section
    assert "GPU" not in section


@pytest.mark.parametrize("name", ["clear", "lean"])
def test_every_measured_number_leads_to_its_run_files(
    pages: dict[str, str], decisions: dict[str, Decision], name: str
) -> None:
    tree = parsed(pages[name])
    section = by_id(tree, "measurements")
    links = [a for a in section.iter(f"{HTML}a") if "#runs-" in (a.get("href") or "")]
    stacks = [row for row in rows(section) if len(row) == 4 and row[0] != "Stack"]
    assert len(links) >= len(stacks) > 0
    behind = {expanded("".join(by_id(tree, a.get("href", "")[1:]).itertext())) for a in links}
    for cell in decisions[name].cells:
        assert any(all(run in files for run in cell.runs) for files in behind)


def test_the_must_haves_are_drawn_too(pages: dict[str, str]) -> None:
    chart = by_id(by_id(parsed(pages["lean"]), "must-haves"), "chart-must-haves-title")
    assert text(chart) == "Who meets the must-haves"
    assert "chart-must-haves" not in pages["bare"]


def test_what_matters_most_is_drawn_and_said(pages: dict[str, str]) -> None:
    section = by_id(parsed(pages["lean"]), "changes")
    assert by_id(section, "chart-swings-title") is not None
    said = [row for row in rows(section) if len(row) == 3 and row[2] != "to"]
    assert "PyTorch: Pretrained models documented, one level off" in [row[0] for row in said]
    widths = [round(number(row[2]) - number(row[1].split()[0]), 2) for row in said]
    assert widths == sorted(widths, reverse=True)
    assert "chart-swings" not in pages["none"]


def number(shown: str) -> float:
    return float(shown.replace("\N{MINUS SIGN}", "-"))


def rows(section: ElementTree.Element) -> list[list[str]]:
    return [[text(cell) for cell in row] for row in section.iter(f"{HTML}tr")]


def test_each_flip_says_what_changes_from_what_to_what_and_who_then_leads(
    pages: dict[str, str],
) -> None:
    said = rows(by_id(parsed(pages["lean"]), "changes"))
    percents = [[cell.replace("\u202f", " ") for cell in row] for row in said]
    assert percents[percents.index(["What changes", "From", "To", "Then leads"]) :] == [
        ["What changes", "From", "To", "Then leads"],
        ["One answer"],
        [
            "What stage is the project in?",
            "“On its way to production”",
            "“A prototype”",
            "Keras",
        ],
        [
            "Where must trained models run?",
            "“On servers”, “On phones”",
            "no longer “On servers”",
            "TensorFlow",
        ],
        ["How well does the team know Python?", "not sure", "“Very well”", "Keras"],
        ["One must-have, dropped"],
        ["Mobile and edge deployment", "at least good", "not required", "Keras"],
        ["The weight of one criterion"],
        ["Ready-made training loop", "10 % of the weight", "21 % of the weight", "Keras"],
        ["Control flow that depends on data", "19 % of the weight", "no weight", "Keras"],
        ["The weight of a group of criteria"],
        ["Ease of use", "14 % of the weight", "20 % of the weight", "Keras"],
        ["One framework’s times"],
        ["Keras: Training speed", "as measured", "2 times as fast", "Keras"],
        ["PyTorch: Training speed", "as measured", "2 times as long", "Keras"],
        ["One level of the evidence"],
        ["PyTorch: Pretrained models", "leading", "with caveats", "Keras"],
        ["Keras: Pretrained models", "not known", "leading", "Keras"],
        ["TensorFlow: Pretrained models", "weak", "leading", "TensorFlow"],
        ["What changes", "From", "To", "Then leads"],
        ["One level of the evidence"],
        ["Keras: Mobile and edge deployment", "with caveats", "leading", "Keras"],
    ]


def test_more_flips_of_a_kind_than_one_reads_are_folded_away(pages: dict[str, str]) -> None:
    section = by_id(parsed(pages["lean"]), "changes")
    *_, folded = section.iter(f"{HTML}details")
    assert [row[0] for row in rows(folded)][2:] == ["Keras: Mobile and edge deployment"]


def test_what_would_settle_it_comes_first_where_it_is_not_clear(pages: dict[str, str]) -> None:
    section = by_id(parsed(pages["too-close"]), "changes")
    heads = [text(element) for element in section.iter(f"{HTML}h3")]
    assert heads == ["What matters most", "What would settle it", "What would turn it"]
    (points,) = section.iter(f"{HTML}ol")
    assert [text(point) for point in points] == [
        (
            "Answer “How well does the team know Python?” moves it by 0.050, at most by 0.100; "
            "Keras or TensorFlow might lead"
        ),
        (
            "Measure “Latency of one prediction” on your machine: advisor bench moves it by "
            "0.040, at most by 0.200"
        ),
        (
            "Find out how good Keras really is in “Learning curve for newcomers” moves it by "
            "0.030, at most by 0.040; Keras might lead"
        ),
    ]
    clear = text(by_id(parsed(pages["clear"]), "changes"))
    assert "What would settle it" not in clear
    assert "Nothing that was tried makes another framework lead" in clear
    assert "changes" not in re.findall(r'<section id="([\w-]+)"', pages["none"])


def test_the_plan_shows_each_phase_and_the_way_across(pages: dict[str, str]) -> None:
    section = by_id(parsed(pages["clear"]), "plan")
    assert [[cell.replace("\u202f", " ") for cell in row] for row in rows(section)[1:]] == [
        ["Prototype", "Keras", "clear", "83 %", "0.110"],
        ["Research", "nobody", "none meets the must-haves", "", ""],
        ["Production your answer", "PyTorch", "lean", "87 %", "0.104"],
    ]
    said = text(section)
    assert "the other phases with 5,000 draws" in said
    assert "Keras for the prototype, PyTorch for production" in said
    assert "The model <b>is</b> a module. probed, 22 November 2026, S48" in said
    assert "What it costs. The loop is written by hand." in said


def test_without_a_hybrid_it_says_why(
    pages: dict[str, str], decisions: dict[str, Decision]
) -> None:
    said = text(by_id(parsed(pages["too-close"]), "plan"))
    assert "no hybrid is proposed" in said
    assert "For the prototype and research nobody leads firmly." in said
    plan = decisions["clear"].plan
    same = dataclasses.replace(plan, phases=plan.phases[:1], hybrid=())
    page = handmade.make_page(
        dataclasses.replace(decisions["clear"], plan=same), handmade.make_catalog()
    )
    assert "nothing has to be handed over" in text(by_id(parsed(page), "plan"))


def test_moving_from_what_is_in_use_has_its_price_and_its_source(pages: dict[str, str]) -> None:
    said = text(by_id(parsed(pages["clear"]), "plan"))
    assert "Moving what you have in Keras" in said
    for name, cost in (
        ("Keras", "nothing has to change"),
        ("TensorFlow", "little has to change"),
        ("PyTorch", "not known"),
    ):
        assert f"{name} {cost} documented, 22 November 2026, S48, S12" in said
    assert not re.search(r'id="plan"', pages["lean"])


def test_what_moved_the_result_since_then(pages: dict[str, str]) -> None:
    tree = parsed(pages["clear"])
    section = text(by_id(tree, "moved"))
    assert "30 April 2025 On the evidence of that day the same answers leaned towards" in section
    assert "Pretrained models TensorFlow good documented, article weak judged" in section
    assert "+0.095" in section
    assert not re.search(r'id="moved"', pages["none"])


def test_every_judgement_says_that_it_is_one(
    pages: dict[str, str], decisions: dict[str, Decision]
) -> None:
    tree = parsed(pages["lean"])
    judged = [rating for rating in decisions["lean"].ratings if rating.tier == "judged"]
    assert judged
    for rating in judged:
        assert "judged" in text(by_id(tree, f"evidence-{rating.criterion}-{rating.framework}"))
    risks = text(by_id(tree, "risks"))
    assert "Pretrained models, TensorFlow: stale" in risks
    assert "TensorFlow has it from Keras" in risks


def test_answers_are_in_words_and_open_questions_are_shown(pages: dict[str, str]) -> None:
    section = text(by_id(parsed(pages["clear"]), "answers"))
    assert "Where must trained models run? On servers; On phones" in section
    assert "Which phones? Not sure" in section
    assert "How well does the team know Python? Not sure" in section
    assert "How large may a download be?" not in section


def test_it_carries_what_a_later_rebuild_needs(
    pages: dict[str, str], decisions: dict[str, Decision]
) -> None:
    block = by_id(parsed(pages["clear"]), "advisor-record")
    expected = embedded_record(decisions["clear"], handmade.make_catalog(), handmade.PROVENANCE)
    assert json.loads("".join(block.itertext())) == expected
    assert expected["answers"]["targets"] == ["server", "mobile"]
    assert expected["evidence_digest"] in text(by_id(parsed(pages["clear"]), "provenance"))


@pytest.mark.parametrize("kind", HOSTILE)
def test_a_hostile_name_is_only_a_name(decisions: dict[str, Decision], kind: str) -> None:
    name = HOSTILE[kind]
    page = handmade.make_page(named(decisions["too-close"], name), handmade.make_catalog())
    tree = parsed(page)
    shown = text(by_id(tree, "answers"))
    assert " ".join(re.sub("[\x00\x07\x85\ufffe]", "\ufffd", name).split()) in shown
    assert json.loads("".join(by_id(tree, "advisor-record").itertext()))["project"] == name
    assert [text(element) for element in tree.iter(f"{HTML}h1")] == [
        "Too close to call between PyTorch and Keras."
    ]
    assert len(list(tree.iter(f"{HTML}pre"))) == 5
    assert not list(tree.iter(f"{HTML}script"))
    assert len(page.encode()) < 500_000
    title = text(next(tree.iter(f"{HTML}title")))
    assert len(title) < 200
    assert not re.search("[\u202a-\u202e\u2066-\u2069]", title)


def test_markdown_says_the_same_and_a_hostile_name_is_only_a_name(
    decisions: dict[str, Decision], catalog: Catalog
) -> None:
    for name in VARIANTS:
        written = markdown(named(decisions[name], "[x](javascript:alert(1)) <b>|"), catalog)
        assert written.startswith("# ")
        assert "\\[x\\](javascript:alert(1)) &lt;b\\>\\|" in written
        prose = [line for line in written.split("\n") if not line.startswith("    ")]
        assert not [line for line in prose if "<b>" in line]
    clear = markdown(decisions["clear"], catalog)
    assert "| PyTorch | 0.90 | 87" in clear
    assert '    print(f"loss {loss.item():.3f}")' in clear
    assert "sha256:3f1c" in clear
    assert "Keras for the prototype, PyTorch for production: The model &lt;b\\>is" in clear
    assert "From Keras to TensorFlow: little has to change" in clear
    lean = markdown(decisions["lean"], catalog)
    assert "PyTorch: Training speed, from as measured to 2 times as long: then Keras leads" in lean
    assert "1. Measure “Latency of one prediction” on your machine: moves the lead of" in lean


def test_all_three_forms_have_the_same_content(
    pages: dict[str, str], decisions: dict[str, Decision], catalog: Catalog
) -> None:
    for name, decision in decisions.items():
        page = expanded(html.unescape(pages[name]))
        written = expanded(unescaped(markdown(decision, catalog)))
        record = as_json(decision, catalog)
        for fact in facts(json.loads(record)):
            assert fact in page, (name, fact)
            assert fact in written, (name, fact)


def facts(content: dict[str, Any]) -> Iterator[str]:
    """What the JSON says that every form has to say: names, dates, digests, files, sources."""
    yield content["evidence_digest"]
    yield from (criterion["name"] for criterion in content["criteria"])
    yield from (source["title"] for source in content["sources"])
    yield from (answered["question"] for answered in content["answered"])
    yield from (choice for answered in content["answered"] for choice in answered["answers"])
    yield from (f for runs in content["measurements"]["run_sets"].values() for f in runs["files"])
    for panel in content["measurements"]["panels"]:
        yield panel["task"]
        yield from (stack["behind"]["value"] for stack in panel["stacks"] if stack["behind"])
    for criterion in content["criteria"]:
        yield from (rating["note"] for rating in criterion["ratings"] if rating["note"])
    for name in ("install", "documentation"):
        yield content[name] or ""


def expanded(written: str) -> str:
    """With every `a-{0,1}.json` as the names that a shell makes of it."""
    return re.sub(
        r"([^\s<>{}]*)\{([0-9,]+)\}([^\s<>{}]*)",
        lambda found: " ".join(f"{found[1]}{each}{found[3]}" for each in found[2].split(",")),
        written,
    )


def unescaped(written: str) -> str:
    return html.unescape(re.sub(r"\\([\\`*_{}\[\]#|~>$:])", r"\1", written))


def test_no_decision_makes_a_page_too_large(
    decisions: dict[str, Decision], catalog: Catalog
) -> None:
    """As many tasks, metrics and stacks as could ever speak for one project."""
    some = decisions["clear"].cells[:3]
    stacks = [(f"{cell.stack}{kind}", cell) for cell in some for kind in ("", "-a", "-b", "-c")]
    cells = tuple(
        dataclasses.replace(cell, stack=stack, task=f"task-{task}", metric=f"metric-{metric}")
        for task in range(10)
        for metric in range(16)
        for stack, cell in stacks
    )
    decision = dataclasses.replace(decisions["clear"], cells=cells)
    page = report(decision, catalog, handmade.PROVENANCE)
    assert len(page.encode()) < 500_000
    section = by_id(parsed(page), "measurements")
    assert len(list(section.iter("{http://www.w3.org/2000/svg}svg"))) <= 12
    assert len([row for row in rows(section) if len(row) == 5]) > 140


def test_same_inputs_same_bytes_whatever_the_hash_seed(pages: dict[str, str]) -> None:
    program = (
        "import hashlib\nfrom tests.render import handmade\n"
        "d = handmade.make_decisions()\n"
        "c = handmade.make_catalog()\n"
        "text = ''.join(handmade.make_page(d[name], c) for name in ('clear', 'none'))\n"
        "print(hashlib.sha256(text.encode()).hexdigest())\n"
    )
    root = str(Path(__file__).parents[2])
    seen = {
        subprocess.run(
            [sys.executable, "-c", program],
            env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": root, "TZ": zone},
            check=True,
            capture_output=True,
            text=True,
        ).stdout
        for seed, zone in (("1", "UTC"), ("2", "Asia/Tokyo"))
    }
    assert seen == {hashlib.sha256((pages["clear"] + pages["none"]).encode()).hexdigest() + "\n"}


@pytest.fixture(scope="module")
def files(pages: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("reports")
    long = named(handmade.make_decisions()["clear"], HOSTILE["long"])
    pages = {**pages, "long": handmade.make_page(long, handmade.make_catalog())}
    for name, page in pages.items():
        (folder / f"{name}.html").write_text(page)
    return {name: folder / f"{name}.html" for name in pages}


@pytest.fixture
def offline(browser: Browser) -> Iterator[BrowserContext]:
    context = browser.new_context(offline=True)
    yield context
    context.close()


@dataclasses.dataclass
class Opened:
    """A page in the browser, with whatever it asked for and whatever it complained about."""

    page: Page
    requests: list[str]
    messages: list[str]


def opened(context: BrowserContext, file: Path, width: int, scheme: str) -> Opened:
    page = context.new_page()
    found = Opened(page, [], [])

    def requested(request: Request) -> None:
        found.requests.append(request.url)

    page.on("request", requested)
    page.on("console", lambda message: found.messages.append(message.text))
    page.on("pageerror", lambda error: found.messages.append(str(error)))
    page.set_viewport_size({"width": width, "height": 800})
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    page.goto(file.as_uri())
    return found


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", [*VARIANTS, "long"])
def test_it_opens_without_a_network_on_a_phone(
    offline: BrowserContext, files: dict[str, Path], name: str, scheme: str
) -> None:
    found = opened(offline, files[name], 360, scheme)
    assert found.requests == [files[name].as_uri()]
    assert found.messages == []
    assert found.page.evaluate("document.documentElement.scrollWidth") == 360


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 1280])
def test_text_stands_out_from_what_is_behind_it(
    offline: BrowserContext, files: dict[str, Path], width: int, scheme: str
) -> None:
    page = opened(offline, files["clear"], width, scheme).page
    assert page.evaluate(FAINT_TEXT) == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", VARIANTS)
def test_axe_finds_nothing_to_complain_about(
    offline: BrowserContext, files: dict[str, Path], name: str, scheme: str
) -> None:
    page = opened(offline, files[name], 1280, scheme).page
    page.emulate_media(media="screen", color_scheme="dark" if scheme == "dark" else "light")
    page.evaluate("document.querySelectorAll('details').forEach((d) => { d.open = true })")
    page.evaluate((tools.installed(tools.MODULES / "axe-core") / "axe.min.js").read_text())
    found = page.evaluate("axe.run({ resultTypes: ['violations'] })")
    assert [
        (violation["id"], [node["html"][:120] for node in violation["nodes"]])
        for violation in found["violations"]
    ] == []
    assert len(found["passes"]) > 20


def test_it_is_valid_html(files: dict[str, Path]) -> None:
    folder = files["clear"].parent
    done = tools.npm_tool(
        "html-validate", "-c", tools.HERE / "htmlvalidate.json", "*.html", cwd=folder
    )
    assert done.returncode == 0, done.stdout[:3000]


def test_the_markdown_is_clean(
    decisions: dict[str, Decision], catalog: Catalog, tmp_path: Path
) -> None:
    for name, decision in decisions.items():
        (tmp_path / f"{name}.md").write_text(markdown(decision, catalog))
    rules = tools.installed(tools.MODULES / "madr" / "template" / ".markdownlint.yml")
    done = tools.npm_tool("markdownlint-cli2", "--config", rules, "*.md", cwd=tmp_path)
    assert done.returncode == 0, done.stderr[:3000]


def test_the_scheme_follows_the_reader(offline: BrowserContext, files: dict[str, Path]) -> None:
    grounds = {
        opened(offline, files["clear"], 800, scheme).page.evaluate(
            "getComputedStyle(document.body).backgroundColor"
        )
        for scheme in ("light", "dark")
    }
    assert grounds == {"rgb(253, 253, 251)", "rgb(20, 24, 27)"}


def test_print_opens_every_detail(offline: BrowserContext, files: dict[str, Path]) -> None:
    page = opened(offline, files["clear"], 700, "dark").page
    seen = "[...document.querySelectorAll('details > :not(summary)')].map(e => e.checkVisibility())"
    assert set(page.evaluate(seen)) == {False}
    page.emulate_media(media="print", color_scheme="dark")
    assert set(page.evaluate(seen)) == {True}
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"


def test_it_prints_as_pages_that_nothing_runs_over(
    offline: BrowserContext, files: dict[str, Path]
) -> None:
    page = opened(offline, files["lean"], 1280, "dark").page
    printed = page.pdf(prefer_css_page_size=True)
    assert 5 < len(re.findall(rb"/Type /Page\b", printed)) < 25
    page.set_viewport_size({"width": 640, "height": 900})  # an A4 page without its margins
    page.emulate_media(media="print")
    assert page.evaluate("document.documentElement.scrollWidth") == 640
    cut = """[...document.querySelectorAll('pre, table, figure')]
        .filter((e) => e.scrollWidth > e.clientWidth + 1).map((e) => e.outerHTML.slice(0, 80))"""
    assert page.evaluate(cut) == []


def test_the_keyboard_reaches_links_code_and_details(
    offline: BrowserContext, files: dict[str, Path]
) -> None:
    page = opened(offline, files["clear"], 1280, "light").page
    reached = []
    for _ in range(40):
        page.keyboard.press("Tab")
        reached.append(
            page.evaluate("document.activeElement.className || document.activeElement.tagName")
        )
        assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"
    assert reached[0] == "skip"
    assert "PRE" in reached


FAINT_TEXT = """() => {
  const shade = (c) => c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
  const light = (rgb) => [0.2126, 0.7152, 0.0722]
    .reduce((sum, share, i) => sum + share * shade(rgb[i] / 255), 0);
  const numbers = (colour) => colour.match(/[\\d.]+/g).map(Number);
  const ground = (e) => {
    for (; e; e = e.parentElement) {
      const colour = numbers(getComputedStyle(e).backgroundColor);
      if (colour.length === 3 || colour[3] === 1) return colour;
    }
    return [255, 255, 255];
  };
  const own = (e) => [...e.childNodes].some((n) => n.nodeType === 3 && n.data.trim());
  return [...document.querySelectorAll('body *:not(svg *)')].filter(own).filter((e) => {
    const [a, b] = [light(numbers(getComputedStyle(e).color)), light(ground(e))].sort();
    return (b + 0.05) / (a + 0.05) < 4.5;
  }).map((e) => e.outerHTML.slice(0, 80));
}"""


def amounts(section: ElementTree.Element) -> list[float]:
    return [
        float(text(element).replace("\N{MINUS SIGN}", "-"))
        for element in section.iter(f"{HTML}p")
        if element.get("class") == "amount"
    ]


def runs() -> Runs:
    """Two sessions on the cells' machine, and one elsewhere that must not be quoted."""
    machine = handmade.make_decisions()["clear"].cells[0].machine
    processes = pd.DataFrame(
        [
            ("first", machine, "pytorch-eager"),
            ("second", machine, "pytorch-eager"),
            ("third", "elsewhere", "pytorch-eager"),
        ],
        columns=["session", "machine", "stack"],
    )
    versions = {
        ("first", "pytorch-eager"): {"torch": "2.12.0", "numpy": "2.4.0"},
        ("second", "pytorch-eager"): {"torch": "2.13.0", "numpy": "2.4.0"},
        ("third", "pytorch-eager"): {"jax": "0.1"},
    }
    none = pd.DataFrame()
    return Runs(none, none, processes, {machine: {"cpu": "Xeon <b>"}}, versions, "sha256:0")


def named(decision: Decision, project: str) -> Decision:
    answers = Answers(
        given=decision.answers.given,
        project=project,
        questionnaire=decision.answers.questionnaire,
    )
    return dataclasses.replace(decision, answers=answers)


def markdown(decision: Decision, catalog: Catalog) -> str:
    return report(decision, catalog, Provenance("advisor report a.toml", "0.1.0"), format="md")


def as_json(decision: Decision, catalog: Catalog) -> str:
    return report(decision, catalog, handmade.PROVENANCE, format="json")
