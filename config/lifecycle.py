"""lifecycle.yaml: what the reps' answers mean, where rejected leads go, how long anything may last."""

from typing import Self

from pydantic import Field, model_validator

from config.conditions import Condition
from config.strict import FARTHEST_DAYS, Days, Strict
from domain.handoff import Outcome, Verdict
from domain.stage import Stage


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
    """Days in a stage after which a lead moves on by itself."""
    max_returns: int = Field(default=3, ge=0, le=100)
    """How often a lead may come back in 24 months."""
    cool_off_days: int = Field(default=30, ge=0, le=FARTHEST_DAYS)
    """A recycled lead without a return date of its own rests at least this long."""
    with_sales_list: str = "LL · With sales"
    """The list of everybody whom sales is talking to, for marketing to leave alone."""
    opted_out_property: str = "opted_out"
    """The property that says no to e-mail: such leads enter no nurture list."""

    def lists(self) -> tuple[str, ...]:
        """Every list that the loop keeps, each once, in the order of the file."""
        nurture = [road.list for road in self.outcomes.values() if road.list]
        return tuple(dict.fromkeys([*nurture, self.with_sales_list]))
