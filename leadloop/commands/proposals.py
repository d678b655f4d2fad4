"""`leadloop proposals`: changes that were asked for while changes are frozen, and a second person's word on them."""

from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

from config.edits import edits_of_documents
from config.load import rules_from_document
from domain.errors import SettingsError
from domain.run import GoLive
from leadloop import exits, screen
from leadloop.app import App, open_app
from leadloop.asking import is_agreed
from leadloop.badge import show_badge
from leadloop.commands.config import refuse_undecided, try_out
from leadloop.commands.golive import look
from leadloop.freezing import frozen_as_data, frozen_at, myself
from leadloop.letting_through import SetChangedError, let_through_as_proposed
from leadloop.publishing import note_if_held, publish, version_in
from leadloop.striding import go_as_proposed
from store import proposals
from store import rules as rule_store
from store.engine import Tx
from store.proposals import Kind, Person, Proposal, ProposalStatus
from store.rules import OvertakenError
from sync.golive import MovedMeanwhileError


def listing(folder: Path, *, environment: str | None, as_json: bool) -> int:
    with closing(open_app(folder, environment=environment, to_publish=True)) as app:
        now = app.clock.refresh()
        with app.store.write() as tx:
            proposals.expire(tx, now=now)
            found = proposals.history(tx)
        frozen = frozen_at(app.settings, now)
        if as_json:
            screen.document({"freeze": frozen_as_data(frozen), "proposals": [as_data(each) for each in found]})
            return exits.OK
        show_badge(app)
    if frozen is not None:
        screen.show(f"frozen {frozen.in_words}: changes need a second person")
    rows = [
        (each.number, each.deed.what, each.by.login, f"{each.at:%Y-%m-%d %H:%M}", _standing(each)) for each in found
    ]
    screen.table("Proposals, newest first", ("number", "what", "by", "at (UTC)", "status"), rows)
    return exits.OK


def _standing(each: Proposal) -> str:
    if each.status is ProposalStatus.WAITING:
        return f"waiting until {each.expires_at:%Y-%m-%d %H:%M}"
    has_word = each.status in {ProposalStatus.APPROVED, ProposalStatus.WITHDRAWN}
    return f"{each.status} by {each.answered_by}" if has_word else each.status.value


def as_data(each: Proposal) -> dict[str, Any]:
    return {
        "number": each.number,
        "kind": each.deed.kind,
        "what": each.deed.what,
        "by": each.by.login,
        "at": each.at,
        "expires_at": each.expires_at,
        "status": each.status,
        "answered_by": each.answered_by,
        "answered_at": each.answered_at,
        "digest": each.deed.digest if each.status is ProposalStatus.WAITING else None,
    }


def show(folder: Path, number: int, *, environment: str | None, as_json: bool) -> int:
    """Everything that agreeing to it does."""
    with closing(open_app(folder, environment=environment, to_publish=True)) as app:
        with app.store.read() as tx:
            found = proposals.get(tx, number)
            lines = _lines(tx, found) if found is not None else []
        if found is None:
            return _unknown(number)
        lines += _effect(app, found)
        if as_json:
            screen.document({**as_data(found), "why": _why(found), "does": lines})
            return exits.OK
        show_badge(app)
    _tell(found, lines)
    return exits.OK


def _tell(found: Proposal, lines: list[str]) -> None:
    screen.show(f"Proposal {found.number} of {found.by.login}: {found.deed.what} · {_standing(found)}")
    if why := _why(found):
        screen.show(f"  {why}")
    for line in lines:
        screen.show(line)


def _why(found: Proposal) -> str:
    """In the proposer's words."""
    payload = found.deed.payload
    return str(payload.get("reason") or payload.get("message") or "")


def _lines(tx: Tx, found: Proposal) -> list[str]:
    """What it does, line by line; nothing is left of it to tell once it is answered."""
    payload, kind = found.deed.payload, found.deed.kind
    if found.status is not ProposalStatus.WAITING:
        return []
    if kind.is_rules:
        before = rule_store.by_number(tx, payload["base"])
        edits = edits_of_documents(before.document if before else "{}", payload["document"])
        return [each.words for each in edits]
    if kind is Kind.GOLIVE:
        return [f"although not ready: {name}" for name in payload["forced"]]
    return [f"{len(payload['leads'])} leads, as `leadloop held show {payload['set']}#{payload['number']}` lists them"]


def _effect(app: App, found: Proposal) -> list[str]:
    """What proposed rules would change for the leads there are now, as `config publish` tells it."""
    if found.status is not ProposalStatus.WAITING or not found.deed.kind.is_rules:
        return []
    tried = try_out(app, version_in(found.deed.payload, now=app.clock.now(), message=""))
    return list(tried.lines())


def approve(folder: Path, number: int, *, environment: str | None, yes: bool) -> int:
    """Carry out exactly what was proposed, if nothing came between."""
    with closing(open_app(folder, environment=environment, to_publish=True)) as app:
        now, me = app.clock.refresh(), myself()
        with app.store.write() as tx:
            proposals.expire(tx, now=now)
            found = proposals.get(tx, number)
            lines = _lines(tx, found) if found is not None else []
        if found is None or found.status is not ProposalStatus.WAITING:
            return _unknown(number) if found is None else _answered(found)
        if found.by.login == me.login:
            screen.say(f"Proposal {number} is your own: somebody with another login has to approve it.")
            return exits.LOGIN
        if (refused := _refused(app, found)) is not None:
            return refused
        show_badge(app)
        _tell(found, lines)
        if not (yes or is_agreed(f"Approve proposal {number} of {found.by.login}?")):
            return exits.CHANGES_PENDING
        return _carry_out(app, found, me)


def _refused(app: App, found: Proposal) -> int | None:
    """What the command itself would refuse now; the proposal waits on, for it may be mended."""
    payload = found.deed.payload
    if not found.is_whole:
        raise SettingsError(f"Proposal {found.number} is not what was kept: somebody wrote into the database.")
    if found.deed.kind is Kind.GOLIVE:
        return _not_ready(app, payload)
    if found.deed.kind.is_rules:
        if payload["connections"] != app.types:
            raise SettingsError("These rules were proposed for other connections than leadloop.yaml has now.")
        mapping = rules_from_document(payload["document"]).mapping
        if found.deed.kind is Kind.PUBLISH:
            refuse_undecided(app, mapping)
    return None


def _not_ready(app: App, payload: Mapping[str, Any]) -> int | None:
    """What came up since a step was proposed; None also where another one is in force, which is told of later."""
    seen = look(app, GoLive(payload["step"]))
    failed = [each for each in seen.failed if each.name not in payload["forced"]]
    if not failed or seen.now.order.number != payload["after"]:
        return None
    for each in failed:
        screen.show(f"✗ {each.what}\n    {each.mend}")
    screen.say("It is not ready: nothing was done, and the proposal waits on.")
    return exits.CONFIG


def _carry_out(app: App, found: Proposal, me: Person) -> int:
    """In one transaction with the answer."""
    now = app.clock.refresh()
    try:
        with app.store.write() as tx:
            words = None
            if proposals.answer(tx, found, ProposalStatus.APPROVED, by=me, now=now):
                words = _done(app, tx, found, me)
    except (OvertakenError, MovedMeanwhileError, SetChangedError) as error:
        with app.store.write() as tx:
            proposals.answer(tx, found, ProposalStatus.OVERTAKEN, by=me, now=now)
        screen.say(f"Nothing was done: {error}. Proposal {found.number} is closed; whoever still wants it asks anew.")
        return exits.BAD_DATA
    if words is None:
        screen.say(f"Proposal {found.number} does not wait any more: `leadloop proposals list`.")
        return exits.BAD_DATA
    screen.show(words)
    if found.deed.kind.is_rules and not note_if_held(app):
        screen.say("This folder holds other rules: `leadloop config pull` brings these into it.")
    return exits.OK


def _done(app: App, tx: Tx, found: Proposal, me: Person) -> str:
    payload, now, proposer = found.deed.payload, app.clock.now(), found.by.login
    if found.deed.kind is Kind.GOLIVE:
        reason = f"{payload['reason']} (approved by {me.login})".lstrip()
        return go_as_proposed(tx, payload, by=proposer, reason=reason, now=now)
    if found.deed.kind is Kind.HELD:
        reason = f"{payload['reason']} (proposed by {proposer})".lstrip()
        return let_through_as_proposed(tx, app.settings, payload, by=me.login, reason=reason, now=now)
    message = f"{payload['message']} (approved by {me.login})".lstrip()
    done = publish(tx, version_in(payload, now=now, message=message), base=payload["base"])
    if not done.changed:
        return f"These rules are in force already (version {done.number})."
    return f"Version {done.number} is in force; {done.leads} leads are rescored in the next cycle."


def withdraw(folder: Path, number: int, *, environment: str | None) -> int:
    """Whoever made it, or anybody who does not want it."""
    with closing(open_app(folder, environment=environment, to_publish=True)) as app:
        now = app.clock.refresh()
        with app.store.write() as tx:
            proposals.expire(tx, now=now)
            found = proposals.get(tx, number)
            done = found is not None and proposals.answer(tx, found, ProposalStatus.WITHDRAWN, by=myself(), now=now)
    if found is None:
        return _unknown(number)
    if not done:
        return _answered(found)
    screen.show(f"Proposal {number} is withdrawn: {found.deed.what}.")
    return exits.OK


def _unknown(number: int) -> int:
    screen.say(f"There is no proposal {number}. See `leadloop proposals list`.")
    return exits.BAD_DATA


def _answered(found: Proposal) -> int:
    screen.say(f"Proposal {found.number} does not wait any more: {_standing(found)}.")
    return exits.BAD_DATA
