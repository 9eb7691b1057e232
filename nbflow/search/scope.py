"""What a filter may speak of, for each kind of thing that is searched: a scope is one constant.

To make another kind searchable, add its constant here: parser, grammar and errors take everything from it.
"""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

from nbflow.search.tree import Entity, Key, Order

__all__ = [
    "EVALUATIONS",
    "EXPERIMENTS",
    "MODEL_VERSIONS",
    "REGISTERED_MODELS",
    "RUNS",
    "Attribute",
    "AttributeType",
    "Scope",
]

AttributeType = Literal["string", "number", "integer", "time"]


class Attribute(Struct, frozen=True):
    """A field that everything of a kind has.

    Parameters
    ----------
    name
        Its name in the tree.
    type
        What it is compared with. `string`: text in quotes. `number`: a number. `integer`: a whole number, quoted
        or not. `time`: milliseconds since the epoch, or an ISO 8601 date in quotes.
    aliases
        Other spellings of the name.
    nullable
        Whether it can be missing, so that `IS NULL` makes sense.
    """

    name: str
    type: AttributeType = "string"
    aliases: tuple[str, ...] = ()
    nullable: bool = False


class Scope(Struct, frozen=True, cache_hash=True):
    """What can be searched for, and by what.

    Parameters
    ----------
    noun
        The things that are searched, in the plural: `"runs"`.
    entities
        What a key may begin with: each entity with its spellings, the canonical one first.
    attributes
        The attributes, bare or behind a spelling of `attribute`.
    default_order
        The order when none is asked for, and what breaks ties when one is.
    example
        A comparison to show to somebody whose filter is wrong.
    """

    noun: str
    entities: tuple[tuple[Entity, tuple[str, ...]], ...]
    attributes: tuple[Attribute, ...]
    default_order: tuple[Order, ...]
    example: str

    def entity(self, spelling: str) -> Entity | None:
        """Find what a key that begins with this word is about; None if nothing is."""
        for entity, spellings in self.entities:
            if spelling in spellings:
                return entity
        return None

    def attribute(self, name: str) -> Attribute | None:
        """Find an attribute by its name or an alias; None if there is none."""
        for attribute in self.attributes:
            if name == attribute.name or name in attribute.aliases:
                return attribute
        return None

    def complete(self, orders: tuple[Order, ...]) -> tuple[Order, ...]:
        """Append the default order, without the keys that are ordered by already."""
        keys = {order.key for order in orders}
        return orders + tuple(order for order in self.default_order if order.key not in keys)


_METRICS: tuple[Entity, tuple[str, ...]] = ("metric", ("metrics", "metric"))
_PARAMS: tuple[Entity, tuple[str, ...]] = ("param", ("params", "param", "parameters", "parameter"))
_TAGS: tuple[Entity, tuple[str, ...]] = ("tag", ("tags", "tag"))
_ATTRIBUTES: tuple[Entity, tuple[str, ...]] = ("attribute", ("attributes", "attribute", "attr"))
_RUN_ATTRIBUTES: tuple[Entity, tuple[str, ...]] = ("attribute", (*_ATTRIBUTES[1], "run"))
_DATASETS: tuple[Entity, tuple[str, ...]] = ("dataset", ("datasets", "dataset"))

RUNS = Scope(
    noun="runs",
    entities=(_METRICS, _PARAMS, _TAGS, _RUN_ATTRIBUTES, _DATASETS),
    attributes=(
        Attribute("run_id"),
        Attribute("run_name", aliases=("run name", "Run name", "Run Name")),
        Attribute("status"),
        Attribute("user_id"),
        Attribute("artifact_uri"),
        Attribute("experiment_id"),
        Attribute("start_time", "time", aliases=("created", "Created")),
        Attribute("end_time", "time", nullable=True),
        Attribute("duration", "number"),
    ),
    default_order=(
        Order(Key("attribute", "start_time"), ascending=False),
        Order(Key("attribute", "run_id")),
    ),
    example="metrics.loss < 0.5",
)

EXPERIMENTS = Scope(
    noun="experiments",
    entities=(_ATTRIBUTES, _TAGS),
    attributes=(
        Attribute("name"),
        Attribute("experiment_id"),
        Attribute("creation_time", "time"),
        Attribute("last_update_time", "time"),
    ),
    default_order=(
        Order(Key("attribute", "creation_time"), ascending=False),
        Order(Key("attribute", "experiment_id")),
    ),
    example="name LIKE 'vision%'",
)

# `aliases` has several values: a clause is about any of them.
REGISTERED_MODELS = Scope(
    noun="registered models",
    entities=(_ATTRIBUTES, _TAGS),
    attributes=(
        Attribute("name"),
        Attribute("user_id"),
        Attribute("aliases", aliases=("alias",), nullable=True),
        Attribute("creation_timestamp", "time", aliases=("creation_time",)),
        Attribute("last_updated_timestamp", "time", aliases=("timestamp", "last_updated_time")),
    ),
    default_order=(Order(Key("attribute", "name")),),
    example="name LIKE 'vision%'",
)

MODEL_VERSIONS = Scope(
    noun="model versions",
    entities=(_METRICS, _TAGS, _ATTRIBUTES),
    attributes=(
        Attribute("name"),
        Attribute("version_number", "integer", aliases=("version",)),
        Attribute("run_id", nullable=True),
        Attribute("source_path", aliases=("source",)),
        Attribute("user_id"),
        Attribute("aliases", aliases=("alias",), nullable=True),
        Attribute("creation_timestamp", "time", aliases=("creation_time",)),
        Attribute("last_updated_timestamp", "time", aliases=("last_updated_time",)),
    ),
    default_order=(
        Order(Key("attribute", "last_updated_timestamp"), ascending=False),
        Order(Key("attribute", "name")),
        Order(Key("attribute", "version_number"), ascending=False),
    ),
    example="name = 'fraud'",
)

# What a policy may ask of the metrics that an evaluation found.
EVALUATIONS = Scope(
    noun="evaluations",
    entities=(_METRICS,),
    attributes=(),
    default_order=(Order(Key("metric", "accuracy")),),  # nothing is ordered by it: it is what an error shows
    example="metrics.accuracy >= 0.9",
)
