"""`completion`: what a shell needs to complete verbs, names and ids."""

from __future__ import annotations

import click

__all__ = ["completion"]

VARIABLE = "_NBFLOW_COMPLETE"


@click.command("completion")
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
@click.pass_context
def completion(context: click.Context, shell: str) -> None:
    """Print the script that makes a shell complete nbflow's verbs, experiments and runs.

    \b
    bash:  nbflow completion bash >> ~/.bashrc
    zsh:   nbflow completion zsh >> ~/.zshrc
    fish:  nbflow completion fish > ~/.config/fish/completions/nbflow.fish
    """  # noqa: D301 (click wants the character itself)
    from click.shell_completion import get_completion_class

    maker = get_completion_class(shell)
    assert maker is not None
    click.echo(maker(context.find_root().command, {}, "nbflow", VARIABLE).source())
