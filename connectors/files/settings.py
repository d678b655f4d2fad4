"""Which files of a folder are read, and what their columns mean."""

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


class LeadFile(Strict):
    """A list of people."""

    pattern: Annotated[str, AfterValidator(_pattern)]
    """File name, with * and ? where it varies: `tradeshow-*.csv`."""
    key: str = "email"
    """Field (after renaming) that says who a row is; a row without it is rejected."""
    columns: dict[str, str] = Field(default_factory=dict)
    """Column → field, where the header's own word will not do."""
    skip_lines: Annotated[int, Field(ge=0, le=100)] = 0
    """Lines above the header."""


class ActivityFile(Strict):
    """A list of things that people did."""

    pattern: Annotated[str, AfterValidator(_pattern)]
    """File name, with * and ? where it varies: `webinar-*.csv`."""
    kind: ActivityKind
    """What every row of it is."""
    email: str = "email"
    """Column with the person's address."""
    at: str = "at"
    """Column with the time it happened."""
    time_format: str | None = None
    """As in strptime (`%d.%m.%Y %H:%M`); without it ISO 8601."""
    time_zone: Annotated[str, AfterValidator(_zone)] = "UTC"
    """For times that do not name their own."""
    properties: dict[str, str] = Field(default_factory=dict)
    """Column → property; without any, every other column under its own name."""
    skip_lines: Annotated[int, Field(ge=0, le=100)] = 0
    """Lines above the header."""


class Settings(Strict):
    """A folder of CSV files (comma, semicolon, tab or bar; UTF-8)."""

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
