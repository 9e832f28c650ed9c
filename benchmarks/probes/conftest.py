"""One process, one framework: its probes run here, and their proofs become a run file.

    python -m pytest -c benchmarks/pytest.ini benchmarks/probes --framework pytorch --proof-json=OUT

The process may hold no other framework; what needs one runs in a child process (child.py).
"""

import json
import os
from collections.abc import Generator, Iterator
from pathlib import Path

import pytest

from benchmarks.errors import LaboratoryError
from benchmarks.probes.child import Child
from benchmarks.probes.proof import FRAMEWORKS, ProofFile, foreign_modules
from benchmarks.probes.rubric import Facts
from benchmarks.runfile import Replicate, first_line

# TensorFlow greets with its instruction sets before it says anything of interest.
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

PROOFS = pytest.StashKey[ProofFile]()
FACTS = pytest.StashKey[Facts]()


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("probes")
    group.addoption("--framework", choices=sorted(FRAMEWORKS), help="the framework to probe")
    group.addoption("--criterion", action="append", help="a criterion; repeat for more; all")
    group.addoption("--proof-json", type=Path, help="the run file to write")


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Keep the probes of the framework; without one there is nothing to probe."""
    framework = config.getoption("--framework")
    if framework is None:
        raise pytest.UsageError(f"say what to probe: --framework {{{','.join(FRAMEWORKS)}}}")
    wanted = set(config.getoption("--criterion") or ())
    known = {_facts(item).rubric.criterion for item in items}
    if unknown := wanted - known:
        raise pytest.UsageError(f"no probe for {', '.join(sorted(unknown))}")
    kept = [
        item
        for item in items
        if item.name == f"test_{framework}"
        and (not wanted or _facts(item).rubric.criterion in wanted)
    ]
    config.hook.pytest_deselected(items=[item for item in items if item not in kept])
    items[:] = kept
    try:
        config.stash[PROOFS] = ProofFile(framework, Replicate.from_environment())
    except LaboratoryError as error:
        raise pytest.UsageError(str(error)) from error


@pytest.fixture
def facts(request: pytest.FixtureRequest) -> Iterator[Facts]:
    """Where the probe puts what it establishes; afterwards no other framework may be here."""
    yield request.node.stash[FACTS]
    foreign = foreign_modules(request.config.getoption("--framework"))
    assert not foreign, f"this process also holds {', '.join(sorted(foreign))}"


@pytest.fixture(scope="session")
def on_jax() -> Iterator[Child]:
    """A process in which Keras runs on JAX, with two devices, and no other engine can be had."""
    Facts.need("jax")
    two, hidden = "--xla_force_host_platform_device_count=2", ("tensorflow", "torch")
    with Child(hidden=hidden, KERAS_BACKEND="jax", JAX_PLATFORMS="cpu", XLA_FLAGS=two) as child:
        yield child


@pytest.fixture(scope="session")
def on_torch() -> Iterator[Child]:
    """A process in which Keras runs on PyTorch, and no other engine can be had."""
    Facts.need("torch")
    with Child(hidden=("tensorflow", "jax"), KERAS_BACKEND="torch") as child:
        yield child


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    proofs = item.config.stash.get(PROOFS, None)
    if proofs and (call.when == "call" or not report.passed):
        words = {"passed": "passed", "failed": "failed", "skipped": "missing"}
        proofs.add(
            _facts(item),
            item.path,
            (words[report.outcome], _reason(call)),
            seconds=call.duration,
            log=report.capstdout + report.capstderr,
        )
    return report


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Write the run file, whole: under another name first."""
    out, proofs = session.config.getoption("--proof-json"), session.config.stash.get(PROOFS, None)
    if out and proofs:
        part = out.with_name(f".{out.name}.part")
        text = json.dumps(proofs.content(), indent=1, sort_keys=True) + "\n"
        part.write_text(text, encoding="utf-8")
        part.replace(out)


def _facts(item: pytest.Item) -> Facts:
    """The facts of a probe, which is a function beside a RUBRIC."""
    if FACTS not in item.stash:
        item.stash[FACTS] = Facts(item.module.RUBRIC)  # type: ignore[attr-defined]
    return item.stash[FACTS]


def _reason(call: pytest.CallInfo[None]) -> str:
    if call.excinfo is None:
        return ""
    if call.excinfo.errisinstance(pytest.skip.Exception):
        return first_line(str(call.excinfo.value))
    return first_line(f"{call.excinfo.typename}: {call.excinfo.value}")
