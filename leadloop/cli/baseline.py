"""`leadloop baseline …`."""

from typing import Annotated

import typer

from leadloop.options import HERE, Environment, Folder, Json, form_of

app = typer.Typer(name="baseline", invoke_without_command=True)


@app.callback()
def baseline_show(
    ctx: typer.Context,
    *,
    folder: Folder = HERE,
    environment: Environment = None,
    draft: Annotated[bool, typer.Option("--draft", help="By the folder's table, before it is published.")] = False,
    json: Json = False,
    as_csv: Annotated[bool, typer.Option("--csv", help="One line per combination on standard output.")] = False,
) -> int:
    """The table of first stages as this org's leads really fall into it, with counts."""
    from leadloop.commands import baseline as command

    if ctx.invoked_subcommand is not None:
        return 0
    form = form_of(json=json, csv=as_csv)
    return command.run(folder, environment=environment, form=form, draft=draft)


@app.command("confirm")
def baseline_confirm(
    *,
    folder: Folder = HERE,
    environment: Environment = None,
    rest_is_known: Annotated[
        bool, typer.Option("--rest-is-known", help="Also what no row names: I have seen it.")
    ] = False,
    json: Json = False,
) -> int:
    """Say that the table is right: first stages stand from now on, and `leadloop golive pilot` may follow."""
    from leadloop.commands import baseline as command

    return command.confirm(folder, environment=environment, rest_is_known=rest_is_known, as_json=json)
