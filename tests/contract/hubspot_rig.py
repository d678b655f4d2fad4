"""The simulated HubSpot as the shipped laws need it."""

from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from functools import cached_property
from typing import Any

from connectors.hubspot.connector import HubSpot, Settings
from domain.change import Change, ChangeKind
from domain.values import Value
from tests.rig import UNPACED, CountedBudget, FastWall, KeptWire, SimulatorProcess, stub_server, surroundings

WANTED = frozenset(
    {"firstname", "lastname", "company", "jobtitle", "lifecyclestage", "hs_lead_status", "hubspot_owner_id"}
    | {"ll_lead_key", "ll_score", "ll_stage", "ll_mql_since", "ll_nurture_until"}
)


class HubSpotRig:
    """The simulated portal as the laws need it, through one generation of the API."""

    stream = "contacts"
    rows_for_three_pages = 201

    def __init__(self, simulator: SimulatorProcess, stack: ExitStack, *, generation: str = "v3") -> None:
        self.simulator = simulator
        self.stack = stack
        self.generation = generation
        self.budget, self.wire, self.fast = CountedBudget(), KeptWire(), FastWall()
        self.begin = simulator.seq()
        self.token = f"pat-na1-{self.begin}-secret"
        self.tune(token=self.token, **UNPACED)
        self._shown: tuple[str, int, dict[str, dict[str, object]]] = ("", -1, {})

    def tune(self, **settings: Any) -> None:
        self.simulator.act("edit", system="hubspot", id="settings", **settings)

    def settings(self, **more: object) -> Settings:
        given = {"base_url": self.simulator.hubspot, "access_token": self.token, "api_generation": self.generation}
        return Settings.model_validate(given | more)

    def connector(self, *, ceiling: int = 10_000, **more: object) -> HubSpot:
        around = surroundings(
            "marketing", self.simulator, fields={"contacts": WANTED}, budget=self.budget, wire=self.wire
        )
        return HubSpot(self.settings(**more), around, wall=self.fast.wall, ceiling=ceiling)

    def seed(self, count: int) -> Sequence[str]:
        mark = self.simulator.seq()
        row = {"lastname": "Zanzibarova", "company": "Test Works", "hs_lead_status": "NEW"}
        rows = [row | {"email": f"zora.{mark}.{number}@people.example"} for number in range(count)]
        return self.simulator.seed(contacts=rows)["contacts"]

    def touch(self, key: str) -> None:
        self.simulator.act("edit", system="hubspot", id=key, jobtitle=f"Title {self.simulator.seq()}")

    def settle(self) -> None:
        self.simulator.time(advance_s=1_200)

    def end_session(self) -> None:
        self.tune(revoke=self.token)

    def refusing_connector(self) -> HubSpot:
        return self.connector(access_token="pat-not-the-secret")

    def nonsense_connector(self) -> HubSpot:
        server = stub_server(lambda *_: (200, {"Content-Type": "application/json"}, b'{"hello": [1]}'))
        return self.connector(base_url=self.stack.enter_context(server))

    def slow_down(self, *, daily: bool) -> None:
        self.simulator.fault("daily_limit" if daily else "rate_limit", system="hubspot", times=None)

    def break_down(self, status: int) -> None:
        self.simulator.clear()
        kind = "bad_gateway" if status == 502 else "server_error"
        self.simulator.fault(kind, system="hubspot", times=None, status=status)

    def lose_answer(self, *, after_effect: bool) -> None:
        path = r"/batch/upsert$|/objects/(2026-03/)?contacts/?$"
        self.simulator.fault("reply_lost", system="hubspot", path=path, after_commit=after_effect)

    def logins(self) -> int:
        """A service key is no session: there is nothing to log in to."""
        return 0

    def secrets(self) -> Sequence[str]:
        return [self.token, "pat-not-the-secret", "Zanzibarova", "@people.example"]

    def kept(self) -> str:
        return self.wire.text()

    def change(self, key: str, row: str, value: int) -> Change:
        return Change(key=key, kind=ChangeKind.FIELDS, object="contacts", id=row, values={"ll_score": value})

    def bad_change(self, key: str, row: str) -> Change:
        values: dict[str, Value] = {"ll_score": 99, "ll_stage": "no such stage"}
        return Change(key=key, kind=ChangeKind.FIELDS, object="contacts", id=row, values=values)

    def guarded_change(self, key: str, row: str) -> Change:
        return Change(
            key=key,
            kind=ChangeKind.FIELDS,
            object="contacts",
            id=row,
            values={"hs_lead_status": "OPEN", "ll_score": 71},
            expected={"hs_lead_status": "NEW"},
            guarded=frozenset({"hs_lead_status"}),
        )

    def take_over(self, row: str) -> None:
        self.simulator.act("edit", system="hubspot", id=row, hs_lead_status="BAD_TIMING")

    def create(self, key: str) -> Change:
        values: dict[str, Value] = {"ll_lead_key": self._lead_key(key), "lastname": "Zanzibarova", "company": "Acme"}
        return Change(key=key, kind=ChangeKind.CREATE, object="contacts", values=values, unique="ll_lead_key")

    def values(self, rows: Sequence[str]) -> list[int | None]:
        held = self.held("contacts")
        shown = [held[row].get("ll_score") for row in rows]
        return [int(str(value)) if value else None for value in shown]

    def created(self, key: str) -> int:
        return len(self._made(key))

    def edit_created(self, key: str) -> None:
        (made,) = self._made(key)
        self.simulator.act("edit", system="hubspot", id=str(made["hs_object_id"]), company="Edited by hand")

    def created_values(self, key: str) -> Mapping[str, object]:
        return self._made(key)[0]

    def remove(self, row: str) -> None:
        self.simulator.act("delete", system="hubspot", id=row)

    @cached_property
    def someone(self) -> str:
        return self.seed(1)[0]

    def held(self, type_name: str) -> dict[str, dict[str, object]]:
        """The portal's records by id: their properties; asked for again only when something was logged since."""
        seq = self.simulator.seq()
        if self._shown[:2] != (type_name, seq):
            rows = self.simulator.objects(type_name, system="hubspot")
            self._shown = (type_name, seq, {str(row["id"]): row["properties"] for row in rows})
        return self._shown[2]

    def _lead_key(self, key: str) -> str:
        return f"{self.begin}-{key}"

    def _made(self, key: str) -> list[dict[str, object]]:
        return [one for one in self.held("contacts").values() if one.get("ll_lead_key") == self._lead_key(key)]
