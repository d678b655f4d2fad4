"""Reports that go out by themselves: once for each due time and addressee, whatever happens in between."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from typing import Any

import pytest

from config.deliver import Delivery, On, Report
from config.notices import Channel
from config.settings import Environment, Settings
from connectors.abilities import Carries
from domain.change import Change
from domain.errors import FencedError, TransientError, UsageError
from domain.run import GoLive, OutboxStatus, RuleVersion
from store import audit, deliveries, outbox
from store.audit import Wanted
from store.engine import Store
from sync.delivering import deliver_due
from sync.firstday import go_live
from sync.loop import Loop
from sync.push import push
from sync.report_telling import MOST_BYTES, TOO_LARGE, Made
from tests.unit.sync.looping import NOON, looping, lose_the_lead
from tests.unit.sync.test_noticing import Connected, Telling

DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)
DUE = NOON + timedelta(hours=1)
"""A Monday at one."""
BOSS, OTHER = "boss@your-company.example", "other@your-company.example"
TO_BOSS, TO_ALL = Channel(connection="mail", to=BOSS), Channel(connection="slack", channel="C0123456")
MADE = Made(
    title="The week together",
    window="Mon 31 Aug to Sun 6 Sep 2026, UTC",
    lines=("Goal", "• Sales: 3 qualified of 5"),
    see="The names: `leadloop report week`",
    file_name="week-2026-08-31.html",
    pages={Carries.FILE: "<!doctype html>", Carries.DATA: '{"report":"week"}'},
)


@dataclass(slots=True, kw_only=True)
class Carrying(Telling):
    """A system that takes a page beside a message."""

    name: str = "mail"
    repeatable: bool = True
    carries: Carries = Carries.FILE


@dataclass(slots=True, kw_only=True)
class Press:
    """Makes pages, or does not. `asked`: for which due times."""

    made: Made = MADE
    fails: Exception | None = None
    asked: list[datetime] = field(default_factory=list)

    def __call__(self, _delivery: Delivery, due: datetime) -> Made:
        self.asked.append(due)
        if self.fails is not None:
            raise self.fails
        return self.made


@dataclass(slots=True, kw_only=True)
class House:
    loop: Loop
    press: Press
    systems: Mapping[str, Telling]

    def look(self, now: datetime) -> int:
        return deliver_due(self.loop, self.press, now=now)

    def told(self, name: str = "mail", *, now: datetime = DUE + 100 * DAY) -> list[Change]:
        """What one of the systems was told, once everything is pushed."""
        push(self.loop, name, now=now)
        return self.systems[name].written

    def kept_back(self) -> Mapping[str, deliveries.Trying]:
        with self.loop.store.read() as tx:
            return deliveries.kept_back(tx)


def weekly(*to: Channel, late_days: int = 3) -> Delivery:
    return Delivery(report=Report.WEEK, on=[On.MONDAY], at=time(13), to=list(to or (TO_BOSS,)), late_days=late_days)


@contextmanager
def house(
    store: Store, version: RuleVersion, *deliver: Delivery, seen: datetime = NOON, **more: Any
) -> Iterator[House]:
    """One that looks for the first time at noon, an hour before something is due."""
    connected = {"mail": Connected(), "slack": Connected(type="slack")}
    given = {"go_live": GoLive.LIVE, "connections": connected, "deliver": list(deliver or (weekly(),)), **more}
    systems: dict[str, Telling] = {"mail": Carrying(), "slack": Telling()}
    with looping(store, version, *systems.values(), settings=Settings(**given)) as loop:
        loop.introduced.update(systems)
        if given["go_live"] is not GoLive.OBSERVE:
            with store.write(loop.epoch) as tx:
                go_live(tx, now=seen)
        it = House(loop=loop, press=Press(), systems=systems)
        it.look(seen)
        yield it


def test_what_is_due_is_made_once_and_told_to_each_addressee_once(store: Store, version: RuleVersion) -> None:
    with house(store, version, weekly(TO_BOSS, TO_ALL)) as it:
        assert [it.look(DUE - MINUTE), it.look(DUE), it.look(DUE + MINUTE), it.look(DUE + DAY)] == [0, 2, 0, 0]
        assert it.press.asked == [DUE]
        assert [(each.values["to"], each.values["page"]) for each in it.told()] == [(BOSS, "<!doctype html>")]
        assert [each.values["channel"] for each in it.told("slack")] == ["C0123456"]
        assert it.look(DUE + 7 * DAY) == 2
        assert it.press.asked == [DUE, DUE + 7 * DAY]


def test_two_addressees_of_one_connection_get_one_each(store: Store, version: RuleVersion) -> None:
    with house(store, version, weekly(TO_BOSS, Channel(connection="mail", to=OTHER))) as it:
        assert it.look(DUE) == 2
        assert sorted(str(each.values["to"]) for each in it.told()) == [BOSS, OTHER]


def test_a_mail_has_everything_in_words_and_the_page_beside_them(store: Store, version: RuleVersion) -> None:
    with house(store, version) as it:
        it.look(DUE)
        (change,) = it.told()
    assert change.values["subject"] == "The week together: Mon 31 Aug to Sun 6 Sep 2026, UTC"
    assert str(change.values["text"]).splitlines() == [
        "The week together · Mon 31 Aug to Sun 6 Sep 2026, UTC",
        "Goal",
        "• Sales: 3 qualified of 5",
        "The names: `leadloop report week`",
    ]
    assert change.values["file_name"] == "week-2026-08-31.html"


def test_where_no_page_can_travel_title_and_hint_stand_apart(store: Store, version: RuleVersion) -> None:
    with house(store, version, weekly(TO_ALL)) as it:
        it.look(DUE)
        (change,) = it.told("slack")
    assert (change.values["title"], change.values["note"]) == (
        "The week together: Mon 31 Aug to Sun 6 Sep 2026, UTC",
        "The names: `leadloop report week`",
    )
    assert change.values["text"] == "Goal\n• Sales: 3 qualified of 5"
    assert "page" not in change.values


def test_a_page_that_is_too_large_stays_at_home_and_the_message_says_so(store: Store, version: RuleVersion) -> None:
    with house(store, version) as it:
        it.press.made = Made(
            title="T", window="W", lines=("x",), see="see", pages={Carries.FILE: "é" * (MOST_BYTES // 2 + 1)}
        )
        it.look(DUE)
        (change,) = it.told()
    assert "page" not in change.values
    assert str(change.values["text"]).splitlines()[-1] == f"{TOO_LARGE} see"


def test_one_missed_is_made_up_for_with_its_own_days_and_says_so(store: Store, version: RuleVersion) -> None:
    with house(store, version) as it:
        it.look(DUE + 16 * DAY)
        assert it.press.asked == [DUE + 14 * DAY]
        (change,) = it.told()
    assert str(change.values["text"]).splitlines()[1] == (
        "This was due Mon 21 Sep 13:00 and comes late; its days are those of then. "
        "Not sent: Mon 7 Sep 13:00, Mon 14 Sep 13:00."
    )


def test_one_missed_for_too_long_is_left_out(store: Store, version: RuleVersion) -> None:
    with house(store, version) as it:
        assert it.look(DUE + 3 * DAY + MINUTE) == 0
        assert it.press.asked == []


def test_what_was_due_before_it_was_set_up_is_nobodys(store: Store, version: RuleVersion) -> None:
    with house(store, version, seen=DUE + MINUTE) as it:
        assert it.look(DUE + 2 * MINUTE) == 0


def test_a_delivery_that_was_taken_out_begins_anew_when_it_comes_back(store: Store, version: RuleVersion) -> None:
    with house(store, version) as it:
        settings = it.loop.settings
        it.loop.settings = settings.model_copy(update={"deliver": []})
        it.look(NOON + MINUTE)
        it.loop.settings = settings
        assert it.look(DUE + MINUTE) == 0


@pytest.mark.parametrize("back", [timedelta(hours=2), 5 * DAY, 30 * DAY])
def test_a_clock_that_is_put_back_sends_nothing_twice(store: Store, version: RuleVersion, back: timedelta) -> None:
    with house(store, version) as it:
        it.look(DUE)
        assert it.look(DUE - back) == 0
        it.look(DUE)
        assert it.look(DUE + MINUTE) == 0
        assert len(it.told()) == 1


def test_a_clock_that_ran_a_year_ahead_silences_nothing(store: Store, version: RuleVersion) -> None:
    with house(store, version, seen=NOON + 365 * DAY) as it:
        it.look(DUE + 371 * DAY)
        it.look(NOON)
        assert it.look(DUE) == 1


def test_what_cannot_be_made_is_told_and_tried_again_until_it_can(store: Store, version: RuleVersion) -> None:
    with house(store, version) as it:
        it.press.fails = UsageError("reports.yaml has no drive 'Autumn'.")
        assert it.look(DUE) == 0
        (trying,) = it.kept_back().values()
        assert (trying.due, trying.times, trying.why) == (DUE, 1, "reports.yaml has no drive 'Autumn'.")
        it.look(DUE + 5 * MINUTE)
        assert it.press.asked == [DUE], "it rests"
        it.press.fails = None
        assert it.look(DUE + 15 * MINUTE) == 1
        assert it.kept_back() == {}


def test_a_bug_in_one_page_is_kept_and_keeps_no_other_from_going_out(store: Store, version: RuleVersion) -> None:
    other = Delivery(report=Report.FUNNEL, on=[On.DAY], at=time(13), to=[TO_BOSS])
    with house(store, version, weekly(), other) as it:
        it.press.fails = ZeroDivisionError("boom")
        for number in range(2):
            with pytest.raises(ZeroDivisionError):
                it.look(DUE + number * MINUTE)
        assert list(it.kept_back()) == ["week on monday at 13:00"]
        it.press.fails = None
        assert it.look(DUE + 2 * MINUTE) == 1, "the funnel; the week rests"
        assert it.look(DUE + 20 * MINUTE) == 1


def test_who_lost_the_lead_while_the_page_was_made_puts_nothing_out(store: Store, version: RuleVersion) -> None:
    with house(store, version) as it:

        def make(_delivery: Delivery, _due: datetime) -> Made:
            lose_the_lead(store)
            return MADE

        with pytest.raises(FencedError):
            deliver_due(it.loop, make, now=DUE)
        with store.read() as tx:
            assert list(outbox.list_open(tx)) == []
            assert deliveries.all_of(tx)["week on monday at 13:00"].served == ()


def test_nothing_leaves_the_house_while_it_only_observes(store: Store, version: RuleVersion) -> None:
    with house(store, version, go_live=GoLive.OBSERVE) as it:
        assert it.look(DUE) == 0
        assert it.press.asked == []


def test_in_a_test_environment_only_one_address_gets_it(store: Store, version: RuleVersion) -> None:
    with house(store, version, environment=Environment.TEST, notices={"only_to": OTHER}) as it:
        it.look(DUE)
        (change,) = it.told()
    assert change.values["to"] == OTHER
    assert str(change.values["subject"]).startswith("Test: The week together")
    assert str(change.values["text"]).startswith(f"Test, meant for {BOSS}:\n")


def test_a_mail_that_does_not_get_through_is_the_outboxs(store: Store, version: RuleVersion) -> None:
    with house(store, version) as it:
        it.look(DUE)
        it.systems["mail"].away = True
        with pytest.raises(TransientError):
            it.told(now=DUE)
        with store.read() as tx:
            assert [row.status for row in outbox.list_open(tx)] == [OutboxStatus.WAITING]
        it.systems["mail"].away = False
        assert len(it.told()) == 1


def test_the_audit_names_the_message_and_nobody(store: Store, version: RuleVersion) -> None:
    with house(store, version) as it:
        it.look(DUE)
        with store.read() as tx:
            told = [each for _, each in audit.rows(tx, Wanted()) if each.object == "message"]
    assert [each.action for each in told] == ["will create"]
    assert BOSS not in str(told)
