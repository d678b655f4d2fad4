"""A small town on the simulator: five people, their accounts, reps, a manager, and the whole loop on a file of its own.

Begun anew in milliseconds, so that many random histories can be lived: the installation is copied from one that was
set up once, and nothing of another history is left in it or behind the vendors' addresses.
"""

import shutil
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from config.lifecycle import LifecycleRules
from config.load import Rules, rules_from_document
from config.routing import RoutingRules
from connectors.slack.socket import presses_of
from domain.notice import Press
from leadloop.app import leading
from leadloop.commands import config
from store import leads, notices, presses, rules
from sync.cycle import run_once
from sync.loop import Loop, nothing_reached
from tests.cast import contact
from tests.fresh import FreshSimulator
from tests.installation import HALF_HOUR_S, Installation, install
from tests.rig import UNPACED
from tests.town_rules import FAY, MANAGER, PLAIN, SAM, STAFF, TIM, Edit, Ways
from tests.witness import Row, Witness

MONDAY = datetime(2026, 9, 7, 8, tzinfo=UTC)
NAMES = {each: each.partition("@")[0].replace(".", " ").title() for each in STAFF}
USERS = [dict(zip(("email", "first_name", "last_name"), (each, *NAMES[each].split()), strict=True)) for each in STAFF]
PEOPLE = tuple(f"{name}@{name}-works.example" for name in ("ana", "ben", "cat", "dan", "eve"))
PATIENT_FOR, A_WHILE_S = 8, 60.0
WIDE = (
    "blast_radius:\n  handoff: { floor: 1000000 }\n  additive: { floor: 1000000 }\n"
    "  destructive: { floor: 1000000, ceiling: 1000000 }\n  smaller_sweep_percent: 100\n"
)
"""What five people do at once would be held otherwise, and the only member taken off a list be taken for a fault: those
guards have tests of their own."""


class KilledError(BaseException):
    """The daemon ended between two commits. No `Exception`: nothing in the loop may answer it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """Where towns of one way of life are built: one installation, set up and at rest, before anybody lives there."""

    vendors: FreshSimulator
    folder: Path
    ways: Ways = PLAIN

    @property
    def made(self) -> Path:
        return self.folder / "made"

    @classmethod
    def prepare(cls, vendors: FreshSimulator, folder: Path, ways: Ways = PLAIN) -> "Site":
        site = cls(vendors=vendors, folder=folder, ways=ways)
        vendors.begin(start=MONDAY)
        made = install(site.made, vendors, more=WIDE)
        ways.turn_on(made, vendors)
        furnish(vendors)
        made.run()
        made.close()
        return site


def furnish(world: FreshSimulator) -> None:
    """Who works here, in the CRM and in Slack."""
    world.seed(users=USERS, slack={"users": [{"email": each, "name": each} for each in (*STAFF, MANAGER)]})


@dataclass(slots=True, kw_only=True)
class Town:
    """One history. `close` when it is over."""

    site: Site
    world: FreshSimulator = field(init=False)
    installation: Installation = field(init=False)
    loop: Loop = field(init=False)
    accounts: dict[str, str] = field(init=False)
    """Person → the id of their account in Salesforce."""
    cycles: int = 0
    now: datetime = MONDAY
    waits_for_night: bool = False
    """Somebody was taken off a list: members are listed in full once a night."""
    published: int = 0
    """How often other rules were put in force."""
    _stack: ExitStack = field(default_factory=ExitStack)
    _known: tuple[int, Rules] | None = None

    def __post_init__(self) -> None:
        self.world = self.site.vendors.begin(start=MONDAY)
        self.world.act("edit", system="hubspot", id="settings", as_="admin", **UNPACED)
        folder = self.site.folder / "history"
        shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(self.site.made, folder)
        furnish(self.world)
        self.world.seed(contacts=[contact(each) for each in PEOPLE])
        self.accounts = dict(zip(PEOPLE, self._open_accounts(), strict=True))
        self.installation = Installation(folder=folder, simulator=self.world)
        self._lead()

    def _open_accounts(self) -> list[str]:
        """An account for each; the first three are one rep's, so that one request for air cover waits for another."""
        if not self.site.ways.wooed:
            return [""] * len(PEOPLE)
        names = [each.partition("@")[2].partition(".")[0].title() for each in PEOPLE]
        owners = (SAM, SAM, SAM, FAY, TIM)
        rows = [
            {"Name": name, "Website": f"{name.lower()}.example", "OwnerEmail": owner}
            for name, owner in zip(names, owners, strict=True)
        ]
        return self.world.seed(accounts=rows)["Account"]

    def close(self) -> None:
        self._stack.close()
        self.installation.close()

    def _lead(self) -> None:
        self.loop = self._stack.enter_context(leading(self.installation.app))

    def restart(self) -> None:
        """The daemon ends and another one begins, with nothing but the file."""
        self.close()
        self._stack = ExitStack()
        self._lead()

    # --- the rules

    @property
    def ways(self) -> Ways:
        return self.site.ways

    @property
    def lifecycle(self) -> LifecycleRules:
        return self._rules().lifecycle

    @property
    def routing(self) -> RoutingRules:
        return self._rules().routing

    def _rules(self) -> Rules:
        """As they are in force; parsed once for each version."""
        if self._known is None or self._known[0] != self.published:
            with self.installation.app.store.read() as tx:
                version = rules.current(tx)
            assert version is not None
            self._known = (self.published, rules_from_document(version.document))
        return self._known[1]

    def members(self, pool: str) -> list[str]:
        return [member.email for each in self.routing.pools if each.name == pool for member in each.members]

    def publish(self, edit: Edit) -> bool:
        """As an admin does from a shell of their own, beside the daemon, which goes on; False: nothing to edit."""
        name, before, after = edit
        path = self.installation.folder / name
        text = path.read_text(encoding="utf-8") if path.exists() else ""
        if before not in text:
            return False
        path.write_text(text.replace(before, after, 1), encoding="utf-8")
        code = config.publish(self.installation.folder, config.Wish(author="admin"), environment=None, as_json=True)
        assert code == 0, f"publishing {name} ended with {code}"
        self.published += 1
        return True

    # --- the loop

    def cycle(self, *, after_s: float = HALF_HOUR_S) -> None:
        self.world.time(advance_s=after_s)
        self.now = self.installation.app.clock.refresh()
        run = run_once(self.loop, now=self.now, trigger="test")
        assert not any("bug" in words for words in run.failures), run.failures
        self.cycles += 1

    def killed_at(self, point: str, times: int) -> None:
        """A cycle that ends at the n-th pass of a named point, and a new daemon; it may never come there."""
        self.loop.reached = _killer(point, times)
        try:
            self.cycle()
        except KilledError:
            self.restart()
        self.loop.reached = nothing_reached

    def quiet(self, cycles: int = 3) -> list[Row]:
        """No faults any more, and time for everything; then the writes of one more cycle, for which nothing is due."""
        self.world.clear()
        if self.waits_for_night:
            self.cycle(after_s=48 * HALF_HOUR_S)
        for _ in range(cycles):
            self.cycle()
        for _ in range(PATIENT_FOR):
            if not self.comes_due():
                break
            self.cycle(after_s=6 * HALF_HOUR_S)
        since = self.world.seq()
        self.cycle()
        return Witness(simulator=self.world, since=since).writes()

    def comes_due(self) -> bool:
        """Whether time alone will do something until the next cycle: a clock's step, a date, the next digest."""
        until = self.now + timedelta(seconds=HALF_HOUR_S + A_WHILE_S)
        with self.installation.app.store.read() as tx:
            return bool(leads.due(tx, now=until, limit=1) or notices.due(tx, now=until, limit=1))

    # --- what people see and do

    def lead(self, email: str) -> Row | None:
        """Who stands for them in Salesforce: their Lead, after a conversion their Contact."""
        for type_name in ("Lead", "Contact"):
            rows = self.world.objects(type_name, system="salesforce")
            found = [each for each in rows if each.get("Email") == email and _lives(each)]
            if found:
                return {**found[-1], "type": type_name}
        return None

    def owner(self, email: str) -> str | None:
        """The address of whose they are in Salesforce; None: a queue's, or nobody stands for them there."""
        found = self.lead(email)
        users = {row["Id"]: str(row["Email"]) for row in self.world.objects("User", system="salesforce")}
        return users.get(found["OwnerId"]) if found is not None else None

    def is_there(self, user: str | None) -> bool:
        """Whether somebody can still log in: Salesforce files nothing under whoever left."""
        users = self.world.objects("User", system="salesforce")
        return any(row["Email"] == user and row["IsActive"] for row in users)

    def has_contact(self, email: str) -> bool:
        rows = self.world.objects("contacts", system="hubspot")
        return any(each["properties"].get("email") == email and not each["archived"] for each in rows)

    def in_hubspot(self, do: str, email: str, *, as_: str = "prospect", **fields: Any) -> bool:
        """Whether there was anybody left to do it."""
        if not self.has_contact(email):
            return False
        self.world.act(do, system="hubspot", id=email, as_=as_, **fields)
        return True

    def in_salesforce(self, do: str, email: str, *, as_: str = "rep", **fields: Any) -> bool:
        found = self.lead(email)
        if found is None:
            return False
        self.world.act(do, system="salesforce", id=found["Id"], as_=as_, **fields)
        return True

    # --- Slack

    def addresses(self) -> dict[str, str]:
        """Conversation → whose it is."""
        return {f"D{row['id'][1:]}": str(row["email"]) for row in self.world.objects("users", system="slack")}

    def messages(self) -> list[Row]:
        return self.world.objects("messages", system="slack")

    def press(self, message: Row, answer: str, by: str) -> list[Press]:
        """What somebody pressed is kept as whoever listens keeps it."""
        place = f"{message['channel']}:{message['ts']}"
        self.world.act("press", system="slack", id=place, answer=answer, user=by, sure=True, date="2027-02-01")
        found = [press for payload in self.world.pressed for press in presses_of("slack", payload)]
        self.world.pressed.clear()
        with self.installation.app.store.write() as tx:
            for press in found:
                presses.add(tx, press, now=self.world.now())
        return found


def _lives(row: Row) -> bool:
    return not row.get("IsDeleted") and not row.get("IsConverted")


def _killer(point: str, times: int) -> Callable[[str], None]:
    left = times

    def reached(name: str) -> None:
        nonlocal left
        left -= name == point
        if left == 0 and name == point:
            raise KilledError(point)

    return reached
