"""`leadloop simulator`: the simulated Salesforce and HubSpot in the foreground."""

from datetime import datetime
from pathlib import Path

from leadloop import exits
from simulator.serve import serve


def run(
    *, salesforce_port: int, hubspot_port: int, tls: bool, start: datetime | None, log: Path | None, seed: Path | None
) -> int:
    serve(salesforce_port, hubspot_port, tls=tls, start=start, log_path=log, seed=seed)
    return exits.OK
