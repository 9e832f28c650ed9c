"""Options, fixtures, and the run file.

    pytest benchmarks/ --stack pytorch-eager                    everything for one stack
    pytest benchmarks/test_train.py --stack S --task mlp-mnist --benchmark-json=run.json

pytest-benchmark writes the samples; the hooks here add the block `advisor`, drop what names this
machine, and record how every test ended, since a failed test leaves no trace in its file.
"""

import json
import math
from collections.abc import Callable, Generator, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from benchmarks import machine, tasks
from benchmarks.errors import LaboratoryError, MissingError, RefusedError
from benchmarks.exporters import FORMATS, RUNTIMES
from benchmarks.runfile import Outcome, Replicate, RunFile, first_line
from benchmarks.stacks import DEVICES, STACKS, foreign_frameworks, open_stack
from benchmarks.stacks.protocol import Stack, Trainer
from benchmarks.tasks import data
from benchmarks.tasks.task import Examples, Rounds, Task

RUN = pytest.StashKey[RunFile]()
#: Phases that leave the work to children come first: their process may hold no framework yet.
CHILDREN = ("startup", "memory", "export")
ORDER = (*CHILDREN, "train", "predict", "fit", "learn", "harness")
COMMIT_FACTS = ("id", "time", "dirty")
#: Of what cpuinfo finds out, this is what `pytest-benchmark compare` and a reader look at.
CPU_FACTS = ("arch", "brand_raw", "count", "hz_advertised_friendly")


@dataclass(frozen=True)
class Bench:
    """A task made ready in the stack of this process."""

    task: Task
    trainer: Trainer
    examples: Examples
    rounds: Rounds


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("laboratory")
    group.addoption("--stack", choices=sorted(STACKS), help="the stack to measure")
    group.addoption(
        "--task", action="append", choices=tasks.task_ids(), help="a task; repeat for more; all"
    )
    group.addoption("--device", choices=DEVICES, default="cpu", help="cpu, or the first NVIDIA GPU")
    group.addoption("--threads", type=int, help="threads for everything; all usable cores")
    group.addoption("--data", choices=data.CHOICES, default="auto", help="real if it is cached")
    group.addoption("--quick-rounds", action="store_true", help="three samples of everything")
    group.addoption(
        "--seconds", type=float, default=math.inf, help="fewer samples where they take longer"
    )


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    cells = [item for item in items if item.get_closest_marker("cell")]
    if not cells or config.option.collectonly:
        return
    stack = config.getoption("--stack")
    if stack is None:
        raise pytest.UsageError(f"say which stack to measure: --stack {{{','.join(STACKS)}}}")
    items.sort(key=lambda item: ORDER.index(_cell(item)["phase"]) if item in cells else -1)
    threads = config.getoption("--threads") or machine.usable_cores()
    device = config.getoption("--device")
    try:
        replicate = Replicate.from_environment()
        run_file = RunFile(stack, STACKS[stack].framework, threads, replicate, device)
    except LaboratoryError as error:
        raise pytest.UsageError(str(error)) from error
    config.stash[RUN] = run_file


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "task_id" in metafunc.fixturenames:
        chosen = metafunc.config.getoption("--task") or tasks.task_ids()
        metafunc.parametrize("task_id", tuple(dict.fromkeys(chosen)), scope="session")
    if "format_id" in metafunc.fixturenames:
        metafunc.parametrize("format_id", _formats(metafunc.config.getoption("--stack")))


def _formats(stack_id: str | None) -> list[Any]:
    """The formats of a stack, each as a cell of its own; of no stack, those of all."""
    claimed = FORMATS.get(stack_id, ()) if stack_id else RUNTIMES
    return [
        pytest.param(each, marks=pytest.mark.cell(phase="export", metric=f"{each}-latency-seconds"))
        for each in claimed
    ]


@pytest.fixture(scope="session")
def run_file(request: pytest.FixtureRequest) -> RunFile:
    """What this process reports."""
    return request.config.stash[RUN]


@pytest.fixture(scope="session")
def stack(run_file: RunFile) -> Stack:
    """The stack, limited to the threads asked for, alone in this process."""
    opened = open_stack(run_file.stack, run_file.threads, run_file.device)
    run_file.versions, run_file.flags = opened.versions(), opened.flags()
    return opened


@pytest.fixture(scope="session")
def task(task_id: str, run_file: RunFile) -> Task:
    """The task, unless it may yield no number or the stack cannot do it."""
    found = tasks.task(task_id)
    refused = run_file.replicate.refused
    if reason := refused.get(task_id) or found.refuses.get(run_file.stack):
        pytest.skip(reason)
    return found


@pytest.fixture(scope="session")
def rounds(task: Task, request: pytest.FixtureRequest) -> Rounds:
    """How many samples to take, and for how long at most."""
    if request.config.getoption("--quick-rounds"):
        return task.rounds.quick()
    return replace(task.rounds, seconds=request.config.getoption("--seconds"))


@pytest.fixture(scope="session")
def bench(stack: Stack, task: Task, rounds: Rounds, request: pytest.FixtureRequest) -> Bench:
    """The task's model with the reference weights, and its data in memory."""
    examples = task.examples(request.config.getoption("--data"))
    trainer = stack.trainer(task, "adam")
    trainer.load(task.reference_weights())
    return Bench(task, trainer, examples, rounds)


@pytest.fixture
def fresh(bench: Bench, stack: Stack) -> Trainer:
    """Another model of the task, which nobody has trained or compiled yet."""
    trainer = stack.trainer(bench.task, "adam")
    trainer.load(bench.task.reference_weights())
    return trainer


@pytest.fixture
def describe(
    benchmark: Any, task: Task, run_file: RunFile, request: pytest.FixtureRequest
) -> Iterator[Callable[[int, str], None]]:
    """Writes what a timing is about beside its samples: batch size and the data used.

    Afterwards no foreign framework may have crept into the process.
    """

    def write(batch: int, data_name: str) -> None:
        benchmark.extra_info.update(
            stack=run_file.stack,
            framework=run_file.framework,
            task=task.id,
            **_cell(request.node),
            unit=_marker(request.node).get("unit", "s"),
            batch=batch,
            data=data_name,
            source=tasks.source_digest(task.id),
            compile_seconds=None,
        )

    yield write
    alone = _cell(request.node)["phase"] in CHILDREN
    foreign = foreign_frameworks(None if alone else run_file.stack)
    assert not foreign, f"this process also holds {', '.join(sorted(foreign))}"


@pytest.hookimpl(wrapper=True)
def pytest_runtest_setup() -> Generator[None, object, object]:
    return (yield from _results())


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call() -> Generator[None, object, object]:
    return (yield from _results())


def _results() -> Generator[None, object, object]:
    """Let what is refused or missing end as a skip: both are results and no failures."""
    try:
        return (yield)
    except (RefusedError, MissingError) as result:
        pytest.skip(str(result))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    run_file = item.config.stash.get(RUN, None)
    if run_file and item.get_closest_marker("cell") and (call.when == "call" or not report.passed):
        run_file.outcomes[item.nodeid] = Outcome(
            item.callspec.params["task_id"],  # type: ignore[attr-defined]
            **_cell(item),
            outcome=_word(report, call),
            reason=_reason(call),
        )
    return report


def pytest_benchmark_update_machine_info(machine_info: dict[str, Any]) -> None:
    # The host's name and its exact kernel build say who measured, not on what.
    for key in ("node", "release"):
        machine_info.pop(key, None)
    cpu = machine_info.get("cpu", {})
    machine_info["cpu"] = {key: cpu[key] for key in CPU_FACTS if key in cpu}


def pytest_benchmark_update_commit_info(commit_info: dict[str, Any]) -> None:
    for key in commit_info.keys() - set(COMMIT_FACTS):
        del commit_info[key]


def pytest_benchmark_update_json(config: pytest.Config, output_json: dict[str, Any]) -> None:
    run_file = config.stash[RUN]
    output_json["benchmarks"] = [
        each for each in output_json["benchmarks"] if run_file.passed(each["fullname"])
    ]
    output_json["advisor"] = run_file.block()


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_sessionfinish(session: pytest.Session) -> Generator[None, None, None]:
    """Leave a run file even if nothing could be timed, where pytest-benchmark writes none."""
    timed = session.config._benchmarksession  # type: ignore[attr-defined]
    # A timing that ended before its first sample makes pytest-benchmark fail, and all is lost.
    timed.benchmarks[:] = [each for each in timed.benchmarks if each.stats.data]
    yield
    wanted = session.config.option.benchmark_json and RUN in session.config.stash
    if wanted and not timed.benchmarks:
        _write_empty(session.config, timed)
    elif wanted:
        _compact(session.config.option.benchmark_json)


def _write_empty(config: pytest.Config, timed: Any) -> None:
    commit = config.hook.pytest_benchmark_generate_commit_info(config=config)
    pytest_benchmark_update_commit_info(commit)
    empty = config.hook.pytest_benchmark_generate_json(
        config=config,
        benchmarks=[],
        include_data=True,
        machine_info=timed.get_machine_info(),
        commit_info=commit,
    )
    pytest_benchmark_update_json(config, empty)
    _write(config.option.benchmark_json, empty)


def _compact(path: Path) -> None:
    """Half of what pytest-benchmark writes is the space before it."""
    _write(path, json.loads(path.read_text(encoding="utf-8")))


def _write(path: Path, content: object) -> None:
    part = path.with_name(f".{path.name}.compact")
    part.write_text(json.dumps(content, separators=(",", ":")) + "\n", encoding="utf-8")
    part.replace(path)


def _cell(item: pytest.Item) -> dict[str, str]:
    return {key: _marker(item)[key] for key in ("phase", "metric")}


def _marker(item: pytest.Item) -> Mapping[str, str]:
    marker = item.get_closest_marker("cell")
    assert marker is not None
    return marker.kwargs


def _word(report: pytest.TestReport, call: pytest.CallInfo[None]) -> str:
    if report.outcome != "skipped":
        return report.outcome
    cause = call.excinfo.value.__context__ if call.excinfo else None
    return "missing" if isinstance(cause, MissingError) else "refused"


def _reason(call: pytest.CallInfo[None]) -> str:
    if call.excinfo is None:
        return ""
    if call.excinfo.errisinstance(pytest.skip.Exception):
        return first_line(str(call.excinfo.value))
    return first_line(f"{call.excinfo.typename}: {call.excinfo.value}")
