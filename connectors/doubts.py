"""Whether many records are believed to be gone at once, and how what went wrong in a long comparison is told.

A user or key that sees less than before sees the rest as gone. So a person has to say that it is true.
"""

from collections.abc import Collection
from datetime import datetime, timedelta

from connectors.contract import Confirmations
from domain.errors import ContractError
from domain.missing import Missing

TELL_FOR = timedelta(hours=6)
"""How long what went wrong is told again without a call: the stream is due in every cycle until a night is done."""


class Doubts:
    """Those of one stream that compares everything at night. A person's word has it look, and believe, at once.

    `percent`: a listing smaller by more than this is not believed without one.
    """

    def __init__(
        self, words: Confirmations | None, *, connection: str, stream: str, advice: str, percent: float
    ) -> None:
        self._words = words
        self._percent = percent
        self._connection = connection
        self._stream = stream
        self._advice = advice
        self._trouble: tuple[datetime, str] | None = None
        self._heard: datetime | None = None

    def check(self, object_name: str, ids: Collection[str], *, known: int, shows_none: bool) -> None:
        """ContractError where so many are missing that only a person could know, and none has said so. `shows_none`:
        no living record was listed at all."""
        missing = Missing(
            connection=self._connection, stream=self._stream, object=object_name, ids=frozenset(ids), known=known
        )
        if missing.is_believable(self._percent, shows_none=shows_none):
            return
        if self._words is not None and self._words.given(missing):
            return
        raise ContractError(
            f"{len(ids)} of {known} known {object_name} records are shown no more. That is not believed: "
            f"{self._advice}. If they are really gone, say so: `leadloop sweeps list`"
        )

    def settle(self, object_name: str) -> None:
        """The object was compared to its end, and what came of it is kept."""
        if self._words is not None:
            self._words.over(self._connection, object_name)

    def tell_again(self, now: datetime) -> None:
        """ContractError with what went wrong a while ago, unless a person has given their word since."""
        heard = None if self._words is None else self._words.last(self._connection, self._stream)
        is_new, self._heard = heard is not None and heard != self._heard, heard
        if not is_new and self._trouble is not None and timedelta(0) <= now - self._trouble[0] < TELL_FOR:
            raise ContractError(self._trouble[1])
        self._trouble = None

    def trouble(self, said: str, *, now: datetime) -> ContractError:
        """The error to raise, kept to be told again."""
        self._trouble = (now, f"{said}. Looked at again after {now + TELL_FOR:%H:%M} UTC")
        return ContractError(self._trouble[1])
