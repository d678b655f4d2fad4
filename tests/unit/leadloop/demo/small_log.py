"""A small simulator log made by hand: a few people, each with one kind of happening, in both systems."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from leadloop.demo import people

Line = dict[str, Any]
DAY_1 = datetime(2026, 9, 7, tzinfo=UTC)
RUTH, SVEN = "0055e0000000003AAA", "0055e0000000004AAA"

PAIRS = {
    "LL_Stage__c": "ll_stage",
    "LL_Band__c": "ll_band",
    "LL_Grade__c": "ll_grade",
    "LL_Score__c": "ll_score",
    "LL_Why__c": "ll_why",
    "LL_MQL_Since__c": "ll_mql_since",
    "LL_Route_Why__c": "ll_route_why",
    "LL_Queue__c": "ll_queue",
    "LL_Needs_Data__c": "ll_needs_data",
    "LL_Nurture_Until__c": "ll_nurture_until",
    "OwnerId": "hubspot_owner_id",
}


class LogBook:
    """Writes lines as the simulator does; time is set in days and hours of the run."""

    def __init__(self) -> None:
        self.lines: list[Line] = []
        self.now = DAY_1
        self._shown: dict[tuple[str, str], dict[str, Any]] = {}
        self._made = 0

    def at(self, day: int, hour: float) -> None:
        self.now = DAY_1 + timedelta(days=day - 1, hours=hour)

    def line(self, system: str, path: str, *effects: Line, act: Line | None = None, at: datetime | None = None) -> int:
        moment = f"{(at or self.now):%Y-%m-%dT%H:%M:%S.000Z}"
        line: Line = {"seq": len(self.lines) + 1, "at": moment, "wall": moment, "system": system, "method": "POST"}
        line |= {"path": path, "status": 200, "effects": list(effects)}
        self.lines.append(line if act is None else line | {"act": act})
        self.now += timedelta(seconds=1)
        return int(line["seq"])

    def change(self, kind: str, key: str, fields: Mapping[str, Any]) -> Line:
        """An update effect with what was shown before."""
        shown = self._shown.setdefault((kind, key), {})
        before = {name: shown.get(name) for name in fields}
        shown.update(fields)
        return {"op": "update", "type": kind, "id": key, "before": before, "after": dict(fields)}

    def create(self, kind: str, key: str, fields: Mapping[str, Any]) -> Line:
        self._shown[kind, key] = dict(fields)
        return {"op": "create", "type": kind, "id": key, "before": None, "after": dict(fields)}

    def door(self, system: str, *effects: Line) -> int:
        return self.line(system, "/_simulator/act", *effects, act={"answer": {}})

    def new_id(self) -> str:
        self._made += 1
        return f"{self._made:05}"


class Person:
    """One person with a Lead and a contact; `lead=None`: in HubSpot only."""

    def __init__(self, book: LogBook, name: str, *, owner: str | None = RUTH, lead: bool = True) -> None:
        self.book = book
        self.name = name
        self.email = f"{name.lower()}@x.example"
        number = book.new_id()
        self.contact = f"7{number}"
        self.lead = f"00Q{number}" if lead else None
        if self.lead:
            row = {"Email": f" {self.email.title()} ", "Name": f"{name} Xu", "OwnerId": owner}
            book.line("salesforce", "/_simulator/seed", book.create("Lead", self.lead, row))
        row = {"email": self.email, "firstname": name, "lastname": "Xu"}
        book.line("hubspot", "/_simulator/seed", book.create("contacts", self.contact, row))

    def sends(self, form: str, *, at: datetime | None = None) -> int:
        after = {"form": form, "email": self.email, "submittedAt": 0}
        effect = self.book.create("form_submissions", self.book.new_id(), after)
        return self.book.line("hubspot", "/_simulator/act", effect, act={"answer": {}}, at=at)

    def views(self, url: str) -> int:
        return self.book.door(
            "hubspot", self.book.create("page_views", self.book.new_id(), {"contact": self.contact, "url": url})
        )

    def called(self, rep: str) -> int:
        after = {"WhoId": self.lead, "OwnerId": rep, "TaskSubtype": "Call", "Status": "Completed", "Subject": "Call"}
        return self.book.door("salesforce", self.book.create("Task", f"00T{self.book.new_id()}", after))

    def answered(self, **fields: Any) -> int:
        return self.book.door("salesforce", self.book.change("Lead", str(self.lead), fields))

    def written(self, **fields: Any) -> tuple[int, ...]:
        """leadloop shows these in both systems: the line numbers, Salesforce first."""
        numbers = []
        if self.lead:
            effect = self.book.change("Lead", self.lead, fields)
            numbers.append(self.book.line("salesforce", "/services/data/v62.0/composite/sobjects", effect))
        twin = {PAIRS[name]: value for name, value in fields.items() if name in PAIRS}
        if twin:
            effect = self.book.change("contacts", self.contact, twin)
            numbers.append(self.book.line("hubspot", "/crm/v3/objects/contacts/batch/update", effect))
        return tuple(numbers)

    def tasked(self, subject: str, rep: str) -> int:
        after = {"LL_Key__c": self.book.new_id(), "WhoId": self.lead, "OwnerId": rep, "Subject": subject}
        effect = self.book.create("Task", f"00T{self.book.new_id()}", after)
        return self.book.line("salesforce", "/services/data/v62.0/composite/sobjects", effect)

    def listed(self, name: str) -> int:
        said = {"record": self.contact, "name": name}
        effect = {"op": "member_add", "type": "lists", "id": "1", "before": None, "after": said}
        return self.book.line("hubspot", "/crm/v3/lists/1/memberships/add", effect)

    def unlisted(self, name: str) -> int:
        said = {"record": self.contact, "name": name}
        effect = {"op": "member_remove", "type": "lists", "id": "1", "before": said, "after": None}
        return self.book.line("hubspot", "/crm/v3/lists/1/memberships/remove", effect)

    def assigned(self, rep: str, *, day: int) -> None:
        """MQL and assigned in one cycle, with owner and task."""
        since = f"2026-09-{6 + day:02}T10:00:00.000+0000"
        self.written(
            LL_Stage__c="assigned", LL_MQL_Since__c=since, OwnerId=rep, LL_Route_Why__c="pool SDR: next in turn"
        )
        self.tasked(f"Call {self.name}", rep)


def _team(book: LogBook) -> None:
    users = ((RUTH, people.REPS[0], "Ruth Okoye"), (SVEN, people.REPS[1], "Sven Larsson"))
    effects = [book.create("User", key, {"Email": email, "Name": name}) for key, email, name in users]
    book.line("salesforce", "/_simulator/seed", *effects)


def small_log() -> list[Line]:
    """Fourteen days: the mistake is on day 10."""
    book = LogBook()
    _team(book)
    ann, bob, cy, dee = (Person(book, name) for name in ("Ann", "Bob", "Cy", "Dee"))
    eve, fay, ida, jo = (Person(book, name) for name in ("Eve", "Fay", "Ida", "Jo"))
    gus, hal = Person(book, "Gus", lead=False), Person(book, "Hal", lead=False)
    bare = book.create("Lead", "00Qbare", {"LastName": "Nobody", "OwnerId": RUTH})
    book.line("salesforce", "/_simulator/seed", bare)

    ann.sends("Guide: Faster first answers", at=DAY_1 - timedelta(days=3))
    book.at(1, 9)
    ann.views("https://your-company.example/pricing")
    book.at(1, 10)  # the first cycle: backlog
    for person in (gus, hal):
        person.written(LL_Stage__c="engaged", LL_Band__c="B hot" if person is hal else "B warm", LL_Grade__c="B")
    ann.written(LL_Score__c=63.0, LL_Band__c="A hot", LL_Grade__c="A", LL_Why__c="Downloaded a guide.")
    for person in (ann, bob, cy, dee, eve, ida):
        person.assigned(SVEN if person is ann else RUTH, day=1)

    book.at(2, 9)
    ann.called(SVEN)
    bob.called(RUTH)
    eve.called(RUTH)
    ida.answered(LL_Verdict__c="Accept")
    ida.called(RUTH)
    cy.answered(LL_Verdict__c="Wrong person")
    dee.answered(LL_Verdict__c="Data wrong")
    book.at(2, 10)
    for person in (ann, bob, eve, ida):
        person.written(LL_Stage__c="accepted")
    cy.written(OwnerId=SVEN, LL_Route_Why__c="pool SDR: Sven Larsson")
    cy.tasked("Call Cy", SVEN)
    dee.written(LL_Stage__c="mql", LL_Queue__c="needs_data", LL_Needs_Data__c="missing: phone")

    book.at(3, 9)
    bob.answered(LL_Outcome__c="Not now", LL_Return_Date__c="2026-09-14")
    eve.answered(LL_Outcome__c="No budget")
    cy.called(SVEN)
    dee.answered(Phone="+1 415 555 0142")
    book.at(3, 10)
    bob.written(LL_Stage__c="recycled", LL_Nurture_Until__c="2026-09-14")
    bob.listed("LL · Nurture · Timing")
    eve.written(LL_Stage__c="recycled", LL_Nurture_Until__c="2027-01-05")
    eve.listed("LL · Nurture · No budget")
    cy.written(LL_Stage__c="accepted")
    dee.written(
        LL_Stage__c="assigned", LL_Queue__c=None, LL_Needs_Data__c=None, LL_Route_Why__c="asked for better data"
    )

    book.at(5, 9)
    eve.sends("Demo request")
    fay.sends("Demo request")
    book.at(5, 10)
    eve.unlisted("LL · Nurture · No budget")
    eve.assigned(RUTH, day=5)
    eve.written(LL_Route_Why__c="spoke with them last: Ruth Okoye")
    fay.written(LL_Stage__c="mql", LL_Queue__c="unassigned", LL_Route_Why__c="pool SDR: all 6 away")
    book.at(6, 10)
    fay.written(LL_Queue__c=None)
    fay.assigned(SVEN, day=6)

    book.at(8, 9)  # 14 September: Bob's date
    bob.views("https://your-company.example/compare/the-others")
    book.at(8, 10)
    bob.assigned(RUTH, day=8)
    bob.unlisted("LL · Nurture · Timing")
    hal.written(LL_Stage__c="mql", LL_MQL_Since__c="2026-09-14T10:00:09.000Z")

    book.at(10, 9)
    jo.sends("Demo request")
    book.at(10, 10)  # the day of the mistake: Gus is held, Jo is not
    jo.assigned(SVEN, day=10)
    book.at(14, 10)
    gus.written(LL_Score__c=18.0)
    book.at(14, 11)  # the last cycle reads and writes nothing
    book.line("salesforce", "/services/data/v62.0/query")
    book.line("hubspot", "/crm/v3/objects/contacts/search")
    return book.lines
