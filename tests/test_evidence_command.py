"""`advisor evidence` and `advisor probe` as a person meets them, and as a change breaks them."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.clock import EPOCH
from tests.test_cli import ROOT, complaint

#: The cheapest probe: it reads metadata.
CRITERION, FRAMEWORK = "licence", "pytorch"
LAYER = "advisor/knowledge/statements/2026-11-22-review.toml"


def advisor(
    folder: Path, *arguments: object, **environment: str
) -> subprocess.CompletedProcess[str]:
    """`advisor ...` of the checkout in `folder`, on the day of the proofs."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith("ADVISOR_")}
    own = {
        "PYTHONPATH": str(folder),
        "ADVISOR_RESULTS": str(folder / "no-runs-of-my-own"),
        "SOURCE_DATE_EPOCH": EPOCH,
    }
    return subprocess.run(
        [sys.executable, "-m", "advisor", *map(str, arguments)],
        cwd=folder,
        env={**kept, **own, **environment},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=1000,
        check=False,
    )


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A copy of what the commands need, to be changed at will; of the results, the proofs."""
    for name in ("advisor", "benchmarks", "templates"):
        shutil.copytree(ROOT / name, tmp_path / name, ignore=_left_out)
    return tmp_path


def _left_out(folder: str, names: list[str]) -> set[str]:
    measured = {name for name in names if Path(folder).name == "results" and "probes" not in name}
    return {"__pycache__", *measured}


def with_level(checkout: Path, level: int) -> None:
    """Change the level that the review states for the licence of PyTorch."""
    file = checkout / LAYER
    text = file.read_text(encoding="utf-8")
    about = rf'(framework = "{FRAMEWORK}"\ncriterion = "{CRITERION}"\nlevel = )\d'
    changed, times = re.subn(about, rf"\g<1>{level}", text)
    assert times == 1
    file.write_text(changed, encoding="utf-8")


def probe(checkout: Path) -> subprocess.CompletedProcess[str]:
    chosen = ("--framework", FRAMEWORK, "--criterion", CRITERION)
    # Its own folder for temporary files has its own lock: somebody may be measuring beside us.
    return advisor(checkout, "probe", *chosen, "-o", checkout / "found", TMPDIR=str(checkout))


def test_a_probe_that_agrees_with_what_is_stated_ends_well(checkout: Path) -> None:
    done = probe(checkout)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "1 probes in" in done.stdout
    assert "0 mismatches, 0 failed, 0 not probed here" in done.stdout


def test_a_changed_statement_is_a_mismatch_that_names_both_sides(checkout: Path) -> None:
    with_level(checkout, 1)
    done = probe(checkout)
    assert done.returncode == 1, done.stdout + done.stderr
    assert "MISMATCH licence, PyTorch" in done.stdout
    assert re.search(r"stated: level 1 \(probed, 2026-11-22, S48\): BSD-style", done.stdout)
    assert re.search(r"proven: level 4 \(\d{4}-\d\d-\d\d, .*/pytorch\.json\)", done.stdout)
    assert "+ every licence that the package declares is a permissive one" in done.stdout


def test_a_changed_statement_does_not_pass_the_check_either(checkout: Path) -> None:
    with_level(checkout, 1)
    told = complaint(advisor(checkout, "evidence", "check"), "2026-11-22-review.toml")
    assert "licence/pytorch: level 1 is written (2026-11-22, S48), and level 4 is proved" in told


def test_a_changed_probe_makes_its_proofs_old(checkout: Path) -> None:
    file = checkout / "benchmarks/probes/test_licence.py"
    file.write_text(file.read_text(encoding="utf-8") + "\n", encoding="utf-8")
    told = complaint(advisor(checkout, "evidence", "check"), "another version of its probe")
    assert told.count("licence of") == 3


def test_the_evidence_that_is_shipped_passes_the_check() -> None:
    done = advisor(ROOT, "evidence", "check")
    assert done.returncode == 0, done.stderr
    assert re.search(r"\d+ cells, \d+ statements, \d+ proofs in force, 138 claims", done.stdout)


def test_as_json_it_has_criteria_cells_and_claims() -> None:
    found = json.loads(advisor(ROOT, "evidence", "--json").stdout)
    assert len(found["criteria"]) >= 60
    assert all(set(each) == {"id", "group"} for each in found["criteria"])
    assert len(found["cells"]) == 3 * len(found["criteria"])
    keys = {"criterion", "framework", "level", "tier", "date", "source", "stale"}
    assert all(set(each) == keys for each in found["cells"])
    assert len(found["claims"]) == 138
    assert all(set(each) == {"id", "verdict", "decided_by"} for each in found["claims"])
    measured = [each for each in found["cells"] if each["tier"] == "measured"]
    assert measured
    assert all(each["level"] is None and each["date"] for each in measured)


def test_the_matrix_names_every_criterion_and_counts_the_tiers() -> None:
    shown = advisor(ROOT, "evidence").stdout
    criteria = json.loads(advisor(ROOT, "evidence", "--json").stdout)["criteria"]
    assert all(each["id"] in shown for each in criteria)
    assert re.search(r"\d+ cells: \d+ measured \(m\), \d+ probed \(p\)", shown)


def test_a_cell_is_shown_with_its_history_sources_program_and_log() -> None:
    shown = advisor(ROOT, "evidence", "safe-loading", "pytorch").stdout
    for part in (
        "Safe loading · PyTorch",
        "level 2 of 4, with caveats (probed, 2026-11-25)",
        "+ the documented loader does not run code that came in a model file",
        "- its other loader of whole models does not run it either",
        "Before:",
        "2026-11-22  level 3, probed (S43, S48)",
        "Sources:",
        "-probes/pytorch.json",
        "Versions:",
        "torch 2.13.0",
        "def test_pytorch(facts: Facts",
    ):
        assert part in shown, part
    assert "2025-04-30  level 3" in advisor(ROOT, "evidence", "eager-and-graphs", "pytorch").stdout


def test_a_criterion_is_shown_for_all_three_without_programs() -> None:
    shown = advisor(ROOT, "evidence", "safe-loading").stdout
    assert all(f"Safe loading · {name}" in shown for name in ("Keras", "TensorFlow", "PyTorch"))
    assert "def test_" not in shown


def test_what_is_stale_is_shown_alone() -> None:
    shown = advisor(ROOT, "evidence", "--stale", "--as-of", "2027-07-01").stdout
    assert "research-adoption" in shown
    assert "api-range" not in shown
    none = advisor(ROOT, "evidence", "--stale").stdout
    assert "Past their review age: 0 of" in none


def test_the_claims_are_tallied_by_verdict_and_by_what_decides() -> None:
    shown = advisor(ROOT, "evidence", "claims").stdout
    (totals,) = re.findall(r"^all\s+25\s+57\s+56\s+138$", shown, re.MULTILINE)
    assert totals
    for verdict in ("confirmed", "outdated", "refuted", "misleading", "unverifiable"):
        assert re.search(rf"^{verdict}( +\d+){{4}}$", shown, re.MULTILINE)


def test_a_claim_is_shown_with_the_facts_that_decide_it() -> None:
    shown = advisor(ROOT, "evidence", "arch-keras-04").stdout
    assert "outdated, stale when the article appeared (decided by probe)" in shown
    assert "+ Keras, engine-independence: the same code trains on a second engine" in shown
    unprobed = advisor(ROOT, "evidence", "com-tf-03").stdout
    assert "Why no program decides it here: Which versions exist" in unprobed


def test_an_unknown_name_is_refused_with_what_is_near() -> None:
    complaint(advisor(ROOT, "evidence", "licences"), 'there is no "licences". Did you mean licence')
    complaint(advisor(ROOT, "evidence", "licence", "torch"), "FRAMEWORK", 'no "torch"', "pytorch")


def test_probing_refuses_what_there_is_not(tmp_path: Path) -> None:
    done = advisor(
        ROOT, "probe", "--criterion", "tea", "-o", tmp_path / "found", TMPDIR=str(tmp_path)
    )
    complaint(done, 'the laboratory has no probe for "tea"', "step-debugging")
    assert not (tmp_path / "found").exists()
