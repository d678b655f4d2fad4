"""Keys that had no claimant get the record of their lead that holds them; what no record holds is given back."""

from alembic import command

from domain.identity import Tie
from domain.values import LeadId
from store import identity
from store.engine import Store, Tx
from store.migrations.upgrade import settings
from tests.unit.store.examples import NOON, ref

CONTACT = ref("7", connection="hubspot", kind="contacts")
MICROS = int(NOON.timestamp()) * 1_000_000


def test_every_key_goes_to_the_records_that_show_it(fresh_url: str) -> None:
    store = Store.open(fresh_url)
    with store.write() as tx:
        command.upgrade(settings(tx), "0008")
        _keep_record(tx, "salesforce", "Lead", "00Q1", '{"Email":"Ana@Acme.example","LL_Key__c":"LL-1"}', former="[]")
        _keep_record(tx, "hubspot", "contacts", "7", '{"email":"ana@acme.example","sf":"00Q1"}', former='["6"]')
        for kind, value in (
            ("record", "salesforce:Lead:00Q1"),
            ("record", "hubspot:contacts:7"),
            ("record", "hubspot:contacts:6"),
            ("lead_key", "LL-1"),
            ("email", "ana@acme.example"),
            ("email", "bob@acme.example"),
        ):
            tx.exec_driver_sql(f"INSERT INTO identity_key VALUES ('{kind}', '{value}', 1)")
    store.migrate()
    with store.read() as tx:
        claims = identity.claims_of_leads(tx, [LeadId(1)])[LeadId(1)]
    store.dispose()
    assert {(one.ref, one.value, one.tie) for one in claims} == {
        (ref("00Q1"), "salesforce:Lead:00Q1", Tie.SELF),
        (ref("00Q1"), "LL-1", Tie.LEAD_KEY),
        (ref("00Q1"), "ana@acme.example", Tie.EMAIL),
        (CONTACT, "hubspot:contacts:7", Tie.SELF),
        (CONTACT, "hubspot:contacts:6", Tie.SYSTEM),
        (CONTACT, "salesforce:Lead:00Q1", Tie.LINK),
        (CONTACT, "ana@acme.example", Tie.EMAIL),
    }
    assert {one.since for one in claims} == {NOON}


def _keep_record(tx: Tx, connection: str, kind: str, record_id: str, content: str, *, former: str) -> None:
    no = "false" if tx.dialect.name == "postgresql" else "0"
    place = f"'{connection}', '{kind}', '{record_id}', 1, {MICROS}, {MICROS}, {no}"
    tx.exec_driver_sql(f"INSERT INTO record VALUES ({place}, NULL, NULL, '{former}', '', '{content}')")
