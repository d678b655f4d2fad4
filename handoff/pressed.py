"""What reps answer by pressing a button: heard as an answer in the CRM is, from whoever has the lead, or their manager.

Each press gets a word back, whether it counts or not.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime

from domain.handoff import Handoff, Rep, Verdict
from domain.notice import Heard, Press, Pressed
from domain.stage import Signal, SignalKind
from handoff.deadlines import day_of
from handoff.rulebook import Rulebook
from handoff.view import SNOOZE, VERDICT, rep_of

ANSWERS: Mapping[Verdict, str] = {
    Verdict.ACCEPT: "accepted",
    Verdict.WRONG_PERSON: "given back: wrong person",
    Verdict.NOT_TARGET: "rejected: not our target",
    Verdict.DATA_WRONG: "given back: the data is wrong",
    Verdict.ALREADY_WORKING: "already worked on",
}


def hear_presses(
    presses: Sequence[Pressed], handoff: Handoff | None, *, book: Rulebook, reps: Mapping[str, Rep], now: datetime
) -> tuple[tuple[Signal, ...], tuple[Heard, ...]]:
    """The signals that these presses are, and what to say to each."""
    signals: list[Signal] = []
    heard: list[Heard] = []
    for each in presses:
        why_not = _does_not_count(each.press, handoff, book=book, reps=reps, now=now)
        if why_not is None:
            signals += _signals(each.press, now)
        words = f"Not counted: {why_not}." if why_not is not None else _said(each.press, book=book, reps=reps)
        heard.append(Heard(press=each.id, lead_id=each.lead_id, words=words, counts=why_not is None))
    return tuple(signals), tuple(heard)


def _does_not_count(
    press: Press, handoff: Handoff | None, *, book: Rulebook, reps: Mapping[str, Rep], now: datetime
) -> str | None:
    if handoff is None or handoff.number != press.handoff:
        return "this handoff is over"
    if handoff.owner is None:
        return f"nobody has it now, it waits: {handoff.queue_cause or handoff.queue}"
    owner, who = handoff.owner.casefold(), (press.email or "").casefold()
    manager = (book.team_of(handoff.owner).manager or "").casefold()
    if not who or who not in {owner, manager}:
        return f"{_name(handoff.owner, reps)} has it now"
    day = day_of(press.until)
    if press.verdict is None and (day is None or day <= book.calendar_of(handoff.owner).local_date(now)):
        return "the day to wait for has to be later than today"
    return None


def _signals(press: Press, now: datetime) -> list[Signal]:
    """Who keeps a lead for a later day has taken it."""
    verdict = press.verdict or Verdict.ACCEPT
    at = min(press.at, now)
    said = Signal(
        kind=SignalKind.VERDICT,
        connection=press.connection,
        property=VERDICT,
        value=verdict.value,
        at=at,
        by_button=True,
    )
    if press.until is None:
        return [said]
    later = Signal(
        kind=SignalKind.SNOOZE, connection=press.connection, property=SNOOZE, value=press.until, at=at, by_button=True
    )
    return [said, later]


def _said(press: Press, *, book: Rulebook, reps: Mapping[str, Rep]) -> str:
    zone = book.calendar_of(press.email).zone
    what = ANSWERS[press.verdict] if press.verdict is not None else f"snoozed until {press.until}"
    return f"{_name(press.email, reps)} {what} · {press.at.astimezone(zone):%a %d %b, %H:%M}"


def _name(email: str | None, reps: Mapping[str, Rep]) -> str:
    rep = rep_of(email, reps)
    return rep.name if rep is not None else (email or "somebody")
