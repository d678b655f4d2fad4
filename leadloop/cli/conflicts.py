"""`leadloop conflicts …`."""

from typing import Annotated

import typer

from leadloop.options import HERE, Environment, Folder, Json, Wait

app = typer.Typer(name="conflicts", help="What no rule could decide, and a person's word on it.", no_args_is_help=True)

PropertyName = Annotated[str | None, typer.Option("--property", metavar="NAME", help="A property of mapping.yaml.")]


@app.command("list")
def conflicts_list(
    *, property: PropertyName = None, folder: Folder = HERE, environment: Environment = None, json: Json = False
) -> int:
    """What every side shows, what was agreed before, and since when it waits."""
    from leadloop.commands import conflicts as command

    return command.listing(folder, environment=environment, property=property, as_json=json)


@app.command("resolve")
def conflicts_resolve(
    *,
    names: Annotated[
        list[str] | None, typer.Argument(metavar="ID...", help="Names from `leadloop conflicts list`.")
    ] = None,
    property: PropertyName = None,
    use: Annotated[
        str | None,
        typer.Option("--use", metavar="CONNECTION|agreed", help="The system that is right; or what was agreed before."),
    ] = None,
    value: Annotated[str | None, typer.Option("--value", help="Neither of them: this.")] = None,
    folder: Folder = HERE,
    environment: Environment = None,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do it without asking.")] = False,
    wait: Wait = True,
) -> int:
    """Say what every side is to show. The next cycle writes it, like anything else that the plan shows."""
    from leadloop.commands import conflicts as command

    if bool(names) == bool(property):
        raise typer.BadParameter("name conflicts, or give --property for all of one property")
    if (use is None) == (value is None):
        raise typer.BadParameter("choose --use or --value")
    wish = command.Wish(names=tuple(dict.fromkeys(names or ())), about=property, use=use, value=value)
    return command.resolve(folder, wish, environment=environment, yes=yes, wait=wait)
