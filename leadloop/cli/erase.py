"""`leadloop erase`."""

from typing import Annotated

import typer

from leadloop.cli.operate import PANEL
from leadloop.options import HERE, Environment, Folder, Json, Wait

app = typer.Typer()


@app.command(rich_help_panel=PANEL)
def erase(
    *,
    lead: Annotated[str, typer.Argument(metavar="LEAD", help="E-mail, Salesforce id or HubSpot id.")],
    reason: Annotated[str, typer.Option("--reason", metavar="TEXT", help="Why, without the person's name or address.")],
    folder: Folder = HERE,
    environment: Environment = None,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do it without asking.")] = False,
    wait: Wait = True,
    json: Json = False,
) -> int:
    """Forget a person: everything that is kept of them, for good. Deletes nothing in other systems.

    Example: leadloop erase ann@acme.example --reason DSR-17
    """
    from leadloop.commands import erase as command

    order = command.Order(lead=lead, reason=reason, yes=yes, wait=wait, as_json=json)
    return command.run(folder, order, environment=environment)
