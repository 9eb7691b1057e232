"""Compare docstrings with signatures: pydoclint, with two things let through that it has no setting for.

A section may be left out whole where names and types say it all (one that stands must be whole and right), and
parameters may share a line, as numpydoc allows: `name, user`.
"""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from functools import cache
from pathlib import Path

COMPLAINT = re.compile(r"\s+(?P<line>\d+): (?P<code>DOC\d+): (?P<text>.*)")

# 101 says that arguments are missing; 103 says it too, and which. The others miss a section for what comes back.
FEWER_ARGUMENTS, OTHER_ARGUMENTS, NO_RETURNS, NO_YIELDS = "DOC101", "DOC103", "DOC201", "DOC402"


def main() -> int:
    """Print what is wrong.

    Returns
    -------
    status : int
        1 if something is.
    """
    command = [sys.executable, "-m", "pydoclint.main", "--quiet", "nbflow"]
    run = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - our own command
    path, wrong, complaints = "", 0, 0
    for row in f"{run.stdout}\n{run.stderr}".splitlines():
        complaint = COMPLAINT.fullmatch(row)
        if complaint is None:
            path = row.strip().replace("\\", "/") or path
            continue
        complaints += 1
        if not let_through(path, int(complaint["line"]), complaint["code"], complaint["text"]):
            wrong += 1
            print(f"{path}:{complaint['line']}: {complaint['code']} {complaint['text']}")
    if run.returncode and not complaints:
        print(run.stdout, run.stderr)  # pydoclint itself failed
        return 1
    return int(wrong > 0)


def let_through(path: str, line: int, code: str, text: str) -> bool:
    """Tell whether a complaint is about one of the two things that are allowed.

    Parameters
    ----------
    path, line
        Where the function begins.
    code, text
        The complaint.

    Returns
    -------
    allowed : bool
        True if so.
    """
    if code == OTHER_ARGUMENTS:
        return "Parameters\n---" not in docstrings(path).get(line, "") or only_shared_lines(text)
    return code in (FEWER_ARGUMENTS, NO_RETURNS, NO_YIELDS)


def only_shared_lines(text: str) -> bool:
    """Tell whether a docstring has just the arguments that are said to be missing, several to a line.

    Parameters
    ----------
    text
        What pydoclint says, with both lists.

    Returns
    -------
    same : bool
        True if so.
    """
    missing, _, extra = text.partition("Arguments in the docstring but not in the function signature: ")
    _, _, missing = missing.partition("Arguments in the function signature but not in the docstring: ")
    return set(re.findall(r"[\[ ](\*{0,2}\w+): ", missing)) == set(re.findall(r"\*{0,2}\w+", extra))


@cache
def docstrings(path: str) -> dict[int, str]:
    """Read the docstrings of a module's functions, by the lines on which they may be said to begin.

    Parameters
    ----------
    path
        The module.

    Returns
    -------
    docstrings : dict of int to str
        By the line of the `def`, and of each decorator.
    """
    found = {}
    for node in ast.walk(ast.parse(Path(path).read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            for line in (node.lineno, *(decorator.lineno for decorator in node.decorator_list)):
                found[line] = ast.get_docstring(node) or ""
    return found


if __name__ == "__main__":
    sys.exit(main())
