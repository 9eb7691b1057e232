"""`models compare`: what differs between versions of a registered model."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click
from msgspec.structs import replace

from nbflow.drawing.format import MISSING, count, moment
from nbflow.verbs.differences import Measured, differences, text_differences
from nbflow.verbs.model_answers import called
from nbflow.verbs.model_columns import flat_rows, requirement_table
from nbflow.verbs.model_completion import complete_model, complete_number
from nbflow.verbs.model_refs import number_of, whole_model
from nbflow.verbs.options import Verb, pass_session

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from rich.console import RenderableType
    from rich.text import Text

    from nbflow.verbs.differences import Difference, Kind
    from nbflow.verbs.lines import Cell
    from nbflow.verbs.model_facts import VersionFacts
    from nbflow.verbs.session import Session

__all__ = ["compare_versions"]

_FEWEST = 2
_NUMBERS: tuple[Kind, ...] = ("metrics", "evaluated")
_TEXTS = ("params", "flavors", "signature", "requirements")


@click.command("compare", cls=Verb)
@click.argument("model", metavar="NAME", shell_complete=complete_model)
@click.argument("versions", metavar="VERSION VERSION...", nargs=-1, required=True, shell_complete=complete_number)
@click.option("--all", "everything", is_flag=True, help="Also what is the same in all of them.")
@pass_session
def compare_versions(session: Session, model: str, versions: Sequence[str], everything: bool) -> None:
    """Compare versions of a registered model.

    What is compared: the metrics and params of their runs, what evaluations found, flavors, signatures, requirements.

    VERSION is a number, `latest` or an alias. Only what differs is shown. In a pipe each line is a name, the value of
    each version, and the versions with the best one; the first two lines are the versions and their runs.
    """
    from nbflow.verbs.model_facts import look_at_version

    client = session.client
    name = whole_model(client, model)
    numbers = list(dict.fromkeys(number_of(client, name, which) for which in versions))
    if len(numbers) < _FEWEST:
        told = "They are the same version. " if len(versions) > 1 else ""
        raise click.UsageError(f"{told}Give two versions or more to compare.")
    facts = [look_at_version(client, client.get_model_version(name, each)) for each in numbers]
    rows = _rows(facts, everything=everything)
    session.answer(lambda: _document(facts, rows), lambda: _lines(facts, rows), lambda: _drawing(facts, rows))
    if not rows:
        session.note(f"The {count(len(facts), 'version')} of {called(name)} do not differ.")
    for each in facts:
        if each.saved.trouble is not None:
            what = called(name, each.version.version)
            session.note(f"The files of {what} are not there: its requirements are not known. {each.saved.trouble}")


def _rows(facts: Sequence[VersionFacts], *, everything: bool) -> list[Difference]:
    measured = [Measured(each.version.metrics, {} if each.run is None else each.run.params) for each in facts]
    evaluated = [Measured(each.version.evaluated) for each in facts]
    flavors = [dict.fromkeys(each.version.flavors, "yes") for each in facts]
    signatures = [flat_rows(each.signature) for each in facts]
    return [
        *differences(measured, everything=everything),
        *(replace(row, kind="evaluated") for row in differences(evaluated, everything=everything)),
        *text_differences("flavors", flavors, everything=everything),
        *text_differences("signature", signatures, everything=everything),
        *_requirements(facts, everything=everything),
    ]


def _requirements(facts: Sequence[VersionFacts], *, everything: bool) -> list[Difference]:
    """Compare the requirements of those whose files are there: of the others they are not known, which is no none."""
    tables = {
        place: requirement_table(each.saved.requirements)
        for place, each in enumerate(facts)
        if each.saved.requirements is not None
    }
    if len(tables) < _FEWEST:
        return []
    found = text_differences("requirements", list(tables.values()), everything=everything)
    return [replace(row, values=_at_places(tables, row, len(facts))) for row in found]


def _at_places(places: Iterable[int], row: Difference, n: int) -> tuple[str | float | None, ...]:
    values = dict(zip(places, row.values, strict=True))
    return tuple(values.get(place) for place in range(n))


def _document(facts: Sequence[VersionFacts], rows: Sequence[Difference]) -> dict[str, Any]:
    return {
        "name": facts[0].version.name,
        "versions": [
            {
                "version": each.version.version,
                "aliases": each.version.aliases,
                "current_stage": each.version.current_stage,
                "run_id": each.version.run_id,
                "run_name": None if each.run is None else each.run.name,
            }
            for each in facts
        ],
        **{kind: _numbers(facts, rows, kind) for kind in _NUMBERS},
        **{kind: {row.key: row.values for row in rows if row.kind == kind} for kind in _TEXTS},
    }


def _numbers(facts: Sequence[VersionFacts], rows: Sequence[Difference], kind: Kind) -> dict[str, Any]:
    return {
        row.key: {
            "values": row.values,
            "mode": row.mode,
            "best": [facts[place].version.version for place in row.best],
        }
        for row in rows
        if row.kind == kind
    }


def _lines(facts: Sequence[VersionFacts], rows: Sequence[Difference]) -> Iterator[list[Cell]]:
    yield ["version", *(each.version.version for each in facts), None]
    yield ["run_id", *(each.version.run_id for each in facts), None]
    for row in rows:
        yield [row.name, *row.values, " ".join(str(facts[place].version.version) for place in row.best)]


def _drawing(facts: Sequence[VersionFacts], rows: Sequence[Difference]) -> RenderableType:
    from nbflow.verbs.drawing import difference, table

    head = ["", *(f"version {each.version.version}" for each in facts)]
    cells: list[list[str | Text]] = [
        ["aliases", *(", ".join(each.version.aliases) or MISSING for each in facts)],
        ["registered (UTC)", *(moment(each.version.creation_timestamp) for each in facts)],
        ["run", *(MISSING if each.run is None else each.run.name for each in facts)],
    ]
    return table(head, [*cells, *(difference(row) for row in rows)])
