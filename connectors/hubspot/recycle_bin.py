"""Deleted contacts: no search shows them, so once a day the recycle bin is listed from end to end."""

from collections.abc import Iterator

from connectors.hubspot.catalogue import Catalogue
from connectors.hubspot.objects import Objects
from connectors.hubspot.records import records_of
from connectors.hubspot.shapes import Shape
from domain.record import Record


class RecycleBin:
    """HubSpot keeps deleted records for 90 days."""

    def __init__(self, connection: str, objects: Objects, catalogue: Catalogue) -> None:
        self._connection = connection
        self._objects = objects
        self._catalogue = catalogue

    def records(self, shape: Shape) -> Iterator[tuple[Record, ...]]:
        for rows, _ in self._objects.listed(shape, archived=True):
            yield records_of(self._connection, shape, rows, self._catalogue.fields(shape.object))
