"""How many leads a week the reps can work, and the line that gives them as many."""

from dataclasses import dataclass

from config.routing import RoutingRules
from reports.backtest import Rung, Tried


@dataclass(frozen=True, slots=True, kw_only=True)
class Capacity:
    """`per_week` of all `reps` together; `words`: where the number comes from."""

    reps: int
    per_week: float
    words: str


def capacity_of(routing: RoutingRules, *, per_rep: int | None, reps: int | None) -> Capacity:
    """What was said, else what the pools in routing.yaml allow: new leads a day on each day that a team works.

    A rep in several pools counts in the first, as its limits are the ones that hold.
    """
    days = {team.name: len({day for block in team.hours for day in block.days}) for team in routing.teams}
    allowed: dict[str, int] = {}
    for pool in routing.pools:
        for member in pool.members:
            allowed.setdefault(member.email.casefold(), pool.new_per_day * days.get(pool.team, 5))
    count = reps if reps is not None else len(allowed)
    whose = "as you said" if reps is not None else "in the pools of routing.yaml"
    if per_rep is not None:
        words = f"{_reps(count)} {whose}, {per_rep} a week each as you said"
        return Capacity(reps=count, per_week=float(per_rep * count), words=words)
    whole = sum(allowed.values())
    together = float(whole) if reps is None else whole / max(1, len(allowed)) * reps
    return Capacity(
        reps=count,
        per_week=together,
        words=f"{_reps(count)} {whose}, `new_per_day` on each day that they work; --capacity says otherwise",
    )


def proposed(tried: Tried, *, weeks: float, capacity: Capacity) -> Rung | None:
    """The lowest line at which, and above which, no more enter in an average week than can be worked; never a cold one.

    Where points come in such steps that nobody is left there, the least strict better grade that fits. The line there
    is where a lower one gives no more. None where nothing fits, or the ledger says too little.
    """
    most = capacity.per_week * weeks
    if not capacity.reps or not tried.lines or tried.lacked_fit > tried.total.entries:
        return None
    best: Rung | None = None
    for rung in sorted((each for each in tried.rungs if each.fit is tried.own.fit), reverse=True):
        if rung.engagement < tried.lowest or tried.at(rung).entries > most:
            break
        best = rung
    if best is None or not tried.at(best).entries:
        stricter = sorted((each for each in tried.rungs if each.fit is not tried.own.fit), reverse=True)
        return next((each for each in stricter if 0 < tried.at(each).entries <= most), None)
    is_no_less = best < tried.own and tried.at(best).entries == tried.at(tried.own).entries
    return tried.own if is_no_less else best


def is_unbound(tried: Tried, best: Rung) -> bool:
    """Whether this is the lowest line that is ever proposed, so that what reps can work did not find it."""
    return best == min(rung for rung in tried.rungs if rung.fit is best.fit and rung.engagement >= tried.lowest)


def _reps(count: int) -> str:
    return "1 rep" if count == 1 else f"{count} reps"
