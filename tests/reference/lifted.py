"""Every figure of the reports of assets and of the playbook."""

from collections.abc import Callable, Iterable, Sequence

from tests.reference.asked import holds
from tests.reference.figures import DAY, Figures, Person, Sight
from tests.reference.handed import Handed
from tests.reference.ledger import Known
from tests.reference.made import LedUp, label_of, led_up, mails_of, met_by, noes_of
from tests.reference.office import Office
from tests.reference.sums import Expected, count, lift, share
from tests.reference.told import known_by
from tests.reference.tried import tries_of

NOTHING, NO_RULE = "Nothing that we are told of", "No rule gave points"
MOST = 40
"""Lines of a table: those with the most in its first column."""
REACHED: dict[str, Callable[[Handed], int | None]] = {
    "accepted": lambda each: each.accepted,
    "qualified": lambda each: each.qualified,
    "won": lambda each: each.won,
}


def led_up_to(people: Iterable[Person], sight: Sight, office: Office) -> list[LedUp]:
    return [
        each
        for person in people
        if sight.channel in {None, person.channel}
        for each in led_up(person.lead, person.passes, office)
        if sight.covers(each.of.opened) and sight.team in {None, each.of.crew}
    ]


def assets(people: Sequence[Person], sight: Sight, now: int, office: Office) -> Figures:
    every = led_up_to(people, sight, office)
    found = _table("asset", every, lambda each: each.met or [NOTHING], ("accepted", "won"))
    found |= _table("rule", every, lambda each: each.rules or [NO_RULE], ("accepted", "won"))
    later = ("qualified", "won")
    found |= _table("first", every, lambda each: [_first(each.of, now, office)], later)
    found |= _table("promise", every, lambda each: [_PROMISES[each.of.in_time]], later)
    found |= _table("tries", every, lambda each: [_tries(each.of, now, office)], later)
    found |= _said(every)
    if sight.team is None:
        leads = [each.lead for each in people if sight.channel in {None, each.channel}]
        found |= _unsubscribed(leads, sight, office)
    return shortened(found)


def shortened(found: Figures) -> Figures:
    """The lines that a page has room for: of each table those with the most in its first column."""
    sizes: dict[str, dict[str, float]] = {}
    for (table, label, _), figure in found.items():
        if label not in ("All", "All handoffs"):
            sizes.setdefault(table, {}).setdefault(label, figure.value or 0)
    kept = {
        (table, label)
        for table, lines in sizes.items()
        for label in sorted(lines, key=lambda each: (-lines[each], each.casefold(), each))[:MOST]
    }
    return {name: each for name, each in found.items() if name[:2] in kept or name[1] in ("All", "All handoffs")}


_PROMISES = {True: "Touched in time", False: "Later, or not at all", None: "No promise, or none due yet"}


def _first(each: Handed, now: int, office: Office) -> str:
    tries = tries_of(each, now, office)
    return tries[0].way if tries else "No attempt"


def _tries(each: Handed, now: int, office: Office) -> str:
    """Those up to the moment at which it qualified."""
    tries = tries_of(each, now, office)
    number = len([one for one in tries if each.qualified is None or one.at <= each.qualified])
    return "No attempt" if number == 0 else str(number) if number < 7 else "7 and more"


def _table(
    table: str, every: Sequence[LedUp], labels_of: Callable[[LedUp], Iterable[str]], steps: Sequence[str]
) -> Figures:
    if not every:
        return {}
    labels = {label for each in every for label in labels_of(each)}
    groups = {label: [each.of for each in every if label in labels_of(each)] for label in labels}
    groups["All handoffs"] = [each.of for each in every]
    return {
        (table, label, key): cell
        for label, own in groups.items()
        for key, cell in lifts(own, groups["All handoffs"], steps).items()
    }


def lifts(own: Sequence[Handed], every: Sequence[Handed], steps: Sequence[str]) -> dict[str, Expected]:
    found = {"handoffs": count([each.lead for each in own])}
    for step in steps:
        hits = [each.lead for each in own if REACHED[step](each) is not None]
        all_hits = len([each for each in every if REACHED[step](each) is not None])
        found[step] = share(hits, len(own))
        found[f"lift_{step}"] = lift(len(hits), len(own), all_hits, len(every), hits)
    return found


def _said(every: Sequence[LedUp]) -> Figures:
    lasts = {each.met[-1] if each.met else NOTHING for each in every}
    groups = {last: [each for each in every if (each.met[-1] if each.met else NOTHING) == last] for last in lasts}
    if len(groups) > 1:
        groups["All"] = list(every)
    reasons = {each.of.reason for each in every if each.of.reason is not None}
    return {("said", label, key): cell for label, own in groups.items() for key, cell in _words(own, reasons).items()}


def _words(own: Sequence[LedUp], reasons: Iterable[str]) -> dict[str, Expected]:
    def those(is_so: Callable[[LedUp], bool]) -> list[int]:
        return [each.of.lead for each in own if is_so(each)]

    return {
        "handoffs": count([each.of.lead for each in own]),
        "took": count(those(lambda each: each.of.verdict in ("accept", "already_working"))),
        "good": count(those(lambda each: each.of.outcome in ("meeting", "qualified"))),
        "meaningful": count(those(lambda each: bool(each.of.meant))),
        "card_yes": count(those(lambda each: each.card == "yes")),
        "card_no": count(those(lambda each: each.card == "no")),
        "rejected": share(those(lambda each: each.of.reason is not None), len(own)),
        **{reason: count([each.of.lead for each in own if each.of.reason == reason]) for reason in reasons},
        "data": count(those(lambda each: each.of.data_wrong)),
        "passed": count(those(lambda each: each.of.passed_on)),
    }


def _unsubscribed(leads: Sequence[Known], sight: Sight, office: Office) -> Figures:
    found: Figures = {}
    got = {
        lead.id: [(row["occurred_at"], label_of(row, office), row["kind"]) for row in mails_of(lead)] for lead in leads
    }
    left = {lead.id: [_last(got[lead.id], at, office) for at in noes_of(lead, office)] for lead in leads}
    for label in sorted({mail[1] for mails in got.values() for mail in mails if sight.covers(mail[0])}):
        reached = [lead for lead, mails in got.items() if _has(mails, label, sight)]
        sent = [lead for lead, mails in got.items() if _has([m for m in mails if m[2] == "email_sent"], label, sight)]
        gone = [lead for lead, lasts in left.items() if _has([last for last in lasts if last], label, sight)]
        found["mail", label, "reached"] = count(reached)
        found["mail", label, "left"] = count(gone)
        found["mail", label, "sent"] = count(sent) if sent else Expected(value=None)
        found["mail", label, "rate"] = share([lead for lead in gone if lead in sent], len(sent))
    return found | _left(leads, got, sight, office)


Mail = tuple[int, str, str]


def _has(mails: Iterable[Mail], label: str, sight: Sight) -> bool:
    return any(mail[1] == label and sight.covers(mail[0]) for mail in mails)


def _last(mails: Sequence[Mail], at: int, office: Office) -> Mail | None:
    """The last of not too long before."""
    near = [mail for mail in mails if at - office.no_mail_days * DAY <= mail[0] <= at]
    return near[-1] if near else None


def _left(leads: Sequence[Known], got: dict[int, list[Mail]], sight: Sight, office: Office) -> Figures:
    lasts: dict[str, list[int]] = {}
    for lead in leads:
        met = [(row["occurred_at"], label_of(row, office), "") for row in met_by(lead, office)]
        for at in noes_of(lead, office):
            if sight.covers(at):
                last = _last(sorted([*got[lead.id], *met], key=lambda each: each[:2]), at, office)
                lasts.setdefault(last[1] if last else "Nothing in that time", []).append(lead.id)
    if lasts:
        lasts["All"] = [lead for those in lasts.values() for lead in those]
    return {("left", label, "leads"): count(those) for label, those in lasts.items()}


def playbook(people: Sequence[Person], sight: Sight, now: int, office: Office) -> Figures:
    """`sight` is of the handoffs alone."""
    stands = {person.lead.id: _place(person.lead, now, office) for person in people}
    cells = {(stage, persona): asset for stage, persona, asset in office.cells}
    told = [lead for lead, place in stands.items() if place in cells]
    gaps = [lead for lead, place in stands.items() if place not in cells and place[0] != "disqualified"]
    found: Figures = {}
    for label, those in (("With a next step", told), ("Without one", gaps)):
        found["covered", label, "leads"] = count(those)
        found["covered", label, "share"] = share(those, len(told) + len(gaps))
    for place in {stands[lead] for lead in gaps}:
        found["gap", ", ".join(place), "leads"] = count([lead for lead in gaps if stands[lead] == place])
    every = led_up_to(people, sight, office)
    for place, asset in cells.items():
        label = ", ".join(place)
        found["cell", label, "leads"] = count([lead for lead, one in stands.items() if one == place])
        if asset:
            own = [each.of for each in every if any(_is_called(name, asset) for name in each.met)]
            cell = lifts(own, [each.of for each in every], ("accepted", "won"))
            found |= {("cell", label, key): figure for key, figure in cell.items()}
    return found


def _is_called(label: str, name: str) -> bool:
    return name.lower() in (label.lower(), label.split(": ", 1)[-1].lower())


def _place(lead: Known, now: int, office: Office) -> tuple[str, str]:
    (row,) = lead.of("lead")
    known = known_by(lead, now)
    return row["stage"], next((each.name for each in office.personas if holds(each.when, known)), "others")
