"""Where reports have deals from: read live as the systems show them, and out of the months that were closed."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from zoneinfo import ZoneInfo

from config.mapping import MappingRules
from domain.counted_deal import CountedDeal
from domain.deal import Campaign, Rates
from domain.values import RecordRef
from leadloop.companies import companies_of
from reports.pages.closed_months import Books, books_of, touched
from reports.pages.counted_deals import Campaigns, counted_in
from reports.pages.deal_stories import Accounts, Story, deal_connection, stories_of
from reports.pages.passes import Scope
from reports.pages.window import Window
from store import closed_months, deals
from store.engine import Store
from sync.loop import InForce


@dataclass(frozen=True, kw_only=True)
class DealSource:
    """`connection`: whose deals count, None where nobody has any; `currency`: the corporate one, empty where it is not
    known; `crm`: every campaign with the rates of its system; `own`: those of the connection; `names`: rep's e-mail →
    name; `zone`: of the installation, whose days count."""

    store: Store
    mapping: MappingRules
    accounts: Accounts
    connection: str | None
    currency: str
    crm: Sequence[tuple[Campaign, Rates]]
    own: Rates
    names: Mapping[str, str]
    zone: ZoneInfo

    def stories(self, scope: Scope) -> Iterator[Story]:
        """Every living deal that counts, as it is known now."""
        if self.connection is not None:
            yield from stories_of(self.store, scope, self.mapping, self.accounts, connection=self.connection)

    def counted(self, story: Story) -> Iterator[CountedDeal]:
        return counted_in(story, self.campaigns, self.names, self.zone)

    @cached_property
    def campaigns(self) -> Campaigns:
        return {each.ref: each.name for each, _ in self.crm if each.name is not None}


def deal_source(store: Store, rules: InForce, scope: Scope) -> DealSource:
    mapping = rules.mapping
    connection = deal_connection(mapping, scope.rules.attribution.connection)
    with store.read() as tx:
        rates, companies = deals.rates(tx, mapping), companies_of(tx, rules)
    own = rates.get(connection or "", Rates())
    return DealSource(
        store=store,
        mapping=mapping,
        accounts=companies,
        connection=connection,
        currency=own.corporate or "",
        crm=[(each, rates.get(each.ref.connection, Rates())) for each in _campaigns(store, mapping)],
        own=own,
        names=scope.names,
        zone=scope.window.zone,
    )


def _campaigns(store: Store, mapping: MappingRules) -> Iterator[Campaign]:
    last: RecordRef | None = None
    while True:
        with store.read() as tx:
            found = deals.campaigns(tx, mapping, after=last)
        if not found:
            return
        last = found[-1].ref
        yield from found


def books_for(store: Store, window: Window, connection: str | None) -> Books:
    """What a window takes out of closed months. `connection`: whose deals are held against them."""
    with store.read() as tx:
        months = closed_months.months(tx)
        if not months:
            return Books()
        kept = closed_months.deals(tx, touched(months, window))
        places = closed_months.keys(tx, connection) if connection is not None else {}
    return books_of(months, kept, places)
