"""What is kept to be compared: the first handoff that would have been in a step, and every word that was shown."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from domain.identity import Tie
from domain.run import GoLive
from domain.values import LeadId, Value
from store import held, merging, steps, unions, watched
from store.engine import Store
from store.retention import purge
from store.watched import ForeseenHandoff, Listed, ShownValue
from tests.unit.store.examples import NOON, RULES, at, found


def foreseen(lead: LeadId, minute: float, **more: Any) -> ForeseenHandoff:
    known: dict[str, Any] = {
        "lead_id": lead,
        "at": at(minute),
        "step": GoLive.OBSERVE,
        "score": 74_250,
        "band": "B hot",
        "fit_percent": None,
        "why": "Asked for a demo today.\x00",
        "cause": "asked to be called",
        "hand_raise": True,
        "owner": None,
        "rule": None,
        "rule_hash": RULES,
    }
    return ForeseenHandoff(**{**known, **more})


def shown(lead: LeadId, minute: float, value: Value, *, before: Value = None, is_first: bool = False) -> ShownValue:
    return ShownValue(
        lead_id=lead,
        property="status",
        connection="salesforce",
        value=value,
        before=before,
        is_first=is_first,
        at=at(minute - 5),
        seen_at=at(minute),
    )


def test_of_each_lead_the_first_handoff_of_a_step_is_kept(store: Store) -> None:
    with store.write() as tx:
        ana, ben = found(tx, "00Q1", "00Q2")
        watched.note_foreseen(tx, [foreseen(ana, 1), foreseen(ben, 1)], since=NOON)
        watched.note_foreseen(tx, [foreseen(ana, 2, score=99_000)], since=NOON)
        watched.note_foreseen(tx, [foreseen(ana, 9, step=GoLive.SCORES)], since=at(8))
        kept = watched.foreseen_of(tx, [ana])
    assert kept == {
        ana: [
            foreseen(ana, 1, why="Asked for a demo today."),
            foreseen(ana, 9, step=GoLive.SCORES, why=kept[ana][0].why),
        ]
    }


def test_what_was_shown_comes_back_as_it_was(store: Store) -> None:
    with store.write() as tx:
        (ana,) = found(tx, "00Q1")
        said = [shown(ana, 1, "Open", is_first=True), shown(ana, 2, None, before="Open"), shown(ana, 3, "Working")]
        watched.note_shown(tx, said)
        assert watched.shown_of(tx, [ana]) == {ana: said}


def test_what_is_seen_twice_at_one_moment_is_kept_twice(store: Store) -> None:
    with store.write() as tx:
        (ana,) = found(tx, "00Q1")
        first, second = shown(ana, 1, "Open", is_first=True), shown(ana, 1, "Working", before="Open")
        for each in (first, second):
            watched.note_shown(tx, [each])
        assert watched.shown_of(tx, [ana]) == {ana: [first, second]}


def test_rows_stay_with_the_lead_they_were_written_about_and_a_union_leads_to_them(store: Store) -> None:
    with store.write() as tx:
        ana, twin = found(tx, "00Q1", "00Q2")
        watched.note_foreseen(tx, [foreseen(twin, 1)], since=NOON)
        merging.merge(tx, ana, twin, now=at(5))
        unions.keep(tx, ana, twin, {}, tie=Tie.EMAIL, by="loop", now=at(5))
        assert watched.parts_of(tx, [ana]) == {ana: [twin]}
        assert watched.joined_at(tx, [ana, twin]) == {twin: at(5)}
        assert list(watched.foreseen_of(tx, [ana, twin])) == [twin]


def test_who_was_listed_is_told_whatever_became_of_the_set(store: Store) -> None:
    with store.write() as tx:
        ana, ben, cat = found(tx, "00Q1", "00Q2", "00Q3")
        held.hold(tx, "baseline", "first day", [ana], now=NOON)
        held.approve(tx, "baseline", by="ada", now=at(1), until=None)
        held.release(tx, [ana], now=at(2))
        held.hold(tx, "publish-abcd1234", "rules", [ana, ben], now=at(3))
        held.hold(tx, "observe", "step", [cat], now=at(4))
        assert watched.listed_of(tx, [ana, ben, cat]) == {
            ana: Listed("baseline", NOON),
            ben: Listed("publish-abcd1234", at(3)),
        }


def test_who_would_have_been_handed_off_stays_while_the_step_lasts_and_ninety_days_after(store: Store) -> None:
    """An order to go where one is already ends nothing."""

    def day(number: float) -> datetime:
        return NOON + timedelta(days=number)

    def kept() -> list[GoLive]:
        return [each.step for each in watched.foreseen_of(tx, [ana]).get(ana, [])]

    with store.write() as tx:
        (ana,) = found(tx, "00Q1")
        for number, step in ((0, GoLive.OBSERVE), (1, GoLive.OBSERVE), (200, GoLive.SCORES)):
            steps.order(tx, step, at=day(number), by="kim")
        watched.note_foreseen(tx, [foreseen(ana, 1)], since=NOON)
        watched.note_foreseen(tx, [replace(foreseen(ana, 1, step=GoLive.SCORES), at=day(200))], since=day(200))
        for now, left in (
            (199, [GoLive.OBSERVE, GoLive.SCORES]),
            (290, [GoLive.OBSERVE, GoLive.SCORES]),
            (291, [GoLive.SCORES]),
            (999, [GoLive.SCORES]),
        ):
            purge(tx, now=day(now))
            assert kept() == left, now


def test_both_go_after_ninety_days_in_portions(store: Store) -> None:
    with store.write() as tx:
        steps.order(tx, GoLive.OBSERVE, at=NOON, by="kim")
        steps.order(tx, GoLive.LIVE, at=at(1.5), by="kim")
        leads = found(tx, *(f"00Q{number}" for number in range(4)))
        watched.note_foreseen(tx, [foreseen(each, 1) for each in leads], since=NOON)
        watched.note_shown(tx, [shown(each, 2, "Open") for each in leads])
        watched.note_shown(tx, [shown(leads[0], 60 * 24 * 80, "Working")])
        assert watched.purge(tx, before=at(2), limit=3) == 3
        told = purge(tx, now=NOON + timedelta(days=91))
        assert (told.watched, told.more) == (5, False)
        assert [each.value for each in watched.shown_of(tx, leads)[leads[0]]] == ["Working"]
        assert watched.foreseen_of(tx, leads) == {}
