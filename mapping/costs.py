"""A table of costs as marketers keep one: which column is which, what a month, a day and a sum are. Pure.

A slip is named with its line and none of the table is taken: half of the costs would look like a good return.
"""

import calendar
import re
import unicodedata
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from rapidfuzz import fuzz, process

from config.words import did_you_mean
from domain.cost import Cost
from mapping.headers import ALIKE

CAMPAIGN, CHANNEL, MONTH, FIRST, LAST, AMOUNT, CURRENCY = (
    "campaign", "channel", "month", "from", "to", "amount", "currency",
)  # fmt: skip
WORDS: Mapping[str, tuple[str, ...]] = {
    CAMPAIGN: ("campaign", "campaign name", "campaign id", "kampagne", "campagne", "campana"),
    CHANNEL: ("channel", "kanal", "canal"),
    MONTH: ("month", "period", "monat", "mois", "mes"),
    FIRST: ("from", "start", "start date", "first day", "first", "von", "du", "desde"),
    LAST: ("to", "until", "end", "end date", "last day", "last", "bis", "au", "hasta"),
    AMOUNT: (
        "amount",
        "cost",
        "costs",
        "spend",
        "spent",
        "amount spent",
        "betrag",
        "kosten",
        "montant",
        "cout",
        "coste",
    ),
    CURRENCY: ("currency", "currency code", "wahrung", "devise", "moneda"),
}
"""What a column may be called, in lower case without signs; every other one is left alone."""
MOST_FAULTS = 50

_YEAR_FIRST = re.compile(r"(\d{4})[-/.](\d{1,2})(?:[-/.]\d{1,2}(?:[T ].*)?)?")
_MONTH_FIRST = re.compile(r"(\d{1,2})[-/.](\d{4})")
_NAMED = re.compile(r"([^\W\d]{3,9})\.?[-/ ]+(\d{4}|\d{2})")
_DAY = re.compile(r"(\d{4})-(\d{2})-(\d{2})(?:[T ].*)?")
_GERMAN_DAY = re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{4})")
_MONTHS = {
    name.lower(): at for names in (calendar.month_name, calendar.month_abbr) for at, name in enumerate(names) if at
}
_DOT, _COMMA = r"\d{1,3}(?:,\d{3})+\.\d+", r"\d{1,3}(?:\.\d{3})+,\d+"
_EITHER = re.compile(r"\d{1,3}[.,]\d{3}")
_GROUPED = re.compile(r"\d{1,3}(?:([.,])\d{3})(?:\1\d{3})+")


class FaultError(ValueError):
    """A cell that cannot be used, in words; they repeat nothing but the cell."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One row as a file gives it. `problem`: why it could not be read."""

    number: int
    cells: Mapping[str, str]
    problem: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """What is wrong in one line, and the nearest right word."""

    line: int
    words: str
    hint: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Costs:
    """A table: its lines, or what is wrong with it. Never both."""

    lines: tuple[Cost, ...] = ()
    faults: tuple[Fault, ...] = ()


def costs_of(header: Sequence[str], lines: Iterable[Line], *, header_line: int, channels: Collection[str]) -> Costs:
    """`channels`: every one that a line may name."""
    columns, wrong = _columns(header)
    if wrong is not None:
        return Costs(faults=(Fault(line=header_line, words=wrong),))
    reading = _Reading(columns, channels)
    read = [found for each in lines for found in reading.of(each)]
    faults = [each for each in read if isinstance(each, Fault)]
    if faults:
        return Costs(faults=tuple(faults[:MOST_FAULTS]))
    return Costs(lines=tuple(each for each in read if isinstance(each, Cost)))


def _columns(header: Sequence[str]) -> tuple[dict[str, str], str | None]:
    """What it is → the column; and why these columns will not do."""
    found: dict[str, str] = {}
    for column in header:
        meant = next((what for what, words in WORDS.items() if plain_word(column) in words), None)
        if meant is None:
            continue
        if meant in found:
            return found, f"the columns {found[meant]!r} and {column!r} both say the {meant}"
        found[meant] = column
    if CAMPAIGN not in found and CHANNEL not in found:
        return found, _lacks("no column says the campaign or the channel", header, CAMPAIGN)
    if AMOUNT not in found:
        return found, _lacks("no column says the amount", header, AMOUNT)
    if MONTH not in found and (FIRST not in found or LAST not in found):
        return found, _lacks(
            "no column says the month, and no two the first and the last day (`from`, `to`)", header, MONTH
        )
    return found, None


def _lacks(words: str, header: Sequence[str], wanted: str) -> str:
    """With the column that probably is meant: none of those that mean something else."""
    every = {word for each in WORDS.values() for word in each}
    free = [each for each in header if plain_word(each) not in every]
    near = next((each for each in free if _is_like(each, wanted)), None)
    return f"{words}; is it {near!r}? Call it `{wanted}`" if near is not None else f"{words}: add `{wanted}`"


def _is_like(column: str, wanted: str) -> bool:
    return process.extractOne(plain_word(column), WORDS[wanted], scorer=fuzz.ratio, score_cutoff=ALIKE) is not None


class _Reading:
    """Row by row; two rows that say the same are a block that was pasted twice."""

    def __init__(self, columns: Mapping[str, str], channels: Collection[str]) -> None:
        self._columns = columns
        self._channels = {each.casefold(): each for each in channels}
        self._seen: dict[tuple[object, ...], int] = {}

    def of(self, line: Line) -> Iterator[Cost | Fault]:
        if line.problem is not None:
            yield Fault(line=line.number, words=line.problem)
            return
        channel = self._cell(line, CHANNEL)
        if channel and channel.casefold() not in self._channels:
            hint = did_you_mean(channel, self._channels.values())
            yield Fault(line=line.number, words=f"reports.yaml has no channel {channel!r}", hint=hint)
            return
        try:
            yield self._once(self._cost(line, self._channels.get(channel.casefold(), "")))
        except FaultError as error:
            yield Fault(line=line.number, words=str(error))

    def _cost(self, line: Line, channel: str) -> Cost:
        campaign = self._cell(line, CAMPAIGN)
        if not campaign and not channel:
            raise FaultError("neither a campaign nor a channel is named")
        first, last = self._days(line)
        return Cost(
            line=line.number,
            campaign=campaign,
            channel=channel,
            first=first,
            last=last,
            amount=sum_of(self._cell(line, AMOUNT)),
            currency=_code(self._cell(line, CURRENCY)),
        )

    def _days(self, line: Line) -> tuple[date, date]:
        month, first, last = (self._cell(line, each) for each in (MONTH, FIRST, LAST))
        if month and (first or last):
            raise FaultError("both a month and days are named: leave one of them empty")
        if month:
            return month_of(month)
        if not first or not last:
            raise FaultError("neither a month nor both days, `from` and `to`, are named")
        begins, ends = day_of(first), day_of(last)
        if ends < begins:
            raise FaultError(f"the last day, {last!r}, lies before the first, {first!r}")
        return begins, ends

    def _once(self, cost: Cost) -> Cost:
        said = (cost.campaign, cost.channel, cost.first, cost.last, cost.amount, cost.currency)
        before = self._seen.setdefault(said, cost.line)
        if before != cost.line:
            raise FaultError(
                f"the same as line {before}: make one line of them, with the sum of both if both are meant"
            )
        return cost

    def _cell(self, line: Line, what: str) -> str:
        return line.cells.get(self._columns.get(what, ""), "").strip()


def month_of(text: str) -> tuple[date, date]:
    """The first and the last day of a month in any usual spelling; FaultError where it is none."""
    found = _month(text)
    if found is None:
        raise FaultError(f"{text!r} is no month: write it as 2026-09")
    year, month = found
    return date(year, month, 1), date(year, month, calendar.monthrange(year, month)[1])


def _month(text: str) -> tuple[int, int] | None:
    readings: tuple[tuple[re.Pattern[str], Callable[[str, str], tuple[int, int]]], ...] = (
        (_YEAR_FIRST, lambda year, month: (int(year), int(month))),
        (_MONTH_FIRST, lambda month, year: (int(year), int(month))),
        (_NAMED, lambda name, year: (int(year) + 2000 * (len(year) == 2), _MONTHS.get(name.lower(), 0))),
    )
    for pattern, read in readings:
        match = pattern.fullmatch(text)
        if match is not None:
            year, month = read(*match.groups())
            return (year, month) if 1 <= month <= 12 and 1900 <= year <= 9000 else None
    return None


def day_of(text: str) -> date:
    """A day in a spelling that means one day; FaultError for every other."""
    try:
        if match := _DAY.fullmatch(text):
            return _kept(date(*map(int, match.groups())))
        if match := _GERMAN_DAY.fullmatch(text):
            return _kept(date(*map(int, reversed(match.groups()))))
    except ValueError:
        pass
    raise FaultError(f"{text!r} is no day: write it as 2026-09-30")


def _kept(day: date) -> date:
    """OverflowError is nobody's answer: the day after it has to be one."""
    if not 1900 <= day.year <= 9000:
        raise ValueError(day)
    return day


def sum_of(text: str) -> Decimal:
    """A sum, with a dot or a comma before its decimals. `1,234` may be either: FaultError, as for what is none."""
    plain = re.sub(r"[\s'’]", "", text)
    if not plain:
        raise FaultError("the amount is missing")
    if _EITHER.fullmatch(plain) is not None and not plain.startswith("0"):
        raise FaultError(
            f"{text!r} may be more than a thousand or a little more than one: write {re.sub('[.,]', '', plain)}.00"
        )
    if re.fullmatch(_DOT, plain):
        plain = plain.replace(",", "")
    elif re.fullmatch(_COMMA, plain):
        plain = plain.replace(".", "").replace(",", ".")
    elif _GROUPED.fullmatch(plain):
        plain = re.sub("[.,]", "", plain)
    if re.fullmatch(r"\d{1,15}(?:[.,]\d{1,6})?", plain, flags=re.ASCII) is None:
        below = " below zero" if plain.startswith(("-", "−", "(")) else ""
        raise FaultError(
            f"{text!r} is {'a sum' if below else 'no sum'}{below}: write 1234.50, without the sign of a currency"
        )
    return Decimal(plain.replace(",", "."))


def _code(text: str) -> str | None:
    if not text:
        return None
    if re.fullmatch("[A-Za-z]{3}", text) is None:
        raise FaultError(f"{text!r} is no currency: write its ISO code, such as EUR")
    return text.upper()


def plain_word(text: str) -> str:
    """In lower case, without accents and signs."""
    letters = "".join(each for each in unicodedata.normalize("NFKD", text) if not unicodedata.combining(each))
    return re.sub("[^0-9a-z]+", " ", letters.lower()).strip()
