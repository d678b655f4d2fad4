"""The audit of what `provision` makes in a system: announced before, ended after, like every other write.

One that was stopped in the middle is ended by the next one, which finds what is there by then.
"""

from collections.abc import Sequence
from datetime import datetime

from connectors.abilities import ProvisionItem
from domain.audit import Act
from domain.change import ReceiptOutcome
from leadloop.app import App
from store import audit, audit_joins
from store.audit import AuditEntry


def end_found(app: App, name: str, items: Sequence[ProvisionItem], *, by: str, now: datetime) -> None:
    """End what an earlier command had announced and is there now."""
    there = {_key(item): item for item in items if item.exists}
    with app.store.write() as tx:
        found = sorted(audit_joins.open_keys(tx, name, there))
        action = f"{Act.WROTE}: {ReceiptOutcome.UNCHANGED}"
        audit.append(tx, [_entry(name, there[key], action, by=by, now=now) for key in found])


def announce(app: App, name: str, items: Sequence[ProvisionItem], *, by: str, now: datetime) -> None:
    """Say what is about to be made."""
    missing = {_key(item): item for item in items if is_made(item)}
    with app.store.write() as tx:
        known = audit_joins.open_keys(tx, name, missing)
        fresh = [item for key, item in missing.items() if key not in known]
        audit.append(tx, [_entry(name, item, f"{Act.WILL} make a {item.kind}", by=by, now=now) for item in fresh])


def end(
    app: App, name: str, before: Sequence[ProvisionItem], after: Sequence[ProvisionItem], *, by: str, now: datetime
) -> None:
    """Say what became of each thing that was to be made."""
    rows = []
    for was, item in zip(before, after, strict=True):
        if is_made(was):
            outcome = ReceiptOutcome.APPLIED if item.exists else ReceiptOutcome.REFUSED
            rows.append(_entry(name, item, f"{Act.WROTE}: {outcome}", by=by, now=now))
    with app.store.write() as tx:
        audit.append(tx, rows)


def is_made(item: ProvisionItem) -> bool:
    """Whether `provision` makes it: what has a problem is never touched."""
    return not item.exists and not item.problem


def _key(item: ProvisionItem) -> str:
    return f"{item.kind}:{item.object}:{item.name}"


def _entry(name: str, item: ProvisionItem, action: str, *, by: str, now: datetime) -> AuditEntry:
    return AuditEntry(
        at=now,
        actor=by,
        action=action,
        connection=name,
        object=item.object,
        record_id=item.name,
        outbox_key=_key(item),
    )
