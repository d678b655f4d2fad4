"""Commands about what was done: `leadloop audit …`, `runs …`.

As in `leadloop/cli.py`, what a command does is imported by the command that needs it.
"""

# ruff: noqa: PLC0415 - see above

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from leadloop.options import HERE, Environment, Folder, Json, RunNumber, moment

audit = typer.Typer(help="What was done, by whom and why; nobody can change it unseen.", no_args_is_help=True)
runs = typer.Typer(help="Cycles and applied plans, and what each wrote.", no_args_is_help=True)

Since = Annotated[datetime | None, typer.Option("--since", parser=moment, metavar="TIME", help="From then on.")]
Until = Annotated[datetime | None, typer.Option("--until", parser=moment, metavar="TIME", help="Before then.")]


@audit.command("verify")
def audit_verify(
    *,
    folder: Folder = HERE,
    environment: Environment = None,
    anchor: Annotated[
        Path | None, typer.Option("--anchor", help="The anchors, e.g. a copy kept elsewhere; none: the setting's.")
    ] = None,
    json: Json = False,
) -> int:
    """Find out whether a row was changed, removed, slipped in or cut off, and whether every write has its end."""
    from leadloop.commands import audit as command

    return command.verify(folder, environment=environment, anchor=anchor, as_json=json)


@audit.command("list")
def audit_list(
    *,
    folder: Folder = HERE,
    environment: Environment = None,
    lead: Annotated[str | None, typer.Option("--lead", help="About this lead (e-mail or either system's id).")] = None,
    record: Annotated[str | None, typer.Option("--record", help="About this record, by its id.")] = None,
    actor: Annotated[str | None, typer.Option("--actor", help="By this login; `loop`: by itself.")] = None,
    action: Annotated[str | None, typer.Option("--action", help="That begins so, e.g. `wrote`, `published`.")] = None,
    since: Since = None,
    until: Until = None,
    limit: Annotated[int | None, typer.Option("--limit", "-n", min=1, help="Only the last so many.")] = None,
    jsonl: Annotated[bool, typer.Option("--jsonl", help="One JSON object per row.")] = False,
) -> int:
    """Rows of the audit, oldest first. Values are not in it, and of people only who ran a command."""
    from leadloop.commands import audit as command
    from store.audit import Wanted

    wanted = Wanted(record_id=record, actor=actor, action=action, since=since, until=until)
    return command.listing(folder, wanted, environment=environment, lead=lead, limit=limit, as_json=jsonl)


@runs.command("list")
def runs_list(
    *,
    folder: Folder = HERE,
    environment: Environment = None,
    limit: Annotated[int, typer.Option("--limit", "-n", min=1, help="Only the last so many.")] = 20,
    json: Json = False,
) -> int:
    """The last runs, newest first: when, why, by whom, and what they wrote."""
    from leadloop.commands import runs as command

    return command.listing(folder, environment=environment, limit=limit, as_json=json)


@runs.command("show")
def runs_show(*, run: RunNumber, folder: Folder = HERE, environment: Environment = None, json: Json = False) -> int:
    """One run: its counts, and its writes by system, object and outcome."""
    from leadloop.commands import runs as command

    return command.show(folder, run, environment=environment, as_json=json)
