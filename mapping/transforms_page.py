"""Writes the table of docs/transforms.md from the transforms themselves: `python -m mapping.transforms_page` from the
project's folder, with `--check` only says (exit 1) whether the page is out of date.

What a row says of kinds and of the way back is what the check goes by; its examples are read as it stands there.
"""

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from domain.record import FieldType
from mapping.canonical import TEXTUAL
from mapping.scalars import as_text
from mapping.step import Way
from mapping.transforms import Transform, parse

PAGE = Path("docs/transforms.md")
_BEGIN, _END = "<!-- table: made by `python -m mapping.transforms_page` -->\n", "<!-- end of the table -->\n"
_BACK = {
    Way.REVERSIBLE: "**reversible**",
    Way.KEEPS: "as it is",
    Way.LOSES: "one-way",
    Way.PARTIAL: "one-way: `write` is needed",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """One transform as it may stand in the rules, with something that a field shows. `country`: the lead's."""

    text: str
    says: str
    shown: str | int | float
    country: str | None = None


EXAMPLES = (
    Example(text="trim", says="no blanks around it", shown="  Ana "),
    Example(text="lower", says="small letters", shown="ANA@Acme.example"),
    Example(text="upper", says="capitals", shown="sku-7"),
    Example(text="title", says="a capital at every word that is all small or all large", shown="ana McDONALD-ruiz"),
    Example(text="truncate(10)", says="cut between what a reader calls characters", shown="Head of buying"),
    Example(text="digits", says="its digits alone", shown="DE 811/569"),
    Example(text="first_name", says="the first names in a full name", shown="Ana Maria van der Ruiz"),
    Example(text="last_name", says="the last name in a full name", shown="Ruiz, Ana Maria"),
    Example(text="split(' ', 1)", says="one part, counted from 1", shown="Acme GmbH Berlin"),
    Example(text="split(',')", says="a list out of one text", shown="red, green"),
    Example(text="join(', ')", says="one text out of a list", shown="red;green"),
    Example(text="map(Offen=Open, Zu=Closed)", says="one word for another; others cannot be read", shown="Zu"),
    Example(text="map(Offen=Open, *)", says="the same; others stay as they are", shown="Later"),
    Example(
        text="e164", says="international form; national ones by the lead's country", shown="030 231251", country="DE"
    ),
    Example(text="e164(US)", says="the same; a country for leads of whom none is known", shown="(415) 555-2671"),
    Example(text="phone", says="the international form with blanks, to be read by people", shown="+493023125100"),
    Example(text="country2", says="ISO 3166 code, from the names in daily use", shown="Deutschland"),
    Example(text="country_name", says="its name, as people call it", shown="KR"),
    Example(text="country_name(iso)", says="its name in the standard, as Salesforce's country list has it", shown="KR"),
    Example(text="state2", says="ISO 3166-2 code in the lead's country", shown="Bavaria", country="DE"),
    Example(text="state_name", says="its name in the lead's country", shown="CA", country="US"),
    Example(text="domain", says="the registrable domain of an address", shown="https://shop.acme.co.uk/a"),
    Example(text="number", says="a number as people write it", shown="EUR 1.234,50"),
    Example(text="scale(1000)", says="that many times what the field shows; under `read` only", shown=12.5),
    Example(text="round(2)", says="to so many decimals", shown=10.555),
    Example(text="date", says="ISO date, or the day of a moment in UTC", shown="2026-11-22T23:30:00Z"),
    Example(text="date(%d.%m.%Y)", says="a date in this form", shown="22.11.2026"),
    Example(text="datetime", says="a moment, in UTC", shown="2026-07-01T10:00:00+02:00"),
    Example(text="datetime(Europe/Berlin)", says="the same; of that zone where none is said", shown="2026-07-01 10:00"),
    Example(
        text="day(Europe/Berlin)", says="the day of a moment as people there call it", shown="2026-07-01T22:30:00Z"
    ),
)


def table() -> str:
    """The table as it should be."""
    return (
        "\n".join(("| write | what it does | takes → gives | back | example |", "|---|---|---|---|---|", *_rows()))
        + "\n"
    )


def _rows() -> Iterator[str]:
    for each in EXAMPLES:
        found = parse(each.text)
        given = f"`{as_text(each.shown)}`"
        lead = f" ({each.country})" if each.country else ""
        made = found.read(each.shown, each.country)
        said = f"`{as_text(made.value)}`" if made.value is not None else "blank"
        yield f"| `{each.text}` | {each.says} | {_kinds(found)} | {_back(found, each)} | {given}{lead} → {said} |"


def _kinds(found: Transform) -> str:
    return f"{_kind(found.step.takes)} → {_kind(found.step.gives)}"


def _kind(kind: FieldType | None) -> str:
    return "any" if kind is None else FieldType.TEXT.value if kind in TEXTUAL else kind.value


def _back(found: Transform, each: Example) -> str:
    back = found.turned()
    if found.way is not Way.REVERSIBLE or back is None:
        return _BACK[found.way]
    written = back.read(found.read(each.shown, each.country).value, each.country)
    return f"{_BACK[found.way]}: `{as_text(written.value)}`" if written.value is not None else _BACK[found.way]


def page(before: str) -> str:
    """The page with its table anew; what stands around it is written by hand."""
    head, _, rest = before.partition(_BEGIN)
    _, _, tail = rest.partition(_END)
    return head + _BEGIN + "\n" + table() + "\n" + _END + tail


def main(arguments: list[str]) -> int:
    """Write the page, or with `--check` only compare it."""
    text = PAGE.read_text(encoding="utf-8")
    wanted = page(text)
    if "--check" in arguments:
        return 0 if text == wanted else 1
    PAGE.write_text(wanted, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
