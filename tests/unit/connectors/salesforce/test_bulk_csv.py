"""CSV to and from Bulk: whatever a text holds, and never the whole of a result in memory."""

import tracemalloc

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.salesforce import bulk_csv
from connectors.testing import failure_of
from domain.errors import ContractError
from domain.record import Field, FieldType

KNOWN = {
    name: Field(name=name, label=name, type=kind)
    for name, kind in {
        "Id": FieldType.TEXT,
        "Company": FieldType.TEXT,
        "Score": FieldType.NUMBER,
        "IsDeleted": FieldType.BOOLEAN,
        "SystemModstamp": FieldType.DATETIME,
    }.items()
}
TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=40)


@settings(max_examples=100, deadline=None)
@given(st.lists(st.lists(TEXTS, min_size=2, max_size=2), max_size=8))
def test_what_is_written_is_read_again_text_for_text(lines: list[list[str]]) -> None:
    body = b"".join(bulk_csv.written(["Id", "Company"], lines))
    assert [[row["Id"], row["Company"]] for row in bulk_csv.records(body)] == lines


def test_values_have_the_types_that_json_gives_them() -> None:
    body = (
        b'"Id","Company","Score","IsDeleted","SystemModstamp","Owner.Name","Owner.Type"\n'
        b'"1","A\r\nB ""C"", \xc3\x86","41.0","false","2026-11-22T10:00:00.000Z","Ana","User"\n'
        b'"2","","","true","","",""\n'
        b'"3","\x00NUL","-3","false","","","Queue"\n'
        b'"4","x","1.0E7","false","","",""\n'
    )
    rows = list(bulk_csv.rows(body, KNOWN))
    assert rows[0] == {
        "Id": "1",
        "Company": 'A\r\nB "C", Æ',
        "Score": 41.0,
        "IsDeleted": False,
        "SystemModstamp": "2026-11-22T10:00:00Z",
        "Owner": {"Name": "Ana", "Type": "User"},
    }
    assert (rows[1]["Company"], rows[1]["Score"], rows[1]["IsDeleted"], rows[1]["Owner"]) == (None, None, True, None)
    assert (rows[2]["Company"], rows[2]["Score"], rows[2]["Owner"]) == ("NUL", -3, {"Name": None, "Type": "Queue"})
    assert rows[3]["Score"] == 10_000_000


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b'"Name"\n"A"\n',
        b'"Id","Company"\n"1"\n',
        b'"Id","Company"\n"1","never ended\n',
        b'"Id","Company"\n"1","\xff"\n',
        b'"Id","Score"\n"1","many"\n',
        b'"Id","IsDeleted"\n"1","maybe"\n',
        b"<html><body>sorry</body></html>",
    ],
    ids=["empty", "no id", "short line", "cut off", "not UTF-8", "no number", "no truth", "a page"],
)
def test_what_is_no_result_is_said_to_be_none(body: bytes) -> None:
    failure_of(ContractError, lambda: list(bulk_csv.rows(body, KNOWN)))


@pytest.mark.parametrize(
    ("value", "cell"),
    [
        (None, "#N/A"),
        ("", "#N/A"),
        (" \n", "#N/A"),
        (True, "true"),
        (False, "false"),
        (0, "0"),
        (41.5, "41.5"),
        ("a", "a"),
    ],
)
def test_a_cell_says_null_by_a_word_and_never_by_being_empty(value: str | float | bool | None, cell: str) -> None:
    assert bulk_csv.cell(value) == cell
    assert not bulk_csv.sayable("#N/A")
    assert bulk_csv.sayable(value)


def test_a_result_is_read_row_by_row() -> None:
    line = b'"%d","' + b"x" * 1_000 + b'","41.0","false","2026-11-22T10:00:00.000Z"\n'
    body = b'"Id","Company","Score","IsDeleted","SystemModstamp"\n' + b"".join(line % n for n in range(10_000))
    tracemalloc.start()
    try:
        assert sum(1 for _ in bulk_csv.rows(body, KNOWN)) == 10_000
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert len(body) > 10_000_000
    assert peak < 200_000
