"""What the Salesforce connector promises beyond the shipped laws, over the simulator's real HTTP."""

import threading
from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from connectors.contract import BundleReader, Connector, Describer, Holds, Lane, Pace, Reader, Settler, Writer
from connectors.salesforce import asking
from connectors.salesforce.connector import Auth, Salesforce, Settings
from connectors.testing import failure_of, found_in, one_receipt
from domain.change import Change, ChangeKind, ReceiptOutcome
from domain.errors import CredentialsError
from domain.record import Cursor, FieldType
from domain.values import RecordRef, Value
from tests.contract.salesforce_rig import SECRET, SalesforceRig, end_of, record_of
from tests.rig import MemoryTokens, SimulatorProcess, surroundings


@pytest.fixture
def rig(simulator: SimulatorProcess) -> Iterator[SalesforceRig]:
    with ExitStack() as stack:
        yield SalesforceRig(simulator, stack)


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
        "deletions": (Holds.PEOPLE, Pace.NIGHTLY),
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
            arrived.update(record.ref.id for record in page.records if record.values.get("Title") == title)

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
    assert str(record.values["CreatedDate"]).endswith("Z")
    assert not {"SystemModstamp", "LastModifiedDate", "LastModifiedById"} & record.values.keys()


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


def test_a_converted_lead_names_its_contact_and_is_gone_for_writes(rig: SalesforceRig) -> None:
    lead = rig.seed(1)[0]
    rig.simulator.act("convert", system="salesforce", id=lead)
    connector = rig.connector()
    record = record_of(connector.read("Lead", None), lead)
    assert record.converted_to == RecordRef(
        connection="crm", object="Contact", id=str(record.values["ConvertedContactId"])
    )
    receipt = one_receipt(connector, rig.change("k1", lead, 9))
    assert (receipt.outcome, receipt.code) == (ReceiptOutcome.GONE, "CANNOT_UPDATE_CONVERTED_LEAD")


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
