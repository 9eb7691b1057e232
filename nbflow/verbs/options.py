"""What all verbs have in common: `--store` and `--json`, and groups that list when nothing else is asked."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import click

from nbflow.verbs.session import Session

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["Verb", "VerbGroup", "pass_session"]

_HELP = {"help_option_names": ["-h", "--help"]}
_WORD = re.compile(r"[\w-]+")


def _choose_store(context: click.Context, _parameter: click.Parameter, value: str | None) -> None:
    session = context.ensure_object(Session)
    if value:
        session.store = value


def _choose_json(context: click.Context, _parameter: click.Parameter, value: bool) -> None:
    session = context.ensure_object(Session)
    if value:
        session.json = True


def _common() -> list[click.Parameter]:
    """Make the options that every verb takes, before or after its own name. Eager: errors already know of them."""
    return [
        click.Option(
            ["--store"],
            metavar="DIR",
            callback=_choose_store,
            expose_value=False,
            is_eager=True,
            help="The store; else NBFLOW_TRACKING_URI, else ./nbruns.",
        ),
        click.Option(
            ["--json"],
            is_flag=True,
            callback=_choose_json,
            expose_value=False,
            is_eager=True,
            help="Answer with one JSON document.",
        ),
    ]


class Verb(click.Command):
    """A verb: a command that takes `--store` and `--json`, too."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs["params"] = [*(kwargs.get("params") or ()), *_common()]
        kwargs.setdefault("context_settings", _HELP)
        super().__init__(*args, **kwargs)


class VerbGroup(click.Group):
    """A group of verbs, which takes `--store` and `--json`, too.

    Parameters
    ----------
    *args, **kwargs
        As for `click.Group`.
    usual
        The verb that is meant when none is named: `nbflow runs`, `nbflow runs "metrics.loss < 1"`. None asks for one.
    """

    command_class = Verb

    def __init__(self, *args: Any, usual: str | None = None, **kwargs: Any) -> None:
        kwargs["params"] = [*(kwargs.get("params") or ()), *_common()]
        kwargs.setdefault("context_settings", _HELP)
        kwargs["no_args_is_help"] = usual is None
        super().__init__(*args, **kwargs)
        self.usual = usual

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Put the usual verb before arguments that name none: nothing, options of its own, or a filter."""
        # A shell that asks for completions wants the verbs of the group.
        if self.usual is not None and not ctx.resilient_parsing and self._means_the_usual(ctx, args):
            args = [self.usual, *args]
        return super().parse_args(ctx, args)

    def _means_the_usual(self, ctx: click.Context, args: Sequence[str]) -> bool:
        takes_value = {
            name: not getattr(parameter, "is_flag", False)
            for parameter in self.get_params(ctx)
            for name in parameter.opts
        }
        rest = iter(args)
        for word in rest:
            if word in ctx.help_option_names:
                return False
            option, given, _ = word.partition("=")
            if option not in takes_value:
                # One word that is no verb is a slip of the fingers, and gets told so. A filter is more than a word.
                return word.startswith("-") or (word not in self.commands and _WORD.fullmatch(word) is None)
            if takes_value[option] and not given:
                next(rest, None)
        return True


pass_session = click.make_pass_decorator(Session, ensure=True)
