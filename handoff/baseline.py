"""The first stage of a lead that leadloop has not seen before, from the confirmed table.

It opens no handoff: whoever is above the line already is listed, not handed off, because nothing
that happened before `armed_at` may open one.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from config.lifecycle import LIFECYCLE_NAMES, STATUS_NAMES, BaselineRow
from domain.stage import Cause, Stage
from domain.values import Value
from handoff.draft import Draft
from handoff.lifecycle import BEFORE_SALES, WITH_SALES
from handoff.view import LeadView, present_owner


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Combination:
    """What the table asks for of one lead. Blank texts: neither system says."""

    status: str
    lifecycle: str
    open_deal: bool
    customer: bool
    converted: bool


def combination(view: LeadView) -> Combination:
    """What the table sees of this lead; values that differ only in capitals are the same."""
    return Combination(
        status=_shown(view, STATUS_NAMES),
        lifecycle=_shown(view, LIFECYCLE_NAMES),
        open_deal=view.has_open_deal,
        customer=view.is_customer,
        converted=view.converted,
    )


def which_row(view: LeadView, rows: Sequence[BaselineRow]) -> int | None:
    """The place of the first row that fits, from 0."""
    return next((at for at, row in enumerate(rows) if _fits(row, view)), None)


def names_something(row: BaselineRow) -> bool:
    """Whether it asks for anything at all: a row that fits everybody says nothing about anybody."""
    return any(value is not None for value in _asked(row).values())


def first_stage(view: LeadView, rows: Sequence[BaselineRow]) -> tuple[Stage, str]:
    """Give the stage of the first row that fits, and that row in words; without one the lead is known."""
    at = which_row(view, rows)
    if at is None:
        return Stage.KNOWN, "first stage: no row of the baseline fits"
    return rows[at].stage, f"first stage: {in_words(rows[at])}"


def begin(draft: Draft) -> Draft:
    """Give a lead that is new here its first stage; one that was only scored so far may be engaged already."""
    if not draft.view.needs_baseline:
        return draft
    stage, why = first_stage(draft.view, draft.book.lifecycle.baseline)
    if draft.lead.stage not in BEFORE_SALES:
        if not draft.view.is_provisional or stage is draft.lead.stage:
            return draft
        draft = _take_back(draft)
    if stage is Stage.KNOWN:
        return draft
    begun = draft.move(stage, Cause.BASELINE, why)
    if stage is Stage.MQL:
        return begun.on_lead(replace(begun.lead, mql_since=draft.now))
    return _keep_owner(begun) if stage in WITH_SALES else begun


def _take_back(draft: Draft) -> Draft:
    """As if it had none: the table that gave its first stage was another one, and nobody had confirmed it."""
    lead = replace(draft.lead, owner=None, mql_since=None)
    return draft.on_lead(lead).move(Stage.KNOWN, Cause.BASELINE, "first stage anew: the baseline was not confirmed yet")


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


def _shown(view: LeadView, names: tuple[str, ...]) -> str:
    texts = (value.strip() for name in names if isinstance(value := view.values.get(name), str))
    return next(filter(None, texts), "")


def in_words(row: BaselineRow) -> str:
    """What the row asks for."""
    told = [f"{name} {value}" for name, value in _asked(row).items() if value is not None]
    return ", ".join(told) or "everybody else"


def _asked(row: BaselineRow) -> dict[str, str | None]:
    return {
        "status": row.status,
        "lifecycle": row.lifecycle,
        "open deal": _yes_no(row.open_deal),
        "customer": _yes_no(row.customer),
        "converted": _yes_no(row.converted),
    }


def _yes_no(value: bool | None) -> str | None:
    return None if value is None else ("yes" if value else "no")
