"""Who was erased here and still stands in other systems: told until somebody erases them there, too."""

from collections.abc import Iterator, Sequence
from typing import Any

from domain.values import RecordRef
from leadloop import screen
from store import erased
from store.engine import Store

_FEW = 5


def elsewhere(store: Store) -> dict[str, list[RecordRef]]:
    """By connection, the records; systems that show nobody are left out."""
    with store.read() as tx:
        return erased.standing(tx)


def elsewhere_as_data(found: dict[str, list[RecordRef]]) -> list[dict[str, Any]]:
    return [{"system": ref.connection, "object": ref.object, "id": ref.id} for refs in found.values() for ref in refs]


def words_of(found: dict[str, list[RecordRef]]) -> Iterator[str]:
    """A sentence for each system."""
    for connection, refs in found.items():
        records = "1 record" if len(refs) == 1 else f"{len(refs):,} records"
        yield f"{connection} still shows {records} of people who were erased here: {_few(refs)}"


def show_elsewhere(found: dict[str, list[RecordRef]]) -> None:
    for words in words_of(found):
        screen.show(f"! {words}. Erase them there, too: docs/erasure.md")


def _few(refs: Sequence[RecordRef]) -> str:
    shown = ", ".join(f"{ref.object} {ref.id}" for ref in refs[:_FEW])
    return f"{shown} and {len(refs) - _FEW:,} more" if len(refs) > _FEW else shown
