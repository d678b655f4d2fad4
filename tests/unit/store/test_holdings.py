"""Every text of the schema is emptied when a person is erased, or said to hold nothing of them."""

import pytest
from sqlalchemy import Boolean, Float, Integer, Table
from sqlalchemy.types import BigInteger

from store.columns import Instant
from store.holdings import IMPERSONAL, MESSAGES, OF_LEADS, SEARCHED
from store.schema import metadata

_NO_TEXT = (Integer, BigInteger, Boolean, Float, Instant)
_OF = {holding.table: holding for holding in OF_LEADS}
_BY_RECORD = {"record_value", "flap"}
"""Emptied by the records of the person: see `erasing._forget_places`."""


def texts(table: Table) -> set[str]:
    return {str(column.name) for column in table.c if not isinstance(column.type, _NO_TEXT)}


def undecided(table: Table) -> set[str]:
    """Columns of which nobody has said what becomes of them."""
    holding = _OF.get(table)
    if table.name in _BY_RECORD or (holding is not None and holding.blank is None):
        return set()
    said = {*IMPERSONAL.get(str(table.name), "").split(), *(holding.blank or () if holding is not None else ())}
    return texts(table) - said - {str(each.name) for each in SEARCHED + MESSAGES if each.table is table}


@pytest.mark.parametrize("table", metadata.sorted_tables, ids=lambda table: str(table.name))
def test_it_is_known_of_every_text_whether_it_holds_anything_of_a_person(table: Table) -> None:
    assert undecided(table) == set(), "say in store/holdings.py what becomes of it when a person is erased"


def test_a_new_column_is_asked_about() -> None:
    fresh = Table("fresh", type(metadata)(), *(column._copy() for column in metadata.tables["fact"].c))
    assert undecided(fresh) == {"name", "value"}


def test_nothing_is_listed_that_is_not_there() -> None:
    stale = {
        f"{name}.{column}"
        for name, columns in IMPERSONAL.items()
        for column in columns.split()
        if column not in texts(metadata.tables[name])
    }
    assert stale == set()
