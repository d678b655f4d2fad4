"""Which reports go out by themselves, when and to whom: `deliver` of leadloop.yaml.

Not in reports.yaml, which is read when somebody looks and may be half written then: this names connections, and has the
daemon act. It takes effect with the next start of the daemon, as the notices do that it is told by.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import time
from enum import StrEnum
from typing import Annotated, Any, Self

from pydantic import BaseModel, BeforeValidator, Field, field_validator, model_validator

from config.notices import OfAudience, astray
from config.reports import ReportRules
from config.strict import Strict
from config.words import Finding, did_you_mean, findings_error

NOBODY = "a report is for nobody by itself"


class Report(StrEnum):
    """Reports that can be delivered: those that name no people. A journey is one person, an agreement has examples."""

    WEEK = "week"
    FUNNEL = "funnel"
    FOLLOWUP = "followup"
    BANDS = "bands"
    REJECTS = "rejects"
    NURTURE = "nurture"
    INTERACTIONS = "interactions"
    CHANNELS = "channels"
    ASSETS = "assets"
    PLAYBOOK = "playbook"
    RECONCILE = "reconcile"
    DRIVE = "drive"


class On(StrEnum):
    """On which days."""

    MONDAY = "monday"
    TUESDAY = "tuesday"
    WEDNESDAY = "wednesday"
    THURSDAY = "thursday"
    FRIDAY = "friday"
    SATURDAY = "saturday"
    SUNDAY = "sunday"
    DAY = "day"
    MONTH = "month"


def _several(value: Any) -> Any:
    return value if isinstance(value, list) else [value]


class Delivery(Strict):
    """One report that goes out by itself."""

    report: Report
    """Which one: those that can be told without naming anybody."""
    drive: str | None = None
    """Of `drive`: its name in reports.yaml."""
    on: Annotated[list[On], BeforeValidator(_several), Field(min_length=1)]
    """A weekday as `monday`, several as `[monday, thursday]`, `day` for every one, `month` for the first of each
    month."""
    at: time
    """At what time of these days, as `"07:30"`, in the installation's `time_zone`."""
    to: Annotated[list[OfAudience], Field(min_length=1)]
    """To whom, each a connection and where in it: `{connection: mail, to: revops@…}`, `{connection: slack, channel:
    C0123456789}`, or a webhook's name alone."""
    late_days: int = Field(default=3, ge=1, le=30)
    """Days after which one that was missed, because no daemon ran or the page could not be made, is left out."""

    @field_validator("at")
    @classmethod
    def _by_the_wall(cls, value: time) -> time:
        if value.tzinfo is not None:
            raise ValueError("a time of the day as `07:30`, without a zone: that is the installation's `time_zone`")
        return value

    @model_validator(mode="after")
    def _has_its_drive(self) -> Self:
        if (self.report is Report.DRIVE) != (self.drive is not None):
            words = "`drive` names one of reports.yaml, and stands where `report` is `drive`"
            raise findings_error([Finding(("drive" if self.drive is not None else "report",), words)])
        return self

    @property
    def name(self) -> str:
        """What is typed after `leadloop report`: `week`, `drive Autumn meetings`."""
        return f"{self.report} {self.drive}" if self.drive is not None else self.report.value

    @property
    def label(self) -> str:
        """The delivery in words, by which its due times are remembered: `week on monday at 07:30`."""
        days = ", ".join(dict.fromkeys(each.value for each in self.on))
        return f"{self.name} on {days} at {self.at:%H:%M}"


def undeliverable(deliveries: Sequence[Delivery], connections: Mapping[str, BaseModel]) -> Iterator[Finding]:
    """Addressees that cannot be reached, and what stands twice, by its path within `deliver`."""
    labels = [each.label for each in deliveries]
    for at, each in enumerate(deliveries):
        if each.label in labels[:at]:
            yield Finding((at,), f"`{each.label}` stands twice", "name all its addressees in one `to`")
        for place, channel in enumerate(each.to):
            yield from astray(channel, (at, "to", place), connections, nobody=NOBODY)
            if channel in each.to[:place]:
                yield Finding((at, "to", place), "this addressee stands twice")


def unknown_drives(deliveries: Sequence[Delivery], reports: ReportRules) -> Iterator[Finding]:
    """Drives that reports.yaml does not have."""
    known = [each.name for each in reports.drives]
    for at, each in enumerate(deliveries):
        if each.drive is not None and each.drive not in known:
            yield Finding((at, "drive"), f"reports.yaml has no drive `{each.drive}`", did_you_mean(each.drive, known))
