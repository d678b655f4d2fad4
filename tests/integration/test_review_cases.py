"""What the week, rests and attempts say where counting wrong is easy."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from domain.activity import Activity, ActivityKind
from domain.handoff import Outcome, Queue
from domain.stage import Cause, Stage
from domain.values import LeadId, RecordRef
from reports.lists import ListReport, ListsSeen, Purpose
from reports.pages.nurture import Nurture
from reports.pages.page import Figure, Leads, Page
from reports.pages.passes import Scope
from reports.pages.rests import Rest, rests_of
from reports.pages.week import days_of
from reports.pages.window import window_of
from store import ledger
from store.engine import Store
from store.list_health import Counted, People
from tests.integration.test_report_cases import CROWD, MON, ended, handoff, lead_of, move
from tests.reference.driven import Effort
from tests.reference.two_teams import OFFICE, STRANGER
from tests.report_desk import BOOK, pages_of, scope_of, told
from tests.review_desk import drive_page, interactions_page, nurture_page, week_page, week_scope

MONDAY = date(2026, 11, 9)


def tried(store: Store, lead: LeadId, kind: ActivityKind, seconds: int, **said: str | int) -> Activity:
    """What a rep did, so long after Monday at nine; `on`: the system that tells it."""
    ref = RecordRef(connection="crm", object="Lead", id=f"00Q{lead}x")
    did = Activity(
        connection=str(said.pop("on", "crm")), stream="s", external_id=f"{lead}-{kind}-{seconds}", kind=kind,
        occurred_at=MON + timedelta(seconds=seconds), record=ref, actor="005", properties=said,
    )  # fmt: skip
    with store.write() as tx:
        ledger.add(tx, [did], seen_at=CROWD.now)
        ledger.claim_unclaimed(tx, {ref: lead}, {})
    return did


def attempts(store: Store) -> tuple[float | None, int | None]:
    """So many, and how many led to something."""
    figures = told(interactions_page(store, scope_of(CROWD)))
    ways = [figure for (table, row, key), figure in figures.items() if (table, key) == ("number", "worked")]
    total = figures.get(("number", "All", "worked"), ways[0] if ways else None)
    return (0, 0) if total is None else (total.of, total.n)


def rested(store: Store) -> list[Rest]:
    return sorted(rests_of(store, scope_of(CROWD)), key=lambda each: each.at)


def test_a_week_in_which_clocks_are_moved_has_seven_days_and_so_has_the_one_before(store: Store) -> None:
    """Vienna's clocks go back on Sunday 25 October: its last hour is the week's, and what follows the next one's."""
    last = datetime(2026, 10, 25, 22, 59, tzinfo=UTC)
    for at in (datetime(2026, 10, 18, 22, tzinfo=UTC), last, last + timedelta(minutes=1)):
        lead_of(store, replace(handoff(), opened_at=at, assigned_at=at), at=at)
    weeks = {day: told(week_page(store, week_scope(CROWD, date(2026, 10, day)))) for day in (12, 19, 26)}
    assert [weeks[day]["process", "Handed over", "now"].value for day in weeks] == [0, 2, 1]
    assert weeks[26]["process", "Handed over", "before"].value == 2


@pytest.mark.parametrize(
    ("began", "said"),
    [
        (MON + timedelta(days=8), "leadloop began on Tue 17 Nov 2026: nothing is known of these days."),
        (MON + timedelta(days=2), "leadloop began on Wed 11 Nov 2026: what was before is in no figure."),
        (MON, "leadloop began on Mon 9 Nov 2026: what was before is in no figure."),
        (MON - timedelta(days=3), "The week before began before leadloop did: its figures are of a part of it."),
    ],
    ids=["after it", "within it", "on its first day", "in the week before"],
)
def test_a_week_that_nobody_here_saw_is_said_to_be_none_of_ours(store: Store, began: datetime, said: str) -> None:
    page = week_page(store, replace(week_scope(CROWD, MONDAY), loaded_until=began))
    assert [each.what for each in page.missing if "leadloop" in each.what] == [said]


def test_a_team_elsewhere_has_the_days_that_begin_in_the_window() -> None:
    """Monday in Vienna begins on Sunday in Boston, where people work on that day too."""
    window = window_of(since=MONDAY, until=MONDAY + timedelta(days=6), zone=ZoneInfo(OFFICE.zone), now=CROWD.now)
    assert [len(days_of(window, BOOK.calendars[team])) for team in ("Inbound", "outbound")] == [7, 7]
    assert days_of(window, BOOK.calendars["outbound"])[0] == MONDAY


def test_a_team_that_has_not_worked_has_no_share_of_a_goal(store: Store) -> None:
    """26 October is Austria's holiday, and a Monday."""
    page = told(week_page(store, week_scope(CROWD, date(2026, 10, 26), days=1)))
    assert page["goal", "Inbound", "goal"].value == 0
    assert page["goal", "Inbound", "share"].value is None
    assert page["goal", "outbound", "goal"].value == 2


def test_a_rep_who_is_away_twice_on_one_day_is_away_once(store: Store) -> None:
    """From Wednesday 28 to Friday 30 October both absences of one rep hold; Monday and Sunday are holidays."""
    page = told(week_page(store, week_scope(CROWD, date(2026, 10, 26))))
    assert page["people", "Inbound", "away"].value == 4


def test_a_reply_to_a_pass_that_is_over_counts_in_its_week(store: Store) -> None:
    given = ended(replace(handoff(), accepted_at=MON), Outcome.NOT_NOW)
    lead = lead_of(store, given)
    tried(store, lead, ActivityKind.EMAIL_REPLIED, 8 * 86_400)
    page = told(week_page(store, week_scope(CROWD, MONDAY + timedelta(days=7))))
    assert page["process", "Qualified", "now"].value == 1


def test_a_meeting_that_was_agreed_before_counts_in_the_week_in_which_it_is_held(store: Store) -> None:
    lead = lead_of(store, ended(replace(handoff(), accepted_at=MON), None))
    held = (MON + timedelta(days=9)).isoformat()
    tried(store, lead, ActivityKind.MEETING_BOOKED, 60, starts_at=held)
    page = told(week_page(store, week_scope(CROWD, MONDAY + timedelta(days=7))))
    assert page["process", "Qualified", "now"].value == 1


def test_a_rest_that_was_there_before_leadloop_is_none(store: Store) -> None:
    lead_of(store, moves=(move(Stage.KNOWN, Stage.RECYCLED, 0, cause=Cause.BASELINE),))
    assert rested(store) == []
    assert told(nurture_page(store, scope_of(CROWD))) == {}


def test_a_lead_put_to_rest_twice_has_two_rests_each_with_its_own_return(store: Store) -> None:
    one, two = ended(handoff(), Outcome.NO_BUDGET), ended(handoff(2, after_min=5000), Outcome.NOT_NOW)
    lead_of(
        store, one, two, handoff(3, after_min=9000),
        moves=(move(Stage.ASSIGNED, Stage.RECYCLED, 600, of=1), move(Stage.ASSIGNED, Stage.RECYCLED, 5600, of=2)),
    )  # fmt: skip
    assert [(each.reason, each.back.handoff.number if each.back else None) for each in rested(store)] == [
        ("no_budget", 2),
        ("not_now", 3),
    ]


@pytest.mark.parametrize("of", [2, None])
def test_who_came_back_and_was_put_to_rest_in_one_instant_came_back_once_and_rests(
    store: Store, of: int | None
) -> None:
    one, two = ended(handoff(), Outcome.NO_BUDGET), ended(handoff(2, after_min=5000), Outcome.NOT_NOW, minutes=0)
    moves = (
        move(Stage.ASSIGNED, Stage.RECYCLED, 600, of=1),
        move(Stage.RECYCLED, Stage.MQL, 5000, of=of),
        move(Stage.MQL, Stage.RECYCLED, 5000, of=of),
    )
    lead_of(store, one, two, moves=moves)
    assert [(each.back.handoff.number if each.back else None, each.ended_as) for each in rested(store)] == [
        (2, None),
        (None, None),
    ]


def test_who_left_into_a_deal_left_otherwise(store: Store) -> None:
    moves = (move(Stage.KNOWN, Stage.RECYCLED, 0), move(Stage.RECYCLED, Stage.OPPORTUNITY, 0))
    lead_of(store, moves=moves)
    assert [(each.back, each.ended_as) for each in rested(store)] == [(None, Stage.OPPORTUNITY)]


def test_who_was_rejected_with_a_resting_outcome_was_put_to_rest_for_it(store: Store) -> None:
    """Rejects and nurture tell the same of one window."""
    resting = (Outcome.NO_BUDGET, Outcome.NOT_NOW, Outcome.NO_NEED, Outcome.NOT_NOW, Outcome.UNREACHABLE)
    for outcome in resting:
        lead_of(store, ended(handoff(), outcome), moves=(move(Stage.ASSIGNED, Stage.RECYCLED, 600, of=1),))
    given = told(pages_of(store, scope_of(CROWD))["rejects"])
    rests = told(nurture_page(store, scope_of(CROWD)))
    for outcome in resting:
        label = outcome.value.replace("_", " ").capitalize()
        assert rests["reason", label, "rested"].n == given["team", "Inbound", outcome.value].n
    assert rests["reason", "All", "rested"].n == len(resting)


@pytest.mark.parametrize(("days", "worked"), [(10, 1), (30, 0)])
def test_a_meeting_in_the_future_has_led_to_nothing_yet(store: Store, days: int, worked: int) -> None:
    """It is looked at on the twentieth day."""
    lead = lead_of(store, handoff())
    tried(store, lead, ActivityKind.MEETING_BOOKED, 60, starts_at=(MON + timedelta(days=days)).isoformat())
    assert attempts(store) == (1, worked)


def test_a_retracted_call_was_no_attempt(store: Store) -> None:
    lead = lead_of(store, handoff())
    call = tried(store, lead, ActivityKind.CALL_LOGGED, 60, duration_s=600)
    assert attempts(store) == (1, 1)
    with store.write() as tx:
        ledger.retract(tx, [call.key], reason="a test", at=CROWD.now)
    assert attempts(store) == (0, 0)


@pytest.mark.parametrize(("apart", "number"), [(0, 1), (2, 1), (60, 1), (61, 2)])
def test_a_call_that_two_systems_logged_within_a_minute_is_one(store: Store, apart: int, number: int) -> None:
    """Also where the clock's minute has changed between them."""
    lead = lead_of(store, handoff())
    tried(store, lead, ActivityKind.CALL_LOGGED, 59)
    tried(store, lead, ActivityKind.CALL_LOGGED, 59 + apart, on="hub", again="")
    assert attempts(store)[0] == number


@pytest.mark.parametrize(("hours", "worked"), [(72, 1), (73, 0)])
def test_what_follows_within_three_days_came_of_an_attempt(store: Store, hours: int, worked: int) -> None:
    lead = lead_of(store, handoff())
    tried(store, lead, ActivityKind.EMAIL_SENT, 60)
    tried(store, lead, ActivityKind.EMAIL_REPLIED, 60 + hours * 3600)
    assert attempts(store) == (1, worked)


def test_an_attempt_in_a_pass_that_nobody_had_is_no_rep_s_yet(store: Store) -> None:
    lead = lead_of(store, replace(handoff(), owner=None, assigned_at=None))
    tried(store, lead, ActivityKind.EMAIL_SENT, 60)
    assert told(interactions_page(store, scope_of(CROWD)))["team", "no rep yet", "attempts"].value == 1


def test_what_is_closed_in_the_instant_in_which_a_week_ends_was_in_hand_at_its_end(store: Store) -> None:
    ends = datetime(2026, 11, 15, 23, tzinfo=UTC)
    for closed in (ends, ends - timedelta(seconds=1)):
        lead_of(store, replace(handoff(), closed_at=closed))
    assert told(week_page(store, week_scope(CROWD, MONDAY)))["people", "Inbound", "open"].value == 1


def test_what_came_about_seven_days_ago_to_the_second_is_of_the_last_seven_days(store: Store) -> None:
    for seconds in (0, -1):
        lead_of(store, replace(handoff(), touched_at=MON + timedelta(seconds=seconds)))
    effort = Effort(counts="touched", target=3, first=MONDAY, last=MONDAY + timedelta(days=20))
    page = drive_page(store, replace(scope_of(CROWD), now=MON + timedelta(days=7)), effort)
    assert [told(page)["by", "Inbound", key].value for key in ("count", "week")] == [2, 1]


def test_a_share_of_what_is_not_due_yet_says_so_and_not_that_nobody_was_handed_over(store: Store) -> None:
    lead_of(store, handoff())
    page = week_page(store, week_scope(CROWD, MONDAY))
    in_time = page.figure("process.in_time.now")
    assert told(page)["process", "Handed over", "now"].value == 1
    assert in_time is not None
    assert (in_time.value, in_time.why) == (None, "no clock has come to its end yet")


@pytest.mark.parametrize(
    ("days", "label", "before"),
    [
        (1, "The week before", "Mon 2 Nov to Mon 2 Nov 2026"),
        (7, "The week before", "Mon 2 Nov to Sun 8 Nov 2026"),
        (8, "2 weeks before", "Mon 26 Oct to Mon 2 Nov 2026"),
        (14, "2 weeks before", "Mon 26 Oct to Sun 8 Nov 2026"),
    ],
)
def test_what_a_window_is_held_against_shares_no_day_with_it_and_is_named(
    store: Store, days: int, label: str, before: str
) -> None:
    page = week_page(store, week_scope(CROWD, MONDAY, days=days))
    assert f"{label}: {before}, {OFFICE.zone}." in page.remarks
    columns = [table.columns[1].label for table in page.tables() if table.key in {"process", "rejected"}]
    assert columns == [label, label]


def test_no_handoff_is_of_both_stretches_of_time_that_are_held_against_each_other(store: Store) -> None:
    for day in range(14):
        lead_of(store, handoff(after_min=1440 * day))
    page = told(week_page(store, week_scope(CROWD, MONDAY + timedelta(days=7), days=12)))
    assert [page["process", "Handed over", key].value for key in ("now", "before")] == [7, 5]


def test_of_the_time_before_leadloop_and_of_days_to_come_nothing_is_known_which_is_no_zero(store: Store) -> None:
    lead_of(store, handoff())
    scope = replace(week_scope(CROWD, MONDAY), loaded_until=MON - timedelta(hours=9))
    page = week_page(store, scope)
    figures = [page.figure(f"{name}.before") for name in ("goal.inbound", "process.handoffs", "process.in_time")]
    assert [(each.value, each.why) for each in figures if each is not None] == [(None, "before leadloop")] * 3
    assert told(page)["process", "Handed over", "now"].value == 1
    ahead = week_page(store, week_scope(CROWD, date(2027, 1, 4)))
    assert ahead.figure("process.won.now") == Figure(value=None, why="still to come")
    assert told(ahead)["goal", "Inbound", "share"].value is None
    assert [each.what for each in ahead.missing] == ["The window has not begun."]


def test_a_week_that_leadloop_saw_a_part_of_is_not_held_against_a_whole_one_without_a_word(store: Store) -> None:
    scope = replace(week_scope(CROWD, MONDAY), loaded_until=MON - timedelta(days=3))
    assert [each.what for each in week_page(store, scope).missing] == [
        "The week before began before leadloop did: its figures are of a part of it."
    ]


def test_who_waits_for_a_rep_is_named_behind_the_queue_s_figure(store: Store) -> None:
    waits = replace(handoff(), owner=None, assigned_at=None, queue=Queue.UNASSIGNED, queue_cause="all are full")
    who = [lead_of(store, waits) for _ in range(5)]
    figure = week_page(store, scope_of(CROWD)).figure("routing.1.leads")
    assert figure is not None
    assert figure.leads == Leads(n=5, first=tuple(who))


def test_what_stands_as_it_is_now_does_not_say_that_it_is_of_the_window(store: Store) -> None:
    page = week_page(store, week_scope(CROWD, MONDAY))
    now = [table.key for table in page.tables() if page.when_of(table) != page.window.words()]
    assert now == ["routing"]
    rests = nurture_page(store, week_scope(CROWD, MONDAY))
    assert [table.key for table in rests.tables() if rests.when_of(table) != rests.window.words()] == ["list"]


@pytest.mark.parametrize("name", ["followup", "bands", "rejects", "funnel", "nurture", "interactions"])
def test_a_window_that_leadloop_saw_a_part_of_says_since_when_it_counts(store: Store, name: str) -> None:
    def missing(scope: Scope) -> list[str]:
        made = {**pages_of(store, scope), "nurture": nurture_page(store, scope)}
        page = {**made, "interactions": interactions_page(store, scope)}[name]
        return [each.what for each in page.missing if "leadloop" in each.what or "window" in each.what]

    loaded, until = MON - timedelta(hours=9), MON + timedelta(days=7)
    part = scope_of(CROWD, since=MON - timedelta(days=2), until=until, loaded=loaded)
    assert missing(part) == ["leadloop began on Mon 9 Nov 2026: what was before is in no figure."]
    none = scope_of(CROWD, since=MON - timedelta(days=9), until=MON - timedelta(days=2), loaded=loaded)
    assert missing(none) == ["leadloop began on Mon 9 Nov 2026: nothing is known of these days."]
    assert missing(scope_of(CROWD, since=MON, until=until, loaded=loaded)) == []
    ahead = scope_of(CROWD, since=MON, until=CROWD.now + timedelta(days=2), loaded=loaded)
    assert missing(ahead) == ["The window lasts until Tue 1 Dec 2026."]


def test_pages_by_team_say_with_which_one_a_rep_stands_who_is_in_no_pool(store: Store) -> None:
    lead = lead_of(store, replace(handoff(), touched_at=MON))
    tried(store, lead, ActivityKind.CALL_LOGGED, 60)
    assert [each for page in _by_team(store) for each in page.remarks if "no pool" in each] == []
    lead = lead_of(store, replace(handoff(), owner=STRANGER, touched_at=MON))
    tried(store, lead, ActivityKind.CALL_LOGGED, 60)
    assert [[each for each in page.remarks if "no pool" in each] for page in _by_team(store)] == [
        ["What is of a rep who is in no pool of routing.yaml stands with Inbound, its first team."]
    ] * 5


def _by_team(store: Store) -> tuple[Page, ...]:
    scope = scope_of(CROWD)
    given, effort = pages_of(store, scope), Effort(counts="touched", target=1, first=MONDAY, last=MONDAY)
    return (
        *(given[name] for name in ("followup", "rejects")),
        week_page(store, scope),
        interactions_page(store, scope),
        drive_page(store, scope, effort),
    )


def test_a_share_in_a_week_without_a_handoff_says_that_there_was_none(store: Store) -> None:
    figure = week_page(store, week_scope(CROWD, MONDAY)).figure("process.in_time.now")
    assert figure is not None
    assert (figure.value, figure.why) == (None, "nobody was handed over")


def test_who_is_on_a_nurture_list_and_why_no_mail_reaches_them_stands_behind_its_figures() -> None:
    counted = Counted(connection="hub", list="Timing", members=3, reached=1, unmailable={"opted out": 2})
    lists = ListsSeen(lists=(ListReport(counted=counted, purpose=Purpose.WRITE),), told_since=MON, since=MON)
    one, two, three = (LeadId(number) for number in (1, 2, 3))
    people = People(members=[one, two, three], reached=[one], unmailable={two: "opted out", three: "opted out"})
    page = Nurture(replace(scope_of(CROWD), most=2), lists, {("hub", "Timing"): people}).page()
    found = {name: page.figure(f"list.1.{name}") for name in ("members", "reached", "clicked", "unmailable")}
    assert {name: each and each.leads for name, each in found.items()} == {
        "members": Leads(n=3, first=(one, two)),
        "reached": Leads(n=1, first=(one,)),
        "clicked": Leads(n=0),
        "unmailable": Leads(n=2, first=(two, three), told=("opted out", "opted out")),
    }
    assert page.counts_of("list.1.members") == "members"
