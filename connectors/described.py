"""What a system says of its objects' fields, kept for a while: asking before every page would double the calls."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from datetime import datetime

from connectors.contract import Surroundings
from domain.record import Field


class Described(ABC):
    """Descriptions by object, asked anew after `Surroundings.describe_again`, or once one proved wrong."""

    def __init__(self, surroundings: Surroundings) -> None:
        self._surroundings = surroundings
        self._known: dict[str, tuple[datetime, Mapping[str, Field]]] = {}

    def fields(self, object_name: str) -> Mapping[str, Field]:
        """By name, as the system has them."""
        now = self._surroundings.clock.now()
        kept = self._known.get(object_name)
        if kept is None or now - kept[0] >= self._surroundings.describe_again:
            kept = (now, self._describe(object_name))
            self._known[object_name] = kept
        return kept[1]

    def asked_at(self, object_name: str) -> datetime | None:
        """When what is kept of it was told; None: nothing is kept."""
        kept = self._known.get(object_name)
        return None if kept is None else kept[0]

    def forget(self, object_name: str) -> None:
        """Ask again before the next use: an answer named a field that is not there."""
        self._known.pop(object_name, None)

    @abstractmethod
    def _describe(self, object_name: str) -> Mapping[str, Field]: ...
