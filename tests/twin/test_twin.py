"""site/score.js gives the bits that Python gives, in Node and in a browser, or these tests fail."""

import gzip
import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args

import pytest
from playwright.sync_api import Page

from advisor.model import FlipKind, SettleKind
from tests.twin.conftest import SCORE, Node
from tests.twin.vectors import full_problem

Twins = tuple[dict[str, Any], Any]

#: Breaking the twin in one place each; the vectors must notice every one.
BREAKS = {
    "order of a product": (
        "group[draw] * weight[draw]",
        "group[draw] * (weight[draw] / 3) * 3",
    ),
    "order of a sum": (
        "total = total + (matrix.settled[place] + matrix.open[place])",
        "total = total + matrix.settled[place] + matrix.open[place]",
    ),
    "sum from the right": (
        "for (let place = 0; place < row.length; place += 1) {",
        "for (let place = row.length - 1; place >= 0; place -= 1) {",
    ),
    "order of points": ("weighs, share } of parts", "weighs, share } of [...parts].reverse()"),
    "share of one's own": (
        "const rest = totalPoints(needs.open) + totalPoints(needs.core);",
        "const rest = totalPoints(new Map([...needs.open, ...needs.core]));",
    ),
    "who wins equal scores": ("rival > score : rival >= score", "rival >= score : rival > score"),
    "margin": ("best - second >= margin", "best - second > margin"),
    "how sure is sure": ("meets >= policy.sure && ", ""),
    "who is out has no place": ("if (scores[own][draw] < 0) continue;", ""),
    "a must-have in a draw": ("found < least", "found <= least"),
    "shift": ("mixed ^ (mixed >>> 15)", "mixed ^ (mixed >>> 14)"),
    "signed shift": ("word ^ (word >>> 16)", "word ^ (word >> 16)"),
    "error at the ends": ("lowest ? 0 : highest ? error : error * 0.5", "error * 0.5"),
    "what is inherited": ("${rating.inherits ?? rating.framework}", "${rating.framework}"),
    "interval": (
        "value + (high - value) * (2 * drawn - 1)",
        "high - (high - value) * (2 - 2 * drawn)",
    ),
    "stretching": (
        "Math.abs(push) * (spread - 1)",
        "Math.abs(push) * spread - Math.abs(push)",
    ),
    "spacing of groups": ("sortAcross(cuts);", ""),
    "mean": ("return total / values.length;", "return total * (1 / values.length);"),
    "tasks": ("const common = found.filter(", "const common = found.slice(0, 1).filter("),
    "which machine": ("ascending(one.date, other.date) ||", ""),
    "which session": ("ascending(one.session, other.session) ||", ""),
    "machine of a phase": (
        "entry.machine === last.get(entry.phase)",
        "entry.machine === byTime.at(-1)?.machine",
    ),
    "where it serves": ("ANSWERING.includes(phase) && ", ""),
    "shares beside ratios": ("filter(({ differs }) => differs)", "filter(() => false)"),
    "openness": ('found === "no" ? [] :', 'found === "no" ? OPEN :'),
    "requirements": ("level > known.level", "level >= known.level"),
    "unknown rules out": ("evidence.level !== null && evidence.level <", "evidence.level <"),
    "movement": (
        "weights[place] * (after.value - before.value)",
        "(weights[place] * after.value - weights[place] * before.value)",
    ),
    "flip of a weight": ("1 - distance / part", "(part - distance) / part"),
    "smallest flips": (".slice(0, MOST_FLIPS)", ".slice(0, MOST_FLIPS + 1)"),
    "flip of a measurement": ("framework === winner ? -1 : 1;", "framework === winner ? -1 : 2;"),
    "flip of a cell": ("if (required) {", "if (false) {"),
    "flip of a must-have": ("(kept) => kept !== dropped", "(kept) => kept === dropped"),
    "flip of an answer": ("chosen.length ? [...others, OPEN] : others", "others"),
    "what excludes": ("if (exclusive) return [id];", ""),
    "draws of a phase": ("draws < fewer ? draws : fewer", "draws"),
    "a bridge that was not crossed": ('tier === "probed"', 'tier !== ""'),
    "code that is kept": ("estates.map(({ id }) => [id, choice.keeps])", "[]"),
    "stack of several times": ("metrics.includes(metric)", "true"),
    "distance": ("Math.sqrt(sum(", "(sum("),
    "preference": ("if (ahead > FULL)", "if (ahead >= 2 * FULL)"),
    "who is compared anew": ("[framework]) => framework === gone", "[framework]) => !framework"),
    "what settles": ("share: share * part,", "share: part,"),
    "who is out": ("own < 0 ? -1 :", "own < 0 ? 0 :"),
    "principal eigenvector": ("<= SETTLED", "<= 1e-3"),
    "consistency": ("(size - 1) / RANDOM_INDEX", "size / RANDOM_INDEX"),
    "which judgement is odd": ("least - ratio > 1e-12", "least - ratio > 1e-2"),
    "points of a group": (
        "((shares[group] / shared) * everything)",
        "(shares[group] * everything)",
    ),
    "groups in a changed answer": ("[question]: ids }, judged)", "[question]: ids })"),
    "who may turn out to be out": ("missed ? [...out, framework] : out", "out"),
}


def differences(one: Any, other: Any, where: str = "") -> Iterator[str]:
    """Where two answers differ, as paths with both sides."""
    if isinstance(one, dict) and isinstance(other, dict):
        for key in sorted(one.keys() | other.keys()):
            left, right = one.get(key, "nothing"), other.get(key, "nothing")
            yield from differences(left, right, f"{where}.{key}")
    elif isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
        for place, (left, right) in enumerate(zip(one, other, strict=True)):
            yield from differences(left, right, f"{where}[{place}]")
    elif one != other:
        yield f"{where}: {one} is not {other}"


def agree(expected: Any, answered: Any) -> None:
    found = list(differences(expected, answered))
    assert not found, "\n".join([f"{len(found)} differences", *(it[:600] for it in found[:20])])


def test_node_gives_the_bits_of_python(twins: Twins, node: Node) -> None:
    vectors, expected = twins
    agree(expected, node(vectors))


def test_a_browser_gives_the_bits_of_python(twins: Twins, page: Page) -> None:
    agree(twins[1], page.evaluate("twinAnswers(advisorScore, vectors)"))


def test_the_vectors_hold_what_is_hard(twins: Twins) -> None:
    vectors, answers = twins
    decisions = [answer["decision"] for answer in answers["decisions"]]
    assert {decision["verdict"] for decision in decisions} == {"none", "too-close", "lean", "clear"}
    assert {len(decision["ranking"]) for decision in decisions} == {0, 1, 2, 3}
    for part in ("rescues", "doubts"):
        assert any(decision[part] for decision in decisions)
    plans = [decision["plan"] for decision in decisions]
    for part in ("phases", "hybrid", "migration"):
        assert any(plan[part] for plan in plans)
    assert any(move["bridges"] for plan in plans for move in plan["migration"])
    assert any(len(plan["stacks"]) > 1 for plan in plans)
    checks = [decision["checks"] for decision in decisions if decision["checks"]]
    assert {check["agree"] for check in checks} == {True, False}
    assert any(check["reversals"] for check in checks)
    assert any(decision["before"] is None for decision in decisions)
    weighed = [decision["groups"] for decision in decisions if decision["groups"]]
    assert {weighing["acceptable"] for weighing in weighed} == {True, False}
    assert {weighing["revisit"] is None for weighing in weighed} == {True, False}
    for found, kinds in (("flips", FlipKind), ("settles", SettleKind)):
        assert {it["kind"] for decision in decisions for it in decision[found]} == set(
            get_args(kinds)
        )
    assert {decision["stack"]["measured"] for decision in decisions if decision["stack"]} == {
        True,
        False,
    }
    kernels = vectors["kernels"]
    assert {len(kernel["matrix"]["frameworks"]) for kernel in kernels} == {1, 2, 3, 4, 5}
    assert any(
        0.0 in map(sum, zip(kernel["matrix"]["settled"], kernel["matrix"]["open"], strict=True))
        for kernel in kernels
    )


@pytest.fixture(scope="module")
def quick(twins: Twins) -> dict[str, Any]:
    """Some of the vectors with what is expected, without the decisions with all 20,000 draws."""
    vectors, answers = twins
    last = max(problem["data"] for problem in vectors["decisions"])
    places = [place for place, it in enumerate(vectors["decisions"]) if it["data"] < last]
    decisions = [answers["decisions"][place] for place in places]
    return {
        **vectors,
        "kernels": vectors["kernels"][:70],
        "decisions": [vectors["decisions"][place] for place in places],
        "expected": {**answers, "decisions": decisions},
    }


def test_as_it_stands_the_twin_differs_nowhere(quick: dict[str, Any], node: Node) -> None:
    assert node(quick) is None


@pytest.mark.parametrize("name", BREAKS)
def test_the_vectors_notice_when_the_twin_is_broken(
    name: str, quick: dict[str, Any], node: Node, tmp_path: Path
) -> None:
    whole = SCORE.read_text(encoding="utf-8")
    right, wrong = BREAKS[name]
    assert whole.count(right) == 1, f"{right!r} stands {whole.count(right)} times in score.js"
    broken = tmp_path / "score.js"
    broken.write_text(whole.replace(right, wrong), encoding="utf-8")
    assert node(quick, broken) is not None


def test_what_a_page_must_load_is_small(twins: Twins) -> None:
    sizes = [len(gzip.compress(json.dumps(data).encode())) for data in twins[0]["data"]]
    # Of the 150 kB that a page may load; the scripts and the page itself take a third.
    assert max(sizes) < 100_000


def test_only_exact_operations_occur() -> None:
    text = re.sub(r"/\*.*?\*/|//[^\n]*", "", SCORE.read_text(encoding="utf-8"), flags=re.DOTALL)
    assert set(re.findall(r"\bMath\.\w+", text)) == {"Math.abs", "Math.imul", "Math.sqrt"}
    banned = r"\beval\b|\bFunction\(|\*\*|\.reduce\b|toFixed|\bfetch\b|\bDate\b"
    assert re.findall(banned, text) == []
    assert re.findall(r"(?m)^\s*(?:import|export)\b", text) == []
    assert text.lstrip().startswith('"use strict";')


def test_the_page_gets_one_new_name(page: Page) -> None:
    added = page.evaluate(
        "Object.getOwnPropertyNames(window).filter((name) => /advisor|score/i.test(name))"
    )
    assert added == []
    assert page.evaluate("typeof advisorScore.decide") == "function"


def test_twenty_thousand_draws_take_no_time_to_speak_of(
    node: Node, page: Page, capsys: pytest.CaptureFixture[str]
) -> None:
    problem = full_problem()
    in_node = node({"timed": problem, "repeats": 7})
    script = "([problem, repeats]) => twinMilliseconds(advisorScore, problem, repeats)"
    in_browser = page.evaluate(script, [problem, 7])
    with capsys.disabled():
        for where, times in (("Node", in_node), ("Chromium", in_browser)):
            line = f"20,000 draws in {where}: first {times[0]:.0f} ms, best {min(times):.0f} ms"
            sys.stdout.write(f"\n{line}")
    assert min(in_node) < 300
    assert min(in_browser) < 300
