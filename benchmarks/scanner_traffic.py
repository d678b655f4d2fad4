"""Clicks in mails with the truth beside them: invented people and invented scanners, from a seed.

Nobody hands out labelled clicks of real gateways. So each kind plays what is published of it (links at the moment of
sending, delayed runs, honest agents and borrowed ones) and the ways in which people are quick or click a lot.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

from domain.activity import Activity, ActivityKind

SENT = datetime(2026, 9, 7, 8, tzinfo=UTC)
BROWSERS = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0 Safari/537.36",
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148",
    "Mozilla/5.0 (Linux; Android 11; CUBOT NOTE 20) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0 Mobile",
    "Mozilla/4.0 (compatible; ms-office; MSOffice 16)",
)
GATEWAYS = ("Barracuda Sentinel (EE)", "Mimecast-URL-Scanner/2.1", "proofpoint urldefense", "python-requests/2.32")
DAY_S = 86_400.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One person's mail with everything that was done with it; `machine`: the keys of what a machine did."""

    kind: str
    activities: tuple[Activity, ...]
    machine: frozenset[tuple[str, str, str]]


class Mail:
    """One mail to one person, being told click by click."""

    def __init__(self, number: int, chance: Random, *, unsaid: frozenset[str] = frozenset()) -> None:
        self.chance = chance
        self._number = number
        self._agent = chance.choice(BROWSERS)
        self._unsaid = unsaid
        self.done: list[Activity] = []
        self.machine: set[tuple[str, str, str]] = set()

    def click(self, at_s: float, link: int, *, by_machine: bool = False, **more: Any) -> None:
        said: dict[str, Any] = {"url": f"https://us.example/{link}?who={self._number}", "mail": f"m{self._number}"}
        said |= {"since_sent_s": round(at_s, 3), "agent": self._agent, **more}
        said = {name: value for name, value in said.items() if name not in self._unsaid}
        self._add(ActivityKind.EMAIL_CLICKED, at_s, said)
        if by_machine:
            self.machine.add(self.done[-1].key)

    def page(self, at_s: float) -> None:
        self._add(ActivityKind.PAGE_VIEWED, at_s, {"url": "https://us.example/pricing"})

    def sweep(self, begins_s: float, links: int, gap_s: tuple[float, float], **more: Any) -> None:
        at_s = begins_s
        for link in range(links):
            self.click(at_s, link, by_machine=True, **more)
            at_s += self.chance.uniform(*gap_s)

    def _add(self, kind: ActivityKind, at_s: float, said: dict[str, Any]) -> None:
        self.done.append(
            Activity(
                connection="hubspot",
                stream="events",
                external_id=f"{self._number}-{len(self.done)}",
                kind=kind,
                occurred_at=SENT + timedelta(seconds=at_s),
                properties=said,
            )
        )


Play = Callable[[Mail, Random], None]


def _later(chance: Random, least_s: float = 60.0) -> float:
    """When people get to their mail: half of them within two hours."""
    return max(least_s, min(chance.lognormvariate(8.9, 1.6), 6 * DAY_S))


def _one(mail: Mail, chance: Random) -> None:
    mail.click(_later(chance), chance.randrange(6))


def _quick(mail: Mail, chance: Random) -> None:
    mail.click(chance.uniform(9, 60), chance.randrange(3))


def _waiting(mail: Mail, chance: Random) -> None:
    at_s = chance.uniform(7, 30)
    mail.click(at_s, 0)
    mail.page(at_s + chance.uniform(25, 300))


def _double(mail: Mail, chance: Random) -> None:
    at_s = _later(chance, 15)
    for gap_s in (0.0, chance.uniform(0.1, 0.9)):
        mail.click(at_s + gap_s, 1)


def _several(mail: Mail, chance: Random) -> None:
    at_s = _later(chance)
    for link in chance.sample(range(8), chance.randint(2, 6)):
        mail.click(at_s, link)
        at_s += max(1.2, chance.lognormvariate(2.7, 0.9))


def _tabs(mail: Mail, chance: Random) -> None:
    at_s = _later(chance)
    for link in chance.sample(range(8), chance.randint(3, 6)):
        mail.click(at_s, link)
        at_s += chance.uniform(0.7, 2.5)
    if chance.random() < 0.6:
        mail.page(at_s + chance.uniform(25, 900))


def _behind(mail: Mail, chance: Random) -> None:
    mail.sweep(chance.uniform(1, 12), chance.randint(3, 7), (0.05, 0.5))
    at_s = _later(chance)
    mail.click(at_s, chance.randrange(6))
    if chance.random() < 0.5:
        mail.page(at_s + chance.uniform(25, 900))


def _hasty(mail: Mail, chance: Random) -> None:
    at_s = _later(chance)
    for link in chance.sample(range(8), chance.randint(3, 5)):
        mail.click(at_s, link)
        at_s += chance.uniform(0.3, 0.8)


def _too_soon(mail: Mail, chance: Random) -> None:
    mail.click(chance.uniform(3, 8), 0)


def _at_once(mail: Mail, chance: Random) -> None:
    mail.sweep(chance.uniform(0.5, 15), chance.randint(3, 8), (0.05, 0.6))


def _few_links(mail: Mail, chance: Random) -> None:
    mail.sweep(chance.uniform(0.5, 15), 2, (0.05, 0.6))


def _sample(mail: Mail, chance: Random) -> None:
    mail.click(chance.uniform(0.5, 20), chance.randrange(6), by_machine=True)


def _scripts(mail: Mail, chance: Random) -> None:
    begins_s = chance.uniform(0.5, 15)
    mail.sweep(begins_s, chance.randint(3, 8), (0.05, 0.6))
    mail.page(begins_s + chance.uniform(5, 15))


def _honest(mail: Mail, chance: Random) -> None:
    mail.sweep(chance.uniform(1, 4 * 3600), chance.randint(1, 6), (0.05, 20), agent=chance.choice(GATEWAYS))


def _head(mail: Mail, chance: Random) -> None:
    mail.sweep(chance.uniform(1, 4 * 3600), chance.randint(1, 6), (0.05, 20), method="HEAD")


def _filtered(mail: Mail, chance: Random) -> None:
    mail.sweep(chance.uniform(1, 4 * 3600), chance.randint(1, 6), (0.05, 20), filtered=True)


def _delayed(mail: Mail, chance: Random) -> None:
    mail.sweep(chance.uniform(60, 4 * 3600), chance.randint(3, 8), (0.05, 0.8))


def _slow(mail: Mail, chance: Random) -> None:
    mail.sweep(chance.uniform(60, 4 * 3600), chance.randint(3, 8), (4, 15))


def _shadow(mail: Mail, chance: Random) -> None:
    at_s = _later(chance)
    mail.click(at_s, 2, by_machine=True)
    mail.click(at_s + chance.uniform(0.5, 3), 2)


PEOPLE: dict[str, Play] = {
    "one click": _one,
    "quick on a telephone": _quick,
    "waiting for the mail": _waiting,
    "double click": _double,
    "several links": _several,
    "opens tabs": _tabs,
    "behind a scanner": _behind,
}
STRANGE: dict[str, Play] = {
    "five links in two seconds": _hasty,
    "a click three to eight seconds after sending": _too_soon,
}
"""People who are as quick as hardly anybody: what they lose is told apart and stands in no sum."""
SCANNERS: dict[str, Play] = {
    "all links at once, a browser's agent": _at_once,
    "the same, running scripts": _scripts,
    "an honest agent": _honest,
    "HEAD only": _head,
    "filtered by the sending system": _filtered,
    "two links at once": _few_links,
    "one link at once": _sample,
    "delayed sandbox, all links": _delayed,
    "slow crawler": _slow,
    "shadow of a person's click": _shadow,
}


def traffic(seed: int, each: int, *, unsaid: frozenset[str] = frozenset()) -> Iterator[Case]:
    """So many mails of each kind. `unsaid`: properties of a click that its system does not tell."""
    chance, number = Random(seed), 0
    for kind, play in (PEOPLE | STRANGE | SCANNERS).items():
        for _ in range(each):
            number += 1
            mail = Mail(number, chance, unsaid=unsaid)
            play(mail, chance)
            yield Case(kind=kind, activities=tuple(mail.done), machine=frozenset(mail.machine))
