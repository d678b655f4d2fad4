"""Which of our lists a lead belongs on: a pure function of where it stands.

Lists that somebody writes to (a reason's, of lost deals, of silent customers, air cover) have nobody who opted out.
Lists that say who is who (`With sales`, in a deal, customers) have everybody whom they are about.
"""

from dataclasses import dataclass

from config.lifecycle import LifecycleRules
from domain.decision import Membership
from domain.stage import Stage
from handoff.draft import Draft
from handoff.lifecycle import WITH_SALES
from handoff.recycling import is_opted_out, outcome_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A lead as its lists see it. `rest_list`: the list of the reason that it rests under, `rests_for` in words.

    `withheld`: no nurturing for that reason; `opted_out`: no e-mail at all.
    """

    stage: Stage
    rest_list: str | None = None
    rests_for: str = ""
    withheld: bool = False
    opted_out: bool = False
    has_open_deal: bool = False
    is_customer: bool = False
    is_silent: bool = False
    is_covered: bool = False


def memberships(draft: Draft) -> tuple[Membership, ...]:
    """What should be, list by list: those the lead belongs on, and those it is or was on and leaves."""
    wanted = lists_of(place_of(draft), draft.book.lifecycle)
    found = []
    for name in draft.book.lists():
        if name in wanted and name not in draft.lead.left_lists:
            found.append(_membership(draft, name, member=True, why=wanted[name]))
        elif name in wanted:
            found.append(_membership(draft, name, member=False, why="taken off by a person"))
        elif name in draft.view.member_of:
            found.append(_membership(draft, name, member=False, why=_why_left(draft, name)))
    return tuple(found)


def place_of(draft: Draft) -> Place:
    """The lead as it stands at the end of a decision."""
    lead, view, book = draft.lead, draft.view, draft.book
    outcome = outcome_of(lead) if lead.stage is Stage.RECYCLED else None
    road = book.road(outcome, view.lost_reason) if outcome is not None else None
    account = view.sure_account
    return Place(
        stage=lead.stage,
        rest_list=road.list if road is not None else None,
        rests_for=road.label if road is not None else "",
        withheld=lead.nurture_withheld is not None,
        opted_out=is_opted_out(view, book),
        has_open_deal=view.has_open_deal,
        is_customer=view.is_customer,
        is_silent=lead.silent_since is not None,
        is_covered=account is not None and account.covered_until is not None and draft.now < account.covered_until,
    )


def lists_of(place: Place, rules: LifecycleRules) -> dict[str, str]:
    """The lists that a lead's standing puts it on, with the reason in words."""
    found: dict[str, str] = {}
    if place.stage in WITH_SALES:
        found[rules.with_sales_list] = f"is {place.stage}"
        in_deal = place.stage is Stage.OPPORTUNITY or place.has_open_deal
        if in_deal and rules.open_opportunity_list is not None:
            found[rules.open_opportunity_list] = "is in a deal" if place.has_open_deal else "is opportunity"
    if rules.customer_list is not None and (place.stage is Stage.CUSTOMER or place.is_customer):
        found[rules.customer_list] = "is customer" if place.stage is Stage.CUSTOMER else "the account is a customer"
    return found | _written_to(place, rules)


def _written_to(place: Place, rules: LifecycleRules) -> dict[str, str]:
    found: dict[str, str] = {}
    if place.opted_out:
        return found
    if place.stage is Stage.RECYCLED and place.rest_list is not None and not place.withheld:
        found[place.rest_list] = f"rejected: {place.rests_for}"
    if rules.silent_customers is not None and place.stage is Stage.CUSTOMER and place.is_silent:
        found[rules.silent_customers.list] = "nobody has heard of this customer"
    if rules.air_cover is not None and place.is_covered and place.stage is not Stage.DISQUALIFIED:
        found[rules.air_cover.list] = "the account's owner asked for air cover"
    return found


def _why_left(draft: Draft, name: str) -> str:
    rules, before = draft.book.lifecycle, draft.view.lead.stage
    if before is Stage.RECYCLED and draft.handoff is not None:
        return RETURNED
    if is_opted_out(draft.view, draft.book) and name in rules.nurture_lists():
        return "opted out"
    if rules.air_cover is not None and name == rules.air_cover.list:
        return "has no air cover any more"
    return f"is {draft.lead.stage} now"


RETURNED = "returned to sales"
"""Why a lead left the list of its reason; the alive check counts by it."""


def _membership(draft: Draft, name: str, *, member: bool, why: str) -> Membership:
    return Membership(lead_id=draft.lead.id, list=name, member=member, why=why)
