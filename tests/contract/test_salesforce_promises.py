"""What the Salesforce connector promises beyond the shipped laws, over the simulator's real HTTP."""

import threading
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from datetime import timedelta

import pytest

from connectors.contract import BundleReader, Connector, Describer, Holds, Lane, Pace, Reader, Settler, Writer
from connectors.salesforce import asking
from connectors.salesforce.connector import Auth, Salesforce, Settings
from connectors.testing import failure_of, found_in, one_receipt
from domain.activity import Activity, ActivityKind
from domain.change import Change, ChangeKind, ReceiptOutcome
from domain.errors import CredentialsError
from domain.record import Cursor, FieldType, Page, Record
from domain.values import RecordRef, Value
from tests.contract.salesforce_rig import SECRET, SalesforceRig
from tests.rig import MemoryTokens, SimulatorProcess, surroundings


@pytest.fixture
def rig(simulator: SimulatorProcess) -> Iterator[SalesforceRig]:
    with ExitStack() as stack:
        yield SalesforceRig(simulator, stack)


def end_of(connector: Salesforce, stream: str) -> Cursor:
    return list(connector.read(stream, None))[-1].cursor


def activities_of(pages: Iterator[Page], person: str) -> list[Activity]:
    return [one for page in pages for one in page.activities if one.record and one.record.id == person]


def record_of(pages: Iterator[Page], record_id: str) -> Record:
    return {record.ref.id: record for page in pages for record in page.records}[record_id]


def member(key: str, lead: str, campaign: str, *, inside: bool) -> Change:
    return Change(key=key, kind=ChangeKind.MEMBER, object="Lead", id=lead, list=campaign, member=inside)


def test_it_has_every_ability_of_a_two_way_connector(rig: SalesforceRig) -> None:
    connector = rig.connector()
    for ability in (Connector, Reader, BundleReader, Writer, Describer, Settler):
        assert isinstance(connector, ability)


def test_streams_say_what_they_hold_and_how_often_they_are_read(rig: SalesforceRig) -> None:
    streams = rig.connector(slow=["Account", "User"]).streams
    assert {name: (stream.holds, stream.pace) for name, stream in streams.items()} == {
        "Lead": (Holds.PEOPLE, Pace.HOT),
        "Contact": (Holds.PEOPLE, Pace.HOT),
        "Task": (Holds.ACTIVITIES, Pace.HOT),
        "Event": (Holds.ACTIVITIES, Pace.HOT),
        "CampaignMember": (Holds.ACTIVITIES, Pace.HOT),
        "Account": (Holds.ACCOUNTS, Pace.SLOW),
        "User": (Holds.USERS, Pace.SLOW),
    }


def test_hot_streams_cost_one_call_when_nothing_happened(rig: SalesforceRig) -> None:
    connector = rig.connector()
    rig.settle()
    cursors = {page.stream: page.cursor for page in connector.read_bundle(dict.fromkeys(connector.streams))}
    hot = {name: cursors[name] for name, stream in connector.streams.items() if stream.pace is Pace.HOT}
    rig.settle()
    before = rig.budget.spent[Lane.BACKGROUND]
    pages = list(connector.read_bundle(hot))
    assert [page.stream for page in pages] == ["Lead", "Contact", "Task", "Event", "CampaignMember"]
    assert rig.budget.spent[Lane.BACKGROUND] - before == 1


def test_a_bundle_yields_what_single_reads_yield(rig: SalesforceRig) -> None:
    rig.seed(401)
    connector = rig.connector()
    bundled = [page for page in connector.read_bundle({"Lead": None, "Task": None}) if page.stream == "Lead"]
    assert found_in(bundled) == found_in(connector.read("Lead", None))


def test_rows_that_become_visible_late_are_not_skipped(rig: SalesforceRig) -> None:
    connector = rig.connector()
    rig.simulator.settings(lag_s={"salesforce": 300.0})
    hidden = rig.seed(2)
    pages = list(connector.read("Lead", None))
    assert not set(hidden) & found_in(pages)
    rig.simulator.time(advance_s=301)
    rig.simulator.settings(lag_s={"salesforce": 0.0})
    assert set(hidden) <= found_in(connector.read("Lead", pages[-1].cursor))


@pytest.mark.parametrize("together", [False, True], ids=["read alone", "read together"])
def test_a_row_of_a_forty_minute_transaction_arrives(rig: SalesforceRig, together: bool) -> None:
    """Its stamp is that of the beginning, its commit long after any lag."""
    lead, other = rig.seed(2)
    rig.settle()
    connector = rig.connector()
    cursors: dict[str, Cursor | None] = {"Lead": None, "Contact": None}
    title, arrived = f"Imported {lead}", set[str]()

    def cycle() -> None:
        pages = connector.read_bundle(cursors) if together else connector.read("Lead", cursors["Lead"])
        for page in pages:
            cursors[page.stream] = page.cursor
            arrived.update(record.ref.id for record in page.records if record.values["Title"] == title)

    cycle()
    rig.simulator.act("edit", system="salesforce", id=lead, Title=title, open_s=2_400)
    for minute in range(0, 60, 5):
        rig.simulator.act("edit", system="salesforce", id=other, Title=f"Minute {minute}")
        cycle()
        assert arrived == (set() if minute < 40 else {lead})
        rig.simulator.time(advance_s=300)


@pytest.mark.parametrize("code", ["QUERY_TIMEOUT", "EXCEEDED_ID_LIMIT"])
def test_a_query_of_too_many_rows_is_asked_in_halves_without_a_gap(rig: SalesforceRig, code: str) -> None:
    connector, keys = rig.connector(), set[str]()
    cursor = end_of(connector, "Lead")
    for _ in range(4):
        keys |= set(rig.seed(50))
        rig.simulator.time(advance_s=900)
    rig.simulator.fault("query_refused", system="salesforce", code=code, more_than=120, times=None)
    pages = list(connector.read("Lead", cursor))
    assert keys <= found_in(pages)
    assert keys <= found_in(connector.read_bundle({"Lead": cursor}))
    for stop in range(len(pages)):
        assert keys <= found_in(pages[: stop + 1]) | found_in(connector.read("Lead", pages[stop].cursor))


def test_a_query_too_long_for_a_url_is_read_to_its_last_page(
    rig: SalesforceRig, monkeypatch: pytest.MonkeyPatch
) -> None:
    keys = set(rig.seed(401))
    monkeypatch.setattr(asking, "SAFE_QUERY_BYTES", 100)
    pages = list(rig.connector().read("Lead", None))
    assert keys <= found_in(pages)
    assert len(pages) >= 3


def test_an_idle_day_costs_at_most_600_calls(rig: SalesforceRig) -> None:
    """Every five minutes the hot streams, every thirty the slow ones, as the daemon reads them."""
    connector = rig.connector()
    connector.account()
    cursors: dict[str, Cursor | None] = dict.fromkeys(connector.streams)
    hot = [name for name, stream in connector.streams.items() if stream.pace is Pace.HOT]

    def cycle(number: int) -> None:
        for name in cursors.keys() - hot if number % 6 == 0 else ():
            cursors[name] = list(connector.read(name, cursors[name]))[-1].cursor
        cursors.update(
            {page.stream: page.cursor for page in connector.read_bundle({name: cursors[name] for name in hot})}
        )
        rig.simulator.time(advance_s=300)

    cycle(0)
    before = sum(rig.budget.spent.values())
    for number in range(288):
        cycle(number)
    assert sum(rig.budget.spent.values()) - before <= 600


def test_an_ended_locator_is_followed_by_a_new_query_without_a_gap(rig: SalesforceRig) -> None:
    keys = set(rig.seed(401))
    rig.settle()
    rig.simulator.settings(locator_life_s=1.0)
    pages, read = [], rig.connector().read("Lead", None)
    for page in read:
        pages.append(page)
        rig.simulator.time(advance_s=2)
    assert keys <= found_in(pages)
    for stop in range(len(pages)):
        assert keys <= found_in(pages[: stop + 1]) | found_in(rig.connector().read("Lead", pages[stop].cursor))


def test_threads_that_meet_an_ended_session_log_in_once(rig: SalesforceRig) -> None:
    connectors = [rig.connector() for _ in range(6)]
    for connector in connectors:
        connector.describe("Lead")
    before = rig.logins()
    rig.simulator.time(advance_s=7_300)
    threads = [threading.Thread(target=connector.account) for connector in connectors]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert rig.logins() - before == 1


def test_a_restart_uses_the_kept_session(rig: SalesforceRig) -> None:
    rig.connector().account()
    before = rig.logins()
    rig.connector().account()
    assert rig.logins() == before


def test_a_jwt_bearer_logs_in(rig: SalesforceRig) -> None:
    from cryptography.hazmat.primitives.asymmetric import rsa
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    public = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
    rig.simulator.settings(jwt_public_key=public)
    user = "integration@leadloop.example"
    connector = rig.connector(auth="jwt_bearer", client_secret=None, private_key=pem, username=user)
    assert connector.account().user == user


def test_a_session_id_that_ended_cannot_be_renewed(rig: SalesforceRig) -> None:
    given = Settings(login_url=rig.simulator.salesforce, auth=Auth.SESSION_ID, session_id="00D!ended")
    connector = Salesforce(given, surroundings("crm", rig.simulator), wall=rig.fast.wall)
    error = failure_of(CredentialsError, connector.account)
    assert "session_id" in str(error)
    assert "00D!ended" not in str(error)


def test_the_assignment_rule_stays_off_also_after_a_new_login(rig: SalesforceRig) -> None:
    lead = rig.seed(1)[0]
    owner = rig.held("Lead")[lead]["OwnerId"]
    other = rig.simulator.seed(users=[{"email": "robin@reps.example", "last_name": "Reed"}])["User"][0]
    rig.simulator.settings(auto_assign_to=other)
    connector = rig.connector()
    connector.describe("Lead")
    rig.simulator.fault("expired_session", system="salesforce", path="/composite/sobjects")
    receipt = one_receipt(connector, rig.change("k1", lead, 5))
    assert receipt.outcome is ReceiptOutcome.APPLIED
    assert rig.held("Lead")[lead]["LL_Score__c"] == 5
    assert rig.held("Lead")[lead]["OwnerId"] == owner


def test_times_are_canonical_text_and_numbers_are_numbers(rig: SalesforceRig) -> None:
    lead = rig.seed(1)[0]
    connector = rig.connector()
    values: dict[str, Value] = {"LL_MQL_Since__c": "2026-11-20T10:00:00Z", "LL_Score__c": 74}
    change = Change(key="k1", kind=ChangeKind.FIELDS, object="Lead", id=lead, values=values)
    assert one_receipt(connector, change).outcome is ReceiptOutcome.APPLIED
    record = record_of(connector.read("Lead", None), lead)
    assert record.values["LL_MQL_Since__c"] == "2026-11-20T10:00:00Z"
    assert record.values["LL_Score__c"] == 74
    assert record.values["SystemModstamp"] == record.modified_at.isoformat().replace("+00:00", "Z")


def test_fields_are_described_in_our_words(rig: SalesforceRig) -> None:
    fields = rig.connector().describe("Lead")
    stage = fields["LL_Stage__c"]
    assert (stage.type, stage.restricted, stage.options[:2]) == (FieldType.PICKLIST, True, ("known", "engaged"))
    assert (fields["OwnerId"].type, fields["OwnerId"].refers_to) == (FieldType.REFERENCE, ("Group", "User"))
    assert (fields["LastName"].length, fields["LastName"].nullable) == (80, False)
    assert fields["LL_Lead_Key__c"].unique
    assert not fields["SystemModstamp"].writable
    assert "Address" not in fields


def test_a_wanted_field_that_is_not_there_is_left_out(rig: SalesforceRig) -> None:
    lead = rig.seed(1)[0]
    around = surroundings(
        "crm", rig.simulator, fields={"Lead": frozenset({"Company", "Vanished__c"})}, tokens=rig.tokens
    )
    connector = Salesforce(rig.settings(), around, wall=rig.fast.wall)
    values = record_of(connector.read("Lead", None), lead).values
    assert values["Company"] == "Test Works"
    assert "Vanished__c" not in values


def test_a_deleted_lead_is_archived_and_a_merged_one_names_its_survivor(rig: SalesforceRig) -> None:
    winner, loser, gone = rig.seed(3)
    rig.simulator.act("merge", system="salesforce", id=winner, loser_id=loser)
    rig.simulator.act("delete", system="salesforce", id=gone)
    pages = list(rig.connector().read("Lead", None))
    merged, deleted = record_of(iter(pages), loser), record_of(iter(pages), gone)
    assert (merged.archived, merged.merged_into) == (True, RecordRef(connection="crm", object="Lead", id=winner))
    assert (deleted.archived, deleted.merged_into) == (True, None)
    assert not record_of(iter(pages), winner).archived


def test_a_converted_lead_names_its_contact_and_refuses_writes_as_a_conflict(rig: SalesforceRig) -> None:
    lead = rig.seed(1)[0]
    rig.simulator.act("convert", system="salesforce", id=lead)
    connector = rig.connector()
    record = record_of(connector.read("Lead", None), lead)
    assert record.converted_to == RecordRef(
        connection="crm", object="Contact", id=str(record.values["ConvertedContactId"])
    )
    receipt = one_receipt(connector, rig.change("k1", lead, 9))
    assert (receipt.outcome, receipt.code) == (ReceiptOutcome.CONFLICTED, "CANNOT_UPDATE_CONVERTED_LEAD")


def test_a_logged_call_is_a_touch_of_the_rep(rig: SalesforceRig) -> None:
    lead = rig.seed(1)[0]
    rep = rig.simulator.seed(users=[{"email": "kim@reps.example", "last_name": "Kim"}])["User"][0]
    told = {"owner_email": "kim@reps.example", "subject": "Intro", "description": "Left word"}
    made = rig.simulator.act("call", system="salesforce", id=lead, duration_s=95, disposition="Connected", **told)
    (call,) = activities_of(rig.connector().read("Task", None), lead)
    assert (call.kind, call.actor, call.external_id) == (ActivityKind.CALL_LOGGED, rep, made["activity_id"])
    assert call.record == RecordRef(connection="crm", object="Lead", id=lead)
    assert call.properties == {
        "subject": "Intro",
        "description": "Left word",
        "status": "Completed",
        "duration_s": 95,
        "disposition": "Connected",
        "direction": "Outbound",
    }


def test_a_backdated_email_happened_when_it_was_sent_but_is_read_now(rig: SalesforceRig) -> None:
    lead = rig.seed(1)[0]
    connector = rig.connector()
    cursor = end_of(connector, "Task")
    at = (rig.simulator.now() - timedelta(days=2)).replace(microsecond=0)
    rig.simulator.act("email", system="salesforce", id=lead, at=at.isoformat())
    (mail,) = activities_of(connector.read("Task", cursor), lead)
    assert (mail.kind, mail.occurred_at) == (ActivityKind.EMAIL_SENT, at)


def test_a_meeting_counts_from_its_booking(rig: SalesforceRig) -> None:
    lead = rig.seed(1)[0]
    start = (rig.simulator.now() + timedelta(days=3)).replace(microsecond=0)
    rig.simulator.act(
        "meeting", system="salesforce", id=lead, start=start.isoformat(), duration_s=2_700, subject="Demo"
    )
    (meeting,) = activities_of(rig.connector().read("Event", None), lead)
    assert meeting.kind is ActivityKind.MEETING_BOOKED
    assert meeting.occurred_at <= rig.simulator.now()
    assert meeting.properties["starts_at"] == start.isoformat().replace("+00:00", "Z")
    assert meeting.properties["duration_s"] == 2_700


def test_our_own_open_task_is_a_record_and_no_touch_until_it_is_done(rig: SalesforceRig) -> None:
    connector = rig.connector()
    task = str(one_receipt(connector, rig.create("own-task")).id)
    opened = list(connector.read("Task", None))
    assert record_of(iter(opened), task).values["Status"] == "Not Started"
    assert activities_of(iter(opened), rig.someone) == []
    rig.simulator.act("edit", system="salesforce", id=task, Status="Completed")
    (touch,) = activities_of(connector.read("Task", None), rig.someone)
    assert (touch.kind, touch.external_id) == (ActivityKind.TASK_LOGGED, task)


@pytest.mark.parametrize(
    ("campaign_type", "status", "expected"),
    [
        ("Webinar", "Registered", [ActivityKind.WEBINAR_REGISTERED]),
        ("Webinar", "Attended", [ActivityKind.WEBINAR_REGISTERED, ActivityKind.WEBINAR_VIEWED]),
        ("Webinar", "No Show", [ActivityKind.WEBINAR_REGISTERED]),
        ("Conference", "Attended", [ActivityKind.CAMPAIGN_JOINED, ActivityKind.EVENT_ATTENDED]),
        ("Email", "Sent", [ActivityKind.CAMPAIGN_JOINED]),
        ("Email", "Responded", [ActivityKind.CAMPAIGN_JOINED, ActivityKind.CAMPAIGN_RESPONDED]),
    ],
)
def test_campaign_members_become_what_the_person_did(
    rig: SalesforceRig, campaign_type: str, status: str, expected: Sequence[ActivityKind]
) -> None:
    lead = rig.seed(1)[0]
    campaign = rig.simulator.seed(campaigns=[{"Name": f"Autumn {lead}", "Type": campaign_type}])["Campaign"][0]
    statuses = [
        {"CampaignId": campaign, "Label": label, "HasResponded": label in ("Attended", "Responded")}
        for label in ("Registered", "Attended", "No Show", "Sent", "Responded")
        if (campaign, label)
        not in {(row["CampaignId"], row["Label"]) for row in rig.held("CampaignMemberStatus").values()}
    ]
    rig.simulator.seed(salesforce={"CampaignMemberStatus": statuses})
    rig.simulator.seed(salesforce={"CampaignMember": [{"CampaignId": campaign, "LeadId": lead, "Status": status}]})
    found = activities_of(rig.connector().read("CampaignMember", None), lead)
    assert [activity.kind for activity in found] == expected
    assert {activity.properties["campaign"] for activity in found} == {f"Autumn {lead}"}
    assert len({activity.external_id for activity in found}) == len(expected)


def test_a_locked_row_is_tried_again_in_seconds(rig: SalesforceRig) -> None:
    rows = rig.seed(2)
    connector = rig.connector()
    connector.describe("Lead")
    rig.simulator.fault("row_lock", system="salesforce", path="/composite/sobjects")
    receipts = list(connector.write([rig.change(f"k{n}", row, n + 80) for n, row in enumerate(rows)]))
    assert [receipt.outcome for receipt in receipts] == [ReceiptOutcome.APPLIED, ReceiptOutcome.APPLIED]
    assert rig.values(rows) == [80, 81]
    assert rig.fast.slept


def test_a_row_that_stays_locked_is_refused_for_now(rig: SalesforceRig) -> None:
    row = rig.seed(1)[0]
    rig.simulator.fault("row_lock", system="salesforce", path="/composite/sobjects", times=None)
    receipt = one_receipt(rig.connector(), rig.change("k1", row, 90))
    assert (receipt.outcome, receipt.code, receipt.retryable) == (ReceiptOutcome.REFUSED, "UNABLE_TO_LOCK_ROW", True)
    assert rig.values([row]) == [None]


def test_a_creation_without_a_key_is_sent_once_and_stays_unknown(rig: SalesforceRig) -> None:
    connector = rig.connector()
    subject = f"Keyless {rig.begin}"
    values = {"Subject": subject, "WhoId": rig.someone}
    change = Change(key="k1", kind=ChangeKind.CREATE, object="Task", values=values)
    connector.describe("Task")
    rig.lose_answer(after_effect=True)
    assert one_receipt(connector, change).outcome is ReceiptOutcome.UNKNOWN
    assert len([task for task in rig.held("Task").values() if task["Subject"] == subject]) == 1


def test_settle_finds_a_creation_by_its_key(rig: SalesforceRig) -> None:
    connector = rig.connector()
    done, never = rig.create("done"), rig.create("never")
    made = one_receipt(connector, done)
    settled = connector.settle(done)
    assert settled is not None
    assert (settled.outcome, settled.id) == (ReceiptOutcome.APPLIED, made.id)
    assert connector.settle(never) is None


def test_joining_and_leaving_a_campaign_have_one_effect_each(rig: SalesforceRig) -> None:
    lead, other = rig.seed(2)
    name = f"LL · Nurture · Timing {lead}"
    campaign = rig.simulator.seed(campaigns=[{"Name": name}])["Campaign"][0]
    connector = rig.connector()
    join = [member("j1", lead, name, inside=True), member("j2", other, campaign, inside=True)]
    for expected in (ReceiptOutcome.APPLIED, ReceiptOutcome.UNCHANGED):
        assert [receipt.outcome for receipt in connector.write(join)] == [expected, expected]
    leave = member("l1", lead, name, inside=False)
    assert [one_receipt(connector, leave).outcome for _ in range(2)] == [
        ReceiptOutcome.APPLIED,
        ReceiptOutcome.UNCHANGED,
    ]
    members = [row for row in rig.held("CampaignMember").values() if not row["IsDeleted"]]
    inside = {row["LeadId"] for row in members if row["CampaignId"] == campaign}
    assert inside == {other}


def test_a_campaign_that_is_not_there_refuses_only_its_own_change(rig: SalesforceRig) -> None:
    lead = rig.seed(1)[0]
    changes = [member("j1", lead, "No such campaign", inside=True), rig.change("k1", lead, 95)]
    assert [r.outcome for r in rig.connector().write(changes)] == [ReceiptOutcome.REFUSED, ReceiptOutcome.APPLIED]


def test_a_name_that_is_none_never_reaches_a_url(rig: SalesforceRig) -> None:
    change = Change(key="k1", kind=ChangeKind.FIELDS, object="Lead/../User", id="00Q000000000001", values={"a": 1})
    before = rig.simulator.seq()
    receipt = one_receipt(rig.connector(), change)
    assert (receipt.outcome, receipt.retryable) == (ReceiptOutcome.REFUSED, False)
    assert rig.simulator.seq() == before


def test_the_vendors_figure_is_handed_on_as_a_hint(rig: SalesforceRig) -> None:
    rig.connector().describe("Lead")
    used, limit = rig.budget.hints[-1]
    assert used > 0
    assert limit == 100_000


def test_tls_of_a_private_authority_needs_its_file() -> None:
    with SimulatorProcess(tls=True) as simulator:
        given = {"login_url": simulator.salesforce, "client_id": "leadloop", "client_secret": SECRET}
        trusted = Settings.model_validate(given | {"ca_file": simulator.ca_file})
        tokens = MemoryTokens()
        assert Salesforce(trusted, surroundings("crm", simulator, tokens=tokens)).account().account_id
        distrusting = Salesforce(Settings.model_validate(given), surroundings("crm", simulator, tokens=tokens))
        assert "certificate" in str(failure_of(CredentialsError, distrusting.account))
