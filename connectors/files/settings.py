"""Which files of a folder are read, and what their columns mean."""

import codecs
from pathlib import Path
from typing import Annotated, Literal, Self
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, Field, model_validator

from config.strict import Strict
from domain.activity import ActivityKind


def _pattern(text: str) -> str:
    if not text or "/" in text or "\\" in text or ".." in text:
        raise ValueError("a file name inside the folder, with * and ? where it varies")
    return text


def _zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise ValueError(f"{name!r} is no time zone (say Europe/Berlin)") from error
    return name


def _encoding(name: str) -> str:
    try:
        codecs.lookup(name)
    except LookupError as error:
        raise ValueError(f"{name!r} is no encoding (say utf-8, windows-1252 or utf-16)") from error
    return name


class _AnyFile(Strict):
    """What lists of people and of activities have in common."""

    pattern: Annotated[str, AfterValidator(_pattern)]
    """File name, with * and ? where it varies: `tradeshow-*`. Text, packed or not, and workbooks (.xlsx) are read."""
    skip_lines: Annotated[int, Field(ge=0, le=100)] = 0
    """Lines above the header."""
    encoding: Annotated[str, AfterValidator(_encoding)] | None = None
    """Of a text file; without it UTF-8, UTF-16 and what Excel writes are told apart (`leadloop files preview`)."""
    delimiter: Literal[",", ";", "\t", "|"] | None = None
    """Between the cells of a text file; without it whichever makes the most of the header."""
    sheet: str | None = None
    """Of a workbook; without it the first."""


class LeadFile(_AnyFile):
    """A list of people."""

    key: str = "email"
    """Field (after renaming) that says who a row is; a row without it is rejected."""
    columns: dict[str, str] = Field(default_factory=dict)
    """Column → field, where the header's own word will not do."""


class ActivityFile(_AnyFile):
    """A list of things that people did."""

    kind: ActivityKind
    """What every row of it is."""
    email: str = "email"
    """Column with the person's address."""
    at: str = "at"
    """Column with the time it happened."""
    time_format: str | None = None
    """As in strptime (`%d.%m.%Y %H:%M`); without it ISO 8601, which real dates of a workbook always are."""
    time_zone: Annotated[str, AfterValidator(_zone)] = "UTC"
    """For times that do not name their own."""
    properties: dict[str, str] = Field(default_factory=dict)
    """Column → property; without any, every other column under its own name."""


class Settings(Strict):
    """A folder of lists: .csv, .tsv (comma, semicolon, tab or bar), packed (.gz) or not, and workbooks (.xlsx)."""

    type: Literal["files"] = "files"
    folder: Path
    leads: tuple[LeadFile, ...] = ()
    activities: tuple[ActivityFile, ...] = ()
    rows_per_page: Annotated[int, Field(ge=1, le=10_000)] = 500
    """Rows kept together in one step; a restart repeats at most these."""

    @model_validator(mode="after")
    def _something(self) -> Self:
        if not self.leads and not self.activities:
            raise ValueError("name at least one pattern under leads or activities")
        return self
