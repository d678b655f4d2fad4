"""Who stands in a deal: the opportunity's own ContactId is what its primary role says, and makes one when it is new.

A role follows its opportunity into the recycle bin. Taken off by itself it is gone; only getDeleted tells of it.
"""

from typing import Any, Protocol

from simulator.salesforce import times
from simulator.salesforce.schema import ObjectType
from simulator.salesforce.table import Row, Table
from simulator.salesforce.writing import Writing

ROLE, DEAL = "OpportunityContactRole", "Opportunity"


class Records(Protocol):
    """What an org can do that is needed here."""

    def table(self, type_name: str) -> Table: ...

    def create(self, type_: ObjectType, fields: Row, writing: Writing) -> str: ...


def keep_true(org: Records, type_name: str, row: Row, writing: Writing, *, is_new: bool) -> None:
    """After a save of a role or of a deal."""
    if type_name == DEAL and is_new and row.get("ContactId"):
        fields: dict[str, Any] = {"OpportunityId": row["Id"], "ContactId": row["ContactId"], "IsPrimary": True}
        org.create(org.table(ROLE).type, fields, writing)
    elif type_name == ROLE:
        _one_primary(org, row, writing)


def _one_primary(org: Records, row: Row, writing: Writing) -> None:
    """The last that was made primary is; the deal's ContactId follows without any stamp of the deal moving."""
    roles, deal_id = org.table(ROLE), row["OpportunityId"]
    siblings = [roles.rows[one] for one in roles.with_value("OpportunityId", deal_id)]
    living = [one for one in siblings if not one.get("IsDeleted")]
    if row.get("IsPrimary") and not row.get("IsDeleted"):
        for other in living:
            if other["Id"] != row["Id"] and other.get("IsPrimary"):
                changed = {**other, "IsPrimary": False, "SystemModstamp": times.stamp(writing.now)}
                writing.save(roles, changed, op="update", quiet=True)
    now = [roles.rows[each["Id"]] for each in living]
    primary = next((one["ContactId"] for one in now if one.get("IsPrimary")), None)
    deals = org.table(DEAL)
    deal = deals.rows.get(deal_id)
    if deal is not None and deal.get("ContactId") != primary:
        deals.rows[deal_id] = {**deal, "ContactId": primary}
