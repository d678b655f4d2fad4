"""Campaigns that were kept as lists make room for campaigns with their costs."""

from alembic import command

from domain.record import Cursor
from domain.values import RecordRef
from store import connections, records
from store.engine import Store
from store.migrations.upgrade import settings

CAMPAIGN = RecordRef(connection="crm", object="Campaign", id="701A")
LEAD = RecordRef(connection="crm", object="Lead", id="00QA")


def test_a_listing_is_read_anew_under_the_name_that_lists_have(fresh_url: str) -> None:
    store = Store.open(fresh_url)
    with store.write() as tx:
        command.upgrade(settings(tx), "0031")
        for stream in ("Campaign", "Lead"):
            tx.exec_driver_sql(
                f"INSERT INTO cursor (connection, stream, position, read_at) VALUES ('crm', '{stream}', 'x', 0)"
            )
        names = "connection, object, id, modified_at, seen_at, archived, former_ids, read_hash, content"
        for ref in (CAMPAIGN, LEAD):
            row = f"'crm', '{ref.object}', '{ref.id}', 0, 0, false, '[]', 'h', '{{}}'"
            tx.exec_driver_sql(f"INSERT INTO record ({names}) VALUES ({row})")
    store.migrate()
    with store.read() as tx:
        kept, cursors = set(records.get(tx, [CAMPAIGN, LEAD])), connections.cursors(tx, "crm")
    store.dispose()
    assert kept == {LEAD}
    assert cursors == {"Lead": Cursor(position="x")}
