"""The body of a rep's task: everything worth knowing before the call, most important first.

Whatever people typed or a system told is put on lines of its own, marked, without control characters and cut where a
reader sees characters end.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime
from zoneinfo import ZoneInfo

from domain.account import Account
from domain.activity import Activity, ActivityKind
from domain.handoff import Handoff
from domain.values import Value
from handoff.call_time import CallTime
from handoff.draft import Draft
from handoff.handed_on import noted_before
from handoff.rulebook import ReadyPlay
from handoff.view import LeadView, rep_of
from handoff.wording import fit, isolated, line, quote

BODY_UNITS = 32_000
"""What Salesforce gives a task's description; HubSpot gives twice as much."""
WROTE_UNITS, WHY_UNITS, HINT_UNITS, NAME_UNITS = 2_000, 1_000, 200, 100
LAST_THINGS = 5
LAST_FORMS = 2
DO_NOT_CALL = "do_not_call"
HINTS = ("form", "url", "subject", "campaign", "name")
TYPED = ("text", "message", "comments", "comment", "question", "notes")
"""What forms call the field in which somebody writes."""


def body(draft: Draft, handoff: Handoff, *, call: CallTime | None, play: ReadyPlay | None) -> str:
    """Everything worth knowing before the call, most important first."""
    view, zone = draft.view, draft.book.calendar_of(handoff.owner).zone
    parts = [
        isolated(line(handoff.why, WHY_UNITS)),
        noted_before(draft, handoff),
        "\n".join(_written(view, zone)),
        "\n".join(_last_things(view, zone)),
        _account(draft),
        "\n".join(_earlier(draft, handoff)),
        _channels(draft),
        "\n".join(_play(play)),
        "\n".join(_due(call, zone)),
    ]
    return fit("\n\n".join(part for part in parts if part), BODY_UNITS)


def _written(view: LeadView, zone: ZoneInfo) -> Iterator[str]:
    """What they typed into forms lately, newest first."""
    forms = {each.key: each for each in (*view.replies, *view.score.hand_raises) if _typed(each)}
    for each in sorted(forms.values(), key=lambda form: (form.occurred_at, form.key), reverse=True)[:LAST_FORMS]:
        form = line(str(each.properties.get("form") or ""), NAME_UNITS)
        yield f"They wrote{f' in {isolated(form)}' if form else ''} on {each.occurred_at.astimezone(zone):%d %b %H:%M}:"
        yield quote(_typed(each), WROTE_UNITS)


def _typed(activity: Activity) -> str:
    if activity.kind is not ActivityKind.FORM_SUBMITTED or activity.retracted:
        return ""
    texts = (str(activity.properties.get(name) or "").strip() for name in TYPED)
    return next(filter(None, texts), "")


def _last_things(view: LeadView, zone: ZoneInfo) -> Iterator[str]:
    """Yield what the person did last, newest first; from the score's lines when no activities are at hand."""
    if view.recent:
        newest = sorted(view.recent, key=lambda each: (each.occurred_at, each.key), reverse=True)[:LAST_THINGS]
        done = [(each.occurred_at, _told(each.kind.value, each.properties)) for each in newest]
    else:
        lines = [(line.latest_at, line) for line in view.score.lines if line.latest_at is not None and line.points > 0]
        latest = sorted(lines, key=lambda each: (each[0], each[1].rule), reverse=True)[:LAST_THINGS]
        done = [(at, line.rule + (f" ({line.count}×)" if line.count > 1 else "")) for at, line in latest]
    if done:
        yield "Last things they did:"
    for at, what in done:
        yield f"- {at.astimezone(zone):%d %b %H:%M} {what}"


def _told(kind: str, properties: Mapping[str, Value]) -> str:
    words = kind.replace("_", " ")
    hint = next((told for name in HINTS if (told := line(str(properties.get(name) or ""), HINT_UNITS))), "")
    return f"{words}: {isolated(hint)}" if hint else words


def _account(draft: Draft) -> str:
    account = draft.view.account
    if account is None:
        return ""
    owner = rep_of(account.owner, draft.reps)
    is_customer = draft.view.is_customer if account.is_sure else account.is_customer
    facts = [
        "customer" if is_customer else "",
        f"{account.open_deals} open deal(s)" if account.open_deals else "",
        f"{account.won_deals} won deal(s)" if account.won_deals else "",
        f"owned by {owner.name}" if owner else "",
        "a house account" if account.is_house else "",
    ]
    told = ", ".join(fact for fact in facts if fact) or "no customer, no deal, no owner"
    return f"{account_named(account)}: {told}"


def account_named(account: Account) -> str:
    return f"Account {isolated(line(account.name, NAME_UNITS))}" if account.is_sure else line(account.told, WHY_UNITS)


def _earlier(draft: Draft, handoff: Handoff) -> Iterator[str]:
    """Yield how earlier passes ended and who had this one before."""
    for past in sorted((*draft.view.past, *draft.closed), key=lambda each: each.number):
        rep = rep_of(past.owner, draft.reps)
        ended = draft.book.road(past.outcome).label if past.outcome else "no outcome"
        when = f"{past.closed_at:%B %Y}" if past.closed_at else "open"
        yield f"Pass {past.number}, {when}, {rep.name if rep else 'nobody'}: {ended}"
    for email in handoff.tried:
        rep = rep_of(email, draft.reps)
        yield f"{rep.name if rep else 'Somebody who left'} had this lead before you."


def _channels(draft: Draft) -> str:
    phone = line(draft.view.text("phone"), NAME_UNITS) or "unknown"
    calls = "not allowed (do not call)" if no_calls(draft) else phone
    mail = "not allowed (opted out)" if no_mail(draft) else line(draft.view.text("email"), HINT_UNITS) or "unknown"
    return f"Phone: {calls}\nE-mail: {mail}"


def _play(play: ReadyPlay | None) -> Iterator[str]:
    if play is not None and play.play.asset.strip():
        yield f"Bring: {line(play.play.asset)}"
    if play is not None and play.play.question.strip():
        yield f"Ask: {line(play.play.question)}"


def _due(call: CallTime | None, zone: ZoneInfo) -> Iterator[str]:
    """When the clock ends, and what that means where they are."""
    if call is None:
        yield "No clock is running on this one."
        return
    yield f"Due {_when(call.due, zone)}"
    if not call.zones:
        return
    yield f"Their time then: {_theirs(call.due, call.zones)}"
    if call.never_meet:
        yield "Your working hours and their day (09:00 to 17:00) never meet: write, or agree on a time."
    elif call.at != call.due:
        word = "Not before their day begins, from" if call.is_after else "To find them in their day, call by"
        ours = f"{call.at.astimezone(zone):%a %H:%M} yours, {_theirs(call.at, call.zones)} theirs"
        yield f"{word} {ours}. The clock stays."


def _when(at: datetime, zone: ZoneInfo) -> str:
    return f"{at.astimezone(zone):%a %d %b %Y %H:%M} ({zone.key})"


def _theirs(at: datetime, zones: tuple[ZoneInfo, ...]) -> str:
    """`Tue 09:00 (Europe/Helsinki)`; from the earliest to the latest where their state is not known."""
    local = sorted((at.astimezone(zone) for zone in zones), key=lambda each: each.replace(tzinfo=None))
    first, last = local[0], local[-1]
    if first.utcoffset() == last.utcoffset():
        return f"{first:%a %H:%M} ({zones[0].key})"
    return f"between {first:%a %H:%M} and {last:%a %H:%M}, their country has several times"


def no_calls(draft: Draft) -> bool:
    return is_yes(draft.view.values.get(DO_NOT_CALL))


def no_mail(draft: Draft) -> bool:
    return is_yes(draft.view.values.get(draft.book.lifecycle.opted_out_property))


def is_yes(value: Value) -> bool:
    """Read a consent as the systems spell it: true, 1, `true`, `yes`."""
    if isinstance(value, str):
        return value.strip().casefold() in {"true", "yes", "1"}
    return bool(value)
