"""What a deal counts as in a report: once when it was opened, once when it was won, each with its shares worked out.

From here on a page does not ask whether a deal was just read or is kept with a closed month: it adds both up alike.
"""

from collections.abc import Iterator, Mapping
from datetime import date
from fractions import Fraction
from typing import TypeAlias
from zoneinfo import ZoneInfo

from domain.counted_deal import CountedDeal, Lack, Shares, Side
from domain.values import RecordRef
from reports.pages.attribution import Model, campaign_shares, shares
from reports.pages.deal_stories import Story

NO_CAMPAIGN = "no campaign"


Campaigns: TypeAlias = Mapping[RecordRef, str]
"""What each campaign is called."""


def counted_in(story: Story, campaigns: Campaigns, names: Mapping[str, str], zone: ZoneInfo) -> Iterator[CountedDeal]:
    """The sides that a deal has. `names`: rep's e-mail → name; `zone`: by whose clocks it was won on a day."""
    deal = story.deal
    if deal.created_at is not None:
        yield _counted(story, Side.OPENED, None, campaigns, names)
    if deal.is_won and deal.is_closed and deal.closes is not None:
        yield _counted(story, Side.WON, deal.closes_on(zone), campaigns, names)


def _counted(story: Story, side: Side, day: date | None, campaigns: Campaigns, names: Mapping[str, str]) -> CountedDeal:
    deal, first = story.deal, story.touches[0] if story.touches else None
    return CountedDeal(
        ref=deal.ref,
        side=side,
        name=deal.name,
        at=deal.created_at if side is Side.OPENED else None,
        day=day,
        worth=story.worth,
        lacks=_lack(story),
        currency=deal.currency,
        stage=deal.stage,
        leads=story.leads,
        has_people=bool(story.leads),
        is_likely=story.is_likely,
        origin=story.origin,
        ways={model.value: _shares(story, model) for model in Model},
        campaigns=_campaigns_of(story, campaigns),
        rep=names.get(story.rep, "somebody") if story.rep is not None else "nobody of the loop",
        met=_met(story),
        met_by=first.lead if first is not None else None,
        met_at=first.at if first is not None else None,
    )


def _lack(story: Story) -> Lack | None:
    if story.worth is not None:
        return None
    return Lack.RATE if story.is_foreign else Lack.AMOUNT


def _shares(story: Story, model: Model) -> Shares:
    return shares(story.touches, model, handed_over_at=story.handed_over_at, origin=story.origin)


def _campaigns_of(story: Story, campaigns: Campaigns) -> Shares:
    """By what its people did; where they did nothing in a campaign, the one that the deal itself names."""
    named = campaigns.get(story.deal.campaign) if story.deal.campaign is not None else None
    if named is not None and not any(each.campaign for each in story.touches):
        return {named: Fraction(1)}
    found: dict[str, Fraction] = {}
    for name, share in (campaign_shares(story.touches) if story.touches else {"": Fraction(1)}).items():
        found[name or NO_CAMPAIGN] = found.get(name or NO_CAMPAIGN, Fraction(0)) + share
    return found


def _met(story: Story) -> str:
    if not story.touches:
        return story.origin
    first = story.touches[0]
    return f"{first.channel}: {first.campaign}" if first.campaign else first.channel
