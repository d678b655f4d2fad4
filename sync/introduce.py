"""Before anything is read from or written to a system in this process: is it the one we were set up with?

Afterwards every login compares the account that it met (`AccountPins`), so that a swap is noticed in a running daemon.
"""

from collections.abc import Collection
from datetime import datetime

from config.settings import Environment, Settings
from domain.errors import WrongAccountError
from domain.record import AccountInfo
from store import connections
from store import installation as notebook
from store.engine import Store, Tx
from sync.loop import Loop

_TEST, _LIVE = "test", "live"


def introduce(loop: Loop, name: str, *, now: datetime) -> None:
    """Ask once per process who we are logged in as; WrongAccountError when the org or portal is another one."""
    if name in loop.introduced:
        return
    account = loop.connections[name].account()
    with loop.store.write(loop.epoch) as tx:
        connections.ensure(tx, [name], now=now)
        others = _meet(tx, name, account, environment=loop.settings.environment, known=loop.connections)
        loop.introduced.difference_update(_twins(tx, account, known=loop.connections))
    if others:
        loop.introduced.difference_update(others)
        raise WrongAccountError(_mixed(name, others, account))
    loop.introduced.add(name)


def recognise(store: Store, name: str, account: AccountInfo, *, settings: Settings) -> None:
    """For a command that does not lead: WrongAccountError wherever `introduce` would have one."""
    with store.write() as tx:
        others = _meet(tx, name, account, environment=settings.environment, known=settings.connections)
    if others:
        raise WrongAccountError(_mixed(name, others, account))


def _meet(tx: Tx, name: str, account: AccountInfo, *, environment: Environment, known: Collection[str]) -> list[str]:
    """Note whose system this is; the connections that it may not be written beside."""
    if account.is_test and environment is Environment.LIVE:
        raise WrongAccountError(
            f"'{name}' is a test account and `environment` is live. Set `environment: test`, or connect the real one"
        )
    connections.pin_account(tx, name, account.account_id)
    twins = _twins(tx, account, known=known)
    if name in twins[1:]:
        raise WrongAccountError(
            f"'{name}' leads to the same account as '{twins[0]}': every record would be read and written twice. "
            "Take one of the two out of leadloop.yaml, or connect another account"
        )
    others = _of_the_other_kind(tx, name, account, known=known)
    return others if environment is not Environment.SIMULATOR else []


def _twins(tx: Tx, account: AccountInfo, *, known: Collection[str]) -> list[str]:
    """The connections that lead to this account, as leadloop.yaml names them. Folders of files are no accounts."""
    if account.is_test is None:
        return []
    same = {each.name for each in connections.all(tx) if each.account_id == account.account_id}
    return [each for each in known if each in same]


def _of_the_other_kind(tx: Tx, name: str, account: AccountInfo, *, known: Collection[str]) -> list[str]:
    """The connections that lead to live accounts while this one is a test account, or the other way round."""
    if account.is_test is None:
        return []
    kind, other = (_TEST, _LIVE) if account.is_test else (_LIVE, _TEST)
    notebook.put(tx, _key(name), kind)
    return [each for each in known if notebook.get(tx, _key(each)) == other]


def _mixed(name: str, others: list[str], account: AccountInfo) -> str:
    test, live = ([name], others) if account.is_test else (others, [name])
    return (
        f"{', '.join(test)}: a test account, {', '.join(live)}: a live one. What is tried in the one would be written "
        "into the other, so nothing is written to either. Connect a test account beside a test account: HubSpot's "
        "are free, a Salesforce sandbox comes with most editions"
    )


def _key(name: str) -> str:
    return f"account_kind:{name}"
