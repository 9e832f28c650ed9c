"""What is known to be wrong in a run file is used nowhere, and the method page says so."""

from dataclasses import replace
from pathlib import Path

import pytest

from advisor.catalog import load_catalog
from advisor.evidence import cells_of
from advisor.model import Catalog, Cell, Erratum
from advisor.runs import Runs, bundled_results, read_runs
from tests.clock import NEWEST
from tests.runfiles import benchmark, content, written

WRONG = Erratum(
    sessions=("20261122T115000Z",),
    stacks=("pytorch-eager",),
    details=("compile_seconds", "first_call_seconds"),
    date=NEWEST,
    reason="the clock was off",
)


@pytest.fixture
def runs(tmp_path: Path) -> Runs:
    for stack in ("pytorch-eager", "tensorflow-graph"):
        entry = benchmark(stack, [0.1], compile_seconds=20.0, first_call_seconds=20.1, flops=2e9)
        written(tmp_path / f"{stack}.json", content(stack, benchmarks=[entry]))
    return read_runs(tmp_path)


def found(runs: Runs, *errata: Erratum) -> dict[str, Cell]:
    known = load_catalog().model_copy(update={"errata": errata})
    return {cell.stack: cell for cell in cells_of(known, runs)}


def test_what_is_wrong_is_left_out_and_the_rest_stays(runs: Runs) -> None:
    before, after = found(runs), found(runs, WRONG)
    assert after["tensorflow-graph"] == before["tensorflow-graph"]
    left = dict(before["pytorch-eager"].detail)
    assert left.pop("first_call_seconds") == 20.1
    left.pop("compile_seconds")
    assert after["pytorch-eager"] == replace(
        before["pytorch-eager"], detail=left, compile_seconds=()
    )


def test_it_is_about_what_it_names_only(runs: Runs) -> None:
    changes: list[dict[str, tuple[str, ...]]] = [
        {"sessions": ("another",)},
        {"stacks": ("keras-jax",)},
        {"tasks": ("cnn-cifar",)},
        {"phases": ("predict",)},
    ]
    for change in changes:
        assert found(runs, WRONG.model_copy(update=change)) == found(runs)


def test_what_it_does_not_name_stays(runs: Runs) -> None:
    kept = found(runs, WRONG.model_copy(update={"details": ("first_call_seconds",)}))
    assert kept["pytorch-eager"].compile_seconds == (20.0,)


def test_each_erratum_is_about_something() -> None:
    catalog: Catalog = load_catalog()
    plain = catalog.model_copy(update={"errata": ()})
    bundled = read_runs(bundled_results())
    for erratum in catalog.errata:
        alone = catalog.model_copy(update={"errata": (erratum,)})
        assert cells_of(alone, bundled) != cells_of(plain, bundled)
