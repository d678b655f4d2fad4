"""`leadloop erase`: forget a person everywhere here, after showing what there is of them."""

from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from config.load import rules_from_document
from domain.errors import SettingsError
from leadloop import exits, screen
from leadloop.actor import actor
from leadloop.app import App, open_app
from leadloop.asking import is_agreed
from leadloop.filing import lead_or_file
from leadloop.finding import find_lead, unknown
from leadloop.forgetting import ERASE, erase_one
from store import rules as rule_store
from sync.erase import Preview, preview

_SHORTEST = 3
"""Letters of a name that are looked for in a reason."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """Whom to erase and why, as it was typed."""

    lead: str
    reason: str
    yes: bool
    wait: bool
    as_json: bool


def run(folder: Path, order: Order, *, environment: str | None) -> int:
    """0 when they are erased; 1 when it has to wait; 2 when nobody said yes; 64 for a reason that names them; 65 for
    an unknown lead."""
    with closing(open_app(folder, environment=environment)) as app:
        found = _look(app, order.lead)
        if found is None:
            screen.say(unknown(order.lead))
            return exits.BAD_DATA
        if (words := _against(order.reason, found)) is not None:
            screen.say(words)
            return exits.USAGE
        if not order.as_json:
            _show(found)
        if not (order.yes or is_agreed("Erase them? Nobody can take that back.")):
            return exits.CHANGES_PENDING
        payload = {"lead": found.lead, "by": actor(), "reason": order.reason.strip()}
        answer = lead_or_file(
            app, lambda loop: erase_one(app, loop, payload), kind=ERASE, payload=payload, wait=order.wait
        )
    if "error" in answer:
        screen.say(f"leadloop: {answer['error']}")
    elif order.as_json:
        screen.document({**_as_data(found), "erased": answer["erased"]})
    elif answer["erased"]:
        screen.show(f"Lead {found.lead} is erased.")
    else:
        screen.say(f"! A write about lead {found.lead} is on its way: it is erased as soon as that has its answer.")
    return int(answer["exit_code"])


def _look(app: App, text: str) -> Preview | None:
    with app.store.read() as tx:
        lead, version = find_lead(tx, text), rule_store.current(tx)
        if version is None:
            raise SettingsError("no rules are published: run `leadloop config publish`")
        return None if lead is None else preview(tx, lead, rules_from_document(version.document).mapping)


def _against(reason: str, found: Preview) -> str | None:
    """Why the reason cannot stand in the audit, which is never changed."""
    said = reason.casefold()
    if not said.strip():
        return "Say why with --reason: a ticket's number, or who asked for it."
    named = {part for word in found.words for part in (word, *word.split()) if len(part) >= _SHORTEST}
    if "@" in said or any(part.casefold() in said for part in named):
        return "The reason stays in the audit for good: give none that names the person. A ticket's number will do."
    return None


def _show(found: Preview) -> None:
    screen.table(f"Lead {found.lead}: what is kept of them", ("what", "rows"), found.holds.items())
    for ref in found.records:
        screen.show(f"Stays in its system: {ref}. leadloop deletes nothing there.")


def _as_data(found: Preview) -> dict[str, object]:
    records = [{"system": ref.connection, "object": ref.object, "id": ref.id} for ref in found.records]
    return {"lead": found.lead, "holds": dict(found.holds), "stays_in": records}
