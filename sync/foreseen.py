"""What would be decided about held leads if they were let through now; nothing is saved."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial

from domain.values import LeadId
from handoff.routing import RoutingState
from store import handoffs
from store.engine import Tx
from sync.conclude import Conclusion, conclude
from sync.decide import alone
from sync.loop import InForce
from sync.material import Material, gather, users


@dataclass(frozen=True, slots=True, kw_only=True)
class Foreseen:
    """A lead as it stands, and what letting it through would make of it."""

    material: Material
    conclusion: Conclusion

    def news(self, since: datetime) -> int:
        """How much was seen of it since then: what people did, and what is known of them."""
        done = sum(1 for each in self.material.activities if (each.seen_at or each.occurred_at) > since)
        return done + sum(1 for fact in self.material.facts if fact.seen_at > since)


def foreseen(
    tx: Tx, rules: InForce, ids: Sequence[LeadId], *, taking_away: bool, now: datetime
) -> dict[LeadId, Foreseen]:
    """Each by itself: whose turn it is may be another once all of them go. Whoever the rules fail for is left out.

    `taking_away`: as in a destructive set.
    """
    people = users(tx, rules.mapping)
    state = RoutingState.from_json(handoffs.routing_state(tx))
    found = {}
    for material in gather(tx, ids, rules.mapping, people, now=now, lifecycle=rules.lifecycle):
        asked = replace(material, approved=True, is_new=material.is_new or taking_away)
        told = alone(material.lead.id, partial(conclude, asked, rules, state, people, now=now))
        if not isinstance(told, str):
            found[material.lead.id] = Foreseen(material=material, conclusion=told[0])
    return found
