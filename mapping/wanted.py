"""Which fields of which object the loop wants to see: the mapping read from the other side."""

from collections.abc import Iterator

from config.conditions import references
from config.deals import Campaigns, DealContacts, Deals, Roles
from config.mapping import Accounts, MappingRules, System


def wanted_fields(rules: MappingRules, connection: str) -> dict[str, frozenset[str]]:
    """The vendor's field names per object of one connection; empty when it is not mapped."""
    system = rules.systems.get(connection)
    if system is None:
        return {}
    fields: dict[str, set[str]] = {name: set(_people(system)) for name in system.people.objects}
    for prop in rules.properties:
        placed = prop.fields.get(connection)
        for name in system.people.objects:
            field = placed.get(name) if isinstance(placed, dict) else placed
            if field is not None:
                fields[name].add(field)
    for name, more in _others(system):
        fields.setdefault(name, set()).update(field for field in more if field)
    return {name: frozenset(found) for name, found in fields.items()}


def _people(system: System) -> Iterator[str]:
    people = system.people
    yield people.key
    yield people.email
    yield from people.links
    for field in (people.more_emails, people.account, people.company):
        if field is not None:
            yield field


def _others(system: System) -> Iterator[tuple[str, tuple[str | None, ...]]]:
    if (accounts := system.accounts) is not None:
        own = (accounts.name, accounts.domain, accounts.owner, accounts.type, accounts.territory, accounts.air_cover)
        yield accounts.object, (*own, *_more_of(accounts))
    if (deals := system.deals) is not None:
        yield deals.object, (deals.account, deals.closed, deals.won, deals.amount, deals.lost_reason)
        yield from _reported(deals)
    if (campaigns := system.campaigns) is not None:
        yield campaigns.object, campaign_fields(campaigns)
    if (rates := system.currencies) is not None:
        yield rates.object, (rates.code, rates.rate, rates.corporate, rates.active)
    if (users := system.users) is not None:
        yield users.object, (users.email, users.active, users.name, users.available)


def _reported(deals: Deals) -> Iterator[tuple[str, tuple[str | None, ...]]]:
    """What only reports ask for: of the deal itself, and of who stands in it."""
    yield deals.object, (*deal_fields(deals), deals.currency)
    if deals.contacts is not None and (roles := deals.contacts.roles) is not None:
        yield roles.object, role_fields(roles)


def deal_fields(deals: Deals) -> tuple[str | None, ...]:
    """The fields of a deal that reports ask for, but for its currency, which not every org has."""
    contacts = deals.contacts or DealContacts.model_construct()
    own = (deals.name, deals.created, deals.closes, deals.stage, deals.corporate_amount, deals.campaign, deals.source)
    return (*own, deals.record_type, contacts.primary, contacts.ids)


def role_fields(roles: Roles) -> tuple[str | None, ...]:
    return (roles.deal, roles.person, roles.role, roles.primary)


def campaign_fields(campaigns: Campaigns) -> tuple[str | None, ...]:
    """With its currency."""
    told = (campaigns.name, campaigns.type, campaigns.status, campaigns.cost, campaigns.budget, campaigns.currency)
    return (*told, campaigns.starts, campaigns.ends, campaigns.parent)


def _more_of(accounts: Accounts) -> frozenset[str]:
    """The account's fields that only a condition or a link asks for."""
    asked = references(accounts.house, subject="account") if accounts.house is not None else frozenset()
    return asked | accounts.links.keys()
