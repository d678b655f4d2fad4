"""Who changed a field when: from field history where the org keeps it, else from the record's last change.

Salesforce knows users, not tools: which of them is a machine is told by the kind of user and by its name. A flow
writes in the name of whoever set it off; `setup.py` finds those.
"""

import re
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from connectors.salesforce.answers import Refusal
from connectors.salesforce.asking import Asking, Told
from connectors.salesforce.soql import checked_name, moment, one_of, select
from domain.errors import ContractError
from domain.survey import Author, FieldChange
from domain.values import RecordRef, Value, from_text

MOST_ROWS = 2_000
"""One page of a query: more would cost more calls."""
USERS_PER_QUERY = 200
PARENTS_PER_QUERY = 200
"""Ids in one condition: some 5,400 bytes of the 16,384 that a URL may have, and in a body of no weight at all."""
_NEIGHBOUR = re.compile(r"hub\s*spot", re.IGNORECASE)
_MACHINE = re.compile(
    r"integrat|\bapi\b|sync|connector|data\s?loader|automat|\bbot\b|service account|"
    r"marketo|pardot|eloqua|zapier|workato|mulesoft|boomi|zoominfo|outreach|salesloft|leandata|segment|hightouch|census",
    re.IGNORECASE,
)
_MACHINE_TYPES = {"AutomatedProcess": Author.WORKFLOW, "CloudIntegrationUser": Author.INTEGRATION}
_FORMER_NAMES = {"Owner": "OwnerId", "Account": "AccountId", "TextName": "Name"}
"""History has a reference by its relationship."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What a look at one object brought: changes by field, or by record where `field` is empty.

    `untracked`: fields that no history tells of.
    """

    changes: tuple[FieldChange, ...]
    rows: int
    untracked: tuple[str, ...] = ()


class History:
    """Reads a bounded sample: at most two questions an object, and one about the users in it."""

    def __init__(self, asking: Asking, *, connection: str) -> None:
        self._asking = asking
        self._connection = connection

    def found(self, object_name: str, fields: Collection[str], *, since: datetime, sample: int, me: str) -> Found:
        """Changes of tracked fields; and who changed the sampled records last, if a field is not tracked."""
        tracked = self._tracked(object_name)
        followed, unfollowed = set(fields) & tracked, set(fields) - tracked
        rows = self._history(object_name, since=since, sample=sample) if followed else []
        if rows is None:
            followed, unfollowed, rows = set(), set(fields), []
        told = [row for row in rows if row[1] in followed]
        last = self._last_changes(object_name, since=since, sample=sample) if unfollowed else []
        users = self._users({row[2] for row in (*told, *last)})
        changes = tuple(self._change(object_name, row, users, me) for row in dict.fromkeys((*told, *last)))
        return Found(changes=changes, rows=max(len(rows), len(last)), untracked=tuple(sorted(unfollowed)))

    def changes(
        self, object_name: str, fields: Collection[str], ids: Collection[str], *, since: datetime, me: Callable[[], str]
    ) -> tuple[tuple[FieldChange, ...], frozenset[str]]:
        """Of these records, and the fields of which no history is kept: one call for 200 records, one for the users.

        What does not fit on one page is older than what does, and missing. Of a field that is tracked no more the rows
        that are left tell nothing: its last change may have left none. One that is tracked again has a gap, so each
        change says what it made.
        """
        tracked, rows, wanted = set[str](), list[_Row](), sorted(ids)
        for start in range(0, len(wanted), PARENTS_PER_QUERY):
            some = one_of(f"{checked_name(object_name)}Id", wanted[start : start + PARENTS_PER_QUERY])
            newer = f"{some} AND CreatedDate >= {moment(since)}"
            soql = _history_of(object_name, _VALUES, where=newer, limit=MOST_ROWS)
            asked = {"kept": _of(_tracked_fields(object_name)), "rows": _of(soql)}
            told = self._asking.together(asked)
            rows += _read(object_name, _answered(told, "rows"))
            tracked |= {str(row["QualifiedApiName"]) for row in _answered(told, "kept")}
        followed = tracked.intersection(fields)
        rows = list(dict.fromkeys(row for row in rows if row[1] in followed))
        users = self._users({row[2] for row in rows})
        found = tuple(self._change(object_name, row, users, me()) for row in rows)
        return found, frozenset(set(fields) - followed)

    def _tracked(self, object_name: str) -> set[str]:
        """Fields whose history the org keeps; none where we may not ask."""
        told = self._asking.ask(_tracked_fields(object_name), deleted=False)
        return {str(row["QualifiedApiName"]) for row in rows_of(told, may_refuse=True) or ()}

    def _history(self, object_name: str, *, since: datetime, sample: int) -> list["_Row"] | None:
        """None where history may not be read."""
        soql = _history_of(object_name, where=f"CreatedDate >= {moment(since)}", limit=min(sample, MOST_ROWS))
        rows = rows_of(self._asking.ask(soql, deleted=False), may_refuse=True)
        return None if rows is None else _read(object_name, rows)

    def _last_changes(self, object_name: str, *, since: datetime, sample: int) -> list["_Row"]:
        soql = select(
            ("Id", "LastModifiedById", "LastModifiedDate"),
            object_name,
            where=f"LastModifiedDate >= {moment(since)}",
            order="LastModifiedDate DESC",
            limit=min(sample, MOST_ROWS),
        )
        rows = rows_of(self._asking.ask(soql, deleted=False)) or ()
        return [(str(row["Id"]), "", str(row["LastModifiedById"]), _at(row, "LastModifiedDate"), ()) for row in rows]

    def _users(self, ids: set[str]) -> dict[str, Mapping[str, Any]]:
        """By the id's first 15 characters. Users are never deleted."""
        found: dict[str, Mapping[str, Any]] = {}
        wanted = sorted(ids)
        for start in range(0, len(wanted), USERS_PER_QUERY):
            some = one_of("Id", wanted[start : start + USERS_PER_QUERY])
            told = self._asking.ask(select(("Id", "Name", "Username", "UserType"), "User", where=some), deleted=False)
            found.update({str(row["Id"])[:15]: row for row in rows_of(told, may_refuse=True) or ()})
        return found

    def _change(self, object_name: str, row: "_Row", users: Mapping[str, Mapping[str, Any]], me: str) -> FieldChange:
        record_id, field, user_id, at, made = row
        author, name = author_of(users.get(user_id[:15], {}), is_us=user_id[:15] == me[:15])
        ref = RecordRef(connection=self._connection, object=object_name, id=record_id)
        return FieldChange(ref=ref, field=field, at=at, author=author, author_id=user_id, name=name, made=made)


_Row = tuple[str, str, str, datetime, tuple[Value, ...]]
"""Record id, field, user id, moment, what it made."""
_VALUES = ("OldValue", "NewValue")


def _tracked_fields(object_name: str) -> str:
    where = f"{one_of('EntityDefinitionId', [object_name])} AND IsFieldHistoryTracked = true"
    return select(("QualifiedApiName",), "FieldDefinition", where=where)


def _history_of(object_name: str, also: tuple[str, ...] = (), *, where: str, limit: int) -> str:
    """The newest first."""
    named = (f"{checked_name(object_name)}Id", "Field", "CreatedById", "CreatedDate", *also)
    return select(named, f"{checked_name(object_name)}History", where=where, order="CreatedDate DESC", limit=limit)


def _of(soql: str) -> str:
    return f"query?{urlencode({'q': soql})}"


def _answered(told: Mapping[str, Told], name: str) -> list[dict[str, Any]]:
    """None of what may not be seen."""
    if name not in told:
        raise ContractError("Salesforce left a question about history out of a joint answer")
    return rows_of(told[name], may_refuse=True) or []


def _read(object_name: str, rows: Iterable[Mapping[str, Any]]) -> list[_Row]:
    return [
        (
            str(row[f"{object_name}Id"]),
            _FORMER_NAMES.get(row["Field"], str(row["Field"])),
            str(row["CreatedById"]),
            _at(row),
            _made(row),
        )
        for row in rows
    ]


def _made(row: Mapping[str, Any]) -> tuple[Value, ...]:
    """Of long text and of lists that hold several both values are blank; where the new one alone is, it was cleared."""
    old, new = row.get("OldValue"), row.get("NewValue")
    return () if old is None and new is None else (new,)


def author_of(user: Mapping[str, Any], *, is_us: bool) -> tuple[Author, str]:
    """Who this user is, and the name of a machine."""
    if is_us:
        return Author.OURS, ""
    name = str(user.get("Name") or "")
    words = f"{name} {user.get('Username') or ''}"
    if not user:
        return Author.UNKNOWN, ""
    if _NEIGHBOUR.search(words):
        return Author.NEIGHBOUR, name
    kind = _MACHINE_TYPES.get(str(user.get("UserType")))
    if kind is not None or _MACHINE.search(words):
        return kind or Author.INTEGRATION, name
    return Author.PERSON, ""


def rows_of(told: Told, *, may_refuse: bool = False) -> list[dict[str, Any]] | None:
    """The rows of a small answer; None when we may not ask, where that is an answer too."""
    if not told.ok:
        if may_refuse and _is_right_missing(told.refusals):
            return None
        raise told.failure("a question of the survey")
    rows = told.body.get("records") if isinstance(told.body, dict) else None
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise ContractError("Salesforce answered a question of the survey in a shape we do not know")
    return rows


_RIGHT_MISSING = ("INVALID_TYPE", "INVALID_FIELD", "INSUFFICIENT_ACCESS", "API_DISABLED_FOR_ORG", "NOT_FOUND")


def _is_right_missing(refusals: Iterable[Refusal]) -> bool:
    """What one may not see is to Salesforce as if it were not there."""
    return any(refusal.code.startswith(_RIGHT_MISSING) for refusal in refusals)


def _at(row: Mapping[str, Any], name: str = "CreatedDate") -> datetime:
    return from_text(str(row[name]))
