"""Reps who are in no pool, as after they left: what was theirs stands with the first team, and that is said."""

from collections.abc import Iterator

from reports.pages.passes import Pass, Scope


class Poolless:
    """Those who were met while a page was counted."""

    def __init__(self, scope: Scope) -> None:
        self._book = scope.book
        self._reps = set[str]()

    def count(self, each: Pass) -> None:
        if each.rep is not None and each.rep.casefold() not in self._book.pool_of:
            self._reps.add(each.rep.casefold())

    def remarks(self) -> Iterator[str]:
        """Nobody is named. Where there is one team only everything is its."""
        if not self._reps or len(self._book.calendars) == 1:
            return
        who = "a rep who is" if len(self._reps) == 1 else f"{len(self._reps)} reps who are"
        team = self._book.team_of(None).name
        yield f"What is of {who} in no pool of routing.yaml stands with {team}, its first team."
