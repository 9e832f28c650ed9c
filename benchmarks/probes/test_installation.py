"""Installation: does it install small and without trouble?

Read from the metadata of what is installed. Sizes leave out what serves GPUs alone, so that a build
for CPUs and one for GPUs give the same answer. Which systems have wheels cannot be seen from here.
"""

from benchmarks.probes.packages import needed, package, requirements, size_bytes
from benchmarks.probes.rubric import Facts, Row, Rubric
from benchmarks.probes.test_python_currency import NEWEST, installs_on

MERITS = ("under-one-gigabyte", "ready-to-train", "no-ceilings", "newest-python")

RUBRIC = Rubric(
    criterion="installation",
    facts={
        "under-one-gigabyte": "with all that it needs it takes less than 1 GB on the disk",
        "ready-to-train": "the one package brings all that training needs",
        "no-ceilings": "none of its requirements forbids newer versions of other packages",
        "newest-python": "it installs on the newest Python",
    },
    asides={"needs-no-tensorflow": "no requirement, direct or not, is TensorFlow"},
    rows=(
        Row(4, some=4, of=MERITS),
        Row(3, some=3, of=MERITS),
        Row(2, some=2, of=MERITS),
    ),
    floor=1,
    claims=("arch-keras-05",),
)

ENGINES = {"jax", "tensorflow", "torch"}


def probe(facts: Facts, name: str) -> None:
    """The same questions for every package."""
    all_needed = needed(name)
    own, total = size_bytes(name), sum(map(size_bytes, all_needed))
    sizes = f"{total / 1e6:.0f} MB in {len(all_needed)} packages, {own / 1e6:.0f} MB its own"
    facts.record("under-one-gigabyte", total < 1e9, sizes)
    engines = sorted(ENGINES.intersection(all_needed))
    facts.record(
        "ready-to-train", bool(engines), f"engines it brings: {', '.join(engines) or 'none'}"
    )
    ceilings = [
        str(each)
        for each in requirements(name)
        if any(clause.operator in ("<", "<=", "==", "~=") for clause in each.specifier)
    ]
    facts.record("no-ceilings", not ceilings, ", ".join(ceilings) or "no requirement has one")
    facts.record("newest-python", *installs_on(package(name), NEWEST))
    facts.record(
        "needs-no-tensorflow", "tensorflow" not in all_needed, f"needs {', '.join(all_needed)}"
    )


def test_keras(facts: Facts) -> None:
    probe(facts, "keras")


def test_tensorflow(facts: Facts) -> None:
    probe(facts, "tensorflow")


def test_pytorch(facts: Facts) -> None:
    probe(facts, "torch")
