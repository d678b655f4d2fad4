"""What reports say where counting wrong is easy, and of windows with little or nothing in them."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from domain.activity import Activity, ActivityKind
from domain.handoff import Handoff, HandoffKind, Outcome, Queue, StepTaken, Verdict
from domain.stage import Cause, Stage, Transition
from domain.values import LeadId, RecordRef
from reports.pages.passes import Pass, passes_of
from store import clock_steps, handoffs, leads, ledger, merging
from store.engine import Store
from tests.reference.crowd import RULES, Crowd
from tests.reference.two_teams import STRANGER
from tests.report_desk import funnel_of, pages_of, refill, scope_of, told

MON = datetime(2026, 11, 9, 8, tzinfo=UTC)
"""Monday at nine in Vienna, where it is winter."""
CROWD = Crowd(began=MON - timedelta(days=7), now=MON + timedelta(days=20))
REP, OTHER = "okafor@us.example", "kim@us.example"
FATES = ("touched", "never", "answered", "waiting")


def lead_of(store: Store, *passes_: Handoff, moves: tuple[Transition, ...] = (), at: datetime = MON) -> LeadId:
    """Somebody with these passes; whatever lead they name, they are theirs."""
    with store.write() as tx:
        lead = leads.create(tx, 1, now=at, installation="LL")[0].id
        handoffs.save(tx, [replace(each, lead_id=lead) for each in passes_])
        handoffs.save_transitions(tx, [replace(each, lead_id=lead) for each in moves])
    return lead


def handoff(number: int = 1, *, after_min: int = 0) -> Handoff:
    at = MON + timedelta(minutes=after_min)
    return Handoff(
        lead_id=LeadId(0), number=number, kind=HandoffKind.NEW_BUSINESS, opened_at=at, why="", hand_raise=False,
        score=0, band="A hot", owner=REP, assigned_at=at,
    )  # fmt: skip


def ended(given: Handoff, outcome: Outcome | None, *, verdict: Verdict | None = None, minutes: int = 600) -> Handoff:
    return replace(given, outcome=outcome, verdict=verdict, closed_at=given.opened_at + timedelta(minutes=minutes))


def move(
    before: Stage, after: Stage, minutes: int, *, of: int | None = None, cause: Cause = Cause.PERSON
) -> Transition:
    return Transition(
        lead_id=LeadId(0), at=MON + timedelta(minutes=minutes), before=before, after=after, cause=cause, why="",
        rule_hash=RULES, handoff=of,
    )  # fmt: skip


def act(store: Store, lead: LeadId, kind: ActivityKind, minutes: int, **told_: str | int) -> None:
    ref = RecordRef(connection="crm", object="Lead", id=f"00Q{lead}x")
    did = Activity(
        connection="crm", stream="s", external_id=f"{lead}-{kind}-{minutes}", kind=kind,
        occurred_at=MON + timedelta(minutes=minutes), record=ref, properties=told_,
    )  # fmt: skip
    with store.write() as tx:
        ledger.add(tx, [did], seen_at=CROWD.now)
        ledger.claim_unclaimed(tx, {ref: lead}, {})


def found(store: Store) -> list[Pass]:
    return list(passes_of(store, scope_of(CROWD)))


def fate(store: Store) -> str:
    page = pages_of(store, scope_of(CROWD))["followup"]
    return next(name for name in FATES if told(page)["asked", "Everybody else", name].n)


def test_a_merge_takes_no_success_from_a_pass_though_its_number_is_lower_than_an_earlier_ones(store: Store) -> None:
    survivor = lead_of(
        store,
        replace(ended(handoff(after_min=5000), None), accepted_at=MON + timedelta(minutes=5100)),
        moves=(move(Stage.ACCEPTED, Stage.CUSTOMER, 9000),),
    )
    loser = lead_of(store, ended(handoff(), Outcome.NO_NEED))
    with store.write() as tx:
        merging.merge(tx, survivor, loser, now=CROWD.now)
    assert [(each.handoff.number, each.won_at is not None) for each in found(store)] == [(2, False), (1, True)]


def test_a_pass_that_a_merge_ended_takes_nothing_from_the_one_that_goes_on(store: Store) -> None:
    first = replace(handoff(), accepted_at=MON + timedelta(hours=1))
    survivor = lead_of(store, first, moves=(move(Stage.ACCEPTED, Stage.OPPORTUNITY, 5000),))
    loser = lead_of(store, handoff(after_min=600))
    with store.write() as tx:
        merging.merge(tx, survivor, loser, now=CROWD.now)
    (only,) = found(store)
    assert only.opportunity_at == MON + timedelta(minutes=5000)


def test_a_success_stays_with_the_pass_that_it_ended_though_the_next_began_in_the_same_instant(store: Store) -> None:
    """As a chain hands on: qualified by one team, opened for the next, by one decision."""
    taken = replace(ended(handoff(), Outcome.QUALIFIED), accepted_at=MON + timedelta(minutes=30))
    following = replace(handoff(2, after_min=600), after=1, owner=OTHER, accepted_at=MON + timedelta(minutes=700))
    lead_of(
        store, taken, following,
        moves=(move(Stage.ACCEPTED, Stage.QUALIFIED, 600, of=1), move(Stage.QUALIFIED, Stage.MQL, 600, of=2)),
    )  # fmt: skip
    one, two = found(store)
    assert one.qualified_at == MON + timedelta(minutes=600)
    assert two.qualified_at is None


def test_a_pass_that_begins_with_a_road_back_was_not_passed_on_itself(store: Store) -> None:
    refused = ended(replace(handoff(), owner=OTHER), None, verdict=Verdict.NOT_TARGET)
    again = replace(handoff(2, after_min=600), after=1, tried=(OTHER,), steps=(f"returned:{REP}",))
    lead_of(store, refused, again, moves=(move(Stage.ASSIGNED, Stage.MQL, 600, of=2),))
    one, two = found(store)
    assert one.rejection is Verdict.NOT_TARGET
    assert (one.is_passed_on, two.is_passed_on) == (False, False)


def test_nobody_ever_had_a_pass_that_waits_for_the_rep_it_goes_back_to(store: Store) -> None:
    waiting = replace(
        handoff(), owner=None, queue=Queue.UNASSIGNED, assigned_at=None, after=1, tried=(OTHER,),
        steps=(f"returned:{REP}",),
    )  # fmt: skip
    lead_of(store, waiting)
    assert [(each.rep, each.team) for each in found(store)] == [(None, None)]


def test_a_conversation_that_answered_a_request_before_it_was_written_down_counts(store: Store) -> None:
    early = MON - timedelta(minutes=2)
    lead = lead_of(store, replace(handoff(), hand_raise=True, touched_at=early, accepted_at=MON))
    act(store, lead, ActivityKind.CALL_LOGGED, -2, duration_s=300)
    (only,) = found(store)
    assert (only.meaningful_at, only.qualified_at, only.working_minutes) == (early, MON, 0)


def test_what_was_said_before_the_handoff_is_no_success_of_it(store: Store) -> None:
    lead = lead_of(store, replace(handoff(), accepted_at=MON + timedelta(hours=1)), at=MON - timedelta(days=1))
    act(store, lead, ActivityKind.EMAIL_REPLIED, -1)
    (only,) = found(store)
    assert (only.meaningful_at, only.qualified_at) == (None, None)


def test_a_reply_in_the_second_pass_qualifies_only_the_second(store: Store) -> None:
    first = replace(ended(handoff(), Outcome.NOT_NOW), accepted_at=MON)
    lead = lead_of(store, first, replace(handoff(2, after_min=5000), accepted_at=MON + timedelta(minutes=5001)))
    act(store, lead, ActivityKind.EMAIL_REPLIED, 6000)
    assert [each.qualified_at is not None for each in found(store)] == [False, True]


def test_only_what_was_seen_and_held_by_the_hand_over_was_known_at_it(store: Store) -> None:
    lead = lead_of(store, handoff())
    with store.write() as tx:
        for name, since, seen in (("a", 0, 0), ("b", -9, 1), ("c", 1, 0), ("a", 1, 2)):
            moments = [MON + timedelta(minutes=each) for each in (since, seen)]
            ledger.put_facts(tx, lead, {name: f"{since} {seen}"}, since=moments[0], seen_at=moments[1])
    assert [each.known for each in found(store)] == [{"a": "0 0"}]


def test_a_lost_deal_is_a_deal_and_no_rejection(store: Store) -> None:
    lost = replace(ended(handoff(), Outcome.LOST), accepted_at=MON)
    lead_of(
        store, lost, moves=(move(Stage.ACCEPTED, Stage.OPPORTUNITY, 60), move(Stage.OPPORTUNITY, Stage.RECYCLED, 600))
    )
    (only,) = found(store)
    assert (only.rejection, only.opportunity_at is not None, only.won_at) == (None, True, None)


def test_who_works_somebody_already_has_not_rejected_them(store: Store) -> None:
    answered = replace(handoff(), verdict=Verdict.ALREADY_WORKING, accepted_at=MON + timedelta(hours=1))
    lead_of(store, ended(answered, None))
    assert [each.rejection for each in found(store)] == [None]
    assert fate(store) == "never"


def test_an_answer_that_ended_nothing_is_no_rejection(store: Store) -> None:
    lead_of(store, replace(handoff(), outcome=Outcome.NO_NEED))
    assert [each.rejection for each in found(store)] == [None]


@pytest.mark.parametrize("outcome", [Outcome.NO_NEED, Outcome.UNREACHABLE, Outcome.NOT_TARGET])
def test_a_no_without_a_touch_is_rejected_untouched(store: Store, outcome: Outcome) -> None:
    lead_of(store, ended(handoff(), outcome))
    assert fate(store) == "answered"


def test_who_went_quiet_untouched_was_never_touched(store: Store) -> None:
    lead_of(store, ended(handoff(), Outcome.WENT_QUIET))
    assert fate(store) == "never"


def test_who_was_given_back_untouched_and_waits_is_the_team_s_that_gave_them_back(store: Store) -> None:
    """Data wrong: the verdict is not kept on a handoff that goes on, and nobody owns it meanwhile."""
    back = replace(handoff(), owner=None, queue=Queue.NEEDS_DATA, assigned_at=None, steps=(f"back:{OTHER}",))
    lead_of(store, back, moves=(move(Stage.ASSIGNED, Stage.MQL, 60, of=1),))
    (only,) = found(store)
    assert (only.rep, only.team, only.is_data_wrong, only.is_passed_on) == (OTHER, "outbound", True, False)
    assert fate(store) == "answered"


def test_who_was_passed_on_waits_for_the_rep_who_has_them_now(store: Store) -> None:
    lead_of(store, replace(handoff(), tried=(OTHER,)), moves=(move(Stage.ASSIGNED, Stage.MQL, 60, of=1),))
    (only,) = found(store)
    assert (only.rep, only.is_passed_on) == (REP, True)
    assert fate(store) == "waiting"


@pytest.mark.parametrize(
    ("step", "due", "touched", "in_time"),
    [
        ("breach", 60, 59, True),
        ("breach", 60, 60, True),
        ("breach", 60, 61, False),
        ("breach:2", 60, 61, False),
        ("breach:2", 60, None, False),
        ("remind", 60, None, None),
    ],
)
def test_in_time_is_whoever_was_touched_before_any_clock_ran_out(
    store: Store, step: str, due: int, touched: int | None, in_time: bool | None
) -> None:
    given = replace(handoff(), touched_at=None if touched is None else MON + timedelta(minutes=touched))
    lead = lead_of(store, given)
    at = MON + timedelta(minutes=due)
    taken = StepTaken(lead_id=lead, handoff=1, step=step, owner=REP, due_at=at, at=at, enforced=False)
    with store.write() as tx:
        clock_steps.save(tx, [taken])
    assert [each.in_time for each in found(store)] == [in_time]


def test_the_hour_that_clocks_go_through_twice_is_working_time_twice(store: Store) -> None:
    """Vienna works on Sundays from one to five: on 25 October there are two hours from two to three."""
    opened = datetime(2026, 10, 24, 23, tzinfo=UTC)
    given = replace(handoff(), opened_at=opened, assigned_at=opened, touched_at=opened + timedelta(hours=5))
    lead_of(store, given, at=opened)
    (only,) = passes_of(store, scope_of(replace(CROWD, began=opened)))
    assert only.working_minutes == 300


def test_times_are_those_of_the_team_that_has_the_lead(store: Store) -> None:
    """From Monday 09:00 to 18:00 in Vienna: eight hours there, and four from eight to twelve in Boston."""
    touched = MON + timedelta(hours=9)
    for rep in (REP, OTHER, STRANGER):
        lead_of(store, replace(handoff(), owner=rep, touched_at=touched))
    assert [(each.team, each.working_minutes) for each in found(store)] == [
        ("Inbound", 480),
        ("outbound", 240),
        ("Inbound", 480),
    ]


def test_two_reps_of_one_name_are_two_lines(store: Store) -> None:
    for rep in ("kim@us.example", "kim2@us.example"):
        lead_of(store, replace(handoff(), owner=rep))
    page = pages_of(store, scope_of(CROWD))["followup"]
    table = next(each for each in page.tables() if each.key == "rep")
    assert [row.label for row in table.rows] == ["Alex Kim (kim2@us.example)", "Alex Kim (kim@us.example)", "All"]


def test_a_higher_grade_that_is_colder_is_not_held_against_a_lower_one_that_is_hotter(store: Store) -> None:
    _accepted_of(store, "A cold", 0)
    _accepted_of(store, "B hot", 25)
    assert len(pages_of(store, scope_of(CROWD))["bands"].remarks) == 1
    _accepted_of(store, "A warm", 0)
    _accepted_of(store, "? hot", 25)
    assert len(pages_of(store, scope_of(CROWD))["bands"].remarks) == 1
    _accepted_of(store, "B cold", 25)
    told_ = pages_of(store, scope_of(CROWD))["bands"].remarks
    assert [each.split(" is ")[0] + " over " + each.split(" than ")[1].split(",")[0] for each in told_[1:]] == [
        "B cold over A warm",
        "B cold over A cold",
    ]


def _accepted_of(store: Store, band: str, accepted: int) -> None:
    for number in range(25):
        lead_of(store, replace(handoff(), band=band, accepted_at=MON if number < accepted else None))


def test_a_window_in_which_nothing_happened_has_no_figure_at_all(store: Store) -> None:
    refill(store, 1)
    never = scope_of(CROWD, since=MON - timedelta(days=4000), until=MON - timedelta(days=3990), loaded=CROWD.began)
    for name, page in pages_of(store, never).items():
        assert told(page) == {}, name
        assert all(table.empty for table in page.tables())


def test_a_single_lead_that_was_not_handed_over_is_known_and_no_more(store: Store) -> None:
    lead_of(store)
    figures = told(pages_of(store, scope_of(CROWD))["funnel"])
    assert figures["step", "Known", "leads"].value == 1
    assert figures["step", "Handed over", "leads"].value == 0
    assert figures["step", "Handed over", "of_all"].value == 0
    assert figures["step", "Accepted", "of_before"].value is None
    assert figures["channel", "unknown", "accepted"].value is None


def test_a_single_handoff_has_no_total_beneath_it_and_no_time_before_its_touch(store: Store) -> None:
    lead_of(store, handoff())
    pages = pages_of(store, scope_of(CROWD))
    assert all(not row.is_total for page in pages.values() for table in page.tables() for row in table.rows)
    figures = told(pages["followup"])
    assert [figures["team", "Inbound", key].value for key in ("in_time", "median", "slow")] == [None, None, None]
    assert figures["team", "Inbound", "waiting"].value == 1
    assert told(pages["bands"])["band", "A hot", "lift_won"].value is None


def test_a_rep_in_no_pool_works_for_the_first_team(store: Store) -> None:
    lead_of(store, replace(handoff(), owner=STRANGER))
    assert [each.team for each in found(store)] == ["Inbound"]


def test_who_was_there_before_is_no_part_of_the_funnel_s_steps(store: Store) -> None:
    lead_of(store, handoff(after_min=10))
    scope = scope_of(CROWD, loaded=MON)
    figures = told(funnel_of(store, scope))
    assert {name[0] for name in figures} == {"older"}
    assert figures["older", "unknown", "handoffs"].value == 1


def test_what_begins_at_the_end_of_a_window_is_the_next_one_s(store: Store) -> None:
    lead_of(store, handoff())
    for since, until, n in ((-60, 0, 0), (0, 1, 1)):
        window = scope_of(CROWD, since=MON + timedelta(minutes=since), until=MON + timedelta(minutes=until))
        assert len(list(passes_of(store, window))) == n
        assert len(told(funnel_of(store, window))) == (0 if not n else len(told(funnel_of(store, scope_of(CROWD)))))


def test_of_two_passes_of_one_lead_the_one_that_began_at_the_end_is_not_counted(store: Store) -> None:
    lead_of(store, ended(handoff(), None), handoff(2, after_min=600))
    window = scope_of(CROWD, since=MON, until=MON + timedelta(minutes=600))
    assert [each.handoff.number for each in passes_of(store, window)] == [1]
