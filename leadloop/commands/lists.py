"""`leadloop lists`: the lists that the loop keeps, whether anybody sends to them, and who stands on one."""

from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import Any

from domain.activity import ActivityKind
from leadloop import exits, screen
from leadloop.app import open_app
from reports.lists import ListReport, ListsSeen, flags_of, keepers, look_at_lists
from store import list_health
from store.list_health import Member

_NOT_TOLD = (
    "No system tells which mails arrive: `reached` counts those who opened, clicked, replied or bounced. List "
    "`email_events` among the streams of HubSpot for the rest."
)


def listing(folder: Path, *, environment: str | None, as_json: bool) -> int:
    with closing(open_app(folder, environment=environment)) as app, app.store.read() as tx:
        rules = app.in_force(tx)
        seen = look_at_lists(tx, rules.mapping, rules.lifecycle, now=app.clock.refresh())
    if as_json:
        screen.document(_document(seen))
        return exits.OK
    screen.table(
        "Lists, and the last 30 days",
        ("list", "in", "for", "members", "reached", "opened", "clicked", "replied", "back to sales", "no mail to"),
        [_row(each) for each in seen.lists],
    )
    for each in seen.lists:
        if each.sleeps:
            screen.show(f"! {each.name} in {each.connection}: {each.sleeps}")
    _after(seen)
    return exits.OK


def _row(each: ListReport) -> tuple[object, ...]:
    counted = each.counted
    return (
        each.name,
        each.connection,
        each.purpose,
        f"{counted.members:,}" + (f" (+{counted.joining:,})" if counted.joining else ""),
        f"{counted.reached:,}",
        *(f"{counted.did.get(kind, 0):,}" for kind in list_health.ANSWERED),
        f"{counted.returned:,}",
        _unmailable(each),
    )


def _unmailable(each: ListReport) -> str:
    """`3 opted out, 1 has no address; 12 withheld (opted out)`."""
    told = ", ".join(f"{people:,} {why}" for why, people in sorted(each.counted.unmailable.items()))
    kept_off = f"{each.withheld:,} kept off it (opted out)" if each.withheld else ""
    return "; ".join(filter(None, (told, kept_off)))


def _after(seen: ListsSeen) -> None:
    if not seen.lists:
        screen.say("No system keeps lists: set `lists: true` for one in mapping.yaml.")
        return
    if seen.told_since is None:
        screen.say(_NOT_TOLD)
    elif seen.told_since > seen.since:
        screen.say(f"Mails that arrived are told since {seen.told_since:%Y-%m-%d}: `reached` is whole after 30 days.")
    if any(each.sleeps for each in seen.lists):
        screen.say(
            "Next: set up a campaign in the marketing system that sends to each of these lists, or take the list's "
            "reason another way in lifecycle.yaml. `leadloop lists show NAME` names who waits there."
        )
    elif any(each.counted.unmailable for each in seen.lists):
        screen.say("Next: `leadloop lists show NAME` says whom no mail reaches, and why.")


def show(folder: Path, name: str, *, connection: str | None, limit: int, environment: str | None, as_json: bool) -> int:
    with closing(open_app(folder, environment=environment)) as app, app.store.read() as tx:
        rules = app.in_force(tx)
        kept = next((each for each in rules.lifecycle.lists() if each.casefold() == name.casefold()), None)
        places = [each for each in keepers(rules.mapping) if connection in {None, each}]
        if kept is None or not places:
            screen.say(_unknown(name, rules.lifecycle.lists()) if kept is None else f"{connection} keeps no lists.")
            return exits.BAD_DATA
        flags = flags_of(rules.lifecycle)
        found = {each: list_health.members(tx, each, kept, flags, limit=limit) for each in places}
    if as_json:
        systems = [{"connection": each, "members": [_member(one) for one in people]} for each, people in found.items()]
        screen.document({"list": kept, "systems": systems})
        return exits.OK
    for each, people in found.items():
        screen.table(
            f"{kept} in {each}, who was there first first",
            ("lead", "e-mail", "stage", "since", "back from", "mailed", "answered", "no mail, because"),
            [
                (
                    one.key,
                    one.email,
                    one.stage,
                    _day(one.since),
                    _day(one.return_at),
                    _day(one.mailed_at),
                    _day(one.answered_at),
                    one.why_not,
                )
                for one in people
            ],
        )
        if len(people) == limit:
            screen.say(f"The first {limit:,} of {each}; `--limit` for more.")
    return exits.OK


def _unknown(name: str, known: tuple[str, ...]) -> str:
    return f"No list is called {name!r} in lifecycle.yaml. Those that are kept: {', '.join(known)}"


def _day(at: datetime | None) -> str:
    return f"{at:%Y-%m-%d}" if at is not None else ""


def _document(seen: ListsSeen) -> dict[str, Any]:
    return {"since": seen.since, "mail_told_since": seen.told_since, "lists": [_as_data(each) for each in seen.lists]}


def _as_data(each: ListReport) -> dict[str, Any]:
    counted = each.counted
    return {
        "name": each.name,
        "connection": each.connection,
        "for": each.purpose,
        "members": counted.members,
        "oldest_since": counted.oldest,
        "joining": counted.joining,
        "leaving": counted.leaving,
        "reached": counted.reached,
        "opened": counted.did.get(ActivityKind.EMAIL_OPENED, 0),
        "clicked": counted.did.get(ActivityKind.EMAIL_CLICKED, 0),
        "replied": counted.did.get(ActivityKind.EMAIL_REPLIED, 0),
        "returned": counted.returned,
        "no_mail": [{"why": why, "members": people} for why, people in sorted(counted.unmailable.items())],
        "withheld": each.withheld,
        "finding": each.sleeps or None,
    }


def _member(one: Member) -> dict[str, Any]:
    return {
        "lead": one.lead,
        "key": one.key,
        "email": one.email,
        "stage": one.stage,
        "since": one.since,
        "return_at": one.return_at,
        "mailed_at": one.mailed_at,
        "answered_at": one.answered_at,
        "no_mail_because": one.why_not,
    }
