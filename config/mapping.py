"""mapping.yaml: which field of which system is which lead property, and who wins."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated, Any, Literal, Self

from pydantic import ConfigDict, Discriminator, Field, Tag, model_validator

from config.conditions import Condition
from config.deals import Campaigns, Currencies, Deals
from config.strict import Strict
from domain.record import FieldType
from domain.stage import Stage
from domain.values import Value

TRANSFORMS = frozenset(
    {
        *("trim", "lower", "upper", "title", "truncate", "join", "split", "map", "digits"),
        *("first_name", "last_name", "e164", "phone", "country2", "country_name", "state2", "state_name", "domain"),
        *("number", "scale", "round", "date", "datetime", "day"),
    }
)
"""The transforms that `mapping/` knows; named here so that `check` can name the nearest."""


class SyncRule(StrEnum):
    """HubSpot's words for HubSpot's users, and the twins that favour the other side."""

    PREFER_SALESFORCE = "Prefer Salesforce unless blank"
    ALWAYS_SALESFORCE = "Always use Salesforce"
    PREFER_HUBSPOT = "Prefer HubSpot unless blank"
    ALWAYS_HUBSPOT = "Always use HubSpot"
    TWO_WAY = "Two-way"
    DONT_SYNC = "Don't sync"
    FILL_BLANK = "Fill blank only"
    MAX = "Highest wins"
    MIN = "Lowest wins"
    UNION = "Union"
    NO_WINS = "No wins"
    """Consent: a no on either side is a no on both."""


class NoTo(StrEnum):
    """What a no is a no to."""

    EMAIL = "email"
    CALLS = "calls"


class Nulls(StrEnum):
    """What a blank means: nothing, a value like any other, or a value where the last one was ours."""

    IGNORE = "ignore"
    PROPAGATE = "propagate"
    CLEAR_ONLY_IF_OURS = "clear_only_if_ours"


class Role(StrEnum):
    """What a property is to the loop."""

    SHARED = "shared"
    OWNED = "owned"
    """We decide it and write it: score, why, stage of our own, queue."""
    ANSWER = "answer"
    """Reps write it (verdict, outcome, return date); we read it, and clear it for a new handoff."""
    OWNER = "owner"
    STATUS = "status"
    """A vendor's own status field that follows our stage through `values`."""


class Whose(StrEnum):
    """Whose a field is that we would write and somebody else writes too: see `leadloop survey`."""

    OURS = "ours"
    """We write it; the other writer is to be switched off for it."""
    SHARED = "shared"
    """Both write it, and its sync rule decides; what they wrote is heard as if a person had."""
    THEIRS = "theirs"
    """We read it and never write it."""
    CARRIED = "carried"
    """HubSpot's own Salesforce connector brings it here from the other system: we neither write nor hear it here, and
    look after that it arrives."""


class Wording(Strict):
    """A field of one system that says a property in words of its own: `{field: Country, write: [country_name]}`."""

    field: str | dict[str, str]
    """The field, or {object: field} where its objects differ."""
    read: list[str] = Field(default_factory=list)
    """From this system's words to ours, before the property's own `transforms`."""
    write: list[str] | None = None
    """From ours to this system's words; none: `read` turned round, where all of it can be."""


def _form(where: Any) -> str:
    if isinstance(where, Wording):
        return "worded"
    if isinstance(where, Mapping):
        return "worded" if where.keys() & {"field", "read", "write"} else "by object"
    return "plain"


_NO_OBJECT = {"propertyNames": {"not": {"enum": ["field", "read", "write"]}}}
"""For editors, which are told of the forms one by one and want one of them to fit."""

Where = Annotated[
    Annotated[str, Tag("plain")]
    | Annotated[dict[str, str], Tag("by object"), Field(json_schema_extra=_NO_OBJECT)]
    | Annotated[Wording, Tag("worded")],
    Discriminator(_form),
]
"""One field for all objects of a connection, one for each, or one with words of its own."""


class Property(Strict):
    """One lead property and where it lives. `fields`: connection → field, or connection → {object: field}, or with
    words of its own."""

    model_config = ConfigDict(serialize_by_alias=True)

    name: str
    """The word that conditions, sentences and screens use."""
    label: str | None = None
    """How people read it; none: the name."""
    type: FieldType = FieldType.TEXT
    """What kind of value it holds, whatever the systems make of it."""
    role: Role = Role.SHARED
    """What it is to the loop; `shared` for everything that is known about the person."""
    places: Mapping[str, Where] = Field(alias="fields")
    """Connection → field, or connection → {object: field} where its objects differ, or connection → {field, read,
    write} where that system has words of its own."""
    made_of: list[str] = Field(default_factory=list)
    """Of which other properties it is made, as a full name is of `[first_name, last_name]`: it is only ever written,
    and not while all of them are blank or one is not known."""
    between: str = " "
    """`made_of` only: what stands between the parts."""
    sync: SyncRule = SyncRule.DONT_SYNC
    """Who wins when the systems differ; for shared properties only."""
    no_is: bool | None = None
    """`No wins` only: the value that is a no. True for a refusal (opted out, do not call), false for a consent."""
    no_to: NoTo | None = None
    """`No wins` only: `email` or `calls`. A no to calls is never taken back by leadloop."""
    opted_in_at: str | None = None
    """`no_to: email` only: the property, a date or better a date with its time, in which a form leaves when the person
    last opted in. Where that is later than the no, by the history of its field, the yes goes to both sides. None: no
    yes undoes a no. See `docs/merging.md`."""
    nulls: Nulls = Nulls.IGNORE
    """What a blank means."""
    transforms: list[str] = Field(default_factory=list)
    """Applied in order to every value read, in whatever system: trim, lower, title, e164, country2, truncate(80), …
    See `docs/transforms.md`."""
    values: dict[str, dict[Stage, str]] = Field(default_factory=dict)
    """STATUS only: connection → stage → the vendor's value."""
    forward_only: list[str] = Field(default_factory=list)
    """STATUS only: connections whose field accepts only a later value."""

    @property
    def fields(self) -> dict[str, str | dict[str, str]]:
        """Connection → field or {object: field}, whatever words it has there."""
        return {name: where.field if isinstance(where, Wording) else where for name, where in self.places.items()}

    def wording(self, connection: str) -> Wording | None:
        """How this system says it; None where it says it as everybody does."""
        where = self.places.get(connection)
        return where if isinstance(where, Wording) else None

    @model_validator(mode="after")
    def _says_what_a_no_is(self) -> Self:
        is_consent = self.sync is SyncRule.NO_WINS
        if is_consent and (self.no_is is None or self.type is not FieldType.BOOLEAN):
            raise ValueError(
                "`No wins` needs `type: boolean` and `no_is`: `no_is: true` where true is the refusal (opted out, do "
                "not call), `no_is: false` where false is (consent given)"
            )
        for name in () if is_consent else ("no_is", "no_to", "opted_in_at"):
            if getattr(self, name) is not None:
                raise ValueError(f"`{name}` goes with `sync: No wins` only")
        if self.opted_in_at is not None and self.no_to is not NoTo.EMAIL:
            raise ValueError(
                "`opted_in_at` needs `no_to: email`: a no to e-mail may be taken back by a later opt-in, a no to calls "
                "never is"
            )
        return self


class People(Strict):
    """Which objects of a connection are people, and how they are recognised."""

    objects: list[str]
    """In order of precedence: a contact beats a lead."""
    key: str
    """Our own unique field on them."""
    email: str
    """The field with the e-mail address."""
    more_emails: str | None = None
    """A field with further addresses, separated by semicolons."""
    links: dict[str, str] = Field(default_factory=dict)
    """Fields in which another tool keeps the other system's id: field → `connection:Object`."""
    account: str | None = None
    """The field that names the record's account by id."""
    company: str | None = None
    """The field with the company's name. Of who is created while nobody has named it: the name of their account, else
    the domain of an address at work, which any name replaces; with neither the handoff waits under `needs_data`."""


class Accounts(Strict):
    object: str
    """The object's name, e.g. `Account`."""
    name: str
    """The field with the company's name."""
    domain: str
    """The field with its web address or domain."""
    owner: str | None = None
    """The field with the account owner's id."""
    type: str | None = None
    """The field that tells customers from others."""
    customer_values: list[str] = Field(default_factory=list)
    """The values of `type` that make it a customer."""
    partner_values: list[str] = Field(default_factory=list)
    """The values of `type` that make it a partner, who sells with us and is sold nothing."""
    territory: str | None = None
    """The field that names its territory; rules and the table of territories ask for it as `account_territory`."""
    house: Condition | None = None
    """Which accounts are nobody's, by the object's own fields: who belongs to one goes on to the next routing rule,
    whoever the system says owns it. None: every account is its owner's."""
    links: dict[str, str] = Field(default_factory=dict)
    """Fields in which another tool keeps the same account's id elsewhere: field → `connection:Object`."""
    air_cover: str | None = None
    """A checkbox with which the owner asks marketing to write to the account's people for a while: see `air_cover` in
    lifecycle.yaml. It is only read."""


class Users(Strict):
    """Streams of reps and queues: the field with their e-mail and whether they are active."""

    object: str
    """The object's name, e.g. `User`."""
    email: str
    """The field with their e-mail, by which a rep is the same person in every system."""
    active: str | None = None
    """The field that is false once they have left."""
    name: str | None = None
    """The field with their name."""
    available: str | None = None
    """A checkbox with which a rep steps out of the rotation."""
    known_as: dict[str, str] = Field(default_factory=dict)
    """Who has another e-mail here than elsewhere: their e-mail here → the one by which routing.yaml and the other
    systems know them."""


class Tasks(Strict):
    """How a rep's task is written: the object's fields by their part, and constants."""

    object: str = "Task"
    """The object's name."""
    key: str
    """Our own unique field, on which the vendor dedupes."""
    subject: str
    """The field that takes the subject."""
    body: str
    """The field that takes the text."""
    owner: str
    """The field that takes the rep's user id."""
    who: str
    """The field that takes the person's record id."""
    due: str
    """The field that says by when."""
    due_is: Literal["date", "moment"] = "date"
    """What that field holds: the day, in the rep's own time zone, or the very minute."""
    priority: str | None = None
    """The field that takes `High` for somebody who asks to be called and `Normal` for everybody else."""
    constants: dict[str, Value] = Field(default_factory=dict)
    """Further fields with values that never change, e.g. `TaskSubtype: Call`."""
    completed: str | None = None
    """The field that is true once a task is completed: what a rep completed or closed is left alone."""
    closed: dict[str, Value] = Field(default_factory=dict)
    """What is written to a task that nobody has to do any more, because the lead has another rep or the pass is
    over, e.g. `Status: Completed`; needs `completed`. Take it off the person too (`WhoId: null`), or it counts as a
    call. None: such tasks stay open."""

    @model_validator(mode="after")
    def _knows_what_is_completed(self) -> Self:
        if self.closed and self.completed is None:
            raise ValueError("`closed` needs `completed`: or a task that its rep has completed would be written over")
        return self


class Gates(Strict):
    """Which leads a connection is for, each way on its own. A gate goes by what all systems together say of the lead,
    read as if every gate were open; one that cannot be told is closed, and says so.

    A gate that closes takes nothing away: no field is blanked, nobody comes off a list. A no to contact crosses it
    either way. `leadloop gates` counts, `leadloop why-not LEAD` names the condition."""

    read: Condition | None = None
    """Whose values here count as facts; none: everybody's. Of the others what this system says of the person is left
    aside, but for a no, for what reps answer and for who they are. Once it opens again, their values meet the other
    systems' for the first time."""
    write: Condition | None = None
    """For whom anything is written here: fields, lists, tasks and new records; none: for everybody. Who is to be
    called and cannot come to a rep for it waits under `needs_data` with the cause."""
    create: Condition | None = None
    """Who is created here; none: everybody whom `create` says. It never stands against records that are there."""


class System(Strict):
    """How one connection's objects play their part."""

    people: People
    """Which objects are people."""
    accounts: Accounts | None = None
    """Which object is a company; none: this system knows no companies."""
    deals: Deals | None = None
    """Which object is a deal, where the system has them."""
    campaigns: Campaigns | None = None
    """Which object is a campaign with its costs, where reports are to count them."""
    currencies: Currencies | None = None
    """Which object knows the rates, where there are several currencies."""
    users: Users | None = None
    """Which object is a rep."""
    create: Literal["create_at_mql", "enrich"] = "enrich"
    """`create_at_mql`: a person whom nobody here matches is created when a handoff opens, once everything is known that
    may not be blank here; `enrich`: never."""
    create_after_minutes: int = Field(default=0, ge=0, le=1440)
    """`create_at_mql` only: how long another tool that creates people here, too, is waited for, so that nobody is
    created twice. HubSpot's own Salesforce connector comes by every 15 minutes: 20, where it creates leads."""
    create_object: str | None = None
    """As which object a person is created, e.g. `Lead`; none: the last of `people.objects`."""
    tasks: Tasks | None = None
    """How rep tasks are written here; none: they are not."""
    lists: bool = False
    """Whether nurture lists are kept here."""
    gates: Gates = Field(default_factory=Gates)
    """Which leads this connection is for, where it is not for all."""


class Identity(Strict):
    """When records are one person, and when they only have something in common."""

    shared_mailboxes: list[str] = Field(default_factory=list)
    """Addresses (`team@acme.example`) or what stands before the @ (`dispatch`) that several people read, beside the
    built-in ones (info, sales, office, kontakt, …). Who has only such an address in common is not one person."""
    personal_mailboxes: list[str] = Field(default_factory=list)
    """The same, the other way round: what is one person's although the built-in list takes it for a desk."""
    max_records: int = Field(default=8, ge=2, le=100)
    """So many living records a person may come to have by a common address, link or key. Beyond it an import gone
    wrong is likelier: nothing more joins them, and `leadloop identity list` names who would have. What a system merged
    or converted itself counts without a limit."""


class MappingRules(Strict):
    systems: dict[str, System]
    """By connection name."""
    properties: list[Property]
    """Every lead property, by the name that conditions use."""
    decided: dict[str, dict[str, Whose]] = Field(default_factory=dict)
    """Fields that `leadloop survey` calls contested: connection → `Object.Field` → ours, shared, theirs or
    carried."""
    free_mail: list[str] = Field(default_factory=list)
    """Domains that say nothing about a company, beside the built-in ones."""
    shared_domains: list[str] = Field(default_factory=list)
    """Domains of several companies (a group's subsidiaries, a university): whoever has an address there is only likely
    one of an account's people, and no account's owner gets them for it. A record that names its account is believed."""
    identity: Identity = Field(default_factory=Identity)
    """When records are one person."""

    @property
    def workplaces(self) -> tuple[str, ...]:
        """The systems that keep reps' tasks: who is nobody there can work no lead."""
        return tuple(name for name, system in self.systems.items() if system.users is not None and system.tasks)
