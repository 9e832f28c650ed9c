"""Who runs when, with which words, and what is left out."""

import json
from pathlib import Path

import pytest

from advisor.measure import QUICK, Plan, Profile, choose, preview
from advisor.measure.choose import Wish
from advisor.measure.expected import expected_seconds, gate_seconds
from advisor.measure.plan import PHASES
from advisor.measure.work import Remaining
from advisor.model import Stack
from tests.measure.laboratories import CATALOG, KERAS, PYTORCH, choices

COMPILE = CATALOG.stack("pytorch-compile")
THREE = (PYTORCH, KERAS, COMPILE)


def everything(stack: Stack, task: str, phase: str) -> bool:
    return True


def plan(**changed: object) -> Plan:
    given: dict[str, object] = {
        "stacks": THREE,
        "tasks": ("a",),
        "phases": ("startup", "train", "predict"),
        "profile": Profile(replicates=3, wait_seconds=0),
        "folder": Path("f"),
        "metrics": CATALOG.metrics,
        "wanted": everything,
    }
    return Plan(**{**given, **changed})  # type: ignore[arg-type]


def test_stacks_are_neighbours_and_the_order_rotates() -> None:
    replicates = plan().rounds(3)
    order = [(each.index, each.group, each.stack.split("-")[-1]) for each in replicates]
    assert order[:6] == [
        (0, "startup", "eager"), (0, "startup", "tensorflow"), (0, "startup", "compile"),
        (0, "train-predict", "eager"), (0, "train-predict", "tensorflow"),
        (0, "train-predict", "compile"),
    ]  # fmt: skip
    assert [stack for index, _, stack in order if index == 1][:3] == [
        "tensorflow", "compile", "eager",
    ]  # fmt: skip
    assert len({each.out for each in replicates}) == len(replicates) == 18


def test_phases_that_would_disturb_each_other_have_processes_of_their_own() -> None:
    groups = [each.group for each in plan(stacks=(PYTORCH,), phases=PHASES).round(0)]
    assert groups == ["startup", "train-predict", "fit", "learn", "export", "memory", "harness"]


def test_the_command_names_suites_stack_and_tasks() -> None:
    profile = Profile(replicates=1, wait_seconds=0, arguments=("--quick-rounds",))
    (one,) = plan(stacks=(PYTORCH,), tasks=("a", "b"), phases=("train",), profile=profile).rounds(1)
    words = " ".join(one.arguments)
    assert words.startswith("-m pytest -c benchmarks/pytest.ini")
    assert "benchmarks/test_train.py --stack pytorch-eager --task a --task b" in words
    assert words.endswith("--quick-rounds")
    assert one.out == Path("f/pytorch-eager-train-0.json")
    assert one.timeout_seconds > one.expected_seconds > 0


def test_tasks_that_want_the_same_phases_share_a_process() -> None:
    def wanted(stack: Stack, task: str, phase: str) -> bool:
        return stack is PYTORCH and (task, phase) not in {("b", "predict"), ("c", "train")}

    found = plan(tasks=("a", "b", "c", "d"), phases=("train", "predict"), wanted=wanted).round(0)
    assert [(each.group, each.tasks) for each in found] == [
        ("predict", ("c",)), ("train", ("b",)), ("train-predict", ("a", "d")),
    ]  # fmt: skip


def test_twins_run_next_to_each_other_and_have_files_of_their_own() -> None:
    found = plan(phases=("train",), study=True).rounds(2)
    assert [(each.index, each.stack, each.twin) for each in found[:4]] == [
        (0, "pytorch-eager", 0), (0, "pytorch-eager", 1),
        (0, "keras-tensorflow", 0), (0, "keras-tensorflow", 1),
    ]  # fmt: skip
    assert len({each.out for each in found}) == 12
    assert found[1].out.name == "pytorch-eager-train-0-twin-1.json"
    assert found[1].title == "pytorch-eager train, replicate 0, twin 1"


def test_measurements_name_every_metric_and_each_format_once() -> None:
    (one,) = plan(stacks=(PYTORCH,), phases=("predict",)).round(0)
    assert one.measurements == (
        ("a", "predict", "latency-seconds"), ("a", "predict", "batch-seconds"),
    )  # fmt: skip
    (one,) = plan(stacks=(KERAS,), phases=("export",)).round(0)
    metrics = [metric for _, _, metric in one.measurements]
    assert "saved-model-latency-seconds" in metrics
    assert not [metric for metric in metrics if "executorch" in metric or "bytes" in metric]
    brief = plan().measurements(KERAS, ("export",), ("a",), formats=False)
    assert len(brief) == 1


def test_a_replicate_is_plain_data(tmp_path: Path) -> None:
    (one, *_) = plan().round(0)
    told = json.loads(json.dumps(one.as_dict()))
    assert told["arguments"] == list(one.arguments)
    assert told["out"] == "f/pytorch-eager-startup-0.json"
    assert told["timeout_seconds"] == one.timeout_seconds
    environment = preview(choices(tmp_path)).session.environment(one)
    facts = json.loads(environment["ADVISOR_REPLICATE"])
    assert (facts["replicate"], "load" in facts) == (0, False)
    assert facts["machine"]["cores"] > 0


def test_a_preview_tells_the_time_by_group_and_what_is_left_out(tmp_path: Path) -> None:
    planned = preview(
        choices(tmp_path, stacks=(KERAS, COMPILE), phases=("train", "fit"), tasks=("gpt-small",))
    )
    assert set(planned.group_seconds) == {"train"}
    assert planned.seconds == planned.gate_seconds + planned.group_seconds["train"]
    assert set(planned.left_out["keras-tensorflow"]) == {("gpt-small", "fit")}
    assert set(planned.left_out["pytorch-compile"]) == {
        ("gpt-small", "train"), ("gpt-small", "fit"),
    }  # fmt: skip


def test_who_names_a_task_gets_all_of_it() -> None:
    named = choose(CATALOG, Wish(tasks=["mlp-mnist"], stacks=["pytorch-compile"]))
    assert not named.left_out(COMPILE)
    assert choose(CATALOG, Wish(stacks=["pytorch-compile"])).left_out(COMPILE)


def test_compiling_is_expected_to_take_its_time() -> None:
    assert expected_seconds(COMPILE, ["train"], 2) > expected_seconds(PYTORCH, ["train"], 2) + 20
    assert gate_seconds(COMPILE, 1) > gate_seconds(PYTORCH, 1)


def test_every_phase_is_known_to_the_catalog_and_has_an_estimate() -> None:
    assert {metric.phase for metric in CATALOG.metrics} == set(PHASES)
    for phase in PHASES:
        assert expected_seconds(PYTORCH, [phase], 1) > 0


def test_the_profiles_differ_in_stacks_phases_and_thoroughness() -> None:
    quick, standard, full, study = (
        choose(CATALOG, Wish(**{name: True} if name else {}))
        for name in ("quick", "", "full", "study")
    )
    assert quick.stacks == standard.stacks == study.stacks == CATALOG.default_stacks
    assert full.stacks == CATALOG.stacks
    assert quick.phases == study.phases == ("train", "predict")
    assert standard.phases == full.phases == PHASES
    assert (quick.profile.replicates, standard.profile.replicates) == (3, 5)
    assert quick.profile.arguments == QUICK.arguments
    assert study.out.parts[-2:] == ("studies", "aa")
    assert not study.out.is_relative_to(standard.out)


def test_a_quick_look_at_the_default_stacks_takes_about_ten_minutes(tmp_path: Path) -> None:
    wanted = choose(CATALOG, Wish(quick=True, out=tmp_path))
    assert 5 * 60 < preview(wanted).seconds < 12 * 60


@pytest.mark.parametrize(
    ("wish", "said"),
    [
        (Wish(stacks=["keras"]), '--stack: the laboratory has no "keras". Choose from: keras-'),
        (Wish(tasks=["mnist"]), '--task: the laboratory has no "mnist"'),
        (Wish(phases=["dream"]), '--phase: the laboratory has no "dream"'),
        (Wish(device="quantum"), '--device: the laboratory has no "quantum". Choose from: cpu'),
        (Wish(quick=True, full=True), "it cannot be --full as well"),
        (Wish(study=True, budget_minutes=5), "a study has no end"),
    ],
)
def test_a_wish_that_cannot_be_is_refused(wish: Wish, said: str) -> None:
    from advisor.errors import MeasureError

    with pytest.raises(MeasureError) as caught:
        choose(CATALOG, wish)
    assert said in str(caught.value)


def test_a_study_may_not_lie_among_the_evidence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from advisor.errors import MeasureError

    monkeypatch.setenv("ADVISOR_RESULTS", str(tmp_path / "results"))
    for place in (tmp_path / "results", tmp_path / "results" / "aa"):
        with pytest.raises(MeasureError, match="among the evidence"):
            choose(CATALOG, Wish(study=True, out=place))
    assert choose(CATALOG, Wish(study=True)).out == tmp_path / "studies" / "aa"


def test_another_device_is_said_to_every_process() -> None:
    named = choose(CATALOG, Wish(device="cuda"))
    assert named.profile.arguments[-2:] == ("--device", "cuda")
    assert "--device" not in choose(CATALOG, Wish()).profile.arguments


def test_what_has_ended_tells_how_long_the_rest_will_take() -> None:
    first, second, third = plan(phases=("train",)).round(0)
    remaining = Remaining([first, second, third])
    assert remaining.seconds == sum(each.expected_seconds for each in (first, second, third))
    remaining.ended(first, 2 * first.expected_seconds)
    assert remaining.seconds == 2 * (second.expected_seconds + third.expected_seconds)
    remaining.ended(second, 4 * second.expected_seconds)
    again = plan(phases=("train",)).round(1)
    assert remaining.expected([each for each in again if each.stack == second.stack]) == (
        4 * second.expected_seconds
    )
    assert remaining.expected([third]) == 3 * third.expected_seconds
