"""Whether a system already shows what we want, however it likes to write it."""

from datetime import datetime

from domain.values import Value


def same(wanted: Value, shown: Value) -> bool:
    """Equal as a vendor means it: blank is nothing, 74 is 74.0 is "74", a moment is a moment in any zone."""
    if wanted.__class__ is shown.__class__ and wanted == shown:
        return True
    return _plain(wanted) == _plain(shown)


def _plain(value: Value) -> Value | datetime:
    if isinstance(value, bool) or value is None:
        return value
    if isinstance(value, int | float):
        return float(value)
    text = value.strip()
    if not text:
        return None
    moment = _moment(text)
    if moment is not None:
        return moment
    number = _number(text)
    return text if number is None else number


def _moment(text: str) -> datetime | None:
    if len(text) < len("2026-01-01T00:00") or text[4] != "-" or text[10] not in "T ":
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment if moment.tzinfo is not None else None


def _number(text: str) -> float | None:
    padded = len(text) > 1 and text[0] == "0" and text[1] != "."
    if not (text[0].isdigit() or text[0] in "-.") or len(text) > 18 or padded:
        return None
    try:
        return float(text)
    except ValueError:
        return None
