"""Find a lead by what people have at hand: an e-mail address, an id of either system, our own number."""

from domain.errors import SettingsError
from domain.values import LeadId
from store import identity, leads
from store.engine import Tx


def find_lead(tx: Tx, text: str) -> LeadId:
    """The lead, or SettingsError saying what was looked for."""
    wanted = text.strip()
    if "@" in wanted:
        found = identity.find(tx, [("email", wanted.lower())])
        if found:
            return next(iter(found.values()))
    else:
        by_record = identity.by_record_id(tx, wanted)
        if by_record is not None:
            return by_record
        if wanted.isdigit() and leads.get(tx, [LeadId(int(wanted))]):
            return LeadId(int(wanted))
    raise SettingsError(
        f"no lead is known by {'that address' if '@' in wanted else repr(wanted)}: "
        "give an e-mail address, a Salesforce id, a HubSpot id or leadloop's own number"
    )
