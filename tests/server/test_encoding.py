from __future__ import annotations

import json
import math
import struct
import threading
import time
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import UNSET, Struct, UnsetType

from nbflow.server.encoding import BUFFERS, JSON, Answer, Download, Kept, encode_answer


class Point(Struct, rename={"y": "why"}):
    x: Any
    y: Any = None
    z: int | UnsetType = UNSET


def unpacked(body: bytes) -> tuple[Any, list[bytes]]:
    """Read an answer with buffers, as a page does; each must lie where it can be taken for numbers."""
    (size,) = struct.unpack_from("<I", body)
    message, buffers = json.loads(body[4 : 4 + size]), []
    offset = 4 + size
    while offset < len(body):
        (length,) = struct.unpack_from("<I", body, offset)
        assert (offset + 4) % 8 == 0
        buffers.append(body[offset + 4 : offset + 4 + length])
        offset = ((offset + 4 + length + 3) // 8) * 8 + 4
    assert offset == len(body)
    return message, buffers


@given(st.lists(st.one_of(st.binary(max_size=30), st.text(max_size=9)), max_size=6))
def test_buffers_come_back_as_they_were(parts: list[bytes | str]) -> None:
    answer = encode_answer({"parts": parts}, buffers=True)

    assert answer.media_type == BUFFERS
    message, buffers = unpacked(answer.body or b"")
    read = [buffers[each["$buffer"]] if isinstance(each, dict) else each for each in message["parts"]]
    assert read == parts


def test_numbers_come_as_bytes_where_that_is_asked_for_and_as_a_list_elsewhere() -> None:
    numbers = np.array([1.0, math.nan, 3.0])

    packed = encode_answer({"numbers": numbers}, buffers=True)
    plain = encode_answer({"numbers": numbers})

    message, buffers = unpacked(packed.body or b"")
    assert message == {"numbers": {"$buffer": 0, "type": "f64"}}
    assert np.frombuffer(buffers[0], "<f8").tolist()[::2] == [1.0, 3.0]
    assert plain.media_type == JSON
    assert json.loads(plain.body or b"") == {"numbers": [1.0, None, 3.0]}


def test_structs_are_given_by_the_names_that_their_json_has() -> None:
    answer = encode_answer([Point(1, Point("a")), Point(math.inf, z=3)])

    assert json.loads(answer.body or b"") == [
        {"x": 1, "why": {"x": "a", "why": None}},
        {"x": "Infinity", "why": None, "z": 3},
    ]


def test_a_text_that_utf_8_does_not_have_is_no_error() -> None:
    answer = encode_answer({"\ud800": "a\udfffb"})

    assert json.loads(answer.body or b"") == {"?": "a?b"}


def test_nothing_is_no_content() -> None:
    assert encode_answer(None) == Answer(None)


def test_a_file_is_given_as_it_is_and_its_name_cannot_become_a_header() -> None:
    answer = encode_answer(Download(b"a,b\n", "text/csv", 'x"\r\nSet-Cookie: a=1;.csv'))

    assert answer.body == b"a,b\n"
    assert answer.headers == {
        "Content-Disposition": "attachment; filename*=utf-8''x%22%0D%0ASet-Cookie%3A%20a%3D1%3B.csv"
    }


def test_what_is_no_answer_is_refused() -> None:
    with pytest.raises(TypeError):
        encode_answer({"thing": object()})


def test_a_long_answer_is_made_once_for_all_who_wait_for_it_and_not_kept() -> None:
    made, gate = [], threading.Event()

    def make() -> str:
        made.append(1)
        gate.wait(10)
        return "x" * 100

    kept, answers = Kept(make, most_bytes=10), []
    asking = [threading.Thread(target=lambda: answers.append(kept.answer(buffers=False))) for _ in range(4)]
    for each in asking:
        each.start()
    time.sleep(0.2)
    gate.set()
    for each in asking:
        each.join()

    assert (len(made), len(answers), kept.size) == (1, 4, 0)
    kept.answer(buffers=False)
    assert len(made) == 2
