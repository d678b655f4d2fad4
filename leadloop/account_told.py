"""Which account a lead belongs to, how sure that is and why, and which it might have been: as data and in lines."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from domain.account import Account
from domain.activity import Activity
from domain.values import LeadId, RecordRef
from leadloop.companies import companies_of, desk_of
from leadloop.hot_told import roll_data, roll_lines
from reports.account_roll import roll
from store import records
from store.engine import Tx
from sync.accounts import accounts_of
from sync.loop import InForce
from sync.material import users

SHOWN_RIVALS = 5


def account_as_data(
    tx: Tx, lead: LeadId, rules: InForce, activities: Sequence[Activity], *, now: datetime
) -> dict[str, Any] | None:
    """The account as the records stand now, and its number as of now where it surely is theirs; None where nothing says
    which it is."""
    rows = records.of_leads(tx, [lead]).get(lead, [])
    emails = users(tx, rules.mapping).emails
    found = accounts_of(tx, {lead: rows}, {lead: activities}, rules.mapping, emails).get(lead)
    if found is None:
        return None
    if not found.is_sure:
        return {**_data(found), "roll_up": None}
    rolled = roll(tx, desk_of(companies_of(tx, rules), rules, now=now), found.ref, name=found.name, also=found.also)
    return {**_data(found), "roll_up": roll_data(rolled)}


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
    if told.get("roll_up") is not None:
        yield from (f"  {line}" for line in roll_lines(told["roll_up"]))
    for each in told["also"]:
        yield f"  also {each['system']} {each['object']} {each['id']}"
    for each in told["others"][:SHOWN_RIVALS]:
        yield f"  not {each['name']} ({each['system']} {each['object']} {each['id']}): {each['why_not']}"
    if len(told["others"]) > SHOWN_RIVALS:
        yield f"  and {len(told['others']) - SHOWN_RIVALS} more that it is not: --json names them"
