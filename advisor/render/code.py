"""Source code as HTML: words that matter in colour, drawn when the site is built.

Only what helps reading is marked, so that a page stays small: a span for each keyword, string,
number, comment and defined name, and none for the rest. Everything is escaped here.
"""

from functools import cache

from markupsafe import Markup, escape
from pygments.lexers import PythonLexer
from pygments.token import Token, _TokenType

__all__ = ["highlighted"]

#: The class of a span by kind of token; the first kind that holds the token counts.
CLASSES: tuple[tuple[_TokenType, str], ...] = (
    (Token.Comment, "c"),
    (Token.Literal.String.Doc, "c"),
    (Token.Literal.String, "s"),
    (Token.Literal.Number, "m"),
    (Token.Keyword, "k"),
    (Token.Operator.Word, "k"),
    (Token.Name.Decorator, "d"),
    (Token.Name.Function, "f"),
    (Token.Name.Class, "f"),
)


@cache
def highlighted(code: str) -> Markup:
    """`code` (Python) as the content of a `<code>` element, without its last line end."""
    parts: list[tuple[str, str]] = []
    for kind, text in PythonLexer(stripnl=False, ensurenl=False).get_tokens(code.rstrip("\n")):
        name = next((name for token, name in CLASSES if kind in token), "")
        if parts and parts[-1][0] == name:
            parts[-1] = (name, parts[-1][1] + text)
        else:
            parts.append((name, text))
    return Markup("").join(_marked(name, text) for name, text in parts)


def _marked(name: str, text: str) -> Markup:
    return Markup('<span class="{}">{}</span>').format(name, text) if name else escape(text)
