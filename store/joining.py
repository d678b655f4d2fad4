"""What a lead has one of per key (a membership, a hold, what was agreed): joined when two leads are, and parted again.

Where both have one, which of them stands does not depend on the order in which leads are united.
"""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from typing import Any, TypeAlias

from sqlalchemy import Table

from config.reports import UNKNOWN
from domain.values import LeadId
from mapping.agreement import BEFORE_UNION
from store import rawrows
from store.columns import from_json, to_json
from store.engine import Tx
from store.rawrows import Raw
from store.schema import first_touch, held_lead, mailed, membership, merge_base

Entries: TypeAlias = dict[str, Any]
"""Key, as JSON text → what is kept under it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Kept:
    """One such table. `choose`: what stands of two different entries; it has to be associative and order-free."""

    table: Table
    key: tuple[str, ...]
    choose: Callable[[Any, Any], Any]

    def read(self, tx: Tx, lead: LeadId) -> Entries:
        rows = rawrows.of_lead(tx, self.table, lead, locked=True)
        return dict(entry for row in rows for entry in self.entries(row))

    def entries(self, row: Raw) -> Iterator[tuple[str, Any]]:
        rest = {name: value for name, value in row.items() if name not in (*self.key, "lead_id")}
        yield to_json([row[name] for name in self.key]), rest

    def completed(self, entries: Mapping[str, Any]) -> Entries:
        """With the columns that came since these were remembered, as a row without them has them."""
        blank = {str(each.name): None for each in self.table.c if each.name not in (*self.key, "lead_id")}
        return {key: {**blank, **entry} for key, entry in entries.items()}

    def rows(self, lead: LeadId, entries: Mapping[str, Any]) -> list[Raw]:
        return [
            {**dict(zip(self.key, from_json(key), strict=True)), **rest, "lead_id": lead}
            for key, rest in sorted(entries.items())
        ]

    def join(self, ours: Mapping[str, Any], theirs: Mapping[str, Any]) -> Entries:
        both = {
            key: self.choose(ours[key], theirs[key]) for key in ours.keys() & theirs.keys() if ours[key] != theirs[key]
        }
        return {**theirs, **ours, **both}

    def write(self, tx: Tx, lead: LeadId, entries: Mapping[str, Any]) -> None:
        rawrows.drop(tx, self.table, [lead])
        rawrows.put_back(tx, self.table, self.rows(lead, entries))


class _Agreed(_Kept):
    """What was agreed: a document per system, with an entry per property."""

    def join(self, ours: Mapping[str, Any], theirs: Mapping[str, Any]) -> Entries:
        """Where they differ nothing is agreed, and what either showed is kept beside it: no answer given since."""
        known = [{key: base for key, base in each.items() if not _is_aside(key)} for each in (ours, theirs)]
        joined = super().join(*known)
        for key in [key for key, base in joined.items() if base is None]:
            showed = [_showed(each, key) for each in (ours, theirs) if key in each]
            if all(showed):
                joined[_aside(key)] = [None, None, sorted(set().union(*showed), key=to_json)]
        return joined

    def completed(self, entries: Mapping[str, Any]) -> Entries:
        return dict(entries)

    def entries(self, row: Raw) -> Iterator[tuple[str, Any]]:
        for name, base in from_json(row["properties"]).items():
            yield to_json([row["connection"], name]), base

    def rows(self, lead: LeadId, entries: Mapping[str, Any]) -> list[Raw]:
        found: dict[str, dict[str, Any]] = {}
        for key, base in entries.items():
            connection, name = from_json(key)
            found.setdefault(connection, {})[name] = base
        return [
            {"lead_id": lead, "connection": connection, "properties": to_json(properties)}
            for connection, properties in sorted(found.items())
        ]


class _Single(_Kept):
    """Of what a lead has one and no more, of no system in particular."""

    def entries(self, row: Raw) -> Iterator[tuple[str, Any]]:
        yield _SINGLE, {name: value for name, value in row.items() if name != "lead_id"}

    def rows(self, lead: LeadId, entries: Mapping[str, Any]) -> list[Raw]:
        return [{**entry, "lead_id": lead} for entry in entries.values()]


_SINGLE = to_json([""])


def _aside(key: str) -> str:
    connection, name = from_json(key)
    return to_json([connection, f"{name}{BEFORE_UNION}"])


def _is_aside(key: str) -> bool:
    return str(from_json(key)[1]).endswith(BEFORE_UNION)


def _showed(entries: Mapping[str, Any], key: str) -> Set[Any]:
    """What a lead's record showed of a property: what was agreed, or what either of the two it was united from did.
    Empty where nobody knows."""
    base = entries[key]
    if base is not None:
        return {base[0]}
    return set(entries[_aside(key)][2]) if _aside(key) in entries else set()


def _nothing(_one: object, _other: object) -> None:
    """Two records were agreed about differently, and nobody knows which of them is written to from now on: it is as if
    nothing had been agreed. A null in the document says so, or a third would bring its own word back."""


def _member(one: Raw, other: Raw) -> Raw:
    """On a list where either is, wanted there where either is: both are decided anew."""
    wish = max((one, other), key=lambda row: (_rank(row["member"]), row["why"], row["since"] or 0))
    return {**wish, "shown": max((one["shown"], other["shown"]), key=_rank)}


def _rank(truth: object) -> int:
    return 0 if truth is None else 2 if truth else 1


def _held(one: Raw, other: Raw) -> Raw:
    """Who still waits, waits."""
    return max((one, other), key=lambda row: (row["released_at"] is None, to_json(row)))


def _latest(one: Raw, other: Raw) -> Raw:
    """Mail that reached either reached the person."""
    return max((one, other), key=lambda row: row["at"])


def _first(one: Raw, other: Raw) -> Raw:
    """Who was met first; what is not known says nothing against what is."""
    return min((one, other), key=_how_early)


def _how_early(row: Raw) -> tuple[object, ...]:
    at = row["touched_at"]
    return row["channel"] == UNKNOWN, at is None, at or 0, row["decided_at"], to_json(row)


_EVERY: Sequence[_Kept] = (
    _Kept(table=membership, key=("connection", "list"), choose=_member),
    _Kept(table=held_lead, key=("set_id",), choose=_held),
    _Kept(table=mailed, key=("connection",), choose=_latest),
    _Single(table=first_touch, key=(), choose=_first),
    _Agreed(table=merge_base, key=("connection",), choose=_nothing),
)


def join(tx: Tx, survivor: LeadId, loser: LeadId) -> dict[str, dict[str, Entries]]:
    """Make it all the survivor's; returns what either had and what came of it, by table."""
    memory = {}
    for kept in _EVERY:
        ours, theirs = kept.read(tx, survivor), kept.read(tx, loser)
        joined = kept.join(ours, theirs)
        if theirs:
            kept.write(tx, survivor, joined)
            rawrows.drop(tx, kept.table, [loser])
        memory[str(kept.table.name)] = {"ours": ours, "theirs": theirs, "joined": joined}
    return memory


def part(
    tx: Tx,
    survivor: LeadId,
    loser: LeadId,
    memory: Mapping[str, Mapping[str, Entries]],
    *,
    theirs_alone: Collection[str],
) -> None:
    """Give either what it had; what changed since stays with whose it was.

    `theirs_alone`: the systems in which only the loser has records. What is new there since is the loser's.
    """
    for kept in _EVERY:
        before = memory.get(str(kept.table.name), {})
        was = {side: kept.completed(before.get(side, {})) for side in ("ours", "theirs", "joined")}
        now = kept.read(tx, survivor)
        ours: Entries = {}
        theirs: Entries = {}
        for key in sorted(now.keys() | was["ours"].keys() | was["theirs"].keys()):
            ours_before, theirs_before = was["ours"].get(key), was["theirs"].get(key)
            if now.get(key) != was["joined"].get(key):
                is_theirs = key in was["theirs"] or from_json(key)[0] in theirs_alone
                ours_before, theirs_before = (
                    (None, now.get(key)) if key not in was["ours"] and is_theirs else (now.get(key), theirs_before)
                )
            ours |= {key: ours_before} if ours_before is not None else {}
            theirs |= {key: theirs_before} if theirs_before is not None else {}
        kept.write(tx, survivor, ours)
        kept.write(tx, loser, theirs)


def take_along(tx: Tx, of: LeadId, to: LeadId, connections: Collection[str]) -> None:
    """Give over what is about these systems, where the one keeps no record of."""
    for kept in _EVERY:
        every = kept.read(tx, of)
        gone = {key: entry for key, entry in every.items() if from_json(key)[0] in connections}
        if gone:
            kept.write(tx, of, {key: entry for key, entry in every.items() if key not in gone})
            kept.write(tx, to, gone)
