"""Transforms of what has a form of its own: telephone numbers, places, web addresses, numbers, dates and times."""

import re
from collections.abc import Sequence
from datetime import UTC, date, datetime, time
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import phonenumbers
import tldextract

from domain.record import FieldType
from domain.values import Value, to_text
from mapping.places import country_code, country_name, state_code, state_name
from mapping.scalars import exact_number, from_epoch, iso_date, iso_moment, whole, written_number
from mapping.step import Maker, Step, Way, expect, plain

_LABELS = re.compile(r"(?:[\w-]+\.)+[^\W\d_][\w-]+")
_hosts = tldextract.TLDExtract(suffix_list_urls=(), cache_dir=None)
_CENTURY = 2
"""Its figures in a year."""
_PROBES = tuple(date(*each) for each in ((1954, 3, 1), (1999, 12, 31), (2026, 11, 22), (2049, 2, 9)))


def _make_e164(arguments: Sequence[str]) -> Step:
    """`e164` reads national numbers in the lead's country; `e164(US)` there where the lead's country is not known."""
    expect(arguments, 0, 1)
    region = arguments[0] if arguments else None
    if region is not None and region not in phonenumbers.SUPPORTED_REGIONS:
        raise ValueError(f"unknown region {region!r}: two letters, such as US")
    return Step(act=lambda text, country: _dialled(text.strip(), country or region), way=Way.KEEPS, by_country=True)


@lru_cache(maxsize=65536)
def _dialled(text: str, country: str | None) -> str:
    """International form; an extension is kept (` ext. 5`), for without it the call reaches nobody."""
    if country is None and text.startswith("00"):
        text = "+" + text[2:]
    return _phone(text, country, phonenumbers.PhoneNumberFormat.E164)


def _phone(text: str, country: str | None, form: int) -> str:
    try:
        number = phonenumbers.parse(text, country)
    except phonenumbers.NumberParseException as error:
        raise ValueError("no phone number") from error
    if not phonenumbers.is_valid_number(number):
        raise ValueError("no number that anybody could have")
    extension, number.extension = number.extension, None
    said = phonenumbers.format_number(number, form)
    return f"{said} ext. {extension}" if extension else said


def _spaced(text: str, country: str | None) -> Value:
    return _phone(text.strip(), country, phonenumbers.PhoneNumberFormat.INTERNATIONAL)


def _make_country_name(arguments: Sequence[str]) -> Step:
    """`country_name` as people call it; `country_name(iso)` as the standard and Salesforce's own list of countries."""
    expect(arguments, 0, 1)
    if arguments and arguments[0] != "iso":
        raise ValueError(f"knows iso or nothing, not {arguments[0]!r}")
    official = bool(arguments)
    back = Step(act=lambda text, _country: _known(country_code(text)), way=Way.KEEPS)
    return Step(act=lambda text, _country: _known(country_name(text, official=official)), back=back, way=Way.REVERSIBLE)


def _known(found: str | None) -> str:
    if found is None:
        raise ValueError("no such place")
    return found


@lru_cache(maxsize=65536)
def registrable_domain(text: str) -> str | None:
    """`acme.co.uk` out of a web address, an e-mail or a host name; None when there is none in it.

    An ending that the public suffix list does not know counts as one label, as that list's own default rule says.
    """
    host = _hosts(text.strip().lower())
    if host.top_domain_under_public_suffix:
        return host.top_domain_under_public_suffix if _LABELS.fullmatch(host.fqdn) else None
    labels = ".".join(filter(None, (host.subdomain, host.domain))) if not host.suffix else ""
    return ".".join(labels.split(".")[-2:]) if _LABELS.fullmatch(labels) and not host.ipv4 else None


def _domain(text: str, _country: str | None) -> Value:
    found = registrable_domain(text)
    if found is None:
        raise ValueError("no domain")
    return found


def _make_scale(arguments: Sequence[str]) -> Step:
    """`scale(1000)` where a field counts thousands: what it shows, times that. In decimals, so nothing is rounded."""
    expect(arguments, 1, 1)
    factor = _decimal(arguments[0])
    if factor <= 0 or factor == 1:
        raise ValueError(f"expects a number above 0 and other than 1, got {arguments[0]!r}")
    number = FieldType.NUMBER
    back = Step(act=lambda text, _country: _exact(_decimal(text) / factor), takes=number, gives=number, settles=False)
    return Step(
        act=lambda text, _country: _exact(_decimal(text) * factor),
        back=back,
        way=Way.REVERSIBLE,
        takes=number,
        gives=number,
        settles=False,
    )


def _decimal(text: str) -> Decimal:
    try:
        return Decimal(str(exact_number(text.strip())))
    except InvalidOperation as error:
        raise ValueError("no number") from error


def _exact(number: Decimal) -> int | float:
    return int(number) if number == number.to_integral_value() and abs(number) < 2**53 else whole(float(number))


def _make_round(arguments: Sequence[str]) -> Step:
    """`round` to whole numbers, `round(2)` to hundredths; a half goes away from nought."""
    expect(arguments, 0, 1)
    places = int(arguments[0]) if arguments and arguments[0].isdigit() else 0
    if arguments and not (arguments[0].isdigit() and places <= 10):
        raise ValueError(f"expects a number of decimals from 0 to 10, got {arguments[0]!r}")
    unit = Decimal(1).scaleb(-places)

    def rounded(text: str, _country: str | None) -> Value:
        try:
            return _exact(_decimal(text).quantize(unit, rounding="ROUND_HALF_UP"))
        except InvalidOperation as error:
            raise ValueError("too large a number") from error

    return Step(act=rounded, takes=FieldType.NUMBER, gives=FieldType.NUMBER)


def _make_date(arguments: Sequence[str]) -> Step:
    """`date` reads ISO; `date(%d.%m.%Y)` that form as well, and writes it."""
    expect(arguments, 0, 1)
    if not arguments:
        return Step(act=lambda text, _country: iso_date(text.strip()), way=Way.KEEPS, gives=FieldType.DATE)
    form = arguments[0]
    comes_back = _comes_back(form)

    def read(text: str, _country: str | None) -> Value:
        try:
            return _in_form(text.strip(), form)
        except ValueError:
            return iso_date(text.strip())

    def write(text: str, _country: str | None) -> Value:
        day = date.fromisoformat(iso_date(text))
        return day.strftime(form.replace("%Y", f"{day.year:04}"))

    if not comes_back:
        return Step(act=read, way=Way.PARTIAL, gives=FieldType.DATE)
    return Step(act=read, back=Step(act=write, takes=FieldType.DATE), way=Way.REVERSIBLE, gives=FieldType.DATE)


def _in_form(text: str, form: str) -> str:
    return datetime.strptime(text, form).replace(tzinfo=UTC).date().isoformat()


def _comes_back(form: str) -> bool:
    """Whether a form says the whole date: two figures of the year are too few. ValueError for one that leaves out the
    day, the month or the year, or cannot be read at all."""
    days = [each.isoformat() for each in _PROBES]
    try:
        found = [_in_form(each.strftime(form), form) for each in _PROBES]
    except (ValueError, re.error):
        found = []
    if [each[_CENTURY:] for each in found] != [each[_CENTURY:] for each in days]:
        raise ValueError(f"expects a form with day, month and year, such as %d.%m.%Y, got {form!r}")
    return found == days


def _make_datetime(arguments: Sequence[str]) -> Step:
    """`datetime` reads ISO with a zone; `datetime(Europe/Berlin)` takes that zone where the text names none."""
    expect(arguments, 0, 1)
    zone = _zone(arguments[0]) if arguments else None

    def read(text: str, _country: str | None) -> Value:
        plain_text = text.strip()
        if zone is None or from_epoch(plain_text) is not None:
            return iso_moment(plain_text)
        moment = datetime.fromisoformat(plain_text)
        return iso_moment(plain_text if moment.tzinfo else moment.replace(tzinfo=zone).isoformat())

    return Step(act=read, way=Way.KEEPS, gives=FieldType.DATETIME)


def _make_day(arguments: Sequence[str]) -> Step:
    """The day of a moment as people in a zone call it: `day(Europe/Berlin)`; back it is the midnight it begins at."""
    expect(arguments, 1, 1)
    zone = _zone(arguments[0])

    def read(text: str, _country: str | None) -> Value:
        text = text.strip()
        if len(text) == len("2026-11-22"):
            return iso_date(text)
        return datetime.fromisoformat(iso_moment(text)).astimezone(zone).date().isoformat()

    def write(text: str, _country: str | None) -> Value:
        midnight = datetime.combine(date.fromisoformat(iso_date(text)), time(), zone)
        return to_text(midnight.astimezone(UTC))

    back = Step(act=write, takes=FieldType.DATE, gives=FieldType.DATETIME)
    return Step(act=read, back=back, way=Way.REVERSIBLE, takes=FieldType.DATETIME, gives=FieldType.DATE)


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, OSError, ValueError) as error:
        raise ValueError(f"unknown time zone {name!r}") from error


MAKERS: dict[str, Maker] = {
    "e164": _make_e164,
    "phone": plain(Step(act=_spaced, way=Way.KEEPS, by_country=True)),
    "country2": plain(Step(act=lambda text, _country: _known(country_code(text)), way=Way.KEEPS)),
    "country_name": _make_country_name,
    "state2": plain(Step(act=lambda text, country: _known(state_code(text, country)), way=Way.KEEPS, by_country=True)),
    "state_name": plain(
        Step(
            act=lambda text, country: _known(state_name(text, country)),
            back=Step(act=lambda text, country: _known(state_code(text, country)), by_country=True),
            way=Way.REVERSIBLE,
            by_country=True,
        )
    ),
    "domain": plain(Step(act=_domain)),
    "number": plain(Step(act=lambda text, _country: written_number(text), way=Way.KEEPS, gives=FieldType.NUMBER)),
    "scale": _make_scale,
    "round": _make_round,
    "date": _make_date,
    "datetime": _make_datetime,
    "day": _make_day,
}
