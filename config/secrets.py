"""Puts secrets where the settings name them: `${env:NAME}` and `${file:PATH}` inside any string setting.

The files stay free of secrets, and what was put in is remembered so that no message repeats it.
"""

import os
import re
import stat
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from config.words import nearest
from config.yaml_file import KeyPath

_REFERENCE = re.compile(r"\$(?P<escaped>\$)?\{(?P<inside>[^}]*)\}?")
_MAX_BYTES = 65_536
_SHORTEST_MASKED = 4

Report = Callable[[KeyPath, str, str | None], None]


class _MissingError(Exception):
    """A reference that leads nowhere; said as a problem at its place."""

    def __init__(self, message: str, hint: str | None = None) -> None:
        super().__init__(message)
        self.hint = hint


@dataclass(slots=True)
class Secrets:
    """Resolves references against one environment and one folder. Its repr shows no value."""

    folder: Path
    environment: Mapping[str, str] = field(repr=False)
    report: Report = field(repr=False)
    broken: set[KeyPath] = field(default_factory=set)
    """Where a reference could not be resolved: what else is wrong there is only its consequence."""
    _seen: set[str] = field(default_factory=set, repr=False)

    def resolve(self, data: Any, path: KeyPath = ()) -> Any:
        """A copy of `data` with every reference replaced; what cannot be replaced is reported and left as it is."""
        if isinstance(data, dict):
            return {key: self.resolve(value, (*path, key)) for key, value in data.items()}
        if isinstance(data, list):
            return [self.resolve(value, (*path, at)) for at, value in enumerate(data)]
        if not isinstance(data, str) or "${" not in data:
            return data
        try:
            return _REFERENCE.sub(self._value, data)
        except _MissingError as error:
            self.broken.add(path)
            self.report(path, str(error), error.hint)
            return data

    def mask(self, text: str) -> str:
        """The text with every resolved secret in it replaced."""
        for secret in sorted(self._seen, key=len, reverse=True):
            text = text.replace(secret, "***")
        return text

    def _value(self, match: re.Match[str]) -> str:
        if match["escaped"]:
            return match.group()[1:]
        kind, _, name = match["inside"].partition(":")
        if not match.group().endswith("}"):
            raise _MissingError("`${` is not closed by `}`")
        if kind == "env" and name:
            value = self._variable(name)
        elif kind == "file" and name:
            value = _content(self.folder / Path(name).expanduser())
        else:
            raise _MissingError(
                f"`{match.group()}` names no source", "write ${env:NAME} or ${file:PATH}; $${ stands for ${ itself"
            )
        if len(value) >= _SHORTEST_MASKED:
            self._seen.add(value)
        return value

    def _variable(self, name: str) -> str:
        value = self.environment.get(name)
        if value is None:
            close = nearest(name, self.environment)
            hint = f"did you mean `{close}`?" if close else "set it, or write it into .env"
            raise _MissingError(f"the environment variable {name} is not set", hint)
        if not value.strip():
            raise _MissingError(f"the environment variable {name} is empty")
        return value


def exposure(path: Path) -> str | None:
    """Say who else can get at a secret's file, None when nobody can.

    Group rights are refused on files of our own only: an orchestrator mounts secrets as
    root:our-group 0440.
    """
    if os.name != "posix":
        return None
    status = path.stat()
    mode = stat.S_IMODE(status.st_mode)
    ours = status.st_uid == os.getuid()
    if mode & 0o007 or (ours and mode & 0o070):
        return f"others can read it (mode {mode:04o})"
    return None


def refusal(path: Path) -> tuple[str, str] | None:
    """Why a secret's file is not taken, and the mend; None when it is."""
    who = exposure(path)
    return (f"the secret's file {path} is refused: {who}", f"chmod 600 {path}") if who else None


def _content(path: Path) -> str:
    try:
        refused = refusal(path)
        if refused:
            raise _MissingError(*refused)
        if not path.is_file() or path.stat().st_size > _MAX_BYTES:
            raise _MissingError(f"{path} is not a file with a secret in it")
        value = path.read_text(encoding="utf-8").strip()
    except FileNotFoundError as error:
        raise _MissingError(f"the secret's file {path} does not exist") from error
    except UnicodeDecodeError as error:
        raise _MissingError(f"the secret's file {path} is not text") from error
    except OSError as error:
        raise _MissingError(f"the secret's file {path} cannot be read: {error.strerror}") from error
    if not value:
        raise _MissingError(f"the secret's file {path} is empty")
    return value
