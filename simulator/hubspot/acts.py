"""What people do in the portal between leadloop's visits: prospects fill forms and click, marketers and reps work."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from simulator.act import ActError, Row
from simulator.hubspot.consent import Status
from simulator.hubspot.conversions import Conversion, converted
from simulator.hubspot.defaults import CALL_OUTCOMES
from simulator.hubspot.following import followed
from simulator.hubspot.happenings import EMAIL_TYPES
from simulator.hubspot.kinds import KINDS, Kind
from simulator.hubspot.objects import Write
from simulator.hubspot.portal import CONTACTS, Portal
from simulator.hubspot.record import Record, Source, SourceType
from simulator.hubspot.refusals import BadValueError, RefusedError
from simulator.hubspot.seed import owner_id
from simulator.hubspot.stamps import iso, to_ms
from simulator.hubspot.tuning import tune
from simulator.log import Effect

Done = dict[str, Any]
MACHINES = {
    "by_workflow": SourceType.WORKFLOW,
    "by_app": SourceType.INTEGRATION,
    "by_import": SourceType.IMPORT,
    "by_salesforce": SourceType.SALESFORCE,
}
"""What else than a person an edit may come from, by its name."""
SHORTCUTS = frozenset({"owner_email", "by_email", "object", "list_add", "list_remove", "restore", "active", *MACHINES})


@dataclass(frozen=True, slots=True, kw_only=True)
class Deed:
    """One act with its circumstances."""

    as_: str
    id: str
    fields: Row
    at_ms: int
    now_ms: int
    effects: list[Effect]

    def text(self, name: str, default: str = "") -> str:
        value = self.fields.get(name)
        return default if value is None else str(value)

    def write(self, type_: SourceType, *, id_: str = "", label: str = "", user_id: int | None = None) -> Write:
        source = Source(type=type_, id=id_, label=label, user_id=user_id)
        return Write(now_ms=self.now_ms, at_ms=self.at_ms, source=source, effects=self.effects)


class Acts:
    """Every verb of the side door that means something in HubSpot."""

    def __init__(self, portal: Portal) -> None:
        self._portal = portal
        self._verbs: Mapping[str, Callable[[Deed], Done]] = {
            "submit_form": self._submit_form,
            "click": self._click,
            "page_view": self._page_view,
            "call": self._call,
            "email": self._email,
            "meeting": self._meeting,
            "edit": self._edit,
            "merge": self._merge,
            "delete": self._delete,
            "unsubscribe": self._unsubscribe,
            "open_lead": self._open_lead,
        }

    def do(
        self, do: str, *, as_: str, id: str, fields: Row, at: datetime, now: datetime, effects: list[Effect]
    ) -> Done:
        """Carry out one act; ActError with one sentence when it makes no sense."""
        verb = self._verbs.get(do)
        if verb is None:
            raise ActError(f"nobody can {do} in HubSpot; known are {', '.join(self._verbs)}")
        deed = Deed(as_=as_, id=id, fields=fields, at_ms=to_ms(at), now_ms=to_ms(now), effects=effects)
        try:
            return verb(deed)
        except RefusedError as refused:
            raise ActError(f"{do}: {refused.sentence}") from refused

    # --- who and what

    def _kind(self, deed: Deed) -> Kind:
        name = deed.text("object", "contacts")
        if name not in KINDS:
            raise ActError(f"unknown object {name}; known are {', '.join(KINDS)}")
        return KINDS[name]

    def _record(self, kind: Kind, key: str) -> Record:
        """By id, by the id of a merged record, or a contact by e-mail."""
        found = self._portal.objects.get(kind, key, id_property="email" if "@" in key and kind is CONTACTS else None)
        if found is None:
            raise ActError(f"no {kind.singular} {key!r} in HubSpot")
        return found

    def _by_person(self, deed: Deed) -> Write:
        """A write by a user in the screens, or by the machine that is named."""
        for key, type_ in MACHINES.items():
            if deed.fields.get(key):
                name = deed.text(key)
                return deed.write(type_, id_=name, label=name)
        email = deed.text("by_email") or deed.text("owner_email")
        owner = self._portal.owners.find(email) if email else None
        user_id = owner.user_id if owner else None
        return deed.write(SourceType.CRM_UI, id_=f"userId:{user_id}" if user_id else "", user_id=user_id)

    # --- prospects

    def _submit_form(self, deed: Deed) -> Done:
        """The form is made on first use; values that are no contact property stay with the submission only.

        `silent`: no contact shows it, as where a form makes none for a new address, or the contact was merged.
        """
        name = deed.text("form")
        if not name:
            raise ActError("submit_form needs fields.form, the name of the form")
        values = {str(key): str(value) for key, value in (deed.fields.get("values") or {}).items()}
        contact = self._record(CONTACTS, deed.id) if deed.id else None
        email = (contact.values.get("email") if contact else None) or deed.text("email") or values.get("email", "")
        if not email:
            raise ActError("submit_form needs a contact id with an e-mail, or fields.email")
        form = self._portal.forms.find(name)
        if form is None:
            form = self._portal.forms.add({"name": name}, at_ms=deed.at_ms, effects=deed.effects)
        write = deed.write(SourceType.FORM, id_=form.guid, label=form.name)
        contact = contact or self._portal.objects.table(CONTACTS).find_unique("email", email)
        taken = self._taken(values) | {"email": email.strip().lower()}
        if not deed.fields.get("silent"):
            shown = ": ".join(filter(None, (deed.text("page_title"), form.name)))
            contact = self._filled(contact, taken, Conversion(form=form.guid, shown=shown, at_ms=deed.at_ms), write)
        sent = self._portal.forms.submit(
            form,
            {"email": taken["email"], **{key: value for key, value in values.items() if key != "email"}},
            page_url=deed.text("page_url"),
            at_ms=deed.at_ms,
            effects=deed.effects,
        )
        key = str(contact.id) if contact is not None else ""
        return {"id": key, "contact_id": key, "form_guid": form.guid, "submission": sent.number}

    def _taken(self, values: Mapping[str, str]) -> dict[str, str]:
        """The values a form puts on the contact; what HubSpot would refuse is left out, as forms do."""
        kept: dict[str, str] = {}
        for name, value in values.items():
            try:
                read = self._portal.checks.read(CONTACTS, {name: value})
            except (RefusedError, BadValueError):
                continue
            if read[name] is not None:
                kept[name] = read[name] or ""
        return kept

    def _filled(self, contact: Record | None, taken: dict[str, str], sent: Conversion, write: Write) -> Record:
        known = dict(contact.values) if contact is not None else {}
        if contact is not None:
            taken = {key: value for key, value in taken.items() if key != "email"}
        derived = converted(known, sent)
        if contact is None:
            return self._portal.objects.create(CONTACTS, {**taken, **derived}, write)
        return self._portal.objects.update(CONTACTS, contact, {**taken, **derived}, write)

    def _click(self, deed: Deed) -> Done:
        """Marketing e-mail events; `event_type` names another one than CLICK.

        `urls`: one for each. What HubSpot filters as a bot's changes no property of the contact.
        """
        type_ = deed.text("event_type", "CLICK")
        if type_ not in EMAIL_TYPES:
            raise ActError(f"event_type must be one of {', '.join(EMAIL_TYPES)}; got {type_}")
        contact = self._record(CONTACTS, deed.id)
        email = contact.values.get("email", "")
        events = [
            self._portal.happenings.mail(
                type_,
                email,
                url=url,
                campaign=deed.text("campaign", "Newsletter"),
                at_ms=at_ms,
                effects=deed.effects,
                how=how,
            )
            for url, at_ms, how in followed(deed.fields, deed.at_ms)
        ]
        if deed.fields.get("filtered"):
            return {"id": str(contact.id), "event": events[-1].number}
        counter = {"CLICK": "hs_email_click", "OPEN": "hs_email_open", "BOUNCE": "hs_email_bounce"}.get(type_)
        values: dict[str, str | None] = {}
        if counter is not None:
            values[counter] = str(int(contact.values.get(counter, "0")) + len(events))
        last = {"CLICK": "hs_email_last_click_date", "OPEN": "hs_email_last_open_date"}.get(type_)
        if last is not None:
            values[last] = iso(deed.at_ms)
        self._portal.objects.update(CONTACTS, contact, values, deed.write(SourceType.EMAIL))
        return {"id": str(contact.id), "event": events[-1].number}

    def _page_view(self, deed: Deed) -> Done:
        contact, url = self._record(CONTACTS, deed.id), deed.text("url")
        if not url:
            raise ActError("page_view needs fields.url")
        visit = self._portal.happenings.visit(
            contact.id, url=url, title=deed.text("title"), at_ms=deed.at_ms, effects=deed.effects
        )
        values: dict[str, str | None] = {
            "hs_analytics_last_url": url,
            "hs_analytics_last_timestamp": iso(deed.at_ms),
            "hs_analytics_num_page_views": str(int(contact.values.get("hs_analytics_num_page_views", "0")) + 1),
        }
        self._portal.objects.update(CONTACTS, contact, values, deed.write(SourceType.ANALYTICS))
        return {"id": str(contact.id), "visit": visit.number}

    def _unsubscribe(self, deed: Deed) -> Done:
        """From everything, or with `subscription` from one type of e-mail."""
        contact, write = self._record(CONTACTS, deed.id), deed.write(SourceType.EMAIL)
        email = contact.values.get("email", "")
        if deed.text("subscription"):
            self._portal.choose(email, int(deed.text("subscription")), Status.UNSUBSCRIBED, write)
        else:
            self._portal.unsubscribe(email, write)
        return {"id": str(contact.id)}

    # --- reps

    def _call(self, deed: Deed) -> Done:
        outcome = deed.text("disposition")
        return self._engage(
            deed,
            "calls",
            hs_call_title=deed.text("subject", "Call"),
            hs_call_body=deed.text("description"),
            hs_call_duration=str(round(float(deed.text("duration_s", "0")) * 1000)),
            hs_call_direction=deed.text("direction", "OUTBOUND"),
            hs_call_status="COMPLETED",
            hs_call_disposition=CALL_OUTCOMES.get(outcome.lower().replace(" ", "_"), outcome),
        )

    def _email(self, deed: Deed) -> Done:
        """`direction` is EMAIL (sent), INCOMING_EMAIL (a reply) or FORWARDED_EMAIL; `sequence`: who sent it."""
        incoming = "INCOMING_EMAIL" if deed.as_ == "prospect" else "EMAIL"
        return self._engage(
            deed,
            "emails",
            hs_email_subject=deed.text("subject", "E-mail"),
            hs_email_text=deed.text("description"),
            hs_email_direction=deed.text("direction", incoming),
            hs_email_status="SENT",
            hs_sequence_id=deed.text("sequence"),
        )

    def _meeting(self, deed: Deed) -> Done:
        minutes = float(deed.text("duration_s", "1800"))
        return self._engage(
            deed,
            "meetings",
            hs_meeting_title=deed.text("subject", "Meeting"),
            hs_meeting_body=deed.text("description"),
            hs_meeting_start_time=iso(deed.at_ms),
            hs_meeting_end_time=iso(deed.at_ms + round(minutes * 1000)),
            hs_meeting_outcome=deed.text("outcome", "COMPLETED"),
        )

    def _open_lead(self, deed: Deed) -> Done:
        """A lead of the Sales Hub about a contact; `stage` is where it stands in its pipeline."""
        kind, contact = KINDS["leads"], self._record(CONTACTS, deed.id)
        raw = {"hs_lead_name": deed.text("name", "Lead"), "hs_pipeline": "lead-pipeline-id"}
        raw["hs_pipeline_stage"] = deed.text("stage", "new-stage-id")
        joined = [(CONTACTS, contact.id, self._portal.associations.types(kind, CONTACTS, ()))]
        record = self._portal.create(kind, raw, self._by_person(deed), associations=joined)
        return {"id": str(record.id), "contact_id": str(contact.id)}

    def _engage(self, deed: Deed, kind_name: str, **values: str) -> Done:
        kind, contact = KINDS[kind_name], self._record(CONTACTS, deed.id)
        raw = {"hs_timestamp": iso(deed.at_ms), **{key: value for key, value in values.items() if value}}
        if deed.text("owner_email"):
            raw["hubspot_owner_id"] = owner_id(self._portal, deed.text("owner_email"))
        types = self._portal.associations.types(kind, CONTACTS, ())
        joined = [(CONTACTS, contact.id, types)]
        record = self._portal.create(kind, raw, self._by_person(deed), associations=joined)
        return {"id": str(record.id), "type": kind.name, "contact_id": str(contact.id)}

    # --- marketers and admins

    def _edit(self, deed: Deed) -> Done:
        """Properties of a record; also list members by hand, a restore, an owner's activity, the portal's settings."""
        if deed.id == "settings":
            return tune(self._portal, deed.fields)
        if "active" in deed.fields:
            return self._edit_owner(deed)
        kind, write = self._kind(deed), self._by_person(deed)
        if deed.fields.get("restore"):
            key = deed.id if deed.id.isdigit() else "0"
            return {"id": str(self._portal.objects.restore(kind, int(key), write).id)}
        record = self._record(kind, deed.id)
        raw = {key: value for key, value in deed.fields.items() if key not in SHORTCUTS}
        if "owner_email" in deed.fields:
            email = deed.text("owner_email")
            raw["hubspot_owner_id"] = owner_id(self._portal, email) if email else ""
        if raw:
            self._portal.objects.update(kind, record, self._portal.checks.read(kind, raw), write)
        self._edit_lists(deed, kind, record)
        return {"id": str(record.id)}

    def _edit_lists(self, deed: Deed, kind: Kind, record: Record) -> None:
        for key, way in (("list_add", "add"), ("list_remove", "remove")):
            name = deed.text(key)
            if name:
                found = self._portal.lists.named(kind, name) or self._portal.lists.get(name)
                self._portal.lists.change(found, at_ms=deed.now_ms, effects=deed.effects, **{way: [str(record.id)]})

    def _edit_owner(self, deed: Deed) -> Done:
        owner = self._portal.owners.find(deed.id) or self._portal.owners.get(deed.id)
        if owner is None:
            raise ActError(f"no HubSpot owner {deed.id!r}")
        active = deed.fields["active"] is True
        self._portal.owners.activate(owner, active=active, at_ms=deed.now_ms, effects=deed.effects)
        return {"id": str(owner.id)}

    def _merge(self, deed: Deed) -> Done:
        kind, loser_id = self._kind(deed), deed.text("loser_id")
        winner, loser = self._record(kind, deed.id), self._record(kind, loser_id)
        merged = self._portal.merge(kind, winner, loser, self._by_person(deed))
        return {"id": str(merged.id), "merged": [str(winner.id), str(loser.id)]}

    def _delete(self, deed: Deed) -> Done:
        """Into the recycle bin; with `gdpr` for good."""
        kind = self._kind(deed)
        record = self._record(kind, deed.id)
        remove = self._portal.erase if deed.fields.get("gdpr") else self._portal.archive
        remove(kind, record, self._by_person(deed))
        return {"id": str(record.id)}
