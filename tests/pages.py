"""How tests read the pages of a site: as a parser does, by what they say."""

from collections.abc import Iterator
from pathlib import PurePosixPath
from xml.etree.ElementTree import Element

import html5lib

from advisor.render.site import Files
from tests.sites import content

XHTML = "{http://www.w3.org/1999/xhtml}"


def page_names(files: Files) -> list[str]:
    return sorted(name for name in files if name.endswith(".html") and "report" not in name)


def parsed(page: bytes) -> Element:
    return html5lib.HTMLParser(strict=True).parse(page.decode())


def local(element: Element) -> str:
    return str(element.tag).split("}")[-1]


def elements(page: bytes, *names: str) -> list[Element]:
    return [found for found in parsed(page).iter() if local(found) in names]


def words(element: Element) -> str:
    return " ".join(" ".join(element.itertext()).split())


def text(files: Files, name: str) -> str:
    return words(parsed(content(files, name)))


def matrix_row(page: bytes, criterion: str) -> list[str]:
    """What a row of the matrix says about Keras, TensorFlow and PyTorch."""
    (found,) = (it for it in elements(page, "tr") if it.get("id") == f"criterion-{criterion}")
    return [words(cell) for cell in found if cell.tag == f"{XHTML}td"]


def table(page: bytes, caption: str) -> list[str]:
    """The rows of the table whose caption begins like that."""
    for found in elements(page, "table"):
        head = found.find(f"{XHTML}caption")
        if head is not None and words(head).startswith(caption):
            return [words(row) for row in found.iter(f"{XHTML}tr")]
    raise AssertionError(f"no table {caption!r}")


def links(page: bytes) -> Iterator[str]:
    for element in elements(page, "a", "link", "use", "script", "img"):
        href = element.get("href") or element.get("src")
        if href:
            yield href


def resolved(page: str, href: str) -> str:
    """The file and fragment that a link on `page` leads to, from the site's root."""
    target, _, fragment = href.partition("#")
    path = str(PurePosixPath(page).parent / target) if target else page
    parts: list[str] = []
    for part in path.split("/"):
        if part == "..":
            assert parts, f"{page}: {href} leads out of the site"
            parts.pop()
        elif part != ".":
            parts.append(part)
    return "/".join(parts) + (f"#{fragment}" if fragment else "")
