"""The records of one org, and what creating, changing and deleting them does. No HTTP and no clock."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime

from simulator.salesforce import catalogue, setup_objects, times
from simulator.salesforce.admin_rules import AdminRules
from simulator.salesforce.contact_roles import ROLE, keep_true
from simulator.salesforce.derive import derived
from simulator.salesforce.errors import RefusedError, deleted, not_found
from simulator.salesforce.field_security import FieldSecurity
from simulator.salesforce.ids import make, normal
from simulator.salesforce.locks import Locks, locked_by
from simulator.salesforce.rules import check_create, check_update
from simulator.salesforce.schema import Kind, ObjectType
from simulator.salesforce.setup_rules import check_setup
from simulator.salesforce.setup_types import GUARDED, QUICK_ACTION_DEFINITION
from simulator.salesforce.soql_parser import parse
from simulator.salesforce.soql_run import Answer, Moment, run
from simulator.salesforce.table import Row, Table
from simulator.salesforce.values import kept
from simulator.salesforce.writing import Writing

_ACTIVITIES = ("Task", "Event")
_CHILDREN = (
    ("Task", "WhoId"),
    ("Event", "WhoId"),
    ("CampaignMember", "LeadId"),
    ("CampaignMember", "ContactId"),
    (ROLE, "OpportunityId"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Transaction:
    """A write still open: its rows carry the stamp of when it began, and nobody sees them before `until`."""

    began: datetime
    until: datetime
    rows: list[tuple[Table, Row]]


class Org:
    """Tables by type, and the writes that keep them true."""

    def __init__(self) -> None:
        self.transactions: list[Transaction] = []
        self.rules = AdminRules()
        self.locks = Locks()
        self.tables = {name: Table(type_) for name, type_ in catalogue.KEPT.items()}
        self._numbers: Counter[str] = Counter()
        self.security = FieldSecurity(self.table)
        self.quick_actions = Table(QUICK_ACTION_DEFINITION)

    def row(self, record_id: str) -> Row | None:
        type_ = catalogue.of_id(record_id)
        return None if type_ is None else self.tables[type_.name].rows.get(record_id)

    def table(self, type_name: str) -> Table:
        return self.tables[type_name]

    def become(self, org_id: str, *, sandbox: bool) -> None:
        """The organization's own id and kind, when a test rig swaps them."""
        table = self.tables["Organization"]
        (row,) = table.rows.values()
        if (row["Id"], row["IsSandbox"]) == (org_id, sandbox):
            return
        edition = "Developer Edition" if sandbox else "Enterprise Edition"
        table.restore(row["Id"], None)
        changed = {**row, "Id": org_id, "IsSandbox": sandbox, "OrganizationType": edition}
        table.put(changed, times.read_datetime(row["SystemModstamp"]))

    def open_transaction(self, writing: Writing, mark: tuple[int, int], until: datetime) -> None:
        """What was written since the mark shows only from `until` on, with the stamps that it has now."""
        self.transactions.append(Transaction(began=writing.now, until=until, rows=writing.hold_back(mark)))

    def commit(self, now: datetime) -> None:
        """Show what transactions that have ended by now have written."""
        ended = [one for one in self.transactions if one.until <= now]
        self.transactions = [one for one in self.transactions if one.until > now]
        for one in sorted(ended, key=lambda each: each.until):
            for table, row in one.rows:
                table.put(row, one.until)

    def query(self, text: str, moment: Moment) -> Answer:
        """The rows of a SOQL query (RefusedError for a bad one)."""
        query = parse(text)
        tables = {name: one for name, one in self.tables.items() if not self.security.hides(name)}
        return run(query, tables, self, moment, see=self._readable)

    def create(self, type_: ObjectType, fields: Row, writing: Writing) -> str:
        """A new row's id (RefusedError when the rules say no)."""
        type_ = self.type_for(type_.name, writing)
        values = _trusted(type_, fields) if writing.trusted else check_create(type_, fields, self)
        check_setup(type_, values, self, self.security if self.security.binds(writing.user_id) else None)
        row = self._new_row(type_, values, writing)
        if type_.name == "Lead" and writing.assign_to is not None:
            row["OwnerId"] = writing.assign_to
        row |= derived(type_.name, row, self, writing.at)
        self._admit(type_, None, row, writing)
        writing.save(self.tables[type_.name], row, op="member_add" if type_.name == "CampaignMember" else "create")
        self._after(type_, row, writing)
        return str(row["Id"])

    def update(self, record_id: str, fields: Row, writing: Writing) -> None:
        """Change a row that is there and not deleted (RefusedError otherwise)."""
        type_, before = self.living(record_id)
        type_ = self.type_for(type_.name, writing)
        values = _trusted(type_, fields) if writing.trusted else check_update(type_, before, fields, self)
        if type_.name == "Lead" and writing.assign_to is not None:
            values["OwnerId"] = writing.assign_to
        row = {**before, **values, **self.touched(before, writing)}
        row |= derived(type_.name, row, self, writing.at)
        self._admit(type_, before, row, writing)
        writing.save(self.tables[type_.name], row, op="update")
        self._keep_history(type_, before, row, writing)
        keep_true(self, type_.name, row, writing, is_new=False)
        if type_.name in _ACTIVITIES and values.keys() & {"Status", "ActivityDate", "StartDateTime", "WhoId"}:
            self._bump_person(row, writing)

    def delete(self, record_id: str, writing: Writing) -> None:
        """Into the recycle bin, with the activities and memberships of a person."""
        type_, before = self.living(record_id)
        row = {**before, "IsDeleted": True, **self.touched(before, writing)}
        self._lock(type_, before, row, writing)
        writing.save(self.tables[type_.name], row, op="member_remove" if type_.name == "CampaignMember" else "delete")
        keep_true(self, type_.name, row, writing, is_new=False)
        if type_.name == ROLE and not (self.row(row["OpportunityId"]) or row).get("IsDeleted"):
            self.tables[ROLE].forgotten.add(record_id)
        for child_id in self.children(record_id):
            self.delete(child_id, writing)

    def upsert(self, type_: ObjectType, field_name: str, value: str, fields: Row, writing: Writing) -> tuple[str, bool]:
        """(id, created) of the row whose external id has this value."""
        matches = self.with_external_id(type_, field_name, value)
        if len(matches) > 1:
            raise RefusedError("DUPLICATE_EXTERNAL_ID", "more than one record found", status=300, fields=())
        if matches:
            self.update(matches[0], fields, writing)
            return matches[0], False
        return self.create(type_, {**fields, field_name: value}, writing), True

    def _readable(self, type_: ObjectType) -> ObjectType:
        """As `seen`; Setup is unknown to a user who may not look at it."""
        if type_.name in GUARDED and not self.security.may_customize:
            raise RefusedError("INVALID_TYPE", f"sObject type '{type_.name}' is not supported.")
        return self.security.shown(type_)

    def type_for(self, name: str, writing: Writing) -> ObjectType:
        """The type with the fields that whoever writes may see."""
        type_ = self.tables[name].type
        held = self.security.binds(writing.user_id) and not writing.trusted
        return self.security.shown(type_) if held else type_

    def seen(self, type_: ObjectType) -> ObjectType:
        """The type with the fields of this org that the integration user may see (RefusedError for one unseen)."""
        if self.security.hides(type_.name):
            raise not_found()
        return self.security.shown(self.tables[type_.name].type)

    def with_external_id(self, type_: ObjectType, field_name: str, value: str) -> list[str]:
        """Ids of living rows; RefusedError when the field is no External Id."""
        table, field = self.tables[type_.name], self.seen(type_).find(field_name)
        if field is None or not (field.external or field.kind is Kind.ID):
            message = f"Provided external ID field does not exist or is not accessible: {field_name}"
            raise RefusedError("NOT_FOUND", message, status=404)
        if field.kind is Kind.ID:
            return [self.living(value)[1]["Id"]]
        return [one for one in table.with_value(field.name, value) if not table.rows[one].get("IsDeleted")]

    def living(self, record_id: str) -> tuple[ObjectType, Row]:
        """The row and its type (RefusedError for an unknown, malformed or deleted one)."""
        proper = normal(record_id)
        type_ = catalogue.of_id(proper) if proper is not None else None
        if proper is None or type_ is None:
            raise RefusedError("MALFORMED_ID", f"bad id {record_id}", fields=("Id",))
        row = self.tables[type_.name].rows.get(proper)
        if row is None:
            raise RefusedError("INVALID_CROSS_REFERENCE_KEY", "invalid cross reference id", fields=())
        if row.get("IsDeleted"):
            raise deleted()
        return type_, row

    def children(self, person_id: str) -> list[str]:
        """The living activities and memberships of a lead or contact."""
        found: list[str] = []
        for type_name, field in _CHILDREN:
            table = self.tables[type_name]
            ids = table.with_value(field, person_id)
            found += [one for one in ids if not table.rows[one].get("IsDeleted")]
        return found

    def touched(self, before: Row, writing: Writing) -> Row:
        """The stamps of a change: the person's own time for LastModifiedDate as long as it moves forward."""
        acted = times.stamp(writing.at)
        return {
            "LastModifiedDate": acted if acted > before["LastModifiedDate"] else times.stamp(writing.now),
            "LastModifiedById": writing.user_id,
            "SystemModstamp": times.stamp(writing.now),
        }

    def _admit(self, type_: ObjectType, before: Row | None, row: Row, writing: Writing) -> None:
        """What stands between a valid row and the table: locks, then the admin's rules (RefusedError)."""
        if writing.trusted:
            return
        self._lock(type_, before, row, writing)
        self.rules.check(type_, before, row, saving=writing, table=self.tables[type_.name])
        self.locks.take(locked_by(type_.name, before, row), by=writing, now=writing.now)

    def _lock(self, type_: ObjectType, before: Row | None, row: Row, writing: Writing) -> None:
        if writing.trusted or writing.by_hand:
            return
        wanted = locked_by(type_.name, before, row)
        self.locks.check(wanted, self._held_by_transactions(), by=writing, now=writing.now)

    def _held_by_transactions(self) -> list[str]:
        """What transactions still open have written, and what lies above it."""
        rows = [(table, row) for one in self.transactions for table, row in one.rows]
        return [
            locked for table, row in rows for locked in locked_by(table.type.name, table.rows.get(row["Id"], row), row)
        ]

    def _new_row(self, type_: ObjectType, values: Row, writing: Writing) -> Row:
        self._numbers[type_.name] += 1
        created = values.get("CreatedDate") or times.stamp(writing.at)
        row: Row = {"Id": make(type_.prefix, self._numbers[type_.name])}
        row |= {name: writing.user_id if value == "me" else value for name, value in type_.defaults.items()}
        row |= {name: value for name, value in values.items() if value is not None}
        row |= {
            "CreatedDate": created,
            "CreatedById": values.get("CreatedById") or writing.user_id,
            "LastModifiedDate": values.get("LastModifiedDate") or created,
            "LastModifiedById": writing.user_id,
            "SystemModstamp": times.stamp(writing.now),
        }
        return row

    def _after(self, type_: ObjectType, row: Row, writing: Writing) -> None:
        if type_.name in _ACTIVITIES:
            self._bump_person(row, writing)
        elif type_.name == "Campaign":
            self._offer_statuses(row["Id"], writing)
        keep_true(self, type_.name, row, writing, is_new=True)

    def _keep_history(self, type_: ObjectType, before: Row, row: Row, writing: Writing) -> None:
        """Who changed a field whose history an admin lets Salesforce keep."""
        kept = setup_objects.HISTORIES.get(type_.name)
        definitions = self.tables["FieldDefinition"].rows.values()
        if kept is None or not definitions:
            return
        for values in setup_objects.history_of(type_, before, row, definitions):
            writing.save(self.tables[kept.name], self._new_row(kept, values, writing), op="create", quiet=True)

    def _offer_statuses(self, campaign_id: str, writing: Writing) -> None:
        """A new campaign comes with the two member statuses that Salesforce gives it."""
        for number, label in enumerate(("Sent", "Responded"), start=1):
            fields = {
                "CampaignId": campaign_id,
                "Label": label,
                "SortOrder": number,
                "IsDefault": label == "Sent",
                "HasResponded": label == "Responded",
            }
            self.create(catalogue.TYPES["CampaignMemberStatus"], fields, writing)

    def _bump_person(self, activity: Row, writing: Writing) -> None:
        """An activity moves the person's LastActivityDate and SystemModstamp, not LastModifiedDate."""
        person = self.row(activity.get("WhoId") or "")
        if person is None or person.get("IsDeleted"):
            return
        day = activity.get("ActivityDate") or times.stamp(writing.at)[:10]
        latest = max(day, person.get("LastActivityDate") or "")
        changed = {**person, "LastActivityDate": latest, "SystemModstamp": times.stamp(writing.now)}
        quiet = latest == person.get("LastActivityDate")
        writing.save(self.tables[_type_name(person)], changed, op="update", quiet=quiet)


def _type_name(row: Row) -> str:
    type_ = catalogue.of_id(row["Id"])
    assert type_ is not None  # the row stands in a table of that type
    return type_.name


def _trusted(type_: ObjectType, fields: Row) -> Row:
    """Values that no rule but the fields' own shape checks."""
    values: Row = {}
    for name, value in fields.items():
        field = type_.find(name)
        if field is None:
            raise RefusedError("INVALID_FIELD", f"No such column '{name}' on sobject of type {type_.name}")
        values[field.name] = kept(field, value)
    return values
