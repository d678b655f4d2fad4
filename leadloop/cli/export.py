"""`leadloop export …`: the views for people's own tools, as files."""

from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from leadloop.cli.look_into import PANEL
from leadloop.options import HERE, Environment, Folder, day_or_moment

app = typer.Typer()


@app.command(rich_help_panel=PANEL)
def export(
    *,
    what: Annotated[
        str,
        typer.Argument(
            metavar="WHAT",
            help="leads, scores, handoffs, handoffs_with_reps, transitions, activities, records, lists, writes, "
            "errors, runs or audit.",
        ),
    ],
    since: Annotated[
        date | None, typer.Option("--since", parser=day_or_moment, metavar="DAY", help="Only from this day on.")
    ] = None,
    until: Annotated[
        date | None, typer.Option("--until", parser=day_or_moment, metavar="DAY", help="Up to the end of this day.")
    ] = None,
    form: Annotated[
        str | None, typer.Option("--format", metavar="FORMAT", help="csv, jsonl or parquet; else as --out ends.")
    ] = None,
    out: Annotated[
        Path | None, typer.Option("--out", metavar="FILE", help="Into this file; else to standard output.")
    ] = None,
    folder: Folder = HERE,
    environment: Environment = None,
) -> int:
    """Everything that a view for your own BI tool has, as CSV, JSON Lines or Parquet. Nobody's name is in it.

    Example: leadloop export handoffs --since 2026-07-01 --out handoffs.parquet
    """
    from leadloop.commands import export as command

    ask = command.Ask(what=what, since=since, until=until, form=form, out=out)
    return command.run(folder, ask, environment=environment)
