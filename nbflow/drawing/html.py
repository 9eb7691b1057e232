"""A small builder of HTML, through which no text gets unescaped (pure).

What is somebody's text (names, params, tags) goes through `user_text`: isolated from the writing direction of what
stands around it, control characters made visible, cut where it is long. The words of nbflow itself are plain `str`.
"""

from __future__ import annotations

import re
from html import escape

__all__ = ["Html", "cut", "el", "join", "unbroken", "user_text", "visible"]

# Controls of C0 and C1, line separators, and what turns the writing direction of all that follows. The marks that turn
# nothing (U+200E, U+200F) and the joiners of emoji and of Indic scripts (U+200C, U+200D) belong to honest text.
_UNSEEN = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufff9-\ufffb\ud800-\udfff]")
_UNSEEN_BUT_LINES = re.compile(_UNSEEN.pattern.replace("\x00-\x1f", "\x00-\x08\x0b-\x1f"))
# Marks piled on one letter cover the lines above and below it; no language needs more than these.
_MARK = "[\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]"
_PILED_MARKS = re.compile(f"({_MARK}{{4}}){_MARK}+")
_LINE_END = re.compile(r"\r\n|\r|\n")
_TITLE_LENGTH = 500


class Html(str):
    """Text that is HTML already: what `el` gives."""

    __slots__ = ()


def el(tag: str, *children: str | None, **attributes: str | None) -> Html:
    """Make an element.

    Parameters
    ----------
    tag
        Its name, `"td"`.
    *children
        What it holds: `Html` as it is, any other `str` escaped, None left out.
    **attributes
        Its attributes, escaped; None leaves one out. A trailing underscore is dropped and others are hyphens:
        `class_`, `aria_label`.

    Returns
    -------
    element : Html
        With its end tag.
    """
    written = "".join(
        f' {name.rstrip("_").replace("_", "-")}="{escape(value)}"'
        for name, value in attributes.items()
        if value is not None
    )
    return Html(f"<{tag}{written}>{join(*children)}</{tag}>")


def join(*children: str | None) -> Html:
    """Put pieces side by side: `Html` as it is, any other `str` escaped, None left out."""
    return Html("".join(child if isinstance(child, Html) else escape(child) for child in children if child is not None))


def unbroken(text: str) -> str:
    """Keep a text on one line, in whatever shows it: its blanks become no-break spaces."""
    return text.replace(" ", "\u00a0")


def user_text(text: str, limit: int | None = None, *, title: str | None = None) -> Html:
    """Show somebody's text.

    Parameters
    ----------
    text
        Anything.
    limit
        The most characters shown; the rest can be read in the tool tip. None shows all.
    title
        The tool tip; by default the whole text where it was cut, else none.

    Returns
    -------
    element : Html
        A `<bdi>`: whatever direction it is written in, what stands around it stays in place.
    """
    whole = visible(text)
    shown = whole if limit is None else cut(whole, limit)
    tip = whole if title is None and shown != whole else title
    return el("bdi", shown, title=None if tip is None else cut(visible(tip), _TITLE_LENGTH))


def cut(text: str, limit: int) -> str:
    """Cut a text to at most `limit` characters, in the middle: the ends of names tell them apart."""
    if len(text) <= limit:
        return text
    tail = (limit - 1) // 3
    return f"{text[: limit - 1 - tail]}…{text[len(text) - tail :]}"


def visible(text: str, *, keep_lines: bool = False) -> str:
    r"""Write out the characters that cannot be seen, or that turn what follows: `\u202e`, `\x1b`.

    Parameters
    ----------
    text
        Anything.
    keep_lines
        Keep line ends and tabs; otherwise a line end becomes `↵` and a tab a space.

    Returns
    -------
    text : str
        Safe for a terminal too.
    """
    if text.isascii() and text.isprintable():
        return text
    text = _PILED_MARKS.sub(r"\1", text)
    if keep_lines:
        return _UNSEEN_BUT_LINES.sub(_written_out, _LINE_END.sub("\n", text))
    return _UNSEEN.sub(_written_out, _LINE_END.sub("↵", text).replace("\t", " "))


def _written_out(match: re.Match[str]) -> str:
    code = ord(match.group())
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}"  # noqa: PLR2004 (as Python writes them)
