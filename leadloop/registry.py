"""Which connectors there are: ours and those that other packages bring as entry points."""

from collections.abc import Mapping
from functools import cache
from importlib import import_module
from importlib.metadata import entry_points
from typing import Protocol

from pydantic import BaseModel

from connectors.contract import Connector, Surroundings
from domain.errors import SettingsError

OURS = {
    "salesforce": "connectors.salesforce.connector:Salesforce",
    "hubspot": "connectors.hubspot.connector:HubSpot",
    "files": "connectors.files.connector:Files",
    "slack": "connectors.slack.connector:Slack",
    "mail": "connectors.mail.connector:Mail",
    "webhook": "connectors.webhook.connector:Webhook",
}


class ConnectorClass(Protocol):
    """What stands behind a connection's `type`."""

    def __call__(self, settings: BaseModel, surroundings: Surroundings) -> Connector: ...


def connector_class(kind: str) -> ConnectorClass:
    """The connector of one type, imported only when somebody uses it."""
    module, _, name = _target(kind).partition(":")
    found: ConnectorClass = getattr(import_module(module), name)
    return found


def settings_types() -> dict[str, type[BaseModel]]:
    """The settings of every type, for `config.load`: `settings.py` beside the connector's own module.

    Read without the connector, whose vendor's library is slow to import.
    """
    return {kind: _settings_of(target) for kind, target in known().items()}


def _settings_of(target: str) -> type[BaseModel]:
    package = target.partition(":")[0].rpartition(".")[0]
    found: type[BaseModel] = import_module(f"{package}.settings").Settings
    return found


def _target(kind: str) -> str:
    target = known().get(kind)
    if target is None:
        raise SettingsError(f"there is no connector of type {kind!r}; known are {', '.join(sorted(known()))}")
    return target


@cache
def known() -> Mapping[str, str]:
    """Type → `module:Class`; what is installed is read once per process."""
    plugged = {point.name: point.value for point in entry_points(group="leadloop.connectors")}
    return {**plugged, **OURS}
