"""An account's number as of now, with the people it is made of.

Its people are found by index; of these only who is kept as warm, or waits to be decided about, is computed anew: who is
cold adds nothing. A likely account of somebody is not theirs: such people stand apart and add nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from domain.account import Account
from domain.score import Grade, Step
from domain.stage import Stage
from domain.values import LeadId, RecordRef
from reports.call_back import Caller, Desk, callers
from scoring.account import AccountScore, account_score
from scoring.priority import Firm, Priority, account_priority
from store import warm
from store.engine import Tx

_GRADES = tuple(Grade)
"""The best first, the unknown last."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Roll:
    """`people`: those whose account it surely is and who are warm, were in touch with sales or wait to be decided
    about; `likely`: whose it only may be. `account`: as one of them has it; None where it has nobody."""

    ref: RecordRef
    name: str
    account: Account | None
    score: AccountScore
    people: tuple[Caller, ...]
    likely: tuple[Caller, ...]

    def best(self) -> Caller | None:
        """Who is to be called first there; nobody where all are left alone."""
        awake = [each for each in self.people if is_listed(each)]
        return min(awake, key=order, default=None)

    def priority(self, desk: Desk) -> Priority | None:
        best = self.best()
        if best is None:
            return None
        firm = Firm(beyond_best=self.score.beyond_best, people=self.score.warm, is_group=self.score.is_group)
        return account_priority(best.priority, firm, desk.scorer.book.source.call_back)


def order(person: Caller) -> tuple[int, float, int, int]:
    """The hot list's: the highest priority, then whose time is over first, then who fits best."""
    due = person.standing.due_at
    return (
        -person.priority.points,
        due.timestamp() if due is not None else float("inf"),
        _GRADES.index(person.score.grade),
        person.lead,
    )


def is_listed(person: Caller) -> bool:
    """Whether somebody is to be called now: there is a reason to, nobody left them alone for a while, and no rule
    excludes them."""
    return is_worth(person) and not person.priority.asleep


def is_worth(person: Caller) -> bool:
    """Whether there is a reason to call, now or later: warm, in touch with sales, handed over, or asking for it."""
    if person.score.excluded is not None or person.stage is Stage.DISQUALIFIED:
        return False
    stands = person.standing
    is_in_touch = person.score.step is not Step.COLD or person.score.sales >= warm.SPOKE
    return is_in_touch or person.is_waiting or stands.handed_at is not None


def roll(tx: Tx, desk: Desk, ref: RecordRef, *, name: str, also: Sequence[RecordRef] = ()) -> Roll:
    """The account's number and its people."""
    near = warm.of_leads(tx, sorted(desk.companies.near(tx, ref, also)))
    theirs = desk.companies.of(tx, [each.lead for each in near])
    own = [lead for lead, account in theirs.items() if account.is_sure and _is(account, ref, also)]
    likely = [lead for lead, account in theirs.items() if not account.is_sure and _is(account, ref, also)]
    people = callers(tx, desk, sorted(own))
    return Roll(
        ref=ref,
        name=name,
        account=next((theirs[each] for each in sorted(own)), None),
        score=account_score([each.as_person for each in people], desk.scorer.book.source),
        people=tuple(sorted(people, key=order)),
        likely=tuple(sorted(callers(tx, desk, sorted(likely)), key=order)),
    )


def sure_accounts(tx: Tx, desk: Desk, leads: Sequence[LeadId]) -> dict[LeadId, Account]:
    """The account of each of these people, where it is sure which."""
    return {lead: each for lead, each in desk.companies.of(tx, leads).items() if each.is_sure}


def _is(account: Account, ref: RecordRef, also: Sequence[RecordRef]) -> bool:
    return not {account.ref, *account.also}.isdisjoint({ref, *also})
