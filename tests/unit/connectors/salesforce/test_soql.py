"""Whatever a value contains, a query means what we meant."""

from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.salesforce.soql import after, checked_id, checked_name, is_id, one_of, quoted, select
from connectors.testing import failure_of
from domain.errors import RejectedError
from simulator.salesforce.soql import Compare
from simulator.salesforce.soql_parser import parse

AT = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


@settings(max_examples=100, deadline=None)
@given(text=st.text(max_size=60) | st.text("'\\\"\n\r\t\b\f%_uU0", max_size=20))
def test_any_text_survives_the_way_into_a_query(text: str) -> None:
    query = parse(select(("Id",), "Lead", where=f"Name = {quoted(text)}"))
    assert isinstance(query.where, Compare)
    assert query.where.literals[0].value == text


@settings(max_examples=60, deadline=None)
@given(values=st.lists(st.text(max_size=20), min_size=1, max_size=5))
def test_a_list_keeps_every_value(values: list[str]) -> None:
    query = parse(select(("Id",), "Lead", where=one_of("LL_Key__c", values)))
    assert isinstance(query.where, Compare)
    assert [literal.value for literal in query.where.literals] == values


@pytest.mark.parametrize("text", ["00Q5e000001abcd", "00Q5e000001abcdEAA"])
def test_ids_have_15_or_18_letters_and_digits(text: str) -> None:
    assert is_id(text)
    assert checked_id(text) == text


@pytest.mark.parametrize(
    "text", ["", "00Q", "00Q5e000001abcdE", "../../../../x", "00Q5e000001abc'", "00Q5e000001abcd\n"]
)
def test_anything_else_is_no_id(text: str) -> None:
    assert not is_id(text)
    failure_of(RejectedError, lambda: checked_id(text))


@pytest.mark.parametrize("text", ["Lead; x", "Id FROM User", "a/b", "", "1x", "x.", "Ä"])
def test_a_name_that_is_none_is_refused(text: str) -> None:
    failure_of(RejectedError, lambda: checked_name(text))


def test_a_keyset_position_is_followed_by_the_rest_of_its_second() -> None:
    assert after(AT, "00Q5e000001abcd") == (
        "(SystemModstamp = 2026-11-22T12:00:00Z AND Id > '00Q5e000001abcd') OR SystemModstamp > 2026-11-22T12:00:00Z"
    )
    assert after(AT, "") == "SystemModstamp >= 2026-11-22T12:00:00Z"
    assert after(None, "") == ""
