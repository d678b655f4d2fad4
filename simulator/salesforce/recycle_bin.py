"""The recycle bin by hand: emptied before its 15 days are over, or a record taken out of it."""

from typing import Any

from simulator.salesforce import catalogue
from simulator.salesforce.errors import RefusedError
from simulator.salesforce.ids import normal
from simulator.salesforce.org import Org
from simulator.salesforce.writing import Writing

_WENT_WITH_IT = (("Task", "WhoId"), ("Event", "WhoId"), ("OpportunityContactRole", "OpportunityId"))
_NOT_IN_BIN = RefusedError("UNDELETE_FAILED", "Entity is not in the recycle bin")


def empty(org: Org, record_id: str) -> None:
    """What is deleted is gone for good: no query shows it any more, getDeleted still lists it."""
    type_ = catalogue.of_id(record_id)
    assert type_ is not None  # it was just deleted
    org.tables[type_.name].forgotten.add(record_id)


def restore(org: Org, record_id: str, writing: Writing) -> dict[str, Any]:
    """Undelete a record with what went with it (RefusedError when it is not in the bin)."""
    proper = normal(record_id)
    type_ = catalogue.of_id(proper) if proper is not None else None
    row = org.row(proper) if proper is not None else None
    if type_ is None or row is None or not row.get("IsDeleted") or not type_.soft_delete:
        raise _NOT_IN_BIN
    if org.tables[type_.name].purged(row, writing.now):
        raise _NOT_IN_BIN
    for name, field in ((type_.name, None), *_WENT_WITH_IT):
        table = org.tables[name]
        ids = [row["Id"]] if field is None else list(table.with_value(field, row["Id"]))
        for each in ids:
            there = table.rows[each]
            if there.get("IsDeleted") and there["SystemModstamp"] == row["SystemModstamp"]:
                writing.save(table, {**there, "IsDeleted": False, **org.touched(there, writing)}, op="update")
    return {"type": type_.name, "id": row["Id"]}
