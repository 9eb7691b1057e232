"""Say in the user's words where a filter or an order stops making sense, and what belongs there (pure)."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from nbflow.search.keys import excerpt

if TYPE_CHECKING:
    from collections.abc import Callable
    from collections.abc import Set as AbstractSet

    from lark import Token

    from nbflow.search.keys import Field
    from nbflow.search.scope import Scope

__all__ = ["Stop", "explain"]

# What people write who come from another language.
_OPERATORS = {
    "==": "=",
    "===": "=",
    "eq": "=",
    "equals": "=",
    "!": "!=",
    "!==": "!=",
    "<>": "!=",
    "=!": "!=",
    "ne": "!=",
    "lt": "<",
    "=<": "<=",
    "le": "<=",
    "gt": ">",
    "=>": ">=",
    "ge": ">=",
    "isnull": "IS NULL",
    "notnull": "IS NOT NULL",
}
_PATTERNS = {"~", "=~", "~=", "~~", "rlike", "regexp", "regex", "glob", "matches", "contains", "startswith", "endswith"}
_JOINTS = {"&": "AND", "&&": "AND", "|": "OR", "||": "OR", ",": "AND or OR", ";": "AND or OR"}
_SYMBOLS = ("end", "OP", "ODD_OP", "LPAR", "_RPAR", "_COMMA", "SEMICOLON")
_SPOKEN = {"_AND": "AND", "_OR": "OR", "NOT": "NOT", "LPAR": "the opening parenthesis"}


class Stop(NamedTuple):
    """Where the parser stopped.

    Parameters
    ----------
    text
        The whole text.
    scope
        What is searched.
    before
        The tokens that made sense.
    token
        The one that does not; None at the end of the text.
    accepted
        The terminals that could have stood there, by their names in the grammar.
    field
        What the last key names; None if there was no key yet.
    """

    text: str
    scope: Scope
    before: list[Token]
    token: Token | None
    accepted: AbstractSet[str]
    field: Field | None

    @property
    def position(self) -> int:
        """Where that is, in characters from the start."""
        return len(self.text.rstrip()) if self.token is None else self.token.start_pos or 0

    @property
    def type(self) -> str:
        """The type of the token; `end` at the end of the text."""
        return "end" if self.token is None else self.token.type

    @property
    def word(self) -> str:
        """What stands there, to be shown; empty at the end of the text."""
        return "" if self.token is None else excerpt(self.token)

    @property
    def found(self) -> str:
        """What stands there: a sentence."""
        if self.token is None:
            return "The text ends here."
        return f"Found '{self.word}'." if self.type in _SYMBOLS else f"Found {self.word}."

    @property
    def previous(self) -> Token:
        """The token before, at a place that is not the first."""
        return self.before[-1]

    @property
    def known(self) -> Field:
        """What the last key names, at a place that comes after one."""
        assert self.field is not None, "a key led here"
        return self.field


def explain(stop: Stop) -> tuple[int, str]:
    """Say what is wrong.

    Parameters
    ----------
    stop
        Where the parser stopped.

    Returns
    -------
    position : int
        Where to point, in characters from the start of the text.
    expected : str
        What may stand there, and what to write instead where that can be guessed.
    """
    if stop.type == "UNCLOSED":
        remedy = "A value with a quote in it goes into the other kind of quotes."
        return stop.position, f"Expected this quote to be closed. {remedy}"
    opened = _opened(stop.before)
    if stop.type == "end" and opened is not None and stop.accepted & {"_OR", "_COMMA"}:
        return opened.start_pos or 0, "Expected this parenthesis to be closed."
    elsewhere = _of_query(stop)
    if elsewhere:
        return stop.position, elsewhere
    for terminal, sentence in _PLACES:
        if terminal in stop.accepted:
            return stop.position, sentence(stop)
    return stop.position, f"Expected ASC, DESC or the end: each key is a text of its own in the list. {stop.found}"


def _of_query(stop: Stop) -> str:
    """Say where that goes which SQL has behind its conditions; `""` for anything else."""
    word = stop.word.upper() if "_OR" in stop.accepted else ""
    if word == "ORDER":
        order = f'order_by=["{stop.scope.default_order[0].key.name} DESC"]'
        return f"Expected AND, OR or the end. What comes first is said by {order}, --order-by at the command line."
    if word == "LIMIT":
        return (
            "Expected AND, OR or the end. How many are wanted is said by max_results=100, -n 100 at the command line."
        )
    return ""


def _opened(tokens: list[Token]) -> Token | None:
    """Find the last parenthesis that is still open."""
    opened: list[Token] = []
    for token in tokens:
        if token.type == "LPAR":
            opened.append(token)
        elif token.type == "_RPAR":
            opened.pop()
    return opened[-1] if opened else None


def _name(stop: Stop) -> str:
    scope = stop.scope
    if "NOT" not in stop.accepted:  # in an order
        return f"Expected a name to order {scope.noun} by, such as {scope.default_order[0].key.name}. {stop.found}"
    if stop.type in ("NUMBER", "SINGLE"):
        return f"A comparison starts with a name, and the value comes last: {scope.example}. {stop.found}"
    if stop.type in ("OP", "ODD_OP"):
        hint = " NOT is written as a word." if stop.word == "!" else ""
        return f"Expected a name before '{stop.word}', as in {scope.example}.{hint}"
    after = f" after {_SPOKEN[stop.previous.type]}" if stop.before else ""
    return f"Expected a comparison such as {scope.example}{after}. {stop.found}"


def _comparator(stop: Stop) -> str:
    field = stop.known
    write = _OPERATORS.get(stop.word.lower())
    if stop.word.lower() in _PATTERNS and not field.numeric:
        write = "LIKE or ILIKE, with % for any text"
    expected = f"Expected {field.operators} after {field.title}."
    if write:
        return f"Invalid comparator '{stop.word}': write {write}. {expected}"
    spaced = stop.type == "WORD" and stop.previous.type == "WORD"
    return f"{expected} {stop.found}{' A name with a space in it goes into backticks.' if spaced else ''}"


def _value(stop: Stop) -> str:
    field = stop.known
    wanted = "a pattern in quotes" if stop.previous.type == "LIKE" else field.wanted
    return f"Expected {wanted} for {field.title}. {_value_hint(stop) or stop.found}"


def _value_hint(stop: Stop) -> str:
    field, before, word = stop.known, stop.previous, stop.word
    named = stop.scope.entity(word.partition(".")[0]) if stop.type == "WORD" else None
    if stop.type == "QUOTED_KEY" or named:
        return f"A name is compared with a value, not with another name. {stop.found}"
    if stop.type == "_NULL":
        return "Ask for what was not logged with IS NULL." if field.nullable else "It is never NULL."
    if f"{before}{word}" in ("<=", ">="):
        return f"Write {before}{word} without a space in it."
    if stop.type not in _SYMBOLS and not field.numeric:
        return f"{word} is not quoted: write '{word.strip('`')}'."
    if before.type == "LPAR" and stop.type == "_RPAR":
        return "The list is empty."
    return "A list comes after IN." if stop.type == "LPAR" else ""


def _null(stop: Stop) -> str:
    wanted = "NULL or NOT NULL after IS" if "NOT" in stop.accepted else "NULL after IS NOT"
    return f"Expected {wanted}. A value is compared with = or !=. {stop.found}"


def _negated(stop: Stop) -> str:
    if stop.type == "_NULL":
        return "Expected IS before NOT NULL."
    wanted = "IN or BETWEEN" if stop.known.numeric else "IN, LIKE, ILIKE or BETWEEN"
    return f"Expected {wanted} after NOT. That two values differ is written with !=. {stop.found}"


def _joint(stop: Stop) -> str:
    if stop.type == "_RPAR":
        return "This parenthesis closes none. Expected AND, OR or the end."
    last = "the end" if _opened(stop.before) is None else "a closing parenthesis"
    expected = f"Expected AND, OR or {last}."
    if stop.word in _JOINTS:
        return f"{expected} Write {_JOINTS[stop.word]} instead of '{stop.word}'."
    if stop.type in ("OP", "ODD_OP"):
        return f"{expected} A range is written as BETWEEN 1 AND 2. {stop.found}"
    return f"{expected} {_cut_value(stop) or stop.found}"


def _listed(stop: Stop) -> str:
    return f"Expected a comma or a closing parenthesis. {_cut_value(stop) or stop.found}"


def _cut_value(stop: Stop) -> str:
    """Explain a text that a quote of its own has cut in two, as in `'it's'`."""
    touching = stop.previous.type in ("SINGLE", "DOUBLE") and stop.previous.end_pos == stop.position
    return "A quote cannot be escaped: a value with one in it goes into the other kind of quotes." if touching else ""


def _bound(stop: Stop) -> str:
    return f"Expected AND and the upper bound after BETWEEN and the lower one. {stop.found}"


def _list(stop: Stop) -> str:
    example = "(1, 2)" if stop.known.numeric else "('a', 'b')"
    return f"Expected a list in parentheses after IN, such as {example}. {stop.found}"


# A place in the grammar is known by a terminal that can stand there; the first that fits counts.
_PLACES: tuple[tuple[str, Callable[[Stop], str]], ...] = (
    ("WORD", _name),
    ("OP", _comparator),
    ("NUMBER", _value),
    ("_NULL", _null),
    ("LIKE", _negated),
    ("_OR", _joint),
    ("_COMMA", _listed),
    ("_AND", _bound),
    ("LPAR", _list),
)
