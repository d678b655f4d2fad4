"""Fields that Salesforce fills in from others: names, closed flags, probabilities, the member's person."""

from datetime import datetime, timedelta
from typing import Any

from simulator.salesforce import times
from simulator.salesforce.rules import Records
from simulator.salesforce.table import Row
from simulator.salesforce.work import CLOSED_TASK, OPPORTUNITY_STAGES

_DEFAULT_MEETING = 60


def derived(type_name: str, row: Row, org: Records, at: datetime) -> Row:
    """The values that follow from the row's own."""
    follow = _RULES.get(type_name)
    return follow(row, org, at) if follow is not None else {}


def _person(row: Row, _org: Records, _at: datetime) -> Row:
    return {"Name": " ".join(part for part in (row.get("FirstName"), row.get("LastName")) if part)}


def _task(row: Row, org: Records, at: datetime) -> Row:
    closed = row.get("Status") == CLOSED_TASK
    done_at = row.get("CompletedDateTime") or times.precise(at)
    return {
        "IsClosed": closed,
        "IsHighPriority": row.get("Priority") == "High",
        "CompletedDateTime": done_at if closed else None,
        "AccountId": _account(row, org),
    }


def _event(row: Row, org: Records, at: datetime) -> Row:
    start = times.read_datetime(row.get("StartDateTime") or row.get("ActivityDateTime") or times.precise(at))
    end = times.read_datetime(row["EndDateTime"]) if row.get("EndDateTime") else None
    minutes = row.get("DurationInMinutes")
    if end is None or end < start:
        end = start + timedelta(minutes=minutes if minutes is not None else _DEFAULT_MEETING)
    return {
        "StartDateTime": times.precise(start),
        "ActivityDateTime": times.precise(start),
        "EndDateTime": times.precise(end),
        "EndDate": times.precise(end)[:10],
        "DurationInMinutes": int((end - start).total_seconds() // 60),
        "ActivityDate": times.precise(start)[:10],
        "AccountId": _account(row, org),
    }


def _account(row: Row, org: Records) -> str | None:
    who = org.row(row["WhoId"]) if row.get("WhoId") else None
    what = str(row.get("WhatId") or "")
    return (who or {}).get("AccountId") or (what if what.startswith("001") else None)


def _opportunity(row: Row, _org: Records, _at: datetime) -> Row:
    stage = row["StageName"]
    probability = float(OPPORTUNITY_STAGES.get(stage, row.get("Probability") or 0))
    amount = row.get("Amount")
    return {
        "IsClosed": stage.startswith("Closed"),
        "IsWon": stage == "Closed Won",
        "Probability": probability,
        "ExpectedRevenue": None if amount is None else round(amount * probability / 100, 2),
    }


def _member(row: Row, org: Records, at: datetime) -> Row:
    person_id = row.get("ContactId") or row["LeadId"]
    person = org.row(person_id) or {}
    statuses = org.table("CampaignMemberStatus")
    offered = [statuses.rows[one] for one in statuses.with_value("CampaignId", row["CampaignId"])]
    status = row.get("Status") or next((one["Label"] for one in offered if one.get("IsDefault")), "Sent")
    responded = any(one["Label"] == status and one.get("HasResponded") for one in offered)
    answer: dict[str, Any] = {
        "Status": status,
        "HasResponded": responded,
        "FirstRespondedDate": (row.get("FirstRespondedDate") or times.stamp(at)[:10]) if responded else None,
        "Type": "Contact" if row.get("ContactId") else "Lead",
        "LeadOrContactId": person_id,
    }
    return answer | {name: person.get(name) for name in ("Name", "FirstName", "LastName", "Email")}


_RULES = {
    "Lead": _person,
    "Contact": _person,
    "User": _person,
    "Task": _task,
    "Event": _event,
    "Opportunity": _opportunity,
    "CampaignMember": _member,
}
