"""`ui`: the pages in a browser, until the process is told to end."""

from __future__ import annotations

import os
import secrets
import sys
from importlib import import_module
from ipaddress import ip_address
from typing import TYPE_CHECKING, Any

import click

from nbflow.drawing.html import visible
from nbflow.uris import parse_store_uri
from nbflow.verbs.options import Verb, pass_session

if TYPE_CHECKING:
    from nbflow.verbs.session import Session

__all__ = ["ui"]

_OPEN = (
    "Warning: {host} can be reached by other machines. Whoever has the address, token included, sees what is in the "
    "stores{changes}, as the account that runs this; and it is sent without encryption. Put it behind a proxy that "
    "encrypts, or leave --host out."
)
_CHANGES = " and may change it"
_NOT_THERE = "Warning: there is no store in {path} yet: the first run that is logged there makes it."


class _Ui(Verb):
    """A verb that takes several stores."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        several = click.Option(
            ["--store", "stores"],
            multiple=True,
            metavar="DIR",
            help="A store; may be given several times. Else NBFLOW_TRACKING_URI, else ./nbruns.",
        )
        self.params = [several if each.name == "store" else each for each in self.params]


@click.command("ui", cls=_Ui)
@click.option("--host", "--ip", default="127.0.0.1", show_default=True, help="The address to listen at.")
@click.option(
    "--port", "-p", type=click.IntRange(0, 65535), help="0: any free one. Else 8908, or a free one where that is taken."
)
@click.option("--base-url", default="/", show_default=True, metavar="PATH", help="The path that a proxy hands on.")
@click.option("--read-only", is_flag=True, help="Refuse every change.")
@click.option("--no-browser", is_flag=True, help="Open no browser.")
@click.option(
    "--token",
    envvar="NBFLOW_UI_TOKEN",
    metavar="TEXT",
    help="What lets somebody in: NBFLOW_UI_TOKEN; else a new one.",
)
@click.option("--any-host", is_flag=True, help="Answer to any name, as behind a proxy on this machine.")
@click.option("--end-with-input", is_flag=True, hidden=True, help="End when the standard input does.")
@pass_session
def ui(session: Session, /, stores: tuple[str, ...], **chosen: Any) -> None:
    """Show stores in a browser: their experiments, runs and models.

    It stops on Ctrl-C or SIGTERM. In a pipe the answer is its address; whoever has that may use it.
    """
    # By its name: the server is a door as this is, and is there only where somebody asks for it.
    alone = import_module("nbflow.server.alone")
    wanted = alone.Wanted(
        stores=[str(parse_store_uri(each)) for each in stores] or [session.client.tracking_uri],
        token=chosen["token"] or secrets.token_hex(24),
        ip=chosen["host"],
        port=chosen["port"],
        base_url=chosen["base_url"],
        read_only=chosen["read_only"],
        browser=session.styled and not chosen["no_browser"],
        any_host=chosen["any_host"],
    )
    if not _is_local(wanted.ip):
        click.echo(_OPEN.format(host=wanted.ip, changes="" if wanted.read_only else _CHANGES), err=True)
    for each in wanted.stores:
        if not os.path.exists(each):  # noqa: PTH110 (pathlib raises where a folder may not be read)
            click.echo(_NOT_THERE.format(path=visible(each)), err=True)
    until = _wait_for_end if chosen["end_with_input"] else None
    alone.serve(wanted, lambda url: _tell(session, url, wanted.stores), until)


def _tell(session: Session, url: str, stores: list[str]) -> None:
    session.answer(
        lambda: {"url": url, "stores": stores, "pid": os.getpid()},
        lambda: [[url]],
        lambda: f"{visible(', '.join(stores))}\nis shown at {url}\nCtrl-C stops it.",
    )


def _is_local(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _wait_for_end() -> None:
    """Wait until the standard input ends: then whoever started this is gone, however that ended."""
    while sys.stdin.buffer.read(1):
        pass
