"""P1–P4 and P9: calls, pacing and processor time of the connectors and the loop over them.

python3 -m benchmarks.connectors [--json] [--rounds 5] [--leads 20000] [--only P1,P2,…]
"""

import argparse
import sys
from collections.abc import Callable, Iterator, Sequence

from benchmarks import bursts, cycle, reading
from benchmarks.measure import Row, report


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(
        prog="python3 -m benchmarks.connectors", description=(__doc__ or "").split("\n")[0]
    )
    parser.add_argument("--json", action="store_true", help="one JSON document on standard output")
    parser.add_argument("--rounds", type=int, default=5, help="of P4")
    parser.add_argument("--leads", type=int, default=20_000, help="of P1, P3 and P9")
    parser.add_argument("--only", default="cycle,pacing,reading", help="some of cycle, pacing, reading")
    given = parser.parse_args(arguments)
    parts: dict[str, Callable[[], Iterator[Row]]] = {
        "cycle": lambda: cycle.measure(leads=given.leads),
        "pacing": bursts.measure,
        "reading": lambda: reading.measure(rounds=given.rounds),
    }
    rows = [row for name in given.only.split(",") for row in parts[name]()]
    return report(rows, as_json=given.json)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
