"""What the installation remembers about itself, by name: go-live step and time, its id, the last anchor."""

from sqlalchemy import bindparam, delete, select

from store.engine import Tx
from store.schema import installation
from store.upserts import upsert_one

WENT_LIVE = "went_live_at"
"""When the baseline was taken, as ISO 8601; absent until every system's people were read once."""

_VALUE = select(installation.c.value).where(installation.c.name == bindparam("name"))


def get(tx: Tx, name: str) -> str | None:
    return tx.execute(_VALUE, {"name": name}).scalar()


def put(tx: Tx, name: str, value: str) -> None:
    upsert_one(tx, installation, {"name": name, "value": value})


def remove(tx: Tx, name: str) -> None:
    tx.execute(delete(installation).where(installation.c.name == name))
