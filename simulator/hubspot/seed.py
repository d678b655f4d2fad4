"""The portal before anyone acts: rows of a seed become records, owners, forms and lists."""

from collections.abc import Callable, Mapping
from datetime import datetime

from simulator.act import ActError, Row
from simulator.hubspot.kinds import KINDS, Kind
from simulator.hubspot.links import default_type
from simulator.hubspot.objects import Write
from simulator.hubspot.portal import COMPANIES, CONTACTS, PRIMARY_COMPANY, Portal
from simulator.hubspot.record import Record, Source, SourceType
from simulator.hubspot.refusals import RefusedError
from simulator.hubspot.stamps import parse_ms, to_ms
from simulator.log import Effect

SOURCE = Source(type=SourceType.IMPORT, id="seed", label="Seed")
ORDER = ("owners", "users", "properties", "forms", "companies", "contacts", "deals", "lists")


class Planter:
    """Plants rows in the order in which they may point at each other."""

    def __init__(self, portal: Portal, at: datetime, effects: list[Effect]) -> None:
        self._portal = portal
        self._at_ms = to_ms(at)
        self._effects = effects
        self._domains: dict[str, Record] = {}

    def plant(self, rows: Mapping[str, list[Row]]) -> dict[str, list[str]]:
        created: dict[str, list[str]] = {}
        for name in sorted(rows, key=lambda one: ORDER.index(one) if one in ORDER else len(ORDER)):
            maker = self._maker(name)
            created["owners" if name == "users" else name] = [
                self._made(name, number, row, maker) for number, row in enumerate(rows[name])
            ]
        return created

    def _made(self, name: str, number: int, row: Row, maker: Callable[[Row], str]) -> str:
        try:
            return maker(row)
        except RefusedError as refused:
            raise ActError(f"{name}[{number}]: {refused.sentence}") from refused
        except (KeyError, ValueError) as error:
            raise ActError(f"{name}[{number}]: {error.__class__.__name__} {error}") from error

    def _maker(self, name: str) -> Callable[[Row], str]:
        makers: dict[str, Callable[[Row], str]] = {
            "owners": self._owner,
            "users": self._owner,
            "forms": self._form,
            "lists": self._list,
            "properties": self._property,
            "workflows": self._workflow,
        }
        if name in makers:
            return makers[name]
        if name not in KINDS:
            raise ActError(f"unknown HubSpot type {name}; known are {', '.join([*makers, *KINDS])}")
        return lambda row: self._record(KINDS[name], row)

    def _owner(self, row: Row) -> str:
        return str(self._portal.owners.add(row, at_ms=self._at_ms, effects=self._effects).id)

    def _form(self, row: Row) -> str:
        return self._portal.forms.add(row, at_ms=self._at_ms, effects=self._effects).guid

    def _property(self, row: Row) -> str:
        kind = KINDS[str(row.get("object", "contacts"))]
        return self._portal.schema.create(kind, row, at_ms=self._at_ms, effects=self._effects).name

    def _workflow(self, row: Row) -> str:
        return str(self._portal.workflows.add(row, at_ms=self._at_ms).id)

    def _list(self, row: Row) -> str:
        """`members` are e-mails or ids; type and processing default to a MANUAL list of contacts."""
        body = {"objectTypeId": "0-1", "processingType": "MANUAL", "filterBranch": {"seeded": True}, **row}
        made = self._portal.lists.create(body, at_ms=self._at_ms, effects=self._effects)
        members = [self._named(made.kind, str(key)).id for key in row.get("members") or []]
        self._portal.lists.enter(made, member_ids=members, at_ms=self._at_ms)
        return str(made.id)

    def _record(self, kind: Kind, row: Row) -> str:
        """Flat properties; `owner_email`, `company_domain`, `contact_email` and `createdate` are shortcuts."""
        values = {key: value for key, value in row.items() if key not in _SHORTCUTS}
        if row.get("owner_email"):
            values["hubspot_owner_id"] = owner_id(self._portal, str(row["owner_email"]))
        created = row.get("createdate")
        write = Write(
            now_ms=self._at_ms,
            at_ms=None if created is None else parse_ms(str(created)),
            source=SOURCE,
            effects=self._effects,
        )
        checked = self._portal.checks.read(kind, values, trusted=True)
        record = self._portal.objects.create(kind, checked, write)
        if kind.name == "companies" and record.values.get("domain"):
            self._domains[record.values["domain"]] = record
        self._join(kind, record, row, write)
        return str(record.id)

    def _join(self, kind: Kind, record: Record, row: Row, write: Write) -> None:
        for key, target in (("company_domain", COMPANIES), ("contact_email", CONTACTS)):
            if row.get(key) and default_type(kind, target) is not None:
                other = self._named(target, str(row[key]))
                wanted = [PRIMARY_COMPANY[kind.name]] if target is COMPANIES and kind.name in PRIMARY_COMPANY else []
                types = self._portal.associations.types(kind, target, wanted)
                self._portal.associate((kind, record.id), (target, other.id), types=types, write=write)

    def _named(self, kind: Kind, key: str) -> Record:
        """A record by id, contact e-mail or company domain."""
        if kind.name == "companies":
            records = self._portal.objects.table(kind).live.values()
            found = self._domains.get(key) or next((one for one in records if one.values.get("domain") == key), None)
        else:
            found = self._portal.objects.get(kind, key, id_property="email" if "@" in key else None)
        if found is None:
            raise ActError(f"no {kind.singular} {key}")
        return found


_SHORTCUTS = frozenset({"owner_email", "company_domain", "contact_email", "createdate"})


def owner_id(portal: Portal, email: str) -> str:
    """The id of the owner with this e-mail; ActError when there is none."""
    owner = portal.owners.find(email)
    if owner is None:
        raise ActError(f"no HubSpot owner has the e-mail {email}")
    return str(owner.id)
