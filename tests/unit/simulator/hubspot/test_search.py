import operator
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simulator.hubspot.objects import Write
from simulator.hubspot.portal import CONTACTS, Portal
from simulator.hubspot.record import Record, Source, SourceType
from simulator.hubspot.search import read_search
from tests.unit.simulator.hubspot.rig import NOON, Rig

PATH = "/crm/v3/objects/contacts/search"


def wanted(operator: str, value: object = None, name: str = "ll_score", **more: object) -> dict[str, Any]:
    return {"propertyName": name, "operator": operator, **({} if value is None else {"value": value}), **more}


@pytest.fixture
def scored(rig: Rig) -> Rig:
    rig.seed(
        contacts=[
            {"email": "a@buyer.example", "firstname": "Ann", "ll_score": "9", "hs_lead_status": "NEW"},
            {"email": "b@buyer.example", "firstname": "Bob", "ll_score": "10", "hs_lead_status": "OPEN"},
            {"email": "c@buyer.example", "firstname": "Cleo", "ll_score": "100"},
            {"email": "d@other.example"},
        ]
    )
    return rig


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        pytest.param(wanted("GTE", "10"), "bc", id="numbers compare as numbers"),
        pytest.param(wanted("LT", "10"), "a", id="an empty value is not less"),
        pytest.param(wanted("BETWEEN", "9", highValue="10"), "ab", id="between has both ends"),
        pytest.param(wanted("EQ", "9.0"), "a", id="equal numbers written otherwise"),
        pytest.param(wanted("HAS_PROPERTY"), "abc", id="has"),
        pytest.param(wanted("NOT_HAS_PROPERTY"), "d", id="has not"),
        pytest.param(wanted("IN", values=["9", "100"]), "ac", id="in"),
        pytest.param(wanted("NOT_IN", values=["9", "100"]), "bd", id="not in"),
        pytest.param(wanted("EQ", "ANN", "firstname"), "a", id="strings ignore case"),
        pytest.param(wanted("IN", name="firstname", values=["Ann"]), "", id="in needs strings in lower case"),
        pytest.param(wanted("IN", name="firstname", values=["ann"]), "a", id="in with strings in lower case"),
        pytest.param(wanted("EQ", "new", "hs_lead_status"), "", id="options do not ignore case"),
        pytest.param(wanted("EQ", "NEW", "hs_lead_status"), "a", id="options as they are"),
        pytest.param(wanted("NEQ", "NEW", "hs_lead_status"), "bcd", id="not equal takes the empty ones"),
        pytest.param(wanted("CONTAINS_TOKEN", "*other*", "email"), "d", id="token with stars"),
        pytest.param(wanted("EQ", "b@buyer.example", "email"), "b", id="by e-mail"),
    ],
)
def test_an_operator_finds_what_hubspot_finds(scored: Rig, asked: dict[str, Any], found: str) -> None:
    answer = scored.search([asked], properties=["email"])
    assert "".join(row["properties"]["email"][0] for row in answer["results"]) == found
    assert answer["total"] == len(found)


def test_filters_of_a_group_all_hold_and_one_group_is_enough(scored: Rig) -> None:
    groups = [
        {"filters": [wanted("GTE", "10"), wanted("EQ", "OPEN", "hs_lead_status")]},
        {"filters": [wanted("NOT_HAS_PROPERTY")]},
    ]
    answer = scored.post(PATH, {"filterGroups": groups, "properties": ["email"]})
    assert [row["properties"]["email"][0] for row in answer["results"]] == ["b", "d"]


@pytest.mark.parametrize(
    "body",
    [
        pytest.param({"limit": 201}, id="page too large"),
        pytest.param({"limit": 200, "after": "9801"}, id="past ten thousand"),
        pytest.param({"after": "x"}, id="no position"),
        pytest.param({"sorts": ["email", "firstname"]}, id="two sorts"),
        pytest.param({"filterGroups": [{"filters": [wanted("HAS_PROPERTY")]}] * 6}, id="six groups"),
        pytest.param({"filterGroups": [{"filters": [wanted("HAS_PROPERTY")] * 7}]}, id="seven filters"),
        pytest.param({"filterGroups": [{"filters": [wanted("HAS_PROPERTY")] * 5}] * 4}, id="twenty filters"),
        pytest.param({"query": "x" * 3000}, id="body too long"),
        pytest.param({"filterGroups": [{"filters": [wanted("EQ", "1", "shoe")]}]}, id="unknown property"),
        pytest.param({"filterGroups": [{"filters": [wanted("LIKE", "1")]}]}, id="unknown operator"),
        pytest.param({"filterGroups": [{"filters": [wanted("HAS_PROPERTY", "1")]}]}, id="value where none belongs"),
        pytest.param({"filterGroups": [{"filters": [wanted("EQ")]}]}, id="no value"),
    ],
)
def test_a_request_beyond_the_limits_is_refused(rig: Rig, body: dict[str, Any]) -> None:
    rig.post(PATH, body, status=400)


def test_the_last_page_before_the_wall_still_names_a_next_one(rig: Rig) -> None:
    rig.seed(contacts=[{"email": f"p{n}@buyer.example"} for n in range(10_001)])
    answer = rig.search([], limit=200, after="9800")
    assert (answer["total"], answer["paging"]["next"]["after"]) == (10_001, "10000")
    rig.post(PATH, {"limit": 200, "after": "10000"}, status=400)


def test_pages_by_modified_date_join_without_gap_in_both_directions(rig: Rig) -> None:
    ids = rig.seed(contacts=[{"email": f"p{n}@buyer.example"} for n in range(7)])["contacts"]
    for direction, order in (("ASCENDING", ids), ("DESCENDING", ids[::-1])):
        sorts = [{"propertyName": "lastmodifieddate", "direction": direction}]
        pages = [rig.search([], sorts=sorts, limit=3, after=after)["results"] for after in ("0", "3", "6")]
        assert [row["id"] for page in pages for row in page] == order


def test_a_sort_puts_empty_values_last(scored: Rig) -> None:
    sorts = [{"propertyName": "ll_score", "direction": "DESCENDING"}]
    answer = scored.search([], sorts=sorts, properties=["email"])
    assert [row["properties"]["email"][0] for row in answer["results"]] == ["c", "b", "a", "d"]


def test_associated_records_are_found_by_the_contact(rig: Rig) -> None:
    ann, bob = rig.contact(email="ann@buyer.example"), rig.contact(email="bob@buyer.example")
    call = rig.act("call", ann)["id"]
    rig.act("call", bob)
    answer = rig.search([wanted("EQ", ann, "associations.contact")], kind="calls")
    assert [row["id"] for row in answer["results"]] == [call]


def test_a_change_is_invisible_until_the_index_has_caught_up(rig: Rig) -> None:
    rig.kernel.settings.lag_s["hubspot"] = 30
    id_ = rig.contact(email="ann@buyer.example", firstname="Ann")
    assert rig.search([])["total"] == 0
    rig.clock.advance(31)
    assert rig.search([])["total"] == 1
    rig.patch(f"/crm/v3/objects/contacts/{id_}", {"firstname": "Bea"})
    assert rig.search([], properties=["firstname"])["results"][0]["properties"]["firstname"] == "Ann"
    assert rig.get(f"/crm/v3/objects/contacts/{id_}", properties="firstname")["properties"]["firstname"] == "Bea"
    rig.clock.advance(31)
    assert rig.search([], properties=["firstname"])["results"][0]["properties"]["firstname"] == "Bea"


def test_a_shuffled_index_shows_a_later_change_before_an_earlier_one(rig: Rig) -> None:
    rig.kernel.settings.lag_s["hubspot"] = 100
    rig.portal.settings.search_shuffled = True
    ids = rig.seed(contacts=[{"email": f"p{n}@buyer.example"} for n in range(30)])["contacts"]
    rig.clock.advance(60)
    shown = [row["id"] for row in rig.search([], limit=100)["results"]]
    assert 0 < len(shown) < 30
    assert shown != ids[: len(shown)]


def test_the_search_lag_fault_hides_recent_changes_of_one_answer(rig: Rig) -> None:
    rig.contact(email="ann@buyer.example")
    rig.clock.advance(60)
    rig.contact(email="bob@buyer.example")
    rig.fault("search_lag", seconds=30)
    assert rig.search([])["total"] == 1
    assert rig.search([])["total"] == 2


def test_a_lagging_index_knows_a_record_by_its_old_key(rig: Rig) -> None:
    id_ = rig.contact(email="ann@buyer.example", ll_lead_key="old")
    rig.kernel.settings.lag_s["hubspot"] = 30
    rig.patch(f"/crm/v3/objects/contacts/{id_}", {"ll_lead_key": "new"})
    by_key = [rig.search([wanted("EQ", key, "ll_lead_key")])["total"] for key in ("old", "new")]
    assert by_key == [1, 0]
    rig.clock.advance(31)
    by_key = [rig.search([wanted("EQ", key, "ll_lead_key")])["total"] for key in ("old", "new")]
    assert by_key == [0, 1]


def test_two_changes_in_a_row_both_stay_unseen(rig: Rig) -> None:
    id_ = rig.contact(email="ann@buyer.example", firstname="Ann")
    rig.kernel.settings.lag_s["hubspot"] = 30
    for name in ("Bea", "Cleo"):
        rig.patch(f"/crm/v3/objects/contacts/{id_}", {"firstname": name})
    assert rig.search([], properties=["firstname"])["results"][0]["properties"]["firstname"] == "Ann"


@pytest.mark.parametrize(
    ("operator_name", "found"),
    [("LT", "0"), ("LTE", "01"), ("EQ", "1"), ("GTE", "12"), ("GT", "2"), ("BETWEEN", "12")],
)
@pytest.mark.parametrize("sorts", [["lastmodifieddate"], ["email"]], ids=["by index", "by another property"])
def test_a_modified_date_on_the_bound_is_in_or_out(rig: Rig, operator_name: str, found: str, sorts: list[str]) -> None:
    """The door's way in: seeds of three chosen milliseconds."""
    for number in range(3):
        at = NOON + timedelta(milliseconds=number)
        rig.world.seed({"contacts": [{"email": f"{number}@buyer.example"}]}, at, [])
    start_ms = round(NOON.timestamp() * 1000)
    asked = wanted(operator_name, str(start_ms + 1), "lastmodifieddate", highValue=str(start_ms + 2))
    answer = rig.search([asked], properties=["email"], sorts=sorts)
    assert "".join(row["properties"]["email"][0] for row in answer["results"]) == found
    assert answer["total"] == len(found)


STEPS = st.lists(
    st.tuples(st.integers(0, 4), st.integers(1, 2), st.sampled_from(["ll_score", "firstname", ""])), max_size=30
)
HOLDS = {"EQ": operator.eq, "GT": operator.gt, "GTE": operator.ge, "LT": operator.lt, "LTE": operator.le}


def holds(name: str, ms: int, low: int, high: int) -> bool:
    return low <= ms <= high if name == "BETWEEN" else bool(HOLDS[name](ms, low))


BOUNDS = st.tuples(st.sampled_from([*sorted(HOLDS), "BETWEEN"]), st.integers(0, 12), st.integers(0, 12))
GROUPS = st.lists(st.lists(BOUNDS, min_size=1, max_size=2), min_size=1, max_size=2)


@settings(max_examples=80, deadline=None)
@given(steps=STEPS, lag_s=st.sampled_from([0.0, 5.0]), groups=GROUPS)
def test_the_index_answers_what_a_look_at_every_record_would(
    steps: list[tuple[int, int, str]], lag_s: float, groups: list[list[tuple[str, int, int]]]
) -> None:
    """The plain model: the newest stamp of each live record, filtered one by one."""
    portal, start_ms = Portal(), int(NOON.timestamp() * 1000)
    portal.settings.lag_s["hubspot"] = lag_s
    newest, now_ms = play(portal, steps, start_ms)
    rows = [
        {
            "filters": [
                wanted(one, str(start_ms + low * 1000), "lastmodifieddate", highValue=str(start_ms + high * 1000))
                for one, low, high in group
            ]
        }
        for group in groups
    ]
    body = {"filterGroups": rows, "sorts": ["lastmodifieddate"], "limit": 200}
    found = portal.searcher.run(portal.objects.table(CONTACTS), read_search(body), now_ms=now_ms + 3_600_000)
    expected = sorted(
        (ms, record_id)
        for record_id, ms in newest.items()
        if any(
            all(holds(one, ms, start_ms + low * 1000, start_ms + high * 1000) for one, low, high in group)
            for group in groups
        )
    )
    assert [(record.modified_ms, record.id) for record in found.page] == expected
    assert found.total == len(expected)


def play(portal: Portal, steps: list[tuple[int, int, str]], now_ms: int) -> tuple[dict[int, int], int]:
    """Create, change and archive contacts; tells the newest stamp of each that lives, and the time."""
    source, records, newest = Source(type=SourceType.CRM_UI), dict[int, Record](), dict[int, int]()
    for who, seconds, name in steps:
        now_ms += seconds * 1000
        write = Write(now_ms=now_ms, source=source, effects=[])
        if who not in records:
            records[who] = portal.objects.create(CONTACTS, {"email": f"p{who}@buyer.example"}, write)
        elif name:
            portal.objects.update(CONTACTS, records[who], {name: str(seconds)}, write)
        else:
            gone = records.pop(who)
            portal.archive(CONTACTS, gone, write)
            del newest[gone.id]
            continue
        newest[records[who].id] = now_ms
    return newest, now_ms


def test_an_advanced_clock_alone_changes_no_answer(rig: Rig) -> None:
    rig.contact(email="ann@buyer.example")
    before = rig.search([])
    rig.clock.advance(timedelta(days=400).total_seconds())
    assert rig.search([]) == before
