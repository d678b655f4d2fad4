"""Where a record is opened in its own system. Only addresses that a browser may follow safely: https, ids checked."""

import re
from urllib.parse import quote, urlsplit

from config.mapping import MappingRules
from domain.values import RecordRef
from leadloop.app import App
from store import connections

_ID = re.compile(r"[A-Za-z0-9]{1,32}")
_HUBSPOT_TYPES = {"contacts": "0-1", "companies": "0-2", "deals": "0-3"}
"""HubSpot's own number of each object, as its record pages have it."""


class Linker:
    """Makes links for the connections of one installation."""

    def __init__(self, app: App, mapping: MappingRules) -> None:
        with app.store.read() as tx:
            self._accounts = {each.name: each.account_id or "" for each in connections.all(tx)}
        self._types, self._settings = app.types, app.settings.connections
        self._people = {name: frozenset(system.people.objects) for name, system in mapping.systems.items()}

    def link(self, ref: RecordRef) -> tuple[str, str] | None:
        """`Salesforce` and the address there; None of a record that no page shows."""
        if not _ID.fullmatch(ref.id) or ref.object not in self._people.get(ref.connection, frozenset()):
            return None
        match self._types.get(ref.connection):
            case "salesforce":
                base = urlsplit(str(getattr(self._settings[ref.connection], "login_url", "")))
                is_safe = base.scheme == "https" and bool(base.hostname)
                return ("Salesforce", f"https://{base.netloc}/{ref.id}") if is_safe else None
            case "hubspot":
                portal, kind = self._accounts.get(ref.connection, ""), _HUBSPOT_TYPES.get(ref.object)
                known = portal.isdigit() and kind is not None
                address = f"https://app.hubspot.com/contacts/{quote(portal)}/record/{kind}/{ref.id}"
                return ("HubSpot", address) if known else None
            case _:
                return None
