"""Assets that a playbook names and that nobody ever met: their name is wrong, or nobody was ever shown them."""

from collections.abc import Iterable

from domain.values import LeadId
from mapping.assets import Assets, is_met
from store import leads, ledger
from store.engine import Store

PORTION = 250


def never_met(store: Store, assets: Assets, wanted: Iterable[str]) -> tuple[str, ...]:
    """Those of these names that no living lead ever met anything by, in order; none where nobody met anything at all.
    Reads until each was found, and everything where one never is."""
    left, last, is_any = set(wanted), LeadId(0), False
    while left:
        with store.read() as tx:
            ids = leads.after(tx, last, PORTION)
            found = ledger.activities_of(tx, ids)
        if not ids:
            return tuple(sorted(left)) if is_any else ()
        last = ids[-1]
        met = {asset for theirs in found.values() for one in theirs if is_met(one) and (asset := assets.of(one))}
        is_any = is_any or bool(met)
        left = {name for name in left if not any(asset.answers_to(name) for asset in met)}
    return ()
