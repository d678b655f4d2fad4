"""The company behind a lead, and how sure it is that it is the one."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from domain.values import RecordRef


class Certainty(StrEnum):
    """Why an account is taken for the lead's. By a likely one nobody gets a lead, and nobody counts as a customer."""

    EXPLICIT = "explicit"
    """A record of the person names it."""
    CERTAIN = "certain"
    """Domain and name are the same, or it is the same company as one that another system names."""
    LIKELY = "likely"
    """The domain alone is the same."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rival:
    """Another account that it might have been, and why it is not that one."""

    ref: RecordRef
    name: str
    certainty: Certainty
    why_not: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """The company as routing and words need it. `why`: what makes it the lead's; `rivals`: the next best first.

    `also`: what stands for the same company in other systems. `owner`: a rep's e-mail; a house account has none.
    `lost_at`: when we saw the deal that was lost last, with the reason as its system has it. `covered_until`: how long
    its people have air cover; `cover_turns_at`: when that may change by time alone.
    """

    ref: RecordRef
    name: str
    certainty: Certainty
    why: str = ""
    owner: str | None = None
    is_house: bool = False
    is_customer: bool = False
    is_partner: bool = False
    territory: str | None = None
    """As the CRM names it."""
    open_deals: int = 0
    won_deals: int = 0
    lost_at: datetime | None = None
    lost_reason: str | None = None
    covered_until: datetime | None = None
    cover_turns_at: datetime | None = None
    also: tuple[RecordRef, ...] = ()
    rivals: tuple[Rival, ...] = ()

    @property
    def is_sure(self) -> bool:
        return self.certainty is not Certainty.LIKELY

    @property
    def told(self) -> str:
        """`Acme` or, where that is all there is, `Probably Acme, because the domain is the same (acme.example)`."""
        return self.name if self.is_sure else f"Probably {self.name}, because {self.why}"
