"""What of a window nobody can know: the days that are still to come, and those before leadloop."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta

from reports.pages.page import Missing
from reports.pages.passes import Scope


def bounds(scope: Scope) -> Iterator[Missing]:
    """Said by every page that counts handoffs: where none is counted there may have been nobody to count."""
    yield from _ahead(scope)
    window, loaded = scope.window, scope.loaded_until
    if loaded is None or window.since >= loaded:
        return
    began = f"leadloop began on {_day(loaded, scope):%a %-d %b %Y}"
    if window.until <= loaded:
        yield Missing(what=f"{began}: nothing is known of these days.", mend="Ask for later ones.")
    else:
        yield Missing(
            what=f"{began}: what was before is in no figure.",
            mend=f"Compare with other windows from then on: `--since {_day(loaded, scope)}`.",
        )


def _ahead(scope: Scope) -> Iterator[Missing]:
    last = _day(scope.window.until - timedelta(microseconds=1), scope)
    if scope.window.since >= scope.now:
        yield Missing(what="The window has not begun.", mend="Look again once it has.")
    elif last > _day(scope.now, scope):
        yield Missing(what=f"The window lasts until {last:%a %-d %b %Y}.", mend="Look again once it is over.")


def _day(at: datetime, scope: Scope) -> date:
    return at.astimezone(scope.window.zone).date()
