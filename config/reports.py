"""reports.yaml: what the reports count by. It decides nothing about a lead, so that it is not published: it is read
when somebody looks. Everything in it has a default, and the file may be left out."""

from datetime import date
from enum import StrEnum
from typing import Literal, Self

from pydantic import Field, field_validator, model_validator

from config.conditions import Condition
from config.next_steps import Playbook
from config.strict import Days, Strict
from domain.counted import Counted

UNKNOWN = "unknown"
"""The channel of whom no rule fits; it is shown like any other."""


class Channel(Strict):
    """Where people come from; the first rule that fits the first thing a person did."""

    name: str = Field(min_length=1, max_length=60)
    """How the channel is called in every report. Several rules may share a name."""
    when: Condition
    """Over what the person did first (kind, form, url, page, referrer, campaign, campaign_type, subject, utm_source,
    utm_medium, utm_campaign, utm_content, utm_term) and the lead's properties as they were first known, such as
    HubSpot's original source or Salesforce's LeadSource."""

    @model_validator(mode="after")
    def _asks_something(self) -> Self:
        if not (self.when.all or self.when.any or self.when.none or self.when.expr):
            raise ValueError("`when` asks for nothing: everybody would come from this channel")
        if self.name.casefold() == UNKNOWN:
            raise ValueError(f"`{UNKNOWN}` is the channel of whom no rule fits: it needs no rule")
        return self


class AssetRule(Strict):
    """What is told as one asset, under one name; the first rule that fits what somebody did."""

    name: str = Field(min_length=1, max_length=120)
    """How the asset is called in every report. Several rules may share a name."""
    when: Condition
    """Over what was done, as for a channel but without the lead's properties; and `asset`, as it is called without any
    rule: `Form: Demo request`, `Page: your-company.example/pricing`."""

    @model_validator(mode="after")
    def _asks_something(self) -> Self:
        if not (self.when.all or self.when.any or self.when.none or self.when.expr):
            raise ValueError("`when` asks for nothing: everything would be this asset")
        return self


class OptOuts(Strict):
    """What an unsubscription is held against."""

    days: Days = 7
    """So long after a mail, or anything else that was met, an unsubscription is told as one that followed it."""


class Goal(Strict):
    """What marketing and sales have agreed to bring about together."""

    qualified_per_team_and_day: float = Field(default=1, gt=0, le=1000)
    """Qualified leads of each team on each of its working days."""


class Meaningful(Strict):
    """Which interactions between a rep and a person mean something. An accepted lead with one of them is qualified."""

    conversation_s: int = Field(default=120, ge=1, le=7200)
    """A call of so many seconds was a conversation."""
    dispositions: list[str] = Field(default_factory=list)
    """What a call is logged as, however short it was, when it was a conversation."""
    meeting_held: bool = True
    """A meeting whose time has come and that nobody called cancelled or a no-show."""
    reply: bool = True
    """An e-mail that the person wrote back."""


class Targets(Strict):
    """The line in the funnel."""

    accepted_percent: int | None = Field(default=None, ge=1, le=100)
    """Of the leads handed over, those that sales accepts."""


class Attribution(Strict):
    """What of a deal is owed to whom."""

    days: Days = 365
    """So long before a deal was opened a touch may lie to have brought it about."""
    connection: str | None = None
    """Whose deals count where several systems have them: the same deal stands in each. None: of the first system of
    mapping.yaml that has deals."""
    closes_after_days: int = Field(default=5, ge=0, le=60)
    """So long after its end a month is closed: its deals are kept as they are known then, whatever comes later."""


class Counts(StrEnum):
    """What a drive counts, each in the moment in which it came about."""

    TOUCHED = "touched"
    ACCEPTED = "accepted"
    MEANINGFUL = "meaningful"
    QUALIFIED = "qualified"
    OPPORTUNITY = "opportunity"
    WON = "won"


class Drive(Strict):
    """Something that everybody goes for together for a while."""

    name: str = Field(min_length=1, max_length=60)
    """How `leadloop report drive NAME` calls it; the only one of its name."""
    counts: Counts
    """Handoffs that come to this: touched, accepted, with a meaningful interaction, qualified, in a deal, won."""
    target: int = Field(ge=1, le=1_000_000)
    """How many of them, of all teams together."""
    first: date
    """The first day, in the installation's time zone."""
    last: date
    """The last day."""
    channel: str | None = None
    """Only people of this channel; none: everybody."""
    by: Literal["team", "rep"] = "team"
    """Whose lines there are. By rep only where the reps want it."""

    @model_validator(mode="after")
    def _has_days(self) -> Self:
        if self.last < self.first:
            raise ValueError(f"a drive that ends {self.last} cannot begin {self.first}")
        return self


class ReportRules(Strict):
    """What reports.yaml says."""

    goal: Goal = Goal()
    """The first thing that the weekly review looks at."""
    meaningful: Meaningful = Meaningful()
    """What makes an accepted lead a qualified one."""
    attribution: Attribution = Attribution()
    """How pipeline and revenue are told apart by channel and campaign."""
    targets: Targets = Targets()
    """What the funnel is held against; none given: no line is drawn."""
    channels: list[Channel] = Field(default_factory=list)
    """In order; whom none fits came from `unknown`."""
    costs: str | None = Field(default=None, min_length=1, max_length=200)
    """The file with what campaigns and channels cost, beside this one: `.csv`, `.tsv` or `.xlsx`, a line for a campaign
    or a channel and a month. It comes before what the CRM says."""
    assets: list[AssetRule] = Field(default_factory=list)
    """In order; what none fits goes by its own name: a form's, an address, a subject, a campaign's."""
    opt_outs: OptOuts = OptOuts()
    """After which mail people unsubscribe."""
    playbook: Playbook = Playbook()
    """Who does what next, by stage and persona."""
    drives: list[Drive] = Field(default_factory=list)
    """What everybody goes for together for a while."""
    counted: dict[str, dict[Counted, str]] = Field(default_factory=dict)
    """By which date a system's own reports count a stage, where that is not the field that leadloop writes: connection
    → mql, sal, sql, opportunity or customer → the property of mapping.yaml that holds it."""

    @field_validator("drives")
    @classmethod
    def _once(cls, value: list[Drive]) -> list[Drive]:
        names = [each.name.casefold() for each in value]
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise ValueError(f"drives stand twice: {', '.join(twice)}")
        return value
