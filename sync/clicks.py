"""A person's word on clicks in mails: a machine's, so they never count, or a person's, whatever they look like."""

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime

from config.scanners import ScannerRules
from domain.values import LeadId
from scoring.scanners import SUSPECT_KINDS, machine_made
from scoring.wording import cleaned, cut
from store import audit, leads, ledger, retraction, vouching
from store.audit import AuditEntry
from store.engine import Tx
from store.retraction import ActivityKey
from store.vouching import Standing
from sync.duplicates import Heard
from sync.loop import Loop

LONGEST_REASON = 200
NO_REASON = "a person's word"


def confirm(loop: Loop, keys: Collection[ActivityKey], *, by: str, now: datetime) -> list[Heard]:
    """A person clicked: these count from now on as the rules say."""
    with loop.store.write(loop.epoch) as tx:
        found = vouching.standing(tx, keys)
        refused = _refused(keys, found, _why_not_confirmed)
        taken = {key: found[key] for key in keys if key not in refused}
        vouching.vouch(tx, taken, at=now)
        _tell(tx, taken, "click confirmed as a person's", by=by, now=now)
    return [*_done(taken, "a person's, as you say"), *refused.values()]


def retract(loop: Loop, keys: Collection[ActivityKey], *, reason: str, by: str, now: datetime) -> list[Heard]:
    """These never count, whatever their system and the rules say later."""
    why = cut(cleaned(reason), LONGEST_REASON) or NO_REASON
    with loop.store.write(loop.epoch) as tx:
        found = vouching.standing(tx, keys)
        refused = _refused(keys, found, _why_not_retracted)
        taken = {key: found[key] for key in keys if key not in refused}
        rules, whose = loop.in_force(tx).rules.scoring.scanners, _leads_of(taken)
        before = _machines(tx, whose, rules)
        retraction.by_person(tx, list(taken), reason=why, at=now)
        turned = before - _machines(tx, whose, rules) - taken.keys()
        _tell(tx, taken, f"click retracted: {why}", by=by, now=now)
    return [*_done(taken, "out for good"), *_left_over(turned), *refused.values()]


def _machines(tx: Tx, whose: Sequence[LeadId], rules: ScannerRules) -> set[ActivityKey]:
    return {key for done in ledger.activities_of(tx, whose).values() for key in machine_made(done, rules)}


def _left_over(turned: Collection[ActivityKey]) -> list[Heard]:
    """Of a burst without some of its links nobody can tell that it was one."""
    if not turned:
        return []
    which = ", ".join(":".join(key) for key in sorted(turned))
    return [Heard(ok=True, words=f"Without them these look like a person's; retract them too if they are not: {which}")]


def _refused(
    keys: Collection[ActivityKey], found: Mapping[ActivityKey, Standing], why_not: Callable[[Standing], str | None]
) -> dict[ActivityKey, Heard]:
    refused: dict[ActivityKey, Heard] = {}
    for key in keys:
        each = found.get(key)
        if each is None:
            why: str | None = "no such activity is in the ledger"
        elif each.kind not in SUSPECT_KINDS:
            why = f"it is no click in a mail but {each.kind.replace('_', ' ')}"
        else:
            why = why_not(each)
        if why is not None:
            refused[key] = Heard(ok=False, words=f"{':'.join(key)}: {why}.")
    return refused


def _why_not_confirmed(each: Standing) -> str | None:
    if each.retracted_by_person:
        return "a person retracted it for good"
    if each.retracted:
        return "its system took it back"
    return "it was confirmed already" if each.vouched else None


def _why_not_retracted(each: Standing) -> str | None:
    return "it was retracted already" if each.retracted_by_person else None


def _tell(tx: Tx, taken: Mapping[ActivityKey, Standing], action: str, *, by: str, now: datetime) -> None:
    """Whose clicks they are is decided anew in the next cycle; the audit has a row for each click."""
    leads.touch(tx, _leads_of(taken))
    audit.append(
        tx,
        [
            AuditEntry(
                at=now,
                actor=by,
                action=action,
                connection=connection,
                object=stream,
                record_id=external_id,
                lead_id=each.lead,
            )
            for (connection, stream, external_id), each in taken.items()
        ],
    )


def _done(taken: Mapping[ActivityKey, Standing], what: str) -> list[Heard]:
    if not taken:
        return []
    whose = _leads_of(taken)
    clicks = f"{len(taken)} clicks" if len(taken) > 1 else "1 click"
    who = f" of lead {', '.join(map(str, whose))}" if whose else ""
    return [Heard(ok=True, words=f"{clicks}{who}: {what}. Scored anew in the next cycle.")]


def _leads_of(taken: Mapping[ActivityKey, Standing]) -> list[LeadId]:
    return sorted({each.lead for each in taken.values() if each.lead is not None})
