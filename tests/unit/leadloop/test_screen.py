"""What reaches a pipe and a terminal."""

import json

import pytest

from leadloop import screen


def test_what_is_no_terminal_gets_whole_lines_without_colour(capsys: pytest.CaptureFixture[str]) -> None:
    long = "x" * 300
    screen.table("Leads", ("name", "why"), [("Ana", long)])
    title, _, row = capsys.readouterr().out.splitlines()
    assert title == "Leads"
    assert row.split() == ["Ana", long]


def test_brackets_in_a_value_are_shown_and_not_read_as_markup(capsys: pytest.CaptureFixture[str]) -> None:
    screen.show("[red]not red[/red] [link]")
    screen.table("[t]", ("a",), [("[b]x[/b]",)])
    assert capsys.readouterr().out.split() == ["[red]not", "red[/red]", "[link]", "[t]", "a", "[b]x[/b]"]


def test_an_empty_table_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    screen.table("Held", ("set",), [])
    assert capsys.readouterr().out == "Held\n  none\n"


def test_a_document_is_one_json_object_with_the_version_of_its_shape(capfd: pytest.CaptureFixture[str]) -> None:
    screen.document({"leads": {7: "x"}})
    assert json.loads(capfd.readouterr().out) == {"schema_version": 1, "leads": {"7": "x"}}


@pytest.mark.parametrize("rows", [[], [{"lead": 1}], [{"lead": 1, "now": 'a"b'}, {"lead": 2, "now": None}]], ids=len)
def test_a_long_document_ends_with_its_rows_a_line_each(
    rows: list[dict[str, object]], capfd: pytest.CaptureFixture[str]
) -> None:
    screen.long_document({"creates": 2}, "changes", iter(rows))
    told = capfd.readouterr().out
    assert json.loads(told) == {"schema_version": 1, "creates": 2, "changes": rows}
    assert sum(line.startswith("    {") for line in told.splitlines()) == len(rows)


def test_sentences_go_to_standard_error(capsys: pytest.CaptureFixture[str]) -> None:
    screen.say("Next: leadloop apply")
    told = capsys.readouterr()
    assert (told.out, told.err) == ("", "Next: leadloop apply\n")
