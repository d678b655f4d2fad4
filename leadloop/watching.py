"""Sees while the daemon runs that somebody edited the folder's `go_live`: a step back must not wait for a restart."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import structlog

from config.load import load_settings
from domain.errors import SettingsError
from leadloop.app import App, heed_folder
from leadloop.registry import settings_types

log = structlog.get_logger(__name__)

Signature = Mapping[Path, tuple[int, int]]


@dataclass(slots=True, kw_only=True)
class FolderWatch:
    """Call `look` every second or so: it reads the settings only when a file changed, and then was left alone."""

    app: App
    environment: str | None
    _heeded: Signature = field(default_factory=dict)
    _last: Signature = field(default_factory=dict)

    def look(self) -> None:
        now = self._signature()
        is_written, self._last = now != self._last, now
        if is_written or now == self._heeded:
            return
        self._heeded = now
        try:
            settings = load_settings(self.app.installation.folder, settings_types(), self.environment)
        except SettingsError:
            log.warning("folder_not_readable", reason="leadloop.yaml has mistakes: `leadloop check`")
            return
        heed_folder(self.app, settings)

    def _signature(self) -> Signature:
        """When each file that may say `go_live` was last written, and how long it is."""
        folder = self.app.installation.folder
        files = [folder / "leadloop.yaml", folder / ".env", *folder.glob("environments/*.yaml")]
        return {path: (found.st_mtime_ns, found.st_size) for path in files if (found := _stat(path)) is not None}


def _stat(path: Path) -> os.stat_result | None:
    try:
        return path.stat()
    except OSError:
        return None
