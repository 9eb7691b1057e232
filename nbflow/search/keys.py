"""Who a key of a filter names, and what it can be compared with (pure).

MLflow's rule: what stands before the first dot says what the key is about, everything behind it is the name.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Literal

from msgspec import Struct

from nbflow.errors import InvalidFilterError, did_you_mean, shown
from nbflow.search.scope import RUNS, AttributeType, Scope
from nbflow.search.tree import Entity, Key, format_key

if TYPE_CHECKING:
    from collections.abc import Iterable

    from lark import Token

__all__ = ["KEY_TOKENS", "Field", "enumerate_words", "excerpt", "find_field"]

KEY_TOKENS = frozenset({"WORD", "QUOTED_KEY", "BACKTICKS", "DOUBLE"})

_DATASET_KEYS = ("name", "digest", "context")
_BARE = re.compile(r"[\w.\-/:]+")  # what names may hold, but the space
_SHOWN = 60  # characters of a name in a message
_EXAMPLES: dict[Entity, str] = {
    "metric": "loss",
    "param": "lr",
    "tag": "team",
    "attribute": "status",
    "dataset": "name",
}
_WANTED: dict[AttributeType | Literal["any"], str] = {
    "any": "a value in quotes or a number",
    "integer": "a whole number",
    "number": "a number without quotes",
    "string": "a value in quotes",
    "time": "milliseconds since the epoch or a date in quotes ('2026-11-23')",
}


class Field(Struct, frozen=True):
    """A key with what can be asked of it. `type` is `any` where numbers compare as numbers and texts as texts."""

    key: Key
    type: AttributeType | Literal["any"]
    nullable: bool = False

    @property
    def title(self) -> str:
        """What the user knows it as: `metric 'loss'`."""
        return f"{self.key.entity} {shown(self.key.name)}"

    @property
    def wanted(self) -> str:
        """What may stand behind a comparator."""
        return _WANTED[self.type]

    @property
    def numeric(self) -> bool:
        """Whether it holds numbers only."""
        return self.type in ("number", "integer", "time")

    @property
    def operators(self) -> str:
        """The comparators that it takes, as a list to read."""
        words = ["=", "!="]
        if self.type != "string":
            words += ["<", "<=", ">", ">="]
        if not self.numeric:
            words += ["LIKE", "ILIKE"]
        words += ["IN", "BETWEEN"]
        return enumerate_words([*words, "IS NULL"] if self.nullable else words)


def enumerate_words(words: Iterable[str], joint: str = "or") -> str:
    """Write words as `a, b or c`."""
    *first, last = words
    return f"{', '.join(first)} {joint} {last}" if first else last


def excerpt(token: Token) -> str:
    """Show a token in a message, as it was written."""
    return _short(str(token))


def find_field(token: Token, scope: Scope, text: str) -> Field:
    """Find what a key names.

    Parameters
    ----------
    token
        The key as it was written: its type is one of `KEY_TOKENS`.
    scope
        What there is to be named.
    text
        The whole filter, for the error.

    Returns
    -------
    field : Field
        What it names, in canonical spelling.

    Raises
    ------
    InvalidFilterError
        If it names nothing in this scope, or has a form that names do not have.
    """
    word, name, bare = _split(token)
    entity = "attribute" if word is None else scope.entity(word)
    if entity == "attribute":
        attribute = scope.attribute(name)
        if attribute is not None:
            return Field(Key(entity, attribute.name), attribute.type, attribute.nullable)
    elif entity == "dataset":
        if name in _DATASET_KEYS:
            return Field(Key(entity, name), "string")
    elif entity is not None and name and (not bare or _BARE.fullmatch(name)):
        return Field(Key(entity, name), "number" if entity == "metric" else "any", nullable=True)
    raise InvalidFilterError(text, token.start_pos or 0, _reason(word, name, entity, scope))


def _split(token: Token) -> tuple[str | None, str, bool]:
    """Give the word before the first dot (None without a dot), the name, and whether that is without quotes."""
    raw = str(token)
    if token.type != "QUOTED_KEY":
        bare = token.type == "WORD"
        word, dot, name = (raw if bare else raw[1:-1]).partition(".")
        return (word, name, bare) if dot else (None, word, bare)
    if raw[0] in '`"':
        end = raw.index(raw[0], 1)
        word, name = raw[1:end], raw[end + 2 :]
    else:
        word, _, name = raw.partition(".")
    return (word, name[1:-1], False) if name[0] in "`\"'" else (word, name, True)


def _reason(word: str | None, name: str, entity: Entity | None, scope: Scope) -> str:
    """Say why a key names nothing, and what to write for it."""
    if word is None:
        return _no_attribute(name, scope)
    if entity is None:
        return _no_entity(word, name, scope)
    if not name:
        return f"Expected a name after the dot, such as {word}.{_EXAMPLES[entity]}."
    if entity == "attribute":
        return _invalid(entity, name, [attribute.name for attribute in scope.attributes])
    if entity == "dataset":
        return _invalid(entity, name, _DATASET_KEYS)
    return (
        "Without quotes a name holds letters, digits and _ . - / : only. "
        f"Put this one into backticks: {word}.`{_short(name)}`."
    )


def _no_entity(word: str, name: str, scope: Scope) -> str:
    expected = f"Expected {enumerate_words(spellings[0] for _, spellings in scope.entities)} before the first dot."
    if RUNS.entity(word):
        return f"{scope.noun.capitalize()} have no {word}. {expected}"
    known = [spelling for _, spellings in scope.entities for spelling in spellings]
    remedy = did_you_mean(word, known) or _offer(f"{word}.{name}", scope)
    return f"Invalid entity type {shown(word)}. {expected}{remedy}"


def _no_attribute(name: str, scope: Scope) -> str:
    if not name:
        return "Expected a name between the quotes."
    entity = scope.entity(name)
    if entity is not None:
        return f"Expected a dot and a name after {name}: {name}.{_EXAMPLES[entity]}."
    known = [attribute.name for attribute in scope.attributes]
    wrong = _invalid("attribute", name, known) if known else f"{scope.noun.capitalize()} have no attributes."
    return wrong + _offer(name, scope)


def _invalid(kind: str, name: str, known: Iterable[str]) -> str:
    known = tuple(known)
    return (
        f"Invalid {kind} key {shown(name)}.{did_you_mean(name, known)} "
        f"The {kind} keys are {enumerate_words(known, 'and')}."
    )


def _offer(name: str, scope: Scope) -> str:
    """Offer the name as something that was logged."""
    logged: tuple[Entity, ...] = ("metric", "param", "tag")
    spelled = [format_key(Key(entity, _short(name))) for entity, _ in scope.entities if entity in logged]
    return f" Write {enumerate_words(spelled)} for what was logged under this name." if spelled else ""


def _short(text: str) -> str:
    """Cut a text for a message, and blot out what a terminal would obey."""
    cut = "".join(character if character.isprintable() else "?" for character in text[:_SHOWN])
    return cut if len(text) <= _SHOWN else f"{cut}…"
