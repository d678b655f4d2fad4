"""What the columns of a list probably are, by their header and by what stands in them.

A suggestion for the person who sets the list up; nothing is ever read by it. Pure.
"""

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from rapidfuzz import fuzz, process

ALIASES: Mapping[str, tuple[str, ...]] = {
    "email": (
        "e mail",
        "mail",
        "email address",
        "work email",
        "business email",
        "e mail adresse",
        "courriel",
        "correo",
    ),
    "first_name": ("first", "given name", "forename", "vorname", "prenom", "nombre"),
    "last_name": ("last", "surname", "family name", "nachname", "nom", "apellido", "apellidos"),
    "company": (
        "company name",
        "organisation",
        "organization",
        "account",
        "account name",
        "employer",
        "firma",
        "societe",
    ),
    "job_title": ("title", "job", "position", "role", "funktion", "poste", "cargo"),
    "phone": ("phone number", "telephone", "tel", "work phone", "telefon", "telefono"),
    "mobile": ("mobile phone", "mobile number", "cell", "cell phone", "handy", "movil"),
    "country": ("country region", "land", "pays", "pais"),
    "state": ("state region", "province", "county", "bundesland"),
    "city": ("town", "stadt", "ort", "ville", "ciudad"),
    "website": ("web site", "url", "company website", "homepage"),
    "employees": ("number of employees", "company size", "headcount", "employee count"),
    "industry": ("sector", "branche"),
    "lead_source": ("source", "utm source", "herkunft"),
}
"""Other words for the starter mapping's properties, in lower case without signs."""
TIMES = (
    *("%d.%m.%Y %H:%M:%S", "%d.%m.%Y %H:%M", "%d.%m.%Y", "%d/%m/%Y %H:%M:%S", "%d/%m/%Y %H:%M", "%d/%m/%Y"),
    *("%m/%d/%Y %I:%M:%S %p", "%m/%d/%Y %I:%M %p", "%m/%d/%Y %H:%M:%S", "%m/%d/%Y %H:%M", "%m/%d/%Y"),
    *("%d-%b-%Y %H:%M", "%d-%b-%Y", "%b %d, %Y %I:%M %p", "%b %d, %Y", "%Y/%m/%d %H:%M", "%Y/%m/%d"),
)
"""Ways to write a time that exports of webinar and event tools have, as in strptime."""
ALIKE = 85.0
"""How alike two words must be, of 100, to be the same with a slip of the pen."""
MOST = 0.8
"""The share of filled cells that has to fit before a column counts as one of addresses or of times."""

_EMAIL = re.compile(r"[^\s@]+@[^\s@]+\.[^\s@.]+")
_NO_WORD = re.compile(r"[^0-9a-z]+")


class Reason(StrEnum):
    """Why a column is taken for something."""

    NAME = "the same word"
    ALIAS = "another word for it"
    ALIKE = "nearly the same word"
    CONTENT = "what stands in it"


@dataclass(frozen=True, slots=True, kw_only=True)
class Guess:
    """One column and the property it probably is; without one, nothing here is like it."""

    column: str
    property: str | None = None
    reason: Reason | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """What a list probably is. `at`: the column that says when it happened; `time_formats`: every way of writing
    times that fits all its cells, none for ISO 8601, several where day and month cannot be told apart."""

    guesses: tuple[Guess, ...]
    email: str | None
    at: str | None = None
    time_formats: tuple[str, ...] = ()


def layout(header: Sequence[str], cells: Mapping[str, Sequence[str]], properties: Collection[str]) -> Layout:
    """Read a header and some rows, column by column, against the names of the lead properties."""
    email = _email(header, cells)
    times = {column: formats for column in header if (formats := time_formats(cells.get(column, ()))) is not None}
    at = next(iter(times), None)
    taken: set[str] = set()
    guesses = []
    for column in header:
        guess = Guess(column=column, property="email", reason=_why_email(column)) if column == email else None
        guess = guess or _guess(column, [name for name in properties if name != "email"], taken)
        guesses.append(guess)
        taken |= {guess.property} if guess.property else set()
    return Layout(guesses=tuple(guesses), email=email, at=at, time_formats=times.get(at, ()) if at else ())


def time_formats(cells: Iterable[str]) -> tuple[str, ...] | None:
    """The ways of writing times that fit every filled cell: () for ISO 8601; None when these are no times."""
    filled = [cell.strip() for cell in cells if cell.strip()]
    if not filled:
        return None
    if all(_is_iso(cell) for cell in filled):
        return ()
    fitting = tuple(each for each in TIMES if all(_fits(cell, each) for cell in filled))
    return fitting or None


def _email(header: Sequence[str], cells: Mapping[str, Sequence[str]]) -> str | None:
    """By its content first: a column named *Email* may hold *yes*."""
    by_content = [column for column in header if _share_of_addresses(cells.get(column, ())) >= MOST]
    named = [column for column in by_content or header if _why_email(column) is not Reason.CONTENT]
    return next(iter(named or by_content), None)


def _why_email(column: str) -> Reason:
    plain = _plain(column)
    if plain == "email":
        return Reason.NAME
    return Reason.ALIAS if plain in ALIASES["email"] else Reason.CONTENT


def _share_of_addresses(cells: Iterable[str]) -> float:
    filled = [cell.strip() for cell in cells if cell.strip()]
    return sum(_EMAIL.fullmatch(cell) is not None for cell in filled) / len(filled) if filled else 0.0


def _guess(column: str, properties: Sequence[str], taken: set[str]) -> Guess:
    plain = _plain(column)
    free = {_plain(name): name for name in properties if name not in taken}
    if plain in free:
        return Guess(column=column, property=free[plain], reason=Reason.NAME)
    for name in free.values():
        if plain in ALIASES.get(name, ()):
            return Guess(column=column, property=name, reason=Reason.ALIAS)
    near = process.extractOne(plain, list(free), scorer=fuzz.ratio, score_cutoff=ALIKE)
    if near is None:
        return Guess(column=column)
    return Guess(column=column, property=free[near[0]], reason=Reason.ALIKE)


def _plain(text: str) -> str:
    return _NO_WORD.sub(" ", text.lower()).strip()


def _is_iso(text: str) -> bool:
    try:
        datetime.fromisoformat(text)
    except ValueError:
        return False
    return not text.isdigit()


def _fits(text: str, form: str) -> bool:
    try:
        datetime.strptime(text, form)  # noqa: DTZ007  # only whether it can be read
    except ValueError:
        return False
    return True
