"""What only people do with records in Salesforce's own screens: merge two, convert a lead."""

from datetime import timedelta
from typing import Any

from simulator.salesforce import catalogue, times
from simulator.salesforce.errors import RefusedError
from simulator.salesforce.org import Org
from simulator.salesforce.table import Row
from simulator.salesforce.writing import Writing

_LEAD_TO_CONTACT = {
    "FirstName": "FirstName",
    "LastName": "LastName",
    "Salutation": "Salutation",
    "Title": "Title",
    "Email": "Email",
    "Phone": "Phone",
    "MobilePhone": "MobilePhone",
    "Fax": "Fax",
    "LeadSource": "LeadSource",
    "Description": "Description",
    "HasOptedOutOfEmail": "HasOptedOutOfEmail",
    "DoNotCall": "DoNotCall",
    "OwnerId": "OwnerId",
    "LastActivityDate": "LastActivityDate",
    "Street": "MailingStreet",
    "City": "MailingCity",
    "State": "MailingState",
    "PostalCode": "MailingPostalCode",
    "Country": "MailingCountry",
}
_LEAD_TO_ACCOUNT = {
    "Company": "Name",
    "Industry": "Industry",
    "Website": "Website",
    "AnnualRevenue": "AnnualRevenue",
    "NumberOfEmployees": "NumberOfEmployees",
    "Phone": "Phone",
    "OwnerId": "OwnerId",
    "City": "BillingCity",
    "Country": "BillingCountry",
}


def merge(org: Org, winner_id: str, loser_id: str, writing: Writing) -> None:
    """The loser goes to the bin pointing at the winner; its activities and memberships move to the winner."""
    type_, winner = org.living(winner_id)
    loser_type, loser = org.living(loser_id)
    if not type_.mergeable or loser_type is not type_ or winner["Id"] == loser["Id"]:
        raise RefusedError(
            "INVALID_CROSS_REFERENCE_KEY", "only two different leads, contacts or accounts can be merged"
        )
    if winner.get("IsConverted") or loser.get("IsConverted"):
        raise RefusedError("CANNOT_UPDATE_CONVERTED_LEAD", "cannot reference converted lead", fields=())
    table = org.tables[type_.name]
    gone = {**loser, "IsDeleted": True, "MasterRecordId": winner["Id"], **org.touched(loser, writing)}
    writing.save(table, gone, op="delete")
    for child_id in [*org.children(loser["Id"]), *_roles(org, loser["Id"])]:
        _hand_over(org, child_id, loser["Id"], winner["Id"], writing=writing)
    latest = table.rows[winner["Id"]]
    writing.save(table, {**latest, **org.touched(latest, writing)}, op="update")


def _roles(org: Org, contact_id: str) -> list[str]:
    """The places of a contact in deals, which they keep when they are deleted and leave to who they are merged into."""
    table = org.tables["OpportunityContactRole"]
    return [one for one in table.with_value("ContactId", contact_id) if not table.rows[one].get("IsDeleted")]


def _hand_over(org: Org, child_id: str, old_id: str, new_id: str, *, writing: Writing) -> None:
    _, child = org.living(child_id)
    table = org.tables[_type_name(child)]
    moved = {name: new_id if value == old_id and name != "Id" else value for name, value in child.items()}
    if table.type.name == "CampaignMember" and _is_member(org, child["CampaignId"], new_id):
        org.delete(child_id, writing)
        return
    writing.save(table, {**moved, "SystemModstamp": times.stamp(writing.now)}, op="update")


def _is_member(org: Org, campaign_id: str, person_id: str) -> bool:
    table = org.tables["CampaignMember"]
    ids = [*table.with_value("LeadId", person_id), *table.with_value("ContactId", person_id)]
    rows = (table.rows[one] for one in ids)
    return any(row["CampaignId"] == campaign_id and not row.get("IsDeleted") for row in rows)


def convert(org: Org, lead_id: str, wishes: Row, writing: Writing) -> dict[str, Any]:
    """Account, contact and (unless unwanted) opportunity from a lead; `wishes` may name existing ones."""
    _, lead = org.living(lead_id)
    if lead.get("IsConverted"):
        raise RefusedError("CANNOT_UPDATE_CONVERTED_LEAD", "cannot reference converted lead", fields=())
    if str(lead["OwnerId"]).startswith("00G"):
        raise RefusedError("INVALID_CROSS_REFERENCE_KEY", "a lead owned by a queue cannot be converted")
    account_id = wishes.get("account_id") or _new(org, "Account", _mapped(lead, _LEAD_TO_ACCOUNT), writing)
    contact_id = wishes.get("contact_id") or _new(org, "Contact", _contact(lead, account_id), writing)
    opportunity_id = _opportunity(org, lead, account_id, wishes=wishes, writing=writing)
    if opportunity_id is not None and not wishes.get("opportunity_id"):
        role = {"OpportunityId": opportunity_id, "ContactId": contact_id, "IsPrimary": True}
        _new(org, "OpportunityContactRole", role, writing)
    closed = {
        "IsConverted": True,
        "Status": wishes.get("status") or "Closed - Converted",
        "ConvertedDate": times.stamp(writing.at)[:10],
        "ConvertedAccountId": account_id,
        "ConvertedContactId": contact_id,
        "ConvertedOpportunityId": opportunity_id,
    }
    for child_id in org.children(lead["Id"]):
        _follow(org, child_id, contact_id, writing)
    latest = org.tables["Lead"].rows[lead["Id"]]
    writing.save(org.tables["Lead"], {**latest, **closed, **org.touched(latest, writing)}, op="update")
    return {"id": lead["Id"], "account_id": account_id, "contact_id": contact_id, "opportunity_id": opportunity_id}


def _contact(lead: Row, account_id: str) -> Row:
    """The leadloop fields are mapped to those of the contact, as its package sets lead conversion up."""
    own = {name: value for name, value in lead.items() if name.startswith("LL_")}
    return _mapped(lead, _LEAD_TO_CONTACT) | own | {"AccountId": account_id}


def _opportunity(org: Org, lead: Row, account_id: str, *, wishes: Row, writing: Writing) -> str | None:
    if wishes.get("opportunity_id"):
        return str(wishes["opportunity_id"])
    if wishes.get("create_opportunity", True) is False:
        return None
    fields = {
        "Name": wishes.get("opportunity_name") or f"{lead['Company']}-",
        "AccountId": account_id,
        "StageName": wishes.get("stage") or "Prospecting",
        "CloseDate": times.stamp(writing.at + timedelta(days=90))[:10],
        "Amount": wishes.get("amount"),
        "LeadSource": lead.get("LeadSource"),
        "OwnerId": lead["OwnerId"],
    }
    return _new(org, "Opportunity", fields, writing)


def _follow(org: Org, child_id: str, contact_id: str, writing: Writing) -> None:
    """Activities move to the contact; a membership keeps its lead and gains the contact."""
    _, child = org.living(child_id)
    table = org.tables[_type_name(child)]
    if table.type.name == "CampaignMember":
        moved = {"ContactId": contact_id, "LeadOrContactId": contact_id, "Type": "Contact"}
    else:
        moved = {"WhoId": contact_id}
    writing.save(table, {**child, **moved, "SystemModstamp": times.stamp(writing.now)}, op="update")


def _new(org: Org, type_name: str, fields: Row, writing: Writing) -> str:
    was, writing.trusted = writing.trusted, True
    try:
        return org.create(catalogue.TYPES[type_name], fields, writing)
    finally:
        writing.trusted = was


def _mapped(lead: Row, names: dict[str, str]) -> Row:
    return {there: lead[here] for here, there in names.items() if lead.get(here) is not None}


def _type_name(row: Row) -> str:
    type_ = catalogue.of_id(row["Id"])
    assert type_ is not None  # the row stands in a table of that type
    return type_.name
