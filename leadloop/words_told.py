"""The words that the rules rely on, set beside what every system offers now: for `doctor` and before publishing."""

from collections.abc import Collection, Iterator, Mapping

from config.rules import Rules
from connectors.abilities import Reserving
from connectors.contract import Describer
from domain.errors import LeadloopError
from domain.place import FieldOf
from domain.record import Field
from leadloop.app import App
from mapping.live_words import Strange, strange_words


def strange_in(app: App, rules: Rules) -> Iterator[Strange]:
    """A system that does not answer is told of elsewhere; what depends on it is not judged meanwhile."""
    told: dict[str, Mapping[str, Mapping[str, Field]]] = {}
    reserved: dict[FieldOf, Collection[str]] = {}
    for name, connector in app.connectors.items():
        system = rules.mapping.systems.get(name)
        if system is None or not isinstance(connector, Describer):
            continue
        try:
            told[name] = {kind: connector.describe(kind) for kind in system.people.objects}
            if isinstance(connector, Reserving):
                for kind in system.people.objects:
                    for field, words in connector.reserved(kind).items():
                        reserved[FieldOf(connection=name, object=kind, field=field)] = words
        except LeadloopError:
            continue
    return strange_words(rules.mapping, rules.lifecycle, told, reserved=reserved)
