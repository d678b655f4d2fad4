"""What `run` and `apply` report, whether this process did the work or the daemon: plain data with its exit code."""

from collections.abc import Mapping
from typing import Any

from domain.run import Run
from leadloop import exits, screen
from leadloop.mending import suspended
from sync.apply import Applied
from sync.cycle import observing
from sync.loop import Loop

Answer = dict[str, Any]

FAILED = ("refused", "unknown", "decided_failed", "rejected")
"""Counts of a run that mean: finished, but some records failed."""


def run_answer(done: Run, loop: Loop) -> Answer:
    """One cycle: what it counted, what failed, and which connection waits for a person."""
    still = {each.name: each.reason or "" for each in suspended(loop)}
    failed = done.failures or any(done.counts.get(name) for name in FAILED)
    return {
        "run": done.id,
        "counts": dict(done.counts),
        "failures": list(done.failures),
        "suspended": still,
        "observing": observing(loop),
        "exit_code": code_of_run(done.counts, suspended=bool(still), failed=bool(failed)),
    }


def code_of_run(counts: Mapping[str, int], *, suspended: bool, failed: bool) -> int:
    """A login that a person has to mend, a system that does not answer, records that failed: the first that holds."""
    if suspended:
        return exits.LOGIN
    if counts.get("unreachable"):
        return exits.UNREACHABLE
    return exits.SOME_FAILED if failed else exits.OK


def applied_answer(applied: Applied) -> Answer:
    """One plan: leads and writes carried out, and the leads that were skipped with the reason."""
    counts = applied.tally.counts()
    failed = applied.skipped or applied.tally.failures or counts["refused"]
    return {
        "leads": applied.leads,
        "changes": applied.changes,
        "skipped": {str(lead): why for lead, why in applied.skipped.items()},
        "counts": counts,
        "failures": list(applied.tally.failures),
        "exit_code": code_of_run(counts, suspended=False, failed=bool(failed)),
    }


def show_run(answer: Answer) -> None:
    for name, count in answer["counts"].items():
        if count:
            screen.show(f"{name.replace('_', ' '):20} {count:>8,}")
    if not any(answer["counts"].values()) and not answer["failures"] and not answer["suspended"]:
        screen.show("Nothing to do: both systems show what they should.")
    if answer["observing"]:
        screen.say("! go_live is `observe`: nothing was written. See `leadloop plan`.")
    for failure in answer["failures"]:
        screen.say(f"✗ {failure}")
    for name, reason in answer["suspended"].items():
        is_told = any(reason in failure for failure in answer["failures"])
        why = "" if is_told else f": {reason.rstrip('.')}"
        screen.say(f"✗ {name} is suspended{why}. Mend that, then run `leadloop doctor`.")


def show_applied(answer: Answer) -> None:
    counts = answer["counts"]
    screen.show(f"{answer['leads']} leads applied, {counts['applied']} writes made, {counts['refused']} refused.")
    for lead, why in answer["skipped"].items():
        screen.say(f"! lead {lead} skipped: {why}")
    for failure in answer["failures"]:
        screen.say(f"✗ {failure}")


def report(answer: Answer, *, as_json: bool) -> int:
    """Show an answer, or the error that a daemon answered with; returns its exit code."""
    code = int(answer["exit_code"])
    if as_json:
        screen.document({name: value for name, value in answer.items() if name != "exit_code"})
    elif "error" in answer:
        screen.say(f"leadloop: {answer['error']}")
    elif "run" in answer:
        show_run(answer)
    else:
        show_applied(answer)
    return code
