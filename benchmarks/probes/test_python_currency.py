"""Current Python versions: do new Python versions work soon?

Read from the metadata of the installed package: a wheel of Python code alone installs wherever its
range allows; a compiled one needs a build, which the classifiers announce.
"""

from importlib.metadata import Distribution

from packaging.specifiers import SpecifierSet

from benchmarks.probes.packages import field, package
from benchmarks.probes.rubric import Facts, Row, Rubric

RUBRIC = Rubric(
    criterion="python-currency",
    facts={
        "newest-declared": "the package names the newest Python as supported",
        "newest-installs": "the package installs on the newest Python",
        "year-old-installs": "it installs on the Python of the year before",
        "two-years-old-installs": "it installs on the Python of two years before",
    },
    rows=(
        Row(4, needs=("newest-declared", "newest-installs")),
        Row(3, needs=("newest-installs",)),
        Row(2, some=1, of=("year-old-installs", "two-years-old-installs")),
    ),
    floor=1,
)

#: Released in October of 2026, 2025 and 2024.
NEWEST, YEAR_OLD, TWO_YEARS_OLD = "3.15", "3.14", "3.13"


def declares(distribution: Distribution, python: str) -> bool:
    """Whether a classifier names this version of Python."""
    wanted = f"Programming Language :: Python :: {python}"
    return wanted in (distribution.metadata.get_all("Classifier") or ())


def installs_on(distribution: Distribution, python: str) -> tuple[bool, str]:
    """Whether the package can be installed on this version of Python, and why."""
    asked = field(distribution, "Requires-Python")
    allowed = SpecifierSet(asked).contains(f"{python}.0")
    pure = "Root-Is-Purelib: true" in (distribution.read_text("WHEEL") or "")
    if pure:
        return allowed, f"Python code alone, for {asked}"
    return allowed and declares(
        distribution, python
    ), f"compiled; classifiers for {_named(distribution)}"


def _named(distribution: Distribution) -> str:
    prefix = "Programming Language :: Python :: 3."
    named = [c for c in distribution.metadata.get_all("Classifier") or () if c.startswith(prefix)]
    minors = sorted(int(c.removeprefix(prefix)) for c in named)
    return f"3.{minors[0]} to 3.{minors[-1]}" if minors else "no version"


def probe(facts: Facts, name: str) -> None:
    """The same questions for every package."""
    distribution = package(name)
    declared = declares(distribution, NEWEST)
    facts.record(
        "newest-declared", declared, f"Python {NEWEST}; classifiers for {_named(distribution)}"
    )
    facts.record("newest-installs", *installs_on(distribution, NEWEST))
    facts.record("year-old-installs", *installs_on(distribution, YEAR_OLD))
    facts.record("two-years-old-installs", *installs_on(distribution, TWO_YEARS_OLD))


def test_keras(facts: Facts) -> None:
    probe(facts, "keras")


def test_tensorflow(facts: Facts) -> None:
    probe(facts, "tensorflow")


def test_pytorch(facts: Facts) -> None:
    probe(facts, "torch")
