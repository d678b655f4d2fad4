"""Who else at the account sales knows: named in a rep's task, so that nobody calls next to a colleague's deal."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from domain.account import Account
from domain.handoff import Rep
from domain.lead import Lead
from domain.stage import Stage
from handoff.briefing import BODY_UNITS, NAME_UNITS, account_named
from handoff.view import rep_of
from handoff.wording import fit, isolated, line

MOST = 5
KNOWN_TO_SALES: Mapping[Stage, str] = {
    Stage.OPPORTUNITY: "in a deal",
    Stage.CUSTOMER: "customer",
    Stage.QUALIFIED: "qualified",
    Stage.ACCEPTED: "being worked",
    Stage.ASSIGNED: "just handed over",
}
"""Whom a rep wants to hear of, who matters most first, and what is said of them."""
_ORDER = tuple(KNOWN_TO_SALES)


@dataclass(frozen=True, slots=True, kw_only=True)
class Colleague:
    """Somebody else at the account, by name."""

    lead: Lead
    name: str


def chosen(leads: Sequence[Lead]) -> list[Lead]:
    """Those whom sales knows, who matters most first, then whose stage is youngest."""
    known = [each for each in leads if each.stage in KNOWN_TO_SALES]
    return sorted(known, key=lambda each: (_ORDER.index(each.stage), -each.stage_since.timestamp(), each.id))


def with_colleagues(
    body: str, account: Account, colleagues: Sequence[Colleague], *, more: int, reps: Mapping[str, Rep]
) -> str:
    """The body of a task with them below its account; `more`: how many are not named."""
    before, found, after = body.rpartition(f"\n\n{account_named(account)}: ")
    if not found or not colleagues:
        return body
    own, gap, rest = after.partition("\n\n")
    told = "\n".join((own, *_lines(colleagues, more, reps)))
    return fit(f"{before}{found}{told}{gap}{rest}", BODY_UNITS)


def _lines(colleagues: Sequence[Colleague], more: int, reps: Mapping[str, Rep]) -> Iterator[str]:
    for each in colleagues:
        owner = rep_of(each.lead.owner, reps)
        name = isolated(line(each.name, NAME_UNITS))
        yield f"- {name}: {KNOWN_TO_SALES[each.lead.stage]}{f', with {owner.name}' if owner is not None else ''}"
    if more:
        yield f"- and {more} more with sales"
