"""`leadloop proposals …`."""

from typing import Annotated

import typer

from leadloop.options import HERE, Environment, Folder, Json

app = typer.Typer(
    name="proposals", help="Changes that need a second person, while changes are frozen.", no_args_is_help=True
)

ProposalNumber = Annotated[int, typer.Argument(metavar="NUMBER", help="A number from `leadloop proposals list`.")]


@app.command("list")
def proposals_list(*, folder: Folder = HERE, environment: Environment = None, json: Json = False) -> int:
    """Every proposal, newest first: what, by whom, until when it waits, or who answered it."""
    from leadloop.commands import proposals as command

    return command.listing(folder, environment=environment, as_json=json)


@app.command("show")
def proposals_show(
    *, number: ProposalNumber, folder: Folder = HERE, environment: Environment = None, json: Json = False
) -> int:
    """What approving it does, line by line."""
    from leadloop.commands import proposals as command

    return command.show(folder, number, environment=environment, as_json=json)


@app.command("approve")
def proposals_approve(
    *,
    number: ProposalNumber,
    folder: Folder = HERE,
    environment: Environment = None,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
) -> int:
    """Carry out exactly that, under another login than the proposer's.

    Example: leadloop proposals show 3, then leadloop proposals approve 3
    """
    from leadloop.commands import proposals as command

    return command.approve(folder, number, environment=environment, yes=yes)


@app.command("withdraw")
def proposals_withdraw(*, number: ProposalNumber, folder: Folder = HERE, environment: Environment = None) -> int:
    """Take it back: nothing is carried out."""
    from leadloop.commands import proposals as command

    return command.withdraw(folder, number, environment=environment)
