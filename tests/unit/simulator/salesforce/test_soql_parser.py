"""Reading SOQL."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from simple_salesforce.format import format_soql

from simulator.salesforce.errors import RefusedError
from simulator.salesforce.soql import Both, Compare, Either, LiteralKind, Not, Op
from simulator.salesforce.soql_parser import parse


def test_a_whole_query_is_read() -> None:
    query = parse(
        "SELECT Id, Owner.Email FROM Lead WHERE IsConverted = false AND (Status IN ('A', 'B') OR NOT Email = null) "
        "ORDER BY SystemModstamp DESC NULLS LAST, Id LIMIT 10 OFFSET 5"
    )
    assert [name.path for name in query.names] == [("Id",), ("Owner", "Email")]
    assert query.type_name.path == ("Lead",)
    assert isinstance(query.where, Both)
    assert isinstance(query.where.parts[1], Either)
    assert isinstance(query.where.parts[1].parts[1], Not)
    assert [(order.name.path, order.descending, order.nulls_last) for order in query.order] == [
        (("SystemModstamp",), True, True),
        (("Id",), False, False),
    ]
    assert (query.limit, query.offset, query.count) == (10, 5, False)


def test_words_are_read_in_any_case() -> None:
    assert parse("select count() from Lead where Name like 'a%'").count is True


@pytest.mark.parametrize(
    ("written", "kind", "value"),
    [
        ("'O\\'Hara \\\\ \\n'", LiteralKind.STRING, "O'Hara \\ \n"),
        ("-3.5", LiteralKind.NUMBER, -3.5),
        ("TRUE", LiteralKind.BOOLEAN, True),
        ("null", LiteralKind.NULL, None),
        ("2026-01-05", LiteralKind.DATE, "2026-01-05"),
        ("2026-01-05T10:00:00+01:00", LiteralKind.DATETIME, "2026-01-05T09:00:00.000+0000"),
        ("2026-01-05T09:00:00.000Z", LiteralKind.DATETIME, "2026-01-05T09:00:00.000+0000"),
    ],
)
def test_each_literal_keeps_its_kind(written: str, kind: LiteralKind, value: object) -> None:
    where = parse(f"SELECT Id FROM Lead WHERE Name = {written}").where
    assert isinstance(where, Compare)
    assert (where.op, where.literals[0].kind, where.literals[0].value) == (Op.EQ, kind, value)


@pytest.mark.parametrize(
    "text",
    [
        "SELECT FROM Lead",
        "SELECT Id Lead",
        "SELECT Id FROM Lead WHERE",
        "SELECT Id FROM Lead WHERE Name = 'open",
        "SELECT Id FROM Lead WHERE Id IN ()",
        "SELECT Id FROM Lead WHERE A = 1 AND B = 2 OR C = 3",
        "SELECT Id FROM Lead LIMIT many",
        "SELECT Id FROM Lead; DELETE",
        "SELECT Id FROM Lead WHERE SystemModstamp >= 2026-01-05T09:00:00 00:00",
        "UPDATE Lead",
        "",
    ],
)
def test_what_is_no_query_is_malformed(text: str) -> None:
    with pytest.raises(RefusedError) as refused:
        parse(text)
    assert refused.value.code == "MALFORMED_QUERY"


def test_an_error_points_at_its_place() -> None:
    with pytest.raises(RefusedError) as refused:
        parse("SELECT Id FROM Lead WHERE = 3")
    assert refused.value.message == (
        "\nSELECT Id FROM Lead WHERE = 3\n                          ^\nERROR at Row:1:Column:27\nunexpected token: '='"
    )


@settings(max_examples=100)
@given(st.text(st.characters(exclude_categories=["Cs"]), min_size=1))
def test_any_text_that_the_client_escapes_is_read_back(text: str) -> None:
    where = parse(format_soql("SELECT Id FROM Lead WHERE LastName = {}", text)).where
    assert isinstance(where, Compare)
    assert where.literals[0].value == text
