"""Assets that a playbook names and that nobody ever met: their name is wrong, or nobody was ever shown them."""

from collections.abc import Iterable

from domain.values import LeadId
from mapping.assets import Assets, is_met
from store import leads, ledger
from store.engine import Store

PORTION = 250


def never_met(store: Store, assets: Assets, wanted: Iterable[str]) -> tuple[str, ...]:
    """Those of these names that no living lead ever met anything by, in order. Reads until each was found, and
    everything where one never is."""
    left, last = set(wanted), LeadId(0)
    while left:
        with store.read() as tx:
            ids = leads.after(tx, last, PORTION)
            found = ledger.activities_of(tx, ids)
        if not ids:
            break
        last = ids[-1]
        met = {assets.of(one) for theirs in found.values() for one in theirs if is_met(one)}
        left = {name for name in left if not any(asset is not None and asset.answers_to(name) for asset in met)}
    return tuple(sorted(left))
