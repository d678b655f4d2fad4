"""The names under the agreement in words: who signed for which side, and what has changed since they did."""

from collections.abc import Iterator, Sequence
from zoneinfo import ZoneInfo

from domain.signing import ClauseChange, Side, Signature, Standing, Word


def told(found: Sequence[Standing], zone: ZoneInfo) -> Iterator[str]:
    """A line for each side, then what changed: once where both signed the same words."""
    yield from (_line(each, zone) for each in found)
    if _under_one_login(found):
        yield "Both names were written down under one login."
    for sides, changes in _changed(found):
        yield from lines_of(changes, before=f"as signed for {' and '.join(sides)}")


def _line(each: Standing, zone: ZoneInfo) -> str:
    if each.signature is None:
        return f"Not signed for {each.side}: `leadloop agreement sign --side {each.side} --name NAME`."
    said = signed_by(each.signature, zone)
    return f"{said}." if each.word is Word.SIGNED else f"{said}, and changed since: {titles(each.changes)}."


def signed_by(signature: Signature, zone: ZoneInfo) -> str:
    """`Signed by Ana Ruiz for marketing on Mon 7 Sep 2026`."""
    return f"Signed by {signature.name} for {signature.side} on {signature.signed_at.astimezone(zone):%a %-d %b %Y}"


def titles(changes: Sequence[ClauseChange]) -> str:
    return ", ".join(each.title for each in changes)


def lines_of(changes: Sequence[ClauseChange], *, before: str) -> Iterator[str]:
    """Every line that is gone and every new one. `before`: how the earlier words are called."""
    for each in changes:
        yield from (f"{each.title}, {before}: {line}" for line in each.gone)
        yield from (f"{each.title}, now: {line}" for line in each.new)
        if not each.gone and not each.new:
            yield f"{each.title}: the same lines in another order."


def _changed(found: Sequence[Standing]) -> Iterator[tuple[tuple[Side, ...], tuple[ClauseChange, ...]]]:
    by_changes: dict[tuple[ClauseChange, ...], tuple[Side, ...]] = {}
    for each in found:
        if each.word is Word.CHANGED:
            by_changes[each.changes] = (*by_changes.get(each.changes, ()), each.side)
    yield from ((sides, changes) for changes, sides in by_changes.items())


def _under_one_login(found: Sequence[Standing]) -> bool:
    logins = [each.signature.login for each in found if each.signature is not None and each.word is Word.SIGNED]
    return len(logins) == len(Side) and len(set(logins)) == 1
