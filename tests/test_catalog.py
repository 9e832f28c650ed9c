"""Knowledge files that contradict themselves are refused with every problem, file, key and cure."""

import shutil
from pathlib import Path

import pytest

from advisor.catalog import KNOWLEDGE, load_catalog
from advisor.errors import KnowledgeError

#: What to write wrongly: (file, text to find, what to write instead, parts of the message).
FAULTS = [
    (
        "criteria.toml",
        'group = "architecture"',
        'group = "nowhere"',
        ("criteria.toml", "group", "nowhere"),
    ),
    ("questions.toml", 'id = "workload"', 'id = "stage"', ("questions.toml", "stage", "already")),
    ("questions.toml", "learning-curve = 4", "learning-curve = 3", ("weighs", "learning-curve")),
    ("questions.toml", "learning-curve = 4", "lerning-curve = 4", ("lerning-curve", "criteria")),
    (
        "questions.toml",
        'when = { targets = ["server"] }',
        'when = { targets = ["sever"] }',
        ("when", "sever"),
    ),
    (
        "questions.toml",
        'when = { targets = ["server"] }',
        'when = { people = ["community"] }',
        ("when", "later"),
    ),
    (
        "workloads.toml",
        "[[workload]]",
        "[[wrkload]]",
        ("workloads.toml", "wrkload", "[[workload]]"),
    ),
    ("policy.toml", "draws = 20000", 'draws = "many"', ("policy.toml", "draws")),
    (
        "frameworks.toml",
        'default_stack = "pytorch-eager"',
        'default_stack = "x"',
        ("default_stack", "x"),
    ),
    ("sources.toml", "[[source]]", "[[source]", ("sources.toml", "TOML", "line")),
    (
        "metrics.toml",
        'id = "accuracy", phase = "learn", unit = "share"',
        'id = "accuracy", phase = "learn", unit = "s"',
        ("metrics.toml", "accuracy", 'has the unit "share"'),
    ),
    ("metrics.toml", 'better = "higher"', 'better = "larger"', ("metrics.toml", "better")),
    (
        "metrics.toml",
        'id = "step-seconds", phase = "train"',
        'id = "step-seconds", phase = "fit"',
        ("training-speed measure", '"step-seconds" is no metric of the phase "train"'),
    ),
    ("metrics.toml", 'frameworks = ["keras"]', 'frameworks = ["kera"]', ("frameworks", "kera")),
    (
        "omissions.toml",
        'phases = ["fit"]',
        'phases = ["fti"]',
        ("omissions.toml", '"fti" is no phase'),
    ),
    (
        "omissions.toml",
        'spared = ["keras-torch"]',
        'spared = ["keras-tork"]',
        ("spared", "keras-tork"),
    ),
    (
        "errata.toml",
        'stacks = ["pytorch-compile"]',
        'stacks = ["pytorch-compiled"]',
        ("errata.toml", "stacks", "pytorch-compiled"),
    ),
    (
        "policy.toml",
        'estimator = "minimum"',
        'estimator = "mean"',
        ("policy.toml", "estimator"),
    ),
]


@pytest.fixture
def knowledge(tmp_path: Path) -> Path:
    return Path(shutil.copytree(KNOWLEDGE, tmp_path / "knowledge"))


def spoil(knowledge: Path, file: str, old: str, new: str) -> None:
    path = knowledge / file
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


@pytest.mark.parametrize(("file", "old", "new", "parts"), FAULTS)
def test_a_fault_is_named(
    knowledge: Path, file: str, old: str, new: str, parts: tuple[str, ...]
) -> None:
    spoil(knowledge, file, old, new)
    with pytest.raises(KnowledgeError) as refused:
        load_catalog(knowledge)
    for part in parts:
        assert part in str(refused.value)


def test_all_faults_of_all_files_come_at_once(knowledge: Path) -> None:
    spoil(knowledge, "policy.toml", "draws = 20000", 'draws = "many"')
    spoil(knowledge, "criteria.toml", 'group = "architecture"', 'group = "nowhere"')
    spoil(knowledge, "workloads.toml", "[[workload]]", "[[wrkload]]")
    with pytest.raises(KnowledgeError) as refused:
        load_catalog(knowledge)
    assert len(refused.value.problems) >= 3


def test_level_2_without_a_caveat_is_refused(knowledge: Path) -> None:
    (knowledge / "statements" / "new.toml").write_text(
        '[[statement]]\nframework = "keras"\ncriterion = "browser"\nlevel = 2\n'
        'date = 2027-01-01\ntier = "documented"\nsources = ["S01"]\n'
    )
    with pytest.raises(KnowledgeError, match="say which in `note`"):
        load_catalog(knowledge)


def test_a_second_statement_of_the_same_day_is_refused(knowledge: Path) -> None:
    old = knowledge / "statements" / "2026-11-22-review.toml"
    (knowledge / "statements" / "again.toml").write_bytes(old.read_bytes())
    with pytest.raises(KnowledgeError, match="already"):
        load_catalog(knowledge)


def test_no_policy_is_refused(knowledge: Path) -> None:
    (knowledge / "policy.toml").unlink()
    with pytest.raises(KnowledgeError, match=r"policy\.toml"):
        load_catalog(knowledge)
