"""Requirements as callers give them: read as pip reads them, checked, and brought together."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from packaging.requirements import Requirement

from nbflow.errors import (
    InvalidInputError,
    LimitExceededError,
    LocalFileNotFoundError,
    ModelFormatError,
    NbflowError,
    StoreReadError,
    UnsupportedValueError,
)
from nbflow.mlmodel.requirements import Requirements, merge, parse, parse_file

KEPT = [
    "numpy",
    "numpy==2.4.6",
    "numpy>=2,<3 ; python_version > '3.8'",
    "pandas[parquet,excel]~=2.0",
    "x @ https://host/x-1.0-py3-none-any.whl",
    "git+https://host/owner/x@main#egg=x",
    "./wheels/x-1.0-py3-none-any.whl",
    "x-1.0-py3-none-any.whl",
    "C:\\wheels\\x.whl",
    "--index-url https://host/simple",
    "--extra-index-url=https://host/simple",
    "-i https://host/simple",
    "-e ./mine",
    "--pre",
    "--no-binary :all:",
    "numpy==2.4.6 --hash=sha256:abcd --hash=sha256:ef01",
]


@pytest.mark.parametrize("line", KEPT)
def test_what_pip_reads_is_kept_as_it_is(line: str) -> None:
    assert parse([line]) == Requirements([line])


@pytest.mark.parametrize(
    "line",
    [
        "numpy=2",
        "numpy 2",
        "=2",
        "numpy>=",
        "pändas",
        "numpy; unknown_marker > '3'",
        "--evil",
        "-x",
        "-",
        "a b c",
        "numpy\nscipy",
        "numpy\rscipy",
        "nu\0mpy",
        "numpy\x1b[31m",
        "\ud800",
        "x/\ud800",
    ],
)
def test_what_is_no_requirement_is_named(line: str) -> None:
    with pytest.raises(InvalidInputError) as caught:
        parse(["pandas", line])

    assert caught.value.what == "pip_requirements"
    assert caught.value.value == line


@given(st.lists(st.text(max_size=20), max_size=4))
def test_any_texts_are_read_or_refused(lines: list[str]) -> None:
    try:
        found = parse(lines)
    except NbflowError:
        return

    assert parse(found.requirements).requirements == found.requirements


@pytest.mark.parametrize(
    ("value", "shown"),
    [(5, "5"), ({"numpy": "2"}, "numpy"), (b"numpy", "numpy"), (["numpy", 5], "5"), ([None], "None")],
)
def test_other_types_are_refused(value: Any, shown: str) -> None:
    with pytest.raises(UnsupportedValueError, match=shown):
        parse(value)


def test_nothing_is_nothing_and_any_iterable_will_do() -> None:
    assert parse(None) == parse([]) == Requirements()
    assert parse(line for line in ("numpy", "scipy")) == Requirements(["numpy", "scipy"])


def test_comments_empty_lines_and_line_ends_are_read_as_pip_does(tmp_path: Path) -> None:
    path = tmp_path / "requirements.txt"
    path.write_bytes(
        b"\xef\xbb\xbf# all\r\n\r\n  numpy >= 2 # why\r\npandas \\\r\n  <3\r\nx @ https://h/x#egg=x\r\nscipy\\"
    )

    found = parse(path).requirements

    assert found == ["numpy >= 2", "pandas  <3", "x @ https://h/x#egg=x", "scipy"]


@pytest.mark.parametrize("flag", ["-r ", "-r", "--requirement ", "--requirement="])
def test_other_files_are_read_beside_the_one_that_names_them(flag: str, tmp_path: Path) -> None:
    (tmp_path / "deep").mkdir()
    (tmp_path / "all.txt").write_text(f"numpy\n{flag}deep/more.txt\nscipy\n")
    (tmp_path / "deep" / "more.txt").write_text("pandas\n-c limits.txt\n")
    (tmp_path / "deep" / "limits.txt").write_text("six<2\n-r others.txt")
    (tmp_path / "deep" / "others.txt").write_text("joblib<2\n")

    assert parse(tmp_path / "all.txt") == Requirements(["numpy", "pandas", "scipy"], ["six<2", "joblib<2"])


def test_files_in_a_list_are_read_beside_the_working_folder(tmp_path: Path) -> None:
    (tmp_path / "limits.txt").write_text("six<2\n")  # the tests' working folder

    assert parse(["numpy", "-c limits.txt"]) == Requirements(["numpy"], ["six<2"])
    assert parse(["numpy", "--constraint=limits.txt"]) == Requirements(["numpy"], ["six<2"])


def test_one_file_may_be_read_twice_but_not_include_itself(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("-r b.txt\n-r b.txt\n")
    (tmp_path / "b.txt").write_text("numpy\n")
    (tmp_path / "c.txt").write_text("-c d.txt\n")
    (tmp_path / "d.txt").write_text("-r ./c.txt\n")

    assert parse("a.txt") == Requirements(["numpy", "numpy"])
    with pytest.raises(InvalidInputError, match="includes itself"):
        parse("c.txt")


def test_a_file_that_includes_others_without_end_is_given_up(tmp_path: Path) -> None:
    for level in range(20):
        (tmp_path / f"{level}.txt").write_text(f"-r {level + 1}.txt\n" * 2)
    (tmp_path / "20.txt").write_text("numpy\n")

    with pytest.raises(LimitExceededError, match="10,000"):
        parse("0.txt")


def test_a_requirement_given_as_a_text_is_told_apart_from_a_file() -> None:
    with pytest.raises(InvalidInputError, match=r"\['numpy'\]"):
        parse("numpy")


@pytest.mark.parametrize(
    "given_one", ["absent.txt/", "folder/absent.txt", Path("absent"), ["-r absent.txt"], ["-c absent"]]
)
def test_a_missing_file_is_told(given_one: Any) -> None:
    with pytest.raises(LocalFileNotFoundError, match="absent"):
        parse(given_one)


def test_a_file_that_is_not_text_is_told(tmp_path: Path) -> None:
    (tmp_path / "requirements.txt").write_bytes(b"\xff\xfe")

    with pytest.raises(InvalidInputError, match="UTF-8"):
        parse("requirements.txt")


def test_a_huge_file_is_not_read(tmp_path: Path) -> None:
    with (tmp_path / "requirements.txt").open("wb") as file:
        file.truncate(1 << 40)

    with pytest.raises(LimitExceededError, match="bytes"):
        parse("requirements.txt")


# Files of a model, which may be anybody's


def test_a_models_file_includes_only_what_lies_in_its_folder(tmp_path: Path) -> None:
    model = tmp_path / "model"
    (model / "more").mkdir(parents=True)
    (model / "requirements.txt").write_text("numpy\n-r more/a.txt\n-c constraints.txt\n")
    (model / "more" / "a.txt").write_text("pandas\n-r b.txt\n")
    (model / "more" / "b.txt").write_text("scipy\n")
    (model / "constraints.txt").write_text("six<2\n")

    assert parse_file(model, "requirements.txt") == Requirements(["numpy", "pandas", "scipy"], ["six<2"])


@pytest.mark.parametrize("line", ["-r ../secret.txt", "-c ../secret.txt", "-r /etc/passwd", "-r more/../../secret.txt"])
def test_a_models_file_that_climbs_out_is_refused(line: str, tmp_path: Path) -> None:
    (tmp_path / "secret.txt").write_text("outside\n")
    (tmp_path / "model").mkdir()
    (tmp_path / "model" / "requirements.txt").write_text(f"{line}\n")

    with pytest.raises(ModelFormatError):
        parse_file(tmp_path / "model", "requirements.txt")


@pytest.mark.parametrize("text", ["numpy=2", "-r requirements.txt", "--evil", "a b"])
def test_a_models_file_that_does_not_parse_is_refused(text: str, tmp_path: Path) -> None:
    (tmp_path / "requirements.txt").write_text(text)

    with pytest.raises(ModelFormatError, match=r"requirements\.txt"):
        parse_file(tmp_path, "requirements.txt")


def test_a_models_file_that_names_a_missing_one_cannot_be_read(tmp_path: Path) -> None:
    (tmp_path / "requirements.txt").write_text("-c constraints.txt\n")

    with pytest.raises(StoreReadError, match=r"constraints\.txt"):
        parse_file(tmp_path, "requirements.txt")


# Bringing together


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ([], []),
        (["a", "b", "a"], ["a", "b"]),
        (["a", "a==1.0"], ["a==1.0"]),
        (["x>1.0", "x[e]", "x<2.0"], ["x[e]<2.0,>1.0"]),
        (["m[f]>=3.5", "m[e]<4", "m"], ["m[e,f]<4,>=3.5"]),
        (["scikit-learn", "Scikit_Learn==1.1"], ["Scikit_Learn==1.1"]),
        (["a==1.0", "a==1.0.0"], ["a==1.0,==1.0.0"]),
        (["a==1.0", "a==1.*"], ["a==1.*,==1.0"]),
        (["t==2.7.1+cu128", "t==2.7.1"], ["t==2.7.1,==2.7.1+cu128"]),
        (["a==1; python_version<'3'", "a==2; python_version>'3'"], None),
        (["./a.whl", "-e ./b", "./a.whl", "--pre"], ["./a.whl", "-e ./b", "--pre"]),
        (["a==1 --hash=sha256:00"], ["a==1 --hash=sha256:00"]),
        (["a @ https://h/a.whl", "a @ https://h/a.whl"], ["a@ https://h/a.whl"]),
    ],
)
def test_lines_about_one_package_become_one(lines: list[str], expected: list[str] | None) -> None:
    merged = merge(lines)

    assert [written(line) for line in merged] == [written(line) for line in expected or lines]
    assert merge(merged) == merged


def written(line: str) -> str:
    """Give a line in one of the ways that it can be written in."""
    try:
        return str(Requirement(line))
    except ValueError:
        return line


@pytest.mark.parametrize(
    "lines", [["a==1", "a<1"], ["a==1", "a==2"], ["a==1.1", "a!=1.1"], ["a @ https://h/1.whl", "a @ https://h/2.whl"]]
)
def test_lines_that_contradict_each_other_are_refused(lines: list[str]) -> None:
    with pytest.raises(InvalidInputError, match="too"):
        merge(lines)


@pytest.mark.parametrize(
    ("found", "over", "expected"),
    [
        (["numpy==2.4.6", "scipy==1.17"], ["numpy<2"], ["numpy<2", "scipy==1.17"]),
        (["pandas==3.1"], ["pandas[parquet]"], ["pandas[parquet]==3.1"]),
        (["pandas[excel]==3.1"], ["pandas[parquet]>2"], ["pandas[excel,parquet]>2"]),
        (["numpy==2.4.6"], ["mine @ https://h/m.whl"], ["numpy==2.4.6", "mine@ https://h/m.whl"]),
        (["numpy==2.4.6"], ["numpy @ https://h/n.whl"], ["numpy@ https://h/n.whl"]),
        (["numpy==2.4.6"], ["-e ./mine"], ["numpy==2.4.6", "-e ./mine"]),
    ],
)
def test_what_the_caller_says_goes_before_what_is_found(found: list[str], over: list[str], expected: list[str]) -> None:
    assert [written(line) for line in merge(found, over)] == [written(line) for line in expected]
