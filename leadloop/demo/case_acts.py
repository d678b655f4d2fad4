"""What the rows of the lead-handling log are in the two systems: who does what to which record.

A case is a person with a loan application. The web site fills HubSpot and, as web-to-lead does, Salesforce;
employees work in Salesforce. Whoever begins a piece of work on somebody else's lead takes it over and says
so by its status; on their own lead they just call.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from leadloop.demo.case_log import Happening

QUEUE = "Applications"
MANAGER = "manager@bank.example"
APPLICATION, PRE_ACCEPTED = "Loan application", "Application pre-accepted"
AMOUNT, STATUS, REFUSED = "requested_amount", "application_status", "refused"
WORKING = "Working - Contacted"
FORMS = ({"name": APPLICATION, "fields": ["email", "lastname", AMOUNT]}, {"name": PRE_ACCEPTED, "fields": ["email"]})
PROPERTIES = (
    {"object": "contacts", "name": AMOUNT, "label": "Requested amount", "type": "number", "fieldType": "number"},
    {"object": "contacts", "name": STATUS, "label": "Application status", "type": "string", "fieldType": "text"},
)
"""The portal's own properties of a loan desk: no standard one of a contact is a number that people type in."""
GROUP = "contactinformation"

WORK = {
    "W_Afhandelen leads": "Follow-up of a fresh lead",
    "W_Completeren aanvraag": "Call to complete the application",
    "W_Nabellen offertes": "Call after the offer",
    "W_Nabellen incomplete dossiers": "Call about missing papers",
    "W_Valideren aanvraag": "Check of the application",
    "W_Beoordelen fraude": "Check for fraud",
    "W_Wijzigen contractgegevens": "Change of the contract",
}
OFFERS, WON = frozenset({"O_CREATED", "O_SENT"}), frozenset({"A_ACTIVATED", "O_ACCEPTED"})

Json = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """One act for the side door. `opportunity_of`: the case whose opportunity's id goes into `id` once it is known."""

    as_: str
    do: str
    system: str
    id: str
    at: datetime
    fields: Mapping[str, Any] = field(default_factory=dict)
    case: int = 0
    opportunity_of: int | None = None

    def order(self, *, id: str | None = None) -> Json:
        return {
            "as": self.as_,
            "do": self.do,
            "system": self.system,
            "id": id or self.id,
            "fields": dict(self.fields),
            "at": self.at.isoformat(),
        }


@dataclass(slots=True)
class Case:
    """What the replayer remembers about one application. `owner` None: the queue."""

    owner: str | None = None
    has_offer: bool = False
    ended: bool = False
    won: bool = False


def address(case: int) -> str:
    return f"case-{case}@applicant.example"


def rep(person: int) -> str:
    return f"rep-{person}@bank.example"


def users(people: Iterable[int]) -> list[Json]:
    """The employees and their manager, as the seed wants them."""
    known = [{"email": rep(each), "first_name": "Rep", "last_name": str(each)} for each in people]
    return [*known, {"email": MANAGER, "first_name": "Desk", "last_name": "Manager"}]


def seed(people: Iterable[int]) -> Json:
    """Both systems before the first application."""
    return {
        "users": users(people),
        "queues": [{"name": QUEUE}],
        "forms": [dict(form) for form in FORMS],
        "hubspot": {"properties": [{**each, "groupName": GROUP} for each in PROPERTIES]},
    }


def lead_row(row: Happening) -> Json:
    """The Lead that the web site makes."""
    return {
        "LastName": f"Applicant {row.case}",
        "Company": f"Household {row.case}",
        "Email": address(row.case),
        "LeadSource": "Web",
        "OwnerQueue": QUEUE,
        "CreatedDate": row.at.isoformat(timespec="seconds").replace("+00:00", "Z"),
    }


class Desk:
    """Turns rows into acts; knows of every case only what somebody at the desk would see."""

    def __init__(self) -> None:
        self.cases: dict[int, Case] = {}
        self.touches = 0

    def new_leads(self, rows: Iterable[Happening]) -> list[tuple[int, Json]]:
        """The applications that came in, each once however often it was sent."""
        found: list[tuple[int, Json]] = []
        for row in rows:
            if row.activity == "A_SUBMITTED" and row.case not in self.cases:
                self.cases[row.case] = Case()
                found.append((row.case, lead_row(row)))
        return found

    def acts(self, row: Happening) -> Iterator[Act]:
        """What a row makes people do; nothing for the rows that only keep the log's own books."""
        case = self.cases.get(row.case)
        if case is None:
            return
        match row.activity:
            case "A_SUBMITTED":
                yield _form(row, APPLICATION, lastname=f"Applicant {row.case}", **{AMOUNT: str(row.amount)})
            case "A_PREACCEPTED":
                yield _form(row, PRE_ACCEPTED)
            case "A_DECLINED" | "A_CANCELLED":
                yield from self._end(row, case)
            case "O_SENT_BACK" if row.person is not None:
                yield _by_rep(row, "meeting", subject="The offer came back signed or answered")
            case name if name in OFFERS:
                yield from self._offer(row, case)
            case name if name in WON:
                yield from self._win(row, case)
            case name if name in WORK and row.transition == "START" and row.person is not None:
                yield from self._work(row, case)

    def _work(self, row: Happening, case: Case) -> Iterator[Act]:
        self.touches += 1
        yield _by_rep(row, "call", subject=WORK[row.activity])
        yield from self._take_over(row, case)

    def _take_over(self, row: Happening, case: Case) -> Iterator[Act]:
        """A Contact's owner stays: it is the Lead that is taken."""
        who = rep(row.person) if row.person is not None else None
        if case.has_offer or who is None or case.owner == who:
            return
        case.owner = who
        yield _by_rep(row, "edit", OwnerEmail=who, Status=WORKING)

    def _offer(self, row: Happening, case: Case) -> Iterator[Act]:
        """The first offer makes the opportunity; later ones are for the same amount. A queue's lead has none."""
        if case.has_offer or (row.person is None and case.owner is None):
            return
        yield from self._take_over(row, case)
        case.has_offer = True
        wishes = {"amount": row.amount, "opportunity_name": f"Loan {row.case}", "stage": "Proposal/Price Quote"}
        yield _by_rep(row, "convert", **wishes)

    def _win(self, row: Happening, case: Case) -> Iterator[Act]:
        if case.won:
            return
        yield from self._offer(row, case)
        case.won = case.has_offer
        if case.won:
            yield _deal(row, "Closed Won")

    def _end(self, row: Happening, case: Case) -> Iterator[Act]:
        if case.ended or case.won:
            return
        case.ended = True
        if row.activity == "A_CANCELLED":
            yield _by_rep(row, "outcome", outcome="Not now")
        elif row.person is not None:
            yield _by_rep(row, "reject", reason="Not our target")
        else:
            yield _act(row, "marketer", "edit", "hubspot", {STATUS: REFUSED})
        if case.has_offer:
            yield _deal(row, "Closed Lost")


def _act(row: Happening, as_: str, do: str, system: str, fields: Mapping[str, Any]) -> Act:
    return Act(as_=as_, do=do, system=system, id=address(row.case), at=row.at, fields=fields, case=row.case)


def _form(row: Happening, form: str, **values: str) -> Act:
    """A form's first submission makes the contact, so the person is named by address."""
    fields = {"form": form, "email": address(row.case), "values": values}
    return Act(as_="prospect", do="submit_form", system="hubspot", id="", at=row.at, fields=fields, case=row.case)


def _by_rep(row: Happening, do: str, **fields: Any) -> Act:
    """What an employee does in Salesforce; what happened by itself is the admin's."""
    if row.person is None:
        return _act(row, "admin", do, "salesforce", fields)
    return _act(row, "rep", do, "salesforce", {**fields, "by_email": rep(row.person)})


def _deal(row: Happening, stage: str) -> Act:
    act = _by_rep(row, "edit", StageName=stage)
    return Act(as_=act.as_, do=act.do, system=act.system, id="", at=act.at, fields=act.fields, opportunity_of=row.case)
