"""The copy of what a cell prints."""

from __future__ import annotations

import io
import sys
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout

from nbflow.magics.streams import StreamCopy
from nbflow.magics.wrapping import Wrappings


class Stream(io.StringIO):
    """A stream whose methods can be replaced, as those of a kernel can be."""


@contextmanager
def redirected() -> Iterator[tuple[Stream, Stream]]:
    """Put streams in place that can be looked into. No fixture: between it and the test, pytest puts its own there."""
    out, err = Stream(), Stream()
    with redirect_stdout(out), redirect_stderr(err):
        yield out, err


def test_both_streams_are_copied_in_order() -> None:
    copy = StreamCopy()

    with redirected() as (out, err):
        copy.start()
        print("one")
        print("two", file=sys.stderr)
        print("three")
        copy.stop()
        print("four")

    assert copy.text() == "one\ntwo\nthree\n"
    assert (out.getvalue(), err.getvalue()) == ("one\nthree\nfour\n", "two\n")


def test_a_stream_that_is_both_is_copied_once() -> None:
    copy = StreamCopy()

    with redirected() as (out, _), redirect_stderr(out):
        copy.start()
        print("one", file=sys.stderr)
        copy.stop()

    assert copy.text() == "one\n"


def test_a_missing_stream_is_no_trouble() -> None:
    copy = StreamCopy()

    with redirected(), redirect_stderr(None):
        copy.start()
        print("one")
        copy.stop()

    assert copy.text() == "one\n"


def test_what_is_beyond_the_limit_is_shown_and_not_kept() -> None:
    copy = StreamCopy(limit=10)

    with redirected() as (out, _):
        copy.start()
        for _ in range(5):
            sys.stdout.write("äbc ")
        copy.stop()

    assert copy.text() == "äbc äbc \n[nbflow: output beyond 10 bytes is not kept]\n"
    assert out.getvalue() == "äbc " * 5


def test_a_character_is_not_cut_in_two() -> None:
    copy = StreamCopy(limit=3)

    with redirected():
        copy.start()
        sys.stdout.write("ää")
        copy.stop()

    assert copy.text().startswith("ä\n[nbflow:")


def test_a_write_wrapped_by_somebody_else_meanwhile_stays() -> None:
    copy = StreamCopy()
    seen: list[str] = []

    with redirected() as (out, _):
        copy.start()
        inner = out.write

        def theirs(text: str) -> int:
            seen.append(text)
            return inner(text)

        out.write = theirs  # type: ignore[method-assign]
        copy.stop()
        sys.stdout.write("later")

    assert copy.text() == ""
    assert seen == ["later"]
    assert out.getvalue() == "later"


def test_a_method_replaced_before_is_put_back() -> None:
    stream = Stream()
    seen: list[str] = []
    stream.write = seen.append  # type: ignore[assignment, method-assign]
    wrappings = Wrappings()

    wrappings.after(stream, "write", lambda text: seen.append(f"copy of {text}"))
    stream.write("one")
    wrappings.undo()
    stream.write("two")

    assert seen == ["one", "copy of one", "two"]


def test_an_object_that_takes_no_attributes_is_left_alone() -> None:
    wrappings = Wrappings()

    wrappings.after(io.BytesIO(), "write", print)
    wrappings.after(object(), "write", print)
    wrappings.undo()
