"""lifecycle.yaml: what the reps' answers mean, where rejected leads go, how long anything may last."""

from collections.abc import Mapping
from typing import Self

from pydantic import Field, model_validator

from config.conditions import Condition
from config.strict import FARTHEST_DAYS, Days, Strict
from domain.handoff import Outcome, Verdict
from domain.stage import Stage

USUAL_STAYS: Mapping[Stage, int] = {
    Stage.ENGAGED: 180,
    Stage.MQL: 7,
    Stage.ASSIGNED: 14,
    Stage.ACCEPTED: 45,
    Stage.QUALIFIED: 120,
    Stage.OPPORTUNITY: 365,
    Stage.RECYCLED: 730,
}
"""Days in a stage where lifecycle.yaml names none: nobody is forgotten because a line is missing."""
ENDLESS = frozenset(Stage) - USUAL_STAYS.keys()
"""Stages in which staying for ever is right."""


STATUS_NAMES = ("status", "lead_status")
LIFECYCLE_NAMES = ("lifecycle", "lifecycle_stage", "lifecyclestage")
"""The properties that the baseline's columns ask for."""


class LostReason(Strict):
    """What is different for deals that were lost for one reason."""

    list: str
    """The nurture list that their people enter."""
    return_days: int | None = Field(default=None, ge=1, le=FARTHEST_DAYS)
    """None: as many as for every lost deal."""


class Road(Strict):
    """What an outcome leads to. `return_days` from the rejection; a rep's own date wins."""

    label: str
    """The value reps see and pick in the CRM."""
    says: str = ""
    """How the reason reads in a sentence."""
    list: str | None = None
    """The nurture list that the lead enters; none: the outcome is not a rejection."""
    opted_out_property: str | None = None
    """The property that says no to this list's own type of e-mail, as HubSpot keeps one for each subscription type:
    who said no to it enters this list no more than who said no to all."""
    return_days: int | None = Field(default=None, ge=1, le=FARTHEST_DAYS)
    """None with a list: returns only when fit changes."""
    days_before_renewal: int | None = Field(default=None, ge=0, le=FARTHEST_DAYS)
    """Where the rep answered the property `renewal_date` and no date of their own: it returns so many days before
    that. None: a renewal says nothing here."""
    reasons: dict[str, LostReason] = Field(default_factory=dict)
    """`lost` only: the deal's reason, as its system has it → the list of its own and its days; any other reason goes
    the way of all lost deals."""
    disqualifies: bool = False
    """Out of the loop for good, unless the person asks to be called."""


class BaselineRow(Strict):
    """The first row that fits decides a lead's first stage; a missing column fits everything."""

    status: str | None = None
    """Salesforce Lead.Status, or the status property of the CRM."""
    lifecycle: str | None = None
    """HubSpot lifecyclestage."""
    open_deal: bool | None = None
    """Whether the account has an open deal."""
    customer: bool | None = None
    """Whether the account is a customer."""
    converted: bool | None = None
    """Whether the CRM's lead was converted."""
    stage: Stage
    """The first stage."""


class DisqualifyRule(Strict):
    """Leads that a rule takes out of the loop, as when another system has declined them already."""

    name: str
    """How the rule is called in explanations; the only one of its name."""
    when: Condition
    """Over the lead's properties. Who asks to be called, and who is taken back by a person, stays until it changes."""

    @model_validator(mode="after")
    def _asks_something(self) -> Self:
        if not (self.when.all or self.when.any or self.when.none or self.when.expr):
            raise ValueError("`when` asks for nothing: the rule would disqualify everybody")
        return self


class Today(Strict):
    """How leads come to sales without leadloop: what `leadloop compare` sets beside it."""

    status: list[str] | None = None
    """Values of the CRM's status that say so; none given: those which these rules take for a lead that sales has."""
    lifecycle: list[str] | None = None
    """The same of the lifecycle stage."""
    owner: bool = True
    """Whether it counts, too, that a lead goes from a queue, a machine or nobody to a rep."""
    within_days: int = Field(default=7, ge=1, le=90)
    """So far apart the two may be and still agree, whichever was first."""


class Unreachable(Strict):
    """When a rep is offered the outcome *unreachable*; it is never set without them."""

    touches: int = Field(default=6, ge=1, le=100)
    """So many touches by their owner in this pass."""
    working_days: int = Field(default=10, ge=0, le=250)
    """So many working days since the first of them."""
    channels: int = Field(default=2, ge=1, le=3)
    """Of so many kinds: calls, e-mails, meetings."""
    conversation_s: int = Field(default=120, ge=1, le=7200)
    """A call of so many seconds was a conversation: whoever had one can be reached."""
    dispositions: list[str] = Field(default_factory=lambda: ["Connected"])
    """What a call is logged as, however short it was, when they were spoken with."""


class SilentCustomers(Strict):
    """Customers of whom nobody hears. Whoever acts again above the line goes to the owner of their account."""

    list: str
    """The list that they enter, and leave once sales is in touch with them."""
    quiet_days: Days = 90
    """So long nothing was heard of the person: nothing clicked, read, sent or attended."""
    sales_days: Days = 60
    """So long no rep did anything with them."""


class AirCover(Strict):
    """Reps ask for it on an account: `systems.NAME.accounts.air_cover` in mapping.yaml names the checkbox."""

    list: str = "LL · Air cover"
    """The list that the account's known people enter."""
    accounts_per_rep: int = Field(default=10, ge=1, le=1000)
    """So many accounts of one owner have it at once; the newest request waits."""
    days: int = Field(default=60, ge=1, le=FARTHEST_DAYS)
    """So long it lasts. For more, the box is unticked and ticked anew."""


class LifecycleRules(Strict):
    verdicts: dict[Verdict, str]
    """The CRM's picklist value for each verdict."""
    outcomes: dict[Outcome, Road]
    """What each outcome is called in the CRM and where it leads."""
    touch_statuses: list[str] = Field(default_factory=list)
    """CRM status values that say a rep is working the lead."""
    status_stages: dict[str, Stage] = Field(default_factory=dict)
    """CRM status values that move a lead when a person sets them."""
    baseline: list[BaselineRow] = Field(default_factory=list)
    """The first stage of leads that were there before leadloop: the first row that fits. It opens no handoff."""
    today: Today = Field(default_factory=Today)
    """Today's process, for `leadloop compare`; it decides nothing."""
    disqualify: list[DisqualifyRule] = Field(default_factory=list)
    """In order; a lead that meets one is disqualified under its name. Customers and open deals are left alone."""
    required: list[str] = Field(default_factory=lambda: ["email"])
    """Lead properties without which `data wrong` cannot end."""
    longest_stay_days: dict[Stage, Days] = Field(default_factory=dict)
    """Days in a stage after which a lead moves on by itself; of a stage that is not named: engaged 180, mql 7,
    assigned 14, accepted 45, qualified 120, opportunity 365, recycled 730. Being known, a customer or disqualified
    has no end."""
    max_returns: int = Field(default=3, ge=0, le=100)
    """How often a lead may come back in 24 months."""
    offer_unreachable: Unreachable | None = Unreachable()
    """When, without any answer, the rep is told that *unreachable* may be the outcome. None: never."""
    farthest_return_days: Days = 1095
    """A date of a rep's that lies farther ahead is taken for a slip: the reason's own days count, and `leadloop status`
    names it."""
    cool_off_days: int = Field(default=30, ge=0, le=FARTHEST_DAYS)
    """A recycled lead without a return date of its own rests at least this long."""
    with_sales_list: str = "LL · With sales"
    """The list of everybody whom sales is talking to, for marketing to leave alone."""
    open_opportunity_list: str | None = None
    """The list of everybody with sales who is in a deal; None: it is not kept."""
    customer_list: str | None = None
    """The list of all customers and of everybody whose account surely is one; None: it is not kept."""
    silent_customers: SilentCustomers | None = None
    """When a customer counts as silent; None: never."""
    air_cover: AirCover | None = None
    """What a rep may ask marketing for; None: nothing."""
    opted_out_property: str = "opted_out"
    """The property that says no to e-mail: such leads enter no nurture list."""
    marketing_contact_property: str = "marketing_contact"
    """The property that is false for whom HubSpot sends no marketing e-mail; `leadloop lists` counts by it. Where
    mapping.yaml has none of this name nobody is counted."""

    def nurture_lists(self) -> tuple[str, ...]:
        """The lists that somebody writes to, each once, in the order of the file: who opted out is on none."""
        found = [road.list for road in self.outcomes.values() if road.list]
        lost = self.outcomes.get(Outcome.LOST)
        found += [each.list for each in lost.reasons.values()] if lost is not None else []
        found += [each.list for each in (self.silent_customers, self.air_cover) if each is not None]
        return tuple(dict.fromkeys(found))

    def stay_days(self, stage: Stage) -> int | None:
        """How long a lead may be in a stage; None where staying for ever is right."""
        return None if stage in ENDLESS else self.longest_stay_days.get(stage, USUAL_STAYS[stage])

    def lists(self) -> tuple[str, ...]:
        """Every list that the loop keeps, each once, in the order of the file."""
        kept = (self.with_sales_list, self.open_opportunity_list, self.customer_list)
        return tuple(dict.fromkeys([*self.nurture_lists(), *(name for name in kept if name)]))
