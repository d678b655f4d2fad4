"""Before anything is read from or written to a system in this process: is it the one we were set up with?"""

from datetime import datetime

from config.settings import Environment
from domain.errors import WrongAccountError
from store import connections
from sync.loop import Loop


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
    loop.introduced.add(name)
