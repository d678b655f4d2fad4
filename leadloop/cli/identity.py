"""`leadloop identity …`."""

from typing import Annotated

import typer

from leadloop.options import HERE, Environment, Folder, Json, Wait

app = typer.Typer(
    name="identity", help="Who is who, and why: keys, unions, and a person's word on them.", no_args_is_help=True
)


@app.command("list")
def identity_list(*, folder: Folder = HERE, environment: Environment = None, json: Json = False) -> int:
    """Shared addresses, leads left apart, leads that nothing holds together any more, and the last unions."""
    from leadloop.commands import identity as command

    return command.listing(folder, environment=environment, as_json=json)


@app.command("show")
def identity_show(
    *,
    lead: Annotated[str, typer.Argument(metavar="LEAD", help="E-mail, Salesforce id or HubSpot id.")],
    folder: Folder = HERE,
    environment: Environment = None,
    json: Json = False,
) -> int:
    """A lead's records, what each is known by and since when, and the unions that made it."""
    from leadloop.commands import identity as command

    return command.show(folder, lead, environment=environment, as_json=json)


@app.command("split")
def identity_split(
    *,
    what: Annotated[
        str, typer.Argument(metavar="UNION|RECORD", help="A union's number, or SYSTEM:OBJECT:ID of a record.")
    ],
    folder: Folder = HERE,
    environment: Environment = None,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do it without asking.")] = False,
    wait: Wait = True,
) -> int:
    """Two people were taken for one: undo a union, or take a record out of the lead it came to."""
    from leadloop.commands import identity as command

    return command.split(folder, what, environment=environment, yes=yes, wait=wait)


@app.command("join")
def identity_join(
    *,
    one: Annotated[str, typer.Argument(metavar="LEAD", help="E-mail, Salesforce id or HubSpot id.")],
    other: Annotated[str, typer.Argument(metavar="LEAD")],
    folder: Folder = HERE,
    environment: Environment = None,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do it without asking.")] = False,
    wait: Wait = True,
) -> int:
    """Two leads are one person: one lead from now on. No record of a vendor is merged."""
    from leadloop.commands import identity as command

    return command.join(folder, (one, other), environment=environment, yes=yes, wait=wait)
