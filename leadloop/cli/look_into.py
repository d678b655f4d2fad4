"""Commands that look into something: `explain`, `why-not`, `gates`, `air-cover`, `compare`."""

from datetime import datetime
from typing import Annotated, Literal

import typer

from leadloop.options import HERE, Environment, Folder, Json, Since, form_of, moment

PANEL = "Look into it"

app = typer.Typer()

Verdict = Literal["agree", "only-us", "only-them", "not-comparable"]


@app.command(rich_help_panel=PANEL)
def explain(
    *,
    lead: Annotated[str, typer.Argument(metavar="LEAD", help="E-mail, Salesforce id or HubSpot id.")],
    folder: Folder = HERE,
    environment: Environment = None,
    at: Annotated[datetime | None, typer.Option(parser=moment, metavar="TIME", help="As it was known then.")] = None,
    since: Annotated[
        datetime | None, typer.Option("--since", parser=moment, metavar="TIME", help="Also what changed from then on.")
    ] = None,
    mapping: Annotated[
        bool, typer.Option("--mapping", help="Field by field instead: what each system shows, how it is read.")
    ] = False,
    json: Json = False,
) -> int:
    """Why this score, this stage and this owner: line by line, adding up.

    Examples: leadloop explain ann@acme.example --since 2026-11-15T00:00:00Z

    leadloop explain ann@acme.example --mapping
    """
    from leadloop.commands import explain as command

    if mapping and (at is not None or since is not None):
        raise typer.BadParameter("choose --at, --since or --mapping: fields are shown as of the last pull")
    if at is not None and since is not None and since >= at:
        raise typer.BadParameter("--since has to be earlier than --at")
    if mapping:
        from leadloop.commands import explain_mapping

        return explain_mapping.run(folder, lead, environment=environment, as_json=json)
    return command.run(folder, lead, environment=environment, at=at, since=since, as_json=json)


@app.command("why-not", rich_help_panel=PANEL)
def why_not(
    *,
    lead: Annotated[str, typer.Argument(metavar="LEAD", help="E-mail, Salesforce id or HubSpot id.")],
    folder: Folder = HERE,
    environment: Environment = None,
    json: Json = False,
) -> int:
    """Why this record is not syncing: every cause, what stops most first, each with what to do next.

    Example: leadloop why-not 00Q5g00000AbCdE
    """
    from leadloop.commands import why_not as command

    return command.run(folder, lead, environment=environment, as_json=json)


@app.command(rich_help_panel=PANEL)
def gates(
    *,
    connection: Annotated[str | None, typer.Option("--connection", help="Of this connection only.")] = None,
    folder: Folder = HERE,
    environment: Environment = None,
    json: Json = False,
) -> int:
    """Whom each connection is for: how many leads its gates let through, and how many not, by cause.

    Example: leadloop gates --connection salesforce
    """
    from leadloop.commands import gates as command

    return command.run(folder, connection, environment=environment, as_json=json)


@app.command("air-cover", rich_help_panel=PANEL)
def air_cover(
    *,
    folder: Folder = HERE,
    environment: Environment = None,
    rep: Annotated[str | None, typer.Option("--rep", metavar="EMAIL", help="Only this rep's accounts.")] = None,
    json: Json = False,
) -> int:
    """On which accounts reps asked for air cover: since when, how many people, what they did since.

    Example: leadloop air-cover --rep mia@acme.example
    """
    from leadloop.commands import air_cover as command

    return command.run(folder, rep, environment=environment, as_json=json)


@app.command(rich_help_panel=PANEL)
def compare(
    *,
    folder: Folder = HERE,
    environment: Environment = None,
    since: Since = None,
    lead: Annotated[str | None, typer.Option("--lead", help="Only this lead (e-mail or either system's id).")] = None,
    verdict: Annotated[Verdict | None, typer.Option("--verdict", help="Only these rows.")] = None,
    limit: Annotated[int, typer.Option("--limit", "-n", min=1, help="So many rows.")] = 40,
    json: Json = False,
    as_csv: Annotated[bool, typer.Option("--csv", help="One line per lead on standard output.")] = False,
) -> int:
    """Observing: whom we would have handed off, and whom today's process took up, lead by lead."""
    from leadloop.commands import compare as command

    form = form_of(json=json, csv=as_csv)
    chosen = command.VERDICTS[verdict] if verdict is not None else None
    ask = command.Ask(since=since, lead=lead, verdict=chosen, form=form, limit=limit)
    return command.run(folder, ask, environment=environment)
