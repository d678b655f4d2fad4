"""Which account a lead belongs to, how sure that is and why, and which it might have been: as data and in lines."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from config.mapping import MappingRules
from domain.account import Account
from domain.activity import Activity
from domain.values import LeadId, RecordRef
from store import records
from store.engine import Tx
from sync.accounts import accounts_of
from sync.material import users

SHOWN_RIVALS = 5


def account_as_data(tx: Tx, lead: LeadId, rules: MappingRules, activities: Sequence[Activity]) -> dict[str, Any] | None:
    """The account as the records stand now; None where nothing says which."""
    rows = records.of_leads(tx, [lead]).get(lead, [])
    emails = users(tx, rules).emails
    found = accounts_of(tx, {lead: rows}, {lead: activities}, rules, emails).get(lead)
    return _data(found) if found is not None else None


def _data(account: Account) -> dict[str, Any]:
    names = ("name", "certainty", "why", "owner", "is_house", "is_customer", "open_deals", "won_deals")
    return {
        **_place(account.ref),
        **{name: getattr(account, name) for name in names},
        "also": [_place(ref) for ref in account.also],
        "others": [
            {**_place(each.ref), "name": each.name, "certainty": each.certainty, "why_not": each.why_not}
            for each in account.rivals
        ],
    }


def _place(ref: RecordRef) -> dict[str, Any]:
    return {"system": ref.connection, "object": ref.object, "id": ref.id}


def account_lines(told: Mapping[str, Any]) -> Iterator[str]:
    """`Account Acme (salesforce Account 001…): certain, the domain is the same (acme.example), and so is the name`."""
    place = f"{told['system']} {told['object']} {told['id']}"
    yield f"Account {told['name']} ({place}): {told['certainty']}, {told['why']}"
    if told["is_house"]:
        yield "  a house account: it has no owner, whoever is named there"
    elif told["certainty"] == "likely":
        yield "  nobody gets the lead for it, and it makes nobody a customer"
    for each in told["also"]:
        yield f"  also {each['system']} {each['object']} {each['id']}"
    for each in told["others"][:SHOWN_RIVALS]:
        yield f"  not {each['name']} ({each['system']} {each['object']} {each['id']}): {each['why_not']}"
    if len(told["others"]) > SHOWN_RIVALS:
        yield f"  and {len(told['others']) - SHOWN_RIVALS} more that it is not: --json names them"
