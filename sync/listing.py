"""What a full listing of one of our lists says: who is new on it, whom a person took off, and whether to believe it.

Our own pushers move members while it is read. Only who stood on the list when the reading began and
stands on it still can have been taken off by somebody else.
"""

from collections.abc import Collection
from dataclasses import dataclass

from domain.missing import ALL_PERCENT
from domain.values import LeadId


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """A list as it was read. `listed`: the leads among its `size` members; `at_start` and `shown`: whom we knew
    to be on it when the reading began, and know now."""

    name: str
    size: int
    listed: Collection[LeadId]
    at_start: frozenset[LeadId]
    shown: frozenset[LeadId]

    @property
    def added(self) -> set[LeadId]:
        """Whom somebody else put there; who was on it at the start and no longer is left by our own hand."""
        return set(self.listed) - self.shown - self.at_start

    @property
    def missing(self) -> set[LeadId]:
        """Who is not there any more, and did not leave by our own hand."""
        return set(self.shown & self.at_start) - set(self.listed)

    def doubt(self, percent: float) -> str | None:
        """Why nobody on it counts as taken off, in words: it is empty, or smaller than before by more than `percent`.

        One member fewer is always believed: of a short list that is more than any percentage.
        """
        before = len(self.shown & self.at_start)
        lost = len(self.missing) - len(self.added)
        is_empty = before > 0 and self.size == 0 and percent < ALL_PERCENT
        if not is_empty and lost <= max(1.0, before * percent / 100):
            return None
        return (
            f"list '{self.name}' came back without {len(self.missing)} of {before} members, which is taken for a "
            "fault: nobody counts as taken off it. If people did that, say so: `leadloop sweeps list`"
        )
