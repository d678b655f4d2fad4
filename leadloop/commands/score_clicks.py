"""`leadloop score clicks`: which clicks in mails are taken for a scanner's and why, and a person's word on them."""

from collections.abc import Collection, Iterable, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

from config.scanners import ScannerRules
from domain.activity import ActivityKind
from domain.values import LeadId, to_text
from leadloop import exits, screen
from leadloop.actor import actor
from leadloop.app import App, open_app
from leadloop.commands.explain import rules_at
from leadloop.filing import lead_or_file
from leadloop.finding import find_lead, unknown
from leadloop.grouping import report
from leadloop.vouching import CONFIRM, RETRACT, confirm_clicks, retract_clicks
from scoring.bursts import Key, link_of
from scoring.scanners import SUSPECT_KINDS, Suspicion, machine_made, verdicts
from scoring.scans import scans_of
from scoring.wording import cleaned
from store import ledger, vouching
from store.chunks import chunks
from store.engine import Tx
from sync.loop import compile_version

COLUMNS = ("lead", "at", "link", "taken for", "because", "key")
_SHOWN = 50
"""Rows on the screen; `--json` gives all."""

Row = tuple[LeadId, Suspicion]


def listing(folder: Path, lead: str | None, *, environment: str | None, as_json: bool) -> int:
    """Of one lead every click; else of all leads those that are a machine's, or that a person said something of."""
    with closing(open_app(folder, environment=environment)) as app, app.store.read() as tx:
        rules = _rules(app, tx)
        found = find_lead(tx, lead) if lead is not None else None
        rows = [] if lead is not None and found is None else list(_rows(tx, rules, found))
    if lead is not None and found is None:
        screen.say(unknown(lead))
        return exits.BAD_DATA
    if as_json:
        screen.document(as_data(rows, rules))
    else:
        _show(rows, rules)
    return exits.OK


def confirm(folder: Path, what: Sequence[str], *, environment: str | None, wait: bool) -> int:
    """0 when all of them count now, 1 when some do not, 65 when nothing is meant by a word."""
    with closing(open_app(folder, environment=environment)) as app:
        keys = _meant(app, what, word="confirm")
        if not keys:
            return exits.BAD_DATA
        payload = {"clicks": sorted(keys), "by": actor()}
        answer = lead_or_file(
            app, lambda loop: confirm_clicks(app, loop, payload), kind=CONFIRM, payload=payload, wait=wait
        )
    return report(answer)


def retract(folder: Path, what: Sequence[str], *, reason: str, environment: str | None, wait: bool) -> int:
    """As `confirm`."""
    with closing(open_app(folder, environment=environment)) as app:
        keys = _meant(app, what, word="retract")
        if not keys:
            return exits.BAD_DATA
        payload = {"clicks": sorted(keys), "reason": reason, "by": actor()}
        answer = lead_or_file(
            app, lambda loop: retract_clicks(app, loop, payload), kind=RETRACT, payload=payload, wait=wait
        )
    return report(answer)


def _rules(app: App, tx: Tx) -> ScannerRules:
    """Those in force."""
    version = compile_version(rules_at(tx, app.clock.now()), types=app.types, time_zone=app.settings.time_zone)
    return version.rules.scoring.scanners


def _rows(tx: Tx, rules: ScannerRules, lead: LeadId | None) -> Iterable[Row]:
    leads = [lead] if lead is not None else vouching.leads_with(tx, SUSPECT_KINDS)
    for portion in chunks(leads):
        theirs = ledger.activities_of(tx, portion)
        for each in portion:
            for one in verdicts(theirs.get(each, ()), rules):
                if lead is not None or one.is_machine or one.vouched:
                    yield each, one


def _meant(app: App, what: Sequence[str], *, word: str) -> set[Key]:
    """The clicks that are named by key, and of every lead that is named those taken for a machine's.

    Empty when one of the words means nothing: then nothing is done at all.
    """
    keys: set[Key] = set()
    with app.store.read() as tx:
        rules = _rules(app, tx)
        for text in dict.fromkeys(what):
            key = _key(text)
            lead = None if key is not None else find_lead(tx, text)
            if key is not None:
                keys.add(key)
            elif lead is None:
                screen.say(f"! {unknown(text)} A click is named by its key from `leadloop score clicks list`.")
                return set()
            else:
                made = machine_made(ledger.activities_of(tx, [lead]).get(lead, ()), rules)
                if not made:
                    screen.say(f"! No click of lead {lead} is taken for a mail scanner's: there is nothing to {word}.")
                    return set()
                keys |= made.keys()
    return keys


def _key(text: str) -> Key | None:
    """`hubspot:email_events:8f2…`, as `list` gives it."""
    connection, _, rest = text.partition(":")
    stream, _, external_id = rest.partition(":")
    return (connection, stream, external_id) if connection and stream and external_id else None


def _show(rows: Sequence[Row], rules: ScannerRules) -> None:
    if not rules.enabled:
        screen.say("! scoring.yaml has scanners.enabled off: only what the sending system calls a machine's is one.")
    if not rows:
        screen.show("No click is taken for a mail scanner's, and nobody confirmed or retracted one.")
        return
    screen.table("Clicks", COLUMNS, [_cells(*row) for row in rows[:_SHOWN]])
    if len(rows) > _SHOWN:
        screen.say(f"{len(rows) - _SHOWN} more: add --json.")
    if any(one.is_machine for _, one in rows):
        screen.say("A person's after all: `leadloop score clicks confirm LEAD|KEY ...`; never to count: `... retract`.")


def _cells(lead: LeadId, one: Suspicion) -> tuple[object, ...]:
    activity = one.activity
    return (
        lead,
        f"{activity.occurred_at:%Y-%m-%d %H:%M:%S}",
        "(opened)" if activity.kind is ActivityKind.EMAIL_OPENED else cleaned(link_of(activity)),
        _taken_for(one),
        one.words,
        ":".join(activity.key),
    )


def _taken_for(one: Suspicion) -> str:
    if one.vouched:
        return "a person, confirmed"
    return "a machine" if one.is_machine else "a person"


def as_data(rows: Sequence[Row], rules: ScannerRules) -> dict[str, Any]:
    by_lead: dict[LeadId, list[Suspicion]] = {}
    for lead, one in rows:
        by_lead.setdefault(lead, []).append(one)
    return {
        "enabled": rules.enabled,
        "counts": {
            "machine": sum(one.is_machine for _, one in rows),
            "confirmed": sum(one.vouched for _, one in rows),
            "leads": len({lead for lead, one in rows if one.is_machine}),
        },
        "scans": [
            {"lead": lead, "at": to_text(scan.at), "words": scan.words, "keys": _texts(scan.keys)}
            for lead, ones in by_lead.items()
            for scan in scans_of((one for one in ones if one.is_machine), rules)
        ],
        "clicks": [_as_data(*row) for row in rows],
    }


def _as_data(lead: LeadId, one: Suspicion) -> dict[str, Any]:
    return {
        "lead": lead,
        "key": ":".join(one.activity.key),
        "kind": one.activity.kind,
        "at": to_text(one.activity.occurred_at),
        "link": cleaned(link_of(one.activity)),
        "machine": one.is_machine,
        "confirmed": one.vouched,
        "reasons": [{"hint": each.hint, "weight": each.weight, "words": each.words} for each in one.reasons],
    }


def _texts(keys: Collection[Key]) -> list[str]:
    return [":".join(key) for key in keys]
