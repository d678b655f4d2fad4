"""What a change looks like to Salesforce: its values, and the order in which changes are sent.

A save locks the records above it (account, campaign, person, new owner), so what lies below one record is sent
together and in one order: whoever writes there at the same time is met by one of our calls instead of each.
"""

from collections.abc import Iterator, Mapping, Sequence

from domain.change import Change, ChangeKind
from domain.record import Field, FieldType
from domain.values import Value

Places = Sequence[tuple[int, Change]]
"""Changes, each with its place in what the caller asked for."""

_ABOVE = ("AccountId", "CampaignId", "WhoId", "OwnerId")


def sent_values(values: Mapping[str, Value], known: Mapping[str, Field]) -> dict[str, Value]:
    return {name: _sent(value, known.get(name)) for name, value in values.items()}


def _sent(value: Value, field: Field | None) -> Value:
    """Text that is no text for Salesforce is null; everything else goes as it is."""
    return None if value == "" and field is not None and field.type is not FieldType.TEXT else value


def windows(changes: Sequence[Change], rows_per_call: int) -> Iterator[list[tuple[int, Change]]]:
    """Up to so many at a time, those of one record above together where they fit.

    A creation without a key goes alone, after everything before it: nothing else may fail between it and its receipt.
    """
    run: list[tuple[int, Change]] = []
    for place, change in enumerate(changes):
        if change.kind is not ChangeKind.CREATE or change.unique:
            run.append((place, change))
            continue
        yield from _packed(run, rows_per_call)
        yield [(place, change)]
        run = []
    yield from _packed(run, rows_per_call)


def _packed(places: Places, size: int) -> Iterator[list[tuple[int, Change]]]:
    window: list[tuple[int, Change]] = []
    for family in _families(places):
        for start in range(0, len(family), size):
            part = family[start : start + size]
            if window and len(window) + len(part) > size:
                yield window
                window = []
            window += part
    if window:
        yield window


def _families(places: Places) -> Iterator[list[tuple[int, Change]]]:
    """Changes below one record, in the order of those records; each of the others by itself, as they came.

    Several changes of one record stay together and in their order, whatever the later ones name.
    """
    above: dict[str, str] = {}
    families: dict[str, list[tuple[int, Change]]] = {}
    for place, change in places:
        target = f"{change.object} {change.id[:15]}" if change.id else f"{place}"
        family = above.setdefault(f"{change.kind} {target}", _above(change) or f" {place:09d}")
        families.setdefault(family, []).append((place, change))
    for family in sorted(families):
        yield families[family]


def _above(change: Change) -> str:
    if change.kind is ChangeKind.MEMBER:
        return change.list or ""
    return next((str(value)[:15] for name in _ABOVE if (value := change.values.get(name))), "")
