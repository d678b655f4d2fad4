"""Which connectors there are."""

import pytest

from connectors.files.connector import Files
from domain.errors import SettingsError
from leadloop.registry import connector_class, known, settings_types


def test_every_connector_that_is_known_has_settings_of_its_own() -> None:
    assert set(settings_types()) == set(known()) == {"salesforce", "hubspot", "files", "slack", "mail", "webhook"}


def test_a_connector_is_found_by_its_type() -> None:
    assert connector_class("files") is Files


def test_an_unknown_type_is_answered_with_the_known_ones() -> None:
    with pytest.raises(
        SettingsError, match="no connector of type 'pardot'; known are files, hubspot, mail, salesforce, slack, webhook"
    ):
        connector_class("pardot")
