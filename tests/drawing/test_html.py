from __future__ import annotations

import re
from collections.abc import Callable
from html import unescape
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nbflow.drawing.html import Html, cut, el, join, user_text, visible

UNSEEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


def test_text_is_escaped_and_markup_is_not() -> None:
    assert el("td", "<b>", el("b", "&")) == "<td>&lt;b&gt;<b>&amp;</b></td>"


def test_attributes_are_escaped_and_none_is_left_out() -> None:
    made = el("td", class_="a", title="\"'<>", aria_label=None)

    assert made == '<td class="a" title="&quot;&#x27;&lt;&gt;"></td>'


def test_names_of_attributes_get_their_hyphens() -> None:
    assert el("span", aria_hidden="true") == '<span aria-hidden="true"></span>'


def test_nothing_is_left_of_none() -> None:
    assert join("a", None, Html("<b></b>")) == "a<b></b>"


@given(st.text(st.characters()), st.none() | st.integers(5, 50))
def test_somebodys_text_is_one_isolated_element_whatever_it_is(text: str, limit: int | None) -> None:
    made = user_text(text, limit)

    inside = re.fullmatch(r'<bdi(?: title="([^"<>]*)")?>([^<>]*)</bdi>', made, re.DOTALL)
    assert inside is not None
    assert not UNSEEN.search(unescape(inside[2]))
    assert limit is None or len(unescape(inside[2])) <= limit


def test_a_cut_text_can_be_read_whole_in_its_tool_tip() -> None:
    assert user_text("a" * 30, 10) == f'<bdi title="{"a" * 30}">aaaaaa…aaa</bdi>'


def test_a_tool_tip_is_cut_too() -> None:
    assert len(user_text("a" * 100_000, 10)) < 1_000


def test_a_tool_tip_may_say_something_else() -> None:
    assert user_text("a", title="<\u202e>") == '<bdi title="&lt;\\u202e&gt;">a</bdi>'


@given(st.text(), st.integers(5, 100))
def test_cutting_keeps_both_ends(text: str, limit: int) -> None:
    short = cut(text, limit)

    assert len(short) <= limit
    assert short == text or (text.startswith(short.split("…")[0]) and short[-1] == text[-1])


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        ("\u202egnp.exe", "\\u202egnp.exe"),
        ("\u2066a\u2069", "\\u2066a\\u2069"),
        ("\x1b[31mred\x00", "\\x1b[31mred\\x00"),
        ("\x9b31m", "\\x9b31m"),
        ("\ud800", "\\ud800"),
        ("a\r\nb\tc\n", "a↵b c↵"),
    ],
)
def test_what_cannot_be_seen_is_written_out(text: str, seen: str) -> None:
    assert visible(text) == seen


def test_lines_can_be_kept() -> None:
    assert visible("a\r\nb\tc\r\x00", keep_lines=True) == "a\nb\tc\n\\x00"


@pytest.mark.parametrize("text", ["naïve", "שלום", "日本語", "👩‍🔬", "نمی‌خواهم", "e\u0301"])
def test_honest_text_of_all_scripts_stays(text: str) -> None:
    assert visible(text) == text


def test_piled_up_marks_are_thinned_out() -> None:
    assert visible("z" + "\u0351" * 50 + "a") == "z" + "\u0351" * 4 + "a"


def test_the_reader_of_these_tests_refuses_what_runs(parse: Callable[[str], Any]) -> None:
    with pytest.raises(AssertionError):
        parse("<img src=x onerror=alert(1)>")
