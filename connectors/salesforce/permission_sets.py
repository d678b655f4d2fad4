"""The two permission sets of our own: what the integration user has to see and write, and what reps have to.

Sets of our own names, because a deployed permission set replaces what an admin put into one of the same name.
A new field is invisible to everybody until one of them, or a profile, grants it.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from connectors.salesforce.answers import Refusal
from connectors.salesforce.asking import Asking, Told
from connectors.salesforce.batches import Batches, Row
from connectors.salesforce.client import Client
from connectors.salesforce.soql import checked_id, one_of, quoted, select
from domain.change import Receipt, ReceiptOutcome
from domain.errors import ContractError

FOR_US, FOR_REPS = "leadloop_fields", "leadloop_reps"
_CLOSED = frozenset({"INVALID_TYPE", "NOT_FOUND", "FUNCTIONALITY_NOT_ENABLED", "API_DISABLED_FOR_ORG"})
LABELS = {FOR_US: "leadloop: fields", FOR_REPS: "leadloop: reps"}
WHY = {
    FOR_US: "the integration user sees and writes what the rules name",
    FOR_REPS: "reps see leadloop's fields and fill in theirs; assign it to them",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """What a permission set gives on one field."""

    object: str
    field: str
    edit: bool

    @property
    def name(self) -> str:
        return f"{self.object}.{self.field}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """A permission set as it stands: its id, and by field the grant's row and whether it lets edit."""

    id: str
    grants: Mapping[str, tuple[str, bool]]

    def lacks(self, grant: Grant) -> bool:
        row = self.grants.get(grant.name)
        return row is None or (grant.edit and not row[1])


class PermissionSets:
    """Reads and fills permission sets; takes nothing away."""

    def __init__(self, client: Client, asking: Asking) -> None:
        self._client = client
        self._asking = asking
        self._batches = Batches(client)

    def held(self) -> dict[str, Held] | None:
        """Those of ours that are there, by name; None when the integration user may not look."""
        rows = self._rows(("Id", "Name"), "PermissionSet", one_of("Name", (FOR_US, FOR_REPS)))
        if rows is None:
            return None
        ids = {str(row["Id"]): str(row["Name"]) for row in rows}
        grants: dict[str, dict[str, tuple[str, bool]]] = {record_id: {} for record_id in ids}
        if ids:
            asked = ("Id", "ParentId", "Field", "PermissionsEdit")
            for row in self._rows(asked, "FieldPermissions", one_of("ParentId", ids)) or ():
                grants[str(row["ParentId"])][str(row["Field"])] = (str(row["Id"]), bool(row["PermissionsEdit"]))
        return {name: Held(id=record_id, grants=grants[record_id]) for record_id, name in ids.items()}

    def is_assigned(self, held: Held) -> bool:
        """Whether the integration user has it."""
        where = f"PermissionSetId = {quoted(held.id)} AND AssigneeId = {quoted(self._user_id())}"
        return bool(self._rows(("Id",), "PermissionSetAssignment", where))

    def make(self, name: str) -> Receipt:
        row = {"Name": name, "Label": LABELS[name], "Description": f"Made by leadloop: {WHY[name]}."}
        return self._create("PermissionSet", [row])[0]

    def assign(self, set_id: str) -> Receipt:
        """Give it to the integration user."""
        row = {"PermissionSetId": set_id, "AssigneeId": self._user_id()}
        return self._create("PermissionSetAssignment", [row])[0]

    def grant(self, held: Held, grants: Sequence[Grant]) -> dict[str, str]:
        """Add what the set lacks; by field, Salesforce's words for each grant that it refused."""
        new = [grant for grant in grants if grant.name not in held.grants]
        wider = [grant for grant in grants if grant.name in held.grants and held.lacks(grant)]
        receipts = [
            *zip(new, self._create("FieldPermissions", [_row(held, grant) for grant in new]), strict=True),
            *zip(wider, self._widen([held.grants[grant.name][0] for grant in wider]), strict=True),
        ]
        return {grant.name: receipt.message or receipt.code for grant, receipt in receipts if not done(receipt)}

    def _create(self, object_name: str, rows: Sequence[Row]) -> list[Receipt]:
        typed = [{"attributes": {"type": object_name}, **row} for row in rows]
        return self._batches.send("POST", "composite/sobjects", typed, idempotent=False)

    def _widen(self, ids: Iterable[str]) -> list[Receipt]:
        kind = {"type": "FieldPermissions"}
        rows = [{"attributes": kind, "id": checked_id(one), "PermissionsEdit": True} for one in ids]
        return self._batches.send("PATCH", "composite/sobjects", rows, idempotent=True)

    def _rows(self, fields: Sequence[str], object_name: str, where: str) -> list[Row] | None:
        return setup_rows(self._asking.ask(select(fields, object_name, where=where), deleted=False))

    def _user_id(self) -> str:
        told = self._client.get("/services/oauth2/userinfo").json()
        found = told.get("user_id") if isinstance(told, dict) else None
        if not isinstance(found, str):
            raise ContractError("Salesforce does not tell who the integration user is")
        return checked_id(found)


def setup_rows(told: Told) -> list[Row] | None:
    """The rows of an answer about Setup; None when that is closed to the integration user."""
    if told.ok and isinstance(told.body, dict):
        return list(told.body.get("records") or ())
    if is_closed(told.status, told.refusals):
        return None
    raise told.failure("to look into Setup")


def is_closed(status: int, found: Sequence[Refusal]) -> bool:
    """Whether an answer says that a right is missing: Salesforce then also says that there is no such thing."""
    code = found[0].code if found else ""
    return status == 403 or code.startswith("INSUFFICIENT_ACCESS") or code in _CLOSED


def done(receipt: Receipt) -> bool:
    """Whether it is so now; a duplicate says that somebody else was faster."""
    return receipt.outcome in (ReceiptOutcome.APPLIED, ReceiptOutcome.UNCHANGED) or receipt.code in (
        "DUPLICATE_VALUE",
        "DUPLICATE_DEVELOPER_NAME",
    )


def _row(held: Held, grant: Grant) -> Row:
    return {
        "ParentId": held.id,
        "SobjectType": grant.object,
        "Field": grant.name,
        "PermissionsRead": True,
        "PermissionsEdit": grant.edit,
    }
