"""What a contact shows of the forms it sent: the first, the last, how many, and a list that HubSpot calculates."""

from collections.abc import Mapping
from dataclasses import dataclass

from simulator.hubspot.stamps import iso, parse_ms

LISTED = 800


@dataclass(frozen=True, slots=True, kw_only=True)
class Conversion:
    """One sent form; `shown` is the title of its page and its name, or the name alone."""

    form: str
    shown: str
    at_ms: int


def converted(known: Mapping[str, str], sent: Conversion) -> dict[str, str | None]:
    """The properties that change with it; one that arrives late does not become the last."""
    at = iso(sent.at_ms)
    entries = [*filter(None, known.get("hs_calculated_form_submissions", "").split(";")), f"{sent.form}::{sent.at_ms}"]
    derived: dict[str, str | None] = {
        "hs_calculated_form_submissions": ";".join(entries[-LISTED:]),
        "num_conversion_events": str(int(known.get("num_conversion_events", "0")) + 1),
        "num_unique_conversion_events": str(len({entry.split(":")[0] for entry in entries})),
    }
    last = known.get("recent_conversion_date")
    if last is None or parse_ms(last) <= sent.at_ms:
        derived |= {"recent_conversion_event_name": sent.shown, "recent_conversion_date": at}
    if "first_conversion_event_name" not in known:
        derived |= {"first_conversion_event_name": sent.shown, "first_conversion_date": at}
    return derived
