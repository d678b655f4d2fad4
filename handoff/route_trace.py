"""How a choice is told: what was asked, what came of it, and what was not asked any more."""

from collections.abc import Collection, Iterator, Mapping

from config.conditions import explain_condition
from domain.values import Value
from handoff.obstacles import Hindrance, Obstacle
from handoff.rulebook import Way
from handoff.view import LeadView

_LONGEST = 300
"""Of a line: a condition may list a hundred countries."""


def of_account(view: LeadView) -> Iterator[str]:
    """What the account has to say in this: nothing, where it is only likely or nobody's."""
    account = view.account
    if account is None:
        return
    if not account.is_sure:
        yield f"{account.told}: not sure enough to ask for its owner"
    elif account.is_house:
        yield f"account {account.name}: {account.why}; a house account, which has no owner"
    elif account.why:
        yield f"account {account.name}: {account.why}"


def not_met(way: Way, seen: Mapping[str, Value]) -> str:
    """Which condition of a rule failed, with what the lead holds there."""
    causes = "; ".join(explain_condition(way.rule.when, seen))
    text = f"rule '{way.rule.name}': not met" + (f": {causes}" if causes else "")
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"


def not_asked(ways: Collection[Way], first: str) -> Iterator[str]:
    """The rules that come after the one that won."""
    for way in ways:
        yield f"rule '{way.rule.name}': not asked, {first} came first"


def summary(obstacles: Collection[Obstacle]) -> str:
    """Count the obstacles: `all 3 away`, `1 away, 2 full`."""
    words = {
        Hindrance.AWAY: "away",
        Hindrance.FULL: "full",
        Hindrance.NEVER: "not eligible",
        Hindrance.RESTS: "resting",
    }
    counts = {kind: sum(1 for each in obstacles if each.hindrance is kind) for kind in Hindrance}
    named = [f"{count} {words[kind]}" for kind, count in counts.items() if count]
    return f"all {named[0]}" if len(named) == 1 else ", ".join(named)
