"""The simulated Salesforce as the shipped laws need it."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from functools import cached_property

from connectors.salesforce.connector import Auth, Salesforce, Settings
from domain.activity import Activity
from domain.change import Change, ChangeKind
from domain.record import Cursor, Page, Record
from domain.values import Value
from tests.rig import CountedBudget, FastWall, KeptWire, MemoryTokens, SimulatorProcess, stub_server, surroundings

WANTED = frozenset(
    {"LastName", "FirstName", "Company", "Email", "Status", "Title", "LL_Score__c", "LL_Stage__c", "LL_MQL_Since__c"}
)
SECRET = "leadloop-secret"


class SalesforceRig:
    """The simulated org as the laws need it."""

    stream = "Lead"
    rows_for_three_pages = 401

    def __init__(self, simulator: SimulatorProcess, stack: ExitStack) -> None:
        self.simulator = simulator
        self.stack = stack
        self.tokens, self.budget, self.wire, self.fast = MemoryTokens(), CountedBudget(), KeptWire(), FastWall()
        self.lists: set[str] = set()
        self.begin = simulator.seq()
        self._shown: tuple[str, int, dict[str, dict[str, object]]] = ("", -1, {})

    def settings(self, **more: object) -> Settings:
        given = {
            "login_url": self.simulator.salesforce,
            "client_id": "leadloop",
            "client_secret": SECRET,
            "page_size": 200,
        }
        return Settings.model_validate(given | more)

    def connector(self, **more: object) -> Salesforce:
        return Salesforce(
            self.settings(**more),
            surroundings(
                "crm",
                self.simulator,
                fields={"Lead": WANTED},
                tokens=self.tokens,
                budget=self.budget,
                wire=self.wire,
                lists=self.lists,
            ),
            wall=self.fast.wall,
        )

    def seed(self, count: int) -> Sequence[str]:
        mark = self.simulator.seq()
        row = {"LastName": "Zanzibarova", "Company": "Test Works"}
        rows = [row | {"Email": f"zora.{mark}.{number}@people.example"} for number in range(count)]
        return self.simulator.seed(leads=rows)["Lead"]

    def touch(self, key: str) -> None:
        self.simulator.act("edit", system="salesforce", id=key, Title=f"Title {self.simulator.seq()}")

    def settle(self) -> None:
        self.simulator.time(advance_s=1_200)

    def end_session(self) -> None:
        self.simulator.fault("expired_session", system="salesforce", path="/query")

    def refusing_connector(self) -> Salesforce:
        self.tokens.kept.clear()
        return self.connector(client_secret="not-the-secret")

    def nonsense_connector(self) -> Salesforce:
        server = stub_server(lambda *_: (200, {"Content-Type": "application/json"}, b'{"hello": [1]}'))
        address = self.stack.enter_context(server)
        given = Settings.model_validate({"login_url": address, "auth": Auth.SESSION_ID, "session_id": "given-session"})
        return Salesforce(given, surroundings("crm", self.simulator), wall=self.fast.wall)

    def slow_down(self, *, daily: bool) -> None:
        self.simulator.fault("daily_limit" if daily else "rate_limit", system="salesforce", path="/query", times=None)

    def break_down(self, status: int) -> None:
        self.simulator.clear()
        kind = "bad_gateway" if status == 502 else "server_error"
        self.simulator.fault(kind, system="salesforce", times=None, status=status)

    def lose_answer(self, *, after_effect: bool) -> None:
        self.simulator.fault("reply_lost", system="salesforce", path="/composite|/queryAll", after_commit=after_effect)

    def logins(self) -> int:
        return sum(line["path"] == "/services/oauth2/token" for line in self.simulator.log(self.begin))

    def secrets(self) -> Sequence[str]:
        return [
            SECRET,
            "not-the-secret",
            "Zanzibarova",
            "@people.example",
            *self.tokens.kept.values(),
            *self.session_tokens,
        ]

    @property
    def session_tokens(self) -> list[str]:
        kept = [told.split('"')[3] for told in self.tokens.kept.values()]
        return [token for token in kept if token]

    def kept(self) -> str:
        return self.wire.text()

    def change(self, key: str, row: str, value: int) -> Change:
        return Change(key=key, kind=ChangeKind.FIELDS, object="Lead", id=row, values={"LL_Score__c": value})

    def bad_change(self, key: str, row: str) -> Change:
        values: dict[str, Value] = {"LL_Score__c": 99, "LL_Stage__c": "no such stage"}
        return Change(key=key, kind=ChangeKind.FIELDS, object="Lead", id=row, values=values)

    def guarded_change(self, key: str, row: str) -> Change:
        return Change(
            key=key,
            kind=ChangeKind.FIELDS,
            object="Lead",
            id=row,
            values={"Status": "Working - Contacted", "LL_Score__c": 71},
            expected={"Status": "Open - Not Contacted"},
            guarded=frozenset({"Status"}),
        )

    def take_over(self, row: str) -> None:
        self.simulator.act("edit", system="salesforce", id=row, Status="Closed - Not Converted")

    @cached_property
    def someone(self) -> str:
        return self.seed(1)[0]

    def create(self, key: str) -> Change:
        values = {"LL_Key__c": f"{self.begin}-{key}", "WhoId": self.someone, "Subject": "Call back", "Priority": "High"}
        return Change(key=key, kind=ChangeKind.CREATE, object="Task", values=values, unique="LL_Key__c")

    def values(self, rows: Sequence[str]) -> list[int | None]:
        held = self.held("Lead")
        shown = [held[row]["LL_Score__c"] for row in rows]
        return [int(value) if isinstance(value, int | float) else None for value in shown]

    def created(self, key: str) -> int:
        return len(self._tasks(key))

    def edit_created(self, key: str) -> None:
        self.simulator.act(
            "edit", system="salesforce", id=str(self._tasks(key)[0]["Id"]), Priority="Low", Status="Completed"
        )

    def created_values(self, key: str) -> Mapping[str, object]:
        return self._tasks(key)[0]

    def remove(self, row: str) -> None:
        self.simulator.act("delete", system="salesforce", id=row)

    def held(self, type_name: str) -> dict[str, dict[str, object]]:
        """The org's objects by id; asked for again only when something was logged since."""
        seq = self.simulator.seq()
        if self._shown[:2] != (type_name, seq):
            rows = {row["Id"]: row for row in self.simulator.objects(type_name, system="salesforce")}
            self._shown = (type_name, seq, rows)
        return self._shown[2]

    def _tasks(self, key: str) -> list[dict[str, object]]:
        tasks = self.held("Task").values()
        return [task for task in tasks if task["LL_Key__c"] == f"{self.begin}-{key}" and not task["IsDeleted"]]


def end_of(connector: Salesforce, stream: str) -> Cursor:
    return list(connector.read(stream, None))[-1].cursor


def activities_of(pages: Iterator[Page], person: str) -> list[Activity]:
    return [one for page in pages for one in page.activities if one.record and one.record.id == person]


def record_of(pages: Iterator[Page], record_id: str) -> Record:
    return {record.ref.id: record for page in pages for record in page.records}[record_id]
