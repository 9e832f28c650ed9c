"""The knowledge that is shipped: complete, consistent, and only ever added to."""

import hashlib
import subprocess
import sys
import tomllib
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from advisor.ask.answers import read_answers
from advisor.catalog import KNOWLEDGE, load_catalog
from advisor.decide import decide
from advisor.model import NOT_SURE, Catalog

EXAMPLES = Path(__file__).resolve().parents[1] / "examples"
EXAMPLE_FILES = sorted(EXAMPLES.glob("*.answers.toml"))
STATEMENTS = KNOWLEDGE / "statements"
DEVICES = {"cpu", "nvidia", "tpu", "apple-amd-intel"}
TASKS = {
    "mlp-mnist",
    "cnn-cifar",
    "resnet-cifar",
    "lstm-sentiment",
    "transformer-text",
    "gpt-small",
    "tabular-churn",
    "recommender",
    "timeseries-conv",
    "dynamic-tree",
}


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    return load_catalog()


def recorded_digests() -> dict[str, str]:
    lines = (STATEMENTS / "SHA256SUMS").read_text(encoding="utf-8").splitlines()
    return {name: digest for digest, name in (line.split(maxsplit=1) for line in lines)}


def example(name: str) -> dict[str, Any]:
    return tomllib.loads((EXAMPLES / name).read_text(encoding="utf-8"))


def test_every_criterion_has_evidence_or_a_measure(catalog: Catalog) -> None:
    spoken_of = {statement.criterion for statement in catalog.statements}
    silent = [c.id for c in catalog.criteria if c.id not in spoken_of and c.measure is None]
    assert silent == []


def test_todays_layer_speaks_of_every_framework_where_nothing_is_measured(
    catalog: Catalog,
) -> None:
    first = catalog.policy.first_layer
    today = {(s.criterion, s.framework) for s in catalog.statements if s.date > first}
    wanted = {(c.id, f.id) for c in catalog.criteria if not c.measure for f in catalog.frameworks}
    assert wanted - today == set()


def test_measured_criteria_carry_no_guess_beside_the_measurement(catalog: Catalog) -> None:
    """What was judged before it could be measured stays as it was, and gets no successor."""
    measured = {criterion.id for criterion in catalog.criteria if criterion.measure}
    first = catalog.policy.first_layer
    guesses = {(s.criterion, s.date.isoformat()) for s in catalog.statements
               if s.criterion in measured and s.date > first}  # fmt: skip
    assert guesses == {("accuracy-parity", "2026-11-22")}


def test_a_criterion_is_known_by_measuring_exactly_where_cells_speak_for_it(
    catalog: Catalog,
) -> None:
    odd = [c.id for c in catalog.criteria if (c.known_by == "measured") != (c.measure is not None)]
    assert odd == []


def test_old_opinions_on_speed_have_lapsed_by_the_second_layer(catalog: Catalog) -> None:
    """Otherwise the article would speak of speed where no measurement is relevant."""
    newest = max(statement.date for statement in catalog.statements)
    age_days = (newest - catalog.policy.first_layer).days
    assert all(c.review_days < age_days for c in catalog.criteria if c.measure)


def test_the_first_layer_is_the_article_alone(catalog: Catalog) -> None:
    first = catalog.policy.first_layer
    oldest = [s for s in catalog.statements if s.date <= first]
    assert {s.sources for s in oldest} == {("carmatec-2025",)}
    assert {s.framework for s in oldest} == {f.id for f in catalog.frameworks}


def test_every_statement_explains_itself(catalog: Catalog) -> None:
    assert [(s.framework, s.criterion) for s in catalog.statements if not s.note] == []


def test_a_probed_statement_cites_a_run_of_ours(catalog: Catalog) -> None:
    ours = {"S48", "own-probes"}
    bare = [s for s in catalog.statements if s.tier == "probed" and not ours & {*s.sources}]
    assert [(s.framework, s.criterion) for s in bare] == []


def test_no_framework_inherits_from_itself(catalog: Catalog) -> None:
    assert [s for s in catalog.statements if s.inherits == s.framework] == []


def test_ids_are_unique(catalog: Catalog) -> None:
    for things in (
        catalog.frameworks,
        catalog.stacks,
        catalog.groups,
        catalog.criteria,
        catalog.sources,
        catalog.questions,
        catalog.workloads,
    ):
        counted = Counter(thing.id for thing in things)
        assert [id for id, times in counted.items() if times > 1] == []


def test_sources_that_are_used_exist(catalog: Catalog) -> None:
    used = {source for statement in catalog.statements for source in statement.sources}
    assert used - {source.id for source in catalog.sources} == set()


def test_statement_files_are_only_ever_added() -> None:
    """Each file is held by its digest, so that a decision of last year can be rebuilt."""
    recorded = recorded_digests()
    found = {path.name: path for path in STATEMENTS.glob("*.toml")}
    assert set(found) == set(recorded), (
        "Every statement file needs its line in SHA256SUMS, and no line may lose its file: run "
        "`sha256sum *.toml > SHA256SUMS` in advisor/knowledge/statements after adding one."
    )
    for name, path in found.items():
        assert hashlib.sha256(path.read_bytes()).hexdigest() == recorded[name], (
            f"{name} was edited, but statements are only ever added. Restore it (git checkout) "
            "and put the correction, with today's date, into a new file; then add its digest."
        )


def test_a_statement_file_is_named_after_its_date() -> None:
    for path in STATEMENTS.glob("*.toml"):
        table = tomllib.loads(path.read_text(encoding="utf-8"))
        dates = {str(statement["date"]) for statement in table["statement"]}
        assert dates == {path.name[:10]}


def test_the_questionnaire_is_short_and_every_question_is_one(catalog: Catalog) -> None:
    assert 12 <= len(catalog.questions) <= 20
    assert [q.id for q in catalog.questions if len(q.choices) < 2] == []


def test_not_sure_is_never_listed(catalog: Catalog) -> None:
    """Every question accepts it without being told."""
    assert [q.id for q in catalog.questions if q.choice(NOT_SURE)] == []


def test_a_choice_that_says_none_excludes_the_others(catalog: Catalog) -> None:
    """And only where several may be chosen: elsewhere every choice stands alone anyway."""
    several = [question for question in catalog.questions if question.multiple]
    alone = {(q.id, c.id) for q in catalog.questions for c in q.choices if c.exclusive}
    empty = {"none", "nothing", "nobody", "none-yet"}
    assert alone == {(q.id, c.id) for q in several for c in q.choices if c.id in empty}


def test_a_choice_touches_few_criteria(catalog: Catalog) -> None:
    crowded = [
        f"{question.id}={choice.id}"
        for question in catalog.questions
        for choice in question.choices
        if len(choice.weighs) > 6
    ]
    assert crowded == []


def test_what_must_be_possible_is_weighed_too(catalog: Catalog) -> None:
    """A must-have only excludes; among those who pass, the better way should count."""
    unweighed = [
        f"{question.id}={choice.id}"
        for question in catalog.questions
        for choice in question.choices
        if set(choice.requires) - set(choice.weighs)
    ]
    assert unweighed == []


def test_every_must_have_leaves_someone(catalog: Catalog) -> None:
    newest = {
        (s.criterion, s.framework): s.level
        for s in sorted(catalog.statements, key=lambda statement: statement.date)
    }
    for question in catalog.questions:
        for choice in question.choices:
            for criterion, level in choice.requires.items():
                reached = [newest.get((criterion, f.id), 4) >= level for f in catalog.frameworks]
                assert any(reached), f"{question.id}={choice.id} rules out everybody"


def test_whoever_keeps_what_is_in_use_keeps_its_framework(catalog: Catalog) -> None:
    """The must-have that existing code is not rewritten never rules out what it is written in."""
    newest = {
        (s.criterion, s.framework): s.level
        for s in sorted(catalog.statements, key=lambda statement: statement.date)
    }
    choices = [choice for question in catalog.questions for choice in question.choices]
    estates = {criterion.estate: criterion.id for criterion in catalog.criteria if criterion.estate}
    assert {choice.uses for choice in choices if choice.uses} == estates.keys()
    for choice in choices:
        for framework, criterion in estates.items() if choice.keeps else ():
            assert newest[criterion, framework] >= choice.keeps


#: What deciding needs to know of a project, and the questions that ask for it.
TOPICS = {
    "purpose and stage": {"stage"},
    "workload": {"workload"},
    "data size and scale-out": {"scale"},
    "custom architectures and dynamic control flow": {"architecture"},
    "experience": {"python-experience", "deep-learning-experience"},
    "what is in use and the cost of moving": {"today", "keeping"},
    "deployment targets": {"targets"},
    "accelerators and systems": {"training-device", "operating-system", "serving-device"},
    "latency or throughput": {"speed"},
    "debugging and observability": {"insight"},
    "pretrained models and fine-tuning": {"starting-point"},
    "pipelines": {"pipelines"},
    "other languages": {"languages"},
    "governance, licence, support, security": {"governance"},
    "hiring and community": {"people"},
}


def test_every_topic_is_asked_for_and_nothing_else_is(catalog: Catalog) -> None:
    asked = [id for ids in TOPICS.values() for id in sorted(ids)]
    assert sorted(asked) == sorted(question.id for question in catalog.questions)


def test_focus_names_devices_that_run_files_name(catalog: Catalog) -> None:
    choices = [choice for question in catalog.questions for choice in question.choices]
    assert {device for choice in choices for device in choice.focus.devices} == DEVICES


def test_every_workload_can_be_chosen_and_every_task_speaks_for_one(catalog: Catalog) -> None:
    choices = [choice for question in catalog.questions for choice in question.choices]
    chosen = {workload for choice in choices for workload in choice.focus.workloads}
    assert chosen == {workload.id for workload in catalog.workloads}
    assert {task for workload in catalog.workloads for task in workload.tasks} == TASKS


@pytest.mark.parametrize("path", EXAMPLE_FILES, ids=lambda path: path.name)
def test_an_example_answers_every_question_that_it_meets(path: Path, catalog: Catalog) -> None:
    answers = read_answers(path, catalog)
    assert answers.project
    unanswered = [
        question.id
        for question in catalog.questions
        if question.relevance(answers.given) == "yes" and question.id not in answers.given
    ]
    assert unanswered == []


@pytest.mark.parametrize("path", EXAMPLE_FILES, ids=lambda path: path.name)
def test_an_example_names_questions_and_choices_that_exist(path: Path, catalog: Catalog) -> None:
    for question, given in example(path.name)["answers"].items():
        choices = [given] if isinstance(given, str) else given
        assert all(catalog.question(question).choice(choice) for choice in choices)


@pytest.mark.parametrize(
    ("name", "framework"),
    [
        ("quick-prototype", "keras"),
        ("mobile-production", "tensorflow"),
        ("novel-research", "pytorch"),
    ],
)
def test_the_first_layer_gives_the_articles_advice(
    name: str, framework: str, catalog: Catalog
) -> None:
    answers = read_answers(EXAMPLES / f"{name}.answers.toml", catalog)
    decision = decide(catalog, (), answers, as_of=catalog.policy.first_layer)
    leader, second = decision.ranking[:2]
    assert leader.framework == framework
    assert leader.score - second.score > 0.08
    assert decision.verdict in {"clear", "lean"}


STARTS = {f.id: f.quick_start for f in load_catalog().frameworks} | {
    start.id: start.code for start in load_catalog().starts
}


@pytest.mark.parametrize("name", STARTS)
def test_a_quick_start_runs(name: str) -> None:
    code = STARTS[name]
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stderr[-2000:]
    assert "loss" in done.stdout
