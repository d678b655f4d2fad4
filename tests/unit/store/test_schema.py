"""What schema.py says and what the migrations make is the same, to the last index, on both databases."""

from alembic.script import ScriptDirectory
from sqlalchemy import text

from store.engine import Store, Tx
from store.migrations.upgrade import settings
from store.schema import KNOWN_REVISIONS, metadata


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


def _catalog(tx: Tx) -> set[str]:
    """Every column, constraint, index and sequence as the database itself describes them."""
    if tx.dialect.name == "sqlite":
        rows = tx.execute(
            text(
                "SELECT sql FROM sqlite_master WHERE sql IS NOT NULL AND type <> 'trigger' AND name NOT LIKE 'alembic%'"
            )
        )
        return {" ".join(row[0].replace('"', "").split()) for row in rows}
    queries = (
        (
            "SELECT table_name || ' ' || column_name || ' ' || data_type || ' ' || is_nullable || ' ' || "
            "coalesce(column_default, '') || ' ' || ordinal_position FROM information_schema.columns "
            "WHERE table_schema = 'public' AND table_name NOT LIKE 'alembic%'"
        ),
        "SELECT indexdef FROM pg_indexes WHERE schemaname = 'public' AND tablename NOT LIKE 'alembic%'",
        (
            "SELECT conrelid::regclass::text || ' ' || conname || ' ' || pg_get_constraintdef(oid) FROM pg_constraint "
            "WHERE connamespace = 'public'::regnamespace AND conrelid::regclass::text NOT LIKE 'alembic%'"
        ),
        "SELECT sequencename || ' ' || data_type || ' ' || increment_by FROM pg_sequences WHERE schemaname = 'public'",
    )
    return {row[0] for query in queries for row in tx.execute(text(query))}
