"""Which records are associated with which: asked for a thousand at once."""

from collections.abc import Sequence

from connectors.hubspot.answers import body_of, known_shape, rows_in
from connectors.hubspot.client import Client
from connectors.hubspot.paging import Ways, next_after

ASSOCIATIONS = 1000


def linked(client: Client, origin: str, target: str, ids: Sequence[str]) -> dict[str, list[str]]:
    """Id → ids of the records of `target` that it is associated with, further pages included where one has many."""
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
                found.setdefault(own, []).extend(str(each["toObjectId"]) for each in row["to"])
                if (after := next_after(row)) is not None:
                    ways.take((own, after))
                    waiting.append({"id": own, "after": after})
    return found
