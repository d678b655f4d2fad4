"""The only yes that undoes a no: a later opt-in, by the moment that the person's own form left in a property.

It needs the moment of the no as well, from the history of its field: of a no of which nobody knows when it was said
nobody can say that it is the older one.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta

from config.mapping import Property
from domain.values import Value
from mapping.rulings import Ruling, says_no
from mapping.views import View

_EARLIEST_ZONE = timedelta(hours=14)
"""A day begins so much earlier where it begins first."""
_TOLD = ("%Y-%m-%d", "%Y-%m-%d %H:%M", "%Y-%m-%d %H:%M:%S")


@dataclass(frozen=True, slots=True, kw_only=True)
class OptIn:
    """`at`: when the person opted in, at the earliest. `told_by`: the property that says so. `touched`: when each
    connection's record was last changed. `asked`: the connections whose history was asked in vain."""

    at: datetime
    told_by: str
    touched: Mapping[str, datetime]
    asked: frozenset[str]


def moment_of(evidence: Value, *, reached: datetime) -> datetime | None:
    """The first moment that a canonical date or time can mean; None for none, and for one that lies ahead.

    A midnight may be a date alone: nobody knows in whose zone.
    """
    if not isinstance(evidence, str):
        return None
    try:
        at = datetime.fromisoformat(evidence)
    except ValueError:
        return None
    at = at if at.tzinfo is not None else at.replace(tzinfo=UTC)
    if at > reached:
        return None
    return at - _EARLIEST_ZONE if at.time() == time() else at


def yes_again(prop: Property, views: Sequence[View], opt_in: OptIn) -> Ruling | None:
    """What an opt-in makes of a no beside a yes; None where the no stands."""
    noes = [one for one in views if says_no(prop, one.value)]
    yeses = [one for one in views if one.value is not None and one not in noes]
    if not noes or not yeses or any(one.problem is not None for one in views):
        return None
    times = [one.exact_at for one in noes if one.exact_at is not None]
    if any(at >= opt_in.at for at in times):
        return None
    if len(times) == len(noes):
        wanted = {one.connection: yeses[0].value for one in noes}
        return Ruling(value=yeses[0].value, wanted=wanted, why=_in_words(opt_in, max(times)))
    untold = [one.connection for one in noes if one.exact_at is None]
    if opt_in.asked & set(untold) or not _may_be_later(noes, yeses, opt_in):
        return None
    return Ruling(value=noes[0].value, to_ask=frozenset(untold))


def _may_be_later(noes: Sequence[View], yeses: Sequence[View], opt_in: OptIn) -> bool:
    """Not where the no alone is the news: it goes to the other side at once, however long the person has been in."""
    is_news = any(one.speaks for one in noes) and not any(one.speaks for one in yeses)
    return not is_news or all(opt_in.at > opt_in.touched[one.connection] for one in noes)


def _in_words(opt_in: OptIn, no: datetime) -> str:
    told = next((told for told in _TOLD if f"{opt_in.at:{told}}" != f"{no:{told}}"), _TOLD[-1])
    return f"opted in again on {opt_in.at:{told}} by {opt_in.told_by}, after the no of {no:{told}}"
