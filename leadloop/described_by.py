"""What a system tells of its objects' fields, without those that it does not give us and that we can do without."""

from collections.abc import Collection, Iterable, Iterator, Mapping

from connectors.contract import Describer
from domain.errors import NotAllowedError
from domain.record import Field


def described_by(
    connector: Describer, streams: Iterable[str], *, people: Collection[str], anew: bool = False
) -> Iterator[tuple[str, Mapping[str, Field]]]:
    """`people`: the objects without which there is nothing to do; one of them that is refused is raised."""
    for stream in streams:
        try:
            yield stream, connector.describe(stream, anew=anew)
        except NotAllowedError:
            if stream in people:
                raise
