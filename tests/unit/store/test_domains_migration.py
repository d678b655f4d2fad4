"""Accounts that were found by the host of their web address are found by its domain, as people are."""

from alembic import command

from domain.values import RecordRef
from store import records
from store.engine import Store
from store.migrations.upgrade import settings


def test_what_was_indexed_by_a_host_is_found_by_its_domain(fresh_url: str) -> None:
    store = Store.open(fresh_url)
    hosts = {"001A": "shop.acme.co.uk", "001B": "acme.co.uk", "001C": "intranet", "001D": "www2.globex.example"}
    with store.write() as tx:
        command.upgrade(settings(tx), "0018")
        for number, host in hosts.items():
            tx.exec_driver_sql(
                f"INSERT INTO record_value VALUES ('salesforce', 'Account', 'domain', '{host}', '{number}')"
            )
            tx.exec_driver_sql(
                f"INSERT INTO record_value VALUES ('salesforce', 'Account', 'heir', '{host}', '{number}')"
            )
    store.migrate()
    with store.read() as tx:
        refs = [RecordRef(connection="salesforce", object="Account", id=number) for number in hosts]
        found = {ref.id: value for ref, value in records.indexed(tx, refs, "domain").items()}
        others = {ref.id: value for ref, value in records.indexed(tx, refs, "heir").items()}
    store.dispose()
    assert found == {"001A": "acme.co.uk", "001B": "acme.co.uk", "001C": "intranet", "001D": "globex.example"}
    assert others == hosts
