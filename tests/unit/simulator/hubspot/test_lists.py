import pytest

from tests.unit.simulator.hubspot.rig import Rig

LISTS = "/crm/v3/lists"


def made(rig: Rig, name: str = "LL · Nurture · Timing", processing: str = "MANUAL") -> str:
    body = {
        "name": name,
        "objectTypeId": "0-1",
        "processingType": processing,
        "filterBranch": {"filterBranchType": "OR"},
    }
    return str(rig.post(LISTS, body)["list"]["listId"])


def test_a_list_is_found_by_id_name_and_search(rig: Rig) -> None:
    id_ = made(rig)
    by_id = rig.get(f"{LISTS}/{id_}")["list"]
    by_name = rig.get(f"{LISTS}/object-type-id/0-1/name/LL · Nurture · Timing")["list"]
    found = rig.post(f"{LISTS}/search", {"query": "nurture"})
    assert by_id == by_name
    assert (by_id["listId"], by_id["processingType"], by_id["size"]) == (id_, "MANUAL", 0)
    assert (found["total"], found["hasMore"], found["lists"][0]["listId"]) == (1, False, id_)
    assert found["lists"][0]["additionalProperties"]["hs_list_size"] == "0"


def test_a_name_can_be_used_once(rig: Rig) -> None:
    made(rig)
    body = {"name": "ll · nurture · timing", "objectTypeId": "0-1", "processingType": "MANUAL"}
    assert rig.post(LISTS, body, status=400)["subCategory"] == "ILS.DUPLICATE_LIST_NAMES"


def test_adding_answers_with_the_odd_key_and_ignores_members_and_strangers(rig: Rig) -> None:
    id_, one, two = made(rig), rig.contact(email="ann@buyer.example"), rig.contact(email="bob@buyer.example")
    first = rig.put(f"{LISTS}/{id_}/memberships/add", [one])
    second = rig.put(f"{LISTS}/{id_}/memberships/add", [one, two, "999"])
    assert first == {"recordsIdsAdded": [one], "recordIdsRemoved": [], "recordIdsMissing": []}
    assert second == {"recordsIdsAdded": [two], "recordIdsRemoved": [], "recordIdsMissing": ["999"]}


def test_adding_and_removing_in_one_call(rig: Rig) -> None:
    id_, one, two = made(rig), rig.contact(email="ann@buyer.example"), rig.contact(email="bob@buyer.example")
    rig.put(f"{LISTS}/{id_}/memberships/add", [one])
    moved = rig.put(f"{LISTS}/{id_}/memberships/add-and-remove", {"recordIdsToAdd": [two], "recordIdsToRemove": [one]})
    assert (moved["recordsIdsAdded"], moved["recordIdsRemoved"]) == ([two], [one])
    assert [row["recordId"] for row in rig.get(f"{LISTS}/{id_}/memberships")["results"]] == [two]


def test_members_come_in_pages_of_at_most_250(rig: Rig) -> None:
    id_ = made(rig)
    ids = rig.seed(contacts=[{"email": f"p{n}@buyer.example"} for n in range(260)])["contacts"]
    rig.put(f"{LISTS}/{id_}/memberships/add", ids)
    first = rig.get(f"{LISTS}/{id_}/memberships", limit=250)
    second = rig.get(f"{LISTS}/{id_}/memberships", limit=250, after=first["paging"]["next"]["after"])
    assert [row["recordId"] for row in first["results"] + second["results"]] == ids
    assert rig.client.get(f"{LISTS}/{id_}/memberships", params={"limit": 251}).status_code == 400


def test_a_record_knows_its_lists(rig: Rig) -> None:
    first, second, id_ = made(rig, "one"), made(rig, "two"), rig.contact(email="ann@buyer.example")
    for list_id in (first, second):
        rig.put(f"{LISTS}/{list_id}/memberships/add", [id_])
    rig.put(f"{LISTS}/{first}/memberships/remove", [id_])
    answer = rig.get(f"{LISTS}/records/0-1/{id_}/memberships")
    assert [row["listId"] for row in answer["results"]] == [second]


def test_a_dynamic_list_takes_no_members(rig: Rig) -> None:
    id_ = made(rig, processing="DYNAMIC")
    rig.put(f"{LISTS}/{id_}/memberships/add", [rig.contact(email="ann@buyer.example")], status=400)
    assert rig.get(f"{LISTS}/{id_}")["list"]["size"] == 0


def test_a_deleted_contact_leaves_its_lists(rig: Rig) -> None:
    id_, contact = made(rig), rig.contact(email="ann@buyer.example")
    rig.put(f"{LISTS}/{id_}/memberships/add", [contact])
    done = rig.act("delete", contact)
    assert [(one["op"], one["type"]) for one in done["effects"]] == [("delete", "contacts"), ("member_remove", "lists")]
    assert rig.get(f"{LISTS}/{id_}/memberships")["results"] == []


def test_a_person_takes_a_member_off_by_hand(rig: Rig) -> None:
    id_, contact = made(rig), rig.contact(email="ann@buyer.example")
    rig.act("edit", contact, as_="marketer", list_add="LL · Nurture · Timing")
    done = rig.act("edit", contact, as_="marketer", list_remove=id_)
    assert done["effects"] == [
        {
            "op": "member_remove",
            "type": "lists",
            "id": id_,
            "before": {"record": contact, "name": "LL · Nurture · Timing"},
            "after": None,
        }
    ]


@pytest.mark.parametrize("path", ["/crm/v3/lists/99", "/crm/v3/lists/object-type-id/0-1/name/none"])
def test_an_unknown_list_is_not_found(rig: Rig, path: str) -> None:
    assert rig.client.get(path).json()["subCategory"] == "ILS.LIST_NOT_FOUND"
