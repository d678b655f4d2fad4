"""Each handoff and what came of it, one lead at a time.

A pass begins with its handoff, or with the touch where a rep rang before it was written down, and lasts until the next
one that counts begins. A move belongs to the pass that it names; where it names none that counts, to the one that it
falls into. What ended because a record went (merged, erased) counts nowhere and cuts nothing.
"""

from dataclasses import dataclass
from typing import Any

from tests.reference.hours import working_minutes
from tests.reference.ledger import Known, Row
from tests.reference.office import Office
from tests.reference.told import channel_of, earliest, in_order, known_by, meant, standing

REPS_NO = ("not_now", "no_budget", "no_need", "chose_another", "unreachable", "left_company", "not_target")
"""What a rep answers when they do not go on with a lead."""
NOTHING_CAME = (*REPS_NO, "went_quiet")
BAD_WORDS = ("wrong_person", "data_wrong", "not_target")
WITH_A_REP = ("assigned", "accepted", "qualified")


@dataclass(frozen=True, slots=True, kw_only=True)
class Handed:
    """`end`: when the next one begins; `meant`: when something meaningful took place; `did`: what was done in it."""

    lead: int
    opened: int
    began: int
    end: int | None
    touched: int | None
    closed: int | None
    meant: list[int]
    did: list[Row]
    moves: list[Row]
    band: str
    asked: bool
    rep: str | None
    crew: str | None
    channel: str
    accepted: int | None
    qualified: int | None
    deal: int | None
    won: int | None
    fate: str
    in_time: bool | None
    minutes: int | None
    reason: str | None
    data_wrong: bool
    passed_on: bool
    has_clock: bool
    verdict: str | None
    outcome: str | None
    known: dict[str, Any]


def handed_of(lead: Known, now: int, office: Office) -> list[Handed]:
    """All that count, oldest first."""
    counted = [row for row in lead.of("handoff") if row["outcome"] not in ("merged", "erased")]
    counted.sort(key=lambda row: (begin_of(row), row["number"]))
    found = []
    for place, row in enumerate(counted):
        end = begin_of(counted[place + 1]) if place + 1 < len(counted) else None
        found.append(_handed(lead, row, end, counted, now=now, office=office))
    return found


def begin_of(row: Row) -> int:
    touched = row["touched_at"]
    return int(row["opened_at"] if touched is None else min(row["opened_at"], touched))


def rep_of(row: Row) -> str | None:
    """Whoever has it, or had it last; who gave it back for its data waits for it."""
    if row["owner"]:
        return str(row["owner"])
    back = _back(row)
    if back is not None and row["queue"] == "needs_data":
        return back
    had = row["tried"][1:] if any(step.startswith("returned:") for step in row["steps"]) else row["tried"]
    return str(had[-1]) if had else back


def _back(row: Row) -> str | None:
    return next((step.removeprefix("back:") for step in reversed(row["steps"]) if step.startswith("back:")), None)


def _handed(lead: Known, row: Row, end: int | None, passes: list[Row], *, now: int, office: Office) -> Handed:
    counted = {each["number"] for each in passes}

    def within(at: int) -> bool:
        return begin_of(row) <= at and (end is None or at < end)

    moves = [each for each in lead.of("transition") if each["cause"] != "baseline"]
    moves = [
        each
        for each in moves
        if (each["handoff"] == row["number"] if each["handoff"] in counted else within(each["at"]))
    ]
    said = earliest(each["at"] for each in moves if each["after"] in ("qualified", "opportunity", "customer"))
    deal = earliest(each["at"] for each in moves if each["after"] in ("opportunity", "customer"))
    won = earliest(each["at"] for each in moves if each["after"] == "customer")
    signs = sorted(at for at in meant(lead, now, office) if within(at))
    sign = earliest([said, *signs])
    qualified = max(row["accepted_at"], sign) if row["accepted_at"] is not None and sign is not None else None
    qualified = earliest([qualified, deal])
    rep = rep_of(row)
    late = _is_late(lead, row)
    given_back = [
        each
        for each in moves
        if each["after"] == "mql" and each["before"] in WITH_A_REP and each["cause"] == "person"
        if not (row["after"] is not None and each["at"] == row["opened_at"])
    ]
    data_wrong = _back(row) is not None
    reason = reason_of(row)
    return Handed(
        lead=lead.id,
        opened=row["opened_at"],
        began=begin_of(row),
        end=end,
        touched=row["touched_at"],
        closed=row["closed_at"],
        meant=signs,
        did=in_order(each for each in standing(lead) if within(each["occurred_at"])),
        moves=moves,
        band=row["band"],
        asked=bool(row["hand_raise"]),
        rep=rep,
        crew=office.crew_of(rep).name if rep is not None else None,
        channel=channel_of(lead, office),
        accepted=earliest([row["accepted_at"], qualified]),
        qualified=qualified,
        deal=deal,
        won=won,
        fate=_fate(row, reason, given_back, late),
        in_time=_in_time(row, late),
        minutes=_minutes(row, rep, office),
        reason=reason,
        data_wrong=data_wrong,
        passed_on=bool(given_back) and not data_wrong,
        has_clock=row["kind"] == "new_business",
        verdict=row["verdict"],
        outcome=row["outcome"],
        known=known_by(lead, row["opened_at"]),
    )


def reason_of(row: Row) -> str | None:
    """Ended by a rep's no, or because nothing came of it."""
    if row["closed_at"] is None:
        return None
    if row["outcome"] is not None:
        return row["outcome"] if row["outcome"] in NOTHING_CAME else None
    return row["verdict"] if row["verdict"] in BAD_WORDS else None


def _is_late(lead: Known, row: Row) -> bool:
    """Whether its time ran out, by any of its clocks, before anybody was in touch."""
    breaches = [step for step in lead.of("clock_step") if step["step"].split(":")[0] == "breach"]
    dues = [step["due_at"] for step in breaches if step["handoff"] == row["number"]]
    return any(row["touched_at"] is None or due < row["touched_at"] for due in dues)


def _in_time(row: Row, late: bool) -> bool | None:
    if row["kind"] != "new_business":
        return None
    if late:
        return False
    return True if row["touched_at"] is not None else None


def _fate(row: Row, reason: str | None, given_back: list[Row], late: bool) -> str:
    if row["touched_at"] is not None:
        return "touched"
    last = max(given_back, key=lambda each: (each["at"], each["id"]), default=None)
    waits_untouched = last is not None and last["before"] == "assigned" and row["owner"] is None
    if (reason is not None and reason != "went_quiet") or waits_untouched:
        return "answered"
    return "never" if late or row["closed_at"] is not None else "waiting"


def _minutes(row: Row, rep: str | None, office: Office) -> int | None:
    if row["touched_at"] is None:
        return None
    return working_minutes(office.crew_of(rep), row["opened_at"], row["touched_at"])
