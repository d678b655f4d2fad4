"""Commands about what runs: `simulator`."""

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from domain.errors import SettingsError
from leadloop.options import Port, moment

PANEL = "Operate"

app = typer.Typer()


@app.command(rich_help_panel=PANEL)
def simulator(
    *,
    salesforce_port: Port = 8401,
    hubspot_port: Port = 8402,
    tls: Annotated[bool, typer.Option("--tls", help="Serve HTTPS with a generated CA.")] = False,
    start: Annotated[datetime | None, typer.Option(parser=moment, metavar="TIME", help="Its first moment.")] = None,
    log: Annotated[Path | None, typer.Option(help="Where its log is kept.")] = None,
    seed: Annotated[Path | None, typer.Option(help="A seed file to begin with.")] = None,
) -> int:
    """A Salesforce and a HubSpot to practise on: real HTTP, the vendors' rules, faults on demand."""
    from leadloop.commands import simulator as command
    from simulator.serve import CannotServeError

    try:
        return command.run(
            salesforce_port=salesforce_port, hubspot_port=hubspot_port, tls=tls, start=start, log=log, seed=seed
        )
    except CannotServeError as error:
        raise SettingsError(f"simulator: {error}") from error
