"""Deals, campaigns and rates out of the records as the systems last showed them, a portion at a time."""

from collections.abc import Iterator, Mapping, Sequence

from config.mapping import MappingRules, System
from domain.deal import Campaign, Deal, Rates
from domain.record import Record
from domain.values import RecordRef
from mapping.deals import campaign_of, deal_of, places, rates_of
from mapping.identity import is_live
from store import records
from store.deal_links import DEAL
from store.engine import Tx


def deals(tx: Tx, mapping: MappingRules, *, after: RecordRef | None = None, limit: int = 500) -> list[Deal]:
    """Living deals in the order of their references, those after `after`; fewer than `limit` are the last ones."""
    objects = {name: system.deals.object for name, system in mapping.systems.items() if system.deals is not None}
    shown = _next(tx, objects, after, limit)
    return [deal for name, portion in _by_connection(shown) for deal in _told(tx, portion, mapping.systems[name])]


def campaigns(tx: Tx, mapping: MappingRules, *, after: RecordRef | None = None, limit: int = 500) -> list[Campaign]:
    """Living campaigns, in portions as `deals`."""
    words = {name: system.campaigns for name, system in mapping.systems.items() if system.campaigns is not None}
    shown = _next(tx, {name: each.object for name, each in words.items()}, after, limit)
    return [campaign_of(record, words[record.ref.connection]) for record in shown]


def rates(tx: Tx, mapping: MappingRules) -> dict[str, Rates]:
    """What the currencies of each system that has deals or campaigns are worth: a system has some dozens."""
    return {
        name: rates_of(_rows_of_rates(tx, name, system), system.currencies, system.deals)
        for name, system in sorted(mapping.systems.items())
        if system.deals is not None or system.campaigns is not None
    }


def _rows_of_rates(tx: Tx, name: str, system: System) -> list[Record]:
    if system.currencies is None:
        return []
    return [each for each in records.of_object(tx, name, system.currencies.object) if is_live(each)]


def _next(tx: Tx, objects: Mapping[str, str], after: RecordRef | None, limit: int) -> list[Record]:
    """The next living records of these objects, connection by connection."""
    found: list[Record] = []
    for name, kind in sorted(objects.items()):
        place = (name, kind)
        if after is not None and place < (after.connection, after.object):
            continue
        begin = after.id if after is not None and place == (after.connection, after.object) else ""
        if len(found) < limit:
            found += records.living_after(tx, name, kind, begin, limit=limit - len(found))
    return found


def _by_connection(shown: Sequence[Record]) -> Iterator[tuple[str, list[Record]]]:
    for name in sorted({record.ref.connection for record in shown}):
        yield name, [record for record in shown if record.ref.connection == name]


def _told(tx: Tx, portion: Sequence[Record], system: System) -> list[Deal]:
    """With the places in them and the leads that their people are, in two queries."""
    roles = _roles(tx, portion, system)
    named = {each.ref for deal in portion for each in places(deal, system, roles.get(deal.ref.id, ()))}
    leads = records.lead_of(tx, named)
    return [deal_of(deal, system, roles.get(deal.ref.id, ()), leads) for deal in portion]


def _roles(tx: Tx, portion: Sequence[Record], system: System) -> dict[str, list[Record]]:
    """Deal → the living places in it."""
    words = system.deals.contacts.roles if system.deals is not None and system.deals.contacts is not None else None
    if words is None or not portion:
        return {}
    ids = [deal.ref.id for deal in portion]
    found = records.find(tx, portion[0].ref.connection, words.object, DEAL, ids)
    return {deal: [each for each in rows if is_live(each)] for deal, rows in found.items()}
