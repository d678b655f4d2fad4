"""Writes docs/settings.md from the fields' own words: `python -m config.docs` from the project's folder.

With `--check` it only says (exit 1) whether the page is out of date.
"""

import sys
from collections.abc import Iterator, Mapping
from enum import Enum
from pathlib import Path
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from config.reports import ReportRules
from config.rules import RULE_FILES
from config.settings import Settings

PAGE = Path("docs/settings.md")

_INTRO = """# Settings and rules

<!-- Made by `python -m config.docs` from the words in config/; edit those, not this page. -->

A folder holds one installation: `leadloop.yaml` says what it is connected to and how far it may go by itself,
`mapping.yaml`, `scoring.yaml`, `lifecycle.yaml` and `routing.yaml` are the rules, and `reports.yaml`, which may be
left out, is what reports count by. `leadloop init` writes a commented starter, `leadloop check` reads the folder
without touching the network and names every mistake with file, line, column and the nearest right word.
`environments/test.yaml` and `environments/live.yaml` change connections only.

**Where a value comes from**, the strongest first: command line, environment variable, `.env`, YAML, default.
`LEADLOOP_SCHEDULE__CYCLE_MINUTES=10` sets `schedule: {cycle_minutes: 10}`. A variable that begins with `LEADLOOP_` and
that nobody reads is a mistake, as is a line of `.env` that is not `NAME=value`.

**Secrets** never stand in a file of this folder: `${env:NAME}` takes an environment variable or a line of `.env`,
`${file:PATH}` the content of a file. `.env` and such files are refused while others can read them (mode 0600). Both
work inside any text of `leadloop.yaml`; `$${` stands for `${` itself.

**Connections** (`connections: {NAME: {type: ...}}`) have settings of their own by type: see the pages about connecting
Salesforce, HubSpot and files.
"""


def page() -> str:
    """The whole page as it should be."""
    parts = [_INTRO, *_file("leadloop.yaml", Settings)]
    for name, model in RULE_FILES.items():
        parts.extend(_file(f"{name}.yaml", model))
    parts.extend(_file("reports.yaml", ReportRules))
    return "\n".join(parts)


def undocumented(model: type[BaseModel]) -> list[str]:
    """Fields of a model, and of everything in it, that say nothing about themselves."""
    return [
        f"{each.__name__}.{name}"
        for each in _models(model)
        for name, field in each.model_fields.items()
        if not (field.description or "").strip()
    ]


def _file(title: str, model: type[BaseModel]) -> Iterator[str]:
    yield f"\n## {title}\n"
    yield f"{_said(model)}\n"
    for each in _models(model):
        if each is not model:
            yield f"\n### {each.__name__}\n"
            yield f"{_said(each)}\n"
        yield "| key | value | default | meaning |"
        yield "|---|---|---|---|"
        for name, field in each.model_fields.items():
            meaning = " ".join((field.description or "").split())
            key, kind = field.alias or name, _cell(_type(field.annotation))
            yield f"| `{key}` | {kind} | {_cell(_default(field))} | {_cell(meaning)} |"


def _said(model: type[BaseModel]) -> str:
    return " ".join((model.__doc__ or "").split())


def _models(model: type[BaseModel]) -> list[type[BaseModel]]:
    """A model and those in its fields, each once, in the order of first use."""
    found = [model]
    for each in found:
        for field in each.model_fields.values():
            found.extend(one for one in _inside(field.annotation) if one not in found)
    return found


def _inside(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        if annotation is not BaseModel:
            yield annotation
        return
    for part in get_args(annotation):
        yield from _inside(part)


def _type(annotation: Any) -> str:
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        return _type(arguments[0])
    if origin is Literal:
        return ", ".join(f"`{each}`" for each in arguments)
    if origin in {Union, UnionType}:
        return " or ".join(dict.fromkeys(_type(each) for each in arguments if each is not NoneType))
    if origin is list:
        return f"list of {_type(arguments[0])}"
    if origin in {dict, Mapping}:
        return f"{_type(arguments[0])} → {_type(arguments[1])}"
    return _plain_type(annotation)


def _plain_type(annotation: Any) -> str:
    words = {str: "text", int: "whole number", float: "number", bool: "true or false", NoneType: "nothing"}
    if annotation in words:
        return words[annotation]
    if isinstance(annotation, type) and issubclass(annotation, Enum):
        return ", ".join(f"`{each.value}`" for each in annotation)
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return "keys and values" if annotation is BaseModel else annotation.__name__
    return {"SecretStr": "text, secret"}.get(
        getattr(annotation, "__name__", ""), getattr(annotation, "__name__", "text")
    )


def _default(field: FieldInfo) -> str:
    if field.is_required():
        return "**required**"
    value = field.get_default(call_default_factory=True) if field.default_factory is not None else field.default
    if value is None or value is PydanticUndefined or value in ([], {}, ""):
        return ""
    if isinstance(value, BaseModel):
        return "see below"
    if isinstance(value, list) and isinstance(value[0], BaseModel):
        return "see below"
    if isinstance(value, Enum):
        return f"`{value.value}`"
    return f"`{str(value).lower() if isinstance(value, bool) else value}`"


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def main(arguments: list[str]) -> int:
    """Write the page, or with `--check` only compare it."""
    wanted = page()
    if "--check" in arguments:
        return 0 if PAGE.exists() and PAGE.read_text(encoding="utf-8") == wanted else 1
    PAGE.parent.mkdir(parents=True, exist_ok=True)
    PAGE.write_text(wanted, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
