"""JSON Schemas of the files, for editors: completion and red lines while typing.

They are generated into `.leadloop/`, one per file, and may be thrown away; `stale_schemas` tells
whether they still are what this release would write.
"""

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from config.reports import ReportRules
from config.rules import RULE_FILES
from config.settings import Settings

FOLDER = ".leadloop"
_DIALECT = "https://json-schema.org/draft/2020-12/schema"


def schemas(connection_types: Mapping[str, type[BaseModel]] | None = None) -> dict[str, dict[str, Any]]:
    """A schema per file, by the file's name without `.yaml`; connections in full where their types are given."""
    found = {name: model.model_json_schema() for name, model in RULE_FILES.items()}
    found["reports"] = ReportRules.model_json_schema()
    found["leadloop"] = _settings_schema(connection_types or {})
    return {name: {"$schema": _DIALECT, **schema} for name, schema in found.items()}


def write_schemas(folder: Path, connection_types: Mapping[str, type[BaseModel]] | None = None) -> list[Path]:
    """Write every schema that is missing or no longer current, and return those."""
    stale = stale_schemas(folder, connection_types)
    texts = _texts(folder, connection_types)
    for path in stale:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(texts[path], encoding="utf-8")
    return stale


def stale_schemas(folder: Path, connection_types: Mapping[str, type[BaseModel]] | None = None) -> list[Path]:
    """The schema files that are missing or differ from what this release would write."""
    return [path for path, text in _texts(folder, connection_types).items() if _read(path) != text]


def _texts(folder: Path, connection_types: Mapping[str, type[BaseModel]] | None) -> dict[Path, str]:
    types = tuple(sorted((connection_types or {}).items(), key=lambda pair: pair[0]))
    return {folder / FOLDER / f"{name}.schema.json": text for name, text in _contents(types).items()}


@cache
def _contents(types: tuple[tuple[str, type[BaseModel]], ...]) -> Mapping[str, str]:
    """By the file's name without `.yaml`; made once, as it takes longer than reading the files."""
    return {
        name: json.dumps(schema, indent=2, ensure_ascii=False, sort_keys=True) + "\n"
        for name, schema in schemas(dict(types)).items()
    }


def _read(path: Path) -> str | None:
    try:
        return path.read_text(encoding="utf-8")
    except (FileNotFoundError, NotADirectoryError, UnicodeDecodeError):
        return None


def _settings_schema(types: Mapping[str, type[BaseModel]]) -> dict[str, Any]:
    schema = Settings.model_json_schema()
    definitions: dict[str, Any] = schema["$defs"]
    del definitions["BaseModel"]  # stands for a connection of any type
    branches = []
    for kind, model in sorted(types.items()):
        own = model.model_json_schema(ref_template=f"#/$defs/{kind}.{{model}}")
        for name, definition in own.pop("$defs", {}).items():
            definitions[f"{kind}.{name}"] = definition
        own["properties"]["type"] = {"const": kind, "description": "What kind of system this is."}
        own["required"] = sorted({*own.get("required", ()), "type"})
        definitions[f"{kind} connection"] = own
        branches.append({"$ref": f"#/$defs/{kind} connection"})
    any_type = {"type": "object", "required": ["type"], "properties": {"type": {"type": "string"}}}
    schema["properties"]["connections"]["additionalProperties"] = {"oneOf": branches} if branches else any_type
    return schema
