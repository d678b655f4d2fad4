"""`leadloop identity`: who is who and why, and a person's word that two leads are one or that one of them is two."""

from collections.abc import Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

from domain.identity import STRONGEST, Doubt, Tie
from domain.values import LeadId, RecordRef
from leadloop import exits, screen
from leadloop.actor import actor
from leadloop.app import App, open_app
from leadloop.asking import is_agreed
from leadloop.filing import lead_or_file
from leadloop.finding import find_lead, unknown
from leadloop.grouping import report
from leadloop.whoiswho import JOIN, SPLIT, join_two, split_one
from mapping.identity import full_id, is_live
from reports.identity import Overview, Standing, overview
from reports.identity import show as standing_of
from store import records, unions, unmerging
from store.unions import Union

_SHOWN = 50
"""Rows of one table on the screen; `--json` gives all."""


def listing(folder: Path, *, environment: str | None, as_json: bool) -> int:
    with closing(open_app(folder, environment=environment)) as app, app.store.read() as tx:
        found = overview(tx)
    if as_json:
        screen.document(overview_as_data(found))
        return exits.OK
    _table("Addresses of several leads", ("address", "leads"), [(a, _few(ids)) for a, ids in found.mailboxes.items()])
    _table(
        "Left apart, though something says they are one person",
        ("lead", "lead", "because of", "left apart because", "since"),
        [
            (each.one, each.other, each.tie.words, each.cause.words, f"{each.since:%Y-%m-%d %H:%M}")
            for each in found.doubts
        ],
    )
    _table(
        "One lead, though its records have nothing in common any more",
        ("lead", "records"),
        [(lead, " | ".join(", ".join(map(str, part)) for part in parts)) for lead, parts in found.loose.items()],
    )
    _table(
        "United last", ("union", "at", "lead", "took in", "because of", "by"), [_union(each) for each in found.unions]
    )
    screen.say("`leadloop identity show LEAD` has the keys; `join LEAD LEAD` and `split UNION|RECORD` change it.")
    return exits.OK


def show(folder: Path, text: str, *, environment: str | None, as_json: bool) -> int:
    with closing(open_app(folder, environment=environment)) as app, app.store.read() as tx:
        lead = find_lead(tx, text)
        found = standing_of(tx, lead) if lead is not None else None
    if found is None:
        screen.say(unknown(text))
        return exits.BAD_DATA
    if as_json:
        screen.document(standing_as_data(found))
    else:
        _show_standing(found)
    return exits.OK


def split(folder: Path, what: str, *, environment: str | None, yes: bool, wait: bool) -> int:
    """0 when they are two now; 1 when it cannot be done; 2 when nobody said yes; 65 for what there is not."""
    with closing(open_app(folder, environment=environment)) as app:
        payload = _wanted(app, what)
        if payload is None:
            screen.say(
                f"{what!r} is neither a union nor a record. See `leadloop identity list` and `identity show LEAD`."
            )
            return exits.BAD_DATA
        if not (yes or is_agreed("Split them?")):
            return exits.CHANGES_PENDING
        payload |= {"by": actor()}
        answer = lead_or_file(app, lambda loop: split_one(app, loop, payload), kind=SPLIT, payload=payload, wait=wait)
    return report(answer)


def join(folder: Path, texts: tuple[str, str], *, environment: str | None, yes: bool, wait: bool) -> int:
    with closing(open_app(folder, environment=environment)) as app:
        with app.store.read() as tx:
            found = {text: find_lead(tx, text) for text in texts}
            ids = [lead for lead in found.values() if lead is not None]
            theirs = records.of_leads(tx, ids)
        for text, lead in found.items():
            if lead is None:
                screen.say(unknown(text))
                return exits.BAD_DATA
        for lead in sorted(set(ids)):
            screen.show(f"Lead {lead}: {', '.join(str(each.ref) for each in theirs.get(lead, ()))}")
        if not (yes or is_agreed("Make them one lead?")):
            return exits.CHANGES_PENDING
        payload = {"leads": ids if len(ids) > 1 else ids * 2, "by": actor()}
        answer = lead_or_file(app, lambda loop: join_two(app, loop, payload), kind=JOIN, payload=payload, wait=wait)
    return report(answer)


def _wanted(app: App, what: str) -> dict[str, Any] | None:
    """What is to be split, after telling what would go where; None when there is no such thing."""
    with app.store.read() as tx:
        if what.isdecimal():
            union = unions.get(tx, int(what)) if len(what) < 10 else None
            if union is None:
                return None
            gone = unmerging.given_back(tx, union) if unmerging.hindrance(tx, union) is None else []
            lead, to = union.survivor, f"lead {union.loser}"
            payload: dict[str, Any] = {"union": union.id}
        else:
            ref = _record(what)
            found = records.lead_of(tx, [ref]) if ref is not None else {}
            if ref is None or ref not in found:
                return None
            gone, lead, to = [ref], found[ref], "a lead of its own"
            payload = {"record": [ref.connection, ref.object, ref.id]}
        stays = [each.ref for each in records.of_leads(tx, [lead]).get(lead, ()) if each.ref not in gone]
    if gone:
        screen.show(f"To {to}: {', '.join(map(str, gone))}, with all that came to them.")
        screen.show(f"Lead {lead} keeps: {', '.join(map(str, stays)) or 'no record'}.")
        screen.show("Fields that were written to either meanwhile stay as they are: look at them afterwards.")
    return payload


def _record(what: str) -> RecordRef | None:
    """`salesforce:Lead:00Q…`, as `identity show` gives it."""
    connection, _, rest = what.partition(":")
    kind, _, record_id = rest.partition(":")
    if not (connection and kind and record_id):
        return None
    return RecordRef(connection=connection, object=kind, id=full_id(record_id))


def _show_standing(found: Standing) -> None:
    live = {record.ref: is_live(record) for record in found.records}
    claims = [
        (
            one.ref,
            "yes" if live.get(one.ref) else "no",
            "" if one.tie is Tie.SELF else one.value,
            one.tie.words,
            f"{one.since:%Y-%m-%d %H:%M}",
        )
        for one in sorted(found.claims, key=lambda one: (one.ref, STRONGEST[one.tie], one.value))
    ]
    _table(f"Lead {found.lead}", ("record", "living", "key", "known by", "since"), claims)
    _table("Unions", ("union", "at", "lead", "took in", "because of", "by"), [_union(each) for each in found.unions])
    for address, ids in found.shared.items():
        screen.show(f"{address} is an address of the leads {_few(ids)}: it unites only who is called the same.")
    if found.apart:
        screen.show(f"Kept apart by a person from: {_few(found.apart)}.")
    for each in found.doubts:
        other = each.other if each.one == found.lead else each.one
        screen.show(f"Not united with lead {other} ({each.tie.words}): {each.cause.words}.")
    if len(found.parts) > 1:
        first, *rest = found.parts
        screen.show(f"Nothing but our own key holds {_refs(first)} and {' and '.join(map(_refs, rest))} together.")
        screen.show(f"If they are two people: `leadloop identity split {rest[0][0]}`.")


def _refs(part: tuple[RecordRef, ...]) -> str:
    return ", ".join(map(str, part))


def _few(ids: Sequence[LeadId]) -> str:
    shown = [str(each) for each in ids[:8]]
    return ", ".join(shown) + (f" and {len(ids) - 8} more" if len(ids) > 8 else "")


def _union(each: Union) -> tuple[object, ...]:
    state = f" (split {each.split_at:%Y-%m-%d %H:%M})" if each.split_at else ""
    return (each.id, f"{each.at:%Y-%m-%d %H:%M}", each.survivor, each.loser, each.tie.words + state, each.made_by)


def _table(title: str, columns: tuple[str, ...], rows: Sequence[tuple[object, ...]]) -> None:
    if rows:
        screen.table(title, columns, rows[:_SHOWN])
    if len(rows) > _SHOWN:
        screen.say(f"{len(rows) - _SHOWN} more: add --json.")


def overview_as_data(found: Overview) -> dict[str, Any]:
    return {
        "shared": [{"address": address, "leads": ids} for address, ids in found.mailboxes.items()],
        "left_apart": [_doubt(each) for each in found.doubts],
        "loose": [{"lead": lead, "parts": _parts(parts)} for lead, parts in found.loose.items()],
        "unions": [_union_as_data(each) for each in found.unions],
    }


def standing_as_data(found: Standing) -> dict[str, Any]:
    live: Mapping[RecordRef, bool] = {record.ref: is_live(record) for record in found.records}
    return {
        "lead": found.lead,
        "records": [
            {
                **_ref(ref),
                "living": living,
                "keys": [
                    {"kind": one.kind, "value": one.value, "tie": one.tie, "since": one.since}
                    for one in found.claims
                    if one.ref == ref
                ],
            }
            for ref, living in live.items()
        ],
        "unions": [_union_as_data(each) for each in found.unions],
        "parts": _parts(found.parts),
        "shared": [{"address": address, "leads": ids} for address, ids in found.shared.items()],
        "kept_apart_from": found.apart,
        "left_apart": [_doubt(each) for each in found.doubts],
    }


def _parts(parts: Sequence[tuple[RecordRef, ...]]) -> list[list[dict[str, str]]]:
    return [[_ref(ref) for ref in part] for part in parts]


def _ref(ref: RecordRef) -> dict[str, str]:
    return {"system": ref.connection, "object": ref.object, "id": ref.id}


def _doubt(each: Doubt) -> dict[str, Any]:
    return {"leads": [each.one, each.other], "tie": each.tie, "cause": each.cause, "since": each.since}


def _union_as_data(each: Union) -> dict[str, Any]:
    return {
        "union": each.id,
        "at": each.at,
        "lead": each.survivor,
        "took_in": each.loser,
        "tie": each.tie,
        "by": each.made_by,
        "split_at": each.split_at,
        "can_be_split": each.is_kept and each.split_at is None,
    }
