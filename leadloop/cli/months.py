"""`leadloop months …`."""

from typing import Annotated

import typer

from leadloop.options import HERE, Environment, Folder, Json

app = typer.Typer(
    name="months", help="Closed months: their pipeline and revenue stay what they were.", no_args_is_help=True
)

Month = Annotated[str, typer.Argument(metavar="MONTH", help="Such as 2026-10.")]


@app.command("list")
def months_list(*, folder: Folder = HERE, environment: Environment = None, json: Json = False) -> int:
    """Which months are closed, since when, and which were reopened, by whom and why.

    Example: leadloop months list
    """
    from leadloop.commands import months as command

    return command.listing(folder, environment=environment, as_json=json)


@app.command("close")
def months_close(*, month: Month, folder: Folder = HERE, environment: Environment = None) -> int:
    """Close a month that is over: its deals are kept as they are known now. The daemon does it by itself.

    Example: leadloop months close 2026-10
    """
    from leadloop.commands import months as command

    return command.close_one(folder, month, environment=environment)


@app.command("reopen")
def months_reopen(
    *,
    month: Month,
    reason: Annotated[str, typer.Option("--reason", help="Why; every page of the month says it, and the audit.")],
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Reopen it without asking.")] = False,
    folder: Folder = HERE,
    environment: Environment = None,
) -> int:
    """Have a closed month counted anew: figures that people know may change. It is closed again some days later.

    Example: leadloop months reopen 2026-10 --reason "the rates of the year were wrong"
    """
    from leadloop.commands import months as command

    return command.reopen(folder, month, reason=reason, yes=yes, environment=environment)
