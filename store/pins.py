"""Which org or portal each connection was set up with, for a login that has to know whom it met."""

from domain.errors import WrongAccountError
from store import connections
from store.engine import Store


class StorePins:
    """Satisfies `connectors.contract.AccountPins`: one short reading at every login."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def check(self, connection: str, account_id: str) -> None:
        """WrongAccountError for another account than the pinned one; before the first connect any will do."""
        with self._store.read() as tx:
            known = connections.get(tx, connection)
        if known is not None and known.account_id not in (None, account_id):
            raise WrongAccountError(connections.another_account(connection, account_id, str(known.account_id)))
