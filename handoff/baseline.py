"""The first stage of a lead that leadloop has not seen before, from the confirmed table.

It opens no handoff: whoever is above the line already is listed, not handed off, because nothing
that happened before `armed_at` may open one.
"""

from dataclasses import replace

from config.lifecycle import BaselineRow
from domain.stage import Cause, Stage
from domain.values import Value
from handoff.draft import Draft
from handoff.lifecycle import BEFORE_SALES, WITH_SALES
from handoff.view import LeadView, present_owner

STATUS_NAMES = ("status", "lead_status")
LIFECYCLE_NAMES = ("lifecycle", "lifecycle_stage", "lifecyclestage")


def first_stage(view: LeadView, rows: list[BaselineRow]) -> tuple[Stage, str]:
    """Give the stage of the first row that fits, and that row in words; without one the lead is known."""
    for row in rows:
        if _fits(row, view):
            return row.stage, f"first stage: {_words(row)}"
    return Stage.KNOWN, "first stage: no row of the baseline fits"


def begin(draft: Draft) -> Draft:
    """Give a lead that is new here its first stage; one that was only scored so far may be engaged already."""
    if not draft.view.needs_baseline or draft.lead.stage not in BEFORE_SALES:
        return draft
    stage, why = first_stage(draft.view, draft.book.lifecycle.baseline)
    if stage is Stage.KNOWN:
        return draft
    begun = draft.move(stage, Cause.BASELINE, why)
    if stage is Stage.MQL:
        return begun.on_lead(replace(begun.lead, mql_since=draft.now))
    return _keep_owner(begun) if stage in WITH_SALES else begun


def _keep_owner(draft: Draft) -> Draft:
    """Whoever works the lead today keeps it, and both systems show them."""
    rep = present_owner(draft.view, draft.reps)
    if rep is None:
        return draft.note(f"{draft.lead.stage} with no owner that both sides know: nobody hears what this person asks")
    if not rep.active:
        return draft.note(f"{draft.lead.stage} and its owner is inactive: give the lead to somebody else")
    return draft.on_lead(replace(draft.lead, owner=rep.email))


def _fits(row: BaselineRow, view: LeadView) -> bool:
    return (
        (row.status is None or _shows(row.status, view, STATUS_NAMES))
        and (row.lifecycle is None or _shows(row.lifecycle, view, LIFECYCLE_NAMES))
        and row.open_deal in {None, view.has_open_deal}
        and row.customer in {None, view.is_customer}
        and row.converted in {None, view.converted}
    )


def _shows(wanted: str, view: LeadView, names: tuple[str, ...]) -> bool:
    return any(_same(view.values.get(name), wanted) for name in names)


def _same(value: Value, wanted: str) -> bool:
    return isinstance(value, str) and value.strip().casefold() == wanted.strip().casefold()


def _words(row: BaselineRow) -> str:
    asked = {
        "status": row.status,
        "lifecycle": row.lifecycle,
        "open deal": _yes_no(row.open_deal),
        "customer": _yes_no(row.customer),
        "converted": _yes_no(row.converted),
    }
    told = [f"{name} {value}" for name, value in asked.items() if value is not None]
    return ", ".join(told) or "everybody else"


def _yes_no(value: bool | None) -> str | None:
    return None if value is None else ("yes" if value else "no")
