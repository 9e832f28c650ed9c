"""The one Jinja environment: text is escaped, a misspelt name is an error, keys come sorted.

Text reaches a page from strangers (a project's name, a machine's name in a run file), so whatever
is printed is escaped, and characters that no HTML document may hold are shown as U+FFFD.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from datetime import date
from pathlib import Path
from typing import Any

import platformdirs
from jinja2 import BytecodeCache, Environment, FileSystemLoader, StrictUndefined
from jinja2.bccache import Bucket
from markupsafe import Markup

from advisor.catalog import metric_names
from advisor.errors import OutputError
from advisor.publish import write_file
from advisor.resources import resource

__all__ = [
    "braced",
    "code_lines",
    "day",
    "environment",
    "markdown",
    "metric_name",
    "percent",
    "plain_text",
]

#: Control characters, lone surrogates and noncharacters: HTML's parser calls each of them an error.
FORBIDDEN = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef"
    + "".join(
        f"{chr(plane + 0xFFFE)}{chr(plane + 0xFFFF)}" for plane in range(0, 0x110000, 0x10000)
    )
    + "]"
)
LAST_NUMBER = re.compile(r"(?P<start>.*?)(?P<number>[0-9]+)(?P<end>[^0-9]*)", re.DOTALL)
#: What starts markup in the middle of a line, and what would make a bare address a link.
MARKDOWN = re.compile(r"([\\`*_{}\[\]#|~>$]|:(?=//))")


class _Compiled(BytecodeCache):
    """Compiled templates in the user's cache folder, as Python keeps its compiled modules.

    Compiling them takes a tenth of the time of a report. What is cached carries the checksum of
    its template and the version of Python; a folder that cannot be written is done without.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def get_bucket(
        self, environment: Environment, name: str, filename: str | None, source: str
    ) -> Bucket:
        # Code that escapes and code that does not must never be taken for each other.
        key = self.get_cache_key(f"{name} escaped={environment.autoescape}", filename)
        bucket = Bucket(environment, key, self.get_source_checksum(source))
        self.load_bytecode(bucket)
        return bucket

    def load_bytecode(self, bucket: Bucket) -> None:
        with suppress(OSError):
            bucket.bytecode_from_string((self._folder / bucket.key).read_bytes())

    def dump_bytecode(self, bucket: Bucket) -> None:
        with suppress(OutputError):
            write_file(self._folder / bucket.key, bucket.bytecode_to_string())


def environment(filters: Mapping[str, Callable[..., Any]] | None = None) -> Environment:
    """The environment over `templates/`, with the caller's `filters` beside the common ones."""
    made = Environment(
        loader=FileSystemLoader(resource("templates"), encoding="utf-8"),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=plain_text,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        bytecode_cache=_Compiled(platformdirs.user_cache_path("advisor") / "templates"),
    )
    made.policies["json.dumps_kwargs"] = {"sort_keys": True, "ensure_ascii": True}
    made.filters.update(
        {
            "braced": braced,
            "percent": percent,
            "day": day,
            "markdown": markdown,
            "code_lines": code_lines,
            "metric_name": metric_name,
            **(filters or {}),
        }
    )
    return made


def plain_text(value: Any) -> Any:
    """`value`, with the characters that HTML forbids replaced where it is text."""
    if isinstance(value, str) and not isinstance(value, Markup):
        return FORBIDDEN.sub("\N{REPLACEMENT CHARACTER}", value.replace("\r\n", "\n"))
    return value


def metric_name(id: str) -> str:
    """What a metric is called; one that nobody has named is called by its id."""
    return metric_names().get(id, id.replace("-", " ").capitalize())


def percent(share: float) -> str:
    """A share of 1 as a whole percentage; neither none nor all is claimed where it is not so."""
    if 0 < share < 0.005:
        return "under\N{NO-BREAK SPACE}1\N{NARROW NO-BREAK SPACE}%"
    if 0.995 <= share < 1:
        return "over\N{NO-BREAK SPACE}99\N{NARROW NO-BREAK SPACE}%"
    return f"{share * 100:.0f}\N{NARROW NO-BREAK SPACE}%"


def day(value: date) -> str:
    """A date in words: 22 November 2026, whatever the locale."""
    return f"{value.day}\N{NO-BREAK SPACE}{MONTHS[value.month - 1]} {value.year}"


def braced(names: Sequence[str]) -> str:
    """Names that differ in their last number as the pattern that a shell expands, else a list."""
    found = [LAST_NUMBER.fullmatch(name) for name in names]
    parts = {(each["start"], each["end"]) for each in found if each}
    if len(names) < 2 or len(parts) != 1 or not all(found):
        return ", ".join(names)
    ((start, end),) = parts
    return f"{start}{{{','.join(each['number'] for each in found if each)}}}{end}"


def markdown(value: object) -> Markup:
    """`value` as one line of literal Markdown text: nothing in it is markup or HTML."""
    line = " ".join(str(plain_text(str(value))).split())
    return Markup(MARKDOWN.sub(r"\\\1", line.replace("&", "&amp;").replace("<", "&lt;")))  # noqa: S704 - escaped here


def code_lines(value: str) -> Markup:
    """`value` as a Markdown block of indented code, in which everything is literal."""
    lines = str(plain_text(value)).strip("\n").split("\n")
    return Markup("\n".join(f"    {line}".rstrip() for line in lines))  # noqa: S704 - escaped here


MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
