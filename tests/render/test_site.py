"""The site as bytes and as documents: what its pages say, and that every link leads somewhere."""

import dataclasses
import datetime as dt
import gzip
import hashlib
import json
import math
import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from advisor.catalog import load_catalog
from advisor.evidence import cells_of
from advisor.model import Cell, Fact, Omission, Proof
from advisor.render.browser import browser_data
from advisor.render.charts.explorer import page_bundle
from advisor.render.site import NAVIGATION, REPOSITORY, Files, site
from advisor.runs import read_runs
from tests import sites
from tests.pages import (
    elements,
    links,
    matrix_row,
    page_names,
    parsed,
    resolved,
    table,
    text,
    words,
)
from tests.sites import ARTICLE, BASE_URL, HOSTILE, TODAY, content

ROOT = Path(__file__).parents[2]
MACHINE = next(iter(sites.runs().machines))
PHASE = f"benchmarks/{MACHINE}"
#: A page with more than this does not load at once on a slow line; Vega is loaded on demand.
LARGEST_KILOBYTES = 150

#: Builds the site in a process of its own and prints the digest of each file.
REBUILD = """
import datetime, hashlib, json, sys
from tests import sites

files = sites.small()
print(json.dumps({name: hashlib.sha256(sites.content(files, name)).hexdigest() for name in files}))
"""


def whole() -> Files:
    return sites.whole()


def small() -> Files:
    return sites.small()


BUILT: list[Callable[[], Files]] = [small, whole]


@pytest.mark.parametrize("built", BUILT)
def test_pages_are_valid_and_run_only_scripts_of_the_site(built: Callable[[], Files]) -> None:
    files = built()
    for name in page_names(files):
        page = content(files, name)
        everything = list(parsed(page).iter())
        assert not elements(page, "iframe", "object", "embed", "base")
        scripts = elements(page, "script")
        assert all(it.get("src") for it in scripts), name
        assert bool(scripts) == (b"script-src" in page), name
        assert b"unsafe-eval" not in page
        assert not [it for it in scripts if words(it)]
        assert not [key for it in everything for key in it.attrib if key.startswith("on")]
        ids = [it.get("id") for it in everything if it.get("id")]
        assert len(ids) == len(set(ids)), name
        assert b"default-src 'none'" in page


@pytest.mark.parametrize("built", BUILT)
def test_every_internal_link_resolves(built: Callable[[], Files]) -> None:
    files = built()
    targets = set(files)
    for name in page_names(files):
        ids = (it.get("id") for it in parsed(content(files, name)).iter() if it.get("id"))
        targets |= {f"{name}#{id}" for id in ids}
    seen = 0
    for name in page_names(files):
        for href in links(content(files, name)):
            if href.startswith(("https:", "http:", "data:")):
                continue
            seen += 1
            target = resolved(name, href)
            if "=" in target:  # settings of a page's filters or of the questionnaire
                target = target.partition("#")[0]
            assert target in targets, f"{name}: {href}"
    assert seen > 500


@pytest.mark.parametrize("built", BUILT)
def test_what_is_named_by_an_id_exists(built: Callable[[], Files]) -> None:
    files = built()
    for name in page_names(files):
        everything = list(parsed(content(files, name)).iter())
        ids = {it.get("id") for it in everything}
        for key in ("aria-labelledby", "aria-describedby", "for"):
            named = {id for it in everything for id in it.get(key, "").split()}
            assert named <= ids, name


def test_every_page_is_reached_from_the_navigation() -> None:
    files = whole()
    reached, ahead = set(), [target for target, _ in NAVIGATION]
    while ahead:
        name = ahead.pop()
        if name in reached or not name.endswith(".html"):
            continue
        reached.add(name)
        ahead += [
            resolved(name, href).partition("#")[0]
            for href in links(content(files, name))
            if not href.startswith(("https:", "http:", "data:"))
        ]
    assert set(page_names(files)) - reached == {"404.html"}


def test_no_page_is_heavy() -> None:
    files = whole()
    for name in page_names(files):
        scripts = [it.get("src", "") for it in elements(content(files, name), "script")]
        later = [
            source
            for it in elements(content(files, name), "script")
            for source in it.get("data-scripts", "").split()
        ]
        parts = [name, "style.css", *(resolved(name, it) for it in [*scripts, *later])]
        size = sum(len(gzip.compress(content(files, part))) for part in set(parts))
        assert size < LARGEST_KILOBYTES * 1000, (name, size)


def test_a_cell_of_the_matrix_says_what_is_known() -> None:
    page = content(small(), "compare.html")
    keras, tensorflow, pytorch = matrix_row(page, "control-flow")
    assert "Good inherited from TensorFlow" in keras
    assert "2026-11-22 · probed · S48" in keras
    assert "before: weak, 2025-04-30" in keras
    assert "With caveats" in tensorflow
    assert HOSTILE in tensorflow
    assert "stale" not in keras + tensorflow + pytorch
    assert "Leading" in pytorch
    assert "S12 · S48" in pytorch


def test_on_a_phone_the_style_sheet_calls_each_framework_by_its_name() -> None:
    sheet = content(small(), "style.css").decode()
    for framework in load_catalog().frameworks:
        assert f'.matrix td.{framework.id}::before{{content: "{framework.name}";}}' in sheet


def test_stale_unknown_absent_and_future_are_told_apart() -> None:
    page = content(small(), "compare.html")
    keras, tensorflow, _ = matrix_row(page, "first-steps")
    assert "Leading stale" in keras
    assert "2025-04-30 · judged" in keras
    assert tensorflow == "Not known"
    _, tensorflow, pytorch = matrix_row(page, "mobile")
    assert "Absent" in tensorflow
    assert pytorch == "Not known"
    assert b"Not said yet" not in page


def test_a_criterions_page_has_its_history_and_a_way_to_dispute_it() -> None:
    page = content(small(), "criteria/control-flow.html")
    (keras,) = (it for it in elements(page, "section") if it.get("aria-labelledby") == "keras")
    said = words(keras)
    assert "Good inherited from TensorFlow With one more step. 2026-11-22 · probed · S48" in said
    assert "Said before Weak As the article has it. 2025-04-30 · probed · article" in said
    (dispute,) = (
        it.get("href", "") for it in keras.iter() if "Dispute" in words(it) and it.get("href")
    )
    assert dispute.startswith(f"{REPOSITORY}/issues/new?title=Keras%3A%20Control%20flow")
    assert "level%203%20%28good%29%2C%20probed%2C%202026-11-22" in dispute


def test_a_criterions_page_says_who_asks_for_it_and_what_was_claimed() -> None:
    said = text(whole(), "criteria/mobile-and-edge.html")
    assert "Where will the models run? “On phones”: must be at least with caveats" in said
    assert "What the article of 2025 says about it" in said


def test_a_proof_shows_its_facts_its_log_and_its_run_file() -> None:
    proven = Proof(
        probe="control-flow",
        framework="pytorch",
        criterion="control-flow",
        level=4,
        outcome="passed",
        reason="",
        seconds=1.25,
        facts=(
            Fact("branches", "A branch on a computed value runs", True, "3 of 3"),
            Fact("compiles", f"It compiles as well {HOSTILE}", False, HOSTILE),
        ),
        claims=(),
        source="sha256:0123456789abcdef",
        log=f"ran {HOSTILE}\n",
        date=TODAY,
        session="20261122T115000Z",
        machine=MACHINE,
        run="2026-11-22-xeon/pytorch-eager-0.json",
        versions={"torch": "2.13.0"},
    )
    later = dataclasses.replace(proven, date=dt.date(2027, 1, 1), session="20270101T000000Z")
    runs = dataclasses.replace(sites.runs(), proofs=(proven, later))
    files = site(sites.known(), sites.cells(), [runs], as_of=TODAY, version="1")
    page = content(files, "criteria/control-flow.html")
    (card,) = (it for it in elements(page, "section") if it.get("aria-labelledby") == "pytorch")
    said = words(card)
    assert (
        "What the probe found 2026-11-22 · passed, leading · 1.2 s · pytorch-eager-0.json" in said
    )
    assert "yes A branch on a computed value runs 3 of 3" in said
    assert f"no It compiles as well {HOSTILE}" in said
    assert f"ran {HOSTILE}" in said
    (run,) = (href for href in links(page) if href.endswith(".json"))
    assert resolved("criteria/control-flow.html", run) in files


def test_a_hostile_note_cannot_leave_the_address_of_a_dispute() -> None:
    hrefs = list(links(content(small(), "criteria/control-flow.html")))
    (hostile,) = (href for href in hrefs if "TensorFlow" in href and "issues" in href)
    assert re.fullmatch(r"https://[\w./?=&%+~-]+", hostile)
    assert "%3Cscript%3E" in hostile


def test_an_earlier_date_shows_the_evidence_of_then() -> None:
    then = site(sites.known(), sites.cells(), [sites.runs()], as_of=ARTICLE, version="0.1.0")
    keras, tensorflow, _ = matrix_row(content(then, "compare.html"), "control-flow")
    assert "Weak As the article has it." in keras
    assert "before" not in keras
    assert tensorflow == "Not known"
    assert "Not measured yet" in matrix_row(content(then, "compare.html"), "training-speed")[0]
    assert "Nothing has been measured" in text(then, "benchmarks.html")
    assert "Xeon" not in text(then, "benchmarks.html")
    assert [name for name in then if name.startswith("benchmarks/")] == []
    assert [name for name in then if name.endswith(".zip")] == []


def test_measured_criteria_say_how_often_and_lead_to_their_table() -> None:
    keras, tensorflow, pytorch = matrix_row(content(small(), "compare.html"), "training-speed")
    assert "0 of 2 best or tied" in keras
    assert "at most 1.27 × the best" in keras
    assert "2 of 2 best or tied" in tensorflow
    assert "2 of 2 best or tied" in pytorch
    assert HOSTILE in keras
    page = words(parsed(content(small(), "criteria/training-speed.html")))
    assert "cnn-cifar: 1.27 × the best (1.27 to 1.27)" in page
    assert "cnn-cifar: best, tied" in page


def test_default_and_tuned_stacks_are_never_one_ranking() -> None:
    page = content(small(), f"{PHASE}/train.html")
    default = table(page, "One training step: default stacks")
    tuned = table(page, "One training step: tuned stacks")
    assert [line.split()[0] for line in default[1:5]] == [
        "cnn-cifar", "tensorflow-graph", "pytorch-eager", "keras-tensorflow",
    ]  # fmt: skip
    assert "41.4 ms" in default[2]
    assert "best tied" in default[2]
    assert not any("pytorch-compile" in line for line in default)
    assert tuned[2].startswith("pytorch-compile 37.4 ms")
    assert "best" not in tuned[2]


def test_every_value_is_one_click_from_its_run_file_and_its_command() -> None:
    files = small()
    name = f"{PHASE}/train.html"
    page = content(files, name)
    found = [href for href in links(page) if href.endswith(".json")]
    assert len(found) == 2 * 4 * sites.PROCESSES  # two tasks, four stacks
    for href in found:
        run = json.loads(content(files, resolved(name, href)))
        assert run["advisor"]["stack"] in href
    said = words(parsed(page))
    assert "advisor bench --stack tensorflow-graph --task cnn-cifar --phase train" in said
    assert "5 , tensorflow-graph on cnn-cifar: run files and command 41.0 ms 41.4 ms" in said


def test_shares_and_bytes_have_their_own_units_and_order() -> None:
    learned = table(content(small(), f"{PHASE}/learn.html"), "Accuracy on test data")
    assert "PyTorch" in learned[0]
    assert "92.9 %" in learned[1]
    assert "points behind" in learned[1]
    rows = table(content(small(), f"{PHASE}/learn.html"), "Accuracy on test data after the budget:")
    assert [row.split()[0] for row in rows[2:5]] == [
        "tensorflow-graph", "pytorch-eager", "keras-tensorflow",
    ]  # fmt: skip
    memory = text(small(), f"{PHASE}/memory.html")
    assert "82.0 MB" in memory
    exported = text(small(), f"{PHASE}/export.html")
    assert "ONNX: size" in exported
    assert "90.2 kB" in exported


def test_what_is_missing_is_shown_with_its_reason() -> None:
    lines = table(content(small(), f"{PHASE}/train.html"), "One training step: default stacks")
    task = lines.index("lstm-sentiment")
    assert lines[task + 1] == (
        f"tensorflow-graph No value; {sites.PROCESSES} processes refused: differs {HOSTILE}"
    )
    assert lines[task + 2] == "keras-tensorflow, pytorch-eager Not measured"


def test_what_is_left_out_on_purpose_says_why() -> None:
    left = Omission(phases=("train",), keeps=("mlp-mnist",), reason="it would take days")
    known = sites.known().model_copy(update={"omissions": (left,)})
    cells = [cell for cell in sites.cells() if cell.stack != "keras-tensorflow"]
    pages = site(known, cells, [], as_of=TODAY, version="0.1.0")
    lines = table(content(pages, f"{PHASE}/train.html"), "One training step: default stacks")
    assert "keras-tensorflow Left out: it would take days" in lines
    lines = table(content(pages, f"{PHASE}/predict.html"), "Prediction, large batch: default")
    assert "keras-tensorflow Not measured" in lines


def test_an_unstable_and_a_stale_cell_are_marked() -> None:
    cells = [
        dataclasses.replace(
            cell, stable=cell.stack != "tensorflow-graph", stale=cell.stack == "pytorch-eager"
        )
        for cell in sites.cells()
    ]
    pages = site(sites.known(), cells, [sites.runs()], as_of=TODAY, version="0.1.0")
    lines = table(content(pages, f"{PHASE}/train.html"), "One training step: default stacks")
    assert "best tied unstable" in lines[2]
    assert "task changed" in lines[3]
    assert "unstable" not in lines[3]


def test_a_stack_that_compiles_has_its_break_even() -> None:
    rows = table(content(small(), f"{PHASE}/train.html"), "Steps until it has caught up")
    assert rows[1].startswith("cnn-cifar pytorch-compile pytorch-eager")


def test_strange_names_and_values_stay_harmless() -> None:
    strange = {"machine": HOSTILE, "task": HOSTILE, "stack": HOSTILE, "runs": (HOSTILE,) * 5}
    cells = [
        dataclasses.replace(cell, **strange, value=math.nan, high=math.inf)
        for cell in sites.cells()
        if cell.stack == "pytorch-eager" and cell.task == "cnn-cifar"
    ]
    pages = site(sites.known(), cells, [], as_of=TODAY, version="0.1.0")
    assert [name for name in pages if not re.fullmatch(r"[A-Za-z0-9._/-]+", name)] == []
    assert shipped(pages)["now"]["speeds"] == []
    (name,) = (name for name in pages if name.endswith("/train.html"))
    page = content(pages, name)
    assert all(it.get("src") for it in elements(page, "script"))
    assert HOSTILE in words(elements(page, "main")[0])
    assert "not finite" in words(parsed(page))
    assert not re.search(r"\b(nan|inf)\b", words(parsed(page)), re.IGNORECASE)


def test_the_start_page_counts_the_evidence() -> None:
    facts = words(elements(content(small(), "index.html"), "dl")[0])
    assert facts == (
        "Criteria 10 in 5 groups Statements 6 1 of them history Measured cells 56 on 1 machine"
        " Past review 1 statements marked stale Newest evidence 2026-11-22 shown as of 2026-11-22"
    )
    tiers = text(small(), "index.html")
    assert "probed a program that was run 3" in tiers
    assert "unknown nothing yet: never counted as zero 19" in tiers


def shipped(files: Files, name: str = "data.js", constant: str = "advisorData") -> Any:
    """What a script sets, read as a program would."""
    source = content(files, name).decode("ascii")
    return json.loads(source.removeprefix(f"const {constant} = ").removesuffix(";\n"))


def test_the_page_gets_what_it_decides_on() -> None:
    assert shipped(small()) == browser_data(sites.known(), sites.cells(), as_of=TODAY)
    assert b"</" not in content(small(), "data.js")
    assert HOSTILE in json.dumps(shipped(small()), ensure_ascii=False).replace('\\"', '"')


def test_the_scripts_of_the_matrix_and_the_charts_get_their_numbers() -> None:
    matrix = shipped(small(), "matrix.js", "advisorMatrix")
    keras = matrix["control-flow"]["frameworks"]["keras"]["statements"]
    assert [it["level"] for it in keras] == [3, 1]
    cells = shipped(small(), f"{PHASE}/cells.js", "advisorCells")
    (steps,) = (part for part in cells["parts"] if part["id"] == "step-seconds")
    ((_, _, _, usual, value, *_),) = (
        row for row in steps["rows"] if row[:2] == ["cnn-cifar", "tensorflow-graph"]
    )
    assert (usual, value) == (True, pytest.approx(0.0416, rel=0.01))


def test_full_addresses_come_with_a_base_url_only() -> None:
    files = site(sites.known(), [], [], as_of=TODAY, version="1", base_url=f"{BASE_URL}/")
    hrefs = [it.get("href") for it in elements(content(files, "compare.html"), "link")]
    assert f"{BASE_URL}/compare.html" in hrefs
    missing = content(files, "404.html")
    assert f'href="{BASE_URL}/compare.html"'.encode() in missing, "it is served from anywhere"
    assert b"stylesheet" not in missing
    sitemap = ElementTree.fromstring(content(files, "sitemap.xml"))
    listed = {words(it).split()[0] for it in sitemap}
    assert listed == {f"{BASE_URL}/{name}" for name in page_names(files) if name != "404.html"}
    assert content(files, "cards/start.png").startswith(b"\x89PNG")
    assert "sitemap.xml" not in small()
    assert b"canonical" not in content(small(), "compare.html")


def test_the_feed_tells_what_changed_newest_first() -> None:
    atom = "{http://www.w3.org/2005/Atom}"
    feed = ElementTree.fromstring(content(small(), "feed.xml"))
    titles = [str(it.findtext(f"{atom}title")) for it in feed.iter(f"{atom}entry")]
    dates = [str(it.findtext(f"{atom}updated")) for it in feed.iter(f"{atom}entry")]
    assert dates == sorted(dates, reverse=True)
    assert f"Measured on Xeon {HOSTILE}: 56 cells" in titles
    assert any("Keras from weak to good, TensorFlow with caveats" in title for title in titles)
    ids = [str(it.findtext(f"{atom}id")) for it in feed.iter(f"{atom}entry")]
    assert len(set(ids)) == len(ids)
    assert not any("Not said yet" in str(it.findtext(f"{atom}summary")) for it in feed)


def test_vega_comes_with_its_licences() -> None:
    files = whole()
    assert content(files, "vendor/vega.js") == page_bundle()
    assert b"University of Washington Interactive Data Lab" in content(files, "vendor/licences.txt")
    assert b"Apache License" in content(files, "data/LICENSE.txt")


@pytest.mark.parametrize("seed", ["1", "2"])
def test_the_same_evidence_gives_the_same_bytes(seed: str) -> None:
    made = subprocess.run(
        [sys.executable, "-c", REBUILD],
        env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": str(ROOT)},
        cwd=ROOT,
        capture_output=True,
        check=True,
        text=True,
    )
    files = small()
    digests = {name: hashlib.sha256(content(files, name)).hexdigest() for name in files}
    assert json.loads(made.stdout) == digests


def test_two_machines_have_pages_side_by_side(tmp_path: Path) -> None:
    other = sites.write_runs(tmp_path / "mine", machine=sites.machine(cpu="Mine"), processes=3)
    runs = [sites.runs(), read_runs(other)]
    cells: list[Cell] = [cell for read in runs for cell in cells_of(load_catalog(), read)]
    files = site(sites.known(), cells, runs, as_of=TODAY, version="1")
    rows = table(content(files, "benchmarks.html"), "The newest first")
    assert len(rows) == 3
    assert len([name for name in files if name.endswith("/train.html")]) == 2
    assert len([name for name in files if name.endswith(".zip")]) == 2


def test_the_repository_is_the_one_of_the_package() -> None:
    assert f'"{REPOSITORY}#readme"' in (ROOT / "pyproject.toml").read_text()
