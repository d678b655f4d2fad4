"""How an org begins: its own users and status tables, then the rows a test rig asks for."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from simulator.act import ActError
from simulator.salesforce import catalogue
from simulator.salesforce.errors import RefusedError
from simulator.salesforce.ids import make
from simulator.salesforce.org import Org
from simulator.salesforce.people import LEAD_STATUSES
from simulator.salesforce.schema import ObjectType
from simulator.salesforce.table import Row
from simulator.salesforce.work import CLOSED_TASK, TASK_STATUSES
from simulator.salesforce.writing import Writing

INTEGRATION_EMAIL = "integration@leadloop.example"
ADMIN_EMAIL = "admin@crm.example"
_USER_KEYS = {
    "email": "Email",
    "first_name": "FirstName",
    "last_name": "LastName",
    "active": "IsActive",
    "department": "Department",
    "time_zone": "TimeZoneSidKey",
}


_ORGANIZATION = {
    "Name": "Simulated Org",
    "Country": "US",
    "DefaultLocaleSidKey": "en_US",
    "TimeZoneSidKey": "America/Los_Angeles",
    "LanguageLocaleKey": "en_US",
    "FiscalYearStartMonth": 1,
    "OrganizationType": "Developer Edition",
    "InstanceName": "CS420",
    "IsSandbox": True,
}


def found(org: Org, at: datetime) -> tuple[str, str]:
    """Make the org's own rows; the ids of the integration user and of the admin."""
    admin = make(catalogue.TYPES["User"].prefix, 2)  # made everything, himself too: no row is without a maker
    writing = Writing(now=at, at=at, user_id=admin, effects=[], trusted=True)
    users = [
        _user(org, {"email": INTEGRATION_EMAIL, "first_name": "Integration", "last_name": "User"}, writing),
        _user(org, {"email": ADMIN_EMAIL, "first_name": "Org", "last_name": "Admin"}, writing),
    ]
    org.create(catalogue.TYPES["Organization"], _ORGANIZATION, writing)
    statuses = [("LeadStatus", name, "IsConverted", name == "Closed - Converted") for name in LEAD_STATUSES]
    statuses += [("TaskStatus", name, "IsClosed", name == CLOSED_TASK) for name in TASK_STATUSES]
    for place, (type_name, label, flag, value) in enumerate(statuses):
        first = label in (LEAD_STATUSES[0], TASK_STATUSES[0])
        fields = {"MasterLabel": label, "ApiName": label, "SortOrder": place, "IsDefault": first, flag: value}
        org.create(catalogue.TYPES[type_name], fields, writing)
    return users[0], users[1]


def seed(org: Org, rows: Mapping[str, list[Row]], writing: Writing) -> dict[str, list[str]]:
    """Create the rows; the answer has their ids by type."""
    created: dict[str, list[str]] = {}
    for name, wanted in rows.items():
        type_ = catalogue.kept(name)
        if type_ is None:
            raise ActError(f"Salesforce has no type {name!r} here; known are {', '.join(catalogue.TYPES)}")
        created[type_.name] = [_plant(org, type_, row, number, writing=writing) for number, row in enumerate(wanted)]
    return created


def user_id(org: Org, email: str) -> str:
    """The id of the user with that e-mail address."""
    match = next(iter(org.tables["User"].with_value("Email", email)), None)
    if match is None:
        raise ActError(f"no Salesforce user has the e-mail address {email!r}")
    return match


def with_shortcuts(org: Org, fields: Row) -> Row:
    """OwnerEmail, OwnerQueue, AccountName and CampaignName become the ids they stand for."""
    plain = dict(fields)
    for shortcut, (target, find) in _SHORTCUTS.items():
        if shortcut in plain:
            plain[target] = find(org, str(plain.pop(shortcut)))
    return plain


def _plant(org: Org, type_: ObjectType, row: Row, number: int, *, writing: Writing) -> str:
    try:
        if type_.name == "User":
            return _user(org, row, writing)
        if type_.name == "Group":
            return _queue(org, row, writing)
        fields = with_shortcuts(org, _with_account(org, row, writing) if type_.name == "Contact" else row)
        _check_complete(type_, fields)
        return org.create(type_, fields, writing)
    except (ActError, RefusedError) as error:
        raise ActError(f"{type_.name} {number}: {error}") from error


def _check_complete(type_: ObjectType, fields: Row) -> None:
    missing = [name for name in type_.required if fields.get(name) in (None, "")]
    if missing:
        raise ActError(f"required fields are missing: {', '.join(missing)}")


def _user(org: Org, row: Row, writing: Writing) -> str:
    """A user matched by e-mail address; both our keys and Salesforce's field names are understood."""
    fields = {_USER_KEYS.get(key, key): value for key, value in row.items() if key != "id"}
    email = fields.get("Email")
    if not isinstance(email, str) or "@" not in email:
        raise ActError("a user needs an email")
    existing = next(iter(org.tables["User"].with_value("Email", email)), None)
    if existing is not None:
        org.update(existing, fields, writing)
        return existing
    defaults = {
        "LastName": email.split("@", maxsplit=1)[0],
        "Username": email,
        "Alias": email[:8],
        "IsActive": True,
    }
    return org.create(catalogue.TYPES["User"], defaults | fields, writing)


def _queue(org: Org, row: Row, writing: Writing) -> str:
    name = row.get("name") or row.get("Name")
    if not name:
        raise ActError("a queue needs a name")
    developer_name = row.get("DeveloperName") or str(name).replace(" ", "_")
    fields = {
        "Name": name,
        "DeveloperName": developer_name,
        "Type": row.get("Type", "Queue"),
        "Email": row.get("Email"),
    }
    queue_id = org.create(catalogue.TYPES["Group"], fields, writing)
    org.create(catalogue.TYPES["QueueSobject"], {"QueueId": queue_id, "SobjectType": "Lead"}, writing)
    for email in row.get("members", []):
        member = {"GroupId": queue_id, "UserOrGroupId": user_id(org, email)}
        org.create(catalogue.TYPES["GroupMember"], member, writing)
    return queue_id


def _with_account(org: Org, row: Row, writing: Writing) -> Row:
    """A contact's AccountName makes the account when there is none."""
    name = row.get("AccountName")
    if name and not org.tables["Account"].with_value("Name", name):
        org.create(catalogue.TYPES["Account"], {"Name": name}, writing)
    return row


def _named(type_name: str, *, by: str = "Name") -> Any:
    def find(org: Org, name: str) -> str:
        match = next(iter(org.tables[type_name].with_value(by, name)), None)
        if match is None:
            raise ActError(f"no {type_name} is named {name!r}")
        return match

    return find


_SHORTCUTS: dict[str, tuple[str, Any]] = {
    "OwnerEmail": ("OwnerId", user_id),
    "OwnerQueue": ("OwnerId", _named("Group")),
    "AccountName": ("AccountId", _named("Account")),
    "CampaignName": ("CampaignId", _named("Campaign")),
    "OpportunityName": ("OpportunityId", _named("Opportunity")),
    "RecordTypeName": ("RecordTypeId", _named("RecordType", by="DeveloperName")),
}
