"""Figures as people read them, alike in a browser and in a terminal.

Nothing is rounded into something else: a share that is not quite nothing is no `0 %`, one that is not quite everything
no `100 %`, and what is not known is a dash.
"""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from math import isfinite
from zoneinfo import ZoneInfo

from reports.pages.page import Figure, Unit

NOTHING_KNOWN = "—"
FEW = 10
"""With fewer than so many, one more or less changes the picture."""
FRESH = timedelta(hours=6)
"""What was read so lately is as good as new."""


def words(figure: Figure) -> str:
    """`43 % (3 of 7)`, `412`, `1 h 20 min`, `EUR 12,340`, `1.8×`, `—`."""
    base = base_of(figure) if figure.unit is Unit.SHARE else ""
    return f"{short(figure)} ({base})" if base else short(figure)


def short(figure: Figure) -> str:
    """The number with its unit and nothing else: `43 %`."""
    return NOTHING_KNOWN if not is_known(figure) else number(figure.value or 0.0, figure.unit, figure.currency)


def base_of(figure: Figure) -> str:
    """What it is of: `3 of 7` for a share, `of 7` for a middle; empty where it is of nothing, or not known."""
    if figure.of is None or not is_known(figure):
        return ""
    if figure.unit is not Unit.SHARE:
        return f"of {figure.of:,}"
    n = figure.leads.n if figure.leads is not None else round((figure.value or 0.0) * figure.of)
    return f"{n:,} of {figure.of:,}"


def interval(figure: Figure) -> str:
    """`95 %: 31–58 %`; empty without one."""
    if figure.low is None or figure.high is None or not is_known(figure):
        return ""
    low, high = (number(each, figure.unit, figure.currency) for each in (figure.low, figure.high))
    if low == high:
        return f"95 %: {low}"
    for sign in (" %", "×"):
        if low.endswith(sign) and high.endswith(sign):
            return f"95 %: {low.removesuffix(sign)}–{high}"
    return f"95 %: {low} to {high}"


def is_known(figure: Figure) -> bool:
    return figure.value is not None and isfinite(figure.value)


def is_few(figure: Figure) -> bool:
    """Whether it rests on so few that it may be chance."""
    return is_known(figure) and figure.of is not None and figure.of < FEW


def number(value: float, unit: Unit, currency: str = "") -> str:
    """Any value of a unit, also one of an axis."""
    if unit is Unit.MONEY:
        return money(value, currency)
    return _IN_WORDS[unit](value)


def count(value: float) -> str:
    """`1,234`; a part of one, as where a deal is shared out among its channels, with one decimal."""
    return _grouped(value, decimals=1)


def share(value: float) -> str:
    """`43 %`; below 1 % and above 99 % with a decimal, so that `0 %` and `100 %` mean none and all."""
    percent = value * 100
    if percent in (0, 100) or 0.95 <= percent <= 99.05 or not 0 <= value <= 1:
        return f"{signed(round(percent))} %"
    return f"{min(max(percent, 0.1), 99.9):.1f} %"


def minutes(value: float) -> str:
    """`1 h 20 min`. Hours do not become days: working time has shorter ones."""
    if 0 <= value < 1:
        return "under 1 min"
    hours, rest = divmod(abs(round(value)), 60)
    parts = [f"{hours:,} h"] * bool(hours) + [f"{rest} min"] * bool(rest or not hours)
    return ("−" if value < 0 else "") + " ".join(parts)


def days(value: float) -> str:
    if 0 < value < 0.05:
        return "under 0.1 days"
    said = _grouped(value, decimals=1 if abs(value) < 10 else 0)
    return f"{said} day" if said == "1" else f"{said} days"


def money(value: float, currency: str) -> str:
    """`EUR 12,340`, and cents only where they could matter."""
    small = abs(value) < 100 and round(value, 2) != round(value)
    return f"{currency} {signed(value, decimals=2 if small else 0)}".strip()


def factor(value: float) -> str:
    """With a decimal for what is near one, where it matters; `1.0×` means just as often."""
    if value != 1 and 0.95 <= value < 1.05:
        return f"{max(value, 1.01) if value > 1 else min(value, 0.99):.2f}×"
    size = abs(value)
    return f"{signed(value, decimals=0 if size >= 10 else 1 if size >= 0.1 or not size else 2)}×"


def counted(n: float, counts: str) -> str:
    """`412 handoffs`, `1 handoff`: with what a page counts, in the plural."""
    return f"{count(n)} {counts.removesuffix('s') if n == 1 else counts}"


def name_of(label: str) -> str:
    """A blank name is no name."""
    return label if label.strip() else "(no name)"


def moment(at: datetime, zone: ZoneInfo) -> str:
    """`Mon 23 Nov 2026, 06:42`, on the clocks of the zone."""
    return f"{at.astimezone(zone):%a %-d %b %Y, %H:%M}"


def stale(system: str, read_until: datetime, *, needed: datetime, zone: ZoneInfo) -> str | None:
    """That a system was not read up to the moment that figures are told for; None where it was, or nearly."""
    if read_until >= needed - FRESH:
        return None
    return f"{system} was last read to its end {moment(read_until, zone)}: nothing later is in it."


def _grouped(value: float, *, decimals: int) -> str:
    """With thousands apart; without decimals that say nothing."""
    return signed(value, decimals=decimals).removesuffix(".0")


def signed(value: float, decimals: int = 0) -> str:
    """With a minus that is as wide as a digit, and no minus before nothing."""
    said = f"{abs(value):,.{decimals}f}"
    return f"−{said}" if value < 0 and said.strip("0.,") else said


_IN_WORDS: Mapping[Unit, Callable[[float], str]] = {
    Unit.COUNT: count,
    Unit.SHARE: share,
    Unit.MINUTES: minutes,
    Unit.DAYS: days,
    Unit.FACTOR: factor,
}
