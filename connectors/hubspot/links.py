"""Which records are associated with which: asked for a thousand at once."""

from collections.abc import Sequence

from connectors.hubspot.answers import Row, body_of, known_shape, rows_in
from connectors.hubspot.client import Client
from connectors.hubspot.paging import Ways, next_after

ASSOCIATIONS = 1000


def linked(
    client: Client, origin: str, target: str, ids: Sequence[str], *, first: int | None = None
) -> dict[str, list[str]]:
    """Id → ids of the records of `target` that it is associated with, further pages included where one has many.

    `first`: a type of association; whoever is associated by it comes first.
    """
    doing, found = f"to read which {target} {origin} belong to", dict[str, list[str]]()
    waiting: list[dict[str, str]] = [{"id": each} for each in ids]
    ways = Ways(doing)
    while waiting:
        asked, waiting = waiting[:ASSOCIATIONS], waiting[ASSOCIATIONS:]
        request = client.sdk.crm.associations.v4.batch_api.get_page(origin, target, {"inputs": asked})
        told = body_of(client.send(request), doing)
        with known_shape(doing):
            for row in rows_in(told, doing):
                own = str(row["from"]["id"])
                to = found.setdefault(own, [])
                for each in row["to"]:
                    to.insert(0 if _is_of(each, first) else len(to), str(each["toObjectId"]))
                if (after := next_after(row)) is not None:
                    ways.take((own, after))
                    waiting.append({"id": own, "after": after})
    return found


def _is_of(told: Row, type_id: int | None) -> bool:
    return type_id is not None and any(each["typeId"] == type_id for each in told["associationTypes"])
