"""HubSpot's texts as canonical values and back."""

from typing import Any

import pytest

from connectors.hubspot.values import as_shown, field_of, read, write
from domain.record import Field, FieldType
from domain.values import Value


def field(kind: FieldType) -> Field:
    return Field(name="x", label="X", type=kind)


@pytest.mark.parametrize(
    ("kind", "text", "value"),
    [
        (FieldType.NUMBER, "74", 74),
        (FieldType.NUMBER, "7.5", 7.5),
        (FieldType.NUMBER, "many", "many"),
        (FieldType.NUMBER, "1e999", "1e999"),
        (FieldType.NUMBER, "NaN", "NaN"),
        (FieldType.BOOLEAN, "true", True),
        (FieldType.BOOLEAN, "false", False),
        (FieldType.DATETIME, "2026-11-20T10:00:00.651Z", "2026-11-20T10:00:00Z"),
        (FieldType.DATETIME, "1763632800000", "2025-11-20T10:00:00Z"),
        (FieldType.DATETIME, "soon", "soon"),
        (FieldType.DATETIME, "2026-11-20T10:00:00", "2026-11-20T10:00:00"),
        (FieldType.DATE, "2026-11-20", "2026-11-20"),
        (FieldType.DATE, "1763596800000", "2025-11-20"),
        (FieldType.TEXT, "Ac\0me", "Acme"),
        (FieldType.TEXT, "", None),
        (FieldType.NUMBER, None, None),
        (FieldType.MULTIPICKLIST, "a;b", "a;b"),
    ],
)
def test_texts_are_read_by_the_type_of_their_property(kind: FieldType, text: Any, value: Value) -> None:
    found = read(text, field(kind))
    assert (found, type(found)) == (value, type(value))


def test_a_property_nobody_described_stays_text() -> None:
    assert read("74", None) == "74"


@pytest.mark.parametrize(
    ("kind", "wanted", "shown"),
    [
        (FieldType.NUMBER, 74.0, 74),
        (FieldType.NUMBER, "74", 74),
        (FieldType.BOOLEAN, True, True),
        (FieldType.TEXT, "", None),
        (FieldType.DATETIME, "2026-11-20T10:00:00.651989Z", "2026-11-20T10:00:00Z"),
        (FieldType.DATETIME, "2026-11-20T12:00:00+02:00", "2026-11-20T10:00:00Z"),
    ],
)
def test_what_is_written_is_known_as_it_will_be_shown(kind: FieldType, wanted: Value, shown: Value) -> None:
    assert as_shown(wanted, field(kind)) == shown


def test_a_truth_is_no_number() -> None:
    assert (write(True), write(1)) == ("true", "1")


def test_a_property_in_our_words() -> None:
    told = {
        "name": "ll_stage",
        "label": "Stage",
        "type": "enumeration",
        "fieldType": "select",
        "options": [{"value": "mql", "label": "MQL"}],
        "hasUniqueValue": False,
        "modificationMetadata": {"readOnlyValue": True},
    }
    assert field_of(told) == Field(
        name="ll_stage",
        label="Stage",
        type=FieldType.PICKLIST,
        options=("mql",),
        labels=("MQL",),
        restricted=True,
        writable=False,
        creatable=False,
    )
    owner = {"name": "hubspot_owner_id", "type": "enumeration", "fieldType": "select", "referencedObjectType": "OWNER"}
    assert field_of(owner).refers_to == ("owners",)
    checkbox = {"name": "c", "type": "enumeration", "fieldType": "checkbox"}
    assert (field_of(checkbox).type, field_of(checkbox).restricted) == (FieldType.MULTIPICKLIST, True)
    kept_elsewhere = {"name": "e", "type": "enumeration", "fieldType": "select", "externalOptions": True}
    assert field_of(kept_elsewhere).restricted is False
    assert field_of({"name": "email", "type": "string"}).is_email is True
