"""What schema.py says and what the migrations make is the same, to the last index, on both databases."""

from alembic import command
from alembic.script import ScriptDirectory
from sqlalchemy import text

from domain.values import LeadId
from store import bases, desired
from store.engine import Store, Tx
from store.migrations.upgrade import settings
from store.schema import KNOWN_REVISIONS, metadata
from tests.unit.store.examples import ref

ANA, BEN = LeadId(1), LeadId(2)


def test_metadata_and_migrations_make_the_same_schema(fresh_url: str) -> None:
    store = Store.open(fresh_url)
    with store.write() as tx:
        metadata.create_all(tx)
        declared = _catalog(tx)
        metadata.drop_all(tx)
    store.migrate()
    with store.read() as tx:
        migrated = _catalog(tx)
    store.dispose()
    assert migrated == declared
    assert len(declared) > 60


def test_the_known_revisions_are_those_of_the_migrations() -> None:
    steps = ScriptDirectory.from_config(settings()).walk_revisions()
    assert tuple(reversed([step.revision for step in steps])) == KNOWN_REVISIONS


def test_a_row_per_field_becomes_a_document(fresh_url: str) -> None:
    store = Store.open(fresh_url)
    with store.write() as tx:
        command.upgrade(settings(tx), "0004")
        _fill(tx, "desired", *_WISHES)
        _fill(tx, "merge_base", *_AGREED)
    store.migrate()
    first, second = ref("00Q1"), ref("00Q2")
    with store.read() as tx:
        wishes = desired.of_leads(tx, [ANA, BEN])
        agreed = bases.bases_of(tx, [ANA, BEN])
    store.dispose()
    assert {lead: [(row.ref, row.field, row.property, row.value) for row in rows] for lead, rows in wishes.items()} == {
        ANA: [(first, "LL_Score__c", "score", 74), (first, "LL_Why__c", "why", None)],
        BEN: [(second, "LL_Score__c", "score", True)],
    }
    assert {(row.cause, row.rule_hash) for rows in wishes.values() for row in rows} == {("band rose", "r1")}
    assert agreed == {
        ANA: {("country", "salesforce"): ("GB", "UK", ("Britain",)), ("title", "salesforce"): (None, None, ())},
        BEN: {("country", "hubspot"): (1, 1, ())},
    }


_WISHES: tuple[tuple[object, ...], ...] = (
    (1, "salesforce", "Lead", "00Q1", "LL_Score__c", "score", "74", "band rose", "r1"),
    (1, "salesforce", "Lead", "00Q1", "LL_Why__c", "why", "null", "band rose", "r1"),
    (2, "salesforce", "Lead", "00Q2", "LL_Score__c", "score", "true", "band rose", "r1"),
)
_AGREED: tuple[tuple[object, ...], ...] = (
    (1, "country", "salesforce", '"GB"', '"UK"', '["Britain"]'),
    (1, "title", "salesforce", "null", "null", "[]"),
    (2, "country", "hubspot", "1", "1", "[]"),
)


def _fill(tx: Tx, table: str, *rows: tuple[object, ...]) -> None:
    mark = "%s" if tx.dialect.name == "postgresql" else "?"
    for row in rows:
        tx.exec_driver_sql(f"INSERT INTO {table} VALUES ({', '.join([mark] * len(row))})", row)


def _catalog(tx: Tx) -> set[str]:
    """Every column, constraint, index and sequence of a table as the database itself describes them."""
    if tx.dialect.name == "sqlite":
        rows = tx.execute(
            text(
                "SELECT sql FROM sqlite_master WHERE sql IS NOT NULL AND type NOT IN ('trigger', 'view') "
                "AND name NOT LIKE 'alembic%'"
            )
        )
        return {" ".join(row[0].replace('"', "").split()) for row in rows}
    queries = (
        (
            "SELECT table_name || ' ' || column_name || ' ' || data_type || ' ' || is_nullable || ' ' || "
            "coalesce(column_default, '') || ' ' || ordinal_position FROM information_schema.columns "
            "WHERE table_schema = 'public' AND table_name NOT LIKE 'alembic%' "
            "AND table_name IN (SELECT tablename FROM pg_tables)"
        ),
        "SELECT indexdef FROM pg_indexes WHERE schemaname = 'public' AND tablename NOT LIKE 'alembic%'",
        (
            "SELECT conrelid::regclass::text || ' ' || conname || ' ' || pg_get_constraintdef(oid) FROM pg_constraint "
            "WHERE connamespace = 'public'::regnamespace AND conrelid::regclass::text NOT LIKE 'alembic%'"
        ),
        "SELECT sequencename || ' ' || data_type || ' ' || increment_by FROM pg_sequences WHERE schemaname = 'public'",
    )
    return {row[0] for query in queries for row in tx.execute(text(query))}
