"""What this installation calls HubSpot's properties, for scores that come from there or go there."""

from collections.abc import Mapping

from config.load import Installation
from config.mapping import Property
from connectors.hubspot.score_words import Vocabulary
from domain.errors import SettingsError
from mapping.wording import Spoken, spoken

HUBSPOT = "hubspot"


def vocabulary_of(installation: Installation, wanted: str | None, forms: Mapping[str, str]) -> Vocabulary:
    """By mapping.yaml's fields of the one connection to HubSpot, or the one that is named."""
    name = _connection(installation, wanted)
    fields: dict[str, str] = {}
    words: dict[str, Spoken] = {}
    for prop in installation.rules.mapping.properties if name is not None else ():
        field = _field(prop, name or "", installation)
        if field is not None:
            fields[prop.name] = field
            own = spoken(prop).get(name or "")
            if own is not None:
                words[prop.name] = own
    return Vocabulary(fields=fields, spoken=words, forms=forms)


def _connection(installation: Installation, wanted: str | None) -> str | None:
    """None where there is none: rules over activities can go all the same."""
    settings = installation.settings.connections
    known = [name for name, each in settings.items() if getattr(each, "type", None) == HUBSPOT]
    if wanted is not None and wanted not in known:
        raise SettingsError(f"no connection to HubSpot is called {wanted!r}; there are: {', '.join(known) or 'none'}")
    if wanted is None and len(known) > 1:
        raise SettingsError(f"there are several connections to HubSpot ({', '.join(known)}): say --connection NAME")
    return wanted or next(iter(known), None)


def _field(prop: Property, connection: str, installation: Installation) -> str | None:
    """The field of the connection's people."""
    found = prop.fields.get(connection)
    if not isinstance(found, dict):
        return found
    told = installation.rules.mapping.systems.get(connection)
    objects = told.people.objects if told is not None and told.people is not None else ()
    return next((found[each] for each in objects if each in found), None)
