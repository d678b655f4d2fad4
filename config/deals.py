"""mapping.yaml: which of a system's objects is a deal, who stands in it, what campaigns and currencies there are."""

from typing import Self

from pydantic import Field, model_validator

from config.strict import Strict


class Roles(Strict):
    """An object of its own with who stands in which deal."""

    object: str
    """The object's name, e.g. `OpportunityContactRole`."""
    deal: str
    """The field with the deal's id."""
    person: str
    """The field with the person's id."""
    role: str | None = None
    """The field that says what the person is there, e.g. a decision maker."""
    primary: str | None = None
    """The field that is true of the one who comes before the others."""


class DealContacts(Strict):
    """By what the people of a deal are known. What several of these name counts once."""

    object: str | None = None
    """As which object they are people, e.g. `Contact`; none: the first of `people.objects`."""
    primary: str | None = None
    """The deal's field with the id of the one who comes before the others."""
    ids: str | None = None
    """The deal's field with all their ids, separated by semicolons."""
    roles: Roles | None = None
    """The object with who stands in which deal, where there is one."""

    @model_validator(mode="after")
    def _say_by_what(self) -> Self:
        if self.primary is None and self.ids is None and self.roles is None:
            raise ValueError("`contacts` needs `primary`, `ids` or `roles`: by what are a deal's people known?")
        return self


class Deals(Strict):
    object: str
    """The object's name, e.g. `Opportunity`."""
    account: str
    """The field with the account's id."""
    closed: str
    """The field that is true once the deal is over."""
    won: str
    """The field that is true once it is won."""
    amount: str | None = None
    """The field with its worth."""
    lost_reason: str | None = None
    """The field that says why it was lost; `lost` in lifecycle.yaml has a list for each. It is only read."""
    name: str | None = None
    """The field with the name that people know it by. From here on everything is for reports alone."""
    created: str | None = None
    """The field with when it was opened: the touches that count lie before it."""
    closes: str | None = None
    """The field with the day on which it was closed or is to be; of a moment it is the day in `time_zone`."""
    stage: str | None = None
    """The field with the stage of the sale."""
    currency: str | None = None
    """The field with the currency of `amount`, as an ISO code; none, or blank in a deal: the corporate currency."""
    corporate_amount: str | None = None
    """The field with its worth in the corporate currency, where the system works that out itself."""
    corporate_currency: str | None = None
    """The ISO code of the corporate currency, where no object of `currencies` says it."""
    contacts: DealContacts | None = None
    """By what its people are known; none: by their account alone."""
    campaign: str | None = None
    """The field with the id of the campaign that it came from."""
    source: str | None = None
    """The field with where the system itself says that it came from."""
    record_type: str | None = None
    """The field that tells deals of different kinds apart: a record type, a pipeline."""
    record_types: list[str] = Field(default_factory=list)
    """The values of `record_type` that count in reports; none: all. Customers and open deals are any."""

    @model_validator(mode="after")
    def _says_where_types_stand(self) -> Self:
        if self.record_types and self.record_type is None:
            raise ValueError("`record_types` needs `record_type`, the field in which they stand")
        if self.corporate_currency is not None and not _is_code(self.corporate_currency):
            raise ValueError("`corporate_currency` is an ISO code of three capitals, such as EUR")
        return self


class Campaigns(Strict):
    """Which object is a campaign, and what it cost; for reports."""

    object: str
    """The object's name, e.g. `Campaign`."""
    name: str
    """The field with its name, by which what people did there names it, too."""
    type: str | None = None
    """The field that says of which kind it is."""
    status: str | None = None
    """The field that says how far it is."""
    cost: str | None = None
    """The field with what it cost."""
    budget: str | None = None
    """The field with what it was to cost."""
    currency: str | None = None
    """The field with the currency of both, as an ISO code; none, or blank: the corporate currency."""
    starts: str | None = None
    """The field with its first day."""
    ends: str | None = None
    """The field with its last day."""
    parent: str | None = None
    """The field with the id of the campaign that it is a part of."""


class Currencies(Strict):
    """Which object knows what currencies are worth; an org with one currency may lack it."""

    object: str
    """The object's name, e.g. `CurrencyType`."""
    code: str
    """The field with the ISO code."""
    rate: str
    """The field with how many of it make one of the corporate currency."""
    corporate: str | None = None
    """The field that is true of the corporate currency."""
    active: str | None = None
    """The field that is false of a currency that nobody uses any more."""


def _is_code(text: str) -> bool:
    return len(text) == 3 and text.isascii() and text.isalpha() and text.isupper()
