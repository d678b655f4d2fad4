"""leadloop.yaml: what the installation is connected to, how often it looks, and how far it may go by itself.

A setting is declared once, here, with its reason under it; `docs/settings.md` is made from these words.
"""

from datetime import datetime
from enum import StrEnum
from ipaddress import ip_address
from typing import Annotated, Literal, Self
from urllib.parse import urlsplit

from pydantic import BaseModel, Field, SecretStr, SerializeAsAny, field_validator, model_validator

from config.deliver import Delivery, undeliverable
from config.freeze import Freeze
from config.notices import Notices, unfit
from config.strict import Strict
from config.words import Finding, TimeZone, findings_error
from domain.run import GoLive

SYSTEM_CLOCK = "system"


class Environment(StrEnum):
    """Which kind of systems the connections lead to; shown as a badge everywhere."""

    SIMULATOR = "simulator"
    TEST = "test"
    LIVE = "live"


class Schedule(Strict):
    """How often what is looked at. Shorter is fresher and costs calls."""

    cycle_minutes: int = Field(default=5, ge=1, le=1440)
    """Minutes between cycles: hot streams are read, due leads rescored and written. One Salesforce call each."""
    slow_minutes: int = Field(default=30, ge=1, le=1440)
    """Minutes between reads of what changes rarely: accounts, opportunities, users, lists."""
    hand_raise_seconds: int = Field(default=60, ge=10, le=3600)
    """Seconds between reads of the forms by which people ask to be called."""
    describe_hours: int = Field(default=6, ge=1, le=168)
    """Hours between looks at the systems' fields, so that drift is found before a write fails."""


class DestructiveLimit(Strict):
    """Takes away what leadloop did not write: a value, an owner, a stage backwards, disqualified, off a list."""

    floor: int = Field(default=25, ge=0)
    """Leads per 24 hours that always pass, however small the installation."""
    share_percent: float = Field(default=0.5, ge=0, le=100)
    """Percent of all leads per 24 hours, where that is more than the floor."""
    ceiling: int = Field(default=500, ge=0)
    """Leads per 24 hours never exceeded without approval, however large the installation."""


class AdditiveLimit(Strict):
    """Fills fields that were blank and are not leadloop's own: a new mapping does that everywhere at once."""

    floor: int = Field(default=100, ge=0)
    """Leads per 24 hours that always pass, however small the installation."""
    share_percent: float = Field(default=2, ge=0, le=100)
    """Percent of all leads per 24 hours, where that is more than the floor."""


class ScoreLimit(Strict):
    """Shows another band than before; numbers that stay in their band are limited by the budget alone."""

    floor: int = Field(default=100, ge=0)
    """Leads per 24 hours that always pass, however small the installation."""
    band_change_percent: float = Field(default=10, ge=0, le=100)
    """Percent of all leads per 24 hours, where that is more than the floor. Beyond it all of them wait."""


class HandoffLimit(Strict):
    """First assignments, forward stages and tasks; hand-raisers are not counted here."""

    floor: int = Field(default=20, ge=0)
    """Handoffs per 24 hours that always pass."""
    factor: float = Field(default=3, ge=0)
    """Times the median day of the last 28, where that is more than the floor."""
    per_rep: int = Field(default=5, ge=0)
    """Handoffs per active rep and 24 hours, where that is more than the floor."""


class BlastRadius(Strict):
    """How much may change in 24 hours before a person has to agree. The excess is held, the rest goes on."""

    destructive: DestructiveLimit = DestructiveLimit()
    """Changes that take something away. A field of more records than that is held from the first one on."""
    additive: AdditiveLimit = AdditiveLimit()
    """Changes that only add. A field of more records than that is held from the first one on."""
    score: ScoreLimit = ScoreLimit()
    """Changes of the band that is shown."""
    handoff: HandoffLimit = HandoffLimit()
    """Leads given to reps."""
    hand_raises_per_hour: int = Field(default=20, ge=0)
    """Hand-raisers that pass every limit, per hour; beyond it a form is being abused."""
    approval_hours: int = Field(default=24, ge=1)
    """Hours for which an approval is good, of a held set or of records that are gone; each is looked at again."""
    smaller_sweep_percent: float = Field(default=10, ge=0, le=100)
    """A full listing smaller than the last by more than this removes nothing, of a list's members or of a system's
    records: it is taken for a fault until a person says that it is true."""


class Budget(Strict):
    """How much of a system's daily calls may be used, in percent, so that nobody else's integration starves.

    Salesforce's day is the last 24 hours; HubSpot's ends at midnight in the portal's time zone.
    """

    background_account_percent: int = Field(default=80, ge=1, le=100)
    """Background work stops once the whole account has used this share of its daily limit."""
    background_own_percent: int = Field(default=30, ge=1, le=100)
    """Background work stops once leadloop by itself has used this share of the account's daily limit."""
    handoff_percent: int = Field(default=95, ge=1, le=100)
    """Handoffs may go on up to this share of the account's daily limit."""
    untouched_percent: int = Field(default=5, ge=0, le=50)
    """The last share of the daily limit is never touched, whatever waits."""
    daily_limit: dict[str, Annotated[int, Field(ge=1)]] = Field(default_factory=dict)
    """Calls per day by connection name, where the system does not tell (else Salesforce 100,000, HubSpot 250,000)."""

    @model_validator(mode="after")
    def _leaves_the_rest(self) -> Self:
        if self.handoff_percent + self.untouched_percent > 100:
            raise findings_error(
                [Finding(("handoff_percent",), "handoff_percent and untouched_percent are more than 100 together")]
            )
        return self


class Neighbours(Strict):
    """What leadloop puts up with from other tools and workflows that write to the same records."""

    overwrites: int = Field(default=3, ge=1)
    """So often somebody else may overwrite the same field of the same record after us; then we leave it alone there."""
    overwrite_hours: int = Field(default=24, ge=1, le=168)
    """Hours within which those overwritings count."""
    stop_field_records: int = Field(default=25, ge=1)
    """Records on which a field is stopped before it is left alone everywhere, however small the installation."""
    stop_field_percent: float = Field(default=5, ge=0, le=100)
    """The same in percent of all leads, where that is more."""
    arrival_minutes: int = Field(default=60, ge=1, le=10080)
    """Minutes after which `status` and `doctor` tell of a value that the neighbour should have carried and did not."""


class Backlog(Strict):
    """Who stood above the line on the first day is released slowly, freshest first."""

    per_rep_per_day: int = Field(default=2, ge=0)
    """Leads of the backlog that one rep gets per working day."""


class Audit(Strict):
    """What keeps the audit honest although it lies in a database that somebody owns."""

    anchor: str = "audit.anchor"
    """File beside the database (relative to this folder) that gets a line with the end of the audit's chain whenever
    rows are sealed. Put it where the database's owner cannot write, or keep the log, which has the same."""


class Health(Strict):
    """Where the daemon answers `/healthz`, `/readyz` and `/metrics`."""

    host: str = "127.0.0.1"
    """Address to listen on. The answers hold no personal data, yet leave it on loopback unless a probe needs it."""
    port: int = Field(default=8321, ge=0, le=65535)
    """Port to listen on; 0 takes any free one."""


class Webhooks(Strict):
    """Where systems may tell of changes at once, instead of being asked. Off unless `public_url` is set."""

    public_url: str | None = None
    """Where systems reach us, e.g. `https://hooks.acme.example`; they call `/webhooks/CONNECTION` there.

    Signatures are checked against it, so it has to be exactly what stands in the system's settings.
    """
    host: str = "127.0.0.1"
    """Address to listen on. Leave it on loopback behind a proxy that speaks HTTPS and passes `/webhooks/` on."""
    port: int = Field(default=8322, ge=0, le=65535)
    """Port to listen on; 0 takes any free one."""

    @field_validator("public_url")
    @classmethod
    def _public_address(cls, value: str | None) -> str | None:
        if value is None:
            return None
        parts = urlsplit(value)
        if not parts.hostname or parts.query or parts.fragment or parts.username:
            raise ValueError("an address without a query, such as https://hooks.acme.example")
        if parts.scheme != "https" and not is_loopback(value):
            raise ValueError("systems call https addresses only")
        return value.rstrip("/")


class LogLevel(StrEnum):
    DEBUG = "debug"
    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


class Log(Strict):
    """What is written to standard error."""

    level: LogLevel = LogLevel.INFO
    """The least important line that is still written."""
    format: Literal["json", "console"] = "console"
    """`console` for people, `json` (one object per line) for a log collector."""


class Settings(Strict):
    """One installation of leadloop."""

    database_url: str = Field(default="sqlite:///leadloop.db", repr=False)
    """Where everything is kept: `sqlite:///FILE` (relative to this folder) or `postgresql://…`."""
    key: SecretStr | None = None
    """Encrypts the systems' tokens at rest. Several, separated by commas: the first encrypts, all decrypt."""
    environment: Environment = Environment.LIVE
    """`simulator`, `test` or `live`. `environments/test.yaml` or `live.yaml`, if there, overlays the connections."""
    time_zone: TimeZone = "UTC"
    """In which a day begins and ends for daily caps and reports, e.g. `Europe/Berlin`."""
    clock: str = SYSTEM_CLOCK
    """`system`, or the address of the simulator whose time counts, or the moment at which a simulated world ended;
    refused unless every connection is loopback."""
    go_live: GoLive = GoLive.OBSERVE
    """How much may be written: `observe` nothing, `scores` our own fields, `pilot` all for some teams, `live` all.

    The first step. From then on the last order counts: `leadloop golive STEP`, or an edit here."""
    pilot_teams: list[str] = Field(default_factory=list)
    """Teams of routing.yaml whose leads are handed off while `go_live` is `pilot`."""
    observe_days: int = Field(default=14, ge=0, le=365)
    """Days of observing before `leadloop golive scores` is allowed without `--force`."""
    connections: dict[str, SerializeAsAny[BaseModel]] = Field(default_factory=dict, repr=False)
    """The systems, each under a name of your own with its `type` and that type's settings."""
    schedule: Schedule = Schedule()
    """How often what is looked at."""
    blast_radius: BlastRadius = BlastRadius()
    """How much may change in 24 hours before a person has to agree."""
    freeze: Freeze | None = None
    """When a change takes two people; nothing freezes unless it is there."""
    budget: Budget = Budget()
    """How much of the systems' daily calls may be used."""
    neighbours: Neighbours = Neighbours()
    """When to stop writing a field that somebody else keeps overwriting."""
    backlog: Backlog = Backlog()
    """How fast those who were above the line at the start are released."""
    audit: Audit = Audit()
    """How it is noticed that somebody rewrote or cut off the audit."""
    health: Health = Health()
    """Where the daemon answers probes."""
    webhooks: Webhooks = Webhooks()
    """Where systems may tell of changes at once."""
    notices: Notices = Notices()
    """Who is told what, where and when."""
    deliver: list[Delivery] = Field(default_factory=list)
    """Reports that go out by themselves."""
    log: Log = Log()
    """What is written to standard error."""

    @field_validator("database_url")
    @classmethod
    def _known_database(cls, value: str) -> str:
        if value.partition(":")[0].partition("+")[0] not in {"sqlite", "postgresql", "postgres"}:
            raise ValueError(
                "`database_url` has to begin with sqlite:/// or postgresql://, as in sqlite:///leadloop.db"
            )
        return value

    @field_validator("clock")
    @classmethod
    def _clock_address(cls, value: str) -> str:
        if value != SYSTEM_CLOCK and not is_loopback(value) and moment_in(value) is None:
            raise ValueError("the clock is `system` or a loopback address such as http://127.0.0.1:8401")
        return value

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        findings: list[Finding] = []
        if self.clock != SYSTEM_CLOCK:
            findings += [
                Finding(("clock",), f"a simulated clock needs every connection on loopback, `{name}` is not")
                for name, connection in self.connections.items()
                if not _stays_here(connection)
            ]
        if self.go_live is GoLive.PILOT and not self.pilot_teams:
            findings.append(Finding(("go_live",), "`pilot` needs `pilot_teams`: name at least one team"))
        findings += [each._replace(path=("notices", *each.path)) for each in unfit(self.notices, self.connections)]
        wrong = undeliverable(self.deliver, self.connections)
        findings += [each._replace(path=("deliver", *each.path)) for each in wrong]
        if findings:
            raise findings_error(findings)
        return self

    def types(self) -> dict[str, str]:
        """The type of each connection by its name: `{"salesforce": "salesforce", …}`."""
        return {name: str(_plain(connection).get("type", "")) for name, connection in self.connections.items()}


def moment_in(text: str) -> datetime | None:
    """A moment with its zone, such as 2026-10-13T02:00:00+00:00; None for everything else."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return found if found.tzinfo is not None else None


def is_loopback(address: str) -> bool:
    """Whether an http(s) address leads to this machine, judged without asking a name server."""
    parts = urlsplit(address)
    host = parts.hostname or ""
    if parts.scheme not in {"http", "https"}:
        return False
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _plain(connection: BaseModel) -> dict[str, object]:
    return connection.model_dump()


def _stays_here(connection: BaseModel) -> bool:
    """Every address among a connection's settings is this machine's; one without an address (files) stays here too."""
    told = _plain(connection)
    texts = [_text(value) for value in told.values()]
    if "host" in told:
        texts.append(f"http://{told['host']}")
    return all(is_loopback(text) for text in texts if text.startswith(("http://", "https://")))


def _text(value: object) -> str:
    """An address may be a secret: it is judged all the same, and never shown."""
    return value.get_secret_value() if isinstance(value, SecretStr) else str(value)
