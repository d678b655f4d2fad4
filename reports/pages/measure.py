"""How wide words are and where a value lies: what has to be known before anything is drawn.

No font can be asked here, because the reader's own one is used: widths are those of a broad one, so that what does not
touch on paper touches nowhere.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import ceil, floor, log10
from unicodedata import category, combining, east_asian_width

from reports.pages.page import Unit
from reports.pages.wording import minutes, signed

_SLIM = frozenset("fijlrtI.,:;'|!()[]·- ")
_BROAD = frozenset("mwMW@%—…→")
_MINUTES = (1, 2, 5, 10, 15, 20, 30, 60, 120, 180, 240, 360, 480, 720, 1440)
_NICE = (1, 2, 5, 10)
_HAIR = 1e-9
"""Below it, what is left of a division is a rounding error."""
_HAIR_PX = 0.1


def width_of(text: str, size: float) -> float:
    return size * sum(_em(each) for each in text)


def _em(letter: str) -> float:
    if combining(letter) or category(letter) in {"Mn", "Me", "Cf"}:
        return 0.0
    if east_asian_width(letter) in {"W", "F"}:
        return 1.3  # an emoji; Chinese and its neighbours take 1.0
    if letter in _SLIM:
        return 0.42
    if letter in _BROAD:
        return 1.0
    return 0.8 if letter.isupper() else 0.66


def fitted(text: str, room: float, size: float) -> str:
    """As much of it as there is room for; `…` says that there was more."""
    if width_of(text, size) <= room + _HAIR_PX:
        return text
    left, kept = room - width_of("…", size), ""
    for letter in text:
        left -= width_of(letter, size)
        if left < 0:
            break
        kept += letter
    return f"{kept.rstrip()}…"


_WITH_UNIT = {
    Unit.COUNT: "{0}",
    Unit.SHARE: "{0} %",
    Unit.DAYS: "{0} days",
    Unit.MONEY: "{1} {0}",
    Unit.FACTOR: "{0}×",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Axis:
    """Round values on a stretch of pixels; `start` may be the greater one, as where an axis points up."""

    marked: tuple[float, ...]
    unit: Unit
    currency: str
    start: float
    end: float

    def at(self, value: float) -> float:
        low, high = self.marked[0], self.marked[-1]
        part = (min(max(value, low), high) - low) / (high - low)
        return round(self.start + part * (self.end - self.start), 1)

    def words(self, value: float) -> str:
        """Of a marked value, with as many decimals as tell it from the next."""
        if self.unit is Unit.MINUTES:
            return minutes(value) if value else "0 min"
        scale = 100 if self.unit is Unit.SHARE else 1
        step = (self.marked[1] - self.marked[0]) * scale
        said = signed(value * scale, max(0, -floor(log10(step) + _HAIR)))
        return _WITH_UNIT[self.unit].format(said, self.currency).strip()


def ticks(values: Sequence[float], unit: Unit, *, most: int) -> tuple[float, ...]:
    """Round values from at most nothing to at least the greatest; a share's end at 100 %.

    At most so many steps; two where there is something on either side of nothing.
    """
    low, high = min(0.0, *values), max(0.0, *values)
    most = max(most, 2 if low < 0 < high else 1)
    steps = _steps((high - low) / most if low < high else 1.0, unit)
    first, last, step = next(found for found in (_around(low, high, each) for each in steps) if _fits(found, most))
    return tuple(number * step for number in range(first, last + 1))


def _around(low: float, high: float, step: float) -> tuple[int, int, float]:
    """From which to which number of steps: at least one, and one on each side where there is anything."""
    first = min(floor(low / step + _HAIR), -1 if low < 0 else 0)
    return first, max(ceil(high / step - _HAIR), 1 if high > 0 or not first else 0), step


def _fits(found: tuple[int, int, float], most: int) -> bool:
    return found[1] - found[0] <= most


def _steps(least: float, unit: Unit) -> Iterator[float]:
    """Distances that people count in, from about the least one upwards."""
    if unit is Unit.MINUTES and least <= _MINUTES[-1]:
        yield from (each for each in _MINUTES if each >= least)
    if unit is Unit.MINUTES:
        yield from (60 * each for each in _steps(least / 60, Unit.COUNT))
        return
    power = floor(log10(least))
    for exponent in (power, power + 1):
        for each in _NICE:
            step = each * 10.0**exponent
            if step >= 1 or unit is not Unit.COUNT:
                yield step
    if unit is Unit.COUNT:
        yield 1.0
