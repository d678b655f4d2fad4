"""`python3 run.py soak`: kill daemons so many times, and say what was lost, doubled, and how soon it worked again.

Lives run one after the other or side by side (`--jobs`), each with a simulator, an installation and a database of its
own. Every life ends as a line of the result file, so that a campaign that was stopped goes on where it was.
"""

import argparse
import json
import multiprocessing
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from contextlib import ExitStack, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.crash_points import POINTS
from tests.postgres import PostgresServer
from tests.soak.campaign import Campaign, read_lives
from tests.soak.life import Outcome, as_dict, live
from tests.soak.steady import Steadiness, steady

LIFE = 40
"""Kills of one life: its log stays short, and what it found can be lived again by its seed."""


def main(arguments: Sequence[str]) -> int:
    given = _arguments(arguments)
    if given.minutes:
        with _server(given.db) as server:
            url = server.create_store("steady") if server is not None else None
            shown = steady(given.minutes, seed=given.seed, database_url=url)
        _tell(given, shown)
        return 1 if list(shown.faults()) else 0
    lives = read_lives(given.results, database=given.db) if given.results else []
    for outcome in _lives(given, beside=tuple(lives)):
        lives.append(outcome)
        if given.results:
            with given.results.open("a", encoding="utf-8") as file:
                file.write(json.dumps(as_dict(outcome)) + "\n")
        print(f"  life {outcome.seed}: {outcome.kills.total()} kills, {outcome.seconds} s", file=sys.stderr)
    campaign = Campaign(asked=given.kills, points=POINTS, lives=lives)
    _tell(given, campaign)
    return 1 if campaign.faults() else 0


def _tell(given: argparse.Namespace, shown: Campaign | Steadiness) -> None:
    print(json.dumps(shown.as_dict(), indent=2) if given.json else "\n".join(shown.lines()))


def _arguments(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python3 run.py soak", description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--kills", type=int, default=60, help="how many are to fire; those in the result file count")
    parser.add_argument("--minutes", type=float, help="instead: one daemon under constant change, nobody killed")
    parser.add_argument("--db", choices=["sqlite", "postgres"], default="sqlite")
    parser.add_argument("--seed", type=int, default=1, help="of the first life; each next one has the next number")
    parser.add_argument("--jobs", type=int, default=2, help="lives side by side")
    parser.add_argument("--results", type=Path, help="JSON lines, one per life, appended; what stands there counts")
    parser.add_argument("--json", action="store_true", help="one JSON document on standard output")
    return parser.parse_args(arguments)


def _lives(given: argparse.Namespace, *, beside: Sequence[Outcome]) -> Iterator[Outcome]:
    """As many as are missing, each as soon as it is over."""
    missing = given.kills - sum(each.kills.total() for each in beside)
    sizes = [min(LIFE, missing - begun) for begun in range(0, max(missing, 0), LIFE)]
    first = max([given.seed, *(each.seed + 1 for each in beside)])
    with ExitStack() as stack:
        server = stack.enter_context(_server(given.db if sizes else "sqlite"))
        pool = stack.enter_context(ProcessPoolExecutor(given.jobs, mp_context=multiprocessing.get_context("spawn")))
        begun = []
        for seed, size in enumerate(sizes, first):
            url = server.create_store(f"life_{seed}") if server is not None else None
            begun.append(pool.submit(live, seed, kills=size, points=POINTS, database_url=url))
        yield from (each.result() for each in as_completed(begun))


@contextmanager
def _server(kind: str) -> Iterator[PostgresServer | None]:
    """For the time of a trial; none for SQLite."""
    if kind != "postgres":
        yield None
        return
    with TemporaryDirectory(prefix="leadloop-soak-db-") as folder:
        server = PostgresServer(Path(folder))
        try:
            yield server
        finally:
            server.stop("immediate")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
