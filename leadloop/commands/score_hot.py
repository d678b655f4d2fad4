"""`leadloop score hot`: whom to call next, of everybody, of one rep's people, of one account."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC
from enum import StrEnum
from pathlib import Path
from typing import Any

from domain.handoff import Rep
from domain.values import RecordRef
from leadloop import exits, screen, spreadsheet
from leadloop.app import App, open_app
from leadloop.badge import show_badge
from leadloop.companies import Companies, companies_of, desk_of
from leadloop.hot_told import account_lines, as_data, person_lines, roll_lines
from leadloop.options import Form
from reports.call_back import Desk
from reports.hot_list import HotList, hot_accounts, hot_people, of_account
from store.engine import Tx
from sync.loop import InForce

COLUMNS = (
    "rank", "priority", "lead", "name", "company", "account", "role", "band", "score", "sales", "why", "reasons",
    "owner", "queue", "phone", "may_call", "email", "may_mail", "asked_at", "touch_due_at", "overdue",
    "last_activity_at", "last_touch_at",
)  # fmt: skip
ACCOUNT_COLUMNS = (
    "rank", "priority", "system", "object", "id", "name", "band", "score", "warm_people", "roles", "buying_group",
    "reasons", "owner", "call_first", "phone", "may_call", "email", "may_mail", "why",
)  # fmt: skip


class By(StrEnum):
    PEOPLE = "people"
    ACCOUNTS = "accounts"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    rep: str | None
    account: str | None
    by: By
    limit: int
    form: Form


@dataclass(frozen=True, slots=True, kw_only=True)
class _Told:
    """What was found and what it is told with."""

    found: HotList
    desk: Desk
    rules: InForce
    rep: Rep | None
    account: str | None


def run(folder: Path, ask: Ask, *, environment: str | None) -> int:
    """Look and change nothing."""
    with closing(open_app(folder, environment=environment)) as app, app.store.read() as tx:
        told = _look(app, tx, ask)
        if isinstance(told, str):
            screen.say(told)
            return exits.BAD_DATA
        match ask.form:
            case Form.JSON:
                screen.document(_document(told, ask))
            case Form.CSV:
                _write_csv(told, ask.by)
            case Form.TABLE:
                show_badge(app)
                _show(told, ask)
    return exits.OK


def _look(app: App, tx: Tx, ask: Ask) -> _Told | str:
    """The answer, or in words why there is none."""
    rules = app.in_force(tx)
    companies = companies_of(tx, rules)
    desk = desk_of(companies, rules, now=app.clock.refresh())
    rep = desk.rep(ask.rep.strip()) if ask.rep is not None else None
    if ask.rep is not None and rep is None:
        return "No rep is known by that address: it has to be the e-mail of a user in Salesforce or HubSpot."
    email = rep.email if rep is not None else None
    if ask.account is None:
        look = hot_accounts if ask.by is By.ACCOUNTS else hot_people
        return _Told(found=look(tx, desk, limit=ask.limit, rep=email), desk=desk, rules=rules, rep=rep, account=None)
    place = _one(companies, tx, ask.account)
    if isinstance(place, str):
        return place
    found = of_account(tx, desk, place, limit=ask.limit, rep=email)
    return _Told(found=found, desk=desk, rules=rules, rep=rep, account=place[1])


def _one(companies: Companies, tx: Tx, text: str) -> tuple[RecordRef, str] | str:
    """The account that is meant, or in words why it cannot be told."""
    found = companies.called(tx, text)
    if not found:
        return f"No account is called {text!r}. Give its name, its domain, or its Salesforce or HubSpot id."
    if len(found) > 1:
        ids = ", ".join(ref.id for ref, _ in found[:10])
        return f"{len(found)} accounts are called {text!r}. Give the id of the one you mean: {ids}"
    return found[0]


def _document(told: _Told, ask: Ask) -> dict[str, Any]:
    return {
        "as_of": told.desk.now.astimezone(UTC),
        "rule_hash": told.rules.hash,
        "by": ask.by,
        "rep": told.rep.email if told.rep is not None else None,
        "account": told.account,
        **as_data(told.found, told.desk),
    }


def _show(told: _Told, ask: Ask) -> None:
    data, desk = as_data(told.found, told.desk), told.desk
    screen.show(_head(told))
    if told.account is not None:
        for account in data["accounts"]:
            screen.show("\n".join(roll_lines(account)))
    wants_accounts = ask.by is By.ACCOUNTS and told.account is None
    rows, lines = (data["accounts"], account_lines) if wants_accounts else (data["people"], person_lines)
    for row in rows:
        screen.show("\n" + "\n".join(lines(row, desk.now, desk.scorer.zone)))
    screen.show()
    for line in _after(told, data, rows, ask):
        screen.say(line)


def _head(told: _Told) -> str:
    whose = [told.rep.name] if told.rep is not None else []
    whose += [told.account] if told.account is not None else []
    of = f" · {' · '.join(whose)}" if whose else ""
    zone = told.desk.scorer.zone
    when = f"{told.desk.now.astimezone(zone):%a %d %b %H:%M} {zone.key}"
    return f"Whom to call next{of} · {when} · rules {told.rules.hash[:8]}"


def _after(told: _Told, data: Mapping[str, Any], rows: Sequence[Mapping[str, Any]], ask: Ask) -> Iterator[str]:
    """What to do next, who was left out and why, and what it took."""
    if rows:
        first = rows[0].get("call_first", rows[0])
        yield f"Next: {_verb(first)} {first['name']}. `leadloop explain {first['key']}` shows every line behind it."
    else:
        yield _nobody(told, ask)
    alone = Counter(each["why"].split()[0] for each in data["left_alone"])
    if alone:
        told_why = ", ".join(f"{count} {_ASLEEP.get(word, word)}" for word, count in alone.most_common())
        yield f"Left alone for now: {told_why}. `--json` names them."
    read = told.found.read
    looked = [_many(read.warm, "warm person", "warm people")]
    if told.account is None:
        looked += [_many(read.handed, "open handoff", "open handoffs"), f"{read.waiting:,} to be decided about"]
    yield f"Looked at {', '.join(looked)}; {read.scored:,} computed anew."
    if not read.is_whole:
        yield (
            "! There were more than one look takes: people further down may be missing. Raise `steps.warm` if too many "
            "are warm; `leadloop run` if many wait to be decided about."
        )


_ASLEEP = {"has": "with a meeting ahead"}


def _many(count: int, one: str, several: str) -> str:
    return f"{count:,} {one if count == 1 else several}"


def _verb(first: Mapping[str, Any]) -> str:
    if first["may_call"]:
        return "call"
    return "write to" if first["may_mail"] else "look at"


def _nobody(told: _Told, ask: Ask) -> str:
    if told.account is not None:
        return "Nobody there is to be called now. Without --account: whom to call elsewhere."
    if told.rep is not None:
        return f"Nobody of {told.rep.name}'s is to be called now. Without --rep: who is nobody's, and whom others have."
    what = "no account has anybody who" if ask.by is By.ACCOUNTS else "nobody"
    return (
        f"Nothing to call back: {what} is warm, was in touch with sales, or is in a handoff. `leadloop status` says "
        "whether everything is read; `leadloop explain LEAD` why somebody's score is what it is."
    )


def _write_csv(told: _Told, by: By) -> None:
    data = as_data(told.found, told.desk)
    wants_accounts = by is By.ACCOUNTS
    rows = data["accounts"] if wants_accounts else data["people"]
    columns = ACCOUNT_COLUMNS if wants_accounts else COLUMNS
    spreadsheet.write_named(columns, map(_flat_account if wants_accounts else _flat, rows))


def _flat(row: Mapping[str, Any]) -> dict[str, Any]:
    reasons = "; ".join(f"{each['points']:+g} {each['words']}" for each in row["reasons"])
    return {**row, "account": row["account"]["name"] if row["account"] else "", "reasons": reasons}


def _flat_account(row: Mapping[str, Any]) -> dict[str, Any]:
    first = row["call_first"]
    reach = {name: first[name] for name in ("phone", "may_call", "email", "may_mail", "why")}
    return {**_flat({**row, "account": None}), **reach, "call_first": first["name"]}
