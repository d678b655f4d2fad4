"""`leadloop held …`."""

from typing import Annotated

import typer

from leadloop.options import HERE, Environment, Folder, Json, SetName, form_of

app = typer.Typer(name="held", help="Sets of leads that the blast radius holds back.", no_args_is_help=True)


@app.command("list")
def held_list(*, folder: Folder = HERE, environment: Environment = None, json: Json = False) -> int:
    """Every open set with its cause and size."""
    from leadloop.commands import held as command

    return command.listing(folder, environment=environment, as_json=json)


@app.command("show")
def held_show(
    *,
    name: SetName,
    folder: Folder = HERE,
    environment: Environment = None,
    limit: Annotated[int, typer.Option(min=1, help="So many rows.")] = 20,
    json: Json = False,
    as_csv: Annotated[bool, typer.Option("--csv", help="One line per row on standard output.")] = False,
) -> int:
    """Who is in a set, what would happen to each, and what came since they wait."""
    from leadloop.commands import held as command

    form = form_of(json=json, csv=as_csv)
    return command.show(folder, name, environment=environment, form=form, limit=limit)


@app.command("approve")
def held_approve(
    *,
    name: SetName,
    folder: Folder = HERE,
    environment: Environment = None,
    lead: Annotated[list[str] | None, typer.Option("--lead", help="Only this lead of it; may be repeated.")] = None,
    reason: Annotated[str, typer.Option("--reason", help="Why; kept with the set.")] = "",
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> int:
    """Let a set through: once, good for a day, each lead looked at again."""
    from leadloop.commands import held as command

    return command.approve(folder, name, environment=environment, only=lead or (), reason=reason, yes=yes)


@app.command("discard")
def held_discard(*, name: SetName, folder: Folder = HERE, environment: Environment = None) -> int:
    """Drop a set: its leads stay as they are."""
    from leadloop.commands import held as command

    return command.discard(folder, name, environment=environment)
