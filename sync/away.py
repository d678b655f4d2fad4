"""How often a system that went away is looked for."""

from dataclasses import dataclass

AWAY_S = 10.0
"""How often a system that went away is looked for, at first."""

AWAY_LOOKS, AWAY_LEAST = 30, 30
"""After so many tries in vain one look more is left out between two, up to a try in 5 minutes."""


@dataclass(slots=True, kw_only=True)
class Patience:
    """When to look again for a system that is away: the longer it is, the less often."""

    _tries: int = 0
    _looks: int = 0

    def is_over(self, *, is_away: bool) -> bool:
        """Ask every `AWAY_S` seconds."""
        if not is_away:
            self._tries = self._looks = 0
            return False
        self._looks += 1
        if self._looks < min(1 + self._tries // AWAY_LOOKS, AWAY_LEAST):
            return False
        self._tries, self._looks = self._tries + 1, 0
        return True
