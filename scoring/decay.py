"""How points fade with age: parts per million for each whole hour, in whole numbers only.

One table per half-life, the same on every machine and for every caller, so that a vectorised
pass over it equals the per-lead function bit for bit.
"""

from array import array
from dataclasses import dataclass, field
from decimal import Context, Decimal
from functools import cache, lru_cache
from typing import Protocol

from config.scoring import ActivityGroup, ActivityRule, Decay

PPM = 1_000_000
HOURS_PER_DAY = 24
HALVINGS_TO_NOTHING = 21
"""2^-21 is below half a part per million."""

_BLOCK_BITS = 12
_BLOCK = 1 << _BLOCK_BITS
_SCALE_BITS = 256
_ONE = 1 << _SCALE_BITS
_EXACT = Context(prec=100)


class Fading(Protocol):
    """What is left of points by age: never more with time, and the same from `ends_after_h` on."""

    @property
    def ends_after_h(self) -> int: ...

    def factor(self, hours: int) -> int:
        """Parts per million that are left after so many whole hours."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Steady:
    """Points that stay."""

    ends_after_h: int = 0

    def factor(self, hours: int) -> int:  # noqa: ARG002  # the same at every age
        return PPM


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Halving:
    """Half of the points every `half_life_days`: 10^6 · 2^(-hours / half-life), rounded half up.

    Made by `halving`, one per half-life, so that pools of points find each other by identity.
    """

    half_life_days: int
    ends_after_h: int = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "ends_after_h", HALVINGS_TO_NOTHING * HOURS_PER_DAY * self.half_life_days)

    def factor(self, hours: int) -> int:
        if hours >= self.ends_after_h:
            return 0
        return _block(self.half_life_days, hours >> _BLOCK_BITS)[hours & (_BLOCK - 1)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Linear:
    """`percent` of the first value lost per whole `every_days`, as HubSpot describes its decay.

    25 % every 30 days leaves 75 % after 30 days, 50 % after 60, 25 % after 90 and nothing after 120.
    """

    percent: int
    every_days: int

    @property
    def ends_after_h(self) -> int:
        return -(-100 // self.percent) * self.every_days * HOURS_PER_DAY

    def factor(self, hours: int) -> int:
        lost = self.percent * (hours // (self.every_days * HOURS_PER_DAY))
        return max(0, 100 - lost) * (PPM // 100)


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """All of the points while younger than `days`, then none."""

    days: int

    @property
    def ends_after_h(self) -> int:
        return self.days * HOURS_PER_DAY

    def factor(self, hours: int) -> int:
        return PPM if hours < self.ends_after_h else 0


def fading_of(rule: ActivityRule, group: ActivityGroup) -> Fading:
    """A rule's own timeframe or decay, else its group's decay, else none."""
    if rule.timeframe_days is not None:
        return Window(days=rule.timeframe_days)
    decay = rule.decay or group.decay
    return Steady() if decay is None else _fading(decay)


def _fading(decay: Decay) -> Fading:
    if decay.half_life_days is not None:
        return halving(decay.half_life_days)
    if decay.percent is None or decay.every_days is None:
        return Steady()
    return Linear(percent=decay.percent, every_days=decay.every_days)


@cache
def halving(half_life_days: int) -> Halving:
    return Halving(half_life_days=half_life_days)


def fade(raw: int, factor: int) -> int:
    """Thousandths that are left, rounded half up."""
    return (raw * factor + PPM // 2) // PPM


def table(half_life_days: int, hours: int) -> "array[int]":
    """The factors of the ages 0 to `hours` - 1 in one piece, for a vectorised pass."""
    factors: array[int] = array("I")
    ends = min(hours, halving(half_life_days).ends_after_h)
    for number in range(-(-ends // _BLOCK)):
        factors.extend(_block(half_life_days, number))
    del factors[ends:]
    factors.extend([0] * (hours - ends))
    return factors


@lru_cache(maxsize=4096)
def _block(half_life_days: int, number: int) -> "array[int]":
    """4,096 factors from hour 4,096 · number on.

    Fixed point with 256 bits. Whole half-lives are shifts and so exact: the only tie that exists
    (7,812.5 after seven of them) is seen. All other values are irrational.
    """
    period = half_life_days * HOURS_PER_DAY
    step = _fixed(_power_of_two(-1, period))
    halvings, rest = divmod(number * _BLOCK, period)
    value = _fixed(_power_of_two(-rest, period))
    factors: array[int] = array("I")
    for _ in range(_BLOCK):
        shift = _SCALE_BITS + halvings
        factors.append((PPM * value + (1 << (shift - 1))) >> shift)
        rest += 1
        value = value * step >> _SCALE_BITS
        if rest == period:
            halvings, rest, value = halvings + 1, 0, _ONE
    return factors


def _power_of_two(numerator: int, denominator: int) -> Decimal:
    return _EXACT.power(Decimal(2), _EXACT.divide(Decimal(numerator), Decimal(denominator)))


def _fixed(number: Decimal) -> int:
    return int(_EXACT.multiply(number, Decimal(_ONE)))
