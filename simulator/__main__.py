"""`python -m simulator`: both vendors on this machine, until SIGTERM."""

import argparse
import gc
import sys
from datetime import UTC, datetime
from pathlib import Path

from simulator.serve import CannotServeError, serve

CONFIG = 78
"""The exit code of sysexits.h for a set-up that has to be mended first."""


def _moment(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _port(text: str) -> int:
    port = int(text)
    if not 0 <= port <= 65535:
        raise argparse.ArgumentTypeError(f"{port} is not in the range 0<=x<=65535")
    return port


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="simulator", description="A Salesforce and a HubSpot to practise on.")
    parser.add_argument("--salesforce-port", type=_port, default=0, help="0: any free port")
    parser.add_argument("--hubspot-port", type=_port, default=0, help="0: any free port")
    parser.add_argument("--slack-port", type=_port, help="serve a Slack workspace, too; 0: any free port")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--tls", action="store_true", help="serve HTTPS with a certificate of a CA made on the spot")
    parser.add_argument("--start", type=_moment, help="first moment of the simulated clock, ISO 8601 (default: now)")
    parser.add_argument("--log", type=Path, help="file of the request log (default: a temporary one)")
    parser.add_argument("--seed", type=Path, help="JSON file of rows to begin with (see docs/simulator.md)")
    return parser.parse_args()


def main() -> None:
    """Serve until a signal says stop."""
    given = _arguments()
    gc.set_threshold(50_000)  # its objects live as long as it does: looking for cycles among them finds none
    try:
        serve(
            given.salesforce_port,
            given.hubspot_port,
            slack_port=given.slack_port,
            host=given.host,
            tls=given.tls,
            start=given.start,
            log_path=given.log,
            seed=given.seed,
        )
    except CannotServeError as error:
        print(f"simulator: {error}", file=sys.stderr)  # noqa: T201
        sys.exit(CONFIG)


if __name__ == "__main__":
    main()
