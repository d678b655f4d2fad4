"""Putting rules in force: the folder's, an older version, those of another installation, or what was proposed."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from config.load import rules_from_document
from config.rules import baseline_hash, mapping_of
from domain.errors import SettingsError
from domain.run import RuleVersion
from domain.values import RuleHash
from leadloop import freezing
from leadloop.app import App, version_of
from leadloop.drafts import note_base
from leadloop.freezing import Kept, frozen_at
from store import leads
from store import rules as rule_store
from store.engine import Tx
from store.first_stages import give_anew
from store.proposals import Deed, Kind
from store.rules import OvertakenError
from sync.moving import mapping_changed


@dataclass(frozen=True, slots=True, kw_only=True)
class Publication:
    """What publishing did: `changed` is False when these rules were in force already. `leads` are rescored."""

    number: int
    changed: bool
    leads: int
    first_stages: int = 0
    """Leads that get their first stage anew: nobody confirmed the table, and it is another one now."""


def put_in_force(app: App, *, author: str, message: str = "", base: int | None = None) -> Publication:
    """Publish the draft, re-arm every lead from now on, have all rescored.

    `base`: the version that the draft was made from; OvertakenError when another was published since.
    """
    now = app.clock.refresh()
    with app.store.write() as tx:
        done = publish(tx, version_of(app, author=author, now=now, message=message), base=base)
    note_if_held(app)
    return done


def keep_rules_if_frozen(app: App, version: RuleVersion, *, kind: Kind, base: int) -> Kept | None:
    """While changes are frozen these rules are kept for a second person. None: publish them, or they are in force.

    OvertakenError as when publishing.
    """
    now = app.clock.refresh()
    if frozen_at(app.settings, now) is None:
        return None
    with app.store.read() as tx:
        before = rule_store.current(tx)
    if before is None or before.hash == version.hash:
        return None
    if before.number != base:
        raise OvertakenError(before)
    if not version.sources:
        raise SettingsError(f"Version {version.number} was published without the text of its files: edit the folder.")
    rules_from_document(version.document)
    return freezing.keep_if_frozen(app.store, app.settings, _deed(app, version, kind=kind, base=base), now=now)


def _deed(app: App, version: RuleVersion, *, kind: Kind, base: int) -> Deed:
    payload = {
        "base": base,
        "connections": app.types,
        "hash": version.hash,
        "author": version.author,
        "message": version.message,
        "document": version.document,
        "sources": dict(version.sources),
    }
    return Deed(kind=kind, what=f"{kind} rules {version.hash[:8]} over version {base}", payload=payload)


def version_in(payload: Mapping[str, Any], *, now: datetime, message: str) -> RuleVersion:
    """The rules that a proposal holds, as they are published if it is agreed to."""
    return RuleVersion(
        hash=RuleHash(payload["hash"]),
        author=payload["author"],
        published_at=now,
        document=payload["document"],
        sources=payload["sources"],
        message=message,
    )


def publish(tx: Tx, version: RuleVersion, *, base: int | None) -> Publication:
    """Within a transaction: what else is to be in force with them can be said in the same one."""
    mapping = rules_from_document(version.document).mapping
    before = rule_store.current(tx)
    if not rule_store.publish(tx, version, base=base):
        return Publication(number=before.number if before else 0, changed=False, leads=0)
    if before is not None and (theirs := mapping_of(before.document)) is not None:
        mapping_changed(tx, theirs, mapping)
    anew = give_anew(tx) if before is not None and _is_placed_otherwise(before, version) else 0
    count, published = leads.count(tx), rule_store.current(tx)
    leads.arm_all(tx, version.published_at)
    leads.make_all_due(tx)
    return Publication(number=published.number if published else 0, changed=True, leads=count, first_stages=anew)


def _is_placed_otherwise(before: RuleVersion, version: RuleVersion) -> bool:
    return baseline_hash(before.document) != baseline_hash(version.document)


def note_if_held(app: App) -> bool:
    """Whether the folder holds what is in force; then it is what the next edits are made from."""
    with app.store.read() as tx:
        version = rule_store.current(tx)
    if version is None or version.hash != app.installation.rules.hash:
        return False
    note_base(app.installation.folder, version)
    return True
