"""The one Jinja environment: escaping, strictness, and what its filters promise."""

import datetime as dt
from pathlib import Path
from types import SimpleNamespace

import pytest
from jinja2 import UndefinedError

from advisor.render.environment import braced, code_lines, day, environment, markdown, percent


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


@pytest.mark.parametrize(
    ("names", "text"),
    [
        (["s-1/a-0.json", "s-1/a-1.json", "s-1/a-2.json"], "s-1/a-{0,1,2}.json"),
        (["a-1.json", "a-10.json"], "a-{1,10}.json"),
        (["a-7.json"], "a-7.json"),
        (["a-0.json", "b-0.json"], "a-0.json, b-0.json"),
        (["a-0.json", "a-0.json.gz"], "a-0.json, a-0.json.gz"),
        ([], ""),
    ],
)
def test_names_that_differ_in_a_number_are_one_pattern(names: list[str], text: str) -> None:
    assert braced(names) == text


def test_code_is_indented_and_untouched() -> None:
    assert code_lines('\nif x:\n\n    print("<&*")\n') == '    if x:\n\n        print("<&*")'


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    return tmp_path / "advisor" / "templates"


def words() -> str:
    return str(environment().get_template("_macros/words.html").module.level(3))  # type: ignore[attr-defined]


def test_templates_are_compiled_once(cache: Path) -> None:
    assert words() == "good"
    (compiled,) = cache.iterdir()
    stamp = compiled.stat().st_mtime_ns
    assert words() == "good"
    assert compiled.stat().st_mtime_ns == stamp


def test_code_that_escapes_and_code_that_does_not_are_kept_apart(cache: Path) -> None:
    name = "terminal/headlines.txt"
    plain = environment().overlay(autoescape=False)
    for made in (plain, environment(), plain):
        made.get_template(name)
    assert len(list(cache.iterdir())) == 2
    escaped, bare = (
        str(made.get_template(name).module.headline(FLIPPED, {"x": "<x>", "y": "<y>"}))  # type: ignore[attr-defined]
        for made in (environment(), environment().overlay(autoescape=False))
    )
    assert "<" not in escaped
    assert bare == "flipped: <x> was chosen, and now <y> leads"


@pytest.mark.parametrize("content", [b"", b"rubbish", b"j2\x05"])
def test_a_broken_cache_is_compiled_anew(cache: Path, content: bytes) -> None:
    words()
    (compiled,) = cache.iterdir()
    compiled.write_bytes(content)
    assert words() == "good"
    assert compiled.read_bytes() != content


def test_a_cache_that_cannot_be_written_is_done_without(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("mine")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    assert words() == "good"
    assert (tmp_path / "file").read_text() == "mine"


FLIPPED = SimpleNamespace(
    outcome="flipped",
    recorded=SimpleNamespace(record=SimpleNamespace(winner="x")),
    now=SimpleNamespace(winner="y"),
)
