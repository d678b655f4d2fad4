"""`leadloop duplicates`: several records of one person, as of the last pull, and a person's word on the likely ones."""

from collections.abc import Collection, Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

from leadloop import exits, screen, spreadsheet
from leadloop.actor import actor
from leadloop.app import App, open_app
from leadloop.filing import lead_or_file
from leadloop.grouping import CONFIRM, REOPEN, as_answer, confirm_all, reopen_all, report
from leadloop.options import Form
from mapping.compiled import FieldMap
from reports.duplicates import Duplicates, Group, find
from store import group_words, leads
from store.engine import Tx
from sync.duplicates import dismiss as dismiss_one

COLUMNS = ("group", "bond", "one_lead", "lead_ids", "system", "object", "id", "head", "because")
_SHOWN = 50
"""Groups on the screen; `--json` and `--csv` give all."""


def run(folder: Path, *, environment: str | None, form: Form, dismissed: bool = False) -> int:
    """`dismissed`: on the screen and as CSV those instead; JSON has both."""
    with closing(open_app(folder, environment=environment)) as app, app.store.read() as tx:
        found, is_new = _find(tx, app), not leads.count(tx)
    if is_new:
        screen.say("! Nothing was read yet: run `leadloop plan --pull` first.")
    match form:
        case Form.JSON:
            screen.document(as_data(found))
        case Form.CSV:
            chosen = found.dismissed if dismissed else found.groups
            spreadsheet.write(COLUMNS, (row for group in chosen for row in _rows(group)))
        case Form.TABLE if dismissed:
            _show_groups("Dismissed as different people", found.dismissed)
        case Form.TABLE:
            show(found)
    return exits.OK


def _find(tx: Tx, app: App) -> Duplicates:
    return find(tx, FieldMap(app.installation.rules.mapping, app.types))


def confirm(folder: Path, names: Sequence[str], *, environment: str | None, wait: bool) -> int:
    """0 when all of them are one person now, 1 when some are not, 65 when no likely group has such a name."""
    with closing(open_app(folder, environment=environment)) as app:
        groups = _likely(app, names)
        if not groups:
            return exits.BAD_DATA
        payload = {"groups": [group.leads for group in groups], "by": actor()}
        answer = lead_or_file(
            app, lambda loop: confirm_all(app, loop, payload), kind=CONFIRM, payload=payload, wait=wait
        )
    return report(answer) or _left_out(names, groups)


def dismiss(folder: Path, names: Sequence[str], *, environment: str | None) -> int:
    with closing(open_app(folder, environment=environment)) as app:
        groups, now = _likely(app, names), app.clock.refresh()
        if not groups:
            return exits.BAD_DATA
        with app.store.write() as tx:
            heard = [dismiss_one(tx, group.leads, by=actor(), now=now) for group in groups]
    return report(as_answer(heard)) or _left_out(names, groups)


def reopen(folder: Path, names: Sequence[str], *, environment: str | None, wait: bool) -> int:
    """Take a word back; 65 when there is none on any of these groups."""
    with closing(open_app(folder, environment=environment)) as app:
        with app.store.read() as tx:
            spoken = group_words.get(tx, names)
        for name in dict.fromkeys(names):
            if name not in spoken:
                screen.say(f"! {name}: nobody confirmed or dismissed it. See `leadloop duplicates`.")
        if not spoken:
            return exits.BAD_DATA
        payload = {"names": sorted(spoken), "by": actor()}
        answer = lead_or_file(app, lambda loop: reopen_all(app, loop, payload), kind=REOPEN, payload=payload, wait=wait)
    return report(answer) or _left_out(names, spoken)


def _likely(app: App, names: Sequence[str]) -> list[Group]:
    """The groups of these names that wait for a word; of the others it is said why not."""
    wanted = list(dict.fromkeys(names))
    with app.store.read() as tx:
        known, spoken = _find(tx, app).likely(), group_words.get(tx, wanted)
    for name in wanted:
        if name in known:
            continue
        if name in spoken:
            screen.say(f"! {name} was {spoken[name].word}: `leadloop duplicates reopen {name}` takes that back.")
        else:
            screen.say(f"! {name} is no likely group. See `leadloop duplicates`.")
    return [known[name] for name in wanted if name in known]


def _left_out(names: Collection[str], done: Collection[object]) -> int:
    return exits.OK if len(done) == len(set(names)) else exits.SOME_FAILED


def show(found: Duplicates) -> None:
    counts = found.counts()
    screen.show(f"People with several records: {counts['one_lead']}. One lead, one score, one handoff.")
    screen.show(f"Likely one person: {counts['likely']}. Each stays a lead of its own until you confirm them.")
    screen.show(f"Records that are read and never written to: {counts['never_written']}.")
    if not found.names_known:
        screen.say("! mapping.yaml has no properties first_name and last_name: nobody was compared by name.")
    if found.groups:
        _show_groups("", found.groups)
    if found.dismissed:
        screen.say(f"Dismissed as different people: {len(found.dismissed)}, see `leadloop duplicates --dismissed`.")
    if counts["likely"]:
        screen.say("Likely ones: `leadloop duplicates confirm GROUP ...`, or `leadloop duplicates dismiss GROUP ...`.")
    if counts["one_lead"] or counts["likely"]:
        screen.say("Merge them in Salesforce or HubSpot where they are one person: leadloop follows, and never merges.")


def _show_groups(title: str, groups: Sequence[Group]) -> None:
    screen.table(title, COLUMNS, [row for group in groups[:_SHOWN] for row in _rows(group)])
    if len(groups) > _SHOWN:
        screen.say(f"{len(groups) - _SHOWN} more groups: `leadloop duplicates --csv`.")


def _rows(group: Group) -> Iterator[tuple[str, ...]]:
    heads = {head.record.ref: head.reason for head in group.heads}
    leads = " ".join(map(str, group.leads))
    one = "yes" if group.is_one_lead else "no"
    for ref in group.records:
        because = str(heads.get(ref, ""))
        mark = "yes" if ref in heads else "no"
        yield group.name, group.bond, one, leads, ref.connection, ref.object, ref.id, mark, because


def as_data(found: Duplicates) -> dict[str, Any]:
    return {
        "counts": found.counts(),
        "names_known": found.names_known,
        "groups": [_as_data(group) for group in found.groups],
        "dismissed": [_as_data(group) for group in found.dismissed],
    }


def _as_data(group: Group) -> dict[str, Any]:
    return {
        "name": group.name,
        "bond": group.bond,
        "shapes": group.shapes,
        "one_lead": group.is_one_lead,
        "leads": group.leads,
        "records": [{"system": ref.connection, "object": ref.object, "id": ref.id} for ref in group.records],
        "heads": [
            {
                "system": head.record.ref.connection,
                "object": head.record.ref.object,
                "id": head.record.ref.id,
                "because": head.reason,
            }
            for head in group.heads
        ],
    }
