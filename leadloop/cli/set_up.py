"""Commands of setting up: `init`, `check`, `doctor`, `survey`, `provision`, `golive`."""

from pathlib import Path
from typing import Annotated

import typer

from domain.run import GoLive
from leadloop.options import HERE, Environment, Folder, Json

PANEL = "Set up"

app = typer.Typer()


@app.command(rich_help_panel=PANEL)
def init(folder: Annotated[Path, typer.Argument(metavar="DIR", help="A new or empty folder.")]) -> int:
    """Write a commented, working set of rules and settings; never overwrites a file."""
    from leadloop.commands import init as command

    return command.run(folder)


@app.command(rich_help_panel=PANEL)
def check(*, folder: Folder = HERE, environment: Environment = None, json: Json = False) -> int:
    """Validate settings and rules without touching the network: every mistake with file, line and column."""
    from leadloop.commands import check as command

    return command.run(folder, environment=environment, as_json=json)


@app.command(rich_help_panel=PANEL)
def doctor(*, folder: Folder = HERE, environment: Environment = None, json: Json = False) -> int:
    """Try the connections and say what is missing, with the mend beside it."""
    from leadloop.commands import doctor as command

    return command.run(folder, environment=environment, as_json=json)


@app.command(rich_help_panel=PANEL)
def survey(
    *,
    folder: Folder = HERE,
    environment: Environment = None,
    json: Json = False,
    days: Annotated[int, typer.Option("--days", help="How far back to look.", min=1, max=365)] = 90,
    sample: Annotated[
        int, typer.Option("--sample", help="Records (or rows of history) to look at, per object.", min=1, max=2000)
    ] = 200,
) -> int:
    """Before the first write: who else writes the fields our rules would write. Reads only."""
    from leadloop.commands import survey as command

    return command.run(folder, environment=environment, days=days, sample=sample, as_json=json)


@app.command(rich_help_panel=PANEL)
def provision(
    *,
    connection: Annotated[
        str | None, typer.Argument(metavar="CONNECTION", help="One connection; otherwise every one.")
    ] = None,
    folder: Folder = HERE,
    environment: Environment = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only show what is missing.")] = False,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Make it without asking.")] = False,
    target: Annotated[
        Path | None, typer.Option("--folder", help="Make nothing: write a package that a Salesforce admin deploys.")
    ] = None,
    json: Json = False,
    detailed: Annotated[bool, typer.Option("--detailed-exitcode", help="2: something is missing.")] = False,
) -> int:
    """Make the fields, lists, list views and buttons that the rules need; shows them and asks first."""
    from leadloop.commands import provision as command

    if target is not None and (dry_run or yes or json or detailed):
        raise typer.BadParameter("--folder makes nothing and asks nothing: say it alone")
    if target is not None:
        return command.write(folder, connection, target, environment=environment)
    wish = command.Wish(dry_run=dry_run, yes=yes, as_json=json, detailed=detailed)
    return command.run(folder, connection, wish, environment=environment)


@app.command(rich_help_panel=PANEL)
def golive(
    *,
    step: Annotated[
        GoLive | None, typer.Argument(metavar="[STEP]", help="observe, scores, pilot or live; none: only look.")
    ] = None,
    folder: Folder = HERE,
    environment: Environment = None,
    reason: Annotated[str, typer.Option("--reason", help="Why; kept with the order.")] = "",
    force: Annotated[
        str | None, typer.Option("--force", metavar="REASON", help="Go although something is not ready, and say why.")
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
    json: Json = False,
) -> int:
    """How far go-live has come and what the next step needs; with a step: go there.

    `leadloop golive` looks. `leadloop golive scores` goes on, `leadloop golive observe` goes back: at once, also in a
    running daemon.
    """
    from leadloop.commands import golive as command

    if force is not None and not force.strip():
        raise typer.BadParameter("--force wants a reason")
    wish = command.Wish(step=step, reason=reason, force=force, yes=yes, as_json=json)
    return command.run(folder, wish, environment=environment)
