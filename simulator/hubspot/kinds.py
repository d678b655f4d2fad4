"""The object types of the portal: their names in paths, type ids, and which property holds which stamp."""

from dataclasses import dataclass

from simulator.hubspot.refusals import RefusedError

ENGAGEMENT_SHOWN = ("hs_createdate", "hs_lastmodifieddate", "hs_object_id")


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """One object type. `shown` is what a read returns that names no properties."""

    name: str
    singular: str
    type_id: str
    created_property: str = "hs_createdate"
    modified_property: str = "hs_lastmodifieddate"
    shown: tuple[str, ...] = ENGAGEMENT_SHOWN
    required: tuple[str, ...] = ()
    mergeable: bool = False
    searched: tuple[str, ...] = ()
    history_kept: int = 20
    needs_contact: bool = False
    """A record is made together with its association to a contact, or not at all."""

    @property
    def engagement(self) -> bool:
        return "hs_timestamp" in self.required


def _engagement(name: str, singular: str, type_id: str, *required: str) -> Kind:
    return Kind(
        name=name,
        singular=singular,
        type_id=type_id,
        required=("hs_timestamp", *required),
        searched=("hs_body_preview",),
    )


KINDS: dict[str, Kind] = {
    kind.name: kind
    for kind in (
        Kind(
            name="contacts",
            singular="contact",
            type_id="0-1",
            created_property="createdate",
            modified_property="lastmodifieddate",
            shown=("createdate", "email", "firstname", "hs_object_id", "lastmodifieddate", "lastname"),
            mergeable=True,
            searched=("firstname", "lastname", "email", "phone", "company"),
            history_kept=45,
        ),
        Kind(
            name="companies",
            singular="company",
            type_id="0-2",
            created_property="createdate",
            shown=("createdate", "domain", "hs_lastmodifieddate", "hs_object_id", "name"),
            mergeable=True,
            searched=("name", "domain", "phone", "website"),
        ),
        Kind(
            name="deals",
            singular="deal",
            type_id="0-3",
            created_property="createdate",
            shown=(
                "amount",
                "closedate",
                "createdate",
                "dealname",
                "dealstage",
                "hs_lastmodifieddate",
                "hs_object_id",
                "pipeline",
            ),
            mergeable=True,
            searched=("dealname", "pipeline", "dealstage"),
        ),
        Kind(
            name="leads",
            singular="lead",
            type_id="0-136",
            shown=("hs_createdate", "hs_lastmodifieddate", "hs_lead_name", "hs_object_id"),
            required=("hs_lead_name",),
            searched=("hs_lead_name",),
            needs_contact=True,
        ),
        _engagement("calls", "call", "0-48"),
        _engagement("emails", "email", "0-49", "hs_email_direction"),
        _engagement("meetings", "meeting", "0-47"),
        _engagement("notes", "note", "0-46"),
        _engagement("tasks", "task", "0-27"),
        _engagement("communications", "communication", "0-18", "hs_communication_channel_type"),
    )
}
_BY_ANY_NAME = {alias: kind for kind in KINDS.values() for alias in (kind.name, kind.singular, kind.type_id)}


def kind_of(text: str) -> Kind:
    """The type a path or body names: plural, singular or type id, in any case."""
    kind = _BY_ANY_NAME.get(text.lower())
    if kind is None:
        raise RefusedError(400, f"Unable to infer object type from: {text}")
    return kind
