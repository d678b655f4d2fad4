"""`leadloop errors`: writes that a system refused, in its own words."""

from pathlib import Path

from leadloop import exits, screen
from leadloop.app import open_app
from store import outbox

SHOWN = ("parked", "unsure", "waiting")


def listing(folder: Path, *, as_json: bool) -> int:
    app = open_app(folder)
    try:
        with app.store.read() as tx:
            rows = list(outbox.list_open(tx, None, SHOWN))
        if as_json:
            screen.document(
                {
                    "errors": [
                        {
                            "id": row.id,
                            "connection": row.connection,
                            "object": row.change.object,
                            "record": row.change.id,
                            "status": row.status,
                            "code": row.code,
                            "message": row.message,
                            "attempts": row.attempts,
                        }
                        for row in rows
                    ]
                }
            )
        else:
            screen.table(
                "Refused and unsure writes",
                ("id", "system", "record", "status", "code", "the system's words"),
                [(r.id, r.connection, f"{r.change.object} {r.change.id}", r.status, r.code, r.message) for r in rows],
            )
        return exits.OK
    finally:
        app.close()


def retry(folder: Path, ids: list[int]) -> int:
    app = open_app(folder)
    try:
        with app.store.write() as tx:
            count = outbox.retry(tx, ids, now=app.clock.refresh())
        screen.say(f"{count} of {len(ids)} are tried again in the next cycle.")
        return exits.OK if count == len(ids) else exits.SOME_FAILED
    finally:
        app.close()


def ignore(folder: Path, ids: list[int]) -> int:
    app = open_app(folder)
    try:
        with app.store.write() as tx:
            count = outbox.ignore(tx, ids, now=app.clock.refresh())
        screen.say(f"{count} of {len(ids)} are given up.")
        return exits.OK if count == len(ids) else exits.SOME_FAILED
    finally:
        app.close()
