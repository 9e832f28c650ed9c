"""A digest at the end of a document, which breaks as soon as a character is changed.

    HTML, Markdown   a comment in the last line, over all the lines before it
    JSON             the key "seal", over everything else

A seal is no signature: whoever edits a report on purpose can seal it anew. It tells a document
that was edited from one that another version of this program made, where it cannot be made again.
"""

import hashlib
import json
import re
from collections.abc import Mapping
from typing import Any

from advisor.render.record import json_text

__all__ = ["is_intact", "sealed", "sealed_json"]

LINE = re.compile(r"\A(?P<text>.*\n)<!-- seal (?P<digest>sha256:[0-9a-f]{64}) -->\n\Z", re.DOTALL)


def sealed(text: str) -> str:
    """The lines of `text`, HTML or Markdown, and their seal."""
    return f"{text}<!-- seal {_digest(text)} -->\n"


def sealed_json(content: Mapping[str, Any]) -> str:
    """`content`, which has no seal yet, as sealed JSON."""
    return json_text({**content, "seal": _digest(json_text(content))})


def is_intact(text: str) -> bool:
    """Whether `text` ends in the seal of what it says; False too where it has none."""
    found = LINE.match(text)
    if found:
        return _digest(found["text"]) == found["digest"]
    try:
        content = json.loads(text)
    except ValueError:
        return False
    if not isinstance(content, dict):
        return False
    bare = {key: value for key, value in content.items() if key != "seal"}
    return sealed_json(bare) == text


def _digest(text: str) -> str:
    return f"sha256:{hashlib.sha256(text.encode()).hexdigest()}"
