"""The LEADLOOP_* variables that mean something. One that means nothing is a slip that would go unseen."""

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from pathlib import Path

from pydantic import BaseModel

from config.settings import Settings
from config.words import nearest

PREFIX = "LEADLOOP_"
DELIMITER = "__"

_READ_ELSEWHERE = frozenset(
    {
        *("DIR", "OVERLAY", "AUTHOR"),  # leadloop/options.py
        *("DEBUG", "TESTING", "CRASH"),  # leadloop/__main__.py, leadloop/app.py
        *("DATA", "SIMULATOR_SALESFORCE", "SIMULATOR_HUBSPOT"),  # leadloop/demo/replay.py
        *("UID", "GID"),  # compose.yaml
        "SHARED",  # the contract tests
    }
)
_OF_A_SERVICE = re.compile(r"SERVICE_(HOST|PORT)(_\w+)?|PORT(_\d+_(TCP|UDP|SCTP)(_(PROTO|PORT|ADDR))?)?")
"""Kubernetes sets these in every pod beside a service that is called `leadloop`."""
_REFERENCE = re.compile(r"\$\{env:([^}]+)\}")


def unknown_names(given: Iterable[str], folder: Path) -> Iterator[tuple[str, str]]:
    """Each variable that nobody reads, as it is written, with a hint."""
    ours = [name for name in given if name.upper().startswith(PREFIX)]
    if not ours:
        return
    referred = _referred(folder)
    for name in ours:
        rest = name.upper().removeprefix(PREFIX)
        if not (_is_known(rest) or name in referred):
            yield name, _hint(rest)


def _is_known(rest: str) -> bool:
    top = rest.partition(DELIMITER)[0]
    return rest in _READ_ELSEWHERE or top.lower() in Settings.model_fields or bool(_OF_A_SERVICE.fullmatch(rest))


def _hint(rest: str) -> str:
    top, delimiter, below = rest.partition(DELIMITER)
    section = nearest(top, [name.upper() for name in Settings.model_fields]) if delimiter else None
    close = f"{section}{DELIMITER}{below}" if section else nearest(rest, _settings() | _READ_ELSEWHERE)
    return f"did you mean `{PREFIX}{close}`?" if close else "docs/settings.md names every setting"


@lru_cache(maxsize=1)
def _settings() -> frozenset[str]:
    return frozenset(_below(Settings, ""))


def _below(model: type[BaseModel], before: str) -> Iterator[str]:
    for name, field in model.model_fields.items():
        spelt = f"{before}{name.upper()}"
        yield spelt
        if isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel):
            yield from _below(field.annotation, f"{spelt}{DELIMITER}")


def _referred(folder: Path) -> frozenset[str]:
    """What `${env:NAME}` names in any environment: the one that is not in use has variables of its own."""
    files = [folder / "leadloop.yaml", *sorted((folder / "environments").glob("*.yaml"))]
    texts = (file.read_text(encoding="utf-8", errors="replace") for file in files if file.is_file())
    return frozenset(name for text in texts for name in _REFERENCE.findall(text))
