"""The arguments of `%%nbflow run`, read from the rest of its line (pure)."""

from __future__ import annotations

import shlex

import click
from msgspec import Struct

__all__ = ["Arguments", "help_text", "options", "parse_arguments"]


class Arguments(Struct, frozen=True):
    """How a cell is to be run.

    `experiment` is a name; None is the experiment in use. `params` and `tags` are text. `log_vars` are the names of
    variables to log when the cell has ended. `live` is whether it is shown while it runs.
    """

    name: str | None = None
    experiment: str | None = None
    params: dict[str, str] = {}
    tags: dict[str, str] = {}
    nested: bool = False
    log_vars: tuple[str, ...] = ()
    live: bool = True


def parse_arguments(line: str) -> Arguments:
    """Read the arguments, quoted as in a shell.

    Parameters
    ----------
    line
        What stands behind `%%nbflow run`.

    Returns
    -------
    arguments : Arguments
        What it says.

    Raises
    ------
    UsageError
        click's, with the usage, if they are none of ours. For `--help` too, with all of the help.
    """
    context = click.Context(_COMMAND, info_name="%%nbflow run")
    try:
        words = shlex.split(line)
    except ValueError as exc:
        raise click.UsageError(f"{exc} in {line!r}.", context) from None
    try:
        _COMMAND.parse_args(context, words)
    except click.UsageError as exc:  # not all of them know the context, which has the usage
        raise click.UsageError(exc.format_message(), context) from None
    given = context.params
    if given["help"]:
        raise click.UsageError(_COMMAND.get_help(context))
    return Arguments(
        name=_name(context, given["name"]),
        experiment=given["experiment"],
        params=_pairs(context, "--param", given["param"]),
        tags=_pairs(context, "--tag", given["tag"]),
        nested=given["nested"],
        log_vars=_names(context, given["log_vars"]),
        live=not given["no_live"],
    )


def help_text() -> str:
    """Explain the cell magic."""
    return _COMMAND.get_help(click.Context(_COMMAND, info_name="%%nbflow run"))


def options() -> list[str]:
    """Give the long options, for completion."""
    return [option for each in _COMMAND.params for option in each.opts if option.startswith("--")]


_COMMAND = click.Command(
    "run",
    help="Run the cell as a run: what it prints and the figures it shows are kept with it.",
    add_help_option=False,
    params=[
        click.Argument(["name"], nargs=-1, metavar="[NAME]"),
        click.Option(["--experiment"], metavar="NAME", help="Its experiment, made if it is not there."),
        click.Option(["-P", "--param"], multiple=True, metavar="KEY=VALUE", help="A param; may be repeated."),
        click.Option(["-t", "--tag"], multiple=True, metavar="KEY=VALUE", help="A tag; may be repeated."),
        click.Option(["--nested"], is_flag=True, help="It belongs to the run that is active."),
        click.Option(["--log-vars"], multiple=True, metavar="A,B", help="Variables to log when the cell has ended."),
        click.Option(["--no-live"], is_flag=True, help="Do not draw its metrics below the cell."),
        click.Option(["-h", "--help"], is_flag=True, help="Say this."),
    ],
)


def _name(context: click.Context, words: tuple[str, ...]) -> str | None:
    if len(words) > 1:
        pair = next((word for word in words if "=" in word), None)
        told = f"Give each param its own --param: --param {pair}." if pair else "Quote a name that has blanks."
        raise click.UsageError(f"{' '.join(words)!r} is more than one NAME. {told}", context)
    return words[0] if words and words[0] else None


def _pairs(context: click.Context, option: str, given: tuple[str, ...]) -> dict[str, str]:
    pairs: dict[str, str] = {}
    for each in given:
        key, equals, value = each.partition("=")
        if not key or not equals:
            raise click.UsageError(f"{option} {each!r} is not of the form KEY=VALUE.", context)
        if pairs.setdefault(key, value) != value:
            raise click.UsageError(f"{option} {key!r} is given twice, as {pairs[key]!r} and {value!r}.", context)
    return pairs


def _names(context: click.Context, given: tuple[str, ...]) -> tuple[str, ...]:
    names = [name.strip() for each in given for name in each.split(",")]
    for name in names:
        if not name.isidentifier():
            raise click.UsageError(f"--log-vars {name!r} is not the name of a variable.", context)
    return tuple(dict.fromkeys(names))
