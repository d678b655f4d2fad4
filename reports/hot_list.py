"""Whom to call next: of everybody, of one rep's people, of one account.

Candidates come from indexes: open handoffs, who waits to be decided about, and the warmest of the scores as kept. A
kept score only fades, so it tells the most that somebody's priority can be; people are computed anew from the highest
of these down, and no further than anybody could still come into the list.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from domain.account import Account
from domain.values import LeadId, RecordRef
from handoff.view import OWNER
from reports.account_roll import Roll, is_listed, is_worth, order, roll, sure_accounts
from reports.call_back import Caller, Desk, answers, callers
from scoring.priority import Priority, Standing, most_of_account, priority
from store import leads, warm
from store.chunks import chunks
from store.engine import Tx

MOST_WARM = 20_000
"""Rows of the index that are looked at: more warm people than that need a higher `steps.warm`."""
MOST_HANDED = 5_000
MOST_WAITING = 200
"""People who changed since they were last decided about; normally a cycle leaves none."""
PORTION = 50

Bound: TypeAlias = float
"""The most that somebody's priority can be; without end where nothing is known of it."""


@dataclass(slots=True)
class Read:
    """What it took. `warm`: rows of scores, `handed`: open handoffs, `waiting`: to be decided about, `scored`: computed
    anew. `is_whole`: everybody who could be in the list was looked at."""

    warm: int = 0
    handed: int = 0
    waiting: int = 0
    scored: int = 0
    is_whole: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonToCall:
    """One place of the list of people, with the account that is surely theirs."""

    caller: Caller
    account: Account | None


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountToCall:
    """One place of the list of accounts: whom to call there, and how much the account as a whole is worth it."""

    roll: Roll
    best: Caller
    priority: Priority


@dataclass(frozen=True, slots=True, kw_only=True)
class HotList:
    """`people` or `accounts`, the first to be called first. `asleep`: who is left alone for now, of those looked at."""

    people: tuple[PersonToCall, ...] = ()
    accounts: tuple[AccountToCall, ...] = ()
    asleep: tuple[Caller, ...] = ()
    read: Read = field(default_factory=Read)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Candidate:
    lead: LeadId
    bound: Bound


def hot_people(tx: Tx, desk: Desk, *, limit: int, rep: str | None = None) -> HotList:
    """The people to call, at most `limit`; `rep`: the e-mail of whose they have to be."""
    read, found = Read(), list[Caller]()
    for portion in chunks(_candidates(tx, desk, read, rep), PORTION):
        ahead = _listed(found, rep)
        if len(ahead) >= limit and ahead[limit - 1].priority.points > portion[0].bound:
            break
        found += _computed(tx, desk, portion, read)
    chosen = _listed(found, rep)[:limit]
    accounts = sure_accounts(tx, desk, [each.lead for each in chosen])
    return HotList(
        people=tuple(PersonToCall(caller=each, account=accounts.get(each.lead)) for each in chosen),
        asleep=_asleep(found, rep),
        read=read,
    )


def hot_accounts(tx: Tx, desk: Desk, *, limit: int, rep: str | None = None) -> HotList:
    """The accounts to call: by their best person and what the others add. People of no account stand in none."""
    read, found, rolls = Read(), list[Caller](), dict[RecordRef, Roll]()
    more = most_of_account(desk.scorer.book.source.call_back)
    for portion in chunks(_candidates(tx, desk, read, rep), PORTION):
        ahead = _firms(desk, rolls.values(), rep)
        if len(ahead) >= limit and ahead[limit - 1].priority.points > portion[0].bound + more:
            break
        met = _computed(tx, desk, portion, read)
        found += met
        theirs = sure_accounts(tx, desk, [each.lead for each in met if is_listed(each) and _is_of(each, rep)])
        new = {each.ref: each for each in theirs.values() if each.ref not in rolls}
        for ref, account in new.items():
            rolls[ref] = roll(tx, desk, ref, name=account.name, also=account.also)
            read.scored += len(rolls[ref].people) + len(rolls[ref].likely)
    chosen = _firms(desk, rolls.values(), rep)[:limit]
    return HotList(accounts=tuple(chosen), asleep=_asleep(found, rep), read=read)


def of_account(tx: Tx, desk: Desk, place: tuple[RecordRef, str], *, limit: int, rep: str | None = None) -> HotList:
    """One account and its people to call."""
    ref, name = place
    whole = roll(tx, desk, ref, name=name)
    people = [each for each in whole.people if is_listed(each) and _is_of(each, rep)]
    listed = tuple(PersonToCall(caller=each, account=whole.account) for each in people[:limit])
    met = len(whole.people) + len(whole.likely)
    read = Read(warm=met, scored=met)
    firms = tuple(_firms(desk, [whole], None))
    return HotList(people=listed, accounts=firms, asleep=_asleep(whole.people, rep), read=read)


def _candidates(tx: Tx, desk: Desk, read: Read, rep: str | None) -> list[_Candidate]:
    """Whoever may come into the list, the one who may stand highest first."""
    handed = warm.handed(tx, MOST_HANDED, owner=rep)
    waiting = leads.due(tx, now=desk.now, limit=MOST_WAITING)
    kept = _kept(tx, desk, read, rep)
    read.handed, read.waiting = len(handed), len(waiting)
    read.is_whole = read.warm < MOST_WARM and len(handed) < MOST_HANDED and len(waiting) < MOST_WAITING
    at_most = _bounds(desk)
    bounds: dict[LeadId, Bound] = {each.lead: at_most(each) for each in kept}
    bounds |= dict.fromkeys([*handed, *waiting], float("inf"))
    ranked = sorted(bounds.items(), key=lambda each: (-each[1], each[0]))
    return [_Candidate(lead=lead, bound=bound) for lead, bound in ranked]


def _kept(tx: Tx, desk: Desk, read: Read, rep: str | None) -> list[warm.Kept]:
    """The warm people; a rep's are those we gave them and, of those we gave to nobody, whom the CRM shows as theirs."""
    found = warm.hottest(tx, MOST_WARM, without_owner=rep is not None)
    read.warm = len(found)
    if rep is None:
        return found
    shown = answers(tx, desk, [each.lead for each in found])
    theirs = [each for each in found if _email(desk, shown.get(each.lead, {}).get(OWNER)) == rep]
    given = warm.of_owner(tx, rep)
    read.warm += len(given)
    return [*given, *theirs]


def _bounds(desk: Desk) -> Callable[[warm.Kept], Bound]:
    """The most that somebody can come to who is in no handoff, by what is kept of their score."""
    rules, asking = desk.scorer.book.source.call_back, [rule for rule in desk.scorer.book.points if rule.hand_raiser]
    names = frozenset(rule.name for rule in asking)
    is_hidden = any(not rule.raw or rule.source.timeframe_days is not None for rule in asking)

    def bound(kept: warm.Kept) -> Bound:
        may_ask = is_hidden or not names.isdisjoint(kept.rules)
        most = Standing(
            engagement=kept.engagement,
            sales=kept.sales,
            asked_at=desk.now if may_ask else None,
            acted_at=kept.last_point_at,
        )
        return priority(most, rules, now=desk.now).points

    return bound


def _computed(tx: Tx, desk: Desk, portion: Iterable[_Candidate], read: Read) -> list[Caller]:
    met = callers(tx, desk, [each.lead for each in portion])
    read.scored += len(met)
    return met


def _listed(found: Sequence[Caller], rep: str | None) -> list[Caller]:
    return sorted((each for each in found if is_listed(each) and _is_of(each, rep)), key=order)


def _asleep(found: Sequence[Caller], rep: str | None) -> tuple[Caller, ...]:
    left = (each for each in found if each.priority.asleep and is_worth(each) and _is_of(each, rep))
    return tuple(sorted(left, key=order))


def _firms(desk: Desk, rolls: Iterable[Roll], rep: str | None) -> list[AccountToCall]:
    """An account is a rep's who has somebody to call there."""
    found = []
    for each in rolls:
        best, weight = each.best(), each.priority(desk)
        if best is not None and weight is not None and any(_is_of(one, rep) for one in each.people):
            found.append(AccountToCall(roll=each, best=best, priority=weight))
    return sorted(found, key=lambda each: (-each.priority.points, order(each.best)))


def _is_of(caller: Caller, rep: str | None) -> bool:
    return rep is None or caller.owner == rep


def _email(desk: Desk, owner: object) -> str | None:
    known = desk.rep(owner) if isinstance(owner, str) else None
    return known.email if known is not None else None
