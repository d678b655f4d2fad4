"""Reports that were due and could not be made, for `status` and `errors`."""

from collections.abc import Mapping
from typing import Any

from leadloop import screen
from store.deliveries import Trying


def show_kept_back(found: Mapping[str, Trying]) -> None:
    rows = [(label, f"{each.due:%Y-%m-%d %H:%M} UTC", each.times, each.why) for label, each in sorted(found.items())]
    screen.table("\nReports that could not be made", ("report", "due", "tries", "why"), rows)


def kept_back_as_data(found: Mapping[str, Trying]) -> list[dict[str, Any]]:
    return [
        {"report": label, "due_at": each.due, "tries": each.times, "tried_at": each.at, "why": each.why}
        for label, each in sorted(found.items())
    ]
