"""The one Jinja environment: escaping, strictness, and what its filters promise."""

import datetime as dt

import pytest
from jinja2 import UndefinedError

from advisor.render.environment import code_lines, day, environment, markdown, percent


def shown(template: str, **values: object) -> str:
    return environment().from_string(template).render(**values)


def test_text_is_escaped() -> None:
    assert shown("{{ name }}", name="<b>&\"'") == "&lt;b&gt;&amp;&#34;&#39;"


def test_a_misspelt_name_is_an_error() -> None:
    with pytest.raises(UndefinedError):
        shown("{{ nmae }}", name="x")


def test_characters_that_html_forbids_are_replaced() -> None:
    assert shown("{{ name }}", name="a\x00\x1b\x9f\ud800\uffff\U0010fffe\tb\r\nc") == (
        "a" + "\ufffd" * 6 + "\tb\nc"
    )


def test_embedded_json_comes_sorted_and_cannot_end_its_element() -> None:
    text = shown("{{ value | tojson }}", value={"b": "</script>", "a": "ß"})
    assert text == '{"a": "\\u00df", "b": "\\u003c/script\\u003e"}'


@pytest.mark.parametrize(
    ("share", "text"),
    [(0, "0"), (0.004, "under 1"), (0.006, "1"), (0.994, "99"), (0.996, "over 99"), (1, "100")],
)
def test_a_share_never_looks_like_none_or_all_when_it_is_not(share: float, text: str) -> None:
    assert percent(share).replace("\N{NO-BREAK SPACE}", " ") == f"{text}\N{NARROW NO-BREAK SPACE}%"


def test_a_date_is_in_words() -> None:
    assert day(dt.date(2026, 3, 1)).replace("\N{NO-BREAK SPACE}", " ") == "1 March 2026"


def test_markdown_text_is_literal() -> None:
    assert markdown("*a*\n# [b](c) | <i> https://x.y") == (
        "\\*a\\* \\# \\[b\\](c) \\| &lt;i\\> https\\://x.y"
    )


def test_code_is_indented_and_untouched() -> None:
    assert code_lines('\nif x:\n\n    print("<&*")\n') == '    if x:\n\n        print("<&*")'
