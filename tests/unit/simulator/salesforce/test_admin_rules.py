"""What an admin sets up against careless writers, and what the API then answers."""

from datetime import timedelta
from typing import Any

import httpx
import pytest

from simulator.act import ActError
from simulator.salesforce.errors import RefusedError
from tests.unit.simulator.salesforce.office import Caller, Office

COLD = {"object": "Lead", "when": [{"field": "Rating", "value": "Cold"}], "message": "Cold leads rest.", "at": "Rating"}
ALLOWED = {"Sforce_Duplicate_Rule_Header": "allowSave=true"}


def admin(caller: Caller, **wanted: Any) -> None:
    now = caller.kernel.now()
    caller.world.act("edit", as_="admin", id="settings", fields=wanted, at=now, now=now, effects=[])


def refusal(answer: httpx.Response) -> tuple[int, str, list[str]]:
    (error,) = answer.json()
    return answer.status_code, error["errorCode"], error["fields"]


def code_in_collection(answer: httpx.Response) -> list[str | None]:
    return [None if row["success"] else row["errors"][0]["statusCode"] for row in answer.json()]


def patch(caller: Caller, *rows: dict[str, Any], **headers: str) -> httpx.Response:
    records = [{"attributes": {"type": "Lead"}, **row} for row in rows]
    return caller.call("PATCH", "composite/sobjects", {"allOrNone": False, "records": records}, **headers)


def test_a_validation_rule_refuses_the_api_and_people_alike(caller: Caller) -> None:
    lead = caller.lead(Rating="Hot")
    admin(caller, validation_rules=[COLD])
    answer = caller.call("PATCH", f"sobjects/Lead/{lead}", {"Rating": "Cold"})
    assert refusal(answer) == (400, "FIELD_CUSTOM_VALIDATION_EXCEPTION", ["Rating"])
    now = caller.kernel.now()
    with pytest.raises(ActError, match="Cold leads rest"):
        caller.world.act("edit", as_="rep", id=lead, fields={"Rating": "Cold"}, at=now, now=now, effects=[])
    assert caller.call("GET", f"sobjects/Lead/{lead}").json()["Rating"] == "Hot"


@pytest.mark.parametrize(
    ("test", "value", "refused"),
    [
        ("is", "hot", ["Hot"]),
        ("is_not", "Hot", ["Cold", None]),
        ("blank", None, [None]),
        ("filled", None, ["Hot", "Cold"]),
        ("changed", None, ["Cold", None]),
    ],
)
def test_a_condition_looks_at_the_row_as_it_would_be(
    caller: Caller, test: str, value: str | None, refused: list[str | None]
) -> None:
    lead = caller.lead(Rating="Hot")
    rule = COLD | {"when": [{"field": "Rating", "test": test, "value": value}]}
    admin(caller, validation_rules=[rule])
    answers = {rating: patch(caller, {"id": lead, "Rating": rating}) for rating in ("Cold", None, "Hot")}
    admin(caller, validation_rules=[])
    told = [rating for rating, answer in answers.items() if code_in_collection(answer) != [None]]
    if test == "changed":  # nothing was saved, so the row is Hot all along
        assert set(told) == set(refused)
    else:
        assert [rating for rating in ("Hot", "Cold", None) if rating in told] == refused


def test_an_alert_is_clicked_away_by_the_header_and_a_block_is_not(caller: Caller) -> None:
    caller.lead(Email="ada@engines.example")
    twin = {"LastName": "Lovelace", "Company": "Engines", "Email": "Ada@Engines.example"}
    admin(caller, duplicate_rules=[{"object": "Lead", "action": "alert"}])
    answer = caller.call("POST", "sobjects/Lead", twin)
    assert refusal(answer) == (400, "DUPLICATES_DETECTED", [])
    found = answer.json()[0]["duplicateResut"]
    assert (found["allowSave"], found["matchResults"][0]["size"]) == (True, 1)
    assert caller.call("POST", "sobjects/Lead", twin, **ALLOWED).status_code == 201
    admin(caller, duplicate_rules=[{"object": "Lead", "action": "block"}])
    assert refusal(caller.call("POST", "sobjects/Lead", twin, **ALLOWED)) == (400, "DUPLICATES_DETECTED", [])


def test_an_old_duplicate_refuses_an_update_that_has_nothing_to_do_with_it(caller: Caller) -> None:
    leads = [caller.lead(Email="ada@engines.example") for _ in range(2)]
    admin(caller, duplicate_rules=[{"object": "Lead", "action": "block", "on": ["update"]}])
    assert code_in_collection(patch(caller, {"id": leads[0], "LL_Score__c": 5})) == ["DUPLICATES_DETECTED"]


def test_a_part_of_a_composite_inherits_no_header_but_the_login(caller: Caller) -> None:
    leads = [caller.lead(Email="ada@engines.example") for _ in range(2)]
    admin(caller, duplicate_rules=[{"object": "Lead", "action": "alert"}])
    url = f"/services/data/v59.0/sobjects/Lead/{leads[0]}"
    part: dict[str, Any] = {"method": "PATCH", "url": url, "referenceId": "a", "body": {"Title": "x"}}
    own = part | {"referenceId": "b", "httpHeaders": {"Sforce-Duplicate-Rule-Header": "allowSave=true"}}
    answer = caller.call("POST", "composite", {"compositeRequest": [part, own]}, **ALLOWED)
    assert [one["httpStatusCode"] for one in answer.json()["compositeResponse"]] == [400, 204]
    login = part | {"httpHeaders": {"Authorization": "Bearer other"}}
    assert caller.call("POST", "composite", {"compositeRequest": [login]}).status_code == 400


def test_a_row_in_an_open_transaction_is_locked_until_it_commits(caller: Caller) -> None:
    lead, now = caller.lead(), caller.kernel.now()
    caller.world.act("edit", as_="rep", id=lead, fields={"Title": "x", "open_s": 60}, at=now, now=now, effects=[])
    assert code_in_collection(patch(caller, {"id": lead, "LL_Score__c": 5})) == ["UNABLE_TO_LOCK_ROW"]
    caller.kernel.clock.advance(61)
    assert code_in_collection(patch(caller, {"id": lead, "LL_Score__c": 5})) == [None]


def test_a_transaction_on_a_member_locks_its_campaign(office: Office) -> None:
    fields = {"CampaignId": office.campaign, "LeadId": office.lead}
    member = office.world.seed({"CampaignMember": [fields]}, office.now, [])["CampaignMember"][0]
    office.act("edit", member, Status="Responded", open_s=60)
    type_ = office.org.tables["CampaignMember"].type
    with pytest.raises(RefusedError, match="UNABLE_TO_LOCK_ROW"):
        office.org.create(type_, {"CampaignId": office.campaign, "LeadId": office.owned}, office.writing())
    office.now += timedelta(seconds=61)
    office.org.commit(office.now)
    assert office.org.create(type_, {"CampaignId": office.campaign, "LeadId": office.owned}, office.writing())


def test_requests_that_share_a_parent_are_in_each_others_way_for_a_moment(caller: Caller) -> None:
    leads = [caller.lead() for _ in range(2)]
    now = caller.kernel.now()
    campaign = caller.world.seed({"Campaign": [{"Name": "Spring"}]}, now, [])["Campaign"][0]
    admin(caller, parent_lock_s=30)

    def join(*people: str) -> list[str | None]:
        rows = [{"attributes": {"type": "CampaignMember"}, "CampaignId": campaign, "LeadId": one} for one in people]
        return code_in_collection(caller.call("POST", "composite/sobjects", {"records": rows}))

    assert join(leads[0]) == [None]
    assert join(leads[1]) == ["UNABLE_TO_LOCK_ROW"]
    caller.kernel.clock.advance(31)
    assert join(leads[1]) == [None]


def test_what_a_refused_row_would_have_locked_stays_free(caller: Caller) -> None:
    lead = caller.lead(Rating="Hot")
    admin(caller, parent_lock_s=30, validation_rules=[COLD])
    assert code_in_collection(patch(caller, {"id": lead, "Rating": "Cold"})) == ["FIELD_CUSTOM_VALIDATION_EXCEPTION"]
    assert code_in_collection(patch(caller, {"id": lead, "Rating": "Warm"})) == [None]


def test_a_queue_owns_only_the_objects_it_is_enabled_for(caller: Caller) -> None:
    lead, now = caller.lead(), caller.kernel.now()
    queue = caller.world.seed({"Group": [{"name": "Cases"}]}, now, [])["Group"][0]
    (enabled,) = (row["Id"] for row in caller.world.objects("QueueSobject") if row["QueueId"] == queue)
    assert code_in_collection(patch(caller, {"id": lead, "OwnerId": queue})) == [None]
    lead = caller.lead()
    caller.world.act("delete", as_="admin", id=enabled, fields={}, at=now, now=now, effects=[])
    assert code_in_collection(patch(caller, {"id": lead, "OwnerId": queue})) == ["FIELD_INTEGRITY_EXCEPTION"]


@pytest.mark.parametrize(
    "wanted",
    [
        {},
        {"no_such_setting": 1},
        {"validation_rules": "none"},
        {"validation_rules": [{"object": "Nothing"}]},
        {"validation_rules": [{"object": "Lead", "when": [{"field": "Nothing"}]}]},
        {"validation_rules": [{"object": "Lead", "when": [{"field": "Rating", "test": "like"}]}]},
        {"automation": [{"object": "Lead", "kind": "macro"}]},
        {"duplicate_rules": [{"object": "Lead", "action": "warn"}]},
        {"storage_full": "yes"},
        {"parent_lock_s": -1},
        {"field_security": {"Lead.Rating": "secret"}},
        {"field_security": {"Lead.Nothing": "read"}},
        {"field_types": {"Lead.Rating": "number"}},
        {"field_types": {"Lead.Nothing": "string"}},
        {"picklists": {"Lead.Title": ["Sir"]}},
        {"picklists": {"Lead.Rating": "Hot"}},
    ],
    ids=str,
)
def test_a_setting_that_makes_no_sense_changes_nothing(caller: Caller, wanted: dict[str, Any]) -> None:
    lead = caller.lead()
    with pytest.raises(ActError):
        admin(caller, **{"approvals": [lead], **wanted} if wanted else {})
    assert code_in_collection(patch(caller, {"id": lead, "Title": "free"})) == [None]
