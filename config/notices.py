"""Who hears what where: the `notices` of leadloop.yaml.

Not in routing.yaml: they name connections, differ between test and live, and decide nothing about a lead, so that
another wording must not ask for other rules to be published.
"""

from collections.abc import Iterator, Mapping
from datetime import time
from string import Formatter
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, Field, field_validator, model_validator

from config.strict import Strict
from config.words import Finding, did_you_mean, findings_error
from domain.notice import Audience, NoticeKind

ABOUT_A_LEAD = ("person", "company", "text", "why", "rep", "due", "lead")
PLACEHOLDERS: Mapping[NoticeKind, tuple[str, ...]] = {
    **dict.fromkeys(NoticeKind, ABOUT_A_LEAD),
    NoticeKind.DIGEST: ("count", "lines"),
    NoticeKind.AIR_COVER: ("count", "lines"),
    NoticeKind.STANDING: ("status", "reason", "before"),
    NoticeKind.REPORT: ("report", "window", "late", "lines", "see"),
}
"""What a template of each kind may name."""

TEMPLATES: Mapping[NoticeKind, str] = {
    NoticeKind.GIVEN: "{text}\n{company}\nFirst touch due {due}.",
    NoticeKind.REMINDER: "{text}\nDue {due}.\n{why}",
    NoticeKind.OVERDUE: "{text}\nIt was due {due}.\n{why}",
    NoticeKind.GIVEN_BACK: "{text}\nSomebody has to take it.\n{why}",
    NoticeKind.REASSIGNED: "{text}",
    NoticeKind.OUTCOME_REMINDER: "{text}",
    NoticeKind.OUTCOME_OVERDUE: "{text}",
    NoticeKind.QUEUED: "{text}",
    NoticeKind.NEEDS_DATA: "{text}",
    NoticeKind.ASKED: "{text}",
    NoticeKind.OTHER: "{text}",
    NoticeKind.DIGEST: "Since the last digest: {count}\n{lines}",
    NoticeKind.AIR_COVER: "Your accounts with air cover: {count}\n{lines}",
    NoticeKind.STANDING: "leadloop is {status} (was {before}): {reason}",
    NoticeKind.REPORT: "{report} · {window}\n{late}\n{lines}\n{see}",
}


Path = tuple[str | int, ...]
"""Where in the settings something stands."""


def _named(value: Any) -> Any:
    return {"connection": value} if isinstance(value, str) else value


class Channel(Strict):
    """A connection, and where in it: `slack` alone is short for `{connection: slack}`."""

    connection: str
    """A connection of type slack, mail or webhook."""
    channel: str | None = Field(default=None, pattern=r"^[CG][A-Z0-9]{6,}$")
    """Of Slack: the channel's id (its details tell, at the end), which stays when it is renamed. Without it each
    person gets a direct message."""
    to: str | None = Field(default=None, pattern=r"^[^@\s]+@[^@\s]+\.[^@\s]+$")
    """Of mail: this address, whoever it is for. Without it each person gets their own."""


OfAudience = Annotated[Channel, BeforeValidator(_named)]


class Quiet(Strict):
    """From one hour of the day to another, in the zone of the team of whoever is told; over midnight if need be."""

    start: time
    """When it begins, as `19:00`."""
    end: time
    """When it ends, as `08:00`."""

    @model_validator(mode="after")
    def _ends(self) -> "Quiet":
        if self.start == self.end:
            words = f"quiet hours from {self.start:%H:%M} to {self.end:%H:%M} never end: nobody would ever be told"
            raise findings_error([Finding(("end",), words)])
        return self


class Notices(Strict):
    """Who is told what, where and when. Nobody is told anything until a channel is named."""

    reps: OfAudience | None = None
    """Where reps hear of their leads. With a Slack app each gets a direct message with buttons to answer by."""
    managers: OfAudience | None = None
    """Where a team's manager hears what stays undone: what somebody asked for at once, the rest in the digest."""
    operations: OfAudience | None = None
    """Where whoever keeps leadloop running hears that its standing, or a connection's, has changed."""
    only_to: str | None = Field(default=None, pattern=r"^[^@\s]+@[^@\s]+\.[^@\s]+$")
    """In the `test` environment everything goes to this address, and nothing to anybody without it."""
    quiet: Quiet | None = None
    """When nobody is told anything; without it outside the working hours of their team."""
    digest_at: list[time] = Field(default_factory=lambda: [time(9), time(15)])
    """When a manager gets the digest, in their team's zone, on days on which it works. `[]`: every notice by itself."""
    late_hours: int = Field(default=24, ge=1, le=720)
    """Hours after which a notice that could not be sent when it was due is not sent any more."""
    templates: dict[NoticeKind, str] = Field(default_factory=dict)
    """Other words for a kind of notice, with names in braces: `"{person} ({company}) waits. {why}"`."""

    @field_validator("digest_at")
    @classmethod
    def _in_order(cls, value: list[time]) -> list[time]:
        return sorted(set(value))

    @field_validator("templates")
    @classmethod
    def _known_names(cls, value: dict[NoticeKind, str]) -> dict[NoticeKind, str]:
        found = [finding for kind, text in value.items() for finding in _strange(kind, text)]
        if found:
            raise findings_error(found)
        return value

    @property
    def tells_anybody(self) -> bool:
        return any(self.channel_of(each) is not None for each in Audience)

    def channel_of(self, audience: Audience) -> Channel | None:
        return {
            Audience.REP: self.reps,
            Audience.MANAGER: self.managers,
            Audience.OPERATIONS: self.operations,
        }[audience]

    def say(self, kind: NoticeKind, words: Mapping[str, str]) -> str:
        """The notice in words; a line all of whose names stand for nothing is left out."""
        template = self.templates.get(kind, TEMPLATES[kind])
        lines = [line for line in template.split("\n") if _says_something(line, words)]
        return "\n".join(line.format_map(words) for line in lines).strip()


def _says_something(line: str, words: Mapping[str, str]) -> bool:
    names = [name for _, name, _, _ in Formatter().parse(line) if name is not None]
    return any(words[name] for name in names) if names else bool(line.strip())


def _strange(kind: NoticeKind, text: str) -> Iterator[Finding]:
    known = PLACEHOLDERS[kind]
    try:
        parts = list(Formatter().parse(text))
    except ValueError:
        yield Finding((kind.value,), "a brace has no partner", "write {{ or }} for a brace that is meant")
        return
    for _, name, form, conversion in parts:
        if name is None:
            continue
        if name not in known:
            yield Finding((kind.value,), f"`{{{name}}}` is nothing that a `{kind}` notice knows", _choice(name, known))
        elif form or conversion:
            yield Finding((kind.value,), f"`{{{name}}}` stands for text: nothing may follow the name in its braces")


def _choice(name: str, known: tuple[str, ...]) -> str | None:
    return did_you_mean(name, known) or f"known here: {', '.join(known)}"


def unfit(notices: Notices, connections: Mapping[str, BaseModel]) -> Iterator[Finding]:
    """Channels that lead nowhere, by their path within `notices`."""
    for name, audience in (("reps", Audience.REP), ("managers", Audience.MANAGER), ("operations", Audience.OPERATIONS)):
        channel = notices.channel_of(audience)
        if channel is not None:
            nobody = "operations are nobody by themselves" if audience is Audience.OPERATIONS else ""
            yield from astray(channel, (name,), connections, nobody=nobody)


def astray(
    channel: Channel, path: Path, connections: Mapping[str, BaseModel], *, nobody: str = ""
) -> Iterator[Finding]:
    """Whether a channel leads nowhere. `nobody`: why nobody is meant by it who has an address of their own."""
    target = connections.get(channel.connection)
    if target is None:
        near = did_you_mean(channel.connection, connections)
        yield Finding(_at(path, channel), f"there is no connection `{channel.connection}`", near)
    else:
        yield from _misled(path, channel, target, nobody=nobody)


def _at(path: Path, channel: Channel) -> Path:
    """Where the connection stands, which may be all there is."""
    return path if channel.model_fields_set == {"connection"} else (*path, "connection")


def _misled(path: Path, channel: Channel, target: BaseModel, *, nobody: str) -> Iterator[Finding]:
    kind, here = getattr(target, "type", ""), channel.connection
    if not getattr(target, "takes_notices", False):
        yield Finding(
            _at(path, channel), f"`{here}` is of type {kind}: it tells people nothing", "slack, mail, webhook"
        )
    elif channel.channel is not None and (kind != "slack" or getattr(target, "webhook_url", None) is not None):
        yield Finding((*path, "channel"), f"`{here}` has no channels to choose from", "a Slack app has")
    elif channel.to is not None and kind != "mail":
        yield Finding((*path, "to"), f"`{here}` sends no mail", "a connection of type mail does")
    elif nobody and needs_place(channel, target):
        what = "the id of a `channel`" if kind == "slack" else "an address (`to`)"
        yield Finding(path, f"{nobody}: {what} has to say where `{here}` tells them")


def needs_place(channel: Channel, target: BaseModel) -> bool:
    """Whether only a named place would do, for somebody who is no person."""
    kind = getattr(target, "type", "")
    if kind == "slack":
        return channel.channel is None and getattr(target, "webhook_url", None) is None
    return kind == "mail" and channel.to is None
