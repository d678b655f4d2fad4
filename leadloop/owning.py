"""Owners that are nobody somewhere, as `status` and `doctor` show them."""

from collections.abc import Mapping, Sequence
from typing import Any

from config.rules import Rules
from leadloop import screen
from reports.owners import OwnerTrouble, mend, sentence, troubles
from store.engine import Store
from sync.material import users


def owner_troubles(store: Store, rules: Rules, types: Mapping[str, str]) -> tuple[OwnerTrouble, ...]:
    """As of the last pull; nothing while no users were read at all. It looks at every lead's records."""
    with store.read() as tx:
        people = users(tx, rules.mapping)
        return troubles(tx, rules, people.reps, people.emails, types=types) if people.reps else ()


def show_owners(found: Sequence[OwnerTrouble]) -> None:
    if found:
        screen.show("\nOwners that are nobody somewhere")
    for one in found:
        screen.show(f"{'✗' if one.is_error else '!'} {sentence(one)}")
        screen.show(f"    {mend(one)}")


def owners_as_data(found: Sequence[OwnerTrouble]) -> list[dict[str, Any]]:
    return [
        {
            "owner": one.who,
            "fault": one.fault,
            "lacks": list(one.lacks),
            "named_by": list(one.named),
            "leads": one.leads,
            "with_sales": one.with_sales,
            "error": one.is_error,
            "mend": mend(one),
        }
        for one in found
    ]
