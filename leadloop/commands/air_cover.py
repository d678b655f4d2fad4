"""`leadloop air-cover`: the accounts on which reps asked for air cover, and what their people did since."""

from collections import Counter
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

from domain.errors import SettingsError
from handoff.air_cover import Standing
from handoff.cover_digest import CoveredAccount, line_of
from leadloop import exits, screen
from leadloop.app import open_app
from sync.air_cover import asks
from sync.cover_digest import covered_accounts
from sync.material import users


def run(folder: Path, rep: str | None, *, environment: str | None, as_json: bool) -> int:
    with closing(open_app(folder, environment=environment)) as app, app.store.read() as tx:
        rules = app.in_force(tx)
        if rules.lifecycle.air_cover is None or not asks(rules.mapping):
            raise SettingsError(
                "Nobody can ask for air cover: name the box in mapping.yaml (`systems.NAME.accounts.air_cover`) and "
                "give lifecycle.yaml an `air_cover`. docs/recycling.md says how."
            )
        people = users(tx, rules.mapping)
        found = covered_accounts(tx, rules, people, now=app.clock.refresh())
        zone = rules.book.zone
        limit = rules.lifecycle.air_cover.accounts_per_rep
    wanted = [each for each in found if rep is None or (each.owner or "").casefold() == rep.strip().casefold()]
    if as_json:
        screen.document({"accounts_per_rep": limit, "accounts": [_as_data(each) for each in wanted]})
        return exits.OK
    for owner, theirs in _by_owner(wanted).items():
        screen.show(f"{owner} · {sum(each.standing is Standing.COVERED for each in theirs)} of {limit}")
        for each in theirs:
            screen.show(f"  {line_of(each, zone=zone)}")
    _after(wanted)
    return exits.OK


def _by_owner(found: Sequence[CoveredAccount]) -> dict[str, list[CoveredAccount]]:
    groups: dict[str, list[CoveredAccount]] = {}
    for each in found:
        groups.setdefault(each.owner or "nobody", []).append(each)
    return dict(sorted(groups.items()))


def _after(found: Sequence[CoveredAccount]) -> None:
    counts = Counter(each.standing for each in found)
    if not found:
        screen.say("Nobody asks for air cover. The owner of an account ticks the box on it.")
    elif counts[Standing.WAITS]:
        screen.say(f"{counts[Standing.WAITS]} wait: their owners have as many as they may. The newest request waits.")


def _as_data(each: CoveredAccount) -> dict[str, Any]:
    return {
        "system": each.ref.connection,
        "object": each.ref.object,
        "id": each.ref.id,
        "name": each.name,
        "owner": each.owner,
        "standing": each.standing,
        "asked_at": each.asked_at,
        "until": each.until,
        "people": each.people,
        "opted_out": each.opted_out,
        "did": {kind.value: count for kind, count in sorted(each.did.items())},
    }
