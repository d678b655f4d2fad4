"""Vendor tokens at rest: encrypted with a key that is not in the database."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from sqlalchemy import delete, select

from domain.errors import CredentialsError, SettingsError
from store.engine import Store
from store.queueing import one_at_a_time
from store.schema import token as table
from store.upserts import upsert_one


def make_key() -> str:
    """A new key, for a file that only its owner reads."""
    return Fernet.generate_key().decode()


class Vault:
    """Encrypts with the first key and decrypts with any: put a new one first, the old still open what they closed.

    `key` may name several, separated by commas or white space; without one nothing is kept at all.
    """

    def __init__(self, key: str | None) -> None:
        keys = (key or "").replace(",", " ").split()
        self._fernet = MultiFernet(_fernets(keys)) if keys else None

    @property
    def is_open(self) -> bool:
        return self._fernet is not None

    def encrypt(self, secret: str) -> str:
        if self._fernet is None:
            raise SettingsError("LEADLOOP_KEY is not set, so nothing can be kept encrypted. `leadloop init` makes one.")
        return self._fernet.encrypt(secret.encode()).decode()

    def decrypt(self, kept: str) -> str:
        """CredentialsError when none of the keys closed it."""
        if self._fernet is None:
            raise SettingsError("LEADLOOP_KEY is not set, so nothing can be read that was kept encrypted.")
        try:
            return self._fernet.decrypt(kept.encode()).decode()
        except InvalidToken as error:
            raise CredentialsError(
                "What was kept encrypted cannot be read with LEADLOOP_KEY. Set the key it was kept with, before or "
                "after the new one, or log in to the connection again."
            ) from error

    def __repr__(self) -> str:
        return f"Vault(is_open={self.is_open})"


def _fernets(keys: Sequence[str]) -> list[Fernet]:
    try:
        return [Fernet(key) for key in keys]
    except ValueError as error:
        raise SettingsError(
            "LEADLOOP_KEY is no key: it has to be what `leadloop init` wrote, 44 characters."
        ) from error


class StoreTokenCache:
    """Vendor tokens across restarts. An unreadable one counts as none: logging in again mends it."""

    def __init__(self, store: Store, vault: Vault) -> None:
        self._store = store
        self._vault = vault

    @property
    def keeps(self) -> bool:
        return self._vault.is_open

    @contextmanager
    def alone(self, connection: str) -> Iterator[None]:
        """Wait until nobody else, in any process of this installation, renews this connection's token."""
        with one_at_a_time(self._store, f"token {connection}"):
            yield

    def load(self, connection: str) -> str | None:
        with self._store.read() as tx:
            kept = tx.execute(select(table.c.secret).where(table.c.connection == connection)).scalar()
        if kept is None or not self._vault.is_open:
            return None
        try:
            return self._vault.decrypt(kept)
        except CredentialsError:
            return None

    def save(self, connection: str, token: str) -> None:
        """Keep a token; an empty one forgets what was kept."""
        if not self._vault.is_open:
            return
        with self._store.write() as tx:
            if token:
                upsert_one(tx, table, {"connection": connection, "secret": self._vault.encrypt(token)})
            else:
                tx.execute(delete(table).where(table.c.connection == connection))
