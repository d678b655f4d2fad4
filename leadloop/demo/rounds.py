"""What is done on some days only: a rep closes a deal that came of a lead, a marketer writes to the nurture lists."""

from collections.abc import Iterator
from datetime import timedelta

from leadloop.demo.deck import date_of, day_of, morning
from leadloop.demo.door import Door
from leadloop.demo.people import FIRST_DAY
from leadloop.demo.seed import Row

CLOSINGS = {17: "Closed Won", 21: "Closed Lost", 25: "Closed Won", 32: "Closed Won"}
"""On the afternoon of these days the oldest deal of the loop comes to its end."""
MAILINGS = (10, 17, 24, 31)
WRITTEN_TO = ("Timing", "No budget", "Chose another", "Unreachable", "Not our target")
"""The nurture lists that somebody sends to. Of `No need` nobody has thought."""
CLICKS_EVERY = 4


def closings(part: int, salesforce: Door) -> Iterator[Row]:
    """What a rep does about a deal in this half day."""
    day = day_of(part)
    if part != morning(day) and day in CLOSINGS:
        yield from _close(salesforce, CLOSINGS[day], on=date_of(part).isoformat())


def mailings(part: int, hubspot: Door) -> Iterator[Row]:
    """What the marketer sends in this half day."""
    if part != morning(day_of(part)) and day_of(part) in MAILINGS:
        yield from _write(hubspot)


def _close(salesforce: Door, stage: str, *, on: str) -> Iterator[Row]:
    second_day = (FIRST_DAY + timedelta(days=1)).isoformat()  # what stands there since the first day is not of the loop
    deals = salesforce.objects("Opportunity", "salesforce")
    ours = [each for each in deals if not each["IsClosed"] and each["CreatedDate"] > second_day]
    if ours:
        oldest = min(ours, key=lambda each: (each["CreatedDate"], each["Id"]))
        fields = {"StageName": stage, "CloseDate": on}
        yield {"as": "rep", "do": "edit", "system": "salesforce", "id": oldest["Id"], "fields": fields}


def _write(hubspot: Door) -> Iterator[Row]:
    """Everybody gets the mail, and some follow its link."""
    lists = {each["name"]: each["members"] for each in hubspot.objects("lists", "hubspot")}
    for name in WRITTEN_TO:
        for place, member in enumerate(lists.get(f"LL · Nurture · {name}", ())):
            kinds = ("DELIVERED", "CLICK") if place % CLICKS_EVERY == 0 else ("DELIVERED",)
            for kind in kinds:
                fields = {"event_type": kind, "campaign": f"Nurture: {name}"}
                yield {"as": "marketer", "do": "click", "system": "hubspot", "id": str(member), "fields": fields}
