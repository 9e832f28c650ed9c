"""How a complaint about an answer names what was written and what would be right."""

from __future__ import annotations

import difflib
from collections.abc import Iterable

__all__ = ["kind", "nearest", "shown"]


def nearest(word: str, known: Iterable[str]) -> str:
    """What to write instead: the nearest known word if one is near, and all of them."""
    known = list(known)
    near = difflib.get_close_matches(word.casefold(), known, n=1, cutoff=0.5)
    every = f"Known are {', '.join(known)}" if known else "Nothing is known here"
    return f'Did you mean "{near[0]}"? {every}' if near else every


def shown(value: object) -> str:
    """A value as part of a message: short, and unable to move the cursor or colour the screen."""
    text = value if isinstance(value, str) else str(value)
    text = "".join(char if char.isprintable() else "\N{REPLACEMENT CHARACTER}" for char in text)
    return text if len(text) <= 60 else f"{text[:57]}..."


def kind(value: object) -> str:
    """What sort of TOML value this is, in words."""
    names = {
        bool: "true or false",
        int: "a number",
        float: "a number",
        str: "text",
        dict: "a table",
        list: "a list",
    }
    return names.get(type(value), "a date or time")
