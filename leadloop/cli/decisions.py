"""`leadloop decisions …`."""

from datetime import date
from typing import Annotated

import typer

from domain.review import AgendaPart
from leadloop.options import HERE, Environment, Folder, Json, form_of

app = typer.Typer(
    name="decisions", help="What the weekly review decided: who does what until when.", no_args_is_help=True
)

MOST = 2**31 - 1
"""No number is larger: PostgreSQL gives out no more."""
Number = Annotated[
    int, typer.Argument(metavar="NUMBER", min=1, max=MOST, help="A number from `leadloop decisions list`.")
]


def day(text: str) -> date:
    """A day such as 2026-11-27."""
    try:
        return date.fromisoformat(text if len(text) == len("2026-11-27") else "")
    except ValueError as error:
        raise typer.BadParameter(f"{text!r} is not a day such as 2026-11-27") from error


@app.command("list")
def decisions_list(
    *,
    everything: Annotated[bool, typer.Option("--all", help="Those that are done or dropped as well.")] = False,
    part: Annotated[AgendaPart | None, typer.Option("--part", help="Only this part of the agenda.")] = None,
    folder: Folder = HERE,
    environment: Environment = None,
    json: Json = False,
    as_csv: Annotated[bool, typer.Option("--csv", help="One line per decision on standard output.")] = False,
) -> int:
    """What is still to be done, what is due first before; with --all everything, the newest first."""
    from leadloop.commands import decisions as command

    wanted = command.Wanted(everything=everything, part=part, form=form_of(json=json, csv=as_csv))
    return command.listing(folder, wanted, environment=environment)


@app.command("add")
def decisions_add(
    *,
    text: Annotated[str, typer.Argument(metavar="TEXT", help="What was decided, in a sentence.")],
    owner: Annotated[str, typer.Option("--owner", metavar="NAME", help="Who sees to it, of either side.")],
    due: Annotated[date, typer.Option("--due", parser=day, metavar="DAY", help="The last day for it.")],
    part: Annotated[AgendaPart, typer.Option("--part", help="The part of the agenda that it belongs to.")],
    folder: Folder = HERE,
    environment: Environment = None,
    json: Json = False,
) -> int:
    """Write a decision down; it is carried from week to week until it is done or dropped.

    Example: leadloop decisions add "Call webinar guests within the hour" --owner "Fay" --due 2026-11-27 --part process
    """
    from domain.review import Draft
    from leadloop.commands import decisions as command

    draft = Draft(part=part, text=text, owner=owner, due=due)
    return command.add(folder, draft, environment=environment, as_json=json)


@app.command("done")
def decisions_done(
    *,
    number: Number,
    outcome: Annotated[str | None, typer.Option("--outcome", metavar="TEXT", help="What came of it.")] = None,
    folder: Folder = HERE,
    environment: Environment = None,
    json: Json = False,
) -> int:
    """Say that it is done.

    Example: leadloop decisions done 3 --outcome "half of them within 40 minutes"
    """
    from domain.review import Ending
    from leadloop.commands import decisions as command

    return command.end(folder, number, Ending.DONE, outcome, environment=environment, as_json=json)


@app.command("drop")
def decisions_drop(
    *,
    number: Number,
    reason: Annotated[str, typer.Option("--reason", metavar="TEXT", help="Why nothing comes of it.")],
    folder: Folder = HERE,
    environment: Environment = None,
    json: Json = False,
) -> int:
    """Let it go, and say why.

    Example: leadloop decisions drop 3 --reason "the form is gone"
    """
    from domain.review import Ending
    from leadloop.commands import decisions as command

    return command.end(folder, number, Ending.DROPPED, reason, environment=environment, as_json=json)
