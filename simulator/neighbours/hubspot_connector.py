"""HubSpot's own Salesforce connector: links people by e-mail, creates who is missing, copies fields both ways.

As its users know it: of several Salesforce records with the address it takes the one modified last, and moves the
link when another one is; when the lead is converted it goes on with the contact.
"""

from collections.abc import Iterator
from datetime import datetime

from simulator.act import ActError
from simulator.hubspot.objects import Write
from simulator.hubspot.portal import CONTACTS, Portal
from simulator.hubspot.record import Record, Source, SourceType
from simulator.hubspot.refusals import BadValueError
from simulator.hubspot.refusals import RefusedError as HubSpotRefusedError
from simulator.hubspot.stamps import iso, to_ms
from simulator.log import Effect
from simulator.neighbours.orders import ConnectorOrder, Pair, Rule
from simulator.neighbours.pair_values import SALESFORCE_OWNER, PairValues, Sides, agreed
from simulator.salesforce import catalogue, seeding
from simulator.salesforce.errors import RefusedError
from simulator.salesforce.org import Org
from simulator.salesforce.table import Row
from simulator.salesforce.writing import Writing

LINKS = {"Lead": "salesforceleadid", "Contact": "salesforcecontactid"}
SOURCE = Source(type=SourceType.SALESFORCE, id="SalesforceSync", label="Salesforce")
REFUSALS = (RefusedError, HubSpotRefusedError, BadValueError, ActError)
"""One record that a system refuses is a sync error on the connector's own screen; the others go on."""


class HubSpotConnector:
    """One installation of it. `work` is one pass; it remembers what it saw, to know which side moved."""

    name = "hubspot_connector"

    def __init__(self, order: ConnectorOrder, org: Org, portal: Portal) -> None:
        self.order = order
        self._org, self._portal = org, portal
        self._values = PairValues(org, portal)
        self._seen: dict[tuple[int, str, str], Sides] = {}

    def work(self, now: datetime) -> dict[str, list[Effect]]:
        """One pass over everybody; what it did in each system."""
        effects: dict[str, list[Effect]] = {"salesforce": [], "hubspot": []}
        user = seeding.user_id(self._org, self.order.user)
        self._writing = Writing(now=now, at=now, user_id=user, effects=effects["salesforce"], allow_save=True)
        self._write = Write(now_ms=to_ms(now), source=SOURCE, effects=effects["hubspot"])
        self._org.commit(now)
        for contact in list(self._portal.objects.table(CONTACTS).live.values()):
            self._one(contact)
        if self.order.creates_contacts:
            for row in list(self._people()):
                self._contact_for(row)
        return effects

    def _one(self, contact: Record) -> None:
        mark = self._writing.mark()
        try:
            row = self._partner(contact)
            if row is None and self.order.creates_leads and contact.values.get("email"):
                row = self._new_lead(contact)
            if row is not None:
                self._link(contact, row)
                self._carry(contact, row)
        except REFUSALS:
            self._writing.roll_back(mark)

    # --- who belongs to whom

    def _partner(self, contact: Record) -> Row | None:
        """The contact that a linked lead became; else of the linked record and its namesakes the one modified last."""
        linked = [row for name in LINKS.values() if (row := self._org.row(contact.values.get(name, ""))) is not None]
        for row in linked:
            if row.get("IsConverted") and (became := self._org.row(row["ConvertedContactId"])) is not None:
                return became
        email = contact.values.get("email")
        named = [row for kind in LINKS for row in self._with_email(kind, email)] if email else []
        fit = [row for row in (*linked, *named) if _is_fit(row)]
        return max(fit, key=lambda row: (row["LastModifiedDate"], row["Id"]), default=None)

    def _with_email(self, kind: str, email: str) -> Iterator[Row]:
        table = self._org.table(kind)
        return (table.rows[each] for each in table.with_value("Email", email))

    def _link(self, contact: Record, row: Row) -> None:
        """Both ids stand where the lead became the contact; else only the one of the record it is linked with."""
        kind = _kind(row)
        wanted: dict[str, str | None] = {LINKS[kind]: row["Id"]}
        other = LINKS["Contact" if kind == "Lead" else "Lead"]
        former = self._org.row(contact.values.get(other, ""))
        if former is not None and former.get("ConvertedContactId") != row["Id"]:
            wanted[other] = None
        self._update(contact, {name: value for name, value in wanted.items() if contact.values.get(name) != value})

    # --- creating

    def _new_lead(self, contact: Record) -> Row:
        values = contact.values
        fields: Row = {
            "LastName": values.get("lastname") or values["email"].partition("@")[0],
            "Company": values.get("company") or "[not provided]",
            "Email": values["email"],
        }
        for pair in self.order.pairs:
            if pair.rule is not Rule.DONT_SYNC and contact.values.get(pair.hubspot):
                fields |= self._salesforce_side(pair, catalogue.TYPES["Lead"].name, self._text_of(pair, contact))
        made = self._org.create(catalogue.TYPES["Lead"], fields, self._writing)
        return self._org.table("Lead").rows[made]

    def _text_of(self, pair: Pair, contact: Record) -> str | None:
        return self._values.sides(pair, {}, contact)[1]

    def _people(self) -> Iterator[Row]:
        return (row for kind in LINKS for row in self._org.table(kind).rows.values() if _is_fit(row))

    def _contact_for(self, row: Row) -> None:
        email = str(row.get("Email") or "").lower()
        if not email or self._portal.objects.table(CONTACTS).find_unique("email", email) is not None:
            return
        mark = self._writing.mark()
        try:
            values = self._portal.checks.read(CONTACTS, {"email": email})
            contact = self._portal.objects.create(CONTACTS, values, self._write)
            self._link(contact, row)
            self._carry(contact, row)
        except REFUSALS:
            self._writing.roll_back(mark)

    # --- copying

    def _carry(self, contact: Record, row: Row) -> None:
        to_salesforce: Row = {}
        to_hubspot: dict[str, str | None] = {}
        kind = _kind(row)
        for pair in self.order.pairs:
            if pair.rule is Rule.DONT_SYNC or self._org.table(kind).type.find(pair.salesforce) is None:
                continue
            now, key = self._values.sides(pair, row, contact), (contact.id, row["Id"], pair.salesforce)
            newer = row["SystemModstamp"][:19] >= iso(contact.modified_ms)[:19]
            value = agreed(pair.rule, now, self._seen.get(key), salesforce_is_newer=newer)
            self._seen[key] = (value, value)
            if value != now[0]:
                to_salesforce |= self._salesforce_side(pair, kind, value)
            if value != now[1] and not (value is None and pair.salesforce == SALESFORCE_OWNER):
                to_hubspot[pair.hubspot] = self._values.for_hubspot(pair, value)
        if to_salesforce:
            self._org.update(row["Id"], to_salesforce, self._writing)
        self._update(contact, to_hubspot)

    def _salesforce_side(self, pair: Pair, kind: str, text: str | None) -> Row:
        """The field to write; nothing where Salesforce does not have it, or nobody to own the record."""
        field = self._org.table(kind).type.find(pair.salesforce)
        if field is None:
            return {}
        value = self._values.for_salesforce(pair, text, field)
        is_required = pair.salesforce == SALESFORCE_OWNER or not field.nillable
        return {} if value is None and is_required else {field.name: value}

    def _update(self, contact: Record, values: dict[str, str | None]) -> None:
        if values:
            stamped = {**values, "salesforcelastsynctime": iso(self._write.now_ms)}
            read = self._portal.checks.read(CONTACTS, stamped, trusted=True)
            self._portal.objects.update(CONTACTS, contact, read, self._write)


def _is_fit(row: Row) -> bool:
    return not row.get("IsDeleted") and not row.get("IsConverted")


def _kind(row: Row) -> str:
    return "Lead" if row["Id"].startswith(catalogue.TYPES["Lead"].prefix) else "Contact"
