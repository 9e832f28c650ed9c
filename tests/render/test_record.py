"""The record of a decision: what programs read, and what it costs to make."""

import json
import subprocess
import sys
from dataclasses import replace
from datetime import date

from advisor.decide import decide
from advisor.evidence import gather
from advisor.model import Answers, Catalog, Decision
from advisor.render.record import decision_json, json_text


def test_it_holds_what_programs_were_promised(
    decisions: dict[str, Decision], catalog: Catalog
) -> None:
    record = json.loads(json_text(decision_json(decisions["clear"], catalog)))
    assert record["verdict"] == "clear"
    assert record["winner"] == "pytorch"
    assert record["as_of"] == "2026-11-22"
    assert record["evidence_digest"].startswith("sha256:")
    assert [row["framework"] for row in record["ranking"]] == ["pytorch", "tensorflow"]
    assert {"framework", "score", "first_rank"} <= record["ranking"][0].keys()
    (out,) = record["ruled_out"]
    assert (out["framework"], out["requirement"]["level"], out["evidence"]["level"]) == (
        "keras",
        3,
        2,
    )
    assert record["stack"]["stack"] == "pytorch-channels-last"
    assert {"framework", "criterion", "weight", "value", "contribution"} == record["contributions"][
        0
    ].keys()


def test_flips_say_what_changes_and_who_then_wins(
    decisions: dict[str, Decision], catalog: Catalog
) -> None:
    flips = decision_json(decisions["lean"], catalog)["flips"]
    assert len(flips) == len(decisions["lean"].flips)
    assert flips[0] == {
        "kind": "answer",
        "change": {
            "subject": ["stage"],
            "before": ["production"],
            "after": ["prototype"],
            "factor": None,
        },
        "new_winner": "keras",
        "lead": 0.02,
    }
    weight = next(flip for flip in flips if flip["kind"] == "weight")
    assert weight["change"] == {
        "subject": ["training-loop"],
        "before": 4.0,
        "after": 10.0,
        "factor": 2.5,
    }
    assert decision_json(decisions["clear"], catalog)["flips"] == []


def test_settles_say_by_how_much_they_may_move_the_lead(
    decisions: dict[str, Decision], catalog: Catalog
) -> None:
    assert decision_json(decisions["too-close"], catalog)["settles"][0] == {
        "kind": "question",
        "subject": ["experience"],
        "expected": 0.05,
        "most": 0.1,
        "winners": ["keras", "tensorflow"],
    }


def test_the_plan_has_phases_hybrid_stack_and_migration(
    decisions: dict[str, Decision], catalog: Catalog
) -> None:
    plan = json.loads(json_text(decision_json(decisions["clear"], catalog)))["plan"]
    assert plan["phases"][2] == {
        "stage": "production",
        "winner": "pytorch",
        "verdict": "lean",
        "lead": 0.104,
        "first_rank": 0.87,
        "own": True,
    }
    (hand_over,) = plan["hybrid"]
    assert (hand_over["earlier"], hand_over["later"]) == ("prototype", "production")
    assert (hand_over["bridge"]["from"], hand_over["bridge"]["to"]) == ("keras", "pytorch")
    assert hand_over["bridge"]["tier"] == "probed"
    assert plan["stack"]["stack"] == "pytorch-channels-last"
    assert [(move["framework"], move["cost"]) for move in plan["migration"]] == [
        ("keras", "nothing"),
        ("tensorflow", "little"),
        ("pytorch", "unknown"),
    ]
    assert plan["migration"][0]["evidence"]["criterion"] == "mobile"
    bare = decision_json(decisions["lean"], catalog)["plan"]
    empty = ("phases", "hybrid", "stacks", "migration")
    assert bare == {**{part: [] for part in empty}, "stack": None}


def test_the_evidence_used_is_named(decisions: dict[str, Decision], catalog: Catalog) -> None:
    decision = decisions["clear"]
    evidence = json.loads(json_text(decision_json(decision, catalog)))["evidence"]
    assert evidence["runs"] == sorted({run for cell in decision.cells for run in cell.runs})
    assert evidence["runs"]
    known = {(s["framework"], s["criterion"]): s for s in evidence["statements"]}
    assert known["tensorflow", "mobile"]["sources"] == ["S48", "S12"]
    assert known["tensorflow", "mobile"]["date"] == "2026-11-22"
    assert not {"training-speed", "latency"} & {criterion for _, criterion in known}
    assert decision_json(decisions["too-close"], catalog)["evidence"]["runs"] == []


def test_a_statement_too_stale_to_count_is_not_among_the_evidence(
    decisions: dict[str, Decision], catalog: Catalog
) -> None:
    first, *rest = (r for r in decisions["clear"].ratings if r.statement)
    lapsed = replace(first, tier="unknown", level=None, stale=True)
    decision = replace(decisions["clear"], ratings=(lapsed, *rest))
    stated = decision_json(decision, catalog)["evidence"]["statements"]
    assert len(stated) == len(rest)


def test_nobody_left_is_null_and_not_missing(
    decisions: dict[str, Decision], catalog: Catalog
) -> None:
    record = decision_json(decisions["none"], catalog)
    assert record["winner"] is None
    assert record["stack"] is None
    assert [out["framework"] for out in record["rescues"]] == ["tensorflow", "pytorch"]


def test_keys_come_sorted_and_all_text_survives_any_channel() -> None:
    assert json_text({"b": "ß\u202e", "a": 1}) == '{\n  "a": 1,\n  "b": "\\u00df\\u202e"\n}\n'


def test_it_needs_neither_tables_nor_templates_nor_charts() -> None:
    program = (
        "import sys, advisor.render.record\n"
        "print(sorted({'pandas', 'numpy', 'jinja2', 'altair', 'vl_convert'} & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], check=True, capture_output=True, text=True
    )
    assert done.stdout == "[]\n"


def test_cross_checks_are_part_of_the_record() -> None:
    today = date(2026, 11, 22)
    evidence = gather((), today)
    answers = Answers({"stage": ("prototype",)})
    decision = decide(evidence.catalog, evidence.cells, answers, as_of=today)
    checks = decision_json(decision, evidence.catalog)["checks"]
    assert [opinion["method"] for opinion in checks["opinions"]] == ["topsis", "promethee-ii"]
    for opinion in checks["opinions"]:
        assert opinion["agrees"] == (opinion["ranking"][0]["framework"] == decision.winner)
    assert checks["reversals"] == []
