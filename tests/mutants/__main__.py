"""`python3 run.py mutants`: put each known bug into a copy of the code, and say which test finds it.

The tests are run without any bug first: a test that fails anyway finds nothing.
"""

import argparse
import json
import queue
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.mutants.catalogue import MUTANTS
from tests.mutants.listed import NOT_HERE_YET
from tests.mutants.mutant import Mutant
from tests.mutants.trial import Verdict, copied, judged, run, tried

SCHEMA_VERSION = 1
BASELINE_S = 900.0


def main(arguments: Sequence[str]) -> int:
    given = _arguments(arguments)
    mutants = [each for each in MUTANTS if not given.only or each.number in given.only]
    with TemporaryDirectory(prefix="leadloop-mutants-") as folder:
        trees = [copied(Path(folder) / str(number)) for number in range(max(1, given.jobs))]
        trouble = _without_bugs(mutants, trees[0])
        if trouble is not None:
            print(f"mutants: without any bug {trouble}", file=sys.stderr)
            return 1
        verdicts = []
        for verdict in _verdicts(mutants, trees):
            verdicts.append(verdict)
            print(line(verdict), file=sys.stderr if given.json else sys.stdout, flush=True)
    verdicts.sort(key=lambda each: each.mutant.number)
    print(json.dumps(summary(verdicts), indent=2) if given.json else "\n".join(end(verdicts)))
    return 1 if any(each.found_by is None for each in verdicts) else 0


def _arguments(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python3 run.py mutants", description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--only", type=_numbers, default=frozenset(), metavar="N,…", help="these bugs alone")
    parser.add_argument("--jobs", type=int, default=1, help="bugs side by side, each in a copy of its own")
    parser.add_argument("--json", action="store_true", help="one JSON document on standard output")
    return parser.parse_args(arguments)


def _numbers(text: str) -> frozenset[int]:
    """Numbers of the catalogue that can be seeded; a mistake of the command line names the others."""
    known = {each.number for each in MUTANTS}
    try:
        asked = frozenset(map(int, text.split(",")))
    except ValueError as error:
        raise argparse.ArgumentTypeError("numbers with commas between them, as in 3,8") from error
    if not asked <= known:
        unknown = ", ".join(map(str, sorted(asked - known)))
        raise argparse.ArgumentTypeError(f"no bug of the catalogue can be seeded as {unknown}")
    return asked


def _without_bugs(mutants: Sequence[Mutant], tree: Path) -> str | None:
    """Why nothing can be learnt from these tests; None where all of them pass."""
    tests = list(dict.fromkeys(test for each in mutants for test in each.tests))
    print(f"{len(tests)} tests without any bug ...", file=sys.stderr)
    answer = run(tests, tree, limit_s=BASELINE_S)
    if answer.code == 0:
        return None
    failed, why = judged(answer)
    return f"{failed} fails: {why}" if failed is not None else why


def _verdicts(mutants: Sequence[Mutant], trees: Sequence[Path]) -> Iterator[Verdict]:
    """As many at once as there are trees."""
    free: queue.SimpleQueue[Path] = queue.SimpleQueue()
    for tree in trees:
        free.put(tree)

    def one(mutant: Mutant) -> Verdict:
        tree = free.get()
        try:
            return tried(mutant, tree)
        finally:
            free.put(tree)

    pool = ThreadPoolExecutor(len(trees))
    try:
        for done in as_completed([pool.submit(one, mutant) for mutant in mutants]):
            yield done.result()
    finally:
        pool.shutdown(cancel_futures=True)


def summary(verdicts: Sequence[Verdict]) -> dict[str, object]:
    """The document of `--json`."""
    return {
        "schema_version": SCHEMA_VERSION,
        "seeded": len(verdicts),
        "found": sum(each.found_by is not None for each in verdicts),
        "survivors": [each.mutant.number for each in verdicts if each.found_by is None],
        "not_here_yet": [{"number": e.number, "bug": e.bug, "reason": e.reason} for e in NOT_HERE_YET],
        "mutants": [each.as_dict() for each in verdicts],
    }


def end(verdicts: Sequence[Verdict]) -> Iterator[str]:
    """What the verdicts come to, in words."""
    yield from (f"{each.number:>3}  not here yet: {each.bug} ({each.reason})" for each in NOT_HERE_YET)
    found = sum(each.found_by is not None for each in verdicts)
    yield f"{found} of {len(verdicts)} seeded bugs found"


def line(verdict: Verdict) -> str:
    """`  7  207 as success: found by tests/… (3.1 s)`"""
    mutant = verdict.mutant
    outcome = f"found by {verdict.found_by}" if verdict.found_by else f"NOT FOUND: {verdict.why}"
    return f"{mutant.number:>3}  {mutant.bug}: {outcome} ({verdict.seconds} s)"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
