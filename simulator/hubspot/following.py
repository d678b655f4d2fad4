"""How a person or a mail scanner follows the links of a mail: one link, or many shortly after one another."""

from collections.abc import Iterator

from simulator.act import ActError, Row
from simulator.hubspot.happenings import BROWSER, Circumstances

EVERY_S = 0.3
"""Between two links, where nothing else is said."""


def followed(fields: Row, at_ms: int) -> Iterator[tuple[str, int, Circumstances]]:
    """Each link with its moment, the last at `at_ms`. The sending was `since_sent_s` before the first."""
    urls = fields.get("urls") or [fields.get("url") or "https://www.example.com/"]
    if not isinstance(urls, list):
        raise ActError("urls has to be a list of links")
    every_s, since_sent_s = _number(fields, "every_s", EVERY_S), _number(fields, "since_sent_s", None)
    for place, url in enumerate(urls):
        yield (
            str(url),
            at_ms - round((len(urls) - 1 - place) * 1000 * (every_s or 0)),
            Circumstances(
                agent=str(fields.get("agent", BROWSER)),
                is_filtered=bool(fields.get("filtered")),
                since_sent_s=since_sent_s if place == 0 else None,
            ),
        )


def _number(fields: Row, name: str, default: float | None) -> float | None:
    value = fields.get(name, default)
    if value is None or (isinstance(value, int | float) and not isinstance(value, bool) and value >= 0):
        return value
    raise ActError(f"{name} has to be a number of seconds; got {value!r}")
