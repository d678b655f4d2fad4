"""What an org may have or lack: objects that its integration user may not see, several currencies, record types."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from simulator.act import ActError
from simulator.salesforce import catalogue
from simulator.salesforce.field_changes import offer
from simulator.salesforce.org import Org
from simulator.salesforce.schema import Field, Kind
from simulator.salesforce.table import Row
from simulator.salesforce.writing import Writing

Change = Callable[[], None]
CURRENCY = "CurrencyIsoCode"
IN_A_CURRENCY = ("Account", "Campaign", "Contact", "Lead", "Opportunity", "OpportunityContactRole")
"""Of the types here those that have a currency of their own where there are several."""


def hide_objects(org: Org, names: list[str]) -> Change:
    """These are as if they were not there; those named before are seen again."""
    types = [_type(name) for name in names]

    def change() -> None:
        org.security.hidden = frozenset(types)

    return change


def several_currencies(org: Org, wish: Any, writing: Writing) -> Change:
    """`{"corporate": "USD", "rates": {"EUR": 0.9}}`: how many of each make one of the corporate currency. For good."""
    told = dict(wish) if isinstance(wish, dict) else {}
    rates, corporate = told.get("rates"), str(told.get("corporate"))
    numbers = isinstance(rates, dict) and all(isinstance(one, int | float) and one > 0 for one in rates.values())
    if told.keys() != {"corporate", "rates"} or not numbers or len(corporate) != 3:
        raise ActError('multi_currency is {"corporate": "USD", "rates": {"EUR": 0.9}}; rates are numbers above 0')
    every: dict[str, float] = {corporate: 1.0, **told["rates"]}

    def change() -> None:
        org.security.lacking -= {"CurrencyType"}
        offer(org.tables["CurrencyType"], "IsoCode", tuple(every))
        for name in IN_A_CURRENCY:
            _give(org, name, _currency(corporate, tuple(every)), corporate)
        for code, rate in every.items():
            fields = {"IsoCode": code, "ConversionRate": rate, "IsActive": True, "IsCorporate": code == corporate}
            _save(org, "CurrencyType", "IsoCode", fields, writing=writing)

    return change


def record_types(org: Org, wish: Any, writing: Writing) -> Change:
    """`{"Opportunity": ["New_Business", "Renewal"]}`: the first is what a new record gets."""
    if not isinstance(wish, dict) or not all(_is_names(names) for names in wish.values()):
        raise ActError('record_types is {"Opportunity": ["New_Business", "Renewal"]}')
    offered: Mapping[str, list[str]] = {_type(name): names for name, names in wish.items()}

    def change() -> None:
        for name, developer_names in offered.items():
            ids = [_record_type(org, name, each, writing) for each in developer_names]
            _give(org, name, _record_type_field(ids[0]), ids[0])

    return change


def _is_names(names: Any) -> bool:
    return isinstance(names, list) and bool(names) and all(isinstance(one, str) for one in names)


def _record_type(org: Org, type_name: str, developer_name: str, writing: Writing) -> str:
    name = developer_name.replace("_", " ")
    fields = {"Name": name, "DeveloperName": developer_name, "SobjectType": type_name, "IsActive": True}
    return _save(org, "RecordType", "DeveloperName", fields, writing=writing)


def _record_type_field(default: str) -> Field:
    return Field(
        name="RecordTypeId",
        label="Record Type ID",
        kind=Kind.REFERENCE,
        length=18,
        references=("RecordType",),
        relationship="RecordType",
        default=default,
    )


def _currency(corporate: str, codes: tuple[str, ...]) -> Field:
    return Field(
        name=CURRENCY,
        label="Currency ISO Code",
        kind=Kind.PICKLIST,
        length=255,
        values=codes,
        restricted=True,
        default=corporate,
    )


def _give(org: Org, type_name: str, field: Field, value: str) -> None:
    """A field that every row has from now on; those that are there get the default, and no stamp moves."""
    table = org.tables[type_name]
    table.reshape(replace(table.type, fields={**table.type.fields, field.name: field}))
    for record_id, row in list(table.rows.items()):
        if row.get(field.name) is None:
            table.rows[record_id] = {**row, field.name: value}


def _save(org: Org, type_name: str, by: str, fields: Row, *, writing: Writing) -> str:
    """Make the row, or change the one that has the same name."""
    own = replace(writing, trusted=True)
    found = [row["Id"] for row in org.tables[type_name].rows.values() if row[by] == fields[by]]
    if not found:
        return org.create(catalogue.TYPES[type_name], fields, own)
    org.update(found[0], fields, own)
    return str(found[0])


def _type(name: str) -> str:
    type_ = catalogue.named(name)
    if type_ is None:
        raise ActError(f"Salesforce has no type {name!r} here")
    return type_.name
