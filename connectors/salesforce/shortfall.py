"""What an org lacks of what the rules need: read, compared and told, nothing changed.

Where Setup is closed to the integration user, what cannot be looked up is left out, and nothing there can be made.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from connectors.abilities import ProvisionItem, ProvisionKind
from connectors.salesforce import components
from connectors.salesforce.asking import Asking, Told
from connectors.salesforce.catalogue import Catalogue
from connectors.salesforce.client import Client
from connectors.salesforce.differences import difference
from connectors.salesforce.lookup import Lookup
from connectors.salesforce.permission_sets import FOR_REPS, FOR_US, WHY, Grant, Held, PermissionSets, setup_rows
from connectors.salesforce.soql import one_of, quoted, select
from domain.fitting import AccessFitting, ActionFitting, FieldFitting, Fittings, ListFitting, ViewFitting
from domain.record import Field

CLOSED = (
    "Setup is closed to the integration user. Let an admin deploy what `leadloop provision --folder DIR` writes, or "
    "give the user the rights of docs/connecting-salesforce.md, step 4, for the while"
)
_SEVERAL = "is the name of several campaigns, and leadloop cannot tell which is meant. Rename all but one"
_K = ProvisionKind
Names = frozenset[tuple[str, str]]
"""Object and name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """The org as it is: fields by object, custom fields that only Setup shows, permission sets (None: closed)."""

    fields: Mapping[str, Mapping[str, Field]]
    hidden: Names | None
    sets: Mapping[str, Held] | None

    @property
    def closed(self) -> bool:
        return self.hidden is None or self.sets is None

    def has(self, one: FieldFitting) -> bool:
        return one.name in self.fields[one.object] or (one.object, one.name) in (self.hidden or ())

    def lacks(self, one: AccessFitting) -> bool:
        field = self.fields[one.object].get(one.name)
        return field is None or (one.edit and not field.writable)


class Shortfall:
    """Compares the rules' wish list with the org."""

    def __init__(self, client: Client, asking: Asking, catalogue: Catalogue, lookup: Lookup) -> None:
        self._client = client
        self._asking = asking
        self._catalogue = catalogue
        self._lookup = lookup
        self._sets = PermissionSets(client, asking)

    def items(self, fittings: Fittings) -> Sequence[ProvisionItem]:
        """In the order of making: a field before the right to it, both before the views and actions that show it."""
        seen = self._look(fittings)
        items = [
            *(_field_item(one, seen) for one in fittings.fields),
            *_permission_items(fittings, seen),
            *(self._list_item(one) for one in fittings.lists),
            *self._view_items(fittings.views),
            *self._action_items(fittings.actions),
        ]
        return [_shut(item) for item in items] if seen.closed else items

    def _look(self, fittings: Fittings) -> Seen:
        named = [one.object for one in fittings.fields] + [one.object for one in fittings.access]
        objects = dict.fromkeys(named)
        for name in objects:
            self._catalogue.forget(name)
        fields = {name: self._catalogue.fields(name) for name in objects}
        absent = [one for one in fittings.fields if one.name not in fields[one.object]]
        return Seen(fields=fields, hidden=self._hidden(absent), sets=self._sets.held())

    def _hidden(self, absent: Sequence[FieldFitting]) -> Names | None:
        """Which of these fields are there for an admin's eyes; None when the integration user may not look."""
        if not absent:
            return frozenset()
        names = {one.name.removesuffix("__c") for one in absent}
        where = f"{one_of('DeveloperName', sorted(names))} AND NamespacePrefix = null"
        soql = select(("DeveloperName", "TableEnumOrId"), "CustomField", where=where)
        rows = setup_rows(Told.of(self._client.get("tooling/query", {"q": soql})))
        if rows is None:
            return None
        there = {(str(row["TableEnumOrId"]), f"{row['DeveloperName']}__c") for row in rows}
        return frozenset(
            (one.object, one.name) for one in absent if (components.owner_of(one.object), one.name) in there
        )

    def _list_item(self, one: ListFitting) -> ProvisionItem:
        soql = select(("Id",), "Campaign", where=f"Name = {quoted(one.name)}", limit=2)
        found = len(self._lookup.rows(soql, deleted=False))
        return ProvisionItem(
            kind=_K.LIST,
            object="Campaign",
            name=one.name,
            exists=found > 0,
            detail="campaign",
            why=one.why,
            problem=_SEVERAL if found > 1 else "",
            fitting=one,
        )

    def _view_items(self, views: Sequence[ViewFitting]) -> Iterator[ProvisionItem]:
        if not views:
            return
        where = one_of("DeveloperName", sorted({one.name for one in views}))
        soql = select(("DeveloperName", "SobjectType"), "ListView", where=where)
        rows = setup_rows(self._asking.ask(soql, deleted=False))
        there = {(row["SobjectType"], row["DeveloperName"]) for row in rows or ()}
        for one in views if rows is not None else ():
            yield ProvisionItem(
                kind=_K.VIEW,
                object=one.object,
                name=one.name,
                exists=(one.object, one.name) in there,
                detail=f"{one.label}: {', '.join(components.columns(one))}",
                fitting=one,
            )

    def _action_items(self, actions: Sequence[ActionFitting]) -> Iterator[ProvisionItem]:
        there = self._actions({one.object for one in actions})
        for one in actions if there is not None else ():
            sets = [f"{name} = {value}" for name, value in one.sets.items()]
            yield ProvisionItem(
                kind=_K.ACTION,
                object=one.object,
                name=one.name,
                exists=(one.object, one.name) in (there or ()),
                detail=f"{one.label}: {', '.join([*sets, *one.asks])}",
                fitting=one,
            )

    def _actions(self, objects: set[str]) -> Names | None:
        """Of the objects and of all; some versions put the object and a point before an action's name."""
        found: set[tuple[str, str]] = set()
        for name in sorted(objects):
            told = Told.of(self._client.get(f"sobjects/{name}/quickActions"))
            if told.ok and isinstance(told.body, list):
                found |= {(name, str(row.get("name")).rpartition(".")[2]) for row in told.body}
            elif not told.ok:
                return None
        return frozenset(found)


def _shut(item: ProvisionItem) -> ProvisionItem:
    """A campaign is a record like others; all else is Setup."""
    return item if item.exists or item.kind is _K.LIST else replace(item, problem=CLOSED)


def _field_item(one: FieldFitting, seen: Seen) -> ProvisionItem:
    there = seen.fields[one.object].get(one.name)
    exists = seen.has(one)
    problem = "" if there is None else difference(one, there)
    if not exists and not one.name.endswith("__c"):
        problem = "is no field of this org, and only names that end in __c can be made. Name another in mapping.yaml"
    return ProvisionItem(
        kind=_K.FIELD,
        object=one.object,
        name=one.name,
        exists=exists,
        detail=components.in_words(one),
        why=one.why,
        problem=problem,
        fitting=one,
    )


def _permission_items(fittings: Fittings, seen: Seen) -> Iterator[ProvisionItem]:
    """What is there and not seen or not writable, then the sets that give the rights, also to the new fields."""
    new = {(one.object, one.name) for one in fittings.fields if not seen.has(one)}
    lacking = [one for one in fittings.access if seen.lacks(one)]
    for one in lacking:
        if (one.object, one.name) not in new:
            yield ProvisionItem(
                kind=_K.PERMISSION,
                object=one.object,
                name=one.name,
                exists=False,
                detail="edit" if one.edit else "read",
                fitting=one,
            )
    if lacking:
        yield _set_item(FOR_US, exists=False, detail=f"rights on {len(lacking)} fields, for the integration user")
    if seen.sets is not None and fittings.fields:
        reps, held = [for_reps(one) for one in fittings.fields], seen.sets.get(FOR_REPS)
        there = held is not None and not any(held.lacks(grant) for grant in reps)
        edit = sum(grant.edit for grant in reps)
        yield _set_item(FOR_REPS, exists=there, detail=f"reading {len(reps)} fields, editing {edit} of them")


def for_reps(one: FieldFitting) -> Grant:
    return Grant(object=one.object, field=one.name, edit=one.by_reps)


def _set_item(name: str, *, exists: bool, detail: str) -> ProvisionItem:
    return ProvisionItem(kind=_K.PERMISSION_SET, object="User", name=name, exists=exists, detail=detail, why=WHY[name])
