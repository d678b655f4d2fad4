"""The whole portal and the deeds that touch more than one of its parts: associating, merging, erasing, opting out."""

from collections.abc import Iterable, Mapping

from simulator.hubspot.associations import Associations, link_effect
from simulator.hubspot.checks import Checks, Values
from simulator.hubspot.consent import Consent, Status
from simulator.hubspot.forms import Forms
from simulator.hubspot.happenings import Happenings
from simulator.hubspot.kinds import KINDS, Kind
from simulator.hubspot.limits import Limits
from simulator.hubspot.links import LinkType
from simulator.hubspot.lists import Lists
from simulator.hubspot.objects import Objects, Write
from simulator.hubspot.owners import Owners
from simulator.hubspot.record import Record
from simulator.hubspot.refusals import invalid
from simulator.hubspot.schema import Schema
from simulator.hubspot.search import Searcher
from simulator.hubspot.settings import PortalSettings
from simulator.hubspot.tokens import Tokens
from simulator.hubspot.workflows import Workflows

CONTACTS = KINDS["contacts"]
COMPANIES = KINDS["companies"]
PRIMARY_COMPANY = {"contacts": 1, "deals": 5}
"""The type of association that makes a company the one a record belongs to first."""
Ref = tuple[Kind, int]
CONTACTING = ("calls", "emails", "meetings", "communications")


class Portal:
    """Everything one HubSpot account holds."""

    def __init__(self) -> None:
        self.settings = PortalSettings()
        self.schema = Schema()
        self.owners = Owners()
        self.checks = Checks(self.schema, self.owners, self.settings.rules)
        self.objects = Objects(self.checks, self.settings)
        self.associations = Associations()
        self.lists = Lists(self.objects)
        self.forms = Forms()
        self.happenings = Happenings()
        self.consent = Consent()
        self.limits = Limits(self.settings)
        self.tokens = Tokens()
        self.workflows = Workflows()
        self.searcher = Searcher(self.schema, self.associations)

    def associate(self, start: Ref, end: Ref, *, types: list[LinkType], write: Write) -> None:
        """Associate two live records; what HubSpot derives from it on the contact is written too."""
        (origin, origin_id), (target, target_id) = start, end
        if not self.associations.link(origin, origin_id, target, target_id, types):
            return
        write.effects.append(link_effect(origin, origin_id, target, target_id, types))
        for one, other in ((start, end), (end, start)):
            if one[0] is CONTACTS:
                self._derive(one[1], *other, write)

    def _derive(self, contact_id: int, other: Kind, other_id: int, write: Write) -> None:
        contact = self.objects.table(CONTACTS).live.get(contact_id)
        record = self.objects.table(other).live.get(other_id)
        if contact is None or record is None:
            return
        values: Values = {}
        if other.name == "companies" and not contact.values.get("associatedcompanyid"):
            values["associatedcompanyid"] = str(other_id)
        if other.engagement:
            values |= self._touched(contact, other, record)
        if values:
            self.objects.update(CONTACTS, contact, values, write)

    def _touched(self, contact: Record, other: Kind, engagement: Record) -> Values:
        when = engagement.values["hs_timestamp"]
        values: Values = {}
        if other.name in CONTACTING and when > contact.values.get("notes_last_contacted", ""):
            values["notes_last_contacted"] = when
        if when > contact.values.get("notes_last_updated", ""):
            values["notes_last_updated"] = when
        if engagement.values.get("hs_email_direction") == "INCOMING_EMAIL":
            values["hs_sales_email_last_replied"] = when
        return values

    def archive(self, kind: Kind, record: Record, write: Write) -> None:
        people = self._people_of(kind, record)
        self.objects.archive(kind, record, write)
        self.associations.drop(kind, record.id)
        self.lists.forget(kind, record.id, effects=write.effects)
        self._move_people(people, None, write)

    def _people_of(self, kind: Kind, *companies: Record) -> list[Record]:
        """Contacts who show one of these records as their company."""
        if kind is not COMPANIES:
            return []
        ids = {str(each.id) for each in companies}
        found = {each for company in companies for each in self.associations.ids(COMPANIES, company.id, CONTACTS)}
        people = (self.objects.table(CONTACTS).live.get(each) for each in sorted(found))
        return [one for one in people if one is not None and one.values.get("associatedcompanyid") in ids]

    def _move_people(self, people: Iterable[Record], company: Record | None, write: Write) -> None:
        """A contact shows its company as long as there is one: the merged one, the next one, or none."""
        for contact in people:
            others = self.associations.ids(CONTACTS, contact.id, COMPANIES)
            shown = company.id if company is not None else next(iter(others), None)
            value = None if shown is None else str(shown)
            self.objects.update(CONTACTS, contact, {"associatedcompanyid": value}, write)

    def erase(self, kind: Kind, record: Record, write: Write) -> None:
        """Privacy deletion of a person: record, history, what was sent and the place in lists."""
        email, people = record.values.get("email", ""), self._people_of(kind, record)
        self.objects.erase(kind, record, write)
        self.associations.drop(kind, record.id)
        self.lists.forget(kind, record.id, effects=write.effects)
        self._move_people(people, None, write)
        if email:
            self.forms.erase(email)

    def merge(self, kind: Kind, winner: Record, loser: Record, write: Write) -> Record:
        people = self._people_of(kind, winner, loser)
        merged = self.objects.merge(kind, winner, loser, write)
        old_ids = (winner.id, loser.id)
        self.associations.move(kind, old_ids, merged.id)
        self.lists.move(kind, old_ids, merged.id, at_ms=write.now_ms, effects=write.effects)
        if kind is CONTACTS:
            self.happenings.move(old_ids, merged.id)
        self._move_people(people, merged, write)
        return merged

    def unsubscribe(self, email: str, write: Write) -> None:
        """Opt an address out of all e-mail; the contact shows it."""
        self.consent.unsubscribe_all(email, at_ms=write.acted_ms)
        contact = self.objects.table(CONTACTS).find_unique("email", email)
        if contact is not None:
            self.objects.update(CONTACTS, contact, {"hs_email_optout": "true"}, write)

    def choose(self, email: str, subscription: int, status: Status, write: Write) -> None:
        """One choice about one type of e-mail; the contact shows it in a property of that type."""
        self.consent.set(email, subscription, status, at_ms=write.acted_ms)
        contact = self.objects.table(CONTACTS).find_unique("email", email)
        if contact is not None:
            out = "true" if status is Status.UNSUBSCRIBED else "false"
            self.objects.update(CONTACTS, contact, {f"hs_email_optout_{subscription}": out}, write)

    def consent_of(self, email: str, *, at_ms: int) -> Consent:
        """The choices of an address; a contact opted out by hand or by a seed has chosen, too."""
        contact = self.objects.table(CONTACTS).find_unique("email", email)
        if contact is not None and contact.values.get("hs_email_optout") == "true":
            self.consent.unsubscribe_all(email, at_ms=at_ms)
        return self.consent

    def create(
        self,
        kind: Kind,
        raw: Mapping[str, object],
        write: Write,
        *,
        associations: Iterable[tuple[Kind, int, list[LinkType]]] = (),
    ) -> Record:
        """Check raw properties, create the record and associate it."""
        associations = list(associations)
        if kind.needs_contact and not any(target is CONTACTS for target, _, _ in associations):
            raise invalid(f"A {kind.singular} must be associated with a contact when it is created")
        record = self.objects.create(kind, self.checks.read(kind, raw), write)
        for target, target_id, types in associations:
            self.associate((kind, record.id), (target, target_id), types=types, write=write)
        return record
