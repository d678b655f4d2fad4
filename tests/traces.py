"""Whether anything of a person is left: every column of every table, searched for words that only they would leave."""

from collections.abc import Collection

from sqlalchemy import Text, select, type_coerce

from store.engine import Store
from store.schema import metadata


def traces(store: Store, words: Collection[str]) -> list[str]:
    """The columns in which one of these stands, whatever its case."""
    found = set()
    with store.read() as tx:
        for table in metadata.sorted_tables:
            for row in tx.execute(select(*(type_coerce(column, Text) for column in table.c))):
                texts = zip(table.c, row, strict=True)
                found |= {str(column) for column, text in texts if any(each in str(text).lower() for each in words)}
    return sorted(found)
