"""`leadloop audit …`."""

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from leadloop.options import HERE, Environment, Folder, Json, Since, moment

app = typer.Typer(
    name="audit", help="What was done, by whom and why; nobody can change it unseen.", no_args_is_help=True
)

Until = Annotated[datetime | None, typer.Option("--until", parser=moment, metavar="TIME", help="Before then.")]


@app.command("verify")
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


@app.command("list")
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
