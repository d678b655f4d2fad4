"""Whom marketing writes to for the reps: people of accounts with air cover, and customers of whom nobody hears."""

from collections.abc import Iterator, Mapping, Sequence, Set
from datetime import datetime, timedelta
from itertools import groupby

from domain.air_cover import CoverRequest
from domain.stage import Stage
from store import air_cover
from tests.town import Town
from tests.town_laws import Standing
from tests.town_rules import COVER_DAYS, COVERED_AT_ONCE, QUIET_DAYS, SILENT, WITH_COVER


def wrongly_wooed(
    town: Town, everybody: Sequence[Standing], *, elsewhere: Set[str], last_act: Mapping[str, datetime]
) -> Iterator[str]:
    """`elsewhere`: whose account may be another one by now. `last_act`: when anything last happened to somebody."""
    with town.installation.app.store.read() as tx:
        covered = _covered(air_cover.every(tx), town.now)
    for each in everybody:
        yield from (f"{each.name}: {words}" for words in _silence(each, last_act, town.now))
        accounts = {town.accounts[email] for email in each.emails if email in town.accounts}
        if not each.emails & elsewhere and accounts:
            yield from (f"{each.name}: {words}" for words in _cover(each, bool(accounts & covered)))


def _covered(requests: Sequence[CoverRequest], now: datetime) -> set[str]:
    """The accounts whose turn it is: of each owner the oldest requests that are not over."""
    found: set[str] = set()
    for owner, theirs in groupby(sorted(requests, key=lambda each: each.owner), key=lambda each: each.owner):
        running = [each for each in theirs if now < each.asked_at + timedelta(days=COVER_DAYS)]
        oldest = sorted(running, key=lambda each: (each.asked_at, each.ref))[:COVERED_AT_ONCE]
        found |= {each.ref.id for each in oldest if owner}
    return found


def _cover(each: Standing, is_covered: bool) -> Iterator[str]:
    is_kept_off = each.opted_out or each.lead.stage is Stage.DISQUALIFIED or WITH_COVER in each.lead.left_lists
    wanted = is_covered and not is_kept_off
    if (WITH_COVER in each.lists) is not wanted:
        yield f"{_is(WITH_COVER in each.lists)} on {WITH_COVER}, and its account {_is(is_covered)} covered"


def _silence(each: Standing, last_act: Mapping[str, datetime], now: datetime) -> Iterator[str]:
    lead, quiet = each.lead, timedelta(days=QUIET_DAYS)
    is_silent = lead.silent_since is not None
    if is_silent and (lead.stage is not Stage.CUSTOMER or each.handoff is not None):
        yield f"is silent as {lead.stage}"
    if lead.silent_since is not None and lead.silent_since < lead.stage_since + quiet:
        yield f"is silent since {lead.silent_since}, a customer since {lead.stage_since}"
    heard = max([lead.stage_since, *(last_act[email] for email in each.emails if email in last_act)])
    could_be = lead.stage is Stage.CUSTOMER and each.handoff is None
    if could_be and not is_silent and now > heard + quiet + timedelta(days=1):
        yield f"is a customer, and nothing was heard since {heard}"
    wanted = is_silent and not each.opted_out and SILENT not in lead.left_lists
    if (SILENT in each.lists) is not wanted:
        yield f"{_is(SILENT in each.lists)} on {SILENT}"


def _is(holds: bool) -> str:
    return "is" if holds else "is not"
