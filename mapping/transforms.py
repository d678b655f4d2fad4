"""Named transforms that mapping.yaml applies to every value read: `trim`, `e164`, `truncate(80)`.

A transform is idempotent, so a value that has been through it once and comes back is the same value.
What it cannot read it leaves as it is and says so in words; it never guesses and never blanks.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import phonenumbers
import tldextract
from rapidfuzz import process

from domain.values import Value
from mapping.graphemes import cut
from mapping.places import country_code, state_code
from mapping.scalars import as_text, from_epoch, iso_date, iso_moment, written_number

Step = Callable[[str, str | None], Value]
"""Text and the lead's country in, value out; ValueError when the text cannot be read."""

_CALL = re.compile(r"\s*([A-Za-z][A-Za-z0-9_]*)\s*(?:\((.*)\)\s*)?", re.DOTALL)
_ARGUMENT = re.compile(r"""(?:"[^"]*"|'[^']*'|[^,"'])+""")
_WORD = re.compile(r"[^\W_]+(?:['\u2019][^\W_]+)*")
_LABELS = re.compile(r"(?:[\w-]+\.)+[^\W\d_][\w-]+")
_hosts = tldextract.TLDExtract(suffix_list_urls=(), cache_dir=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """A value after reading, and what could not be read about it, in words without the value itself."""

    value: Value
    problem: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Transform:
    """One named step as written in the rules (`text`)."""

    text: str
    step: Step

    def read(self, value: Value, country: str | None) -> Reading:
        """Apply the step; `country` is the lead's alpha-2 code. Blanks pass untouched."""
        if value is None:
            return Reading(value=None)
        try:
            return Reading(value=self.step(as_text(value), country))
        except ValueError:
            return Reading(value=value, problem=f"{self.text} cannot read the value")


@lru_cache(maxsize=512)
def parse(text: str) -> Transform:
    """Read `truncate(80)` from a rule file; ValueError names what is wrong and the nearest right word."""
    match = _CALL.fullmatch(text)
    if match is None:
        raise ValueError(f"{text!r} is no transform: write name or name(argument, ...)")
    name, arguments = match.group(1), _arguments(match.group(2))
    maker = _MAKERS.get(name)
    if maker is None:
        near = process.extractOne(name, NAMES, score_cutoff=50)
        raise ValueError(f"unknown transform {name!r}" + (f", did you mean {near[0]!r}?" if near else ""))
    try:
        return Transform(text=text.strip(), step=maker(arguments))
    except ValueError as error:
        raise ValueError(f"transform {name!r}: {error}") from error


def _arguments(text: str | None) -> tuple[str, ...]:
    """Split at commas outside quotes; quotes keep a comma or a blank: `split(",", 1)`."""
    if text is None or not text.strip():
        return ()
    found = _ARGUMENT.findall(text)
    if ",".join(found) != text:
        raise ValueError(f"cannot read the arguments ({text}): an empty one or a quote left open")
    return tuple(_unquoted(argument.strip()) for argument in found)


def _unquoted(text: str) -> str:
    return text[1:-1] if len(text) > 1 and text[0] == text[-1] and text[0] in "\"'" else text


def _trim(text: str, _country: str | None) -> Value:
    return text.strip()


def _lower(text: str, _country: str | None) -> Value:
    return text.lower()


def _upper(text: str, _country: str | None) -> Value:
    return text.upper()


def _title(text: str, _country: str | None) -> Value:
    """Words written all small or all large get one capital; `McDonald` and `van der Ruiz` in mixed case stay."""
    return _WORD.sub(lambda match: _capitalised(match.group()), text)


def _capitalised(word: str) -> str:
    if not (word.islower() or word.isupper()):
        return word
    small = word.lower()
    begins = 2 if len(small) > 2 and small[1] in "'\u2019" else 0
    return small[:begins].upper() + small[begins].title() + small[begins + 1 :]


def _e164(text: str, country: str | None) -> Value:
    return _dialled(text.strip(), country)


@lru_cache(maxsize=65536)
def _dialled(text: str, country: str | None) -> str:
    """International form; an extension is kept (` ext. 5`), for without it the call reaches nobody."""
    if country is None and text.startswith("00"):
        text = "+" + text[2:]
    try:
        number = phonenumbers.parse(text, country)
    except phonenumbers.NumberParseException as error:
        raise ValueError("no phone number") from error
    if not phonenumbers.is_valid_number(number):
        raise ValueError("no number that anybody could have")
    form = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    return f"{form} ext. {number.extension}" if number.extension else form


def _country2(text: str, _country: str | None) -> Value:
    return _known(country_code(text))


def _state2(text: str, country: str | None) -> Value:
    return _known(state_code(text, country))


def _known(code: str | None) -> str:
    if code is None:
        raise ValueError("no such place")
    return code


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


def _digits(text: str, _country: str | None) -> Value:
    kept = "".join(character for character in text if character.isdecimal())
    if not kept:
        raise ValueError("no digits")
    return kept


def _number(text: str, _country: str | None) -> Value:
    return written_number(text)


def _make_plain(step: Step) -> Callable[[Sequence[str]], Step]:
    def make(arguments: Sequence[str]) -> Step:
        _expect(arguments, 0, 0)
        return step

    return make


def _make_truncate(arguments: Sequence[str]) -> Step:
    _expect(arguments, 1, 1)
    units = _positive(arguments[0])
    return lambda text, _country: cut(text, units)


def _make_join(arguments: Sequence[str]) -> Step:
    """A list (`a;b`) as one text: `join(", ")`."""
    _expect(arguments, 1, 1)
    _refuse_list_sign(arguments[0])
    return lambda text, _country: arguments[0].join(filter(None, (part.strip() for part in text.split(";"))))


def _make_split(arguments: Sequence[str]) -> Step:
    """One part of a text, counted from 1: `split(" ", 2)`; `split(",")` makes a list (`a;b`)."""
    _expect(arguments, 1, 2)
    separator = arguments[0] or " "
    _refuse_list_sign(separator)
    if len(arguments) == 1:
        return lambda text, _country: ";".join(filter(None, (part.strip() for part in text.split(separator))))
    wanted = _positive(arguments[1])

    def part(text: str, _country: str | None) -> Value:
        parts = text.split(separator)
        if len(parts) == 1:
            return text
        if len(parts) < wanted:
            raise ValueError("not so many parts")
        return parts[wanted - 1].strip()

    return part


def _make_map(arguments: Sequence[str]) -> Step:
    """One word for another: `map(Open=OPEN, Closed=DONE)`. What it maps to is known too; the rest cannot be read."""
    pairs = [argument.partition("=") for argument in arguments]
    if not pairs or not all(sign for _, sign, _ in pairs):
        raise ValueError("expects pairs such as map(Open=OPEN, Closed=DONE)")
    words = {before.strip(): after.strip() for before, _, after in pairs}
    if any(words.get(after, after) != after for after in words.values()):
        raise ValueError("maps a word that another pair maps on, so a value would change each time it is read")

    def replaced(text: str, _country: str | None) -> Value:
        if text not in words and text not in words.values():
            raise ValueError("not among the words")
        return words.get(text, text)

    return replaced


def _make_date(arguments: Sequence[str]) -> Step:
    """`date` reads ISO; `date(%d.%m.%Y)` that form as well."""
    _expect(arguments, 0, 1)
    if not arguments:
        return lambda text, _country: iso_date(text.strip())

    def read(text: str, _country: str | None) -> Value:
        try:
            return datetime.strptime(text.strip(), arguments[0]).replace(tzinfo=UTC).date().isoformat()
        except ValueError:
            return iso_date(text.strip())

    return read


def _make_datetime(arguments: Sequence[str]) -> Step:
    """`datetime` reads ISO with a zone; `datetime(Europe/Berlin)` takes that zone where the text names none."""
    _expect(arguments, 0, 1)
    try:
        zone = ZoneInfo(arguments[0]) if arguments else None
    except (ZoneInfoNotFoundError, OSError) as error:
        raise ValueError(f"unknown time zone {arguments[0]!r}") from error

    def read(text: str, _country: str | None) -> Value:
        plain = text.strip()
        if zone is None or from_epoch(plain) is not None:
            return iso_moment(plain)
        moment = datetime.fromisoformat(plain)
        return iso_moment(plain if moment.tzinfo else moment.replace(tzinfo=zone).isoformat())

    return read


def _expect(arguments: Sequence[str], least: int, most: int) -> None:
    if not least <= len(arguments) <= most:
        wanted = str(least) if least == most else f"{least} to {most}"
        raise ValueError(f"expects {wanted} argument{'' if wanted == '1' else 's'}, got {len(arguments)}")


def _refuse_list_sign(separator: str) -> None:
    """A longer separator with `;` in it would be split again the next time the value is read."""
    if ";" in separator and separator.strip() != ";":
        raise ValueError("a separator with ';' in it has to be ';' alone")


def _positive(text: str) -> int:
    if not (text.isascii() and text.isdigit() and int(text) > 0):
        raise ValueError(f"expects a whole number above 0, got {text!r}")
    return int(text)


_MAKERS: dict[str, Callable[[Sequence[str]], Step]] = {
    "trim": _make_plain(_trim),
    "lower": _make_plain(_lower),
    "upper": _make_plain(_upper),
    "title": _make_plain(_title),
    "e164": _make_plain(_e164),
    "country2": _make_plain(_country2),
    "state2": _make_plain(_state2),
    "domain": _make_plain(_domain),
    "digits": _make_plain(_digits),
    "number": _make_plain(_number),
    "date": _make_date,
    "datetime": _make_datetime,
    "truncate": _make_truncate,
    "join": _make_join,
    "split": _make_split,
    "map": _make_map,
}
NAMES = tuple(_MAKERS)
"""Every transform that rules may name."""
