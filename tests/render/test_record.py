"""The record of a decision: what programs read, and what it costs to make."""

import json
import subprocess
import sys

from advisor.model import Catalog, Decision
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
