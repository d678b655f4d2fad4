"""Answering SOQL."""

from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simulator.salesforce import times
from simulator.salesforce.errors import RefusedError
from tests.unit.simulator.salesforce.office import START, Office


def test_fields_come_in_their_proper_names_and_unset_ones_are_null(office: Office) -> None:
    (row,) = office.query("select id, lastname, firstname, isconverted, city from lead where lastname = 'BABBAGE'")
    assert row == {"Id": office.owned, "LastName": "Babbage", "FirstName": None, "IsConverted": False, "City": None}


def test_relationships_are_followed_and_grouped(office: Office) -> None:
    (row,) = office.query(f"SELECT Id, Owner.Email, Owner.Type, CreatedBy.Name FROM Lead WHERE Id = '{office.owned}'")
    assert row["Owner"] == {
        "attributes": {"type": "Name", "url": f"/services/data/v59.0/sobjects/User/{office.ann}"},
        "Email": "ann@crm.example",
        "Type": "User",
    }
    assert row["CreatedBy"]["attributes"]["type"] == "User"
    assert row["CreatedBy"]["Name"] == "Org Admin"


def test_a_queue_owner_is_of_type_queue(office: Office) -> None:
    (row,) = office.query("SELECT Owner.Type, Owner.Name FROM Lead WHERE Owner.Name = 'Unassigned'")
    assert (row["Owner"]["Type"], row["Owner"]["Name"]) == ("Queue", "Unassigned")


def test_an_empty_relationship_is_null(office: Office) -> None:
    (row,) = office.query(f"SELECT ConvertedContact.Name FROM Lead WHERE Id = '{office.lead}'")
    assert row == {"ConvertedContact": None}


@pytest.mark.parametrize(
    ("where", "names"),
    [
        ("LastName = 'lovelace'", ["Lovelace"]),
        ("LastName != 'lovelace'", ["Babbage", "Byron"]),
        ("Email = null", ["Babbage", "Byron"]),
        ("Email != null", ["Lovelace"]),
        ("Email != 'ada@engines.example'", ["Babbage", "Byron"]),
        ("LastName LIKE 'b%'", ["Babbage", "Byron"]),
        ("LastName LIKE 'B_ron'", ["Byron"]),
        ("LastName IN ('Byron', 'Lovelace')", ["Byron", "Lovelace"]),
        ("LastName NOT IN ('Byron')", ["Babbage", "Lovelace"]),
        ("NOT LastName = 'Byron'", ["Babbage", "Lovelace"]),
        ("(Company = 'Poems' OR Email != null) AND IsDeleted = false", ["Byron", "Lovelace"]),
        ("LL_Score__c > 0", []),
        ("LL_Score__c < 100", []),
        ("SystemModstamp >= 2026-01-05T09:00:00Z", ["Babbage", "Byron", "Lovelace"]),
        ("SystemModstamp > 2026-01-05T09:00:00Z", []),
        ("CreatedDate < 2026-01-06T00:00:00+01:00 AND Owner.Email = 'ann@crm.example'", ["Babbage"]),
    ],
)
def test_conditions_mean_what_they_mean_in_soql(office: Office, where: str, names: list[str]) -> None:
    rows = office.query(f"SELECT LastName FROM Lead WHERE {where} ORDER BY LastName")
    assert [row["LastName"] for row in rows] == names


def test_rows_are_ordered_by_many_keys_with_nulls_first(office: Office) -> None:
    rows = office.query("SELECT LastName FROM Lead ORDER BY Email, LastName DESC")
    assert [row["LastName"] for row in rows] == ["Byron", "Babbage", "Lovelace"]
    rows = office.query("SELECT LastName FROM Lead ORDER BY Email DESC NULLS LAST, LastName")
    assert [row["LastName"] for row in rows] == ["Lovelace", "Babbage", "Byron"]


def test_limit_and_offset_cut_the_answer(office: Office) -> None:
    rows = office.query("SELECT LastName FROM Lead ORDER BY LastName LIMIT 1 OFFSET 1")
    assert [row["LastName"] for row in rows] == ["Byron"]


@pytest.mark.parametrize(
    ("text", "code", "words"),
    [
        ("SELECT Id FROM Leed", "INVALID_TYPE", "sObject type 'Leed' is not supported."),
        ("SELECT Idd FROM Lead", "INVALID_FIELD", "No such column 'Idd' on entity 'Lead'."),
        ("SELECT Id FROM Lead WHERE Rank = 1", "INVALID_FIELD", "No such column 'Rank'"),
        ("SELECT Boss.Name FROM Lead", "INVALID_FIELD", "Didn't understand relationship 'Boss'"),
        ("SELECT Owner.Company FROM Lead", "INVALID_FIELD", "No such column 'Company' on entity 'Name'."),
        ("SELECT Id, Id FROM Lead", "INVALID_FIELD", "duplicate field selected: Id"),
        ("SELECT Id FROM Lead WHERE Description = 'x'", "INVALID_FIELD", "can not be filtered in a query call"),
        (
            "SELECT Id FROM Lead WHERE SystemModstamp > '2026-01-05T09:00:00Z'",
            "INVALID_FIELD",
            "must be of type dateTime and should not be enclosed in quotes",
        ),
        ("SELECT Id FROM Lead WHERE LastName = 5", "INVALID_FIELD", "type string and should be enclosed in quotes"),
        ("SELECT Id FROM Lead OFFSET 2001", "NUMBER_OUTSIDE_VALID_RANGE", "Maximum SOQL offset"),
    ],
)
def test_names_and_literals_that_do_not_fit_are_refused(office: Office, text: str, code: str, words: str) -> None:
    with pytest.raises(RefusedError) as refused:
        office.query(text)
    assert refused.value.code == code
    assert words in refused.value.message


def test_query_hides_the_bin_and_query_all_empties_after_fifteen_days(office: Office) -> None:
    office.org.delete(office.lead, office.writing())
    text = f"SELECT Id, IsDeleted FROM Lead WHERE Id = '{office.lead}'"
    assert office.query(text) == []
    assert office.query(text, everything=True) == [{"Id": office.lead, "IsDeleted": True}]
    office.later(days=15, seconds=1)
    assert office.query(text, everything=True) == []


def test_activities_older_than_a_year_are_only_in_query_all(office: Office) -> None:
    office.act("call", office.lead)
    office.later(days=367)
    assert office.query("SELECT Id FROM Task") == []
    assert [row["IsArchived"] for row in office.query("SELECT IsArchived FROM Task", everything=True)] == [True]


def test_with_a_lag_the_version_of_then_is_shown(office: Office) -> None:
    text = f"SELECT LastName, SystemModstamp FROM Lead WHERE Id = '{office.lead}'"
    before = office.query(text)
    office.later(minutes=5)
    office.org.update(office.lead, {"LastName": "King"}, office.writing())
    made = office.org.create(office.org.tables["Lead"].type, {"LastName": "New", "Company": "N"}, office.writing())
    cutoff = times.stamp(office.now - timedelta(seconds=1))
    assert office.query(text, cutoff=cutoff) == before
    assert office.query(f"SELECT Id FROM Lead WHERE Id = '{made}'", cutoff=cutoff) == []
    assert [row["LastName"] for row in office.query(text, cutoff=times.stamp(office.now))] == ["King"]


Step = tuple[int, int, int]
STEPS = st.lists(st.tuples(st.integers(0, 2), st.integers(0, 5), st.integers(0, 3)), max_size=25)


@settings(max_examples=60, deadline=None)
@given(STEPS, st.integers(0, 30))
def test_an_index_or_a_lag_never_changes_the_answer(steps: list[Step], lag_s: int) -> None:
    """Against a plain walk over everything that was ever written."""
    office, history = Office(), []
    history.append((office.now, {one: dict(row) for one, row in office.org.tables["Lead"].rows.items()}))
    for what, which, wait_s in steps:
        office.later(seconds=wait_s)
        _change(office, what, which)
        history.append((office.now, {one: dict(row) for one, row in office.org.tables["Lead"].rows.items()}))
    limit = office.now - timedelta(seconds=lag_s)
    cutoff = times.stamp(limit) if lag_s else None
    then = {} if limit < START else [rows for at, rows in history if at <= limit][-1]
    alive = {one: row for one, row in then.items() if not row.get("IsDeleted")}
    for email in ("a1@x.example", "a2@x.example"):
        found = {row["Id"] for row in office.query(f"SELECT Id FROM Lead WHERE Email = '{email}'", cutoff=cutoff)}
        assert found == {one for one, row in alive.items() if row.get("Email") == email}
    since = times.stamp(START + timedelta(seconds=3))
    text = f"SELECT Id FROM Lead WHERE SystemModstamp >= {since.replace('+0000', 'Z')} ORDER BY SystemModstamp, Id"
    expected = sorted((row["SystemModstamp"], one) for one, row in alive.items() if row["SystemModstamp"] >= since)
    assert [row["Id"] for row in office.query(text, cutoff=cutoff)] == [one for _, one in expected]


@settings(max_examples=40, deadline=None)
@given(STEPS, st.integers(1, 3))
def test_reading_on_by_stamp_and_id_shows_every_row(steps: list[Step], page: int) -> None:
    office = Office()
    seen: dict[str, str] = {}
    stamp, last = "2026-01-05T00:00:00Z", ""
    for what, which, wait_s in [*steps, *([(3, 0, 0)] * (len(steps) + 8))]:
        office.later(seconds=wait_s)
        _change(office, what, which)
        rows = office.query(
            f"SELECT Id, SystemModstamp FROM Lead WHERE (SystemModstamp = {stamp} AND Id > '{last}') "
            f"OR SystemModstamp > {stamp} ORDER BY SystemModstamp, Id LIMIT {page}"
        )
        if rows:
            seen |= {row["Id"]: row["SystemModstamp"] for row in rows}
            stamp, last = rows[-1]["SystemModstamp"].replace("+0000", "Z"), rows[-1]["Id"]
            office.later(seconds=1)
    assert (
        seen.items()
        >= {row["Id"]: row["SystemModstamp"] for row in office.query("SELECT Id, SystemModstamp FROM Lead")}.items()
    )


def _change(office: Office, what: int, which: int) -> None:
    """0 creates, 1 edits, 2 deletes, 3 does nothing."""
    leads = [one for one, row in office.org.tables["Lead"].rows.items() if not row.get("IsDeleted")]
    email = f"a{which % 2 + 1}@x.example"
    if what == 0:
        fields = {"LastName": "L", "Company": "C", "Email": email}
        office.org.create(office.org.tables["Lead"].type, fields, office.writing())
    elif what == 1 and leads:
        office.org.update(leads[which % len(leads)], {"Email": email}, office.writing())
    elif what == 2 and leads:
        office.org.delete(leads[which % len(leads)], office.writing())
