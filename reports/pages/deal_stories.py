"""Every deal with its people and what brought it about: read portion by portion, from our own ledger.

People stand in a deal by the system's word. Where it names nobody we know, the people of its account who met marketing
in time are taken for them, and the deal is marked as likely.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Protocol

from config.mapping import MappingRules
from config.reports import UNKNOWN
from domain.activity import Activity
from domain.deal import Deal, Rates
from domain.handoff import Handoff
from domain.values import LeadId, RecordRef
from mapping.channels import is_touch
from reports import histories
from reports.first_touches import campaign_in, channel_of, first_of
from reports.histories import Life
from reports.pages.attribution import Touch
from reports.pages.passes import Scope
from reports.pages.spans import rep_of
from store import deals
from store.engine import Store, Tx

PORTION = 200


class Accounts(Protocol):
    """Who belongs to an account."""

    def near(self, tx: Tx, account: RecordRef, also: Sequence[RecordRef]) -> set[LeadId]: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """One deal. `leads`: its people; `is_likely`: they are only those of its account. `touches`: theirs that count,
    oldest first; `origin`: the channel of the first of its people; `worth`: in the corporate currency, None where it
    has no amount, or one in a currency whose worth nobody said (`is_foreign`)."""

    deal: Deal
    leads: tuple[LeadId, ...]
    is_likely: bool
    touches: tuple[Touch, ...]
    origin: str
    handed_over_at: datetime | None
    rep: str | None
    worth: Decimal | None
    is_foreign: bool


def deal_connection(mapping: MappingRules, wanted: str | None) -> str | None:
    """Whose deals count; None where no system has any."""
    having = [name for name, system in mapping.systems.items() if system.deals is not None]
    return wanted if wanted in having else (having[0] if having and wanted is None else None)


def stories_of(
    store: Store, scope: Scope, mapping: MappingRules, accounts: Accounts, *, connection: str
) -> Iterator[Story]:
    """Every living deal of a connection that is of a kind that counts, by reference."""
    last: RecordRef | None = None
    while True:
        with store.read() as tx:
            found = deals.deals(tx, mapping, after=last, limit=PORTION)
            own = [each for each in found if each.ref.connection == connection and each.counts]
            rates = deals.rates(tx, mapping).get(connection, Rates())
            told = [_story(tx, each, scope, accounts, rates) for each in own]
        if not found:
            return
        last = found[-1].ref
        yield from told


def _story(tx: Tx, deal: Deal, scope: Scope, accounts: Accounts, rates: Rates) -> Story:
    lives = histories.of(tx, deal.leads)
    is_likely = not lives and deal.account is not None
    if is_likely and deal.account is not None:
        near = sorted(accounts.near(tx, deal.account, ()))
        lives = [each for each in histories.of(tx, near) if list(_counting(each, deal, scope))]
    touches = sorted((touch for life in lives for touch in _touches(life, deal, scope)), key=lambda each: each.at)
    passes = [each for life in lives for each in life.handoffs if _is_before(each, deal)]
    latest = max(passes, key=lambda each: each.opened_at, default=None)
    worth = worth_of(deal, rates)
    return Story(
        deal=deal,
        leads=tuple(each.lead.id for each in lives),
        is_likely=is_likely and bool(lives),
        touches=tuple(touches),
        origin=channel_of(lives[0], scope.channels) if lives else UNKNOWN,
        handed_over_at=latest.opened_at if latest is not None else None,
        rep=rep_of(latest) if latest is not None else None,
        worth=worth,
        is_foreign=worth is None and deal.amount is not None,
    )


def worth_of(deal: Deal, rates: Rates) -> Decimal | None:
    """In the corporate currency: as the system says it, else by its rates."""
    if deal.corporate_amount is not None:
        return deal.corporate_amount
    return None if deal.amount is None else rates.in_corporate(deal.amount, deal.currency)


def _touches(life: Life, deal: Deal, scope: Scope) -> Iterator[Touch]:
    """A person's very first counts under the channel of the person, which goes by what was first known of them, too."""
    first = first_of(life)
    for each in _counting(life, deal, scope):
        channel = channel_of(life, scope.channels) if each is first else scope.channels.of_touch(each, {})
        yield Touch(at=each.occurred_at, channel=channel, campaign=campaign_in(each), lead=life.lead.id)


def _counting(life: Life, deal: Deal, scope: Scope) -> Iterator[Activity]:
    opened = deal.created_at
    if opened is None:
        return
    since = opened - timedelta(days=scope.rules.attribution.days)
    yield from (each for each in life.activities if is_touch(each) and since <= each.occurred_at <= opened)


def _is_before(handoff: Handoff, deal: Deal) -> bool:
    return deal.created_at is None or handoff.opened_at <= deal.created_at
