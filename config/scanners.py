"""When a click counts as a mail scanner's: the hints, what each is worth, and how much it takes together.

Security gateways follow the links of a mail before its reader has seen it. What a click says of itself (its agent, its
network's name, the sending system's own filter) and how it behaves (many links at once, at the moment of sending) are
kept apart: the first decides alone, the second only in sum.
"""

import re
from collections.abc import Sequence
from ipaddress import ip_network
from typing import Annotated, Self

from pydantic import AfterValidator, Field, model_validator

from config.strict import Strict
from config.words import Finding, findings_error

SHORTEST_WORD = 3
_ADDRESS_LIKE = re.compile(r"[0-9a-f.:]*[.:][0-9a-f.:]*(/.*)?", re.IGNORECASE)

AGENTS = (
    "proofpoint",
    "mimecast",
    "barracuda",
    "ironport",
    "ciscosecureemail",
    "fireeye",
    "forcepoint",
    "fortimail",
    "sophos",
    "trendmicro",
    "headlesschrome",
    "phantomjs",
    "python-requests",
    "python-urllib",
    "aiohttp",
    "curl/",
    "wget/",
    "go-http-client",
    "apache-httpclient",
    "libwww-perl",
    "java/",
    "bot/",
    "crawler",
    "spider",
)
"""Gateways that say who they are, and programs that no person reads mail with.

`bot/` and not `bot`: there are telephones of the make Cubot. Not `msoffice`: Outlook sends it when a person clicks.
"""


def _check_words(words: Sequence[str]) -> Sequence[str]:
    found = [
        Finding((at,), f"{word!r} is too short: it would be found in nearly everything", "three letters at least")
        for at, word in enumerate(words)
        if len(word.strip()) < SHORTEST_WORD
    ]
    if found:
        raise findings_error(found)
    return words


def _check_networks(networks: Sequence[str]) -> Sequence[str]:
    """A network in CIDR form, or a word of a provider's name."""
    found: list[Finding] = []
    for at, text in enumerate(networks):
        if is_network(text):
            try:
                ip_network(text.strip())
            except ValueError as error:
                found.append(
                    Finding((at,), f"`{text}` is not a network: {error}", "write 203.0.113.0/24 or 2001:db8::/32")
                )
    if found:
        raise findings_error(found)
    _check_words(networks)
    return networks


def is_network(text: str) -> bool:
    """Whether it is meant as addresses, not as a word of a name."""
    return _ADDRESS_LIKE.fullmatch(text.strip()) is not None


Words = Annotated[tuple[str, ...], AfterValidator(_check_words)]
Networks = Annotated[tuple[str, ...], AfterValidator(_check_networks)]
Weight = Annotated[int, Field(ge=0, le=9)]


class Burst(Strict):
    """Different links of one mail, one after the other faster than a person can."""

    links: int = Field(default=3, ge=2, le=100)
    """So many different links of one mail (what stands behind `?` and `#` makes no other link)."""
    within_s: int = Field(default=2, ge=1, le=300)
    """Seconds from the first of them to the last."""
    weight: Weight = 2
    """Evidence; one more when there are more links than that. 0: does not count."""


class Delay(Strict):
    """Sooner after sending than a mail can arrive, be seen, be opened and be read."""

    at_once_s: int = Field(default=5, ge=1, le=300)
    """Seconds after sending (after delivery where only that is known) in which no person has clicked yet."""
    at_once_weight: Weight = 3
    """Evidence of such a click. 0: does not count."""
    soon_s: int = Field(default=30, ge=1, le=3600)
    """Seconds in which hardly anybody has."""
    soon_weight: Weight = 1
    """Evidence of such a click. 0: does not count."""

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.soon_s < self.at_once_s:
            words = f"`soon_s` ({self.soon_s}) has to be at least `at_once_s` ({self.at_once_s})"
            raise findings_error([Finding(("soon_s",), words)])
        return self


class ReadsOn(Strict):
    """Looking at our pages, or sending a form, a while after a click: scanners are gone by then."""

    after_s: int = Field(default=20, ge=1, le=3600)
    """Seconds after the click from which on it speaks for a person: a scanner may load the page itself."""
    within_s: int = Field(default=1800, ge=2, le=86_400)
    """Seconds after the click up to which it belongs to that click."""
    weight: Weight = 2
    """Evidence that it takes away. 0: does not count."""

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.within_s <= self.after_s:
            words = f"`within_s` ({self.within_s}) has to be more than `after_s` ({self.after_s})"
            raise findings_error([Finding(("within_s",), words)])
        return self


class ScannerRules(Strict):
    """What makes a click in a mail a machine's. Such a click stays in the ledger and gives nothing."""

    enabled: bool = True
    """Off: only what the sending system itself calls a machine's is one."""
    evidence: int = Field(default=3, ge=1, le=20)
    """So much evidence of behaviour makes a click a machine's."""
    burst: Burst = Burst()
    """Different links at once."""
    delay: Delay = Delay()
    """Right after sending."""
    reads_on: ReadsOn = ReadsOn()
    """What speaks for a person."""
    agents: Words = AGENTS
    """Words in the `agent` of a click that decide alone, whatever their case."""
    trap_links: Words = ()
    """Words in the address of links that no person sees: whoever follows one is a machine."""
    networks: Networks = ()
    """Where scanners call from: networks as `203.0.113.0/24` for the `ip` of a click, or words for its `network`."""
    network_weight: Weight = 2
    """Evidence of such an address. Not alone by default: whole companies read through their gateway's network."""

    @model_validator(mode="after")
    def _can_be_reached(self) -> Self:
        behaviour = (self.burst.weight + 1) * bool(self.burst.weight)
        behaviour += max(self.delay.at_once_weight, self.delay.soon_weight) + self.network_weight
        if behaviour < self.evidence:
            words = f"`evidence` ({self.evidence}) is never reached: all weights together come to {behaviour}"
            raise findings_error(
                [Finding(("evidence",), words, "lower it, or switch the whole off with `enabled: false`")]
            )
        return self
