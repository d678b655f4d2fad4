"""What people do in Salesforce, as the side door orders it: reps judge and call, admins edit, merge and convert."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from simulator.act import ActError
from simulator.salesforce import catalogue, times
from simulator.salesforce.errors import RefusedError
from simulator.salesforce.leadloop_fields import OUTCOMES, VERDICTS
from simulator.salesforce.lifecycle import convert, merge
from simulator.salesforce.org import Org
from simulator.salesforce.org_settings import Setup, tune
from simulator.salesforce.recycle_bin import empty, restore
from simulator.salesforce.seeding import user_id, with_shortcuts
from simulator.salesforce.table import Row
from simulator.salesforce.writing import Writing

_PEOPLE = ("Lead", "Contact")


@dataclass(frozen=True, slots=True, kw_only=True)
class Deed:
    """One act: who does what to which record."""

    do: str
    as_: str
    id: str
    fields: Row


def act(org: Org, deed: Deed, writing: Writing) -> dict[str, Any]:
    """Do it and say what was touched (ActError, with nothing left behind, when Salesforce's screens would refuse)."""
    handle = _DEEDS.get(deed.do)
    if handle is None:
        raise ActError(f"nobody can {deed.do} in Salesforce; known there are {', '.join(_DEEDS)}")
    if deed.do == "edit" and deed.id == "settings":
        setup = Setup(
            rules=org.rules, locks=org.locks, security=org.security, table=org.table, org=org, writing=writing
        )
        return tune(setup, deed.fields)
    mark = writing.mark()
    try:
        if deed.do == "edit" and deed.fields.get("restore") is True:
            return restore(org, deed.id, writing)
        deed = replace(deed, id=_by_address(org, deed.id))
        type_, row = org.living(deed.id)
        writing.user_id = _doer(org, deed, row) or writing.user_id
        done = {"type": type_.name, "id": row["Id"]} | handle(org, deed, writing)
        return done | _left_open(org, deed, writing, mark)
    except RefusedError as error:
        writing.roll_back(mark)
        raise ActError(f"{deed.do} of {deed.id!r}: {error}") from error
    except ActError:
        writing.roll_back(mark)
        raise


def _left_open(org: Org, deed: Deed, writing: Writing, mark: tuple[int, int]) -> dict[str, Any]:
    """With `open_s` the act is a transaction that commits only so many seconds later."""
    open_s = deed.fields.get("open_s")
    if open_s is None:
        return {}
    if isinstance(open_s, bool) or not isinstance(open_s, int | float) or open_s < 0:
        raise ActError(f"open_s must be a number of seconds from 0 up, got {open_s!r}")
    until = writing.now + timedelta(seconds=open_s)
    org.open_transaction(writing, mark, until)
    return {"visible_at": until.isoformat()}


def _by_address(org: Org, given: str) -> str:
    """A lead, contact or user may be named by e-mail address: the first living, unconverted one."""
    if "@" not in given:
        return given
    for type_name in (*_PEOPLE, "User"):
        table = org.tables[type_name]
        for record_id in table.with_value("Email", given):
            if not table.rows[record_id].get("IsDeleted") and not table.rows[record_id].get("IsConverted"):
                return record_id
    raise ActError(f"nobody in Salesforce has the e-mail address {given!r}")


def _doer(org: Org, deed: Deed, row: Row) -> str | None:
    """Who acts: the one named, else for a rep the record's owner when that is a person; None is the admin."""
    email = deed.fields.get("by_email") or deed.fields.get("owner_email")
    if email is not None:
        return user_id(org, str(email))
    if deed.as_ != "rep":
        return None
    owner = str(row.get("OwnerId") or "")
    return owner if owner.startswith("005") else None


def _accept(org: Org, deed: Deed, writing: Writing) -> dict[str, Any]:
    return _judge(org, deed, {"LL_Verdict__c": "Accept"}, writing)


def _reject(org: Org, deed: Deed, writing: Writing) -> dict[str, Any]:
    reason = deed.fields.get("reason")
    if reason in VERDICTS and reason != "Accept":
        return _judge(org, deed, {"LL_Verdict__c": reason}, writing)
    if reason in OUTCOMES:
        return _judge(org, deed, {"LL_Outcome__c": reason}, writing)
    raise ActError(f"reason must be one of {', '.join((*VERDICTS[1:], *OUTCOMES))}; got {reason!r}")


def _outcome(org: Org, deed: Deed, writing: Writing) -> dict[str, Any]:
    outcome = deed.fields.get("outcome")
    if outcome not in OUTCOMES:
        raise ActError(f"outcome must be one of {', '.join(OUTCOMES)}; got {outcome!r}")
    return _judge(org, deed, {"LL_Outcome__c": outcome}, writing)


def _judge(org: Org, deed: Deed, fields: Row, writing: Writing) -> dict[str, Any]:
    _need(org, deed.id, *_PEOPLE)
    if deed.fields.get("return_date") is not None:
        fields["LL_Return_Date__c"] = deed.fields["return_date"]
    org.update(deed.id, fields | _vendor_fields(org, deed.fields), writing)
    return {}


def _call(org: Org, deed: Deed, writing: Writing) -> dict[str, Any]:
    special = {
        "TaskSubtype": "Call",
        "CallType": "Outbound",
        "CallDurationInSeconds": deed.fields.get("duration_s"),
        "CallDisposition": deed.fields.get("disposition"),
    }
    return _task(org, deed, special, writing)


def _email(org: Org, deed: Deed, writing: Writing) -> dict[str, Any]:
    """With Enhanced Email, as most orgs have it: a task, and the message that says which way it went."""
    done = _task(org, deed, {"TaskSubtype": "Email"}, writing)
    message = {
        "ActivityId": done["activity_id"],
        "Subject": deed.fields.get("subject") or "Email",
        "TextBody": deed.fields.get("description"),
        "Incoming": deed.as_ == "prospect",
        "MessageDate": times.stamp(writing.at),
    }
    org.create(catalogue.TYPES["EmailMessage"], message, writing)
    return done


def _task(org: Org, deed: Deed, special: Row, writing: Writing) -> dict[str, Any]:
    fields = {
        "Subject": deed.fields.get("subject") or special["TaskSubtype"],
        "Status": "Completed",
        "ActivityDate": times.stamp(writing.at)[:10],
    }
    return _activity(org, "Task", deed, fields | special, writing=writing)


def _meeting(org: Org, deed: Deed, writing: Writing) -> dict[str, Any]:
    minutes = int(deed.fields.get("duration_s") or 1_800) // 60
    start = deed.fields.get("start") or times.precise(writing.at)
    end = times.read_datetime(start) + timedelta(minutes=minutes)
    fields = {
        "Subject": deed.fields.get("subject") or "Meeting",
        "StartDateTime": start,
        "EndDateTime": times.precise(end),
    }
    return _activity(org, "Event", deed, fields, writing=writing)


def _activity(org: Org, type_name: str, deed: Deed, fields: Row, *, writing: Writing) -> dict[str, Any]:
    _need(org, deed.id, *_PEOPLE)
    _, person = org.living(deed.id)
    fields |= {
        "WhoId": person["Id"],
        "OwnerId": writing.user_id,
        "Description": deed.fields.get("description"),
    }
    made = org.create(catalogue.TYPES[type_name], fields | _vendor_fields(org, deed.fields), writing)
    return {"activity_id": made}


def _edit(org: Org, deed: Deed, writing: Writing) -> dict[str, Any]:
    fields = _vendor_fields(org, deed.fields)
    if not fields:
        raise ActError("edit needs at least one Salesforce field in fields")
    org.update(deed.id, fields, writing)
    return {}


def _convert(org: Org, deed: Deed, writing: Writing) -> dict[str, Any]:
    _need(org, deed.id, "Lead")
    return convert(org, deed.id, deed.fields, writing)


def _merge(org: Org, deed: Deed, writing: Writing) -> dict[str, Any]:
    loser = deed.fields.get("loser_id")
    if not loser:
        raise ActError("merge needs loser_id in fields")
    merge(org, deed.id, str(loser), writing)
    return {"loser_id": str(loser)}


def _delete(org: Org, deed: Deed, writing: Writing) -> dict[str, Any]:
    org.delete(deed.id, writing)
    if deed.fields.get("purge") is True:
        empty(org, deed.id)
    return {}


def _unsubscribe(org: Org, deed: Deed, writing: Writing) -> dict[str, Any]:
    _need(org, deed.id, *_PEOPLE)
    org.update(deed.id, {"HasOptedOutOfEmail": True}, writing)
    return {}


def _need(org: Org, record_id: str, *type_names: str) -> None:
    type_, _ = org.living(record_id)
    if type_.name not in type_names:
        raise ActError(f"this is done to a {' or '.join(type_names)}; {record_id} is a {type_.name}")


def _vendor_fields(org: Org, fields: Row) -> Row:
    """Keys that begin with a capital are Salesforce's own (or a shortcut); the others are the side door's words."""
    return with_shortcuts(org, {name: value for name, value in fields.items() if name[:1].isupper()})


_DEEDS: dict[str, Callable[[Org, Deed, Writing], dict[str, Any]]] = {
    "accept": _accept,
    "reject": _reject,
    "outcome": _outcome,
    "call": _call,
    "email": _email,
    "meeting": _meeting,
    "edit": _edit,
    "convert": _convert,
    "merge": _merge,
    "delete": _delete,
    "unsubscribe": _unsubscribe,
}
