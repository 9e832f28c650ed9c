"""Who else is in the process: a stack is measured alone, as if nothing else were installed.

Keras and TensorFlow import what they find: JAX, scikit-learn, pandas. None of it is needed, all of
it takes time and memory, and it would be booked on them because another framework lies beside them
in this environment. So it is hidden from them while they are imported.
"""

import sys
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from importlib.machinery import ModuleSpec
from importlib.metadata import Distribution, DistributionFinder
from types import ModuleType
from typing import Any

__all__ = ["COMPANIONS", "FRAMEWORK_MODULES", "hidden", "loaded"]

#: Top-level modules that mark a framework or backend as loaded.
FRAMEWORK_MODULES = frozenset({"jax", "keras", "tensorflow", "torch"})
#: Further modules that a framework imports if it finds them, and does without if not.
COMPANIONS = frozenset({"pandas", "scipy", "sklearn"})


def loaded(allowed: Collection[str]) -> frozenset[str]:
    """Framework modules in this process that are not among the allowed ones."""
    return FRAMEWORK_MODULES.intersection(sys.modules).difference(allowed)


@contextmanager
def hidden(allowed: Collection[str]) -> Iterator[None]:
    """Let imports inside find neither another framework nor a companion that is not allowed."""
    finder = _Finder((FRAMEWORK_MODULES | COMPANIONS).difference(allowed), tuple(sys.meta_path))
    sys.meta_path[:] = [finder]
    try:
        yield
    finally:
        # What an import has added meanwhile stays.
        place = sys.meta_path.index(finder)
        sys.meta_path[place : place + 1] = finder.finders


class _Finder(DistributionFinder):
    """All finders there were, for everything but the names to hide."""

    def __init__(self, names: frozenset[str], finders: tuple[Any, ...]) -> None:
        self.names, self.finders = names, finders

    def find_spec(
        self, name: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """The module as the others find it; None for what is hidden."""
        if name.partition(".")[0] in self.names:
            return None
        specs = (finder.find_spec(name, path, target) for finder in self.finders)
        return next((spec for spec in specs if spec is not None), None)

    def find_distributions(
        self, context: DistributionFinder.Context | None = None
    ) -> Iterable[Distribution]:
        """Installed packages, the hidden ones included: to read a version is not to import."""
        for finder in self.finders:
            if hasattr(finder, "find_distributions"):
                yield from finder.find_distributions(context or DistributionFinder.Context())
