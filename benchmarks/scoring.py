"""P5 and P6: what a tick costs in stores of different size, and what scoring everybody anew costs.

python3 -m benchmarks.scoring [--json] [--only P5,P6] [--rounds 5] [--leads 100000,1000000] [--on sqlite,postgresql]
"""

import argparse
import sys
from collections.abc import Callable, Iterator, Sequence
from itertools import chain

from benchmarks import bulk, tick, wakes
from benchmarks.measure import Row, report


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="python3 -m benchmarks.scoring", description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--json", action="store_true", help="one JSON document on standard output")
    parser.add_argument("--only", default="P5,P6", help="some of P5, P6")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--leads", default="100000,1000000", help="of P5's stores; 10000000: 40 GB, half an hour")
    parser.add_argument("--on", default="sqlite,postgresql", help="P5's databases")
    parser.add_argument("--bulk-leads", type=int, default=100_000, help="of P6's stores")
    parser.add_argument("--events", type=int, default=10_000_000, help="of P6 in memory")
    given = parser.parse_args(arguments)
    sizes, kinds = [int(each) for each in given.leads.split(",")], given.on.split(",")
    parts: dict[str, Callable[[], Iterator[Row]]] = {
        "P5": lambda: chain(wakes.measure(), tick.measure(kinds, leads=sizes, rounds=given.rounds)),
        "P6": lambda: bulk.measure(leads=given.bulk_leads, events=given.events, rounds=given.rounds),
    }
    rows = [row for name in given.only.split(",") for row in parts[name]()]
    return report(rows, as_json=given.json)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
