"""Licence: is it under a permissive licence?

Read from the metadata of the installed package, and from the licence texts that it carries.
"""

import re
from importlib.metadata import Distribution

from benchmarks.probes.packages import field, needed, package
from benchmarks.probes.rubric import Facts, Row, Rubric

RUBRIC = Rubric(
    criterion="licence",
    facts={
        "permissive": "every licence that the package declares is a permissive one",
        "machine-readable": "it is declared as an SPDX expression or by a classifier",
        "text-included": "the text of the licence comes with the package",
        "company-usable": "nothing that it needs is under a licence of the GPL family",
    },
    rows=(
        Row(4, needs=("permissive", "text-included", "company-usable")),
        Row(3, needs=("permissive", "company-usable")),
        Row(2, needs=("permissive",)),
    ),
    claims=("ov-all-03",),
)

#: Licences that let one use, change and sell the work, closed or open, for a notice.
PERMISSIVE = re.compile(
    r"apache|\bmit\b|\bbsd|\bbsl-1|boost|\bisc\b|psf|python-2|hpnd|0bsd|unlicense"
)
#: Licences that ask for more of one's own work; those of the GPL family ask for most.
COPYLEFT = re.compile(r"\b[al]?gpl|\bgnu\b|mozilla|\bmpl")
GPL_FAMILY = re.compile(r"\b[al]?gpl|\bgnu\b")


def declared(distribution: Distribution) -> str:
    """All that the metadata says of the licence, in lower case; the first line of a free text."""
    free = field(distribution, "License").strip().splitlines()[:1]
    all_classifiers = distribution.metadata.get_all("Classifier") or ()
    classifiers = [each for each in all_classifiers if each.startswith("License ::")]
    return " ; ".join([field(distribution, "License-Expression"), *free, *classifiers]).lower()


def probe(facts: Facts, name: str) -> None:
    """The same questions for every package."""
    distribution = package(name)
    said = declared(distribution)
    permissive = bool(PERMISSIVE.search(said)) and not COPYLEFT.search(said)
    facts.record("permissive", permissive, said.strip(" ;") or "nothing is declared")
    spdx, classifier = field(distribution, "License-Expression"), "license ::" in said
    facts.record("machine-readable", bool(spdx or classifier), spdx or said.strip(" ;"))
    texts = [str(f) for f in distribution.files or () if "LICENSE" in f.name.upper()]
    facts.record("text-included", bool(texts), f"{len(texts)} licence texts")
    company = {other: declared(package(other)) for other in needed(name) if other != name}
    odd = sorted(other for other, text in company.items() if GPL_FAMILY.search(text))
    known = sum(bool(PERMISSIVE.search(text)) for text in company.values())
    detail = f"{known} of {len(company)} declare a permissive one; GPL: {', '.join(odd) or 'none'}"
    facts.record("company-usable", not odd, detail)


def test_keras(facts: Facts) -> None:
    probe(facts, "keras")


def test_tensorflow(facts: Facts) -> None:
    probe(facts, "tensorflow")


def test_pytorch(facts: Facts) -> None:
    probe(facts, "torch")
