"""Highlighted code says what the source says, and nothing in it is markup."""

import html
import re
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from advisor.laboratory import read_tasks
from advisor.render.code import highlighted

MARK = re.compile(r'<span class="[a-z]">|</span>')


def said(code: str) -> str:
    return html.unescape(MARK.sub("", str(highlighted(code))))


@given(st.text(alphabet=st.characters(exclude_categories=["Cs"], exclude_characters="\r")))
def test_any_text_comes_out_as_it_went_in(code: str) -> None:
    marked = MARK.sub("", str(highlighted(code)))
    assert "<" not in marked
    assert said(code) == code.rstrip("\n")


def test_the_models_are_marked_and_unchanged() -> None:
    for task in read_tasks():
        for source in task.models.values():
            assert said(source.text) == source.text.rstrip("\n")
            assert '<span class="k">def</span>' in highlighted(source.text)
            assert Path(source.path).suffix == ".py"
