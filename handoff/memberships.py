"""Which of our lists a lead belongs on: its reason's while it rests, `With sales` while it is with them."""

from domain.decision import Membership
from domain.lead import Lead
from domain.stage import Stage
from handoff.draft import Draft
from handoff.lifecycle import WITH_SALES
from handoff.recycling import outcome_of
from handoff.rulebook import Rulebook


def memberships(draft: Draft) -> tuple[Membership, ...]:
    """What should be, list by list: those the lead belongs on, and those it is or was on and leaves."""
    wanted = lists_of(draft.lead, draft.book)
    before = lists_of(draft.view.lead, draft.book)
    found = []
    for name in draft.book.lists():
        if name in wanted and name not in draft.lead.left_lists:
            found.append(_membership(draft, name, member=True, why=wanted[name]))
        elif name in wanted:
            found.append(_membership(draft, name, member=False, why="taken off by a person"))
        elif name in before or name in draft.view.member_of:
            found.append(_membership(draft, name, member=False, why=f"is {draft.lead.stage} now"))
    return tuple(found)


def lists_of(lead: Lead, book: Rulebook) -> dict[str, str]:
    """The lists that a lead's standing puts it on, with the reason in words."""
    if lead.stage in WITH_SALES:
        return {book.lifecycle.with_sales_list: f"is {lead.stage}"}
    outcome = outcome_of(lead)
    if lead.stage is not Stage.RECYCLED or outcome is None or lead.nurture_withheld is not None:
        return {}
    road = book.road(outcome)
    return {road.list: f"rejected: {road.label}"} if road.list is not None else {}


def _membership(draft: Draft, name: str, *, member: bool, why: str) -> Membership:
    return Membership(lead_id=draft.lead.id, list=name, member=member, why=why)
