"""The simulator's log, read as what happened to people: one trace per change that the story or a figure needs.

Nothing but the log is known here: who a record is comes from the effects that created it. Lines of
the side door are people's doings, all others are leadloop's.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any

DOOR = "/_simulator"
QUIET = timedelta(minutes=2)
"""Leadloop's lines farther apart than this in simulated time belong to different cycles."""
PERSON_TYPES = {"Lead": "Email", "Contact": "Email", "contacts": "email"}
ENGAGEMENTS = frozenset({"calls", "emails", "meetings"})


class What(StrEnum):
    """What a trace tells."""

    RECORD = "a record of the person was created"
    STAGE = "stage"
    MQL_SINCE = "mql since"
    QUEUE = "queue"
    BAND = "band"
    GRADE = "grade"
    SCORE = "score"
    WHY = "why"
    ROUTE_WHY = "why this rep"
    NEEDS_DATA = "missing data"
    NURTURE_UNTIL = "nurture until"
    OWNER = "owner in Salesforce"
    HUBSPOT_OWNER = "owner in HubSpot"
    VERDICT = "verdict"
    OUTCOME = "outcome"
    RETURN_DATE = "the rep's return date"
    DATA = "phone or company"
    CONVERTED = "converted"
    FORM = "form"
    PAGE = "page view"
    MAIL = "marketing e-mail"
    CALL = "call"
    EMAIL = "e-mail"
    MEETING = "meeting"
    CAMPAIGN = "campaign"
    TASK = "leadloop's task"
    TICK = "leadloop's task was completed"
    LIST_IN = "on a list"
    LIST_OUT = "off a list"


FIELDS = {
    "LL_Stage__c": What.STAGE,
    "LL_MQL_Since__c": What.MQL_SINCE,
    "LL_Queue__c": What.QUEUE,
    "LL_Band__c": What.BAND,
    "LL_Grade__c": What.GRADE,
    "LL_Score__c": What.SCORE,
    "LL_Why__c": What.WHY,
    "LL_Route_Why__c": What.ROUTE_WHY,
    "LL_Needs_Data__c": What.NEEDS_DATA,
    "LL_Nurture_Until__c": What.NURTURE_UNTIL,
    "LL_Verdict__c": What.VERDICT,
    "LL_Outcome__c": What.OUTCOME,
    "LL_Return_Date__c": What.RETURN_DATE,
    "OwnerId": What.OWNER,
    "Phone": What.DATA,
    "Company": What.DATA,
    "IsConverted": What.CONVERTED,
    "ll_stage": What.STAGE,
    "ll_mql_since": What.MQL_SINCE,
    "ll_queue": What.QUEUE,
    "ll_band": What.BAND,
    "ll_grade": What.GRADE,
    "ll_score": What.SCORE,
    "ll_why": What.WHY,
    "ll_route_why": What.ROUTE_WHY,
    "ll_needs_data": What.NEEDS_DATA,
    "ll_nurture_until": What.NURTURE_UNTIL,
    "hubspot_owner_id": What.HUBSPOT_OWNER,
}

ACTIVITIES = frozenset(
    {What.FORM, What.PAGE, What.MAIL, What.CALL, What.EMAIL, What.MEETING, What.CAMPAIGN},
)
TOUCHES = frozenset({What.CALL, What.EMAIL, What.MEETING, What.TICK})


@dataclass(frozen=True, slots=True, kw_only=True)
class Trace:
    """One thing that happened to one person. `cycle` counts leadloop's passes so far, from 1."""

    seq: int
    at: datetime
    ours: bool
    """Written by leadloop, not by a person or the seed."""
    cycle: int
    what: What
    person: str
    record: tuple[str, str]
    before: Any = None
    after: Any = None


@dataclass(slots=True, kw_only=True)
class Reader:
    """Reads lines in order and keeps who is who; `calls` counts leadloop's lines per system."""

    calls: dict[str, int] = field(default_factory=lambda: {"salesforce": 0, "hubspot": 0})
    cycle: int = 0
    cycle_began: int = 0
    """The first line of the present cycle."""
    cycle_writes: int = 0
    """Effects of leadloop's lines in the present cycle."""
    last_seq: int = 0
    names: dict[str, str] = field(default_factory=dict)
    """Person → name."""
    users: dict[str, str] = field(default_factory=dict)
    """Salesforce user id → e-mail."""
    user_names: dict[str, str] = field(default_factory=dict)
    _persons: dict[tuple[str, str], str] = field(default_factory=dict)
    _tasks: dict[str, tuple[str, tuple[str, str]]] = field(default_factory=dict)
    _last_at: datetime | None = None

    def read(self, lines: Iterable[Mapping[str, Any]]) -> Iterator[Trace]:
        """The traces of these lines, in order."""
        for line in lines:
            self.last_seq = line["seq"]
            at = datetime.fromisoformat(line["at"]).astimezone(UTC)
            ours = not line["path"].startswith(DOOR)
            if ours:
                self._count(line, at)
            for effect in line["effects"]:
                for what, record, before, after in self._told(effect, line):
                    yield Trace(
                        seq=line["seq"],
                        at=at,
                        ours=ours,
                        cycle=self.cycle,
                        what=what,
                        person=self._persons.get(record, f"{record[0]} {record[1]}"),
                        record=record,
                        before=before,
                        after=after,
                    )

    def _count(self, line: Mapping[str, Any], at: datetime) -> None:
        self.calls[line["system"]] += 1
        if self._last_at is None or at - self._last_at > QUIET:
            self.cycle += 1
            self.cycle_began, self.cycle_writes = line["seq"], 0
        self._last_at = at
        self.cycle_writes += len(line["effects"])

    def _told(
        self, effect: Mapping[str, Any], line: Mapping[str, Any]
    ) -> Iterator[tuple[What, tuple[str, str], Any, Any]]:
        kind, key = effect["type"], str(effect["id"])
        after, before = effect["after"] or {}, effect["before"] or {}
        if kind in PERSON_TYPES:
            yield from self._person(effect["op"], (kind, key), before, after)
        elif kind == "User" and "Email" in after:
            self.users[key] = after["Email"]
            self.user_names[after["Email"]] = str(after.get("Name") or after["Email"])
        elif kind == "lists" and effect["op"] in {"member_add", "member_remove"}:
            said = after or before
            what = What.LIST_IN if effect["op"] == "member_add" else What.LIST_OUT
            yield what, ("contacts", str(said["record"])), None, said["name"]
        elif effect["op"] == "create":
            yield from self._activity(kind, key, after, line)
        elif kind == "Task" and after.get("Status") == "Completed" and key in self._tasks:
            yield What.TICK, self._tasks[key][1], None, after["Status"]

    def _person(
        self, op: str, record: tuple[str, str], before: Mapping[str, Any], after: Mapping[str, Any]
    ) -> Iterator[tuple[What, tuple[str, str], Any, Any]]:
        if op == "create":
            address = str(after.get(PERSON_TYPES[record[0]]) or "").strip().lower()
            person = address or f"{record[0]} {record[1]}"
            self._persons[record] = person
            given = after.get("Name") or f"{after.get('firstname', '')} {after.get('lastname', '')}"
            self.names.setdefault(person, str(given).strip() or person)
            yield What.RECORD, record, None, address
        for name, value in after.items():
            what = FIELDS.get(name)
            if what is not None:
                was = before.get(name)
                owner = what is What.OWNER
                yield what, record, self._user(was) if owner else was, self._user(value) if owner else value

    def _user(self, key: Any) -> Any:
        return self.users.get(str(key), key)

    def _activity(
        self, kind: str, key: str, after: Mapping[str, Any], line: Mapping[str, Any]
    ) -> Iterator[tuple[What, tuple[str, str], Any, Any]]:
        if kind in {"Task", "Event"}:
            who = str(after.get("WhoId") or "")
            record = ("Contact" if who.startswith("003") else "Lead", who)
            if kind == "Task" and after.get("LL_Key__c"):
                self._tasks[key] = (key, record)
                yield What.TASK, record, None, after.get("Subject")
            else:
                yield _task_kind(kind, after), record, None, after.get("Subject")
        elif kind == "form_submissions":
            yield What.FORM, self._by_address(after["email"]), None, after["form"]
        elif kind == "email_events":
            yield What.MAIL, self._by_address(after["recipient"]), None, after["type"]
        elif kind == "page_views":
            yield What.PAGE, ("contacts", str(after["contact"])), None, after["url"]
        elif kind in ENGAGEMENTS:
            contact = line.get("act", {}).get("answer", {}).get("contact_id", "")
            yield _ENGAGED[kind], ("contacts", str(contact)), None, kind
        elif kind == "CampaignMember":
            who = str(after.get("LeadId") or after.get("ContactId") or "")
            yield What.CAMPAIGN, ("Lead" if after.get("LeadId") else "Contact", who), None, after.get("Status")

    def _by_address(self, address: str) -> tuple[str, str]:
        """An address stands for its person; there is no record to name."""
        record = ("address", address.strip().lower())
        self._persons.setdefault(record, record[1])
        return record


_ENGAGED = {"calls": What.CALL, "emails": What.EMAIL, "meetings": What.MEETING}


def _task_kind(kind: str, after: Mapping[str, Any]) -> What:
    if kind == "Event":
        return What.MEETING
    return What.EMAIL if after.get("TaskSubtype") == "Email" else What.CALL


def moment(value: object) -> datetime:
    """A time as either vendor writes it: ISO 8601 with any zone spelling, or milliseconds."""
    text = str(value)
    if text.isdigit():
        return datetime.fromtimestamp(int(text) / 1000, UTC)
    return datetime.fromisoformat(text).astimezone(UTC)
