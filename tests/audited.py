"""Joins the simulator's log with the audit: every effect that leadloop had has one announcement and one end."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import select

from domain.audit import ENDS, Act
from domain.values import Value
from store import audit, audit_chain, audit_joins
from store.audit import AuditEntry, Wanted
from store.engine import Store
from store.outbox_row import to_outbox_row
from store.schema import outbox
from sync.same import same
from tests.rig import SimulatorProcess
from tests.witness import Witness

BY_THEMSELVES = {"hubspot_owner_assigneddate", "Name", "IsClosed", "LastActivityDate", "IsHighPriority"}
"""Fields that a vendor fills in beside what was written."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """One change that leadloop made in a system, as its log has it."""

    system: str
    op: str
    object: str
    record: str
    values: dict[str, Any]
    list: str | None = None


def effects(simulator: SimulatorProcess) -> Iterator[Effect]:
    for line in Witness(simulator=simulator).calls():
        for each in line["effects"]:
            if each["op"] in {"member_add", "member_remove"}:
                moved = each["after"] or each["before"]
                yield Effect(
                    system=line["system"], op=each["op"], object="contacts", record=str(moved["record"]), values={},
                    list=moved["name"],
                )  # fmt: skip
            elif each["type"] == "lists":
                yield Effect(
                    system=line["system"], op=each["op"], object="lists", record="", values={},
                    list=each["after"]["name"],
                )  # fmt: skip
            else:
                after = {name: value for name, value in each["after"].items() if name not in BY_THEMSELVES}
                yield Effect(
                    system=line["system"], op=each["op"], object=each["type"], record=str(each["id"]), values=after
                )


def assert_joined(store: Store, simulator: SimulatorProcess, *, at_rest: bool = True) -> int:
    """Every effect has one announcement, and at rest one end; returns how many there were."""
    found = [each for each in effects(simulator) if each.values or each.list]  # a repeat changes nothing any more
    with store.read() as tx:
        rows = [entry for _, entry in audit.rows(tx, Wanted()) if entry.outbox_key is not None]
        written = [to_outbox_row(row) for row in tx.execute(select(outbox).order_by(outbox.c.id))]
        for effect in found:
            keys = [row.key for row in written if row.connection == effect.system and _made(row, effect)]
            keys = keys or _replaced(rows, effect, standing={(row.connection, row.key) for row in written})
            assert keys, f"nobody announced {effect}"
            if effect.op == "create" and effect.object != "lists":  # a list is made by the first write that needs it
                assert len(set(keys)) == 1, f"{keys} all say that they made {effect}"
            # Values that were tried without an answer are planned again, and written once more where both arrive.
            for key in dict.fromkeys(keys):
                _assert_one(rows, effect.system, key, at_rest=at_rest)
        if at_rest:
            assert list(audit_joins.loose_ends(tx, now=simulator.now() + timedelta(days=2))) == []
        assert audit_chain.verify(tx).ok
    return len(found)


def _replaced(rows: list[AuditEntry], effect: Effect, *, standing: set[tuple[str, str]]) -> list[str]:
    """The last write of these fields that was tried without an answer, and whose row holds a newer one by now."""
    tried = [
        entry.outbox_key
        for entry in rows
        if entry.action.startswith(f"{Act.TRIED}: ")
        and (entry.connection, entry.object, entry.record_id) == (effect.system, effect.object, effect.record)
        and set(effect.values) <= set(entry.fields)
    ]
    return [key for key in tried[-1:] if key is not None and (effect.system, key) not in standing]


def _made(row: Any, effect: Effect) -> bool:
    change = row.change
    if effect.list is not None:
        adds = effect.op != "member_remove"
        on_it = effect.object == "lists" or change.id == effect.record
        return bool(change.list == effect.list and on_it and change.member is adds)
    if change.object != effect.object or (row.remote_id or change.id) != effect.record:
        return effect.op == "create" and change.object == effect.object and _same(change.values, effect.values)
    if (effect.op == "create") != (change.kind == "create"):
        return False
    return _same(change.values, effect.values)


def _same(wanted: Any, after: dict[str, Any]) -> bool:
    named = {name: value for name, value in after.items() if name in wanted}
    return bool(named) and all(_alike(wanted[name], value) for name, value in named.items())


def _alike(wanted: Value, shown: Any) -> bool:
    """A day is shown as a moment, and a stage is cleared before it goes back."""
    shown = shown if shown is None or isinstance(shown, str | int | float | bool) else str(shown)
    return same(wanted, shown) or str(shown).startswith(str(wanted))


def _assert_one(rows: list[AuditEntry], system: str, key: str, *, at_rest: bool) -> None:
    mine = [each.action for each in rows if (each.connection, each.outbox_key) == (system, key)]
    kinds = Counter("will" if each.startswith(f"{Act.WILL} ") else "end" for each in mine if _is_either(each))
    assert kinds["will"] >= 1, f"{key} has no announcement: {mine}"
    assert mine[0].startswith(f"{Act.WILL} "), f"{key} began with {mine[0]}"
    if at_rest:
        assert kinds["end"] == kinds["will"], f"{key}: {mine}"


def _is_either(action: str) -> bool:
    return action.startswith(f"{Act.WILL} ") or any(action.startswith(f"{act}: ") for act in ENDS)
