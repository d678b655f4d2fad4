"""An installation opened to look on: nothing is migrated, published, taken up or asked of any system."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from config.load import Rules, load_settings, rules_from_document
from config.settings import Settings
from domain.errors import SettingsError
from domain.run import RuleVersion
from leadloop.clock import AnyClock, clock_of
from leadloop.registry import settings_types
from store import rules as rule_store
from store.engine import Store


@dataclass(frozen=True, slots=True, kw_only=True)
class Onlooker:
    """`rules` are those in force; the folder's own are a draft, and may have mistakes."""

    folder: Path
    environment: str | None
    settings: Settings
    store: Store
    clock: AnyClock
    version: RuleVersion
    rules: Rules


@contextmanager
def looking_on(folder: Path, environment: str | None) -> Iterator[Onlooker]:
    """Works beside a daemon that leads; SettingsError where nothing was ever run."""
    if not folder.is_dir():
        raise SettingsError(f"There is no folder {folder}. `leadloop init {folder}` makes one.")
    settings = load_settings(folder, settings_types(), environment)
    store = Store.open_to_look(settings.database_url, folder=folder)
    try:
        store.require_schema()
        with store.read() as tx:
            version = rule_store.current(tx)
        if version is None:
            raise SettingsError(f"{folder} was never run: `leadloop doctor`, then `leadloop plan --pull`.")
        yield Onlooker(
            folder=folder,
            environment=environment,
            settings=settings,
            store=store,
            clock=clock_of(settings.clock),
            version=version,
            rules=rules_from_document(version.document),
        )
    finally:
        store.dispose()
