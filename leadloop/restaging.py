"""What publishing another table of first stages means for the leads there are, told before it is done."""

from dataclasses import dataclass
from typing import Any

from config.lifecycle import BaselineRow
from config.rules import baseline_of
from leadloop import screen
from leadloop.app import App, version_of
from store import first_stages
from store import rules as rule_store
from store.engine import Tx
from store.first_stages import Confirmed
from sync.effect import SAMPLE
from sync.firstday import went_live_at
from sync.firststage import table_hash, tally


@dataclass(frozen=True, slots=True, kw_only=True)
class Restaged:
    """Combinations that get another first stage than before, or than was confirmed, and their leads.

    `looked_at`: of so many leads; `confirmed_by` None: nobody confirmed a table yet, so that these leads move.
    """

    combinations: int
    leads: int
    looked_at: int
    confirmed_by: str | None

    def as_data(self) -> dict[str, Any]:
        return {
            "combinations": self.combinations,
            "leads": self.leads,
            "looked_at": self.looked_at,
            "applies_to": "all leads" if self.confirmed_by is None else "new leads",
        }

    def show(self) -> None:
        of = f"{self.combinations} combinations of {self.leads:,} of {self.looked_at:,} leads looked at"
        if self.confirmed_by is None:
            screen.show(f"First stages: {of} get another one; whom nothing else moved since gets it anew.")
            return
        screen.show(
            f"First stages: {self.confirmed_by} confirmed them, so this applies to new leads only, "
            f"{self.combinations} combinations unconfirmed ({self.leads:,} of {self.looked_at:,} leads looked at)."
        )
        screen.say("`leadloop baseline` shows them, `leadloop baseline confirm` confirms the new table.")


def foretell_stages(app: App, *, whole: bool) -> Restaged | None:
    """None where the folder's table is the one that counts already, or nobody got a first stage yet."""
    draft, now = app.installation.rules.lifecycle.baseline, app.clock.refresh()
    with app.store.read() as tx:
        word = first_stages.confirmed(tx)
        against = _counting(tx, word)
        if went_live_at(tx) is None or against is None or table_hash(against) == table_hash(draft):
            return None
        rules = app.compile(tx, version_of(app, author="", now=now))
        fallen = tally(tx, rules, draft, now=now, against=against, most=None if whole else SAMPLE)
    moved = [each for each in fallen if each.moves]
    return Restaged(
        combinations=len(moved),
        leads=sum(each.leads for each in moved),
        looked_at=sum(each.leads for each in fallen),
        confirmed_by=word.by if word else None,
    )


def _counting(tx: Tx, word: Confirmed | None) -> list[BaselineRow] | None:
    """The table that was confirmed, else the one in force; None where this release cannot read it."""
    if word is not None:
        return [BaselineRow.model_validate(row) for row in word.rows]
    version = rule_store.current(tx)
    return None if version is None else baseline_of(version.document)
