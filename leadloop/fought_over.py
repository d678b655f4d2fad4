"""Fields that we write no more because somebody else keeps overwriting them, as `status` and `errors` show them."""

from collections.abc import Sequence
from typing import Any

from domain.place import Stopped
from leadloop import screen
from reports.standing import by_whom, on_how_many

RESUME = "leadloop errors resume CONNECTION OBJECT.FIELD"


def show_stopped(found: Sequence[Stopped]) -> None:
    screen.table(
        f"\nWritten no more: others keep overwriting it (`{RESUME}`)",
        ("field", "where", "overwritten by", "since"),
        [(each.field, on_how_many(each), by_whom(each), f"{each.since:%Y-%m-%d %H:%M} UTC") for each in found],
    )


def stopped_as_data(one: Stopped) -> dict[str, Any]:
    return {
        "connection": one.field.connection,
        "field": f"{one.field.object}.{one.field.field}",
        "records": one.records,
        "everywhere": one.everywhere,
        "by": one.who,
        "since": one.since,
    }
