"""A site of a thousand machines: time that grows with them, and pages that do not."""

import gzip
import json
import sys
import time
from pathlib import Path

import pytest

from advisor.catalog import load_catalog
from advisor.evidence import cells_of
from advisor.laboratory import read_tasks
from advisor.publish import write_folder
from advisor.render.charts.explorer import chart_specs, page_bundle
from advisor.render.site import Files, site
from advisor.runs import read_runs
from tests.runfiles import FRAMEWORKS, MACHINE, benchmark, content
from tests.sites import TODAY
from tests.sites import content as file_content

MACHINES = (125, 250, 500, 1000)
LARGEST_KILOBYTES = 150
#: Twice as many machines may take twice as long, with room for other work on this machine.
LINEAR = 2.0
ROOM = 1.6


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder for each number of machines, each machine with a process per default stack."""
    home = tmp_path_factory.mktemp("machines")
    for number in range(max(MACHINES)):
        machine = {**MACHINE, "memory_gib": float(number + 1)}
        for stack in FRAMEWORKS:
            run = content(stack, benchmarks=[benchmark(stack, [0.002, 0.003])], machine=machine)
            for count in MACHINES:
                if number < count:
                    path = home / str(count) / f"machine-{number}" / f"{stack}-train-0.json"
                    path.parent.mkdir(parents=True, exist_ok=True)
                    path.write_text(json.dumps(run))
    return home


def built(folder: Path, out: Path) -> tuple[Files, float]:
    """The site of a results folder, and the seconds from run files to written pages."""
    start = time.perf_counter()
    catalog = load_catalog()
    runs = read_runs(folder)
    cells = cells_of(catalog, runs)
    files = site(catalog, cells, [runs], as_of=TODAY, version="1", tasks=read_tasks())
    write_folder(out, files)
    return files, time.perf_counter() - start


def test_time_grows_no_faster_than_the_machines_and_pages_stay_small(
    results: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    page_bundle(), chart_specs()  # made once for any number of machines
    seconds = {}
    for count in MACHINES:
        files, seconds[count] = built(results / str(count), tmp_path / "site")
    with capsys.disabled():
        told = ", ".join(f"{count}: {took:.1f} s" for count, took in seconds.items())
        sys.stdout.write(f"\nThe site of so many machines is built in: {told}")
    grown = seconds[MACHINES[-1]] / seconds[MACHINES[-3]]
    assert grown < LINEAR**2 * ROOM
    sizes = {
        name: len(gzip.compress(file_content(files, name)))
        for name in files
        if name.endswith((".html", ".js", ".xml")) and not name.startswith("vendor/")
    }
    assert sum(name.startswith("benchmarks/") for name in sizes) > max(MACHINES)
    assert max(sizes.values()) < LARGEST_KILOBYTES * 1000
