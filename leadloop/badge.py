"""Where one is: the environment and the accounts, on the first line of everything that can change something."""

from collections.abc import Mapping

from config.settings import Environment
from leadloop import screen
from leadloop.app import App
from store import connections

BADGES: Mapping[Environment, str] = {
    Environment.SIMULATOR: "SIMULATOR",
    Environment.TEST: "TEST ORG",
    Environment.LIVE: "LIVE",
}


def badge_line(environment: Environment, accounts: Mapping[str, str]) -> str:
    """`TEST ORG · salesforce 00D5g000004XyZ1EAK · hubspot 4711`."""
    told = (f"{name} {account or '(not logged in yet)'}" for name, account in accounts.items())
    return " · ".join((BADGES[environment], *told))


def show_badge(app: App) -> None:
    with app.store.read() as tx:
        accounts = {each.name: each.account_id or "" for each in connections.all(tx)}
    screen.show(badge_line(app.settings.environment, accounts))
