"""Traps of Salesforce for a writer (facts 1.5, 1.8, 2.3): people who write meanwhile, lost headers, locks, heirs."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from datetime import timedelta

import pytest

from connectors.contract import Exchange
from connectors.pacing import Wall
from connectors.testing import found_in, one_receipt
from domain.change import Change, ChangeKind, ReceiptOutcome
from domain.values import Value
from tests.contract.salesforce_org import Admin, admin_of
from tests.contract.salesforce_rig import SalesforceRig
from tests.rig import KeptWire, SimulatorProcess

APPLIED, CONFLICTED, REFUSED = ReceiptOutcome.APPLIED, ReceiptOutcome.CONFLICTED, ReceiptOutcome.REFUSED
THEIRS = "Closed - Not Converted"


@dataclass
class Meddled(KeptWire):
    """Lets a person act between our look at a row and our write of it: after the first answers to a query."""

    meddle: list[Callable[[], None]] = field(default_factory=list)

    def keep(self, exchange: Exchange) -> None:
        super().keep(exchange)
        if self.meddle and exchange.path.endswith(("/queryAll", "/query")):
            self.meddle.pop(0)()


@pytest.fixture
def rig(simulator: SimulatorProcess) -> Iterator[SalesforceRig]:
    with ExitStack() as stack:
        yield SalesforceRig(simulator, stack)


@pytest.fixture
def admin(simulator: SimulatorProcess) -> Iterator[Admin]:
    with admin_of(simulator) as admin:
        yield admin


def meddled(rig: SalesforceRig, *meddle: Callable[[], None]) -> None:
    """The stamps of Salesforce are whole seconds: what comes later comes in another one."""
    rig.simulator.time(advance_s=5)
    rig.wire = Meddled(meddle=list(meddle))


def writes(rig: SalesforceRig, since: int) -> list[list[str]]:
    """Ids written by each call that wrote anything."""
    lines = [line for line in rig.simulator.log(since) if "act" not in line and "seed" not in line["path"]]
    return [[effect["id"] for effect in line["effects"]] for line in lines if line["effects"]]


def status(rig: SalesforceRig, lead: str) -> object:
    return rig.held("Lead")[lead]["Status"]


def test_what_a_person_changed_between_our_look_and_our_write_stays(rig: SalesforceRig) -> None:
    lead, other = rig.seed(2)
    meddled(rig, lambda: rig.take_over(lead))
    receipts = list(rig.connector().write([rig.guarded_change("k1", lead), rig.guarded_change("k2", other)]))
    assert [receipt.outcome for receipt in receipts] == [CONFLICTED, APPLIED]
    assert receipts[0].shown == {"Status": THEIRS}
    assert [status(rig, one) for one in (lead, other)] == [THEIRS, "Working - Contacted"]
    assert rig.values([lead, other]) == [None, 71]


def test_what_a_person_changed_beside_the_guarded_field_is_no_conflict(rig: SalesforceRig) -> None:
    lead = rig.seed(1)[0]
    meddled(rig, lambda: rig.touch(lead))
    assert one_receipt(rig.connector(), rig.guarded_change("k1", lead)).outcome is APPLIED
    held = rig.held("Lead")[lead]
    assert (held["Status"], str(held["Title"]).split()[0]) == ("Working - Contacted", "Title")


def test_a_record_that_never_rests_is_a_conflict_and_not_a_loop(rig: SalesforceRig) -> None:
    lead = rig.seed(1)[0]

    def touch() -> None:
        rig.simulator.time(advance_s=2)
        rig.touch(lead)

    meddled(rig, *[touch] * 9)
    receipt = one_receipt(rig.connector(), rig.guarded_change("k1", lead))
    assert (receipt.outcome, receipt.code) == (CONFLICTED, "PRECONDITION_FAILED")
    assert receipt.shown == {"Status": "Open - Not Contacted"}
    assert rig.values([lead]) == [None]


def test_a_session_that_ends_under_a_guarded_write_loses_neither_lock_nor_assignment(rig: SalesforceRig) -> None:
    """simple-salesforce's own renewal drops both headers, and the rule would give the lead away."""
    lead, quiet = rig.seed(2)
    intruder = rig.simulator.seed(users=[{"email": "rule@reps.example", "last_name": "Rule"}])["User"][0]
    owner = rig.held("Lead")[lead]["OwnerId"]
    rig.simulator.settings(auto_assign_to=intruder)
    meddled(rig, lambda: rig.take_over(lead))
    rig.simulator.fault("expired_session", system="salesforce", path="/composite$")
    receipts = list(rig.connector().write([rig.guarded_change("k1", lead), rig.guarded_change("k2", quiet)]))
    assert [receipt.outcome for receipt in receipts] == [CONFLICTED, APPLIED]
    assert rig.logins() == 2
    assert [status(rig, one) for one in (lead, quiet)] == [THEIRS, "Working - Contacted"]
    assert {rig.held("Lead")[one]["OwnerId"] for one in (lead, quiet)} == {owner}


def test_thirty_guarded_rows_cost_one_look_and_two_writes(rig: SalesforceRig) -> None:
    leads = rig.seed(30)
    connector = rig.connector()
    connector.describe("Lead")
    before = sum(rig.budget.spent.values())
    receipts = list(connector.write([rig.guarded_change(f"k{n}", lead) for n, lead in enumerate(leads)]))
    assert {receipt.outcome for receipt in receipts} == {APPLIED}
    assert sum(rig.budget.spent.values()) - before == 3
    assert {status(rig, lead) for lead in leads} == {"Working - Contacted"}


def test_a_guarded_write_whose_answer_was_lost_is_applied_once_and_no_conflict(rig: SalesforceRig) -> None:
    lead = rig.seed(1)[0]
    rig.simulator.time(advance_s=5)
    begin = rig.simulator.seq()
    rig.simulator.fault("reply_lost", system="salesforce", path="/composite$", after_commit=True)
    receipt = one_receipt(rig.connector(), rig.guarded_change("k1", lead))
    assert receipt.outcome in (APPLIED, ReceiptOutcome.UNCHANGED)
    assert writes(rig, begin) == [[lead]]


def test_a_converted_lead_is_gone_before_a_guarded_write(rig: SalesforceRig) -> None:
    lead = rig.seed(1)[0]
    contact = rig.simulator.act("convert", system="salesforce", id=lead)["contact_id"]
    receipt = one_receipt(rig.connector(), rig.guarded_change("k1", lead))
    assert (receipt.outcome, receipt.code) == (ReceiptOutcome.GONE, "CANNOT_UPDATE_CONVERTED_LEAD")
    assert receipt.message == f"converted to contact {contact}"


def test_a_merged_lead_is_gone_and_its_survivor_is_named(rig: SalesforceRig) -> None:
    winner, loser = rig.seed(2)
    rig.simulator.act("merge", system="salesforce", id=winner, loser_id=loser)
    receipt = one_receipt(rig.connector(), rig.guarded_change("k1", loser))
    assert (receipt.outcome, receipt.message) == (ReceiptOutcome.GONE, f"merged into {winner}")


@pytest.mark.parametrize("fate", ["merged", "converted", "merged, then converted"])
def test_a_task_for_somebody_who_moved_is_made_for_who_took_the_place(rig: SalesforceRig, fate: str) -> None:
    lead, winner = rig.seed(2)
    heir = lead
    if "merged" in fate:
        rig.simulator.act("merge", system="salesforce", id=winner, loser_id=lead)
        heir = winner
    if "converted" in fate:
        heir = rig.simulator.act("convert", system="salesforce", id=heir)["contact_id"]
    change = replace(rig.create(fate), values={**rig.create(fate).values, "WhoId": lead})
    receipt = one_receipt(rig.connector(), change)
    assert receipt.outcome is APPLIED
    assert rig.held("Task")[str(receipt.id)]["WhoId"] == heir
    assert rig.created(fate) == 1


def test_forty_people_who_moved_cost_no_call_each(rig: SalesforceRig) -> None:
    winner, *losers = rig.seed(41)
    for loser in losers:
        rig.simulator.act("merge", system="salesforce", id=winner, loser_id=loser)
    changes = [
        replace(rig.create(f"m{n}"), values={**rig.create(f"m{n}").values, "WhoId": loser})
        for n, loser in enumerate(losers)
    ]
    connector = rig.connector()
    for known in ("Lead", "Contact", "Task"):
        connector.describe(known)
    before = sum(rig.budget.spent.values())
    assert {receipt.outcome for receipt in connector.write(changes)} == {APPLIED}
    assert {rig.created_values(f"m{n}")["WhoId"] for n in range(40)} == {winner}
    asked, written, looked = 1, 2, 2
    assert sum(rig.budget.spent.values()) - before == asked + written + looked


@pytest.mark.parametrize("object_name", ["Contact", "Task"])
def test_a_queue_as_owner_of_what_only_users_own_is_refused_before_sending(
    rig: SalesforceRig, object_name: str
) -> None:
    queue = rig.simulator.seed(queues=[{"name": f"Pool {rig.begin} {object_name}"}])["Group"][0]
    contact = rig.simulator.seed(sf_contacts=[{"LastName": "Menabrea", "AccountName": "Turin"}])["Contact"][0]
    owner: dict[str, Value] = {"OwnerId": queue}
    change = Change(key="k1", kind=ChangeKind.FIELDS, object="Contact", id=contact, values=owner)
    if object_name == "Task":
        change = replace(rig.create("queued"), values={**rig.create("queued").values, **owner})
    begin = rig.simulator.seq()
    receipt = one_receipt(rig.connector(), change)
    assert (receipt.outcome, receipt.code, receipt.retryable) == (REFUSED, "FIELD_INTEGRITY_EXCEPTION", False)
    assert f"a queue cannot own a {object_name}" in receipt.message
    assert all(line["method"] in ("GET", "POST") and not line["effects"] for line in rig.simulator.log(begin))


def test_a_queue_owns_a_lead(rig: SalesforceRig) -> None:
    lead = rig.seed(1)[0]
    queue = rig.simulator.seed(queues=[{"name": f"Unassigned {lead}"}])["Group"][0]
    change = replace(
        rig.guarded_change("k1", lead), values={"OwnerId": queue}, expected={}, guarded=frozenset({"OwnerId"})
    )
    assert one_receipt(rig.connector(), change).outcome is APPLIED
    assert rig.held("Lead")[lead]["OwnerId"] == queue


def test_a_key_that_several_records_carry_names_them_and_makes_none(rig: SalesforceRig) -> None:
    change = rig.create("twice")
    twins = rig.simulator.seed(salesforce={"Task": [dict(change.values)] * 2})["Task"]
    receipt = one_receipt(rig.connector(), change)
    assert (receipt.outcome, receipt.code) == (REFUSED, "DUPLICATE_EXTERNAL_ID")
    assert all(twin in receipt.message for twin in twins)
    assert rig.created("twice") == 2


@pytest.mark.parametrize(
    ("action", "wish", "outcome"),
    [("alert", "allow_save", APPLIED), ("alert", "respect", REFUSED), ("block", "allow_save", REFUSED)],
)
@pytest.mark.parametrize("guarded", [False, True], ids=["plain", "guarded"])
def test_a_duplicate_rule_that_alerts_stops_a_write_only_where_it_is_to_be_respected(
    rig: SalesforceRig, admin: Admin, *, action: str, wish: str, outcome: ReceiptOutcome, guarded: bool
) -> None:
    lead, twin = rig.seed(2)
    for one in (lead, twin):
        rig.simulator.act("edit", system="salesforce", id=one, Email=f"{lead}@twice.example".lower())
    admin.set(duplicate_rules=[{"object": "Lead", "fields": ["Email"], "action": action}])
    change = rig.guarded_change("k1", lead) if guarded else rig.change("k1", lead, 71)
    assert one_receipt(rig.connector(duplicate_rule=wish), change).outcome is outcome
    assert rig.values([lead]) == [71 if outcome is APPLIED else None]


def test_the_orgs_rule_gives_away_new_leads_only(rig: SalesforceRig) -> None:
    """Auto-Assign on an update would take the lead from the rep who has it, score after score."""
    lead = rig.seed(1)[0]
    owner = rig.held("Lead")[lead]["OwnerId"]
    intruder = rig.simulator.seed(users=[{"email": "rule@reps.example", "last_name": "Rule"}])["User"][0]
    rig.simulator.settings(auto_assign_to=intruder)
    new: dict[str, Value] = {"LastName": "New", "Company": "New", "LL_Lead_Key__c": f"new {lead}"}
    create = Change(key="c", kind=ChangeKind.CREATE, object="Lead", values=new, unique="LL_Lead_Key__c")
    changes = [rig.change("k1", lead, 12), create]
    receipts = list(rig.connector(assign_new_leads=True).write(changes))
    assert [receipt.outcome for receipt in receipts] == [APPLIED, APPLIED]
    held = rig.held("Lead")
    assert [held[str(receipt.id)]["OwnerId"] for receipt in receipts] == [owner, intruder]


def joins(leads: list[str], campaigns: list[str]) -> list[Change]:
    return [
        Change(
            key=f"j{number}",
            kind=ChangeKind.MEMBER,
            object="Lead",
            id=lead,
            list=campaigns[number % len(campaigns)],
            member=True,
        )
        for number, lead in enumerate(leads)
    ]


def campaigns(rig: SalesforceRig, count: int) -> list[str]:
    return rig.simulator.seed(campaigns=[{"Name": f"LL · {rig.begin} {number}"} for number in range(count)])["Campaign"]


def test_who_joins_one_campaign_is_sent_in_one_call_and_told_of_in_order(rig: SalesforceRig) -> None:
    """Every call locks its campaign: two campaigns that alternate in the order asked would each be locked twice."""
    leads, lists = list(rig.seed(300)), campaigns(rig, 2)
    begin = rig.simulator.seq()
    receipts = list(rig.connector().write(joins(leads, lists)))
    assert [(receipt.key, receipt.id) for receipt in receipts] == [(f"j{n}", lead) for n, lead in enumerate(leads)]
    members = rig.held("CampaignMember")
    assert [{members[one]["CampaignId"] for one in call} for call in writes(rig, begin)] in (
        [{lists[0]}, {lists[1]}],
        [{lists[1]}, {lists[0]}],
    )


def test_a_campaign_that_somebody_else_holds_lets_the_others_in_and_is_tried_again(
    rig: SalesforceRig, admin: Admin
) -> None:
    """Two connectors write as two lanes do; the lock passes with simulated time, which waiting moves on."""
    leads, (held, free) = list(rig.seed(5)), campaigns(rig, 2)
    slept: list[float] = []

    def sleep(seconds: float) -> None:
        slept.append(seconds)
        rig.simulator.time(advance_s=seconds)

    rig.fast.wall = Wall(monotonic=rig.fast.wall.monotonic, sleep=sleep)
    admin.set(parent_lock_s=1.5)
    assert [receipt.outcome for receipt in rig.connector().write(joins(leads[:1], [held]))] == [APPLIED]
    receipts = list(rig.connector().write(joins(leads[1:], [held, free])))
    assert [receipt.outcome for receipt in receipts] == [APPLIED] * 4
    assert slept
    inside = [(row["CampaignId"], row["LeadId"]) for row in rig.held("CampaignMember").values()]
    assert {lead for campaign, lead in inside if campaign == held} == {leads[0], leads[1], leads[3]}
    assert {lead for campaign, lead in inside if campaign == free} == {leads[2], leads[4]}


@pytest.mark.parametrize("kind", ["truncated", "not_utf8"])
def test_an_answer_that_cannot_be_read_does_no_harm_when_the_write_is_sent_again(rig: SalesforceRig, kind: str) -> None:
    lead = rig.seed(1)[0]
    connector = rig.connector()
    connector.describe("Lead")
    rig.simulator.fault(kind, system="salesforce", path="/composite/sobjects$")
    outcomes = [one_receipt(connector, rig.change("k1", lead, 33)).outcome for _ in range(2)]
    assert outcomes[-1] is APPLIED
    assert rig.values([lead]) == [33]


def test_a_session_that_ends_between_two_pages_is_renewed_and_the_pages_go_on(rig: SalesforceRig) -> None:
    keys = set(rig.seed(401))
    rig.simulator.fault("expired_session", system="salesforce", path="/query(All)?/01g")
    assert keys <= found_in(rig.connector().read("Lead", None))
    assert rig.logins() == 2


def test_a_person_taken_off_a_campaign_by_hand_is_missing_from_its_next_listing(rig: SalesforceRig) -> None:
    lead, off, turned = rig.seed(3)
    contact = rig.simulator.seed(sf_contacts=[{"LastName": "Menabrea", "AccountName": "Turin"}])["Contact"][0]
    (campaign,) = campaigns(rig, 1)
    name = f"LL · {rig.begin} 0"
    rows = [{"CampaignId": campaign, "LeadId": each} for each in (lead, off, turned)]
    members = rig.simulator.seed(
        salesforce={"CampaignMember": [*rows, {"CampaignId": campaign, "ContactId": contact}]}
    )["CampaignMember"]
    converted = rig.simulator.act("convert", system="salesforce", id=turned)["contact_id"]
    rig.simulator.act("delete", system="salesforce", id=members[1])
    rig.simulator.time(advance_s=timedelta(days=1).total_seconds())
    assert "lists" not in rig.connector().streams
    rig.lists |= {name, "No such campaign"}
    connector = rig.connector()
    assert "lists" in connector.streams
    (page,) = connector.read("lists", None)
    (record,) = page.records
    everybody = [f"Lead:{lead}", f"Lead:{turned}", f"Contact:{contact}", f"Contact:{converted}"]
    assert record.values == {"name": name, "members": ";".join(sorted(everybody))}
    assert record.ref.id == campaign


def test_a_listing_is_read_to_its_last_page(rig: SalesforceRig) -> None:
    leads, (campaign,) = rig.seed(401), campaigns(rig, 1)
    rows = [{"CampaignId": campaign, "LeadId": lead} for lead in leads]
    rig.simulator.seed(salesforce={"CampaignMember": rows})
    rig.lists.add(campaign)
    bundle = rig.connector().read_bundle({"lists": None, "Task": None})
    (record,) = next(page for page in bundle if page.stream == "lists").records
    assert record.values == {"name": campaign, "members": ";".join(sorted(f"Lead:{lead}" for lead in leads))}
