"""What a page of the site is before it is rendered."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

__all__ = ["SitePage"]


@dataclass(frozen=True)
class SitePage:
    """A page: where it lies from the site's root, its template, and what only it needs.

    `section` is the page in the navigation that it belongs to and `card` the picture for those who
    share it.
    """

    path: str
    template: str
    card: str
    section: str = ""
    context: Mapping[str, Any] = field(default_factory=dict)

    @property
    def root(self) -> str:
        """The way from the page to the site's root, "" if it lies there."""
        return "../" * self.path.count("/")
