"""Where the folders that travel with the package are.

A wheel carries `templates/` as `advisor/_templates` and so on; a checkout and an editable install
have them beside the package. `importlib.resources` alone misses the second case.
"""

from pathlib import Path

__all__ = ["laboratory", "licence", "resource"]

PACKAGE = Path(__file__).resolve().parent


def resource(name: str) -> Path:
    """The folder called `name` (such as "templates" or "site"), packaged or in the checkout."""
    packaged = PACKAGE / f"_{name}"
    return packaged if packaged.is_dir() else PACKAGE.parent / name


def laboratory() -> Path:
    """The folder that holds `benchmarks/`: what a measuring process needs on its path."""
    packaged = PACKAGE / "_laboratory"
    return packaged if packaged.is_dir() else PACKAGE.parent


def licence() -> Path:
    """The text of the licence that code and evidence are under."""
    packaged = PACKAGE / "_LICENSE"
    return packaged if packaged.is_file() else PACKAGE.parent / "LICENSE"
