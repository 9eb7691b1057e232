from __future__ import annotations

import json
import os
import re
import runpy
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nbflow import errors
from nbflow.entities import RunError
from nbflow.names import MAX_TAG
from nbflow.provenance import describe_exception
from nbflow.provenance.failure import MAX_TRACEBACK


def caught(action: Callable[[], object]) -> BaseException:
    try:
        action()
    except BaseException as exc:  # noqa: BLE001 (whatever it is, it is what the test is about)
        return exc
    pytest.fail("nothing was raised")


def described(action: Callable[[], object]) -> RunError:
    return describe_exception(caught(action))


def raises(exc: BaseException) -> Callable[[], object]:
    def action() -> None:
        raise exc

    return action


def test_type_message_and_place() -> None:
    def divide() -> float:
        return 1 / 0

    error = described(divide)

    assert error.type == "ZeroDivisionError"
    assert error.message == "division by zero"
    assert error.where == f"{__file__}:{divide.__code__.co_firstlineno + 1}"
    assert error.traceback.startswith("Traceback (most recent call last):\n")
    assert "return 1 / 0" in error.traceback
    assert error.traceback.endswith("ZeroDivisionError: division by zero\n")


def test_a_class_of_a_module_is_named_with_it() -> None:
    assert described(lambda: json.loads("{")).type == "json.decoder.JSONDecodeError"


def test_the_place_is_in_the_users_code_not_in_the_library_it_called() -> None:
    def parse() -> object:
        return json.loads("{")

    error = described(parse)

    assert error.where == f"{__file__}:{parse.__code__.co_firstlineno + 1}"
    assert "decoder.py" in error.traceback


def test_the_place_is_not_in_nbflow() -> None:
    def refuse() -> object:
        from nbflow.names import check_run_id

        return check_run_id("no id")

    error = described(refuse)

    assert error.type == f"{errors.__name__}.InvalidNameError"
    assert error.where == f"{__file__}:{refuse.__code__.co_firstlineno + 3}"


def test_where_all_is_library_the_place_is_the_innermost(tmp_path: Path) -> None:
    module = tmp_path / "site-packages" / "lib.py"
    module.parent.mkdir()
    module.write_text("def f():\n    raise KeyError('x')\n")
    function = runpy.run_path(str(module))["f"]
    exc = caught(function)

    error = describe_exception(exc.with_traceback(exc.__traceback__ and exc.__traceback__.tb_next))

    assert error.where == f"{module}:2"


def test_code_on_the_command_line(tmp_path: Path) -> None:
    code = (
        "import json, nbflow.provenance as p\n"
        "try:\n"
        "    json.loads('{')\n"
        "except ValueError as exc:\n"
        "    print(p.describe_exception(exc).where)\n"
    )

    run = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True)

    assert run.stdout.strip() == "<string>:3"


def test_never_raised() -> None:
    error = describe_exception(ValueError("made, not raised"))

    assert error.where is None
    assert error.traceback == "ValueError: made, not raised\n"


def test_the_frames_that_ran_the_code_are_not_shown() -> None:
    source = "def run(action):\n    action()\n"
    runner: dict[str, object] = {"__name__": "IPython.core.interactiveshell"}
    exec(compile(source, "interactiveshell.py", "exec"), runner)  # noqa: S102
    run = runner["run"]
    assert callable(run)
    exc = caught(lambda: run(raises(ValueError("no"))))
    assert exc.__traceback__ is not None
    assert exc.__traceback__.tb_next is not None

    error = describe_exception(exc.with_traceback(exc.__traceback__.tb_next.tb_next))

    assert "interactiveshell.py" not in error.traceback
    assert "raise exc" in error.traceback
    assert exc.__traceback__ is not None
    assert exc.__traceback__.tb_frame.f_code.co_filename == "interactiveshell.py"  # the exception itself is left alone


def test_an_error_inside_the_runner_alone_keeps_its_frames() -> None:
    runner: dict[str, object] = {"__name__": "nbflow.somewhere"}
    exec(compile("def run():\n    1 / 0\n", "somewhere.py", "exec"), runner)  # noqa: S102
    run = runner["run"]
    assert callable(run)
    exc = caught(run)
    assert exc.__traceback__ is not None

    error = describe_exception(exc.with_traceback(exc.__traceback__.tb_next))

    assert 'File "somewhere.py", line 2, in run' in error.traceback


def test_a_chain_is_shown_whole() -> None:
    def fail() -> None:
        try:
            os.environ["NO_SUCH_VARIABLE"]
        except KeyError as exc:
            msg = "outer"
            raise RuntimeError(msg) from exc

    error = described(fail)

    assert error.type == "RuntimeError"
    assert "KeyError: 'NO_SUCH_VARIABLE'" in error.traceback
    assert "direct cause of the following exception" in error.traceback


def test_a_group_is_shown_with_what_is_in_it() -> None:
    error = described(raises(ExceptionGroup("two", [ValueError("a"), TypeError("b")])))

    assert error.type == "ExceptionGroup"
    assert error.message == "two (2 sub-exceptions)"
    assert "ValueError: a" in error.traceback
    assert "TypeError: b" in error.traceback


def test_a_file_that_does_not_parse_is_the_place(tmp_path: Path) -> None:
    broken = tmp_path / "broken.py"
    broken.write_text("x = 1\ny = (\n")

    error = described(lambda: runpy.run_path(str(broken)))

    assert error.type == "SyntaxError"
    assert error.where == f"{broken}:2"


@pytest.mark.parametrize("details", [(), (("f.py", "1", None, 7),)])
def test_a_syntax_error_may_lack_its_place(details: tuple[Any, ...]) -> None:
    exc = SyntaxError("odd", *details)

    error = described(raises(exc))

    assert error.type == "SyntaxError"
    assert error.where is not None
    assert error.where.startswith(__file__)


@pytest.mark.parametrize("cls", [KeyboardInterrupt, SystemExit, GeneratorExit])
def test_what_is_no_error_is_described_too(cls: type[BaseException]) -> None:
    error = described(raises(cls()))

    assert error.type == cls.__name__
    assert error.message == ""
    assert error.where is not None


def test_a_message_that_cannot_be_made() -> None:
    class MuteError(Exception):
        def __str__(self) -> str:
            msg = "hidden"
            raise RuntimeError(msg)

    error = described(raises(MuteError()))

    assert error.message == "<describing the exception failed with RuntimeError>"
    assert error.type.endswith("MuteError")
    assert "MuteError" in error.traceback
    assert error.where is not None


def test_a_traceback_that_cannot_be_made() -> None:
    class MeanError(Exception):
        @property
        def __notes__(self) -> list[str]:  # type: ignore[override]
            raise ZeroDivisionError

    error = described(raises(MeanError("told")))

    assert error.message == "told"
    assert error.traceback.startswith("<describing the exception failed") or "MeanError: told" in error.traceback


def test_notes_are_shown() -> None:
    exc = ValueError("x")
    exc.add_note("while reading fold 3")

    assert "while reading fold 3" in described(raises(exc)).traceback


def test_endless_recursion() -> None:
    def recurse() -> None:
        recurse()

    error = described(recurse)

    assert error.type == "RecursionError"
    assert error.where == f"{__file__}:{recurse.__code__.co_firstlineno + 1}"
    assert len(error.traceback) < 10_000


def test_a_long_traceback_keeps_both_ends_and_says_what_is_missing() -> None:
    error = described(raises(ValueError("begin " + "é" * 200_000 + " end")))

    assert MAX_TRACEBACK - 200 < len(error.traceback.encode()) <= MAX_TRACEBACK
    assert error.traceback.startswith("Traceback")
    assert error.traceback.endswith("é end\n")
    cut = re.search(r"\n\[(\d+) of (\d+) bytes cut out here\]\n", error.traceback)
    assert cut is not None
    kept = len(error.traceback.encode()) - len(cut[0].encode())
    assert 0 <= int(cut[2]) - int(cut[1]) - kept <= 2  # at each edge, half a character may be lost


def test_a_long_message_is_cut() -> None:
    error = described(raises(ValueError("x" * 50_000)))

    assert error.message == "x" * MAX_TAG


@given(st.text(max_size=200) | st.text(st.characters(categories=["Cs"]), max_size=5))
def test_any_message_can_be_kept(text: str) -> None:
    error = described(raises(ValueError(text)))

    assert msgspec.json.decode(msgspec.json.encode(error), type=RunError) == error
    if not any("\ud800" <= c <= "\udfff" for c in text):
        assert error.message == text


def test_a_file_whose_name_is_no_text_can_be_kept() -> None:
    name = "caf\udce9.py"
    exc = caught(lambda: exec(compile("1/0", name, "exec"), {}))  # noqa: S102

    error = describe_exception(exc)

    assert error.where is not None
    assert error.where.endswith(":1")
    assert msgspec.json.encode(error)
