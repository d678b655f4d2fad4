"""Schemas for editors: current or reported, and of the same opinion as `check`."""

from pathlib import Path
from typing import Any

from config.schema import schemas, stale_schemas, write_schemas
from tests.unit.config.conftest import TYPES


def test_a_schema_is_written_once_and_again_only_when_it_is_stale(tmp_path: Path) -> None:
    names = ["leadloop", "lifecycle", "mapping", "reports", "routing", "scoring"]
    assert sorted(path.name for path in write_schemas(tmp_path)) == [f"{name}.schema.json" for name in names]
    assert write_schemas(tmp_path) == []
    (tmp_path / ".leadloop/scoring.schema.json").write_text("{}")
    assert [path.name for path in stale_schemas(tmp_path)] == ["scoring.schema.json"]
    assert [path.name for path in write_schemas(tmp_path)] == ["scoring.schema.json"]
    assert stale_schemas(tmp_path) == []


def test_unknown_keys_are_refused_everywhere() -> None:
    for name, schema in schemas(TYPES).items():
        objects = [schema, *schema["$defs"].values()]
        loose = [
            each.get("title")
            for each in objects
            if "properties" in each and each.get("additionalProperties") is not False
        ]
        assert (name, loose) == (name, [])


def test_a_connection_is_one_of_the_known_types() -> None:
    schema = schemas(TYPES)["leadloop"]
    choice = schema["properties"]["connections"]["additionalProperties"]["oneOf"]
    assert choice == [{"$ref": "#/$defs/hubspot connection"}, {"$ref": "#/$defs/salesforce connection"}]
    crm = schema["$defs"]["salesforce connection"]
    assert crm["properties"]["type"]["const"] == "salesforce"
    assert crm["required"] == ["client_secret", "type"]


def test_every_reference_leads_somewhere() -> None:
    for schema in schemas(TYPES).values():
        assert {each.removeprefix("#/$defs/") for each in _references(schema)} <= schema["$defs"].keys()


def test_the_fields_words_reach_the_editor() -> None:
    assert "half of the points" in schemas()["scoring"]["$defs"]["Decay"]["properties"]["half_life_days"]["description"]


def _references(data: Any) -> list[str]:
    if isinstance(data, dict):
        own = [data["$ref"]] if "$ref" in data else []
        return own + [each for value in data.values() for each in _references(value)]
    if isinstance(data, list):
        return [each for value in data for each in _references(value)]
    return []
