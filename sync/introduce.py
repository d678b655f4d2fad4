"""Before anything is read from or written to a system in this process: is it the one we were set up with?

Afterwards every login compares the account that it met (`AccountPins`), so that a swap is noticed in a running daemon.
"""

from datetime import datetime

from config.settings import Environment
from domain.errors import WrongAccountError
from domain.record import AccountInfo
from store import connections
from store import installation as notebook
from store.engine import Tx
from sync.loop import Loop

_TEST, _LIVE = "test", "live"


def introduce(loop: Loop, name: str, *, now: datetime) -> None:
    """Ask once per process who we are logged in as; WrongAccountError when the org or portal is another one."""
    if name in loop.introduced:
        return
    account = loop.connections[name].account()
    if account.is_test and loop.settings.environment is Environment.LIVE:
        raise WrongAccountError(
            f"'{name}' is a test account and `environment` is live. Set `environment: test`, or connect the real one"
        )
    with loop.store.write(loop.epoch) as tx:
        connections.ensure(tx, [name], now=now)
        connections.pin_account(tx, name, account.account_id)
        others = _of_the_other_kind(tx, loop, name, account)
    if others and loop.settings.environment is not Environment.SIMULATOR:
        loop.introduced.difference_update(others)
        raise WrongAccountError(_mixed(name, others, account))
    loop.introduced.add(name)


def _of_the_other_kind(tx: Tx, loop: Loop, name: str, account: AccountInfo) -> list[str]:
    """The connections that lead to live accounts while this one is a test account, or the other way round."""
    if account.is_test is None:
        return []
    kind, other = (_TEST, _LIVE) if account.is_test else (_LIVE, _TEST)
    notebook.put(tx, _key(name), kind)
    return [each for each in loop.connections if notebook.get(tx, _key(each)) == other]


def _mixed(name: str, others: list[str], account: AccountInfo) -> str:
    test, live = ([name], others) if account.is_test else (others, [name])
    return (
        f"{', '.join(test)}: a test account, {', '.join(live)}: a live one. What is tried in the one would be written "
        "into the other, so nothing is written to either. Connect a test account beside a test account: HubSpot's "
        "are free, a Salesforce sandbox comes with most editions"
    )


def _key(name: str) -> str:
    return f"account_kind:{name}"
