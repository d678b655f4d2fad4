"""Customers of whom nobody hears: who they are, until when, and what brings them back to whoever looks after them.

Silence is remembered (`silent_since`): one click ends no silence, and what is worth a handoff is judged by what the
customer did since. Sales being in touch ends it.
"""

from dataclasses import replace
from datetime import datetime, timedelta

from config.lifecycle import SilentCustomers
from domain.lead import Lead
from domain.stage import Stage
from handoff.draft import Draft
from handoff.view import LeadView


def note_silence(draft: Draft) -> Draft:
    """Let a customer be silent from now on, or no longer."""
    since = _silent_since(draft)
    return draft if since == draft.lead.silent_since else draft.on_lead(replace(draft.lead, silent_since=since))


def _silent_since(draft: Draft) -> datetime | None:
    lead, rules = draft.lead, draft.book.lifecycle.silent_customers
    if rules is None or lead.stage is not Stage.CUSTOMER or draft.handoff is not None:
        return None
    if lead.silent_since is not None:
        spoke_at = _last_sales_at(draft.view)
        is_over = draft.hand_raise or (spoke_at is not None and spoke_at > lead.silent_since)
        return None if is_over else lead.silent_since
    begins = _begins(draft, rules)
    return draft.now if begins <= draft.now else None


def silent_from(draft: Draft) -> datetime | None:
    """When a customer will be silent if nothing happens until then; None for all others."""
    lead, rules = draft.lead, draft.book.lifecycle.silent_customers
    if rules is None or lead.stage is not Stage.CUSTOMER or draft.handoff is not None or lead.silent_since is not None:
        return None
    return _begins(draft, rules)


def is_back(view: LeadView, lead: Lead) -> bool:
    """Tell whether a silent customer did something since that gave points."""
    at = view.score.last_point_at
    return lead.silent_since is not None and at is not None and at > max(lead.silent_since, lead.armed_at)


def _begins(draft: Draft, rules: SilentCustomers) -> datetime:
    """Whoever became a customer lately is not silent yet."""
    quiet, sales = timedelta(days=rules.quiet_days), timedelta(days=rules.sales_days)
    moments = [draft.lead.stage_since + quiet]
    if draft.view.heard_at is not None:
        moments.append(draft.view.heard_at + quiet)
    if (spoke_at := _last_sales_at(draft.view)) is not None:
        moments.append(spoke_at + sales)
    return max(moments)


def _last_sales_at(view: LeadView) -> datetime | None:
    return view.sales[-1].occurred_at if view.sales else None
