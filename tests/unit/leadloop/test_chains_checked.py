"""Chains of transforms are judged before anything is read: each bad step by its place, with what to do instead."""

from pathlib import Path

import pytest

from domain.errors import RuleError
from leadloop import cli, exits
from leadloop.checked import load

INDUSTRY = "  - name: industry\n"
PROPERTY = "  - name: extra\n    type: {type}\n    sync: {sync}\n    transforms: {transforms}\n    fields:\n{fields}"
HUBSPOT = "      hubspot: extra\n"
PLAIN = "      salesforce: { Lead: Extra__c }\n"


def add(folder: Path, fields: str, *, type: str = "text", sync: str = "Two-way", transforms: str = "[]") -> int:
    """Add a property to the starter's mapping; returns the line before its first."""
    path = folder / "mapping.yaml"
    before, after = path.read_text(encoding="utf-8").split(INDUSTRY)
    made = PROPERTY.format(type=type, sync=sync, transforms=transforms, fields=fields)
    path.write_text(before + made + INDUSTRY + after, encoding="utf-8")
    return before.count("\n")


def said(folder: Path, above: int) -> list[str]:
    """Every mistake and warning, by line of the property and column."""
    try:
        found = [f"warning: {each}" for each in map(str, load(folder).warnings)]
    except RuleError as error:
        found = [str(each) for each in error.problems]
    lines = []
    for each in found:
        head, _, rest = each.partition("mapping.yaml:")
        line, _, rest = rest.partition(":")
        lines.append(f"{head}{int(line) - above}:{rest}")
    return lines


WRITE = "      salesforce: {{ field: {{ Lead: Extra__c }}, {chains} }}\n"


@pytest.mark.parametrize(
    ("type", "chains", "expected"),
    [
        (
            "text",
            "read: [number, e164]",
            "6:63: `e164` takes text, `number` gives number (take one of them away, or let `e164` come first)",
        ),
        (
            "date",
            "read: [truncate(80)]",
            "6:55: `truncate(80)` gives text, and the property is a date (take it away, or say `type: text`)",
        ),
        (
            "number",
            "write: [title]",
            "6:56: `title` takes text, the property is a number (take it away)",
        ),
        (
            "text",
            "read: ['split(\" \", 1)']",
            (
                '6:55: `split(" ", 1)` has no way back, and salesforce is written: a part would take the place of the '
                "whole (say under `write` what is written, or let nothing write this system)"
            ),
        ),
        (
            "picklist",
            "read: ['map(New=Open, Old=Open)']",
            (
                "6:55: `map(New=Open, Old=Open)` has two words for one, and salesforce is written: nobody knows which "
                "(say under `write` what is written, or let nothing write this system)"
            ),
        ),
        (
            "text",
            "read: [lower]",
            (
                "warning: 6:55: `lower` has no way back, and salesforce is written: as it was read, not as it stood "
                "there (say under `write` what is written)"
            ),
        ),
        (
            "number",
            "write: [scale(0.001)]",
            (
                "6:56: `scale(0.001)` stands under `read` only: it is turned round where it is written (say under "
                "`read` how this system's value becomes ours)"
            ),
        ),
        (
            "picklist",
            "write: [map(new=Neu)]",
            (
                "warning: 6:56: `map(new=Neu)` writes `Neu`, which is read as it stands: the others would be given it "
                "(say under `read` what it stands for)"
            ),
        ),
    ],
    ids=[
        "types",
        "type of the property",
        "type of what is written",
        "a part",
        "two words for one",
        "a warning",
        "units",
        "one ear",
    ],
)
def test_a_chain_that_does_not_fit_is_named_at_its_step(starter: Path, type: str, chains: str, expected: str) -> None:
    above = add(starter, WRITE.format(chains=chains) + HUBSPOT, type=type)
    assert said(starter, above) == [expected]


def test_the_second_bad_step_of_a_chain_is_told_as_well(starter: Path) -> None:
    above = add(starter, PLAIN + HUBSPOT, transforms="[stat2, truncate(x), trim(1)]")
    assert said(starter, above) == [
        "4:18: there is no transform `stat2` (did you mean `state2`?)",
        "4:25: transform 'truncate': expects a whole number above 0, got 'x'",
        "4:38: transform 'trim': expects 0 arguments, got 1",
    ]


def test_what_reads_its_own_output_anew_has_no_place_in_the_propertys_own_chain(starter: Path) -> None:
    above = add(starter, PLAIN + HUBSPOT, type="number", transforms="[scale(1000)]")
    (only,) = said(starter, above)
    assert only == (
        "4:18: `scale(1000)` would change a value each time it is read (put it under `read` of the system that shows "
        "it so: fields: {NAME: ...})"
    )


@pytest.mark.parametrize("sync", ["Always use Salesforce", "Don't sync"])
def test_a_way_back_is_asked_for_only_where_something_is_written(starter: Path, sync: str) -> None:
    above = add(starter, WRITE.format(chains="read: ['split(\" \", 1)']") + HUBSPOT, sync=sync)
    assert said(starter, above) == []


def test_a_status_is_said_under_values_and_nowhere_else(starter: Path) -> None:
    plain, worded = "{ Lead: Status }, hubspot:", "{ field: { Lead: Status }, read: [map(Neu=New)] }, hubspot:"
    path = starter / "mapping.yaml"
    text = path.read_text(encoding="utf-8")
    assert plain in text
    path.write_text(text.replace(plain, worded), encoding="utf-8")
    (only,) = said(starter, 0)
    assert only.partition(": ")[2] == (
        "`map(Neu=New)` says nothing here: a status is not written through transforms (say under `values` what each "
        "stage is called there)"
    )


def test_consent_that_a_system_could_never_be_told_was_taken_back_is_a_mistake(starter: Path) -> None:
    fields = WRITE.format(chains="read: [map(In=false)]") + HUBSPOT + "    no_is: true\n"
    above = add(starter, fields, type="boolean", sync="No wins")
    assert said(starter, above) == [
        ("6:7: a no would never reach salesforce: map(In=false) has no word for it (say how `true` is written there)"),
    ]


def test_the_key_by_which_a_record_is_known_has_no_words_of_its_own(starter: Path) -> None:
    path = starter / "mapping.yaml"
    text = path.read_text(encoding="utf-8")
    plain = "fields: { salesforce: LL_Lead_Key__c, hubspot: ll_lead_key }"
    assert plain in text
    worded = plain.replace("LL_Lead_Key__c", "{ field: LL_Lead_Key__c, write: [upper] }")
    path.write_text(text.replace(plain, worded), encoding="utf-8")
    (only,) = said(starter, 0)
    assert only.partition(": ")[2] == (
        "`LL_Lead_Key__c` is the key by which salesforce and we know a record: it has no words of its own (map the "
        "plain field)"
    )


def test_given_words_end_it(starter: Path) -> None:
    above = add(starter, WRITE.format(chains="read: ['map(New=Open, Old=Open)'], write: [map(Open=New)]") + HUBSPOT)
    assert said(starter, above) == []


def test_parts_that_nobody_knows_and_a_rule_for_what_is_made_of_others_are_named(starter: Path) -> None:
    made = "made_of: [first_nam, last_name]\n    fields:\n"
    path = starter / "mapping.yaml"
    above = add(starter, HUBSPOT)
    path.write_text(path.read_text(encoding="utf-8").replace("transforms: []\n    fields:\n", made), encoding="utf-8")
    assert said(starter, above) == [
        (
            "3:11: what is made of other properties has no rule of its own: it is written, and never read (take `sync` "
            "away)"
        ),
        "4:15: there is no property `first_nam` (did you mean `first_name`?)",
    ]


def test_an_object_that_is_misspelt_is_named_where_it_stands(starter: Path) -> None:
    above = add(starter, "      salesforce: { field: { Laed: Extra__c }, read: [trim] }\n" + HUBSPOT)
    assert said(starter, above) == ["6:30: `salesforce` has no object `Laed` (did you mean `Lead`?)"]


def test_check_tells_warnings_and_ends_well(starter: Path, capsys: pytest.CaptureFixture[str]) -> None:
    add(starter, WRITE.format(chains="read: [lower]") + HUBSPOT)
    assert cli.run(["check", "-C", str(starter)]) == exits.OK
    err = capsys.readouterr().err
    assert err.startswith("warning: mapping.yaml:")
    assert "fine. Rules" in err
