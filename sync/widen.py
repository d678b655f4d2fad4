"""A stream that gains a field is read from its start once: what was read before does not show it.

The fields that were last asked for are kept beside the cursors and change in one transaction with
them, so that a crash or a publication in between neither skips the second reading nor repeats it.
"""

import orjson

from store import connections, installation
from store.engine import Tx
from sync.loop import Loop


def forget_narrow_cursors(loop: Loop, name: str) -> None:
    """Forget how far the streams were read that are asked for more than before; run by their puller alone."""
    wanted = {stream: sorted(fields) for stream, fields in loop.fields.get(name, {}).items()}
    with loop.store.read() as tx:
        known = _known(tx, name)
    if known == wanted:
        return
    gained = [stream for stream, fields in wanted.items() if not set(fields) <= set(known.get(stream, fields))]
    with loop.store.write(loop.epoch) as tx:
        connections.forget_cursors(tx, name, gained)
        installation.put(tx, _key(name), orjson.dumps(wanted).decode())


def _known(tx: Tx, name: str) -> dict[str, list[str]]:
    kept = installation.get(tx, _key(name))
    return {} if kept is None else orjson.loads(kept)


def _key(name: str) -> str:
    return f"fields:{name}"
